"""The dbt models as assets: three passes, identity and segmentation between them."""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_project.faults import reported_faults
from dagster_project.refused_inputs import check_rates_and_pools
from dagster_project.resources.dbt_runner import (
    RunningDbt,
    manifest_of,
    parsed_project,
    point_dbt,
    prepare_dbt,
    with_seeds,
)
from dagster_project.resources.refresh import RefreshResource
from echelon.config import load_settings
from echelon.errors import EchelonError, ExitCode, Fault

prepare_dbt(load_settings())
MANIFEST = manifest_of(parsed_project())
# Unit tests guard the logic (`make test`), not the data of a refresh.
BUILD = ["build", "--no-write-json", "--exclude-resource-type", "unit_test"]
POLICY_GAP = "policy incomplete: "  # what macros `threshold` and `setting` raise
FAILURES = {
    "test": (ExitCode.GATE_FAILED, "dbt_test_failed"),
    "seed": (ExitCode.CONFIGURATION, "policy_unreadable"),
}


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
        if _is_of_grain(unique_id):
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)


def _is_of_grain(unique_id: str) -> bool:
    test = MANIFEST["nodes"].get(unique_id, {}).get("test_metadata") or {}
    return test.get("name") == "unique_combination"


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
    yield from _build(context, refresh, "before_identity")


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
    yield from _build(context, refresh, "before_segmentation")


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
    yield from _build(context, refresh, "after_segmentation")


def _build(
    context: dg.AssetExecutionContext, refresh: RefreshResource, selector: str
) -> Iterator[Any]:
    """Build one pass and report each model and test to Dagster, then any failure."""
    with reported_faults():
        candidate = refresh.candidate
        project = with_seeds(parsed_project(), candidate.seeds_dir)
        point_dbt(refresh.settings, candidate.warehouse)
        selection, _ = get_subset_selection_for_context(
            context=context,
            manifest=MANIFEST,
            select=None,
            exclude=None,
            selector=selector,
            dagster_dbt_translator=TRANSLATOR,
            current_dbt_indirect_selection_env=None,
        )
        build = RunningDbt([*BUILD, *selection], project)
        for message in build.results():
            if _is_of_grain(message["data"]["node_info"]["unique_id"]):
                continue
            yield from DbtCoreCliEventMessage(
                raw_event=message, event_history_metadata={}
            ).to_default_asset_events(MANIFEST, TRANSLATOR, context)
        result = build.outcome()
        if selector == "before_segmentation":
            # A missing rate fails tests too: the row to mend is the better answer.
            with refresh.connect() as connection:
                check_rates_and_pools(connection)
        if not result.success:
            with refresh.connect() as connection:
                raise _failure_of(result, connection)


def _failure_of(result: Any, connection: duckdb.DuckDBPyConnection) -> EchelonError:
    """Say which node failed first: a broken test closes the gate, a seed is policy."""
    failed = [node for node in result.result if node.status in ("error", "fail")]
    first = failed[0]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    kind = str(first.node.resource_type)
    exit_code, code = FAILURES.get(kind, (ExitCode.INTERNAL, "dbt_model_failed"))
    reason = " ".join(str(first.message).split())
    if POLICY_GAP in reason:
        exit_code, code = ExitCode.CONFIGURATION, "policy_incomplete"
        reason = reason.rpartition(POLICY_GAP)[2].partition(" LINE ")[0]
    elif first.status == "fail":
        reason += _first_case(first.node, connection)
    return EchelonError(
        exit_code,
        Fault(
            code=code,
            message=f"{kind} {first.node.name}: {reason}{more}",
            file=first.node.path if kind == "seed" else first.node.original_file_path,
            rule=first.node.name,
            hint="the former release stays in force",
        ),
    )


def _first_case(test: Any, connection: duckdb.DuckDBPyConnection) -> str:
    """Name the first row a data test found: keys and codes, which tests select."""
    cursor = connection.execute(
        f"select * from ({test.compiled_code}) order by all limit 1"
    )
    names = [column[0] for column in cursor.description or ()]
    found = cursor.fetchall()
    if not found:
        return ""
    named = ", ".join(
        f"{name} {value}" for name, value in zip(names, found[0], strict=True)
    )
    return f"; first: {named}"
