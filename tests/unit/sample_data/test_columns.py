"""Are numbers spelt exactly, without a detour over floating point?"""

from decimal import Decimal

import numpy as np
import pytest

from sample_data import columns as col
from sample_data.names import misspelt


def test_identifiers_are_zero_padded():
    found = col.identifiers("SO", np.array([0, 42, 123456]), 6)
    assert found.to_pylist() == ["SO000000", "SO000042", "SO123456"]


def test_decimals_keep_sign_scale_and_nulls():
    found = col.decimals(np.array([-1, 0, 12_345]), 2, np.array([True, False, True]))
    assert found.to_pylist() == [Decimal("-0.01"), None, Decimal("123.45")]


def test_money_is_exact_beyond_what_a_double_holds():
    cents = np.array([9_007_199_254_740_993])
    assert col.money(cents // 100).to_pylist() == [Decimal("900719925474.0900")]
    assert col.decimals(cents, 2).to_pylist() == [Decimal("90071992547409.93")]


def test_day_zero_is_new_year_2024():
    assert str(col.dates(np.array([0])).to_pylist()[0]) == "2024-01-01"
    found = col.timestamps(np.array([1]), np.array([3_661])).to_pylist()[0]
    assert str(found) == "2024-01-02 01:01:01"


@pytest.mark.parametrize("country", ["DE", "GB", "US"])
def test_a_clerk_keeps_a_name_recognisable(country):
    legal = {"DE": "GmbH", "GB": "Ltd", "US": "Inc"}[country]
    names = [f"Lindholm Catering {legal}"] * 200
    spelt = misspelt(names, [country] * 200, np.random.default_rng(1))
    assert 5 < len(set(spelt)) < 40
    assert all(len(name) >= len("Lindholm Cater.") for name in spelt)
