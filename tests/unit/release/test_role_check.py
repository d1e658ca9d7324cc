"""A slip in the policies on roles is found before a delivery is loaded."""

from datetime import date
from pathlib import Path

import pytest

from dagster_project.assets.raw import CLOSED_LISTS, PUBLISHED
from echelon.config import PROJECT_DIR
from echelon.decisions.people import check_members
from echelon.errors import EchelonError, ExitCode
from echelon.release.role_check import check_role_access
from tests.unit.release.test_role_files import HEADER, rule

SHIPPED = PROJECT_DIR / "dbt_project" / "seeds" / "policy"
DAY = date(2025, 12, 31)
CUSTOMERS = "core.dim_customers"
MEMBERS_HEADER = (
    "person_name,role_code,decision_code,duty,account_name,valid_from,valid_to,"
    "approved_by\n"
)


def test_the_shipped_policies_are_accepted():
    check_role_access(SHIPPED, DAY, PUBLISHED, CLOSED_LISTS)
    check_members(SHIPPED)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("sales|core.dim_custmers|*|show", "relation", "core.dim_custmers"),
        (f"sales|{CUSTOMERS}|tax|hide", "columns", "tax is not a column"),
        (f"sales|{CUSTOMERS}|customer_id|keep|nobody = 1", "row_condition", "nobody"),
        (
            f"sales|{CUSTOMERS}|customer_id|keep|country_code =",
            "row_condition",
            "syntax",
        ),
        (f"sales|{CUSTOMERS}|customer_id|keep|country_code + 1 > 0", None, "types"),
    ],
    ids=["table", "column", "unknown name", "unreadable", "wrong type"],
)
def test_a_rule_is_refused_by_line_and_column(tmp_path, text, column, said):
    policy = tmp_path / "policy_role_access.csv"
    rows = [rule("sales|*.*|*|show"), rule(text)]
    policy.write_text("\n".join([HEADER, *(",".join(cells) for cells in rows)]))
    with pytest.raises(EchelonError, match=said) as refusal:
        check_role_access(tmp_path, DAY, PUBLISHED, CLOSED_LISTS)
    fault = refusal.value.fault
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert (fault.file, fault.line) == ("policy_role_access.csv", 3)
    assert fault.column == (column or "row_condition")
    assert fault.hint


KEPT = "sales|*.*|customer_id|keep|"
NAMED = "customer_id in (select customer_id from core.dim_customers as c where "


def check(tmp_path, condition, rule_start=KEPT):
    rows = [rule("sales|*.*|*|show"), rule(f'{rule_start}"{condition}"')]
    policy = tmp_path / "policy_role_access.csv"
    policy.write_text("\n".join([HEADER, *(",".join(cells) for cells in rows)]))
    check_role_access(tmp_path, DAY, PUBLISHED, CLOSED_LISTS)


def refusal(tmp_path, condition, rule_start=KEPT):
    with pytest.raises(EchelonError) as refused:
        check(tmp_path, condition, rule_start)
    fault = refused.value.fault
    assert (fault.line, fault.column) == (3, "row_condition")
    return fault.message.partition(": ")[2]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (f"{NAMED}is_credit_hold = 'perhaps')", "what is no boolean"),
        (f"{NAMED}c.is_credit_hold = 'perhaps')", "what is no boolean"),
        (f"{NAMED}first_order_date < '31.12.2025')", "what is no date"),
        ("customer_id in (7, 8)", "is text: put its values in quotes"),
        (f"{NAMED}country_code = 49)", "is text: put its values in quotes"),
    ],
)
def test_a_value_that_is_none_of_its_columns_type_is_refused(tmp_path, condition, said):
    assert said in refusal(tmp_path, condition)


@pytest.mark.parametrize("test", ["= 'D'", "<> 'a'", "not in ('A', 'D')"])
def test_a_value_that_is_not_on_the_closed_list_of_its_column_is_refused(
    tmp_path, test
):
    """``abc_class <> 'a'`` would show every product and hide none."""
    start = "sales|features.ftr_products|abc_class|keep|"
    said = "abc_class of features.ftr_products is one of A, B, C"
    assert refusal(tmp_path, f"abc_class {test}", start) == said


@pytest.mark.parametrize(
    "condition",
    [
        f"{NAMED}is_credit_hold = 'false' and country_code in ('DE', 'FR'))",
        f"{NAMED}first_order_date < '2025-12-31')",
        "customer_id in (select concat('C', i) from (select 7 as i) as t where i = 7)",
        "exists (select 1 from features.ftr_products where abc_class = 'A')",
        "exists (select 1 from features.ftr_products where abc_class < 'D')",
    ],
)
def test_a_value_that_may_occur_is_accepted(tmp_path, condition):
    check(tmp_path, condition)


def members(directory: Path, row: str) -> Path:
    for name in ("policy_exception_paths", "policy_role_access"):
        (directory / f"{name}.csv").write_text((SHIPPED / f"{name}.csv").read_text())
    (directory / "policy_role_members.csv").write_text(MEMBERS_HEADER + row + "\n")
    return directory


def test_a_member_of_a_team_may_approve(tmp_path):
    check_members(members(tmp_path, "ann,sales,*,approve,,2025-01-01,,head"))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("ann,sales,segment_overriden,approve,,2025-01-01,,head", "decision_code"),
        ("ann,sales,*,aprove,,2025-01-01,,head", "duty"),
        ("ann,salse,*,approve,,2025-01-01,,head", "role_code"),
        (" ,sales,*,approve,,2025-01-01,,head", "person_name"),
        ("ann,sales,*,approve,,2025-01-01,,", "approved_by"),
        ("ann,sales,*,approve,,soon,,head", "valid_from"),
        ("ann,sales,*,approve,,,,head", "valid_from"),
        ("ann,sales,*,approve,,20250101,,head", "valid_from"),
        ("ann,sales,*,approve,,2025-W01-1,,head", "valid_from"),
        ("ann,sales,*,approve,,2025-01-01,31.12.,head", "valid_to"),
    ],
)
def test_a_right_with_a_slip_is_refused_by_line_and_column(tmp_path, row, column):
    with pytest.raises(EchelonError) as refusal:
        check_members(members(tmp_path, row))
    fault = refusal.value.fault
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert (fault.line, fault.column) == (2, column)
    assert fault.hint
