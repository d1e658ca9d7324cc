"""What must be kept of an assignment policy so that assignments can be made again?"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from models_ml.assignment import AssignmentPolicy
from models_ml.guards import Guard
from models_ml.hysteresis import Damping


def to_record(policy: AssignmentPolicy) -> dict[str, Any]:
    """Write limits, ranking and guards as JSON-ready data.

    Args:
        policy: What decided beside the model.

    Returns:
        Plain data without facts and overrides, which are rows of their own.
    """
    return {
        "damping": dataclasses.asdict(policy.damping),
        "rank_attribute": policy.rank_attribute,
        "guards": [dataclasses.asdict(guard) for guard in policy.guards],
    }


def from_record(
    record: Mapping[str, Any], facts: pd.DataFrame, overrides: pd.DataFrame
) -> AssignmentPolicy:
    """Read a policy back.

    Args:
        record: What ``to_record`` returned, possibly via JSON.
        facts: customer_id and a column per fact.
        overrides: Overrides in force.

    Returns:
        The policy.
    """
    return AssignmentPolicy(
        damping=Damping(**record["damping"]),
        rank_attribute=record["rank_attribute"],
        guards=tuple(Guard(**guard) for guard in record["guards"]),
        facts=facts,
        overrides=overrides,
    )
