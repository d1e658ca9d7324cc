"""What does the ERP deliver: accounts, products, order lines, charges, receivables?"""

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data.activity import Month
from sample_data.books import RECHARGE_CENTS, credit_cents, is_recharged
from sample_data.delivery import Delivery
from sample_data.entities import (
    BUSINESS_UNITS,
    CURRENCY_CODES,
    ENTITY_CODES,
    exchange_rate_columns,
    warehouse_labels,
)
from sample_data.fulfilment import CANCELLED, LINE_STATUSES, Credits
from sample_data.groups import INTERCOMPANY
from sample_data.hierarchy import stated_hierarchy
from sample_data.identity import Identity, account_texts, customer_ids
from sample_data.orders import ENTRY_MODES, PHONE
from sample_data.parties import Parties
from sample_data.periods import DAY_COUNT, month_bounds
from sample_data.products import product_columns, product_ids
from sample_data.world import World

_CHANNELS = ("key_account", "field_sales", "inside_sales", "project", "web_shop")
_DOCUMENT_TYPES = ("sale", "cancel", "return", "adjustment")
_ABSENT = {
    "erp__invoice_lines": "Halden invoices every order line as entered; the ERP "
    "extract delivers no separate invoice lines",
    "erp__forecasts": "Halden plans in spreadsheets; no forecast is delivered",
    "erp__purchase_orders": "purchasing runs in another system, not delivered yet",
    "erp__planning_parameters": "planning parameters are not delivered yet",
}


def write_masters(delivery: Delivery, world: World, identity: Identity) -> None:
    """Write accounts, products and exchange rates, and declare what is absent.

    Args:
        delivery: The open ERP delivery.
        world: The world.
        identity: Ids of the parties.
    """
    delivery.write(
        "erp__customers", _customer_columns(world.parties, identity, world.seed)
    )
    delivery.write("erp__products", product_columns(world.products))
    delivery.write("erp__exchange_rates", exchange_rate_columns(world.rates))
    delivery.declare_absent(_ABSENT)


def _customer_columns(
    parties: Parties, identity: Identity, seed: int
) -> dict[str, pa.Array]:
    party = parties.account_party
    entity = parties.entity[party]
    rng = np.random.default_rng([seed, 31])
    count = len(party)
    ids = customer_ids(parties)
    hierarchy = stated_hierarchy(parties)
    parent = hierarchy.erp_parent[party]
    parent_row = parties.first_account[np.maximum(parent, 0)]
    bill_to = parties.first_account[hierarchy.payer[party]]
    joined = parties.joined_month[party]
    starts = np.array([month_bounds(month)[0] for month in range(24)])
    opened = np.where(joined > 0, starts[joined], -rng.integers(30, 4000, count))
    left = parties.left_month[party]
    closed = starts[np.minimum(left, 23)] + 20
    limit = np.exp(rng.normal(np.log(20_000), 0.8, count)) // 500 * 500
    return {
        "customer_id": ids,
        **account_texts(parties, identity, seed),
        "entity_code": col.labels(entity, ENTITY_CODES),
        "parent_customer_id": _masked(ids, parent_row, parent >= 0),
        "bill_to_customer_id": col.picked(ids, bill_to),
        "currency_code": col.labels(entity, CURRENCY_CODES),
        "channel_code": col.labels(_channel(parties)[party], _CHANNELS),
        "business_unit": col.labels(entity, BUSINESS_UNITS),
        "credit_limit": col.money(limit * 100),
        "is_credit_hold": col.flags(rng.random(count) < 0.01),
        "payment_terms_days": col.counts(parties.payment_days[party]),
        "is_government": col.flags(party % 23 == 0),
        "is_regulated": col.flags(party % 31 == 0),
        "is_intercompany": col.flags(parties.segment[party] == INTERCOMPANY),
        "opened_on": col.dates(opened),
        "closed_on": col.dates(closed, (left < 24) & (party % 2 == 0)),
    }


def _masked(ids: pa.Array, rows: np.ndarray, valid: np.ndarray) -> pa.Array:
    return ids.take(pa.array(rows, mask=~valid))


