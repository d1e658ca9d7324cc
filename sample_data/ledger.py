"""Which journals does the company's activity cause?"""

from dataclasses import dataclass

import numpy as np

from sample_data.books import (
    COGS,
    CREDIT_COGS,
    CREDIT_NET,
    CREDIT_TAX,
    DISCOUNT,
    GROSS,
    RECHARGE,
    TAX,
    Books,
)
from sample_data.columns import IntArray
from sample_data.costs import (
    COST_ACCOUNTS,
    FREIGHT,
    INBOUND,
    LABOUR,
    PACKING,
    PICKING,
    STORAGE,
)
from sample_data.entities import ENTITIES, ENTITY_CODES, WAREHOUSE_IDS
from sample_data.labour import Labour
from sample_data.periods import MONTH_COUNT, period_name
from sample_data.world import World

GENERAL = "000"
_SITE_ACCOUNTS = (PICKING, INBOUND, PACKING, STORAGE)
COST_CENTERS = {
    GENERAL: "General ledger",
    "A": "Ambient warehouse",
    "C": "Chilled warehouse",
    "TRN": "Transport",
    "ORD": "Order desk",
    "SYS": "Order systems",
    "SRV": "Customer service",
    "SLS": "Field sales",
    "FIN": "Finance",
    "ADM": "Administration",
    "ITP": "IT platform",
}
_CENTER_OF = dict(
    zip(
        (account.account_id for account in COST_ACCOUNTS),
        ("A", "A", "A", "A", "TRN", "TRN", "ORD", "SYS", "SRV", "SLS", "A", "FIN"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Posting:
    """One journal line before it is numbered; debit is positive."""

    account_id: str
    center: str
    cents: int
    text: str = ""


@dataclass(frozen=True)
class Journal:
    """A balanced journal in its entity's currency."""

    entity: int
    month: int
    kind: str
    postings: tuple[Posting, ...]
    reversal_of: str = ""

    @property
    def journal_id(self) -> str:
        """Readable journal number."""
        return journal_id(self.entity, self.month, self.kind)


def journal_id(entity: int, month: int, kind: str) -> str:
    """Spell a journal number, such as ``DE01-2024-01-FREIGHT``."""
    return f"{ENTITY_CODES[entity]}-{period_name(month)}-{kind}"


def booked_cents(books: Books, labour: Labour, seed: int) -> IntArray:
    """Turn true and idle cost into what the ledger shows, with the month's noise.

    Args:
        books: The company's books.
        labour: Idle capacity.
        seed: Seed of the company.

    Returns:
        Local cents, shape (accounts, 3 entities, 2 sites, 24 months).
    """
    rng = np.random.default_rng([seed, 41])
    total = books.costs.caused.copy()
    total[list(LABOUR)] += labour.idle_local
    spread = np.array([account.noise for account in COST_ACCOUNTS])
    noise = rng.normal(0, 1, total.shape) * spread[:, None, None, None]
    cents: IntArray = np.rint(total * (1 + noise.clip(-0.03, 0.03)) * 100).astype(
        np.int64
    )
    return cents


def journals(world: World, books: Books, booked: IntArray) -> list[Journal]:
    """Write every journal of the 24 months.

    Args:
        world: The world.
        books: The company's books.
        booked: Result of :func:`booked_cents`.

    Returns:
        Balanced journals by month and entity.
    """
    rng = np.random.default_rng([world.seed, 42])
    found = []
    for month in range(MONTH_COUNT):
        for entity in range(len(ENTITIES)):
            sales = books.sales[:, :, entity, month]
            cost = booked[:, entity, :, month]
            overhead = int(booked[:, entity].sum()) // MONTH_COUNT
            drafts = {
                **_trade(sales),
                **_costs(cost, books.costs.caused[FREIGHT, entity, 0, month]),
                **_overheads(entity, overhead, rng),
                **_settlements(sales, cost, rng),
            }
            drafts["INTERCO"] += _purchases(world, books, entity, month)
            for kind, postings in drafts.items():
                kept = tuple(posting for posting in postings if posting.cents)
                if kept:
                    found.append(Journal(entity, month, kind, kept))
    return found + _corrections()


def _trade(sales: IntArray) -> dict[str, list[Posting]]:
    """Post sales, cost of goods and credit notes; own entities apart."""
    outside, own = sales[:, 0].tolist(), sales[:, 1].tolist()
    net = outside[GROSS] - outside[DISCOUNT]
    own_net = own[GROSS] - own[DISCOUNT]
    return {
        "SALES": [
            Posting("1200", GENERAL, net + outside[TAX] + outside[RECHARGE]),
            Posting("4000", GENERAL, -outside[GROSS]),
            Posting("4100", GENERAL, outside[DISCOUNT]),
            Posting("4300", GENERAL, -outside[RECHARGE]),
            Posting("2000", GENERAL, -outside[TAX], "sales tax"),
            Posting("1600", GENERAL, own_net),
            Posting("4900", GENERAL, -own_net),
        ],
        "COGS": [
            Posting("5000", GENERAL, outside[COGS]),
            Posting("5900", GENERAL, own[COGS]),
            Posting("1300", GENERAL, -outside[COGS] - own[COGS]),
        ],
        "CREDIT": [
            Posting("4200", GENERAL, outside[CREDIT_NET], "credit notes"),
            Posting("2000", GENERAL, outside[CREDIT_TAX], "sales tax"),
            Posting("1200", GENERAL, -outside[CREDIT_NET] - outside[CREDIT_TAX]),
            Posting("4900", GENERAL, own[CREDIT_NET], "credit notes"),
            Posting("1600", GENERAL, -own[CREDIT_NET]),
            Posting("1300", GENERAL, outside[CREDIT_COGS] + own[CREDIT_COGS]),
            Posting("5000", GENERAL, -outside[CREDIT_COGS]),
            Posting("5900", GENERAL, -own[CREDIT_COGS]),
        ],
    }


def _costs(cost: IntArray, invoiced_freight: float) -> dict[str, list[Posting]]:
    """Post the caused cost: wages by bank, the rest against payables."""
    drafts: dict[str, list[Posting]] = {"WAGES": [], "SITES": [], "SERVICES": []}
    for row, account in enumerate(COST_ACCOUNTS):
        if row == FREIGHT:
            continue
        kind = "WAGES" if row in LABOUR else "SERVICES"
        kind = "SITES" if row == STORAGE else kind
        for site, warehouse in enumerate(("A", "C")):
            shared = _CENTER_OF[account.account_id]
            center = warehouse if row in _SITE_ACCOUNTS else shared
            cents = int(cost[row, site])
            drafts[kind].append(
                Posting(account.account_id, center, cents, account.name)
            )
    for kind, contra in (("WAGES", "1000"), ("SITES", "2000"), ("SERVICES", "2000")):
        total = sum(posting.cents for posting in drafts[kind])
        drafts[kind].append(Posting(contra, GENERAL, -total))
    freight = int(cost[FREIGHT].sum())
    invoiced = round(invoiced_freight * 100)
    drafts["FREIGHT"] = [
        Posting("6110", "TRN", invoiced, "carrier invoices"),
        Posting("6110", "TRN", freight - invoiced, "accrual difference"),
        Posting("2100", GENERAL, -freight),
    ]
    drafts["CARRIERS"] = _transfer("2100", "1000", freight)
    return drafts


def _overheads(
    entity: int, monthly_cost: int, rng: np.random.Generator
) -> dict[str, list[Posting]]:
    """Post what no customer causes: management, IT, group charges, exchange losses."""
    management = round(monthly_cost * 0.20 * float(rng.uniform(0.96, 1.04)))
    platform = round(monthly_cost * 0.08 * float(rng.uniform(0.96, 1.04)))
    losses = round(monthly_cost * 0.01 * float(rng.normal(0.4, 1.0)))
    # DE01 runs the group: the others pay it, and its ledger shows the income.
    charge = 450_000 if entity else -900_000
    contra = "2600" if entity else "1600"
    return {
        "OVERHEAD": [
            Posting("7010", "ADM", management),
            Posting("7020", "ITP", platform),
            Posting("1000", GENERAL, -management - platform),
        ],
        "INTERCO": [
            Posting("7100", "ADM", charge, "service charge"),
            Posting(contra, GENERAL, -charge, "service charge"),
        ],
        "EXCHANGE": [
            Posting("8000", "FIN", losses),
            Posting("1200", GENERAL, -losses),
        ],
    }


def _purchases(world: World, books: Books, entity: int, month: int) -> list[Posting]:
    """Book what the entity bought from its sister at the average rate."""
    seller, cents = books.own_purchases(entity, month)
    rates = world.rates.base_per_local[:, month]
    local = round(cents * float(rates[seller] / rates[entity]))
    return [
        Posting("1300", GENERAL, local, f"bought from {ENTITY_CODES[seller]}"),
        Posting("2600", GENERAL, -local),
    ]


def _settlements(
    sales: IntArray, cost: IntArray, rng: np.random.Generator
) -> dict[str, list[Posting]]:
    """Collect from customers, restock, and pay suppliers and the tax office."""
    outside, own = sales[:, 0].tolist(), sales[:, 1].tolist()
    received = round(
        (outside[GROSS] - outside[DISCOUNT] + outside[TAX] - outside[CREDIT_NET])
        * float(rng.uniform(0.93, 1.0))
    )
    restocked = round((outside[COGS] + own[COGS]) * float(rng.uniform(0.95, 1.05)))
    services = (
        int(cost.sum()) - int(cost[list(LABOUR)].sum()) - int(cost[FREIGHT].sum())
    )
    paid = round((restocked + services + outside[TAX]) * float(rng.uniform(0.92, 0.99)))
    return {
        "RECEIPTS": _transfer("1000", "1200", received),
        "PURCHASES": _transfer("1300", "2000", restocked),
        "PAYMENTS": _transfer("2000", "1000", paid),
    }


def _transfer(debit_account: str, credit_account: str, cents: int) -> list[Posting]:
    return [
        Posting(debit_account, GENERAL, cents),
        Posting(credit_account, GENERAL, -cents),
    ]


def _corrections() -> list[Journal]:
    """Post two bookings made by mistake and reversed within their month."""
    found = []
    for entity, month, account, cents in (
        (0, 14, "6110", 1_250_000),
        (1, 8, "6040", 480_000),
    ):
        center = _CENTER_OF[account]
        wrong = (
            Posting(account, center, cents, "posted to the wrong entity"),
            Posting("2000", GENERAL, -cents),
        )
        back = (
            Posting(account, center, -cents, "reversal"),
            Posting("2000", GENERAL, cents, "reversal"),
        )
        found.append(Journal(entity, month, "MANUAL-1", wrong))
        reversed_id = journal_id(entity, month, "MANUAL-1")
        found.append(Journal(entity, month, "MANUAL-2", back, reversed_id))
    return found


def center_id(entity: int, center: str) -> str:
    """Spell a cost centre, such as ``DE01-TRN``."""
    return f"{ENTITY_CODES[entity]}-{center}"


def warehouse_of(entity: int, center: str) -> str | None:
    """Return the warehouse a cost centre runs, if any."""
    return WAREHOUSE_IDS[entity * 2 + (center == "C")] if center in "AC" else None
