import numpy as np
import pytest

from models_ml.features import transformed, untransformed
from models_ml.scaling import FeatureScaling, fit_scaling, robust_center_and_scale


def test_worked_example_of_the_robust_scaler_is_reproduced():
    # WE-36, scikit-learn's documented example.
    table = np.array([[1, -2, 2], [-2, 1, 3], [4, 1, -2]], dtype=float)
    scaled = np.empty_like(table)
    for column in range(3):
        center, spread = robust_center_and_scale(table[:, column])
        scaled[:, column] = (table[:, column] - center) / spread
    np.testing.assert_allclose(scaled, [[0, -2, 0], [-1, 0, 0.4], [1, 0, -1.6]])


@pytest.mark.parametrize("transform", ["log1p", "asinh", "identity"])
def test_transform_and_its_inverse_cancel(transform):
    values = np.array([0.0, 0.4, 3.0, 12_345.67])
    back = untransformed(transformed(values, transform), transform)
    np.testing.assert_allclose(back, values, rtol=1e-12)


def test_asinh_takes_negative_sales():
    np.testing.assert_allclose(
        transformed(np.array([-5.0, 5.0]), "asinh"), [-2.3124383, 2.3124383]
    )


def test_log1p_refuses_what_it_cannot_take():
    with pytest.raises(ValueError, match="above -1"):
        transformed(np.array([-1.0]), "log1p")


def test_scaling_clips_at_the_stored_quantiles():
    scaling = fit_scaling("x", np.arange(101.0), "identity", 0.01, 0.25)
    assert (scaling.lower, scaling.upper) == (1.0, 99.0)
    assert (scaling.center, scaling.scale) == (50.0, 50.0)
    scaled = scaling.scaled(np.array([-1e9, 50.0, 75.0, 1e9]))
    np.testing.assert_allclose(scaled, [-0.98, 0.0, 0.5, 0.98])


def test_mostly_zero_attribute_is_not_blown_up_by_its_small_quartiles():
    # 80 of 100 are zero: the quartiles are equal, the range is 0 to 1.
    values = np.r_[np.zeros(80), np.ones(20)]
    scaling = fit_scaling("rush", values, "identity", 0.01, 0.25)
    assert scaling.scale == 0.25
    assert scaling.scaled(values).max() == 4.0


def test_attribute_without_spread_has_no_scaling():
    assert fit_scaling("x", np.full(50, 3.2), "log1p", 0.01, 0.25) is None


def test_scaled_values_come_back_in_their_own_unit():
    scaling = fit_scaling("x", np.geomspace(1, 1000, 50), "log1p", 0.0, 0.25)
    values = np.array([2.0, 30.0, 700.0])
    np.testing.assert_allclose(scaling.unscaled(scaling.scaled(values)), values)


def test_exceeded_limit_is_named_in_the_unit_of_the_attribute():
    scaling = FeatureScaling("x", "log1p", 0, 9, 4, 1, high_limit=float(np.log1p(99)))
    assert scaling.exceeded_limit(100.0) == (pytest.approx(99.0), "above")
    with pytest.raises(ValueError, match="within its limits"):
        scaling.exceeded_limit(98.0)
