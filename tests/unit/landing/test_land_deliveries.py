"""What lands: immutable deliveries, honest manifests, the same bytes every time."""

import hashlib
import json
import shutil
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from mapping_project import land_text, mapping_text, rows_of, write_files

from echelon.errors import EchelonError, ExitCode
from echelon.landing.contract import load_contracts
from echelon.landing.land import CONTRACT_DIRECTORY, land
from echelon.landing.land_together import scratch_of_landing
from echelon.landing.load import load_landing
from echelon.landing.manifest import delivery_directories
from echelon.landing.mapping_schema import mapping_schema_text

MAPPINGS = Path(__file__).parents[3] / "mappings"
CHARGES = """
erp__charges:
  from: charges
  columns:
    document_id: id
    line_no: 1
    charge_type: {constant: fee}
    direction: {constant: cost}
    amount: amount
    currency_code: {constant: EUR}
"""
ANOTHER_LANDING = """
import sys
from pathlib import Path
from echelon.errors import EchelonError, ExitCode
from echelon.landing.land_together import scratch_of_landing
try:
    with scratch_of_landing(Path(sys.argv[1])):
        print("landing")
except EchelonError as error:
    print(int(error.exit_code))
"""
TEXT = mapping_text("charges: {file: c.csv}", CHARGES)


def land_amounts(tmp_path, *amounts):
    rows = "".join(f"D{number},{amount}\n" for number, amount in enumerate(amounts))
    return land_text(tmp_path, TEXT, {"c.csv": "id,amount\n" + rows})


def erp(deliveries):
    return next(item for item in deliveries if item.system == "erp")


def manifest_of(delivery):
    return json.loads((delivery.path / "manifest.json").read_text())


def test_the_manifest_states_rows_hash_and_totals_of_every_file(tmp_path):
    delivery = erp(land_amounts(tmp_path, "10.10", "-0.0505"))
    manifest = manifest_of(delivery)
    table = manifest["tables"]["erp__charges"]
    content = (delivery.path / table["file"]).read_bytes()
    assert table["rows"] == 2
    assert table["sha256"] == hashlib.sha256(content).hexdigest()
    assert Decimal(table["control_totals"]["amount"]) == Decimal("10.0495")
    assert manifest["period"] == "2025-01/2025-01"
    assert manifest["delivery_id"] == delivery.path.name
    assert manifest["absent"]["erp__forecasts"] == "none"


def test_the_orders_say_whom_they_name_where_it_is_not_the_account(tmp_path):
    customers = """
    erp__customers:
      from: base
      columns: {customer_id: "'C1'", name: "'Ann'", bill_to_customer_id: "'C1'"}
    """
    settings = "settings: {base_currency: EUR, customer_key: bill_to}\n"
    text = mapping_text(tables=customers, extra=settings)
    delivery = erp(land_text(tmp_path, text, {}))
    assert manifest_of(delivery)["customer_key"] == "bill_to"
    with duckdb.connect() as connection:
        load_landing(
            connection,
            tmp_path / "landing",
            load_contracts(CONTRACT_DIRECTORY),
            date(2025, 12, 31),
        )
        assert connection.execute(
            "select distinct customer_key from raw.deliveries"
        ).fetchall() == [("bill_to",)]


def test_every_system_delivers_even_if_only_to_say_why_not(tmp_path):
    systems = [item.system for item in land_amounts(tmp_path, "1")]
    assert systems == ["crm", "erp", "ext", "gl", "mdm", "tms", "wms"]


def test_the_same_content_lands_once(tmp_path):
    first = erp(land_amounts(tmp_path, "1"))
    before = (first.path / "manifest.json").stat().st_mtime_ns
    again = erp(land_amounts(tmp_path, "1"))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.path == first.path
    assert (first.path / "manifest.json").stat().st_mtime_ns == before


def test_a_correction_is_a_new_delivery_with_a_higher_sequence(tmp_path):
    first, second = erp(land_amounts(tmp_path, "1")), erp(land_amounts(tmp_path, "2"))
    third = erp(land_amounts(tmp_path, "1"))
    sequences = [manifest_of(item)["sequence"] for item in (first, second, third)]
    assert sequences == [1, 2, 3]
    assert len({item.delivery_id for item in (first, second, third)}) == 3
    assert not erp(land_amounts(tmp_path, "1")).is_new


def test_two_landings_of_the_same_files_are_equal_to_the_byte(tmp_path):
    rows = [str(number * 7 % 1000) for number in range(2_000)]
    one, two = (
        erp(land_amounts(tmp_path / "a", *rows)),
        erp(land_amounts(tmp_path / "b", *rows)),
    )
    assert one.delivery_id == two.delivery_id
    for file in one.path.iterdir():
        assert file.read_bytes() == (two.path / file.name).read_bytes()


