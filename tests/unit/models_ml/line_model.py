"""Segments on a line, so that a reader can see every distance."""

import pandas as pd

from models_ml.artefact import ModelSegment, SegmentModel
from models_ml.scaling import FeatureScaling
from models_ml.standings import STANDING_TYPES, PreviousSegmentation, standings

AS_OF = "2025-12-31"


def line_model(outlier_policy="segment", centres=(0.0, 10.0), names=("x",)):
    """S01 at 0 and S02 at 10 of every attribute; exceptional from 20 of the first."""
    scalings = tuple(
        FeatureScaling(
            name, "identity", 0, 15, 0, 1, high_limit=None if number else 20.0
        )
        for number, name in enumerate(names)
    )
    segments = tuple(
        ModelSegment(
            f"S{number:02d}", f"Segment {number}", "", (), (centre,) * len(names), 1.0
        )
        for number, centre in enumerate(centres, 1)
    )
    config = {"outlier_policy": outlier_policy}
    return SegmentModel(
        "kmeans", AS_OF, scalings, segments, (), (), True, (), (), config, {}
    )


def customers_at(*values, as_of=AS_OF):
    """C01, C02 ... at the given values of x."""
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:02d}" for number in range(1, len(values) + 1)],
            "as_of_date": pd.Timestamp(as_of),
            "x": [float(value) for value in values],
            "is_excluded": False,
            "exclusion_reason": pd.Series([None] * len(values), dtype="str"),
        }
    )


def standing(frame, codes, **columns):
    """Where the customers stood: their codes and what else is given, row by row."""
    known = pd.DataFrame(
        {"customer_id": frame["customer_id"], "segment_code": codes, **columns}
    )
    assert set(columns) <= set(STANDING_TYPES)
    return standings(frame, PreviousSegmentation({}, known))
