"""What is different from the last close: the release before, the period before?"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from echelon.reconciliation.ledger_sections import POOL, money
from echelon.reconciliation.reading import Source
from echelon.reconciliation.sections import Column, Section, difference
from echelon.release.reader import Row

ALLOCATED = "allocated_amount_base_ccy"
BEFORE_AND_NOW = (
    money("booked_before", "Booked before"),
    money("booked_now", "Booked now"),
    money("booked_change", "Change", less=("booked_now", "booked_before")),
    money("allocated_before", "Allocated before"),
    money("allocated_now", "Allocated now"),
    money("allocated_change", "Change", less=("allocated_now", "allocated_before")),
)
RULE = (
    "cost_pool_code",
    "account_pattern",
    "cost_center_pattern",
    "entity_pattern",
    "valid_from_date",
    "valid_to_date",
    "treatment",
    "behaviour",
    "reason",
    "approved_by",
)


def change_sections(
    source: Source, before: Source | None, why_none: str
) -> list[Section]:
    """Compare the period with what was known and with what came before.

    Args:
        source: The release.
        before: The release before it; None where there is none to read.
        why_none: Sentence on why there is none.

    Returns:
        Restated lines of the period, other periods restated, policy that changed, and
        the period against the one before it.
    """
    return [
        _restated_lines(source, before, why_none),
        _restated_periods(source, before, why_none),
        _changed_rules(source, before, why_none),
        _period_before(source),
    ]


def _restated_lines(source: Source, before: Source | None, why_none: str) -> Section:
    def key(row: Row) -> tuple[Any, ...]:
        return row["entity_code"], row["cost_pool_code"]

    rows = _compared(_lines(source), _lines(before) if before else [], key)
    return Section(
        "Restated",
        "This period in the release before",
        "Pools of the period whose amounts are not those of the release before. What"
        " moved between the customers of a pool, echelon compare shows.",
        (*POOL, *BEFORE_AND_NOW),
        [row for row in rows if _is_changed(row)] if before else [],
        group="entity_code",
        nothing=why_none or "No pool of the period changed since the release before.",
    )


def _restated_periods(source: Source, before: Source | None, why_none: str) -> Section:
    query = f"""
        select
            entity_code, cost_pool_code, fiscal_period,
            {{booked}} as booked, {ALLOCATED}
        from finance.{{mart}}
        where fiscal_period < $period
    """

    def lines(of: Source) -> list[Row]:
        return of.rows(query.format(booked=of.books.booked, mart=of.books.mart))

    def key(row: Row) -> tuple[Any, ...]:
        return row["entity_code"], row["cost_pool_code"], row["fiscal_period"]

    changed = [
        row
        for row in (_compared(lines(source), lines(before), key) if before else [])
        if _is_changed(row)
    ]
    return Section(
        "Earlier periods",
        "Earlier periods restated since the release before",
        "Pools of earlier periods whose amounts are not those of the release before.",
        (Column("fiscal_period", "Period"), *POOL[:2], *BEFORE_AND_NOW),
        sorted(changed, key=lambda row: (row["fiscal_period"], *key(row))),
        group="fiscal_period",
        nothing=why_none or "No earlier period changed since the release before.",
    )


def _changed_rules(source: Source, before: Source | None, why_none: str) -> Section:
    if before and not before.has("finance.dim_cost_pool_rules"):
        before, why_none = None, "The release before was made before rules were shown."
    query = f"select {', '.join(RULE)} from finance.dim_cost_pool_rules order by all"
    now = [tuple(row.values()) for row in source.rows(query)]
    earlier = [tuple(row.values()) for row in before.rows(query)] if before else now
    changes = [("added", rule) for rule in now if rule not in earlier]
    changes += [("removed", rule) for rule in earlier if rule not in now]
    return Section(
        "Policy",
        "Mapping rules changed since the release before",
        "Policy that puts postings into pools, as of each release.",
        (
            Column("change", "Change"),
            Column("cost_pool_code", "Cost pool"),
            Column("account_pattern", "Accounts"),
            Column("cost_center_pattern", "Cost centre"),
            Column("entity_pattern", "Entity"),
            Column("valid_from_date", "From", "date"),
            Column("valid_to_date", "Until", "date"),
            Column("treatment", "Treatment"),
            Column("reason", "Reason"),
            Column("approved_by", "Approved by"),
        ),
        [
            {"change": change, **dict(zip(RULE, rule, strict=True))}
            for change, rule in changes
        ],
        nothing=why_none or "No mapping rule changed.",
    )


def _period_before(source: Source) -> Section:
    found = source.rows(
        f"select max(fiscal_period) as period from finance.{source.books.mart}"
        " where fiscal_period < $period"
    )
    period = found[0]["period"]

    def key(row: Row) -> tuple[Any, ...]:
        return row["entity_code"], row["cost_pool_code"]

    former = Source(source.connection, period or "", source.books)
    rows = _compared(_lines(source), _lines(former), key) if period else []
    return Section(
        "Period before",
        f"This period against {period}" if period else "The period before",
        "Both as of this release.",
        (*POOL, *BEFORE_AND_NOW),
        rows,
        group="entity_code",
        nothing="Nothing was booked before this period.",
    )


def _lines(source: Source) -> list[Row]:
    return source.rows(
        f"""
        select
            entity_code, cost_pool_code, cost_pool_name,
            {source.books.booked} as booked, {ALLOCATED}
        from finance.{source.books.mart}
        where fiscal_period = $period
        """
    )


def _compared(
    now: list[Row], before: list[Row], key: Callable[[Row], tuple[Any, ...]]
) -> list[Row]:
    """Lay the lines of two readings beside each other; a missing one counts zero."""
    lines_now = {key(row): row for row in now}
    lines_before = {key(row): row for row in before}
    nothing = {"booked": Decimal(0), ALLOCATED: Decimal(0)}
    compared = []
    for place in sorted(lines_now.keys() | lines_before.keys()):
        either = lines_now.get(place) or lines_before[place]
        new = lines_now.get(place, nothing)
        old = lines_before.get(place, nothing)
        row = {
            **either,
            "booked_before": old["booked"],
            "booked_now": new["booked"],
            "allocated_before": old[ALLOCATED],
            "allocated_now": new[ALLOCATED],
        }
        for column in BEFORE_AND_NOW:
            if column.less:
                row[column.name] = difference(row, column.less)
        compared.append(row)
    return compared


def _is_changed(row: Row) -> bool:
    return bool(row["booked_change"] or row["allocated_change"])
