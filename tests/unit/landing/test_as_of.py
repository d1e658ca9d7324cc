"""Does a refresh that names no date stand at the latest event in force?"""

from datetime import date, datetime

import pyarrow as pa
import pytest
from landing_area import REQUIRED

from echelon.errors import EchelonError, ExitCode
from echelon.landing.as_of import latest_business_date
from echelon.landing.manifest import read_landing

ORDERS = REQUIRED["erp__order_lines"]
ANOTHER = "O2,1,sale,DE01,C1,P1,{},1,5.25,EUR\n"
CASES = "case_id,account_id,case_type,opened_at\nK1,A1,complaint,{}\n"


def latest(landing):
    return latest_business_date(landing.root, landing.contracts)


def test_latest_order_where_nothing_else_landed(landing):
    landing.deliver_required()
    assert latest(landing) == date(2024, 2, 3)


def test_a_later_event_of_another_system_moves_the_date(landing):
    landing.deliver_required()
    landing.deliver({"crm__service_cases": CASES.format("2024-04-02 23:59:00")}, "crm")
    assert latest(landing) == date(2024, 4, 2)


def test_parquet_is_read_as_csv_is(landing):
    landing.deliver_required()
    cases = {"case_id": ["K1"], "account_id": ["A1"], "case_type": ["complaint"]}
    table = pa.table({**cases, "opened_at": [datetime(2024, 5, 5, 12)]})
    landing.deliver({"crm__service_cases": table}, "crm")
    assert latest(landing) == date(2024, 5, 5)


def test_a_binary_date_before_christ_is_bad_and_does_not_decide(landing):
    landing.deliver_required()
    cases = {"case_id": ["K1"], "account_id": ["A1"], "case_type": ["complaint"]}
    moment = pa.array([-(2 * 10**17)]).cast(pa.timestamp("us"))
    landing.deliver(
        {"crm__service_cases": pa.table({**cases, "opened_at": moment})}, "crm"
    )
    assert latest(landing) == date(2024, 2, 3)


def test_a_column_no_contract_knows_is_refused_before_the_date_is_sought(landing):
    landing.deliver_required()
    cases = {"case_id": ["K1"], "account_id": ["A1"], "case_type": ["complaint"]}
    rows = {**cases, "opened_at": [datetime(2024, 5, 5)], "file_row_number": [1]}
    landing.deliver({"crm__service_cases": pa.table(rows)}, "crm")
    with pytest.raises(EchelonError) as caught:
        latest(landing)
    place = caught.value.fault.code, caught.value.fault.column
    assert place == ("unknown_column", "file_row_number")


@pytest.mark.parametrize(
    "row",
    [
        ANOTHER.format("2204-02-03 09:30:00"),
        ANOTHER.format("2024-02-33 09:30:00"),
        ANOTHER.format("2024-06-01 09:30:00").replace("sale", "sail"),
    ],
    ids=["after_the_period_delivered", "no_date", "row_to_be_quarantined"],
)
def test_an_implausible_or_bad_order_does_not_decide(landing, row):
    landing.deliver_required(erp__order_lines=ORDERS + row)
    assert latest(landing) == date(2024, 2, 3)


def test_an_order_that_a_later_delivery_redates_does_not_decide(landing):
    typo = ANOTHER.format("2024-11-01 09:30:00")
    landing.deliver_required(erp__order_lines=ORDERS + typo)
    assert latest(landing) == date(2024, 11, 1)
    header = ORDERS.partition("\n")[0] + "\n"
    right = ANOTHER.format("2024-01-11 09:30:00")
    landing.deliver({"erp__order_lines": header + right}, sequence=2)
    assert latest(landing) == date(2024, 2, 3)


def test_a_bad_correction_leaves_the_former_date_in_force(landing):
    landing.deliver_required()
    header = ORDERS.partition("\n")[0] + "\n"
    bad = "O1,2,sail,DE01,C1,P1,2024-01-03 09:30:00,1,5.25,EUR\n"
    landing.deliver({"erp__order_lines": header + bad}, sequence=2)
    assert latest(landing) == date(2024, 2, 3)


def test_a_file_that_is_not_the_promised_one_is_named_as_such(landing):
    folder = landing.deliver_required()
    (folder / "erp__order_lines.csv").write_text(ORDERS + "O2,1\n")
    with pytest.raises(EchelonError) as caught:
        latest(landing)
    assert caught.value.fault.code == "sha256_mismatch"


def test_without_an_order_there_is_no_date(landing):
    landing.deliver({"crm__service_cases": CASES.format("2024-04-02 23:59:00")}, "crm")
    with pytest.raises(EchelonError) as caught:
        latest(landing)
    assert caught.value.exit_code is ExitCode.INPUT_REJECTED
    assert caught.value.fault.code == "no_order_lines"


def test_where_every_order_is_bad_loading_is_to_say_why(landing):
    landing.deliver_required(erp__order_lines=ORDERS.replace("sale", "sail"))
    (delivery,) = read_landing(landing.root, landing.contracts).deliveries
    assert latest(landing) == delivery.manifest.period_end_date
