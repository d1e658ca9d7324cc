"""Estimates laid out for people, entity by entity."""

from echelon.cli_estimate_behaviour import entity_table


def estimate(pool, driver):
    """Make an estimate that has no line."""
    without_line = dict.fromkeys(
        (
            "slope_base_ccy_per_unit",
            "slope_standard_error",
            "high_low_slope_base_ccy_per_unit",
            "intercept_amount_base_ccy",
            "fit_ratio",
            "variable_ratio",
            "policy_behaviour",
            "policy_avoidable_ratio",
        )
    )
    return {
        **without_line,
        "cost_pool_code": pool,
        "driver": driver,
        "period_count": 12,
        "verdict": "expert split stays",
    }


def test_each_entity_shows_its_own_pools():
    """What a table of one entity named first must not head the row of the next."""
    first = entity_table("DE01", [estimate("freight", "stops")])
    second = entity_table("FR01", [estimate("storage", "stored_m3")])
    assert list(first.columns[0].cells) == ["freight\nstops"]
    assert list(second.columns[0].cells) == ["storage\nstored_m3"]
