import shutil
from pathlib import Path

import pytest
import yaml

from echelon.errors import EchelonError, ExitCode
from echelon.landing.contract import load_contracts
from echelon.landing.load import create_raw_schema

CONTRACTS = Path(__file__).parents[3] / "contracts" / "landing"
LOGICAL_TYPES = {"string", "integer", "number", "date", "timestamp", "boolean"}


@pytest.mark.parametrize("file", sorted(CONTRACTS.glob("*.yml")), ids=lambda f: f.stem)
def test_contract_file_keeps_to_the_open_data_contract_standard(file):
    document = yaml.safe_load(file.read_text("utf-8"))
    assert document["kind"] == "DataContract"
    assert document["apiVersion"] == "v3.1.0"
    assert {"version", "id", "status"} <= set(document)
    assert [member["role"] for member in document["team"]["members"]] == ["owner"]
    for table in document["schema"]:
        assert table["physicalType"] == "table"
        for column in table["properties"]:
            assert column["logicalType"] in LOGICAL_TYPES
            for rule in column.get("quality", []):
                assert rule["metric"] == "invalidValues"
                assert rule["mustBe"] == 0
            for relationship in column.get("relationships", []):
                assert set(relationship) == {"to"}


def test_contracts_cover_every_system_and_require_three_tables():
    contracts = load_contracts(CONTRACTS)
    systems = {"crm", "erp", "ext", "gl", "mdm", "tms", "wms"}
    assert {contract.system for contract in contracts.values()} == systems
    required = {name for name, contract in contracts.items() if contract.is_required}
    assert required == {"erp__customers", "erp__products", "erp__order_lines"}


def test_contract_gives_keys_types_and_closed_lists():
    lines = load_contracts(CONTRACTS)["erp__order_lines"]
    assert lines.key_columns == ("order_id", "line_no")
    assert lines.valuation_column == "net_amount"
    assert lines.business_date_columns == ("ordered_at",)
    assert lines.column("net_amount").sql_type == "decimal(18,4)"
    assert lines.column("product_id").references == "erp__products.product_id"
    kinds = lines.column("document_type").valid_values
    assert kinds == ("sale", "return", "cancel", "adjustment", "charge")


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("kind: DataContract", "kind: Poem", "kind", "DataContract"),
        ("apiVersion: v3.1.0", "apiVersion: v2.2.2", "apiVersion", "pattern"),
        ("requiredTable", "requiredTabel", "mdm__id_references", "requiredTabel"),
        ("primaryKeyPosition: 4", "primaryKeyPosition: 9", "mdm__id_", "1, 2, 3"),
        ("value: 0.01", "value: 1.5", "mdm__id_references", "between 0 and 1"),
        ("logicalType: string", "logicalType: date", "from_system", "must be string"),
        ("name: to_id", "name: from_id", "mdm__id_references", "declared twice"),
        ("name: mdm__id", "name: erp__id", "erp__id_references", "another system"),
        ('"varchar"', '"int128"', "physicalType", "pattern"),
        (
            "{property: requiredTable, value: false}",
            "{property: businessDateColumns, value: method}",
            "mdm__id_references.businessDateColumns",
            "method is not a date or timestamp column",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_broken_contract_names_file_and_key(tmp_path, old, new, key, message):
    text = (CONTRACTS / "mdm.yml").read_text("utf-8")
    assert old in text
    (tmp_path / "mdm.yml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(EchelonError) as caught:
        load_contracts(tmp_path)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.file == str(tmp_path / "mdm.yml")
    assert key in caught.value.fault.column
    assert message in caught.value.fault.message


def test_contract_that_is_not_yaml_names_the_line(tmp_path):
    (tmp_path / "erp.yml").write_text("kind: DataContract\nname: [\n", "utf-8")
    with pytest.raises(EchelonError) as caught:
        load_contracts(tmp_path)
    assert caught.value.fault.line == 3


def test_reference_to_an_unknown_table_is_refused(tmp_path):
    shutil.copy(CONTRACTS / "wms.yml", tmp_path)
    with pytest.raises(EchelonError, match=r"refers to unknown erp__order_lines"):
        load_contracts(tmp_path)


def test_directory_without_contracts_is_refused(tmp_path):
    with pytest.raises(EchelonError, match="no contract file"):
        load_contracts(tmp_path)


def test_raw_schema_holds_every_contract_table_empty_and_typed(landing):
    create_raw_schema(landing.connection, landing.contracts)
    create_raw_schema(landing.connection, landing.contracts)
    found = landing.query(
        "select column_name, data_type from information_schema.columns"
        " where table_schema = 'raw' and table_name = 'gl__journal_lines'"
        " order by ordinal_position"
    )
    expected = [
        (column.name, column.sql_type.upper())
        for column in landing.contracts["gl__journal_lines"].columns
    ]
    assert found == [
        *expected,
        ("_delivery_id", "VARCHAR"),
        ("_source_line", "BIGINT"),
    ]
    names = {
        name
        for (name,) in landing.query(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        )
    }
    assert names - set(landing.contracts) == {
        "deliveries",
        "table_availability",
        "waived_checks",
        "quarantined_rows",
        "refresh_parameters",
    }
