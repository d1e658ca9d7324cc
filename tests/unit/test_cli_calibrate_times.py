"""A calibration told to people."""

import pytest

from echelon.cli_calibrate_times import explained


@pytest.mark.parametrize(
    ("fit_ratio", "residual_ratio", "said"),
    [
        (0.9, 0.05, ["Explained: 90.00% of the variance", "left over: 5.00% of"]),
        (None, 0.05, ["Explained: not known", "left over: 5.00% of"]),
        (None, None, ["Explained: not known", "left over: not known"]),
    ],
    ids=["fitted", "minutes_that_do_not_vary", "nothing_fitted"],
)
def test_what_is_not_known_is_not_left_blank(fit_ratio, residual_ratio, said):
    text = explained({"fit_ratio": fit_ratio, "residual_ratio": residual_ratio})
    assert all(part in text for part in said)
