from importlib import import_module

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations.bounds import advised_least, advised_most, none
from expectations.gate import run_gate
from expectations.register import GATES


def suite(*expectations):
    return gx.ExpectationSuite(name="example", expectations=list(expectations))


def test_severity_decides_between_failing_and_warning():
    frame = pd.DataFrame({"lost": [0, 2], "odd": [0, 7]})
    result = run_gate(suite(none("lost", "lost"), advised_most("odd", 1, "odd")), frame)
    assert (result.critical_failures, result.warnings, result.passed) == (1, 1, False)
    only_odd = run_gate(suite(advised_most("odd", 1, "odd")), frame)
    assert (only_odd.critical_failures, only_odd.warnings) == (0, 1)
    assert only_odd.passed


def test_expectation_without_a_severity_blocks():
    bare = gxe.ExpectColumnValuesToBeBetween(column="lost", max_value=0)
    assert not run_gate(suite(bare), pd.DataFrame({"lost": [1]})).passed


def test_examined_rows_are_those_behind_the_aggregates():
    frame = pd.DataFrame({"examined_row_count": [40, 60], "lost": [0, 0]})
    assert run_gate(suite(none("lost", "lost")), frame).rows_examined == 100


def test_aggregate_of_no_rows_fails():
    frame = pd.DataFrame({"examined_row_count": [0], "lost": [0]})
    result = run_gate(suite(none("lost", "lost")), frame)
    assert (result.passed, result.detail) == (False, "0 rows examined")


def test_suite_that_expects_nothing_is_refused():
    with pytest.raises(ValueError, match="example expects nothing"):
        run_gate(suite(), pd.DataFrame({"lost": [0]}))


@pytest.mark.parametrize(
    ("values", "expectation", "detail"),
    [
        (
            ["anna@example.org", "anna@example.org"],
            gxe.ExpectColumnValuesToBeUnique(
                column="found", severity="critical", notes="One mail each."
            ),
            "critical: found must be unique, not so in 2 of 2. One mail each.",
        ),
        (
            [3, 0, 0],
            none("found", "A lost cent is lost."),
            "critical: found must be 0, not so in 1 of 3. A lost cent is lost.",
        ),
        (
            [0.85],
            advised_least("found", 0.9, "The label is loose."),
            "warning: found should be at least 0.9, not so in 1 of 1."
            " The label is loose.",
        ),
        (
            [46],
            gxe.ExpectColumnValuesToBeBetween(
                column="found", min_value=0, max_value=45, severity="warning"
            ),
            "warning: found should be between 0 and 45, not so in 1 of 1.",
        ),
        (
            [1, 2, 3],
            gxe.ExpectTableRowCountToEqual(value=1, severity="critical"),
            "critical: row_count must equal 1.",
        ),
        (
            [1],
            gxe.ExpectTableColumnsToMatchSet(
                column_set=["found", "lost"], severity="critical", notes="None less."
            ),
            "critical: columns must match set found, lost. None less.",
        ),
    ],
)
def test_detail_says_what_must_hold_and_why_but_no_value_of_a_row(
    values, expectation, detail
):
    found = run_gate(suite(expectation), pd.DataFrame({"found": values})).detail
    assert found == detail


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_gate_has_suite_profile_and_description(gate):
    make = getattr(import_module(f"expectations.suites.{gate.schema}"), gate.name)
    assert make().name == gate.name
    assert make.__doc__.strip()
    assert gate.profile_sql.startswith("-- Grain: one row")
    assert gate.stage in ("raw", "identity", "features", "segmentation", "marts")


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_critical_gate_holds_only_critical_expectations(gate):
    suites = import_module(f"expectations.suites.{gate.schema}")
    severities = {e.severity.value for e in getattr(suites, gate.name)().expectations}
    if gate.is_critical:
        assert severities == {"critical"}
    else:
        assert "warning" in severities


def test_gate_names_are_unique():
    names = [gate.name for gate in GATES]
    assert len(names) == len(set(names))
