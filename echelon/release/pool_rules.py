"""Which cost pool does policy give a posting? Decided again, without the pipeline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

ANY = "%"
ALWAYS = "9999-12-31"


@dataclass(frozen=True)
class PoolRule:
    """A rule of ``finance.dim_cost_pool_rules``.

    Attributes:
        cost_pool_code: Pool of the postings it takes.
        account_pattern: Accounts; ``%`` stands for any text.
        cost_center_pattern: Cost centre, ``%`` for any.
        entity_pattern: Legal entity, ``%`` for any.
        valid_from: First day, ISO.
        valid_to: First day on which it no longer holds, ISO.
    """

    cost_pool_code: str
    account_pattern: str
    cost_center_pattern: str
    entity_pattern: str
    valid_from: str
    valid_to: str = ALWAYS

    def takes(self, posting: "Place") -> bool:
        """Whether the rule is for a posting's account, cost centre, entity and day."""
        return (
            self.valid_from <= posting.day < self.valid_to
            and self.entity_pattern in (ANY, posting.entity_code)
            and self.cost_center_pattern in (ANY, posting.cost_center_id)
            and _like(self.account_pattern).fullmatch(posting.account_id) is not None
        )

    @property
    def specificity(self) -> tuple[int, int]:
        """Entity and cost centre given come first, then the longer account."""
        given = (self.entity_pattern != ANY) + (self.cost_center_pattern != ANY)
        return given, len(self.account_pattern.replace(ANY, ""))


@dataclass(frozen=True)
class Place:
    """Where a posting stands: account, cost centre (or empty), entity and ISO day."""

    account_id: str
    cost_center_id: str
    entity_code: str
    day: str


def choose_pool(rules: Sequence[PoolRule], posting: Place) -> str:
    """Choose the pool of a posting: that of the one most specific rule.

    Args:
        rules: The rules of a release.
        posting: Where the posting stands.

    Returns:
        Cost pool; ``unmapped`` where no rule takes it, or several equally.
    """
    taking = [rule for rule in rules if rule.takes(posting)]
    highest = max((rule.specificity for rule in taking), default=None)
    chosen = [rule for rule in taking if rule.specificity == highest]
    return chosen[0].cost_pool_code if len(chosen) == 1 else "unmapped"


@lru_cache(maxsize=4096)
def _like(pattern: str) -> re.Pattern[str]:
    text = ".*".join(re.escape(part) for part in pattern.split(ANY))
    return re.compile(text, re.DOTALL)
