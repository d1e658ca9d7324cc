import hashlib
from datetime import date
from decimal import Decimal

import pyarrow as pa
from landing_area import REQUIRED

from echelon.landing.load import load_landing

LINES_HEADER = REQUIRED["erp__order_lines"].split("\n")[0]


def corrected_line(order_id, line_no, amount):
    return f"{order_id},{line_no},sale,DE01,C1,P1,2024-03-01 08:00:00,2,{amount},EUR\n"


def test_tables_are_typed_and_carry_delivery_and_line(landing):
    landing.deliver_required()
    landing.load()
    assert landing.query(
        "select order_id, line_no, net_amount, tax_amount, is_rush, _delivery_id,"
        " _source_line from raw.erp__order_lines order by all"
    ) == [
        ("O1", 1, Decimal("10.5000"), None, None, "erp-0001", 2),
        ("O1", 2, Decimal("5.2500"), None, None, "erp-0001", 3),
    ]
    for contract in landing.contracts.values():
        types = landing.query(
            "select column_name, lower(data_type) from information_schema.columns"
            f" where table_schema = 'raw' and table_name = '{contract.name}'"
            " order by ordinal_position"
        )
        contracted = [(column.name, column.sql_type) for column in contract.columns]
        assert types[:-2] == contracted
        assert types[-2:] == [("_delivery_id", "varchar"), ("_source_line", "bigint")]


def test_columns_are_matched_by_name_in_any_order(landing):
    content = '\ufeff"name","city","customer_id"\r\nAda,"",C1\r\n,Ulm,C9\r\n'
    for_limit = "".join(f"N{n},X,D{n}\r\n" for n in range(99))
    landing.deliver_required(erp__customers=content + for_limit)
    landing.load()
    assert landing.query(
        "select customer_id, name, city from raw.erp__customers limit 1"
    ) == [("C1", "Ada", None)]


def test_report_and_tables_say_what_is_available_and_as_of_when(landing):
    landing.deliver(
        REQUIRED, amend=lambda m: m["absent"].update(erp__forecasts="no planning tool")
    )
    landing.deliver(
        {"crm__activities": "activity_id,account_id,activity_type,occurred_at\n"},
        system="crm",
    )
    report = landing.load()
    orders = report.tables["erp__order_lines"]
    assert (orders.row_count, orders.input_as_of_date) == (2, date(2024, 2, 3))
    forecasts = report.tables["erp__forecasts"]
    assert forecasts.unavailable_reason == "no planning tool"
    assert report.tables["gl__accounts"].unavailable_reason == "not delivered"
    assert landing.query(
        "select * from raw.table_availability where table_name in ('erp__order_lines',"
        " 'erp__forecasts', 'gl__accounts', 'crm__activities', 'erp__customers')"
        " order by table_name"
    ) == [
        ("crm__activities", True, None, 0, 0, 0, None),
        ("erp__customers", True, None, 2, 0, 0, None),
        ("erp__forecasts", False, "no planning tool", 0, 0, 0, None),
        ("erp__order_lines", True, None, 2, 0, 0, date(2024, 2, 3)),
        ("gl__accounts", False, "not delivered", 0, 0, 0, None),
    ]
    counted = landing.query("select count(*) from raw.table_availability")
    assert counted == [(len(landing.contracts),)]


def test_input_is_dated_by_the_latest_of_its_business_dates(landing):
    landing.deliver_required()
    shipments = (
        "shipment_id,shipped_at,actual_delivery_date\n"
        "S1,2024-03-01 08:00:00,2024-03-04\nS2,2024-03-02 08:00:00,\n"
    )
    landing.deliver({"tms__shipments": shipments}, system="tms")
    report = landing.load()
    assert report.tables["tms__shipments"].input_as_of_date == date(2024, 3, 4)


def test_deliveries_are_listed_with_their_hashes(landing):
    directory = landing.deliver_required()
    report = landing.load()
    path = directory / "erp__products.csv"
    expected = hashlib.sha256(path.read_bytes()).hexdigest()
    assert landing.query(
        "select * from raw.deliveries where table_name = 'erp__products'"
    ) == [
        (
            "erp",
            "erp-0001",
            "erp__products",
            "erp/erp-0001/erp__products.csv",
            1,
            0,
            0,
            0,
            expected,
            "2024-01/2024-12",
            date(2024, 12, 31),
            1,
            "account",
        )
    ]
    assert [file.table for file in report.files] == list(REQUIRED)


def test_later_delivery_supersedes_rows_by_key_and_adds_the_rest(landing):
    landing.deliver_required()
    content = LINES_HEADER + "\n" + corrected_line("O1", 2, "9.00")
    landing.deliver(
        {"erp__order_lines": content + corrected_line("O2", 1, "1.00")}, sequence=2
    )
    report = landing.load()
    assert landing.query(
        "select order_id, line_no, net_amount, _delivery_id from raw.erp__order_lines"
        " order by order_id, line_no"
    ) == [
        ("O1", 1, Decimal("10.5"), "erp-0001"),
        ("O1", 2, Decimal("9"), "erp-0002"),
        ("O2", 1, Decimal("1"), "erp-0002"),
    ]
    assert report.files[-1].superseded_row_count == 1
    assert report.tables["erp__order_lines"].row_count == 3


