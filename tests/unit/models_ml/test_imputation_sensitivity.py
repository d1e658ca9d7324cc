import pandas as pd
import pytest
from line_model import AS_OF, line_model, standing

from models_ml.artefact import SegmentModel
from models_ml.assignment import assign_customers
from models_ml.imputation import imputation_sensitivity


def model_of(*attributes: str) -> SegmentModel:
    return line_model(names=attributes)


def customers(filled: dict[str, float], **others: float) -> pd.DataFrame:
    """Eleven customers measured at 0 to 10, and C99 with the given values filled in.

    The 10 %, 50 % and 90 % quantiles of what is measured are 1, 5 and 9.
    """
    names = [*filled, *others]
    rows = [dict.fromkeys(names, float(number)) for number in range(11)]
    frame = pd.DataFrame([*rows, {**filled, **others}])
    for name in names:
        frame[f"is_imputed_{name}"] = [False] * 11 + [name in filled]
    frame["customer_id"] = [f"C{number:02d}" for number in range(11)] + ["C99"]
    frame["as_of_date"] = pd.Timestamp(AS_OF)
    frame["is_excluded"] = False
    frame["exclusion_reason"] = pd.Series(None, index=frame.index, dtype="str")
    return frame


def sensitivity(
    frame: pd.DataFrame, model: SegmentModel, before: str | None = None
) -> pd.DataFrame:
    previous = pd.Series([None] * 11 + [before], dtype="str")
    known = standing(frame, previous)
    assignments = assign_customers(frame, model, known).customers
    return imputation_sensitivity(frame, assignments, previous, model)


def test_filled_value_that_another_plausible_value_contradicts_decided():
    rows = sensitivity(customers({"x": 5.0}), model_of("x"))
    last = rows.iloc[-1]
    assert last["segment_code"] == "S01"
    assert last["imputed_attributes"] == "x"
    assert last["alternative_count"] == 3
    assert last["is_decided_by_imputation"]
    assert last["alternatives"] == "S02 if x = 9"


def test_measured_customers_are_decided_by_what_they_did():
    rows = sensitivity(customers({"x": 5.0}), model_of("x")).head(11)
    assert not rows["is_decided_by_imputation"].any()
    assert rows["imputed_attributes"].isna().all()
    assert rows["alternatives"].isna().all()
    assert (rows["alternative_count"] == 0).all()


@pytest.mark.parametrize(
    ("measured", "is_decided"),
    # S01 while (x² + y²) < ((x - 10)² + (y - 10)²), so while x + y < 10.
    [(0.5, False), (1.5, True)],
    ids=["far_from_the_border", "near_the_border"],
)
def test_measured_attributes_can_outweigh_a_filled_one(measured, is_decided):
    rows = sensitivity(customers({"x": 5.0}, y=measured), model_of("x", "y"))
    assert rows.iloc[-1]["is_decided_by_imputation"] == is_decided


def test_hysteresis_holds_under_every_alternative():
    # 5 keeps S02; 9 is S02 anyway; 1 is nearer to S01 by more than a tenth.
    rows = sensitivity(customers({"x": 5.0}), model_of("x"), before="S02")
    assert rows.iloc[-1]["segment_code"] == "S02"
    assert rows.iloc[-1]["alternatives"] == "S01 if x = 1"


@pytest.mark.parametrize(
    ("attributes", "count"), [("xy", 9), ("wxy", 27), ("vwxy", 15)]
)
def test_combinations_are_bounded(attributes, count):
    filled = dict.fromkeys(attributes, 5.0)
    rows = sensitivity(customers(filled), model_of(*attributes))
    assert rows.iloc[-1]["alternative_count"] == count


def test_excluded_customer_is_in_no_segment_an_alternative_could_change():
    frame = customers({"x": 5.0})
    frame.loc[11, "is_excluded"] = True
    frame.loc[11, "exclusion_reason"] = "insufficient_data"
    row = sensitivity(frame, model_of("x")).iloc[-1]
    assert row["segment_code"] == "UNC"
    assert not row["is_decided_by_imputation"]
    assert row["alternative_count"] == 0
