"""How do native extracts become landing deliveries? By a mapping file alone."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from echelon.documents import read_document
from echelon.landing.contract import TableContract, load_contracts
from echelon.landing.land_block import Work
from echelon.landing.land_delivery import (
    DeliveryDraft,
    LandedDelivery,
    LandedTable,
    draft_policy,
    stage_delivery,
)
from echelon.landing.land_files import delivered_period, write_table
from echelon.landing.land_tables import build_table
from echelon.landing.land_together import publish_together, scratch_of_landing
from echelon.landing.mapping import Mapping, MappingDocument
from echelon.landing.mapping_check import absent_tables, check_mapping
from echelon.landing.sources import create_queries, load_files
from echelon.quoting import quote_text

CONTRACT_DIRECTORY = Path(__file__).parents[2] / "contracts" / "landing"


def land(
    mapping_path: Path,
    source_dir: Path,
    landing_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> list[LandedDelivery]:
    """Turn native extracts into immutable landing deliveries, one per system.

    Args:
        mapping_path: The mapping file of the company.
        source_dir: Directory with the native extracts.
        landing_dir: Directory that receives ``<system>/<delivery_id>/``.
        progress: Called with a short sentence before each step of the work.

    Returns:
        One delivery per system, also where the same content had landed before
        (``is_new`` is false then, and nothing was written).

    Raises:
        EchelonError: CONFIGURATION, if the mapping is wrong; INPUT_REJECTED, if the
            sources are not as it says; BUSY, if another landing is under way. Nothing
            has landed then.
    """
    say = progress or (lambda _: None)
    contracts = load_contracts(CONTRACT_DIRECTORY)
    document = read_document(mapping_path, Mapping, "mapping")
    check_mapping(document, contracts)
    policy = draft_policy(document)
    with scratch_of_landing(landing_dir) as staging:
        with duckdb.connect(str(staging / "work.duckdb")) as connection:
            # What carries a zone reads the same on any machine.
            connection.execute("set TimeZone = 'UTC'")
            say("reading the source files")
            load_files(connection, document, source_dir)
            _close_off(connection, staging)
            create_queries(connection, document)
            work = Work(connection, document)
            tables = _build(work, contracts, staging, say)
            period = delivered_period(work, contracts)
        drafts = _drafts(document, contracts, tables, period)
        drafts += [policy.dated(period)] if policy else []
        say("publishing the deliveries")
        deliveries = [
            stage_delivery(document.content, draft, staging, landing_dir)
            for draft in drafts
        ]
        publish_together(staging, deliveries)
        return deliveries


def _drafts(
    document: MappingDocument,
    contracts: dict[str, TableContract],
    tables: list[LandedTable],
    period: str,
) -> list[DeliveryDraft]:
    """Sort tables and reasons by system; a system without tables still says why."""
    absent = absent_tables(document, contracts)
    return [
        DeliveryDraft(
            system,
            period,
            [table for table in tables if contracts[table.name].system == system],
            {
                name: reason
                for name, (_, reason) in absent.items()
                if contracts[name].system == system
            },
        )
        for system in sorted({contract.system for contract in contracts.values()})
    ]


def _close_off(connection: duckdb.DuckDBPyConnection, staging: Path) -> None:
    """From here on SQL of the mapping runs: it may see the sources and nothing else."""
    spill = quote_text(str(staging / "spill"))
    for setting in (
        f"temp_directory = {spill}",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")


def _build(
    work: Work,
    contracts: dict[str, TableContract],
    staging: Path,
    say: Callable[[str], None],
) -> list[LandedTable]:
    tables = []
    for name, contract in contracts.items():
        table = work.document.content.tables.get(name)
        if table is not None:
            say(f"mapping {name}")
            relation = build_table(work, contract, table)
            tables.append(write_table(work, contract, relation, staging))
    return tables
