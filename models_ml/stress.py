"""Where would customers go if the world changed, and which rules would hold them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from models_ml.algorithms.kmeans import thread_pools
from models_ml.artefact import SegmentModel
from models_ml.assignment import AssignmentPolicy, assign_customers
from models_ml.features import numeric_column
from models_ml.standings import PreviousSegmentation, standings

STRESS_TYPES = {
    "scenario_id": "str",
    "customer_id": "str",
    "from_segment_code": "str",
    "wanted_segment_code": "str",
    "to_segment_code": "str",
    "is_wanted_elsewhere": "bool",
    "assigned_by": "str",
    "decider_id": "str",
    "held_by": "str",
}


@dataclass(frozen=True)
class Shock:
    """What a scenario does to one attribute: ``x * factor + added``.

    Attributes:
        attribute: Column of the customer features.
        factor: What the value is multiplied by.
        added: What is added then, in the unit of the attribute.
    """

    attribute: str
    factor: float
    added: float


@dataclass(frozen=True)
class Scenario:
    """A change of the world.

    Attributes:
        scenario_id: Its name in policy.
        shocks: What it does to each attribute.
        customer_ids: Whom it hits.
    """

    scenario_id: str
    shocks: tuple[Shock, ...]
    customer_ids: frozenset[str]


def shocked(frame: pd.DataFrame, shocks: Sequence[Shock]) -> pd.DataFrame:
    """Change attributes as a scenario would.

    Args:
        frame: Customer features, one row each.
        shocks: What happens to which attribute; unknown values stay unknown.

    Returns:
        The features afterwards. No ratio leaves 0 to 1 and no count falls below 0;
        amounts may.

    Raises:
        ValueError: If an attribute is no column of the features.
    """
    changed = frame.copy()
    for shock in shocks:
        if shock.attribute not in frame.columns:
            raise ValueError(
                f"a stress scenario changes {shock.attribute}, which is no customer "
                "attribute: see policy_stress_scenarios"
            )
        values = numeric_column(changed, shock.attribute) * shock.factor + shock.added
        if not shock.attribute.endswith("_amount_base_ccy"):
            values = values.clip(0, 1 if shock.attribute.endswith("_ratio") else None)
        changed[shock.attribute] = values
    return changed


def stressed_assignments(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    policy: AssignmentPolicy,
    scenarios: Sequence[Scenario],
) -> pd.DataFrame:
    """Assign the customers of each scenario by the model and the rules in force.

    The same is decided without the shock first: only what differs is its work. A
    policy under which no move has to wait shows where customers end up if the change
    lasts.

    Args:
        frame: Customers in key order.
        assignments: ``segmentation.assignments`` of the same customers.
        model: Model in force.
        policy: What decides beside the model.
        scenarios: What may happen.

    Returns:
        One row per scenario and customer it hits, excluded ones left out:
        from_segment_code without the shock, wanted_segment_code by the model and
        to_segment_code under it, whether the model wants another segment than without
        it, and who decided. No rows for a model without segments.

    Raises:
        ValueError: If a scenario changes an unknown attribute.
    """
    parts = [pd.DataFrame({name: [] for name in STRESS_TYPES}).astype(STRESS_TYPES)]
    included = frame[~frame["is_excluded"].to_numpy(dtype=bool)]
    ids = included["customer_id"].astype(str)
    previous = PreviousSegmentation({}, assignments[["customer_id", "segment_code"]])
    for scenario in scenarios if model.segments else ():
        hit = included[ids.isin(scenario.customer_ids).to_numpy(dtype=bool)]
        hit = hit.reset_index(drop=True)
        if hit.empty:
            continue
        known = standings(hit, previous)
        struck = shocked(hit, scenario.shocks)
        with thread_pools().limit(limits=1):
            before = assign_customers(hit, model, known, policy).customers
            after = assign_customers(struck, model, known, policy).customers
        parts.append(_compared(scenario.scenario_id, before, after))
    return pd.concat(parts, ignore_index=True)


def scenarios_of(
    shocks: pd.DataFrame, scopes: Mapping[str, frozenset[str]]
) -> tuple[Scenario, ...]:
    """Put together what policy says of each scenario and whom it hits.

    Args:
        shocks: scenario_id, attribute, factor and added_value, one row per scenario and
            attribute.
        scopes: Customers hit by scenario.

    Returns:
        One scenario per scenario_id, in their order.
    """
    return tuple(
        Scenario(
            str(scenario_id),
            tuple(
                Shock(str(attribute), float(factor), float(added))
                for attribute, factor, added in zip(
                    rows["attribute"], rows["factor"], rows["added_value"], strict=True
                )
            ),
            scopes.get(str(scenario_id), frozenset()),
        )
        for scenario_id, rows in shocks.groupby("scenario_id", sort=True)
    )


def _compared(
    scenario_id: str, before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "scenario_id": scenario_id,
            "customer_id": after["customer_id"],
            "from_segment_code": before["segment_code"],
            "wanted_segment_code": after["model_segment_code"],
            "to_segment_code": after["segment_code"],
            "is_wanted_elsewhere": after["model_segment_code"]
            != before["model_segment_code"],
            "assigned_by": after["assigned_by"],
            "decider_id": after["decider_id"],
            "held_by": after["held_by"],
        }
    ).astype(STRESS_TYPES)
