"""Each gate has a clean frame that passes and one corruption per expectation."""

from importlib import import_module

import pandas as pd
import pytest

from expectations.gate import run_gate
from expectations.register import GATES
from tests.unit.expectations.corruptions import (
    BETWEEN,
    CLEAN,
    TABLE_CORRUPTIONS,
    VALUE_CORRUPTIONS,
)


def suite_of(name):
    gate = next(gate for gate in GATES if gate.name == name)
    return getattr(import_module(f"expectations.suites.{gate.schema}"), name)()


def words_of(expectation):
    if expectation == BETWEEN:
        return "be "  # and its bounds
    return expectation.split("_to_")[1].replace("_", " ")


def corrupted(name, column, value):
    frame = pd.DataFrame(CLEAN[name]).astype({column: object})
    frame.loc[0, column] = value
    return frame


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_clean_frame_passes(gate):
    result = run_gate(suite_of(gate.name), pd.DataFrame(CLEAN[gate.name]))
    assert (result.gate, result.passed, result.warnings) == (gate.name, True, 0)
    assert result.detail == ""


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_empty_frame_fails(gate):
    result = run_gate(suite_of(gate.name), pd.DataFrame(CLEAN[gate.name]).head(0))
    assert not result.passed
    assert result.detail == "0 rows examined"


@pytest.mark.parametrize(
    ("name", "column", "value", "expectation"),
    VALUE_CORRUPTIONS,
    ids=[f"{name}-{column}-{value}" for name, column, value, _ in VALUE_CORRUPTIONS],
)
def test_corrupted_value_trips_its_expectation(name, column, value, expectation):
    result = run_gate(suite_of(name), corrupted(name, column, value))
    is_critical = next(gate for gate in GATES if gate.name == name).is_critical
    must = "must" if is_critical else "should"
    assert f": {column} {must} {words_of(expectation)}" in result.detail
    assert result.passed is not is_critical
    assert bool(result.critical_failures) is is_critical


@pytest.mark.parametrize(
    ("name", "corrupt", "expectation"),
    TABLE_CORRUPTIONS,
    ids=[f"{name}-{expectation}" for name, _, expectation in TABLE_CORRUPTIONS],
)
def test_corrupted_table_trips_its_expectation(name, corrupt, expectation):
    result = run_gate(suite_of(name), corrupt(pd.DataFrame(CLEAN[name])))
    assert not result.passed
    assert f" must {words_of(expectation)}" in result.detail


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_every_expectation_has_a_corruption_that_trips_it(gate):
    tripped = {
        (expectation, column)
        for name, column, _, expectation in VALUE_CORRUPTIONS
        if name == gate.name
    } | {
        (expectation, None)
        for name, _, expectation in TABLE_CORRUPTIONS
        if name == gate.name
    }
    for expectation in suite_of(gate.name).expectations:
        column = getattr(expectation, "column", None)
        assert any(
            short in expectation.expectation_type and column == of_column
            for short, of_column in tripped
        ), f"{expectation.expectation_type} ({column}) is not tested"


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
def test_missing_column_never_passes_unnoticed(gate):
    suite = suite_of(gate.name)
    columns = [e.column for e in suite.expectations if hasattr(e, "column")]
    frame = pd.DataFrame(CLEAN[gate.name]).drop(columns=columns[-1])
    result = run_gate(suite, frame)
    assert result.critical_failures + result.warnings > 0
