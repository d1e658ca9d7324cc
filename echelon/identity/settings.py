"""What decides whether two records are the same customer? The settings file says."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from echelon.config import PROJECT_DIR
from echelon.documents import Document, read_document
from echelon.identity.policy import Guards, Probability, Thresholds
from echelon.identity.words import Words, read_words

SHIPPED_SETTINGS = PROJECT_DIR / "matching" / "customers.yml"

Role = Literal[
    "record_id",
    "source",
    "name",
    "given_name",
    "surname",
    "birth_date",
    "person_number",
    "tax_id",
    "duns",
    "house_number",
    "address",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "email",
    "website",
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Key(_Strict):
    """Records equal in every column of the key are the same customer."""

    rule: str = Field(description="Name of the rule in the output.")
    equal: list[str] = Field(
        min_length=1,
        description="Standardised columns; * stands for all the records come with.",
    )
    probability: float = Field(default=1.0, gt=0, le=1)
    placeholder_names: int = Field(
        default=25,
        ge=1,
        description="A key held by more different names than this is a placeholder: "
        "it neither merges nor vetoes.",
    )


class BlockingRule(_Strict):
    """Records that share this block are compared."""

    rule: str
    equal: list[str] = Field(min_length=1, description="Standardised columns.")
    max_block_size: int = Field(
        default=100, ge=2, description="Larger blocks say too little and are left out."
    )


class Blocking(_Strict):
    """Which pairs are looked at."""

    max_pairs_per_record: float = Field(
        default=3,
        gt=0,
        description="A rule with more pairs per record gives up its largest blocks.",
    )
    rules: list[BlockingRule] = Field(min_length=1)


class Level(_Strict):
    """One outcome of a comparison; the first whose condition holds counts."""

    label: str
    when: str | None = Field(
        default=None,
        description="SQL over <column>_l and <column>_r; the last level has none.",
    )
    m: Probability = Field(description="Prior: how often among true matches.")
    u: Probability = Field(description="Prior: how often among other pairs.")
    needs: list[str] = Field(
        default=[],
        description="The level is left out where one of these has no values.",
    )
    term_frequency: str | None = Field(
        default=None, description="Column whose value frequency takes the place of u."
    )
    review: bool = Field(
        default=False,
        description="A pair on this level is never merged by its weights alone: it "
        "goes to review.",
    )
    least_u: float = Field(
        default=0,
        ge=0,
        lt=1,
        description="The value frequency counts as at least this, where agreement "
        "follows from that of another comparison.",
    )


class Comparison(_Strict):
    """How far two records agree in one respect."""

    comparison: str
    needs: list[str] = Field(
        min_length=1, description="Left out where none of these columns has values."
    )
    missing: str = Field(description="SQL: nothing can be said of the pair.")
    levels: list[Level] = Field(min_length=2, description="From agreement down.")

    @model_validator(mode="after")
    def check_levels(self) -> Self:
        """Refuse levels that do not end in an else, and priors that sum to none."""
        if any(level.when is None for level in self.levels[:-1]):
            raise ValueError("only the last level goes without a condition")
        if self.levels[-1].when is not None:
            raise ValueError("the last level takes the rest and has no condition")
        for name in ("m", "u"):
            total = sum(getattr(level, name) for level in self.levels)
            if abs(total - 1) > 0.02:
                raise ValueError(f"the priors {name} sum to {total:.3f}, not to 1")
        return self


class Training(_Strict):
    """How the weights are learnt from the records themselves."""

    seed: int = Field(default=20251231, ge=0)
    recall_guess: float = Field(
        default=0.7,
        gt=0,
        le=1,
        description="Share of true pairs the certain rules find.",
    )
    certain: list[list[str]] = Field(
        min_length=1, description="Columns that together make a pair all but sure."
    )
    em_blockings: list[list[str]] = Field(
        min_length=2, description="Columns on which EM sessions block."
    )
    records: int = Field(
        default=150_000, ge=1_000, description="Longer lists are sampled for training."
    )
    u_pairs: int = Field(default=1_000_000, ge=1_000)
    em_pairs: int = Field(default=1_000_000, ge=1_000)
    em_minimum_matches: float = Field(
        default=50,
        ge=1,
        description="A session with fewer expected matches is not used.",
    )
    prior_pairs: float = Field(
        default=100,
        ge=0,
        description="How many pairs the shipped m weigh against EM's.",
    )
    unseen_records: int = Field(
        default=1000, ge=0, description="Added to the records when values are counted."
    )


class Standardisation(_Strict):
    """What is the same in other writing."""

    words: str = Field(default="words.yml", description="Beside the settings file.")


class MatchSettings(_Strict):
    """A settings file for one kind of entity."""

    entity: str = "customer"
    columns: dict[Role, str | list[str]] = Field(
        default={}, description="Role to column(s); wins over what headers suggest."
    )
    standardisation: Standardisation = Standardisation()
    keys: list[Key] = []
    veto: list[str] = Field(
        default=["tax_key", "duns_key"],
        description="Keys that may not differ in a cluster.",
    )
    blocking: Blocking
    comparisons: list[Comparison] = Field(min_length=1)
    thresholds: Thresholds = Field(
        default_factory=Thresholds, description="Left out, as policy_matching says."
    )
    guards: Guards = Field(
        default_factory=Guards, description="Left out, as policy_matching says."
    )
    training: Training

    def fingerprint(self) -> str:
        """Return the hash of all that a trained model depends on."""
        text = json.dumps(
            self.model_dump(
                include={"standardisation", "blocking", "comparisons", "training"}
            ),
            sort_keys=True,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class UsedComparison:
    """A comparison whose columns have values, with the levels that can be reached."""

    comparison: Comparison
    levels: list[Level]


def read_settings(path: Path = SHIPPED_SETTINGS) -> Document[MatchSettings]:
    """Read a settings file.

    Args:
        path: YAML, such as ``matching/customers.yml``.

    Returns:
        The settings with the line of every key.

    Raises:
        EchelonError: CONFIGURATION, naming file, line and key.
    """
    return read_document(path, MatchSettings, "settings")


def settings_words(settings: Document[MatchSettings]) -> Words:
    """Read the dictionary that a settings file names, beside it or as shipped."""
    name = settings.content.standardisation.words
    beside, shipped = settings.path.with_name(name), SHIPPED_SETTINGS.with_name(name)
    return read_words(beside if beside.exists() or not shipped.exists() else shipped)


def settings_schema_text() -> str:
    """Render the JSON Schema of settings files, as committed for editors."""
    schema = MatchSettings.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Echelon matching settings"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(settings_schema_text())
