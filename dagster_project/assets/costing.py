"""Who bears what service departments cost: between the last two dbt passes."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import dagster as dg
import duckdb
import pandas as pd

from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.costing.services import (
    METHODS,
    ClosedServiceLoopError,
    ServiceUse,
    charge_services,
)
from echelon.errors import EchelonError, ExitCode, Fault

Place = tuple[str, str, str]  # ledger, entity, fiscal period
SERVICES_FILE = "policy/policy_pool_services.csv"
COLUMNS = {
    "ledger_code": "string",
    "entity_code": "string",
    "fiscal_period": "string",
    "cost_pool_code": "string",
    "carried_by_pool_code": "string",
    "amount_cents": "int64",
}


@dg.asset(
    key=["costing", "service_charges"],
    group_name="costing",
    owners=["team:finance"],
    deps=[
        ["intermediate", "int_cost_pools_aggregated"],
        ["intermediate", "int_pool_services_chosen"],
    ],
    kinds={"duckdb"},
    pool="warehouse",
)
def service_charges(refresh: RefreshResource) -> dg.MaterializeResult[None]:
    """Grain: ledger, entity, period, service pool, carrying pool. What each bears."""
    with reported_faults():
        given = refresh.candidate.given_files[SERVICES_FILE]
        with refresh.connect() as connection:
            rows = list(charge_places(connection, given))
        frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
        refresh.write_tables("costing", {"service_charges": frame})
    return dg.MaterializeResult(metadata={"dagster/row_count": len(frame)})


def charge_places(
    connection: duckdb.DuckDBPyConnection, policy_file: str = SERVICES_FILE
) -> Iterator[tuple[str, str, str, str, str, int]]:
    """Charge the services of each entity and period.

    Args:
        connection: Warehouse with int_cost_pools_aggregated, int_pool_services_chosen.
        policy_file: Where the services are stated, as its owner knows it.

    Returns:
        Rows of ``COLUMNS``, amounts in cents.

    Raises:
        EchelonError: CONFIGURATION, if services serve only each other or policy names
            no method.
    """
    costs: dict[Place, dict[str, int]] = defaultdict(dict)
    for *place, pool, amount in connection.execute(
        """
        select ledger_code, entity_code, fiscal_period, cost_pool_code,
            pool_amount_base_ccy
        from intermediate.int_cost_pools_aggregated
        where treatment = 'service' order by all
        """
    ).fetchall():
        costs[place[0], place[1], place[2]][pool] = int(amount.scaleb(2))
    uses: dict[Place, list[ServiceUse]] = defaultdict(list)
    for *place, source, target, quantity in connection.execute(
        "select ledger_code, entity_code, fiscal_period, from_pool_code, to_pool_code,"
        " service_qty from intermediate.int_pool_services_chosen order by all"
    ).fetchall():
        use = ServiceUse(source, target, Fraction(quantity))
        uses[place[0], place[1], place[2]].append(use)
    rule = _rule(connection)
    for where, cents in costs.items():
        try:
            charged = charge_services(cents, uses[where], *rule)
        except ValueError as error:
            raise _refused(error, where, policy_file) from error
        for pool, carriers in charged.items():
            for carrier, amount in carriers.items():
                yield (*where, pool, carrier, amount)


def _rule(connection: duckdb.DuckDBPyConnection) -> tuple[str, list[str]]:
    """Read the method and order of charging; where no service is used, any will do.

    An order may be empty: it names none.
    """
    rules = connection.execute(
        "select distinct allocation_method, step_order"
        " from intermediate.int_pool_services_chosen"
    ).fetchall()
    method, order = rules[0] if rules else (METHODS[0], "")
    return method, (order or "").split()


def _refused(error: ValueError, place: Place, policy_file: str) -> EchelonError:
    """Say which loop of services is closed, or what else cannot be charged."""
    is_loop = isinstance(error, ClosedServiceLoopError)
    return EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="closed_service_loop" if is_loop else "services_refused",
            message=f"{error} ({place[1]} {place[2]})",
            file=policy_file,
            rule="docs/cost_model.md, service departments",
            hint="give one pool of the loop a user outside of it"
            if is_loop
            else "correct policy_pool_services or service_allocation_method",
        ),
    )
