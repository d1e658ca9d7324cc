"""What does each attribute mean, and which landing columns is it made of?

The dbt project says it once: description and ``meta`` of each column, the tests, the
select itself. From there this module writes the reference tables of the release and the
page of the documentation; a test compares them.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dagster_project.resources.compiled_project import DBT_DIR, compiled_manifest
from echelon.config import PROJECT_DIR, load_settings
from echelon.landing.contract import load_contracts
from echelon.lineage import Column, direct_sources, origins

TABLES = ("ftr_customers", "ftr_products")
# Whether an attribute is published at all is not what it is made of.
GATES_OF_ATTRIBUTES = {"int_attribute_admissions"}
MEANINGS = ("formula", "numerator", "denominator", "window", "unit")
REFERENCE = DBT_DIR / "seeds" / "reference"
PAGE = PROJECT_DIR / "docs" / "attributes.md"
HEADING = """\
# Attributes of customers and products

Written by `python -m dagster_project.attribute_dictionary` from the dbt project:
descriptions and `meta` of `_features__models.yml`, the tests, and the selects
themselves, read column by column. A test keeps it current. Owners and use of customer
attributes are policy (`policy_data_owners`); a release says them in
`governance.rpt_attribute_definitions`. Columns that only choose rows are not listed.
"""


def generated_files() -> dict[Path, str]:
    """Return what every generated file should hold, from the dbt project as it is."""
    manifest = compiled_manifest(load_settings())
    selects = {
        unique_id: manifest["nodes"][unique_id]["compiled_code"]
        for table in TABLES
        for unique_id in _upstream(manifest, f"model.echelon.{table}")
    }
    definitions = _definitions(manifest, selects)
    lineage = _lineage(manifest, selects, definitions)
    return {
        REFERENCE / "ref_attribute_definitions.csv": _csv(definitions),
        REFERENCE / "ref_attribute_lineage.csv": _csv(lineage),
        PAGE: _page(definitions, lineage),
    }


def _definitions(
    manifest: Mapping[str, Any], selects: Mapping[str, str]
) -> list[dict[str, str]]:
    rows = []
    for table in TABLES:
        node = manifest["nodes"][f"model.echelon.{table}"]
        tests = _tests_by_column(manifest, node, selects)
        for name, column in node["columns"].items():
            meta = column["config"].get("meta") or {}
            if not meta:
                continue
            rows.append(
                {
                    "table_name": table,
                    "attribute": name,
                    "definition": " ".join(column["description"].split()),
                    **{key: meta.get(key, "") for key in MEANINGS},
                    "model_owner": node["config"]["meta"]["owner"],
                    "test_names": ", ".join(sorted(tests.get(name, ()))),
                }
            )
    return rows


def _tests_by_column(
    manifest: Mapping[str, Any], node: Mapping[str, Any], selects: Mapping[str, str]
) -> dict[str, set[str]]:
    """Name the tests of a column: on it, or expecting a value of it on its way."""
    tests: dict[str, set[str]] = {}
    for test in manifest["nodes"].values():
        if test.get("attached_node") == node["unique_id"] and test.get("column_name"):
            tests.setdefault(test["column_name"], set()).add(test["name"])
    upstream = _upstream(manifest, node["unique_id"]) & set(selects)
    for test in manifest["unit_tests"].values():
        if test["depends_on"]["nodes"][0] not in upstream:
            continue
        for row in test["expect"]["rows"] or ():
            for column in row:
                tests.setdefault(column, set()).add(test["name"])
    return tests


def _upstream(manifest: Mapping[str, Any], unique_id: str) -> set[str]:
    found: set[str] = set()
    open_ids = [unique_id]
    while open_ids:
        current = open_ids.pop()
        if current not in found and current.startswith("model."):
            found.add(current)
            open_ids += manifest["nodes"][current]["depends_on"]["nodes"]
    return found


def _lineage(
    manifest: Mapping[str, Any],
    selects: Mapping[str, str],
    definitions: Iterable[Mapping[str, str]],
) -> list[dict[str, str]]:
    contracts = load_contracts(PROJECT_DIR / "contracts" / "landing")
    landed = {f"raw.{name}" for name in contracts}
    sources = _sources(manifest, selects, contracts)
    return [
        {
            "table_name": row["table_name"],
            "attribute": row["attribute"],
            "source_table": origin.table.removeprefix("raw."),
            "source_column": origin.name,
        }
        for row in definitions
        for origin in sorted(
            origins(Column(f"features.{row['table_name']}", row["attribute"]), sources)
        )
        if origin.table in landed
    ]


def _sources(
    manifest: Mapping[str, Any],
    selects: Mapping[str, str],
    contracts: Mapping[str, Any],
) -> dict[str, dict[str, set[Column]]]:
    """Read each select after those it reads from; one that cannot be read is an end."""
    known = {
        f"raw.{name}": [column.name for column in contract.columns]
        for name, contract in contracts.items()
    }
    for path in (DBT_DIR / "seeds" / "policy").glob("*.csv"):
        known[f"policy.{path.stem}"] = path.read_text().splitlines()[0].split(",")
    sources: dict[str, dict[str, set[Column]]] = {}
    for unique_id in _in_order(manifest, set(selects)):
        node = manifest["nodes"][unique_id]
        if node["name"] in GATES_OF_ATTRIBUTES:
            continue
        address = f"{node['schema']}.{node['name']}"
        try:
            found = direct_sources(selects[unique_id], known)
        except ValueError:
            continue
        sources[address], known[address] = found, list(found)
    return sources


def _in_order(manifest: Mapping[str, Any], ids: set[str]) -> list[str]:
    ordered: list[str] = []
    waiting = sorted(ids)
    while waiting:
        for unique_id in waiting:
            parents = manifest["nodes"][unique_id]["depends_on"]["nodes"]
            if ids.intersection(parents) <= set(ordered):
                ordered.append(unique_id)
        waiting = [unique_id for unique_id in waiting if unique_id not in ordered]
    return ordered


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _page(definitions: list[dict[str, str]], lineage: list[dict[str, str]]) -> str:
    parts = [HEADING]
    for table in TABLES:
        parts.append(f"## features.{table}\n")
        parts += [
            _entry(row, lineage) for row in definitions if row["table_name"] == table
        ]
    return "\n".join(parts)


def _entry(row: Mapping[str, str], lineage: list[dict[str, str]]) -> str:
    made_of = [
        f"`{origin['source_table']}.{origin['source_column']}`"
        for origin in lineage
        if (origin["table_name"], origin["attribute"])
        == (row["table_name"], row["attribute"])
    ]
    lines = [f"### {row['attribute']}", row["definition"], ""]
    lines += [f"- {key}: {row[key]}" for key in MEANINGS if row[key]]
    lines.append("- made of: " + (", ".join(made_of) or "counted rows"))
    tests = re.sub(r"(\w+)", r"`\1`", row["test_names"])
    lines.append(f"- tests: {tests or 'grain and contract of the table'}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the generated files."""
    for path, text in generated_files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