def test_row_order_of_the_source_does_not_matter(tmp_path):
    files = {"c.csv": "id,amount\nA,1\nB,2\n"}
    turned = {"c.csv": "id,amount\nB,2\nA,1\n"}
    one, two = (
        land_text(tmp_path / "a", TEXT, files),
        land_text(tmp_path / "b", TEXT, turned),
    )
    assert erp(one).delivery_id == erp(two).delivery_id


def test_many_rows_land_as_parquet_with_the_types_of_the_contract(tmp_path):
    delivery = erp(land_amounts(tmp_path, *["1.5"] * 50_001))
    with duckdb.connect() as connection:
        types = connection.sql(
            f"select * from '{delivery.path}/erp__charges.parquet'"
        ).types
    assert [str(kind) for kind in types][:2] == ["VARCHAR", "BIGINT"]
    assert "DECIMAL(18,4)" in [str(kind) for kind in types]


def test_one_value_that_does_not_fit_leaves_a_parquet_file_as_text(tmp_path):
    delivery = erp(land_amounts(tmp_path, *["1.5"] * 50_000, "1.23456"))
    rows = rows_of([delivery], "erp__charges")
    assert {type(row["amount"]) for row in rows} == {str}
    assert "1.23456" in {row["amount"] for row in rows}
    assert "amount" not in manifest_of(delivery)["tables"]["erp__charges"].get(
        "control_totals", {}
    )


def test_a_failed_landing_leaves_nothing_behind(tmp_path):
    land_amounts(tmp_path, "1")
    before = sorted((tmp_path / "landing").rglob("*"))
    with pytest.raises(EchelonError):
        land_text(tmp_path, TEXT, {"c.csv": "id,sum\nA,1\n"})
    assert sorted((tmp_path / "landing").rglob("*")) == before


def test_landed_files_are_read_only(tmp_path):
    delivery = erp(land_amounts(tmp_path, "1"))
    assert all(file.stat().st_mode & 0o222 == 0 for file in delivery.path.iterdir())


def write_policy(tmp_path, currency):
    settings = f"setting_name,setting_value\nbase_currency_code,{currency}\n"
    pools = 'account_id,pool_code\n6010,picking\n6020,"in,\nbound"\n'
    files = {"policy_settings.csv": settings, "policy_cost_pools.csv": pools}
    write_files(tmp_path / "tiny_policy", files)


def test_the_policy_overlay_beside_the_mapping_lands_as_it_is(tmp_path):
    write_policy(tmp_path, "EUR")
    deliveries = land_text(
        tmp_path, mapping_text(extra="policy: tiny_policy\n"), {"x": ""}
    )
    policy = next(item for item in deliveries if item.system == "policy")
    assert policy.rows == {"policy_cost_pools": 2, "policy_settings": 1}
    landed = (policy.path / "policy_cost_pools.csv").read_bytes()
    assert landed == (tmp_path / "tiny_policy" / "policy_cost_pools.csv").read_bytes()


def test_a_policy_overlay_that_no_refresh_could_read_does_not_land(tmp_path):
    write_policy(tmp_path, "EUR")
    (tmp_path / "tiny_policy" / "policy_units.csv").write_text("a,b\n1,2\n3\n")
    with pytest.raises(EchelonError, match=r"policy_units\.csv line 3: ") as raised:
        land_text(tmp_path, mapping_text(extra="policy: tiny_policy\n"))
    assert raised.value.exit_code == ExitCode.CONFIGURATION


def test_mapping_and_policy_must_name_the_same_base_currency(tmp_path):
    write_policy(tmp_path, "USD")
    with pytest.raises(EchelonError, match="base_currency_code USD"):
        land_text(tmp_path, mapping_text(extra="policy: tiny_policy\n"))


def landed_systems(tmp_path):
    found = delivery_directories(tmp_path / "landing")
    return sorted(directory.parent.name for directory in found)


def test_a_system_that_cannot_land_keeps_the_others_from_landing(tmp_path):
    in_the_way = tmp_path / "landing" / "tms"
    in_the_way.parent.mkdir()
    in_the_way.write_text("")
    with pytest.raises(OSError, match="tms"):
        land_amounts(tmp_path, "1")
    assert landed_systems(tmp_path) == []
    assert [path.name for path in sorted((tmp_path / "landing").glob("*/*"))] == []
    in_the_way.unlink()
    land_amounts(tmp_path, "1")
    assert len(landed_systems(tmp_path)) == 7


