"""Do the customers still fit the model in force, and what is proposed where not?"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from echelon.decisions.models import proposed_versions
from echelon.decisions.proposals import COMPARISON_NAME
from echelon.release.layout import proposals_dir


@dataclass(frozen=True)
class Review:
    """What a release says of its segmentation model.

    Attributes:
        model_version: The model in force.
        red_signs: Signs of drift beyond their limits.
        drifted: What drifted and by how much.
        over_limit_since_date: Since when so many are that policy minds, ISO 8601.
        is_proposal_due: Whether that has lasted as long as policy waits.
        proposals: Day per model proposed in place of the one in force, ISO 8601.
    """

    model_version: str
    red_signs: str
    drifted: str
    over_limit_since_date: str | None
    is_proposal_due: bool
    proposals: dict[str, str]

    @property
    def awaits_proposal(self) -> bool:
        """Say whether a proposal is due that nobody has made since the drift began."""
        since = self.over_limit_since_date or ""
        return self.is_proposal_due and not any(
            day >= since for day in self.proposals.values()
        )

    def lines(self) -> list[str]:
        """Say it for a person; nothing where nothing is to be looked at."""
        said = []
        if self.over_limit_since_date:
            said.append(
                f"drift since {self.over_limit_since_date} ({self.red_signs}): "
                f"{self.drifted}"
            )
        said += [
            f"proposed on {day}: {version}; read proposals/{version}/"
            f"{COMPARISON_NAME}.html, then `echelon approve {version}`"
            for version, day in self.proposals.items()
        ]
        return said


def read_review(connection: duckdb.DuckDBPyConnection, data_dir: Path) -> Review | None:
    """Read what a release says of its model and what has been proposed since.

    Args:
        connection: The release.
        data_dir: Directory of everything a run writes.

    Returns:
        The review, None for a release that holds none.
    """
    table = "fct_segmentation_reviews"
    known = "select count(*) from duckdb_tables() where table_name = ?"
    if not connection.execute(known, [table]).fetchall()[0][0]:
        return None
    rows = connection.execute(
        f"""
        select
            model_version, red_signs, drifted,
            cast(over_limit_since_date as varchar), is_proposal_due
        from core.{table}
        order by recorded_at desc
        limit 1
        """
    ).fetchall()
    if not rows:
        return None
    model_version, red_signs, drifted, since, is_due = rows[0]
    proposals = _proposals_for(data_dir, model_version)
    return Review(model_version, red_signs, drifted, since, is_due, proposals)


def _proposals_for(data_dir: Path, model_in_force: str) -> dict[str, str]:
    """Find the proposals that would replace a model, with the day they stand at."""
    found = {}
    for version in proposed_versions(data_dir):
        path = proposals_dir(data_dir) / version / f"{COMPARISON_NAME}.json"
        try:
            comparison = json.loads(path.read_text(encoding="utf-8"))
            replaced = {
                row["model_version"]: str(row["as_of_date"])
                for row in comparison.get("replaces", ())
            }
        except (AttributeError, KeyError, OSError, TypeError, ValueError):
            continue  # nobody can read it before deciding: it has to be proposed anew
        if model_in_force in replaced:
            found[version] = replaced[model_in_force]
    return found
