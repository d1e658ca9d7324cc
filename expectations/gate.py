"""Does a frame meet the suite that guards it?

The only module that opens a Great Expectations context. Suites run on small aggregate
frames, never on whole fact tables, and no value of a row leaves this module: results
name the expectation, its column and counts.
"""

import os
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import duckdb
import pandas as pd

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read once, while the import below runs

import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.metadata_types import FailureSeverity

from echelon.release.content import current_catalog
from echelon.release.gates import unmet_requirement
from expectations.register import Gate

EXAMINED_COLUMN = "examined_row_count"
FIRST_CASE_COLUMN = "first_case"
NO_VALUES = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class GateResult:
    """What a gate found.

    Attributes:
        gate: Name of the gate.
        rows_examined: Rows behind the frame: the sum of ``examined_row_count`` where
            the frame has that column, else its rows.
        passed: Whether something was examined and no critical expectation failed.
        critical_failures: Number of critical expectations that failed.
        warnings: Number of warning expectations that failed.
        detail: What failed, without values of rows; where the profile names a first
            case in ``first_case`` (a currency, an account), that too.
        not_applicable_reason: Why there was nothing to examine, or None.
    """

    gate: str
    rows_examined: int
    passed: bool
    critical_failures: int
    warnings: int
    detail: str
    not_applicable_reason: str | None = None


def run_gate(suite: gx.ExpectationSuite, frame: pd.DataFrame) -> GateResult:
    """Run a suite on an aggregate frame.

    An empty frame fails: an expectation on no rows is met by nothing having happened.

    Args:
        suite: Expectations, each ``critical`` (blocks) or ``warning`` (reports).
        frame: What they are about, shape (n_aggregates, n_columns).

    Returns:
        The result; the gate is named after the suite.

    Raises:
        ValueError: If the suite holds no expectation.
    """
    name = str(suite.name)
    if not suite.expectations:
        raise ValueError(f"suite {name} expects nothing")
    rows = _rows_examined(frame)
    if rows == 0:
        return GateResult(name, 0, False, 0, 0, "0 rows examined")
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": frame})
    outcome = batch.validate(suite, result_format=NO_VALUES)
    failed = [result for result in outcome.results if not result.success]
    warned = [r for r in failed if _severity(r) == FailureSeverity.WARNING]
    critical = len(failed) - len(warned)
    return GateResult(
        gate=name,
        rows_examined=rows,
        passed=critical == 0,
        critical_failures=critical,
        warnings=len(warned),
        detail=_detail(failed, frame),
    )


def examine(gate: Gate, connection: duckdb.DuckDBPyConnection) -> GateResult:
    """Profile what a gate guards and run its suite on the profile.

    Args:
        gate: The gate.
        connection: Connection to the candidate's warehouse.

    Returns:
        The result; not applicable where a table it requires is declared absent.
    """
    reason = unmet_requirement(gate, connection, current_catalog(connection))
    if reason is not None:
        return not_applicable(gate.name, reason)
    suites = import_module(f"expectations.suites.{gate.schema}")
    suite: gx.ExpectationSuite = getattr(suites, gate.name)()
    return run_gate(suite, connection.execute(gate.profile_sql).df())


def not_applicable(gate: str, reason: str) -> GateResult:
    """Say that a gate had nothing to examine because its tables are declared absent."""
    return GateResult(gate, 0, False, 0, 0, f"not applicable: {reason}", reason)


@cache
def _batch_definition() -> BatchDefinition[Any]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("aggregates")
    asset = source.add_dataframe_asset("aggregate")
    return asset.add_batch_definition_whole_dataframe("whole")


def _rows_examined(frame: pd.DataFrame) -> int:
    if EXAMINED_COLUMN in frame.columns:
        return int(frame[EXAMINED_COLUMN].sum())
    return len(frame)


def _detail(failed: list[Any], frame: pd.DataFrame) -> str:
    sentences = sorted(_sentence(result) for result in failed)
    if failed and FIRST_CASE_COLUMN in frame.columns:
        # A profile may name a currency, an account, a table: never a row's own value.
        cases = sorted(frame[FIRST_CASE_COLUMN].dropna().astype(str))
        sentences += [f"first: {case}" for case in cases[:1]]
    return "; ".join(sentences)


def _severity(result: Any) -> FailureSeverity:  # noqa: ANN401 (GX ships no type for it)
    # An expectation without a severity blocks: forgetting it must not open the gate.
    severity = result.expectation_config.severity
    return FailureSeverity.CRITICAL if severity is None else FailureSeverity(severity)


def _sentence(result: Any) -> str:  # noqa: ANN401 (GX ships no type for it)
    config = result.expectation_config
    severity = _severity(result)
    is_critical = severity == FailureSeverity.CRITICAL
    sentence = f"{severity.value}: {_requirement(config, is_critical)}"
    if any(
        info.get("raised_exception")
        for info in _exceptions(result.exception_info or {})
    ):
        return f"{sentence}, could not be evaluated"
    counts = result.result or {}
    found = ""
    if "element_count" in counts:
        found = f", not so in {counts['unexpected_count']} of {counts['element_count']}"
    return f"{sentence}{found}. {config.notes or ''}".rstrip()


def _requirement(config: Any, is_critical: bool) -> str:  # noqa: ANN401 (as above)
    # "expect_column_values_to_be_between" says what is examined, and what it has to do.
    asked = config.kwargs
    examined, _, verb = config.type.removeprefix("expect_").partition("_to_")
    subject = asked.get("column", examined.removeprefix("table_"))
    least, most = asked.get("min_value"), asked.get("max_value")
    if verb != "be_between":
        one = [str(asked["value"])] if "value" in asked else []
        known = one or asked.get("column_set") or asked.get("value_set") or []
        words = " ".join([verb.replace("_", " "), ", ".join(known)]).strip()
    elif least == most:
        words = f"be {least:g}"
    elif least is None or most is None:
        words = f"be at least {least:g}" if most is None else f"be at most {most:g}"
    else:
        words = f"be between {least:g} and {most:g}"
    return f"{subject} {'must' if is_critical else 'should'} {words}"


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    return [info] if "raised_exception" in info else list(info.values())
