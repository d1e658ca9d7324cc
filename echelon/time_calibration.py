"""Do the measured minutes of order handling bear out the standard minutes?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from echelon.costing.rounding import RATIO, rounded
from echelon.costing.time_equations import TimeFit, dependent_terms, fit_times
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.policy import policy_in_force, threshold
from echelon.release.reader import Row, open_database, read_rows
from echelon.release.store import release_in_force

DRIVER = "order_handling_minutes"
CALIBRATED, STANDARD = "calibrated", "standard minutes stay"
# Terms of policy_time_equations, and the column that counts each.
TERMS = {
    "per_order": "order_count",
    "per_rush_order": "rush_order_count",
    "per_manual_order": "manual_order_count",
    "per_new_customer": "new_customer_count",
    "per_line": "order_line_count",
    "per_change": "change_count",
}
PERIODS = """
    select handling.*
    from finance.rpt_order_handling_minutes_by_entity_month as handling
    inner join finance.dim_fiscal_periods as periods using (entity_code, fiscal_period)
    where periods.is_closed and handling.measured_minutes is not null
    order by entity_code, fiscal_period
"""
WORK = """
    select distinct capacity_worker_group as worker_group, driver_code
    from core.fct_cost_activities
    where capacity_worker_group in (
        select capacity_worker_group
        from core.fct_cost_activities
        where driver_code = $driver
    )
    order by all
