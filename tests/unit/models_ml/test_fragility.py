from dataclasses import replace

import numpy as np
import pytest

from models_ml.artefact import from_artefact
from models_ml.fragility import flip_ratios
from models_ml.positions import positions_in


@pytest.fixture(scope="module")
def measured(segmentation, customers, quick_config):
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    model = from_artefact(segmentation.artefact)
    flips = flip_ratios(frame, segmentation.assignments, model, quick_config)
    return frame, model, flips


def test_every_customer_in_a_segment_is_measured_once(measured, segmentation):
    _, model, flips = measured
    wanted = segmentation.assignments["model_segment_code"].isin(model.codes)
    assert flips["customer_id"].tolist() == (
        segmentation.assignments.loc[wanted, "customer_id"].tolist()
    )
    assert flips["resample_count"].eq(8).all()
    # Eighths of a fit there are none.
    assert np.allclose(flips["flip_ratio"] * 8 % 1, 0)


def test_customers_flip_between_segments_and_not_within_one(measured):
    """Clear groups: nearly all stay; who flips lies nearly as near to another."""
    frame, model, flips = measured
    assert flips["flip_ratio"].eq(0).mean() > 0.9
    included = frame[frame["customer_id"].isin(flips["customer_id"])]
    distances = np.sort(positions_in(included, model).distances, axis=1)
    margin = distances[:, 1] / distances[:, 0]
    flipped = flips["flip_ratio"].to_numpy() > 0
    assert flipped.any()
    assert np.median(margin[flipped]) < 1.1 < np.median(margin[~flipped])


def test_the_same_customers_give_the_same_ratios(measured, segmentation, quick_config):
    frame, model, flips = measured
    again = flip_ratios(frame, segmentation.assignments, model, quick_config)
    assert again.equals(flips)


def test_without_segments_nobody_is_fragile(segmentation, customers, quick_config):
    model = replace(from_artefact(segmentation.artefact), segments=())
    frame = customers.sort_values("customer_id").reset_index(drop=True)
    assert flip_ratios(frame, segmentation.assignments, model, quick_config).empty
