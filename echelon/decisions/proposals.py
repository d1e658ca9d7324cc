"""What would a fitted model change, side by side with the one in force?"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from echelon.audit import append_event
from echelon.decisions.models import PROPOSED, sha256_of_proposal
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.pages import as_html
from echelon.release.candidate import Candidate
from echelon.release.layout import SEGMENT_MODEL_NAME, proposals_dir, write_json

COMPARISON_NAME = "comparison"
RULE = "docs/assignment_lifecycle.md"
# What a person reads before deciding, by heading.
TABLES = {
    "replaces": """
        select distinct model_version, as_of_date
        from raw.previous_segments cross join raw.refresh_parameters
        where is_current
    """,
    "reviews": """
        select review_date, red_signs, drifted, over_limit_since_date
        from core.fct_segmentation_reviews
        where release_id != (select release_id from raw.refresh_parameters)
        order by recorded_at desc limit 4
    """,
    "stability": "select * from governance.rpt_membership_stability",
    "moves": "select * from governance.rpt_segment_movements order by all",
    "segments": """
        select segment_code, segment_name, definition, customer_count,
            mean_jaccard_ratio, label_fidelity_ratio
        from core.dim_segments where is_current order by all
    """,
    "outcomes": "select * from governance.rpt_segment_outcomes order by all",
    "attributes": "select * from governance.rpt_attribute_outcomes order by all",
    "events": """
        select event_type, from_segment_code, to_segment_code, customer_count
        from core.fct_segment_events
        where release_id = (select release_id from raw.refresh_parameters)
        order by all
    """,
    "candidates": """
        select segment_count, is_chosen, choice_reason
        from governance.rpt_segment_candidates order by all
    """,
}


def hold_unless_approved(
    candidate: Candidate, connection: duckdb.DuckDBPyConnection
) -> None:
    """Keep a candidate whose model nobody approved from being published.

    The proposal is left in ``proposals/<model version>``: the model, and what it would
    change as JSON and as a page. All of it or nothing is there.

    Args:
        candidate: The refresh under way, its marts built.
        connection: Connection to its warehouse.

    Raises:
        EchelonError: ``HELD_FOR_APPROVAL`` naming the model and the command that
            approves it.
    """
    query = "select model_version, approval_status from segmentation.models"
    ((model_version, approval_status),) = connection.execute(query).fetchall()
    if approval_status != "held":
        return
    comparison = {
        heading: _rows(connection, query) for heading, query in TABLES.items()
    }
    path = _write_proposal(candidate, model_version, comparison)
    append_event(
        candidate.data_dir,
        PROPOSED,
        candidate.previous_release_id or "",
        {"model_version": model_version, "proposal_sha256": sha256_of_proposal(path)},
    )
    moved = sum(
        row["customer_count"]
        for row in comparison["moves"]
        if row["from_segment_code"] not in ("new", row["to_segment_code"])
    )
    raise EchelonError(
        ExitCode.HELD_FOR_APPROVAL,
        Fault(
            code="model_held",
            message=f"the segmentation was fitted anew as {model_version} and would "
            f"move {moved} customers; nothing was published",
            file=str(path / f"{COMPARISON_NAME}.html"),
            rule=RULE,
            hint=f"read it, then `echelon approve {model_version} --by NAME --reason "
            "TEXT` and refresh; the former release stays in force",
        ),
    )


def _write_proposal(
    candidate: Candidate, model_version: str, comparison: dict[str, Any]
) -> Path:
    """Write under a scratch name, then rename; the same version replaces its former."""
    directory = proposals_dir(candidate.data_dir)
    directory.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".proposal-", dir=directory))
    try:
        model = candidate.artefacts_dir / SEGMENT_MODEL_NAME
        shutil.copyfile(model, scratch / SEGMENT_MODEL_NAME)
        write_json(scratch / f"{COMPARISON_NAME}.json", comparison)
        page = as_html(f"Proposed segmentation {model_version}", comparison)
        (scratch / f"{COMPARISON_NAME}.html").write_text(page, encoding="utf-8")
        scratch.chmod(0o755)
        path = directory / model_version
        shutil.rmtree(path, ignore_errors=True)
        return scratch.rename(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    plain: list[dict[str, Any]] = json.loads(
        json.dumps(
            [dict(zip(names, row, strict=True)) for row in cursor.fetchall()],
            default=str,
        )
    )
    return plain