"""


@dataclass(frozen=True)
class Requirements:
    """What measurements must have before they replace standard minutes.

    Attributes:
        rows: Least number of rows.
        rows_per_term: For each term there must be more rows than this.
        fit_ratio: Least share of the variance of the minutes that is explained.
    """

    rows: int
    rows_per_term: Decimal
    fit_ratio: Decimal


@dataclass(frozen=True)
class TimeCalibration:
    """A time equation fitted to measured minutes, beside the standard one.

    Attributes:
        release_id: Release it was read from.
        driver_code: The driver whose time equation it is.
        row_count: Entities times closed periods with measured minutes.
        measured_minutes: Their measured minutes.
        standard_minutes: Minutes by the standards for the same rows.
        fit_ratio: Share of the variance of the measured minutes that is explained.
        residual_ratio: What is not explained, without sign, over the measured minutes.
        terms: One row per term: its count, fitted and standard minutes.
        verdict: ``calibrated`` or ``standard minutes stay``.
        reasons: Why they stay.
        cautions: What the numbers cannot tell.
        policy_rows: What to write into ``policy_time_equations``.
    """

    release_id: str
    driver_code: str
    row_count: int
    measured_minutes: Decimal
    standard_minutes: Decimal
    fit_ratio: Decimal | None
    residual_ratio: Decimal | None
    terms: list[Row]
    verdict: str
    reasons: list[str]
    cautions: list[str]
    policy_rows: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def calibrate_times(data_dir: Path) -> TimeCalibration:
    """Fit the time equation of order handling to measured minutes.

    Args:
        data_dir: Directory of everything a run writes.

    Returns:
        The calibration from the release in force.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing has been published, its policy lacks
            a threshold, or no minutes are measured in a closed period with orders.
    """
    release = release_in_force(data_dir)
    required = Requirements(
        int(threshold(release, "estimation_minimum_periods")),
        threshold(release, "estimation_rows_per_term_ratio"),
        threshold(release, "estimation_minimum_fit_ratio"),
    )
    standards = {
        row["term"]: Decimal(row["minutes"])
        for row in policy_in_force(
            release, "policy_time_equations", "driver_code", "term"
        )
        if row["driver_code"] == DRIVER
    }
    with open_database(release.database) as connection:
        periods = read_rows(connection, PERIODS)
        work = read_rows(connection, WORK, {"driver": DRIVER})
    if not periods:
        raise nothing_measured(work)
    found = calibrated(release.release_id, periods, standards, required)
    return replace(found, cautions=other_work(work))


def calibrated(
    release_id: str,
    periods: list[Row],
    standards: Mapping[str, Decimal],
    required: Requirements,
) -> TimeCalibration:
    """Fit measured minutes on what the time equation counts.

    Args:
        release_id: Release the rows are of.
        periods: Counts, standard and measured minutes by entity and period.
        standards: Standard minutes by term; a term without any has none.
        required: What the measurements must have.

    Returns:
        The calibration, without cautions.
    """
    totals = {t: sum(row[column] for row in periods) for t, column in TERMS.items()}
    counted = [term for term in TERMS if totals[term]]
    counts = np.array([[row[TERMS[t]] for t in counted] for row in periods], float)
    measured = np.array([row["measured_minutes"] for row in periods], float)
    dependent = dependent_terms(counts, counted)
    fit = None if dependent else fit_times(counts, measured)
    reasons = _doubts(len(periods), counted, dependent, fit, required)
    fitted = dict(zip(counted, _fitted(fit), strict=True)) if fit else {}
    terms = [
        {
            "term": term,
            "count": totals[term],
            "standard_minutes": standards.get(term),
            **(fitted.get(term) or _not_fitted(totals[term], term in dependent)),
        }
        for term in TERMS
    ]
    return TimeCalibration(
        release_id=release_id,
        driver_code=DRIVER,
        row_count=len(periods),
        measured_minutes=sum((row["measured_minutes"] for row in periods), Decimal(0)),
        standard_minutes=sum(
            (row["standard_minutes"] or Decimal(0) for row in periods), Decimal(0)
        ),
        fit_ratio=rounded(fit.fit_ratio, RATIO) if fit else None,
        residual_ratio=rounded(fit.residual_ratio, RATIO) if fit else None,
        terms=terms,
        verdict=STANDARD if reasons else CALIBRATED,
        reasons=reasons,
        cautions=[],
        policy_rows=[] if reasons else _policy_rows(terms),
    )


def _fitted(fit: TimeFit) -> list[Row]:
    """Describe the fitted terms in exact decimals."""
    return [
        {
            "fitted_minutes": rounded(minutes, RATIO),
            "standard_error_minutes": rounded(error, RATIO),
            "note": "held at 0, it would be below" if is_held else None,
        }
        for minutes, error, is_held in zip(
            fit.minutes, fit.errors, fit.is_held, strict=True
        )
    ]


def _not_fitted(total: int, is_dependent: bool) -> Row:
    """Say why a term has no fitted minutes, if by itself."""
    note = "cannot be told from the others" if is_dependent else None
    return {
        "fitted_minutes": None,
        "standard_error_minutes": None,
        "note": note if total else "nothing counted",
    }


def _doubts(
    row_count: int,
    counted: list[str],
    dependent: list[str],
    fit: TimeFit | None,
    required: Requirements,
) -> list[str]:
    """Say in words why the fit cannot replace the standard minutes, if it cannot."""
    reasons = []
    if row_count < required.rows:
        reasons.append(f"{row_count} rows, {required.rows} are needed")
    if row_count <= required.rows_per_term * len(counted):
        reasons.append(
            f"{row_count} rows for {len(counted)} terms, more than"
            f" {required.rows_per_term.normalize():f} for each are needed"
        )
    if dependent:
        reasons.append(
            f"{', '.join(dependent)} cannot be told apart: in all rows one follows from"
            " the others"
        )
    if fit and fit.fit_ratio is None:
        reasons.append("the measured minutes do not vary")
    if fit and fit.fit_ratio is not None and fit.fit_ratio < required.fit_ratio:
        reasons.append(
            f"the terms explain {fit.fit_ratio:.2f} of the variance,"
            f" {required.fit_ratio.normalize():f} is needed"
        )
    return reasons


def _policy_rows(terms: list[Row]) -> list[Row]:
    """Say what to write: what was fitted, where policy says otherwise."""
    return [
        {
            "driver_code": DRIVER,
            "term": row["term"],
            "minutes": row["fitted_minutes"],
            "minutes_in_force": row["standard_minutes"],
        }
        for row in terms
        if row["fitted_minutes"] is not None
        and row["fitted_minutes"] != (row["standard_minutes"] or 0)
    ]


def other_work(work: list[Row]) -> list[str]:
    """Name what else the worker groups do: their measured minutes are of that too."""
    return [
        f"{row['worker_group']} also works for {row['driver_code']}: its measured"
        " minutes are of both"
        for row in work
        if row["driver_code"] != DRIVER
    ]


def nothing_measured(work: list[Row]) -> EchelonError:
    """Say which hours to deliver."""
    groups = sorted({row["worker_group"] for row in work})
    hint = (
        f"deliver wms__labor_hours with productive_minutes of {', '.join(groups)}"
        if groups
        else f"name a capacity_worker_group for {DRIVER} in policy_activity_drivers,"
        " and deliver its wms__labor_hours"
    )
    return EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="no_measured_minutes",
            message="no minutes are measured in a closed period with orders",
            hint=hint,
        ),
    )
