"""What has the matcher learnt? Weights and term frequencies, frozen in one JSON."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path

from echelon.errors import EchelonError, ExitCode, Fault


@dataclass(frozen=True)
class LevelWeights:
    """One level's share among true matches (m) and among other pairs (u)."""

    label: str
    m: float
    u: float


@dataclass(frozen=True)
class ComparisonWeights:
    """The weights of one comparison, from agreement down.

    Attributes:
        comparison: Its name in the settings.
        is_trained: False where the records said too little and the priors stand.
        levels: In the order of the settings, those the records cannot reach left out.
    """

    comparison: str
    is_trained: bool
    levels: list[LevelWeights]


@dataclass(frozen=True)
class MatchModel:
    """A trained model; the same model scores the same pair the same, for ever.

    Attributes:
        settings_hash: ``MatchSettings.fingerprint`` of what it was trained with.
        match_prior: Probability that two random records match.
        record_count: Records seen in training.
        own_records: How many records of its own customer a value is expected on.
        comparisons: Weights of the comparisons in use.
        term_frequencies: Column to hash of a value (or to word of a name) to count, for
            values met thrice or more.
        notes: What training could not do, in words.
    """

    settings_hash: str
    match_prior: float
    record_count: int
    own_records: float
    comparisons: list[ComparisonWeights]
    term_frequencies: dict[str, dict[str, int]]
    notes: list[str]

    def prior_among(self, record_count: int) -> float:
        """Return the prior for a list that has outgrown the one learnt on.

        Matches grow with the records, pairs with their square. The prior falls in steps
        of four, the first at twice the records, so that one record more leaves weights
        as they are. A shorter list keeps the prior: it errs towards review.
        """
        steps = round(math.log(record_count / self.record_count, 4))
        return float(self.match_prior / 4 ** max(steps, 0))

    @cached_property
    def version(self) -> str:
        """Return the content's hash: equal models have equal versions."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """Render with sorted keys, the same bytes for the same model."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        comparisons = [asdict(comparison) for comparison in self.comparisons]
        return json.dumps(
            content | {"comparisons": comparisons}, sort_keys=True, ensure_ascii=False
        )

    @staticmethod
    def from_json(text: str) -> "MatchModel":
        """Read what ``to_json`` wrote.

        Raises:
            ValueError: The text is not a model.
        """
        try:
            content = json.loads(text)
            comparisons = [
                ComparisonWeights(
                    item["comparison"],
                    item["is_trained"],
                    [LevelWeights(**level) for level in item["levels"]],
                )
                for item in content.pop("comparisons")
            ]
            return MatchModel(comparisons=comparisons, **content)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a match model: {error}") from error


def read_model(path: Path) -> MatchModel:
    """Read a model file.

    Raises:
        EchelonError: CONFIGURATION, if it holds no model.
    """
    try:
        return MatchModel.from_json(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        fault = Fault(
            "model_unreadable",
            "this file holds no match model",
            str(path),
            hint="remove it to train anew",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error
