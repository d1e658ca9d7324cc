"""What does a refresh carry over from the release in force?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.quoting import quote_name, quote_text
from echelon.release.content import columns_of
from echelon.release.store import Release
from echelon.release.ties import ACTIVITY

IN_FORCE = "in_force"
IDENTIFIER_HISTORY = "fct_identifier_history"
# Releases made before the history had a table of its own hold it here.
EARLIER_IDENTIFIER_HISTORY = "dim_customer_identifiers"
COST_ACTIVITIES = "previous_cost_activities"
CARRIED_OVER = {
    COST_ACTIVITIES: "fct_cost_activities",
    "previous_customer_identifiers": IDENTIFIER_HISTORY,
    "previous_identity_events": "fct_identity_events",
    "previous_product_class_changes": "fct_product_class_changes",
    "previous_segment_assignments": "fct_segment_assignments",
    "previous_segment_decisions": "fct_segment_decisions",
    "previous_segment_events": "fct_segment_events",
    "previous_segmentation_reviews": "fct_segmentation_reviews",
    "previous_segments": "dim_segments",
}
# Too many rows to copy: a view of the release where it lies (``attach_previous``).
COST_LEVELS = "previous_cost_levels"
COSTS_IN_PLACE = "rpt_cost_to_serve_by_cost_level_pool_month"
CONTRACT_FOLDERS = ("core", "finance")


@dataclass(frozen=True)
class TakenOver:
    """What a refresh did not allocate again.

    Attributes:
        activities: Activities of a pool whose rows are those of the release before.
        of_activities: All activities.
        periods: Fiscal periods all of whose activities are.
        of_periods: All fiscal periods with cost.
    """

    activities: int = 0
    of_activities: int = 0
    periods: int = 0
    of_periods: int = 0


def write_previous_tables(
    connection: duckdb.DuckDBPyConnection,
    project_dir: Path,
    release: Release | None,
    takes_over: bool = False,
) -> None:
    """Write ``raw.previous_*`` from the release in force; empty before the first.

    Columns are those of the dbt contracts, so a column the older release lacks is null.

    Args:
        connection: Read-write connection to the candidate's warehouse.
        project_dir: Root of the source tree.
        release: The release in force, or None.
        takes_over: Whether what it allocated may stand for allocating it again: the
            same code made it. Else its costs are left out.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release holds no identifier history:
            every customer would be given a new id.
    """
    contracts = _contracted_columns(project_dir)
    if release is not None:
        attach_previous(connection, release.database)
    for target, model in CARRIED_OVER.items():
        columns = contracts[model]
        _declare(connection, target, columns)
        if release is None or (target == COST_ACTIVITIES and not takes_over):
            continue
        source, known = _held_columns(connection, model, release)
        shared = ", ".join(quote_name(name) for name, _ in columns if name in known)
        if shared:
            connection.execute(
                f"insert into raw.{target} by name"
                f" select {shared} from {IN_FORCE}.core.{source}"
            )
    columns = contracts[COSTS_IN_PLACE]
    if takes_over:
        names = ", ".join(quote_name(name) for name, _ in columns)
        connection.execute(
            f"create view raw.{COST_LEVELS} as"
            f" select {names} from {IN_FORCE}.finance.{COSTS_IN_PLACE}"
        )
    else:
        _declare(connection, COST_LEVELS, columns)
    if release is not None:
        detach_previous(connection)


def attach_previous(connection: duckdb.DuckDBPyConnection, database: Path) -> None:
    """Attach the release in force, read-only, where ``raw.previous_*`` looks for it."""
    path = quote_text(str(database.resolve()))
    connection.execute(f"attach {path} as {IN_FORCE} (read_only)")


def detach_previous(connection: duckdb.DuckDBPyConnection) -> None:
    """Detach it again: whoever asks for all tables there are means the candidate's."""
    connection.execute(f"detach {IN_FORCE}")


def count_taken_over(connection: duckdb.DuckDBPyConnection, catalog: str) -> TakenOver:
    """Count what a refresh did not allocate again.

    Args:
        connection: Connection that has the candidate's warehouse attached.
        catalog: Name under which it is attached.

    Returns:
        The counts.
    """
    counts = connection.execute(
        f"""
        with activities as (
            select
                activities.fiscal_period,
                former.allocation_fingerprint is not null as is_former
            from {catalog}.core.fct_cost_activities as activities
            left join {catalog}.raw.{COST_ACTIVITIES} as former
                using ({", ".join(ACTIVITY)}, allocation_fingerprint)
        ),
        periods as (
            select count(*) as activities, count(*) filter (is_former) as former
            from activities group by fiscal_period
        )
        select
            coalesce(sum(former), 0), coalesce(sum(activities), 0),
            count(*) filter (former = activities), count(*)
        from periods
        """
    ).fetchall()[0]
    return TakenOver(*map(int, counts))


def _declare(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]
) -> None:
    declared = ", ".join(f"{quote_name(name)} {kind}" for name, kind in columns)
    connection.execute(f"create table raw.{table} ({declared})")


def _held_columns(
    connection: duckdb.DuckDBPyConnection, model: str, release: Release
) -> tuple[str, set[str]]:
    """Find the table of the release in force that holds a model, and its columns."""
    names = [model]
    if model == IDENTIFIER_HISTORY:
        names.append(EARLIER_IDENTIFIER_HISTORY)
    for name in names:
        known = {
            column for column, _ in columns_of(connection, IN_FORCE, f"core.{name}")
        }
        if known:
            return name, known
    if model == IDENTIFIER_HISTORY:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="identifier_history_missing",
                message=f"release {release.release_id} holds neither core.{names[0]} "
                f"nor core.{names[1]}",
                file=str(release.database),
                rule="customer ids survive from release to release",
                hint="roll back to a release that holds one of them",
            ),
        )
    return model, set()


def last_recorded_at(
    connection: duckdb.DuckDBPyConnection, release: Release
) -> datetime:
    """Return the latest moment at which the release in force recorded anything."""
    assigned = connection.execute(
        "select max(recorded_at) from raw.previous_segment_assignments"
    ).fetchall()[0][0]
    return max(release.recorded_at, assigned or release.recorded_at)


def next_recorded_at(as_of: datetime, last: datetime | None) -> datetime:
    """Return the as-of moment, or one second after the last record if that is later."""
    if last is None or last < as_of:
        return as_of
    return last + timedelta(seconds=1)


def _contracted_columns(project_dir: Path) -> dict[str, list[tuple[str, str]]]:
    marts = project_dir / "dbt_project" / "models" / "marts"
    contracts: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(
        path for folder in CONTRACT_FOLDERS for path in (marts / folder).glob("*.yml")
    ):
        text = path.read_text(encoding="utf-8")
        described: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader) or {}
        for model in described.get("models", []):
            columns = model.get("columns", [])
            contracts[model["name"]] = [(c["name"], c["data_type"]) for c in columns]
    for model in (*CARRIED_OVER.values(), COSTS_IN_PLACE):
        if not contracts.get(model):
            raise EchelonError(
                ExitCode.CONFIGURATION,
                Fault(
                    code="contract_missing",
                    message=f"no contract describes the columns of {model}",
                    file="dbt_project/models/marts",
                    rule="a refresh carries this table over from the release in force",
                    hint="put the model's columns back into a .yml file there",
                ),
            )
    return contracts
