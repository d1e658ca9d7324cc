"""The dbt project keeps the house rules that no linter knows."""

import itertools
import re

import pytest

from benchmarks.control_defects import ACROSS_MODELS
from dagster_project.resources.compiled_project import DBT_DIR, compiled_manifest
from echelon.config import load_settings

PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "features": ("ftr_",),
    "marts": ("dim_", "fct_", "rpt_", "sync_"),
}
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "features": {"intermediate", "staging", "seed"},
    "marts": {"staging", "intermediate", "features", "marts", "seed"},
}

# What a select does beyond naming columns.
LOGIC = re.compile(
    r"\b(join|where|group by|having|qualify|union|distinct|case|over|coalesce)\b"
)
# Read by no model on purpose: the contract of a table is whole, its use comes later.
READ_BY_NOBODY = {
    "stg_gl__cost_centers": "policy says which pool serves which",
}


@pytest.fixture(scope="module")
def manifest():
    return compiled_manifest(load_settings())


@pytest.fixture(scope="module")
def models(manifest):
    return [
        node for node in manifest["nodes"].values() if node["resource_type"] == "model"
    ]


def layer_of(node):
    return node["fqn"][1]


def statements_of(node):
    lines = (DBT_DIR / node["original_file_path"]).read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


def test_a_models_prefix_says_its_layer(models):
    strangers = [
        node["name"]
        for node in models
        if not node["name"].startswith(PREFIXES[layer_of(node)])
    ]
    assert strangers == []


def test_a_layer_reads_only_the_layers_below_it(manifest, models):
    offences = []
    for node in models:
        for parent_id in node["depends_on"]["nodes"]:
            kind = parent_id.split(".")[0]
            parent = layer_of(manifest["nodes"][parent_id]) if kind == "model" else kind
            if parent not in MAY_READ[layer_of(node)]:
                offences.append((node["name"], parent_id))
    assert offences == []


def test_only_marts_and_their_staging_see_the_segments(manifest, models):
    segmentation = {
        node["unique_id"] for node in models if "stg_segmentation__" in node["name"]
    }
    offenders = [
        node["name"]
        for node in models
        if layer_of(node) != "marts"
        and segmentation.intersection(node["depends_on"]["nodes"])
    ]
    assert offenders == []


def test_every_model_states_its_grain_and_its_owner(models):
    silent = [
        node["name"]
        for node in models
        if not node["description"].startswith("Grain: ")
        or not node["config"]["meta"].get("owner")
        or not node["config"]["meta"].get("grain")
    ]
    assert silent == []


def test_every_model_tests_its_grain(manifest, models):
    """A view over large tables may be tested in the one table that holds its rows.

    There a number may stand for several columns: `grain_numbers` says for which.
    """
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "unique_combination"
    }
    by_name = {node["name"]: node for node in models}
    untested = []
    for node in models:
        meta = node["config"]["meta"]
        holder = by_name[meta.get("grain_tested_in", node["name"])]
        held = holder["config"]["meta"]
        numbered = itertools.chain(*held.get("grain_numbers", {}).values())
        finer = set(meta["grain"]) - set(held["grain"]) - set(numbered)
        if holder["unique_id"] not in tested or finer:
            untested.append(node["name"])
    assert untested == []


def test_every_model_with_logic_has_a_unit_test(manifest, models):
    tested = {
        parent
        for unit_test in manifest["unit_tests"].values()
        for parent in unit_test["depends_on"]["nodes"][:1]
    }
    bare = [
        node["name"]
        for node in models
        if layer_of(node) != "staging"
        and node["unique_id"] not in tested
        and LOGIC.search(statements_of(node))
    ]
    assert bare == []


def test_every_test_across_models_knows_a_defect_it_must_catch():
    names = {path.stem for path in (DBT_DIR / "tests").glob("*.sql")}
    assert names == ACROSS_MODELS.keys()


def test_every_audience_has_an_exposure(manifest):
    assert {exposure["name"] for exposure in manifest["exposures"].values()} >= {
        "business_intelligence",
        "finance_close",
        "operations",
    }


def test_published_columns_are_described_and_typed(models):
    bare = [
        f"{node['name']}.{column}"
        for node in models
        if layer_of(node) in ("features", "marts")
        for column, properties in node["columns"].items()
        if not properties["data_type"] or not properties["description"].strip()
    ]
    assert bare == []


def test_every_staging_model_is_read_or_says_why_not(manifest, models):
    read = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
    }
    unread = {
        node["name"]
        for node in models
        if layer_of(node) == "staging" and node["unique_id"] not in read
    }
    assert unread == set(READ_BY_NOBODY)
