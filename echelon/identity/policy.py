"""What of matching does a company decide? Thresholds, guards and keys, with dates."""

import csv
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from echelon.config import PROJECT_DIR
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.spelling import suggest

POLICY_NAME = "policy_matching.csv"
SHIPPED_POLICY = PROJECT_DIR / "dbt_project" / "seeds" / "policy" / POLICY_NAME
# One row per setting: the one in force on the refresh's as-of date.
POLICY_SQL = """
    select setting_name, arg_max(coalesce(setting_value, ''), valid_from)
    from policy.policy_matching
    where valid_from <= (select as_of_date from raw.refresh_parameters)
    group by setting_name
"""
SETTING_OF = {"merge": "merge_probability", "reject": "review_probability"}

Probability = Annotated[float, Field(gt=0, lt=1)]


@cache
def shipped_policy() -> dict[str, str]:
    """Return the shipped value of each setting, the newest row of it."""
    with SHIPPED_POLICY.open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["valid_from"])
    return {row["setting_name"]: row["setting_value"] for row in rows}


def _words(setting: str) -> list[str]:
    return shipped_policy()[setting].split()


class Thresholds(BaseModel):
    """What happens to a pair, by its match probability; left out, as policy says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: Probability = Field(
        default_factory=lambda: float(shipped_policy()["merge_probability"])
    )
    reject: Probability = Field(
        default_factory=lambda: float(shipped_policy()["review_probability"])
    )

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Refuse a queue that is empty because its limits are crossed."""
        if self.reject > self.merge:
            raise ValueError("reject must not be above merge")
        return self


class Guards(BaseModel):
    """What keeps a chain of plausible pairs from swallowing different customers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cluster_cap: int = Field(
        default_factory=lambda: int(shipped_policy()["cluster_cap"]),
        ge=2,
        description="Largest cluster probabilistic pairs may build.",
    )
    bridge_probability: float = Field(
        default_factory=lambda: float(shipped_policy()["bridge_probability"]),
        gt=0,
        le=1,
        description="A weaker pair that alone joins two groups goes to review.",
    )
    one_record_per_source: list[str] = Field(
        default_factory=lambda: _words("one_record_per_source"),
        description="Source systems that hold each customer once.",
    )


def read_policy(
    values: Mapping[str, str], key_rules: list[str]
) -> tuple[Thresholds, Guards, set[str]]:
    """Check the policy of one as-of date.

    Args:
        values: Setting to value, as ``POLICY_SQL`` selects them.
        key_rules: Names of the keys there are.

    Returns:
        Thresholds, guards, and the rules of the keys that do not count.

    Raises:
        EchelonError: CONFIGURATION for a setting that is missing or cannot be.
    """
    for name in shipped_policy():
        if name not in values:
            raise _refused(name, "is not in force on the as-of date")
    left_out = values["keys_left_out"].split()
    for rule in left_out:
        if rule not in key_rules:
            hint = suggest(rule, key_rules)
            raise _refused("keys_left_out", f"names no key: {rule}", hint)
    try:
        thresholds = Thresholds.model_validate(
            {
                "merge": values["merge_probability"],
                "reject": values["review_probability"],
            }
        )
        guards = Guards.model_validate(
            {
                "cluster_cap": values["cluster_cap"],
                "bridge_probability": values["bridge_probability"],
                "one_record_per_source": values["one_record_per_source"].split(),
            }
        )
    except ValidationError as error:
        (first, *_) = error.errors()
        field = str(first["loc"][0]) if first["loc"] else "reject"
        raise _refused(SETTING_OF.get(field, field), first["msg"].lower()) from error
    return thresholds, guards, set(left_out)


def _refused(setting: str, message: str, hint: str | None = None) -> EchelonError:
    fault = Fault(
        "policy_refused",
        f"{setting} {message}",
        POLICY_NAME,
        column="setting_value",
        rule=setting,
        hint=hint or f"see the default in dbt_project/seeds/policy/{POLICY_NAME}",
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
