import numpy as np
import pandas as pd

from models_ml.succession import inherited_codes


def test_renumbered_clusters_keep_their_codes():
    before = pd.Series(["S01"] * 5 + ["S02"] * 5 + ["S03"] * 5)
    labels = np.repeat([2, 0, 1], 5)
    codes = inherited_codes(before, labels, np.arange(3), {"S01", "S02", "S03"}, 0.5)
    assert codes == {2: "S01", 0: "S02", 1: "S03"}


def test_segment_without_a_forerunner_gets_a_code_never_used():
    before = pd.Series(["S01"] * 6 + ["EXC", None, "UNC", None], dtype="str")
    labels = np.array([0] * 6 + [1] * 4)
    codes = inherited_codes(before, labels, np.array([1, 0]), {"S01", "S04"}, 0.5)
    assert codes == {0: "S01", 1: "S05"}


def test_first_codes_follow_the_given_order():
    before = pd.Series([None] * 4, dtype="str")
    codes = inherited_codes(
        before, np.array([0, 1, 2, 2]), np.array([2, 0, 1]), set(), 0.5
    )
    assert codes == {2: "S01", 0: "S02", 1: "S03"}
