"""Is the sample company complete, and consistent with its contracts and itself?"""

import csv
import filecmp
import hashlib
from decimal import Decimal

import pytest

from sample_data.company import write_sample_company


def test_every_contract_table_is_delivered_or_declared_absent(manifests, contracts):
    said = [
        name
        for manifest in manifests.values()
        for name in (*manifest["tables"], *manifest["absent"])
    ]
    assert sorted(said) == sorted(contracts)


def test_files_have_exactly_the_columns_of_their_contract(rows, manifests, contracts):
    for directory, manifest in manifests.items():
        for name, entry in manifest["tables"].items():
            path = directory / entry["file"]
            if path.suffix == ".csv":
                with path.open(encoding="utf-8", newline="") as file:
                    found = next(csv.reader(file))
            else:
                described = rows(f"describe select * from read_parquet('{path}')")
                found = [row[0] for row in described]
            expected = [column["name"] for column in contracts[name]["properties"]]
            assert sorted(found) == sorted(expected), name


def test_parquet_types_are_those_of_the_contract(rows, manifests, contracts):
    for directory, manifest in manifests.items():
        for name, entry in manifest["tables"].items():
            if not entry["file"].endswith(".parquet"):
                continue
            path = directory / entry["file"]
            described = rows(f"describe select * from read_parquet('{path}')")
            found = {row[0]: row[1].lower() for row in described}
            expected = {
                column["name"]: column["physicalType"]
                for column in contracts[name]["properties"]
            }
            assert found == expected, name


