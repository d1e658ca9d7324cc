"""Where does a customer's cost come from, and who bears a journal?

Both ways over tables and views of the release that anyone may query; here only rows are
chosen, and every step is added up again and must equal the one before it.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from echelon.customer_ids import WHERE_THEY_ARE, persistent_ids
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.reader import Row, open_database, read_rows
from echelon.release.store import release_in_force

POOL = ("entity_code", "cost_pool_code")

CUSTOMER_STEPS = {
    "activities": (
        "allocated_amount_base_ccy",
        """
        select
            costs.entity_code, costs.cost_pool_code, costs.carried_by_pool_code,
            costs.activity_code, activities.driver_code, activities.driver_unit,
            cast(costs.driver_qty * 0.000001 as decimal(28, 6)) as driver_unit_qty,
            cast(activities.total_driver_qty * 0.000001 as decimal(28, 6))
                as total_unit_qty,
            costs.cost_object_count, costs.allocated_amount_base_ccy
        from finance.rpt_cost_to_serve_by_customer_pool_month as costs
        left join core.fct_cost_activities as activities using (
            entity_code, fiscal_period, cost_pool_code, carried_by_pool_code,
            activity_code
        )
        where costs.customer_id = $customer and costs.fiscal_period = $period
        order by all
        """,
    ),
    "events": (
        "allocated_amount_base_ccy",
        """
        select
            entity_code, cost_pool_code, carried_by_pool_code, activity_code,
            order_id, line_no, product_id, driver_code,
            cast(driver_qty * 0.000001 as decimal(28, 6)) as driver_unit_qty,
            allocated_amount_base_ccy
        from core.fct_cost_to_serve
        where customer_id = $customer and fiscal_period = $period
        order by all
        """,
    ),
    "postings": (
        "traced_amount_base_ccy",
        """
        select
            traces.entity_code, traces.cost_pool_code, traces.document_id,
            traces.line_no, postings.posting_date, postings.account_id,
            postings.account_name, postings.cost_center_id, postings.account_pattern,
            postings.rule_valid_from_date, postings.amount_base_ccy,
            sum(traces.traced_amount_base_ccy) as traced_amount_base_ccy
        from finance.fct_cost_traces as traces
        inner join finance.fct_ledger_lines as postings using (
            entity_code, fiscal_period, cost_pool_code, ledger_code, document_id,
            line_no
        )
        where traces.customer_id = $customer and traces.fiscal_period = $period
        group by all
        order by all
        """,
    ),
}
RULES = """
    select
        cost_pool_code, account_pattern, cost_center_pattern, entity_pattern,
        valid_from_date, treatment, behaviour, reason, approved_by
    from finance.dim_cost_pool_rules
    order by all
"""
POSTINGS = """
    select
        entity_code, fiscal_period, cost_pool_code, document_id, line_no,
        posting_date, account_id, account_name, cost_center_id, account_pattern,
        rule_valid_from_date, amount_base_ccy
    from finance.fct_ledger_lines
    where document_id = $journal
    order by all
"""
# Entity and period first: the shares of a pool are computed for that pool alone.
DESTINATIONS = """
    select
        traces.entity_code, traces.fiscal_period, traces.cost_pool_code,
        traces.line_no, traces.destination_code, traces.carried_by_pool_code,
        traces.activity_code, traces.customer_id, customers.customer_name,
        traces.traced_amount_base_ccy
    from finance.fct_cost_traces as traces
    left join core.dim_customers as customers using (customer_id)
    where
        traces.entity_code = $entity and traces.fiscal_period = $period
        and traces.cost_pool_code = $pool and traces.document_id = $journal
        and traces.traced_amount_base_ccy != 0
    order by all
