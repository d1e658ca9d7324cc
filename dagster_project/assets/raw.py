"""The landed deliveries as assets: one per contract table."""

import logging
from collections.abc import Iterator

import dagster as dg

from dagster_project.assets.dbt import MANIFEST, NODES
from dagster_project.faults import reported_faults
from dagster_project.resources.refresh import RefreshResource
from echelon.config import CONTRACTS_DIR
from echelon.decisions.people import check_members
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.contract import load_contracts
from echelon.landing.load import load_landing
from echelon.release.candidate import Candidate
from echelon.release.inputs import hash_deliveries
from echelon.release.published_file import PUBLISHED_SCHEMAS
from echelon.release.release_tables import OWN_TABLES
from echelon.release.role_check import check_role_access
from echelon.warehouse.nodes import TEST, closed_lists

CONTRACTS = load_contracts(CONTRACTS_DIR)
PUBLISHED = {
    node.address: node.types
    for node in NODES
    if node.kind != TEST and node.schema in PUBLISHED_SCHEMAS
} | OWN_TABLES
CLOSED_LISTS = closed_lists(MANIFEST)
EXTRA_TABLES = {
    "refresh_parameters": "Grain: one row. Release id, as-of date and base currency.",
    "deliveries": "Grain: one row per delivered table. Hashes, rows, sequence.",
    "table_availability": "Grain: one row per contract table. Delivered, or why not.",
    "waived_checks": "Grain: one row per delivery and check it waives. Until when.",
    "quarantined_rows": "Grain: one row per quarantined row. Where and why, no values.",
    "previous_cost_activities": "Grain: as core.fct_cost_activities.",
    "previous_cost_levels": "Grain: as the cost of a level by pool and month.",
    "previous_customer_identifiers": "Grain: as core.fct_identifier_history.",
    "previous_identity_events": "Grain: as core.fct_identity_events.",
    "previous_product_class_changes": "Grain: as core.fct_product_class_changes.",
    "previous_segment_assignments": "Grain: as core.fct_segment_assignments.",
    "previous_segment_decisions": "Grain: as core.fct_segment_decisions.",
    "previous_segment_events": "Grain: as core.fct_segment_events.",
    "previous_segmentation_reviews": "Grain: as core.fct_segmentation_reviews.",
    "previous_segments": "Grain: as core.dim_segments.",
}
LOGGER = logging.getLogger("echelon.refresh")
SPECS = [
    dg.AssetSpec(
        key=["raw", contract.name],
        group_name="raw",
        description=contract.description,
        owners=[f"team:{contract.system}"],
        kinds={"duckdb"},
        skippable=True,
    )
    for contract in CONTRACTS.values()
] + [
    dg.AssetSpec(
        key=["raw", name],
        group_name="raw",
        description=description,
        owners=["team:data-engineering"],
        kinds={"duckdb"},
        skippable=True,
    )
    for name, description in EXTRA_TABLES.items()
]


@dg.multi_asset(
    name="deliveries",
    specs=SPECS,
    pool="warehouse",
)
def deliveries(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[dg.MaterializeResult]:
    """Open a candidate and load every delivery into it; nothing new skips the rest."""
    with reported_faults():
        try:
            candidate = refresh.open_candidate()
        except EchelonError as error:
            if error.exit_code is ExitCode.NOTHING_NEW:
                context.log.info(str(error))
                return
            raise
        _check_roles(candidate)
        context.instance.add_run_tags(
            context.run.run_id, {"echelon/release_id": candidate.release_id}
        )
        with refresh.connect() as connection:
            report = load_landing(
                connection,
                refresh.settings.landing_dir,
                CONTRACTS,
                candidate.as_of_date,
                _announce,
            )
        if hash_deliveries(refresh.settings.data_dir) != candidate.hashes.deliveries:
            raise _landed_meanwhile()
        for name in EXTRA_TABLES:
            yield dg.MaterializeResult(asset_key=["raw", name])
        for name, table in report.tables.items():
            yield dg.MaterializeResult(
                asset_key=["raw", name],
                metadata={
                    "dagster/row_count": table.row_count,
                    "quarantined_row_count": table.quarantined_row_count,
                    "later_row_count": table.later_row_count,
                    "availability": table.unavailable_reason or "available",
                    "input_as_of": str(table.input_as_of_date or "unknown"),
                    "references_without_match": dg.MetadataValue.json(
                        {
                            reference: count
                            for reference, count in report.orphan_counts.items()
                            if reference.startswith(f"{name}.")
                        }
                    ),
                },
            )


def _check_roles(candidate: Candidate) -> None:
    """Refuse policies on roles that publishing would refuse a minute later."""
    policy_dir = candidate.seeds_dir / "policy"
    check_members(policy_dir)
    check_role_access(policy_dir, candidate.as_of_date, PUBLISHED, CLOSED_LISTS)


def _landed_meanwhile() -> EchelonError:
    return EchelonError(
        ExitCode.BUSY,
        Fault(
            code="landed_meanwhile",
            message="the deliveries changed while this refresh was reading them",
            rule="a release names the deliveries it was made of",
            hint="refresh again",
        ),
    )


def _announce(path: str, number: int, count: int) -> None:
    LOGGER.info("loading %s (%d of %d)", path, number, count)