def test_manifests_tell_the_truth_about_their_files(one, manifests):
    for directory, manifest in manifests.items():
        for name, entry in manifest["tables"].items():
            content = (directory / entry["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            assert one(f"select count(*) from {name}") == entry["rows"] > 0
            totals = dict(entry["control_totals"])
            assert int(totals.pop("*")) > 0
            for column, total in totals.items():
                found = one(f"select sum({column}) from {name}")
                assert found == Decimal(total), (name, column)


def test_keys_are_unique_and_required_columns_filled(rows, one, contracts, manifests):
    for name in {name for found in manifests.values() for name in found["tables"]}:
        columns = contracts[name]["properties"]
        key = ", ".join(c["name"] for c in columns if c.get("primaryKey"))
        assert not rows(f"select {key} from {name} group by all having count(*) > 1"), (
            name
        )
        required = [c["name"] for c in columns if c.get("required")]
        empty = " or ".join(f"{column} is null" for column in required)
        assert one(f"select count(*) from {name} where {empty}") == 0, name


@pytest.mark.parametrize(
    ("table", "column", "target", "key"),
    [
        ("erp__customers", "parent_customer_id", "erp__customers", "customer_id"),
        ("erp__customers", "bill_to_customer_id", "erp__customers", "customer_id"),
        ("erp__order_lines", "sold_to_id", "erp__customers", "customer_id"),
        ("erp__order_lines", "ship_to_id", "erp__customers", "customer_id"),
        ("erp__order_lines", "product_id", "erp__products", "product_id"),
        ("erp__order_lines", "warehouse_id", "wms__warehouses", "warehouse_id"),
        ("erp__charges", "order_id", "erp__order_lines", "order_id"),
        ("erp__receivables", "customer_id", "erp__customers", "customer_id"),
        ("crm__accounts", "erp_customer_id", "erp__customers", "customer_id"),
        ("crm__accounts", "parent_account_id", "crm__accounts", "account_id"),
        ("crm__contracts", "account_id", "crm__accounts", "account_id"),
        ("crm__service_cases", "account_id", "crm__accounts", "account_id"),
        ("crm__service_cases", "order_id", "erp__order_lines", "order_id"),
        ("crm__activities", "account_id", "crm__accounts", "account_id"),
        ("crm__protected_attributes", "account_id", "crm__accounts", "account_id"),
        ("wms__tasks", "warehouse_id", "wms__warehouses", "warehouse_id"),
        ("wms__tasks", "product_id", "erp__products", "product_id"),
        ("wms__inventory_balances", "product_id", "erp__products", "product_id"),
        ("wms__labor_hours", "warehouse_id", "wms__warehouses", "warehouse_id"),
        ("tms__shipments", "consignee_id", "tms__consignees", "consignee_id"),
        ("tms__shipments", "origin_id", "wms__warehouses", "warehouse_id"),
        ("tms__shipments", "parent_shipment_id", "tms__shipments", "shipment_id"),
        ("tms__stops", "shipment_id", "tms__shipments", "shipment_id"),
        ("tms__freight_charges", "shipment_id", "tms__shipments", "shipment_id"),
        ("tms__freight_charges", "gl_document_id", "gl__journal_lines", "journal_id"),
        ("mdm__id_references", "to_id", "erp__customers", "customer_id"),
        ("gl__journal_lines", "account_id", "gl__accounts", "account_id"),
        ("gl__journal_lines", "cost_center_id", "gl__cost_centers", "cost_center_id"),
        ("gl__journal_lines", "reversal_of", "gl__journal_lines", "journal_id"),
        ("gl__cost_centers", "warehouse_id", "wms__warehouses", "warehouse_id"),
    ],
)
def test_every_reference_resolves(one, table, column, target, key):
    lost = one(
        f"select count(*) from {table} where {column} is not null "
        f"and {column} not in (select {key} from {target})",
    )
    assert lost == 0


@pytest.mark.parametrize("table", ["tms__shipment_lines", "wms__tasks"])
def test_every_order_line_reference_resolves(one, table):
    lost = one(
        f"select count(*) from {table} as found anti join erp__order_lines "
        "using (order_id, line_no) where found.line_no is not null",
    )
    assert lost == 0


def test_small_has_about_fifty_thousand_order_lines(one):
    assert 45_000 < one("select count(*) from erp__order_lines") < 60_000
    assert 1_300 < one("select count(*) from erp__customers") < 1_600


def test_amounts_of_an_order_line_add_up(one):
    off = one(
        "select count(*) from erp__order_lines where document_type <> 'cancel' "
        "and ordered_qty * unit_price - discount_amount <> net_amount",
    )
    assert off == 0


def test_every_shipped_line_was_picked_once(one):
    shipped = one("select count(*) from tms__shipment_lines")
    picks = one(
        "select count(distinct (order_id, line_no)) from wms__tasks "
        "where task_type = 'pick'",
    )
    tasks = one("select count(*) from wms__tasks where task_type = 'pick'")
    assert shipped == picks == tasks


def test_every_order_day_has_a_rate_at_most_five_days_old(one):
    uncovered = one(
        """
        select count(*) from (
            select distinct currency_code, cast(ordered_at as date) as day
            from erp__order_lines where currency_code <> 'EUR'
        )
        where not exists (
            select 1 from erp__exchange_rates
            where from_currency_code = currency_code
            and rate_date between day - 5 and day
        )
        """,
    )
    assert uncovered == 0


def test_another_seed_gives_another_company(company, tmp_path):
    write_sample_company("small", 8, tmp_path)
    name = "landing/erp/erp-0001/erp__customers.csv"
    assert (company / name).read_bytes() != (tmp_path / name).read_bytes()


def test_the_same_seed_gives_the_same_bytes(company, tmp_path):
    write_sample_company("small", 7, tmp_path)
    first = sorted(p.relative_to(company) for p in company.rglob("*") if p.is_file())
    again = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert first == again
    _, differing, errors = filecmp.cmpfiles(company, tmp_path, first, shallow=False)
    assert (differing, errors) == ([], [])


def test_an_existing_delivery_is_never_overwritten(company):
    with pytest.raises(ValueError, match="already holds a first delivery"):
        write_sample_company("small", 7, company)


@pytest.mark.parametrize(
    ("size", "seed", "message"),
    [("huge", 7, "not 'huge'"), ("small", -1, "negative: -1")],
    ids=["unknown_size", "negative_seed"],
)
def test_nonsense_is_refused_before_anything_is_written(tmp_path, size, seed, message):
    with pytest.raises(ValueError, match=message):
        write_sample_company(size, seed, tmp_path)
    assert list(tmp_path.iterdir()) == []
