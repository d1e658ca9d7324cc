"""A time equation of a few months, fitted and compared with its standards."""

from decimal import Decimal

import pytest

from echelon.time_calibration import (
    TERMS,
    Requirements,
    calibrated,
    nothing_measured,
    other_work,
)

STANDARDS = {"per_order": Decimal(4), "per_line": Decimal(3), "per_change": Decimal(2)}
FEW = Requirements(rows=3, rows_per_term=Decimal(2), fit_ratio=Decimal("0.5"))


def month(orders, lines, measured, **counts):
    return {
        **dict.fromkeys(TERMS.values(), 0),
        "order_count": orders,
        "order_line_count": lines,
        "measured_minutes": Decimal(measured),
        "standard_minutes": Decimal(4 * orders + 3 * lines),
        **counts,
    }


# 5 minutes an order and 3 a line, to the minute.
MONTHS = [
    month(10, 30, 140),
    month(12, 30, 150),
    month(11, 40, 175),
    month(9, 20, 105),
    month(10, 25, 125),
]


def of_terms(found, column):
    return {row["term"]: row[column] for row in found.terms if row[column] is not None}


def test_minutes_are_found_back_and_said_to_be_written_where_they_differ():
    found = calibrated("r", MONTHS, STANDARDS, FEW)
    assert (found.verdict, found.reasons) == ("calibrated", [])
    assert (found.measured_minutes, found.standard_minutes) == (695, 643)
    fitted = {"per_order": Decimal("5.0000"), "per_line": Decimal("3.0000")}
    assert of_terms(found, "fitted_minutes") == fitted
    assert of_terms(found, "standard_minutes") == STANDARDS
    written = [(row["term"], row["minutes"]) for row in found.policy_rows]
    assert written == [("per_order", Decimal("5.0000"))]
    assert of_terms(found, "note")["per_change"] == "nothing counted"


def test_a_term_held_at_nothing_is_written_only_where_a_standard_says_more():
    """Every change saves a minute; so does every new customer, who has no standard."""
    for term, written in (("change_count", ["per_change"]), ("new_customer_count", [])):
        rows = [
            {**row, term: place, "measured_minutes": row["measured_minutes"] - place}
            for place, row in enumerate([*MONTHS, *MONTHS])
        ]
        found = calibrated("r", rows, STANDARDS, FEW)
        held = [row["term"] for row in found.terms if row["note"] and row["count"]]
        assert len(held) == 1
        assert found.verdict == "calibrated"
        assert [r["term"] for r in found.policy_rows if not r["minutes"]] == written


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            MONTHS[:4],
            ["4 rows for 2 terms, more than 2 for each are needed"],
        ),
        (
            [month(n, 2 * n, 10 * n) for n in range(1, 8)],
            [
                "per_order, per_line cannot be told apart: in all rows one follows from"
                " the others"
            ],
        ),
        (
            [month(n, 0, m) for n, m in enumerate((90, 10, 80, 20, 10), start=10)],
            ["the terms explain -0.18 of the variance, 0.5 is needed"],
        ),
        (
            [month(n, 0, 50) for n in range(1, 4)],
            ["the measured minutes do not vary"],
        ),
    ],
    ids=["few_rows", "together", "scattered", "same_minutes"],
)
def test_why_standard_minutes_stay_is_said_in_words(rows, said):
    found = calibrated("r", rows, STANDARDS, FEW)
    assert found.verdict == "standard minutes stay"
    assert found.reasons == said
    assert found.policy_rows == []


WORK = [
    {"worker_group": "desk", "driver_code": "order_handling_minutes"},
    {"worker_group": "desk", "driver_code": "service_minutes"},
]


def test_other_work_of_the_same_people_is_a_caution():
    assert other_work(WORK) == [
        "desk also works for service_minutes: its measured minutes are of both"
    ]


def test_which_hours_are_missing_is_said():
    assert nothing_measured(WORK).fault.hint.endswith("productive_minutes of desk")
    assert "name a capacity_worker_group" in nothing_measured([]).fault.hint