"""


@dataclass(frozen=True)
class Trace:
    """A cost and what it is made of, step by step.

    Attributes:
        release_id: The release it is read from.
        subject: What was asked for, by name.
        amount_base_ccy: The cost; every step adds up to it.
        steps: Rows of each step by its name.
        rules: The policy rules that put the postings into their pools.
    """

    release_id: str
    subject: dict[str, str]
    amount_base_ccy: Decimal
    steps: dict[str, list[Row]]
    rules: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def trace_customer(data_dir: Path, customer_id: str, period: str) -> Trace:
    """Follow what a customer costs in a period back to driver events and postings.

    Args:
        data_dir: Directory of everything a run writes.
        customer_id: The customer.
        period: The fiscal period.

    Returns:
        The steps ``activities``, ``events`` and ``postings``.

    Raises:
        EchelonError: ``CONFIGURATION`` if the customer has no cost in the period,
            ``INTEGRITY`` if a step does not add up to the customer's cost to serve.
    """
    release = release_in_force(data_dir)
    asked = {"customer": customer_id, "period": period}
    with open_database(release.database) as connection:
        shown = read_rows(
            connection,
            "select cost_to_serve_amount_base_ccy"
            " from finance.rpt_profitability_by_customer_month"
            " where customer_id = $customer and fiscal_period = $period",
            asked,
        )
        if not shown:
            raise _no_customer(connection, asked)
        steps = {
            name: read_rows(connection, query, asked)
            for name, (_, query) in CUSTOMER_STEPS.items()
        }
        rules = _rules_of(connection, steps["postings"])
    amount = shown[0]["cost_to_serve_amount_base_ccy"] or Decimal(0)
    expected = _by(steps["activities"], POOL, CUSTOMER_STEPS["activities"][0])
    for name, (column, _) in CUSTOMER_STEPS.items():
        _refuse_unless_equal(name, _by(steps[name], POOL, column), expected)
    _refuse_unless_equal("cost to serve", {(): sum(expected.values())}, {(): amount})
    return Trace(release.release_id, asked, amount, steps, rules)


def trace_journal(data_dir: Path, journal_id: str) -> Trace:
    """Follow a journal forward to the customers that bear it, and to what nobody bears.

    Args:
        data_dir: Directory of everything a run writes.
        journal_id: The journal; of a charge, ``tms:`` or ``erp:`` and its document.

    Returns:
        The steps ``postings`` and ``destinations``.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release has no posting of the journal,
            ``INTEGRITY`` if a posting's destinations do not add up to it.
    """
    release = release_in_force(data_dir)
    asked = {"journal": journal_id}
    line = ("entity_code", "fiscal_period", "cost_pool_code", "line_no")
    with open_database(release.database) as connection:
        postings = read_rows(connection, POSTINGS, asked)
        if not postings:
            raise _nothing(
                f"no profit-and-loss posting of journal {journal_id!r}",
                "finance.fct_ledger_lines lists the journals",
            )
        places = sorted({tuple(row[name] for name in line[:3]) for row in postings})
        destinations = [
            row
            for entity, period, pool in places
            for row in read_rows(
                connection,
                DESTINATIONS,
                {**asked, "entity": entity, "period": period, "pool": pool},
            )
        ]
        rules = _rules_of(connection, postings)
    expected = _by(postings, line, "amount_base_ccy")
    _refuse_unless_equal(
        "destinations", _by(destinations, line, "traced_amount_base_ccy"), expected
    )
    steps = {"postings": postings, "destinations": destinations}
    total = sum(expected.values(), Decimal(0))
    return Trace(release.release_id, asked, total, steps, rules)


def _rules_of(connection: duckdb.DuckDBPyConnection, postings: list[Row]) -> list[Row]:
    """List the policy rules that took some postings."""
    used = {
        (row["cost_pool_code"], row["account_pattern"], row["rule_valid_from_date"])
        for row in postings
    }
    return [
        rule
        for rule in read_rows(connection, RULES)
        if (rule["cost_pool_code"], rule["account_pattern"], rule["valid_from_date"])
        in used
    ]


def _by(
    rows: list[Row], key: tuple[str, ...], column: str
) -> dict[tuple[Any, ...], Decimal]:
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in key)] += row[column]
    return {place: amount for place, amount in sums.items() if amount}


def _refuse_unless_equal(
    step: str,
    found: dict[tuple[Any, ...], Any],
    expected: dict[tuple[Any, ...], Decimal],
) -> None:
    if {k: v for k, v in found.items() if v} == {
        k: v for k, v in expected.items() if v
    }:
        return
    differing = sorted(
        place
        for place in found.keys() | expected.keys()
        if found.get(place, 0) != expected.get(place, 0)
    )
    raise EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="trace_differs",
            message=f"{step} do not add up at {' '.join(map(str, differing[0]))}:"
            f" {found.get(differing[0], 0)} against {expected.get(differing[0], 0)}",
            rule="every step of a trace holds the same amount",
            hint="check the release with `echelon verify`",
        ),
    )


def _no_customer(
    connection: duckdb.DuckDBPyConnection, asked: dict[str, str]
) -> EchelonError:
    """Say that there is no such customer, or which one a source system means by it."""
    meant = persistent_ids(connection, asked["customer"])
    if meant:
        return _nothing(meant, f"trace that one; {WHERE_THEY_ARE}")
    return _nothing(
        f"{asked['customer']!r} has neither sales nor cost in {asked['period']!r}",
        "finance.rpt_profitability_by_customer_month lists customers, by their"
        f" persistent id, and periods; {WHERE_THEY_ARE}",
    )


def _nothing(message: str, hint: str) -> EchelonError:
    fault = Fault("nothing_to_trace", message, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
