"""What does a refresh carry over from the release in force?"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.quoting import quote_name
from echelon.release.content import columns_of
from echelon.release.store import Release

IDENTIFIER_HISTORY = "fct_identifier_history"
# Releases made before the history had a table of its own hold it here.
EARLIER_IDENTIFIER_HISTORY = "dim_customer_identifiers"
CARRIED_OVER = {
    "previous_customer_identifiers": IDENTIFIER_HISTORY,
    "previous_identity_events": "fct_identity_events",
    "previous_product_class_changes": "fct_product_class_changes",
    "previous_segment_assignments": "fct_segment_assignments",
    "previous_segment_decisions": "fct_segment_decisions",
    "previous_segment_events": "fct_segment_events",
    "previous_segmentation_reviews": "fct_segmentation_reviews",
    "previous_segments": "dim_segments",
}


def write_previous_tables(
    connection: duckdb.DuckDBPyConnection, project_dir: Path, release: Release | None
) -> None:
    """Write ``raw.previous_*`` from the release in force; empty before the first.

    Columns are those of the dbt contracts, so a column the older release lacks is null.

    Args:
        connection: Read-write connection to the candidate's warehouse.
        project_dir: Root of the source tree.
        release: The release in force, or None.

    Raises:
        EchelonError: ``CONFIGURATION`` if the release holds no identifier history:
            every customer would be given a new id.
    """
    contracts = _contracted_columns(project_dir)
    if release is not None:
        path = str(release.database.resolve()).replace("'", "''")
        connection.execute(f"attach '{path}' as in_force (read_only)")
    for target, model in CARRIED_OVER.items():
        columns = contracts[model]
        declared = ", ".join(f"{quote_name(name)} {kind}" for name, kind in columns)
        connection.execute(f"create table raw.{target} ({declared})")
        if release is None:
            continue
        source, known = _held_columns(connection, model, release)
        shared = ", ".join(quote_name(name) for name, _ in columns if name in known)
        if shared:
            connection.execute(
                f"insert into raw.{target} by name"
                f" select {shared} from in_force.core.{source}"
            )
    if release is not None:
        connection.execute("detach in_force")


def _held_columns(
    connection: duckdb.DuckDBPyConnection, model: str, release: Release
) -> tuple[str, set[str]]:
    """Find the table of the release in force that holds a model, and its columns."""
    names = [model]
    if model == IDENTIFIER_HISTORY:
        names.append(EARLIER_IDENTIFIER_HISTORY)
    for name in names:
        known = {
            column for column, _ in columns_of(connection, "in_force", f"core.{name}")
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
    folder = project_dir / "dbt_project" / "models" / "marts" / "core"
    contracts: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        described: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader) or {}
        for model in described.get("models", []):
            columns = model.get("columns", [])
            contracts[model["name"]] = [(c["name"], c["data_type"]) for c in columns]
    for model in CARRIED_OVER.values():
        if not contracts.get(model):
            raise EchelonError(
                ExitCode.CONFIGURATION,
                Fault(
                    code="contract_missing",
                    message=f"no contract describes the columns of core.{model}",
                    file="dbt_project/models/marts/core",
                    rule="a refresh carries this table over from the release in force",
                ),
            )
    return contracts