def test_sequence_decides_not_the_name_of_the_delivery(landing):
    content = LINES_HEADER + "\n" + corrected_line("O1", 1, "7.00")
    landing.deliver(
        {"erp__order_lines": content},
        sequence=1,
        amend=lambda m: m.update(sequence=50),
    )
    landing.deliver(REQUIRED, sequence=2)
    landing.load()
    assert landing.query(
        "select net_amount from raw.erp__order_lines where line_no = 1"
    ) == [(Decimal("7"),)]


def test_correction_takes_the_bad_row_out_of_quarantine(landing):
    rows = "".join(f"C{n},N{n}\n" for n in range(1, 101))
    landing.deliver_required(
        erp__customers="customer_id,name\n" + rows.replace("N40", "")
    )
    landing.deliver({"erp__customers": "customer_id,name\nC40,Zoe\n"}, sequence=2)
    report = landing.load()
    loaded = report.tables["erp__customers"]
    assert (loaded.row_count, loaded.quarantined_row_count) == (100, 0)
    assert landing.query("select count(*) from raw.quarantined_rows") == [(0,)]


def test_bad_correction_leaves_the_former_row_in_force(landing):
    rows = "".join(f"C{n},N{n}\n" for n in range(1, 101))
    landing.deliver_required(erp__customers="customer_id,name\n" + rows)
    landing.deliver({"erp__customers": "customer_id,name\nC40,\n"}, sequence=2)
    loaded = landing.load().tables["erp__customers"]
    assert (loaded.row_count, loaded.quarantined_row_count) == (100, 1)
    assert landing.query(
        "select name from raw.erp__customers where customer_id = 'C40'"
    ) == [("N40",)]


def test_policy_files_are_verified_and_listed(landing):
    landing.deliver_required()
    pools = "cost_pool_code,account_id\npicking,6010\n"
    landing.deliver({"policy_cost_pools": pools}, system="policy")
    landing.deliver({"policy_cost_pools": pools * 2}, "policy", sequence=2)
    landing.load()
    assert landing.query(
        "select table_name, row_count from raw.deliveries"
        " where system_code = 'policy' order by sequence"
    ) == [("policy_cost_pools", 1), ("policy_cost_pools", 3)]


def test_a_policy_file_may_end_its_lines_in_several_ways(landing):
    landing.deliver_required()
    landing.deliver({"policy_cost_pools": "a\r\n1\n2\r\n"}, system="policy")
    landing.load()
    counted = "select row_count from raw.deliveries where system_code = 'policy'"
    assert landing.query(counted) == [(2,)]


def test_altered_policy_file_is_refused(landing):
    landing.deliver_required()
    directory = landing.deliver({"policy_cost_pools": "a\n1\n"}, system="policy")
    (directory / "policy_cost_pools.csv").write_text("a\n2\n", "utf-8")
    assert landing.fault().fault.code == "sha256_mismatch"


def test_same_rows_as_text_and_as_typed_parquet_give_the_same_table(landing):
    landing.deliver_required(
        erp__customers="customer_id,name,credit_limit,opened_on,is_government\n"
        "C1,Ada,10.5,2024-01-31,true\nC2,Bo,,,\n"
    )
    landing.load()
    columns = "customer_id, name, credit_limit, opened_on, is_government"
    sql = f"select {columns} from raw.erp__customers order by customer_id"
    from_text = landing.query(sql)
    typed = pa.table(
        {
            "customer_id": ["C1", "C2"],
            "name": ["Ada", "Bo"],
            "credit_limit": pa.array([Decimal("10.5"), None], pa.decimal128(18, 4)),
            "opened_on": pa.array([date(2024, 1, 31), None], pa.date32()),
            "is_government": [True, None],
        }
    )
    landing.deliver({"erp__customers": typed}, sequence=2)
    landing.connection.execute("drop schema raw cascade")
    report = landing.load()
    assert landing.query(sql) == from_text
    assert report.files[1].superseded_row_count == 2


def test_orphans_are_kept_and_counted(landing):
    content = REQUIRED["erp__order_lines"].replace(
        "O1,2,sale,DE01,C1", "O1,2,sale,DE01,C9"
    )
    landing.deliver_required(erp__order_lines=content)
    report = landing.load()
    assert report.orphan_counts == {"erp__order_lines.sold_to_id": 1}
    assert report.tables["erp__order_lines"].row_count == 2


def test_progress_is_told_before_each_file(landing):
    landing.deliver_required()
    seen = []
    load_landing(
        landing.connection,
        landing.root,
        landing.contracts,
        date(2024, 12, 31),
        lambda *step: seen.append(step),
    )
    assert seen[0] == ("erp/erp-0001/erp__customers.csv", 1, 3)
    assert [step[1:] for step in seen] == [(1, 3), (2, 3), (3, 3)]
