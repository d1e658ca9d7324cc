"""Bad input ends with its exit code and one line; the former release is served."""

import json

import pandas as pd
import pytest

from tests.refresh.conftest import last_json
from tests.refresh.defective_delivery import copy_policy, drop_file, land_changed


def without_column(frame):
    return frame.drop(columns="net_amount")


def with_repeated_first_row(frame):
    return pd.concat([frame, frame.head(1)], ignore_index=True)


def without_rows(frame):
    return frame.head(0)


def with_unknown_currency(frame):
    return frame.assign(
        currency_code=[
            "CHF" if row == 0 else code
            for row, code in enumerate(frame["currency_code"])
        ]
    )


def with_a_lost_cent(frame):
    amounts = frame["amount"].tolist()
    amounts[0] = f"{float(amounts[0]) + 0.01:.2f}"
    return frame.assign(amount=amounts)


def with_new_expense_account(frame):
    row = {
        "account_id": "6999",
        "code": "6999",
        "name": "Unheard-of cost",
        "account_type": "expense",
        "normal_balance": "debit",
    }
    return pd.concat([frame, pd.DataFrame([row])], ignore_index=True).fillna("")


CASES = {
    "missing_column": (
        "erp__order_lines",
        without_column,
        20,
        ["erp__order_lines.csv", "net_amount"],
    ),
    "duplicate_key": (
        "erp__customers",
        with_repeated_first_row,
        20,
        ["erp__customers.csv", "customer_id"],
    ),
    "empty_file": ("erp__products", without_rows, 20, ["erp__products.csv"]),
    "currency_without_rate": (
        "erp__order_lines",
        with_unknown_currency,
        20,
        ["erp__order_lines", "CHF"],
    ),
    "unbalanced_journal": (
        "gl__journal_lines",
        with_a_lost_cent,
        20,
        ["gl__journal_lines.csv", "0.01"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_bad_delivery_is_refused_by_name(another, case):
    table, change, exit_code, words = case
    before = another.in_force()
    land_changed(another.data_dir, table, change)

    completed = another.run("refresh", "--json")

    assert completed.returncode == exit_code, completed.stderr
    record = last_json(completed)
    line = " ".join(str(value) for value in record.values())
    for word in words:
        assert word in line
    assert another.in_force() == before


def test_a_gate_that_trips_ends_the_refresh_in_its_own_words(another):
    before = another.in_force()
    land_changed(
        another.data_dir,
        "erp__order_lines",
        lambda frame: frame.assign(
            ordered_at=["1950-01-01 00:00:00", *frame["ordered_at"].tolist()[1:]]
        ),
    )

    completed = another.run("refresh", "--as-of", "2025-12-31", "--json")

    assert completed.returncode == 22, completed.stderr
    record = last_json(completed)
    assert record["code"] == "gate_failed"
    assert "gate order_dates: " in record["message"]
    assert "oldest_order_age_days" in record["message"]
    assert another.in_force() == before


def test_a_missing_file_is_refused_by_name(another):
    before = another.in_force()
    path = drop_file(another.data_dir, "erp__products")

    completed = another.run("refresh")

    assert completed.returncode == 20
    assert path.name in completed.stderr
    assert another.in_force() == before


def test_an_unmapped_ledger_account_is_refused_with_its_first_posting(another):
    before = another.in_force()
    land_changed(another.data_dir, "gl__accounts", with_new_expense_account)
    path = land_changed(
        another.data_dir,
        "gl__journal_lines",
        lambda frame: frame.assign(
            account_id=frame["account_id"].replace("6510", "6999")
        ),
    )
    land_changed(
        another.data_dir,
        "gl__trial_balances",
        lambda frame: frame.assign(
            account_id=frame["account_id"].replace("6510", "6999")
        ),
    )

    completed = another.run("refresh", "--json")

    assert completed.returncode == 20, completed.stderr
    record = last_json(completed)
    assert record["file"].endswith(path.name)
    assert record["line"] > 1
    assert "6999" in record["message"]
    assert another.in_force() == before


def test_an_unknown_mapping_key_is_named_with_its_line(another, tmp_path):
    mapping = tmp_path / "company.yml"
    mapping.write_text(
        "version: 1\ncompany: acme\nsettings: {base_currency: EUR}\n"
        "sources: {rows: {file: rows.csv}}\ntables:\n"
        "  erp__customers: {from: rows, columns: {customer_id: id, name: name}}\n"
        "tabels: {}\n",
        encoding="utf-8",
    )

    completed = another.run("land", "--mapping", mapping, "--source", tmp_path)

    assert completed.returncode == 30
    assert "company.yml:7" in completed.stderr
    assert "tabels" in completed.stderr


def test_a_segmentation_that_cannot_be_made_closes_the_gate(another, tmp_path):
    before = another.in_force()
    policy = copy_policy(tmp_path / "policy")
    thresholds = policy / "policy_thresholds.csv"
    rows = pd.read_csv(thresholds, dtype=str)
    impossible = rows.head(1).assign(name="segmentation_jaccard_threshold", value="7")
    pd.concat([rows, impossible]).to_csv(thresholds, index=False)

    completed = another.run("refresh", "--policy", policy, "--refit", "--json")

    assert completed.returncode == 22, completed.stderr
    assert (
        json.loads(completed.stdout.splitlines()[-1])["code"] == "segmentation_refused"
    )
    assert another.in_force() == before


MISSPELT = {
    "driver": (
        "policy_activity_drivers",
        "pick_minutes",
        "pick_minuts",
        "cost_pool_code 'picking', activity_code 'pick': driver_code pick_minuts",
    ),
    "threshold": (
        "policy_thresholds",
        "decay_half_life_days",
        "decay_halflife_days",
        "decay_half_life_days",
    ),
}


@pytest.mark.parametrize("case", MISSPELT.values(), ids=MISSPELT.keys())
def test_a_misspelt_policy_is_refused_by_name(another, tmp_path, case):
    file, word, spelt, said = case
    before = another.in_force()
    path = copy_policy(tmp_path / "policy") / f"{file}.csv"
    path.write_text(path.read_text().replace(word, spelt))

    completed = another.run("refresh", "--policy", tmp_path / "policy", "--json")

    assert completed.returncode == 30, completed.stderr
    assert said in last_json(completed)["message"]
    assert last_json(completed)["file"] == str(path)
    assert another.in_force() == before