def test_what_a_killed_landing_had_put_in_place_is_passed_over_and_taken_back(tmp_path):
    deliveries = land_amounts(tmp_path, "1")
    waiting = [f"{d.system}/{d.delivery_id}" for d in deliveries if d.system != "gl"]
    shutil.rmtree(next(d.path for d in deliveries if d.system == "gl"))
    scratch = tmp_path / "landing" / ".landing-killed"
    scratch.mkdir()
    (scratch / "under_way.json").write_text(json.dumps(waiting))
    assert landed_systems(tmp_path) == []
    again = land_amounts(tmp_path, "1")
    assert all(delivery.is_new for delivery in again)
    assert len(landed_systems(tmp_path)) == 7
    assert not scratch.exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000])
def test_a_damaged_list_of_what_lands_stops_reading_and_landing(tmp_path, text):
    land_amounts(tmp_path, "1")
    scratch = tmp_path / "landing" / ".landing-killed"
    scratch.mkdir()
    (scratch / "under_way.json").write_text(text)
    for attempt in (landed_systems, lambda path: land_amounts(path, "2")):
        with pytest.raises(EchelonError, match="cannot be read") as raised:
            attempt(tmp_path)
        assert raised.value.exit_code == ExitCode.INTEGRITY
    assert scratch.exists()


def test_two_landings_at_once_are_one_too_many(tmp_path):
    with scratch_of_landing(tmp_path / "landing"):
        done = subprocess.run(
            [sys.executable, "-c", ANOTHER_LANDING, str(tmp_path / "landing")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout == "75\n", done.stderr


def test_what_lands_is_what_loading_accepts(tmp_path):
    land_amounts(tmp_path, "1.25", "2")
    with duckdb.connect() as connection:
        load_landing(
            connection,
            tmp_path / "landing",
            load_contracts(CONTRACT_DIRECTORY),
            date(2025, 12, 31),
        )
        total = connection.execute("select sum(amount) from raw.erp__charges")
        assert total.fetchall() == [(Decimal("3.2500"),)]


def test_a_waiver_of_the_mapping_lands_with_the_ledger(tmp_path):
    waiver = "{reason: cut, valid_to: 2026-07-01}"
    waived = f"waived_checks:\n  unbalanced_journal: {waiver}\n"
    deliveries = land_text(tmp_path, mapping_text(extra=waived))
    manifests = {landed.system: manifest_of(landed) for landed in deliveries}
    assert manifests["gl"]["waived_checks"] == {
        "unbalanced_journal": {"reason": "cut", "valid_to": "2026-07-01"}
    }
    assert "waived_checks" not in manifests["erp"]


def test_a_misread_date_does_not_stretch_the_period(tmp_path):
    orders = (
        "erp__order_lines:\n  from: orders\n  columns:\n    order_id: id\n"
        "    line_no: 1\n    document_type: {constant: sale}\n"
        "    entity_code: {constant: E1}\n    sold_to_id: {constant: C1}\n"
        "    product_id: {constant: P1}\n    ordered_at: day\n    ordered_qty: 1\n"
        "    net_amount: 10\n    currency_code: {constant: EUR}\n"
    )
    days = "id,day\nA,2024-11-30\nB,2025-02-01\nC,2205-02-01\n"
    text = mapping_text("orders: {file: o.csv}", orders)
    deliveries = land_text(tmp_path, text, {"o.csv": days})
    assert manifest_of(erp(deliveries))["period"] == "2024-11/2025-02"


def test_a_delivery_reads_as_a_record_for_machines(tmp_path):
    delivery = erp(land_amounts(tmp_path, "1", "2"))
    record = json.loads(json.dumps(delivery.to_dict()))
    assert record["delivery_id"] == delivery.delivery_id
    assert record["rows"]["erp__charges"] == 2
    assert delivery.row_count == 2 + 3  # and one row of each required table


def test_progress_tells_what_is_being_done(tmp_path):
    write_files(tmp_path / "source", {"c.csv": "id,amount\nA,1\n"})
    (tmp_path / "tiny.yml").write_text(TEXT)
    said: list[str] = []
    land(tmp_path / "tiny.yml", tmp_path / "source", tmp_path / "landing", said.append)
    assert said[0] == "reading the source files"
    assert "mapping erp__charges" in said


def test_the_committed_json_schema_is_current():
    committed = (MAPPINGS / "mapping.schema.json").read_text()
    assert committed == mapping_schema_text(), (
        "renew it: python -m echelon.landing.mapping_schema "
        "> mappings/mapping.schema.json"
    )


@pytest.mark.parametrize("file", sorted(MAPPINGS.glob("*.yml")), ids=lambda f: f.stem)
def test_every_mapping_tells_editors_its_schema(file):
    first = file.read_text().partition("\n")[0]
    assert first == "# yaml-language-server: $schema=mapping.schema.json"