def _channel(parties: Parties) -> col.IntArray:
    """Assign sales channels, loosely tied to behaviour."""
    by_group = np.array([0, 1, 2, 3, 4, 0, 0, 2])[parties.segment]
    wanders = parties.detail % 4 == 0
    return np.where(wanders, parties.detail // 4 % len(_CHANNELS), by_group)


def write_month(delivery: Delivery, month: Month, world: World) -> None:
    """Append a month's order lines, charges and receivables.

    Args:
        delivery: The open ERP delivery.
        month: The month's activity.
        world: The world.
    """
    delivery.append("erp__order_lines", _sale_columns(month, world))
    first = month.first.credit
    for document_type, credits in ((2, month.returns), (3, month.shortages)):
        rows = _credit_columns(month, world, credits, (document_type, first))
        delivery.append("erp__order_lines", rows)
        first += len(credits.line)
    delivery.append("erp__charges", _charge_columns(month, world))
    delivery.append("erp__receivables", _receivable_columns(month, world))


def _sale_columns(month: Month, world: World) -> dict[str, pa.Array]:
    orders, lines = month.orders, month.lines
    order = lines.order
    status = month.fulfilment.status
    # A cancelled line keeps its quantity and price but is worth nothing.
    kept = status != CANCELLED
    ids = col.identifiers("SO", month.first.order + order, 9)
    return {
        "order_id": ids,
        "line_no": col.counts(lines.line_no),
        "document_type": col.labels(~kept, _DOCUMENT_TYPES),
        **_party_columns(world, orders.account[order], lines.product, lines.is_chilled),
        "ordered_at": col.timestamps(orders.day[order], orders.second[order]),
        "requested_date": col.dates(orders.requested_day[order]),
        "promised_date": col.dates(orders.promised_day[order]),
        "ordered_qty": col.quantities(lines.qty),
        "uom": col.constant("EA", len(order)),
        "unit_price": col.decimals(lines.price_cents * 10_000, 6),
        "discount_amount": col.money(lines.discount_cents * kept),
        "net_amount": col.money(lines.net_cents * kept),
        "tax_amount": col.money(lines.tax_cents * kept),
        "cogs_amount": col.money(lines.cogs_cents * kept),
        **_order_columns(world.parties, month, order),
        "is_rush": col.flags(orders.is_rush[order]),
        "change_count": col.counts(lines.changes),
        "status": col.labels(status, LINE_STATUSES),
    }


def _credit_columns(
    month: Month, world: World, credits: Credits, kind: tuple[int, int]
) -> dict[str, pa.Array]:
    document_type, first = kind
    orders, lines = month.orders, month.lines
    line, order = credits.line, lines.order[credits.line]
    count = len(line)
    net, tax, cogs = credit_cents(lines, credits)
    gross = lines.price_cents[line] * credits.qty
    return {
        "order_id": col.identifiers("CR", np.arange(first, first + count), 9),
        "line_no": col.counts(np.ones(count)),
        "document_type": col.labels(np.full(count, document_type), _DOCUMENT_TYPES),
        **_party_columns(
            world, orders.account[order], lines.product[line], lines.is_chilled[line]
        ),
        "ordered_at": col.timestamps(credits.day, orders.second[order]),
        "requested_date": col.dates(credits.day, np.zeros(count, dtype=bool)),
        "promised_date": col.dates(credits.day, np.zeros(count, dtype=bool)),
        "ordered_qty": col.quantities(-credits.qty),
        "uom": col.constant("EA", count),
        "unit_price": col.decimals(lines.price_cents[line] * 10_000, 6),
        "discount_amount": col.money(net - gross),
        "net_amount": col.money(-net),
        "tax_amount": col.money(-tax),
        "cogs_amount": col.money(-cogs),
        **_order_columns(world.parties, month, order),
        "is_rush": col.flags(np.zeros(count)),
        "change_count": col.counts(np.zeros(count)),
        "status": col.constant("credited", count),
    }


def _party_columns(
    world: World, account: col.IntArray, product: col.IntArray, chilled: col.BoolArray
) -> dict[str, pa.Array]:
    parties = world.parties
    entity = parties.entity[parties.account_party[account]]
    ids = col.identifiers("C", parties.account_number[account], 7)
    return {
        "entity_code": col.labels(entity, ENTITY_CODES),
        "sold_to_id": ids,
        "ship_to_id": ids,
        "product_id": product_ids(product),
        "warehouse_id": warehouse_labels(entity, chilled),
    }


def _order_columns(
    parties: Parties, month: Month, order: col.IntArray
) -> dict[str, pa.Array]:
    party = month.orders.party[order]
    return {
        "currency_code": col.labels(parties.entity[party], CURRENCY_CODES),
        "channel_code": col.labels(_channel(parties)[party], _CHANNELS),
        "entry_mode": col.labels(month.orders.entry_mode[order], ENTRY_MODES),
    }


def _charge_columns(month: Month, world: World) -> dict[str, pa.Array]:
    """Write the freight recharged on small orders, at most one charge per order."""
    orders = month.orders
    order = np.flatnonzero(is_recharged(month, world))
    count = len(order)
    entity = orders.entity[order]
    account = orders.account[order]
    return {
        "document_id": col.identifiers("FR", month.first.order + order, 9),
        "line_no": col.counts(np.ones(count)),
        "order_id": col.identifiers("SO", month.first.order + order, 9),
        "order_line_no": pa.nulls(count, pa.int64()),
        "shipment_id": col.nulls(count),
        "customer_id": col.identifiers("C", world.parties.account_number[account], 7),
        "entity_code": col.labels(entity, ENTITY_CODES),
        "charge_type": col.constant("freight", count),
        "direction": col.constant("revenue", count),
        "amount": col.money(np.full(count, RECHARGE_CENTS)),
        "currency_code": col.labels(entity, CURRENCY_CODES),
        "charged_on": col.dates(orders.day[order]),
        "allocation_basis": col.constant("order", count),
    }


def _receivable_columns(month: Month, world: World) -> dict[str, pa.Array]:
    """Write one open item per order; customers pay around their terms."""
    orders, lines = month.orders, month.lines
    order = np.flatnonzero(~orders.is_cancelled)
    total = np.bincount(lines.order, lines.net_cents + lines.tax_cents, len(orders.day))
    party = orders.party[order]
    due = orders.day[order] + world.parties.payment_days[party]
    # Those who order by phone also pay later.
    slow = 6 + 9 * (orders.entry_mode[order] >= PHONE)
    paid = due - 5 + orders.second[order] % (2 * slow)
    account = orders.account[order]
    return {
        "receivable_id": col.identifiers("AR", month.first.order + order, 9),
        "customer_id": col.identifiers("C", world.parties.account_number[account], 7),
        "invoice_id": col.identifiers("IV", month.first.order + order, 9),
        "entity_code": col.labels(orders.entity[order], ENTITY_CODES),
        "amount": col.money(total[order]),
        "currency_code": col.labels(orders.entity[order], CURRENCY_CODES),
        "posting_date": col.dates(orders.day[order]),
        "due_date": col.dates(due),
        "cleared_date": col.dates(paid, paid < DAY_COUNT),
    }
