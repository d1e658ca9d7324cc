import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from line_model import customers_at, line_model, standing

from models_ml.assignment import AssignmentPolicy, assign_customers
from models_ml.guards import Guard
from models_ml.hysteresis import Damping
from models_ml.policy_record import from_record, to_record

GUARD = Guard("g", "is_strategic", 1, "no_downgrade", None, None, "key account", None)


@settings(max_examples=30)
@given(
    st.floats(0, 25),
    st.sampled_from(["S01", "S02", "UNC", None]),
    st.sampled_from([0, 1, None]),
    st.sampled_from(["S01", "S02", None]),
)
def test_deciding_again_from_the_record_gives_the_same_answer(
    value, before, is_strategic, overridden_to
):
    frame = customers_at(value)
    facts = pd.DataFrame({"customer_id": ["C01"], "is_strategic": [is_strategic]})
    overrides = pd.DataFrame(
        {
            "customer_id": ["C01"],
            "segment_code": [overridden_to],
            "override_id": ["O1"],
            "reason": ["why"],
            "approved_by": ["kim"],
            "valid_to_date": [pd.Timestamp("2026-06-30")],
        }
    ).dropna()
    policy = AssignmentPolicy(Damping(dwell_days=0), "x", (GUARD,), facts, overrides)
    known = standing(frame, [before], challenger_segment_code=["S01"])
    first = assign_customers(frame, line_model(), known, policy)
    again = from_record(json.loads(json.dumps(to_record(policy))), facts, overrides)
    second = assign_customers(frame, line_model(), known, again)
    pd.testing.assert_frame_equal(first.customers, second.customers)
    pd.testing.assert_frame_equal(first.guard_hits, second.guard_hits)
