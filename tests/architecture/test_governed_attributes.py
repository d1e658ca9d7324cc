"""Every attribute of a customer has an owner, and the register knows which are used."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from dagster_project.attribute_dictionary import generated_files
from models_ml.features import CUSTOMER_FEATURES
from models_ml.features import INDIRECT_FEATURES as INDIRECT

PROJECT = Path(__file__).parents[2] / "dbt_project"
MACROS = PROJECT / "macros"
KEYS = {
    "customer_id",
    "product_id",
    "as_of_date",
    "business_unit",
    "first_order_date",
    "is_excluded",
    "exclusion_reason",
}


def listed(macro):
    text = (MACROS / f"{macro}.sql").read_text(encoding="utf-8")
    return re.findall(r"^    '(\w+)',$", text, re.M)


def owners():
    path = PROJECT / "seeds" / "policy" / "policy_data_owners.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["field"]: row for row in csv.DictReader(stream)}


def governed():
    return listed("measured_attributes") + listed("governed_attributes")


def columns_of(table):
    path = PROJECT / "models" / "features" / "_features__models.yml"
    models = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    return next(m["columns"] for m in models if m["name"] == table)


def test_every_published_attribute_is_governed():
    published = {column["name"] for column in columns_of("ftr_customers")} - KEYS
    assert set(governed()) == {
        name for name in published if not name.startswith("is_imputed_")
    }


def test_every_governed_attribute_has_an_owner_by_default():
    without = [name for name in governed() if not owners()[name]["owner"]]
    assert without == []


def test_the_register_lists_the_attributes_of_the_segmentation():
    for_segments = {
        name for name, row in owners().items() if row["attribute_use"] == "segmentation"
    }
    assert for_segments == {feature.name for feature in CUSTOMER_FEATURES}


def test_policy_can_switch_every_soft_factor_on():
    uses = {factor.name: owners()[factor.name]["attribute_use"] for factor in INDIRECT}
    assert set(uses.values()) == {"reporting"}


@pytest.mark.parametrize("table", ["ftr_customers", "ftr_products"])
def test_every_attribute_says_how_it_is_computed(table):
    silent = [
        column["name"]
        for column in columns_of(table)
        if column["name"] not in KEYS
        and not column["name"].startswith("is_imputed_")
        and not {"formula", "window", "unit"}
        <= set(column.get("config", {}).get("meta", {}))
    ]
    assert silent == []


def test_the_dictionary_is_what_the_project_says():
    """Else: ``python -m dagster_project.attribute_dictionary``."""
    stale = [
        path.name
        for path, text in generated_files().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == []
