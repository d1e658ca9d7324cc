"""The dbt models as assets: three passes, identity and segmentation between them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from dagster_project.failed_nodes import failure_of, policy_files
from dagster_project.faults import reported_faults
from dagster_project.refused_inputs import check_rates_and_pools
from dagster_project.resources.compiled_project import compiled_manifest
from dagster_project.resources.refresh import RefreshResource
from echelon.config import load_settings
from echelon.release.controls import record_build
from echelon.warehouse.build import Outcome, build
from echelon.warehouse.nodes import SEED, TEST, read_nodes, select_nodes

MANIFEST = compiled_manifest(load_settings())
NODES = read_nodes(MANIFEST)
# Rules of every row; as checks they would cost a refresh seconds and say nothing new.
UNSHOWN_RULES = {"unique_combination", "within", "not_before"}


class OneAddressTranslator(DagsterDbtTranslator):
    """Gives a model the group and owner that its schema and YAML already name."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group by schema: the first part of a table's one address."""
        if dbt_resource_props["resource_type"] == "source":
            return str(dbt_resource_props["source_name"])
        schema = dbt_resource_props.get("config", {}).get("schema")
        return str(schema) if schema else None

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str] | None:
        """Name the team in the model's ``meta.owner``."""
        meta = dbt_resource_props.get("config", {}).get("meta") or {}
        return [f"team:{meta['owner']}"] if "owner" in meta else None

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Show the description without the SQL: grain first, then who it is for."""
        return str(dbt_resource_props.get("description") or dbt_resource_props["name"])

    def get_asset_check_spec(
        self,
        asset_spec: dg.AssetSpec,
        manifest: Mapping[str, Any],
        unique_id: str,
        project: DbtProject | None,
    ) -> dg.AssetCheckSpec | None:
        """Show what a test says of the business, not the grain every model tests.

        A broken grain still fails the pass; 180 checks that only say so cost seconds.
        """
        if _rule_of(unique_id) in UNSHOWN_RULES:
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)


def _rule_of(unique_id: str) -> str:
    test = MANIFEST["nodes"].get(unique_id, {}).get("test_metadata") or {}
    return str(test.get("name", ""))


def is_made_of(manifest: Mapping[str, Any], model_name: str, source_name: str) -> bool:
    """Say whether a model reads a source table, be it through other models."""
    waiting = [f"model.echelon.{model_name}"]
    seen: set[str] = set()
    while waiting:
        node_id = waiting.pop()
        if node_id in seen:
            continue
        seen.add(node_id)
        node = manifest["nodes"].get(node_id)
        waiting += node["depends_on"].get("nodes", []) if node else []
    return any(node_id.endswith(f".{source_name}") for node_id in seen)


TRANSLATOR = OneAddressTranslator()
SEEDS = {node.unique_id: node for node in NODES if node.kind == SEED}
ASSET_KEYS = {
    node.unique_id: TRANSLATOR.get_asset_key(MANIFEST["nodes"][node.unique_id])
    for node in NODES
    if node.kind != TEST
}


@dbt_assets(
    manifest=MANIFEST,
    selector="before_identity",
    name="before_identity",
    dagster_dbt_translator=TRANSLATOR,
    pool="warehouse",
)
def before_identity(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[Any]:
    """Policy, staging and what customers are matched by."""
    yield from _build(context, refresh)


@dbt_assets(
    manifest=MANIFEST,
    selector="before_segmentation",
    name="before_segmentation",
    dagster_dbt_translator=TRANSLATOR,
    pool="warehouse",
)
def before_segmentation(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[Any]:
    """Resolved customers, intermediate models and features."""
    yield from _build(context, refresh, check_rates_and_pools)


@dbt_assets(
    manifest=MANIFEST,
    selector="after_segmentation",
    name="after_segmentation",
    dagster_dbt_translator=TRANSLATOR,
    pool="warehouse",
)
def after_segmentation(
    context: dg.AssetExecutionContext, refresh: RefreshResource
) -> Iterator[Any]:
    """Marts: what people and systems read."""
    yield from _build(context, refresh)


def _build(
    context: dg.AssetExecutionContext,
    refresh: RefreshResource,
    check_rows: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
) -> Iterator[Any]:
    """Build one pass and report each model and test to Dagster, then any failure."""
    wanted = {
        unique_id
        for unique_id, asset_key in ASSET_KEYS.items()
        if asset_key in context.selected_asset_keys
    }
    outcomes: list[Outcome] = []
    with reported_faults(), refresh.connect_beside_previous() as connection:
        nodes = select_nodes(NODES, wanted)
        for outcome in build(connection, nodes, refresh.candidate.seeds_dir):
            outcomes.append(outcome)
            yield from _events(context, outcome)
        record_build(refresh.candidate, outcomes)
        if check_rows is not None:
            # A missing rate fails tests too: the row to mend is the better answer.
            check_rows(connection)
        failed = [one for one in outcomes if one.failure is not None]
        if failed:
            candidate = refresh.candidate
            files = policy_files(SEEDS, candidate.seeds_dir, candidate.given_files)
            raise failure_of(failed, connection, files)


def _events(context: dg.AssetExecutionContext, outcome: Outcome) -> Iterator[Any]:
    """Tell Dagster of a relation that was built, or of a test that is a check."""
    node = outcome.node
    metadata: dict[str, Any] = {"seconds": round(outcome.seconds, 3)}
    if node.kind != TEST:
        if outcome.failure is None:
            output_name = ASSET_KEYS[node.unique_id].to_python_identifier()
            yield dg.Output(value=None, output_name=output_name, metadata=metadata)
        return
    check = get_asset_check_key_for_test(MANIFEST, TRANSLATOR, node.unique_id, None)
    if check is not None and check in context.selected_asset_check_keys:
        yield dg.AssetCheckResult(
            passed=outcome.failure is None,
            asset_key=check.asset_key,
            check_name=check.name,
            metadata={**metadata, "failing rows": outcome.failing_row_count},
        )
