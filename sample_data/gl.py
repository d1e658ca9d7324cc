"""What does the ledger deliver: accounts, journals, trial balances, budgets?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data.costs import COST_ACCOUNTS
from sample_data.delivery import Delivery
from sample_data.entities import CURRENCY_CODES, ENTITIES, ENTITY_CODES
from sample_data.ledger import COST_CENTERS, GENERAL, Journal, center_id, warehouse_of
from sample_data.periods import MONTH_COUNT, month_bounds, period_name
from sample_data.world import World

_PERIODS = tuple(period_name(month) for month in range(MONTH_COUNT))
_OTHER_ACCOUNTS = (
    ("1000", "Cash", "asset"),
    ("1200", "Receivables", "asset"),
    ("1300", "Inventory", "asset"),
    ("1600", "Intercompany receivable", "asset"),
    ("2000", "Payables", "liability"),
    ("2100", "Accrued freight", "liability"),
    ("2600", "Intercompany payable", "liability"),
    ("3000", "Equity", "equity"),
    ("4000", "Product sales", "revenue"),
    ("4100", "Sales discounts", "revenue"),
    ("4200", "Credit notes", "revenue"),
    ("4300", "Freight recharged", "revenue"),
    ("4900", "Intercompany sales", "revenue"),
    ("5000", "Cost of goods sold", "cogs"),
    ("5900", "Intercompany cost of goods sold", "cogs"),
    ("7010", "General management", "expense"),
    ("7020", "IT platform", "expense"),
    ("7100", "Intercompany service charges", "expense"),
    ("8000", "Foreign exchange losses", "expense"),
)
_ACCOUNTS = tuple(
    sorted(
        (
            *_OTHER_ACCOUNTS,
            *((cost.account_id, cost.name, "expense") for cost in COST_ACCOUNTS),
        )
    )
)
_ACCOUNT_IDS = tuple(account[0] for account in _ACCOUNTS)
_CENTERS = tuple(COST_CENTERS)
_PROFIT_AND_LOSS = np.array([account_id >= "4000" for account_id in _ACCOUNT_IDS])
_EQUITY = _ACCOUNT_IDS.index("3000")
# Opening balances in units of an entity's mean monthly sales.
_OPENING = {"1000": 1.5, "1200": 1.1, "1300": 2.0, "2000": -1.2}


@dataclass(frozen=True)
class _Lines:
    """Numbered journal lines, shape (n,) each."""

    entity: col.IntArray
    month: col.IntArray
    account: col.IntArray
    center: col.IntArray
    cents: col.IntArray
    base_cents: col.IntArray


def write_ledger(delivery: Delivery, world: World, journals: list[Journal]) -> None:
    """Write the whole ledger.

    Args:
        delivery: The open GL delivery.
        world: The world, for its exchange rates.
        journals: Every journal.
    """
    lines = _number(world, journals)
    delivery.write("gl__accounts", _account_columns())
    delivery.write("gl__cost_centers", _center_columns())
    delivery.write("gl__journal_lines", _journal_columns(journals, lines))
    delivery.write("gl__trial_balances", _balance_columns(lines))
    delivery.write("gl__budgets", _budget_columns(lines, world.seed))
    delivery.write("gl__periods", _period_columns())


def _number(world: World, journals: list[Journal]) -> _Lines:
    """Flatten the journals; the last line of each carries the cent of translation."""
    rows = []
    for journal in journals:
        rate = float(world.rates.base_per_local[journal.entity, journal.month])
        base = [round(posting.cents * rate) for posting in journal.postings]
        base[-1] -= sum(base)
        for posting, base_cents in zip(journal.postings, base, strict=True):
            rows.append(
                (
                    journal.entity,
                    journal.month,
                    _ACCOUNT_IDS.index(posting.account_id),
                    _CENTERS.index(posting.center),
                    posting.cents,
                    base_cents,
                )
            )
    return _Lines(*np.array(rows, dtype=np.int64).T)


def _account_columns() -> dict[str, pa.Array]:
    ids, account_names, types = zip(*_ACCOUNTS, strict=True)
    normal = [
        "debit" if kind in ("asset", "expense", "cogs") else "credit" for kind in types
    ]
    return {
        "account_id": col.texts(ids),
        "code": col.texts(ids),
        "name": col.texts(account_names),
        "account_type": col.texts(types),
        "parent_account_id": col.nulls(len(ids)),
        "normal_balance": col.texts(normal),
    }


def _center_columns() -> dict[str, pa.Array]:
    pairs = [(entity, code) for entity in range(len(ENTITIES)) for code in _CENTERS]
    count = len(pairs)
    return {
        "cost_center_id": col.texts([center_id(*pair) for pair in pairs]),
        "valid_from": col.dates(np.full(count, -1461)),
        "valid_to": col.dates(np.zeros(count), np.zeros(count, dtype=bool)),
        "entity_code": col.texts([ENTITY_CODES[entity] for entity, _ in pairs]),
        "name": col.texts([COST_CENTERS[code] for _, code in pairs]),
        "function": col.texts([code.lower() for _, code in pairs]),
        "warehouse_id": col.texts([warehouse_of(*pair) for pair in pairs]),
        "owner": col.texts([f"head-{code.lower()}" for _, code in pairs]),
    }


def _center_labels(entity: col.IntArray, center: col.IntArray) -> pa.Array:
    ids = [center_id(row, code) for row in range(len(ENTITIES)) for code in _CENTERS]
    return col.labels(entity * len(_CENTERS) + center, ids)


def _journal_columns(journals: list[Journal], lines: _Lines) -> dict[str, pa.Array]:
    sizes = [len(journal.postings) for journal in journals]
    journal = np.repeat(np.arange(len(journals)), sizes)
    first = np.cumsum(sizes) - sizes
    ends = np.array([month_bounds(month)[1] for month in range(MONTH_COUNT)])
    texts = [
        posting.text or entry.kind.capitalize()
        for entry in journals
        for posting in entry.postings
    ]
    return {
        "entity_code": col.labels(lines.entity, ENTITY_CODES),
        "journal_id": col.labels(journal, [entry.journal_id for entry in journals]),
        "line_no": col.counts(np.arange(len(journal)) - first[journal] + 1),
        "posting_date": col.dates(ends[lines.month]),
        "fiscal_period": col.labels(lines.month, _PERIODS),
        "account_id": col.labels(lines.account, _ACCOUNT_IDS),
        "cost_center_id": _center_labels(lines.entity, lines.center),
        "amount": col.decimals(lines.cents, 2),
        "currency_code": col.labels(lines.entity, CURRENCY_CODES),
        "base_amount": col.decimals(lines.base_cents, 2),
        "source_document_id": col.labels(
            journal, [entry.journal_id for entry in journals]
        ),
        "customer_id": col.nulls(len(journal)),
        "reversal_of": col.labels(
            journal, [entry.reversal_of or None for entry in journals]
        ),
        "description": col.texts(texts),
    }


def _movements(lines: _Lines, cents: col.IntArray) -> col.IntArray:
    """Sum cents per (entity, account, cost centre, month)."""
    moved = np.zeros(
        (len(ENTITIES), len(_ACCOUNT_IDS), len(_CENTERS), MONTH_COUNT), dtype=np.int64
    )
    np.add.at(moved, (lines.entity, lines.account, lines.center, lines.month), cents)
    return moved


def _balance_columns(lines: _Lines) -> dict[str, pa.Array]:
    """Lay out balances of every account an entity uses, for every month."""
    debit = _movements(lines, np.maximum(lines.cents, 0))
    credit = _movements(lines, np.maximum(-lines.cents, 0))
    opening = _opening_balances(debit - credit)
    used = (np.abs(opening) + debit + credit).sum(axis=3) > 0
    entity, account, center = (
        np.repeat(rows, MONTH_COUNT) for rows in np.nonzero(used)
    )
    month = np.tile(np.arange(MONTH_COUNT), int(used.sum()))
    where = (entity, account, center, month)
    closing_cents = opening[where] + debit[where] - credit[where]
    return {
        "entity_code": col.labels(entity, ENTITY_CODES),
        "account_id": col.labels(account, _ACCOUNT_IDS),
        "cost_center_id": _center_labels(entity, center),
        "fiscal_period": col.labels(month, _PERIODS),
        "opening_amount": col.decimals(opening[where], 2),
        "debit_amount": col.decimals(debit[where], 2),
        "credit_amount": col.decimals(credit[where], 2),
        "closing_amount": col.decimals(closing_cents, 2),
        "currency_code": col.labels(entity, CURRENCY_CODES),
    }


def _opening_balances(moved: col.IntArray) -> col.IntArray:
    """Roll balances forward; profit and loss starts each year at zero.

    The year's result moves into equity with the opening balance of January, as
    ledgers carry it forward without a posting.
    """
    opening = np.zeros_like(moved)
    general = _CENTERS.index(GENERAL)
    sales = -moved[:, _ACCOUNT_IDS.index("4000")].sum(axis=(1, 2))
    for account_id, factor in _OPENING.items():
        start = np.rint(sales / MONTH_COUNT * factor / 100).astype(np.int64) * 100
        opening[:, _ACCOUNT_IDS.index(account_id), general, 0] = start
    opening[:, _EQUITY, general, 0] = -opening[..., 0].sum(axis=(1, 2))
    for month in range(1, MONTH_COUNT):
        closing = opening[..., month - 1] + moved[..., month - 1]
        if month % 12 == 0:
            result = closing[:, _PROFIT_AND_LOSS].sum(axis=(1, 2))
            closing[:, _PROFIT_AND_LOSS] = 0
            closing[:, _EQUITY, general] += result
        opening[..., month] = closing
    return opening


def _budget_columns(lines: _Lines, seed: int) -> dict[str, pa.Array]:
    """Budget each account near its actual, in whole hundreds."""
    rng = np.random.default_rng([seed, 43])
    moved = _movements(lines, lines.cents)
    moved[:, ~_PROFIT_AND_LOSS] = 0
    where = np.nonzero(moved)
    entity, account, center, month = where
    planned = moved[where] * (1 + rng.normal(-0.01, 0.05, len(entity)))
    return {
        "version": col.constant("B1", len(entity)),
        "entity_code": col.labels(entity, ENTITY_CODES),
        "account_id": col.labels(account, _ACCOUNT_IDS),
        "cost_center_id": _center_labels(entity, center),
        "fiscal_period": col.labels(month, _PERIODS),
        "amount": col.decimals(np.rint(planned / 10_000) * 10_000, 2),
        "currency_code": col.labels(entity, CURRENCY_CODES),
    }


def _period_columns() -> dict[str, pa.Array]:
    entity = np.repeat(np.arange(len(ENTITIES)), MONTH_COUNT)
    month = np.tile(np.arange(MONTH_COUNT), len(ENTITIES))
    bounds = np.array([month_bounds(number) for number in range(MONTH_COUNT)])[month]
    is_closed = month < MONTH_COUNT - 1
    return {
        "entity_code": col.labels(entity, ENTITY_CODES),
        "fiscal_period": col.labels(month, _PERIODS),
        "starts_on": col.dates(bounds[:, 0]),
        "ends_on": col.dates(bounds[:, 1]),
        "status": col.labels(is_closed, ("open", "closed")),
        "closed_at": col.timestamps(
            bounds[:, 1] + 6, np.full(len(entity), 17 * 3600), is_closed
        ),
    }
