import pytest

from models_ml.config import SegmentationConfig


def test_policy_numbers_override_the_defaults():
    config = SegmentationConfig.from_thresholds(
        {
            "label_z": 0.2,
            "resample_count": 50.0,
            "maximum_segment_count": 6,
            "block_weight_effort": 2,
        },
        outlier_policy="cap",
    )
    assert (config.label_z, config.resample_count) == (0.2, 50)
    assert config.segment_counts == (2, 6)
    assert dict(config.block_weights) == {"effort": 2.0, "value": 0.5}
    assert config.outlier_policy == "cap"
    assert config.jaccard_threshold == SegmentationConfig().jaccard_threshold


def test_no_policy_number_gives_the_defaults():
    assert SegmentationConfig.from_thresholds({}) == SegmentationConfig()


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ({"hysterisis": 0.1}, "unknown segmentation threshold 'hysterisis'"),
        ({"algorithm": 1}, "unknown segmentation threshold 'algorithm'"),
        ({"resample_count": 10.5}, "resample_count needs a whole number: 10.5"),
        ({"block_weight_mood": 1}, "unknown feature block 'mood'"),
        ({"jaccard_threshold": 75}, "jaccard_threshold must lie in 0 to 1: 75"),
        ({"resample_count": 0}, "resample_count must be at least 1"),
        ({"minimum_segment_count": 1}, "segment_counts must rise from 2"),
        ({"winsor_ratio": 0.5}, "winsor_ratio must be below 0.5"),
        ({"block_weight_value": -1}, "block weights must not be negative"),
    ],
)
def test_number_that_makes_no_sense_is_refused_by_name(thresholds, message):
    with pytest.raises(ValueError, match=message):
        SegmentationConfig.from_thresholds(thresholds)


@pytest.mark.parametrize(
    ("field", "value"), [("outlier_policy", "drop"), ("algorithm", "magic")]
)
def test_unknown_choice_is_refused(field, value):
    with pytest.raises(ValueError, match=f"{field} '{value}'"):
        SegmentationConfig(**{field: value})


def test_smallest_segment_grows_with_the_firm():
    config = SegmentationConfig()
    assert [config.smallest_segment(n) for n in (142, 2000, 20_000)] == [10, 10, 100]
