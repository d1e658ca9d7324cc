"""Why is a customer in its segment, and does deciding again give the same answer?

Everything is read from one release: what it recorded, and what it decided from. The
second is decided again by the same functions, so that an explanation that no longer
holds says so.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import (
    ARTEFACTS_NAME,
    ASSIGNMENT_POLICY_NAME,
    SEGMENT_MODEL_NAME,
)
from echelon.release.reader import open_database, read_rows
from echelon.release.store import Release, list_releases, release_in_force
from echelon.release.verify import check_files
from models_ml.artefact import UNCLASSIFIED, SegmentModel, from_artefact
from models_ml.assignment import assign_customers, leave_unsegmented
from models_ml.policy_record import from_record
from models_ml.positions import positions_in
from models_ml.standings import PreviousSegmentation, standings

REPLAYED = (
    "segment_code",
    "model_segment_code",
    "damped_segment_code",
    "guarded_segment_code",
    "assigned_by",
    "reason",
)
SECTIONS = {
    "features": """
        select feature_name, feature_value, scaled_value, centroid_value,
            contribution_ratio, flip_feature_value, flips_to_segment_code
        from governance.rpt_assignment_features_by_customer
        where customer_id = $customer
        order by contribution_ratio desc nulls last, feature_name
    """,
    "guard_hits": """
        select guard_id, wanted_segment_code, allowed_segment_code, is_feasible, reason,
            valid_to_date, yearly_cost_amount_base_ccy
        from governance.rpt_guard_hits_by_customer
        where customer_id = $customer order by guard_id
    """,
    "history": """
        select segment_code, valid_from_date, valid_to_date, assigned_by
        from core.dim_customer_segments
        where customer_id = $customer order by valid_from_date
    """,
}


@dataclass(frozen=True)
class Explanation:
    """A customer's assignment and what it rests on.

    Attributes:
        assignment: The row of ``governance.rpt_assignment_reasons_by_customer``.
        segment: Name and definition of the segment.
        distances: Distance to every segment; empty for who cannot be placed.
        sections: Attributes, guard hits and history, rows by heading.
        versions: Release, model, and the hashes of data, logic and policy.
        is_replayed: Whether deciding again gave the same answer.
    """

    assignment: dict[str, Any]
    segment: dict[str, Any]
    distances: dict[str, float]
    sections: dict[str, list[dict[str, Any]]]
    versions: dict[str, Any]
    is_replayed: bool


def explain(data_dir: Path, customer_id: str, as_of: date | None) -> Explanation:
    """Explain a customer's assignment from a release.

    Args:
        data_dir: Directory of everything a run writes.
        customer_id: The customer.
        as_of: Day to look back to; the release in force if None.

    Returns:
        The explanation.

    Raises:
        EchelonError: ``CONFIGURATION`` if no kept release stands at the day or before,
            or it does not know the customer, ``INTEGRITY`` if what it decided from
            changed.
    """
    release = _release_at(data_dir, as_of)
    check_files(release, release.manifest(), (ARTEFACTS_NAME,))
    with open_database(release.database) as connection:
        whom = {"customer": customer_id}
        query = "select * from governance.rpt_assignment_reasons_by_customer"
        found = read_rows(connection, f"{query} where customer_id = $customer", whom)
        if not found:
            raise _unknown(f"{customer_id!r} is no customer of {release.release_id}")
        assignment = found[0]
        segments = read_rows(
            connection,
            "select segment_name, definition, customer_count from core.dim_segments"
            " where is_current and segment_code = $segment",
            {"segment": assignment["segment_code"]},
        )
        replayed, distances = _replayed(connection, release, customer_id)
        versions = read_rows(
            connection,
            "select release_id, deliveries_sha256, logic_sha256, policy_sha256"
            " from governance.dim_releases",
        )[0]
        return Explanation(
            assignment=assignment,
            segment=segments[0] if segments else {},
            distances=distances,
            sections={
                heading: read_rows(connection, query, whom)
                for heading, query in SECTIONS.items()
            },
            versions={**versions, "model_version": assignment["model_version"]},
            is_replayed=all(
                replayed[column] == assignment[column] for column in REPLAYED
            ),
        )


def _release_at(data_dir: Path, as_of: date | None) -> Release:
    if as_of is None:
        return release_in_force(data_dir)
    kept = list_releases(data_dir)
    earlier = [release for release in kept if release.as_of_date <= as_of]
    if not earlier:
        days = ", ".join(sorted({str(release.as_of_date) for release in kept}))
        raise _unknown(f"no release is kept of {as_of} or before; kept are {days}")
    return max(earlier, key=lambda release: (release.as_of_date, release.recorded_at))


def _replayed(
    connection: duckdb.DuckDBPyConnection, release: Release, customer_id: str
) -> tuple[dict[str, Any], dict[str, float]]:
    """Decide again from what the release decided from."""
    artefacts = release.directory / ARTEFACTS_NAME
    model = from_artefact(_read(artefacts / SEGMENT_MODEL_NAME))
    record = _read(artefacts / ASSIGNMENT_POLICY_NAME)
    frame = _frame(connection, "features.ftr_customers", customer_id)
    inputs = _frame(
        connection, "governance.rpt_assignment_inputs_by_customer", customer_id
    )
    overrides = _frame(connection, "governance.rpt_segment_overrides", customer_id)
    in_force = overrides[overrides["override_status"] == "in_force"]
    known = inputs.rename(columns=lambda name: name.removeprefix("previous_"))
    if known["segment_code"].isna().all():
        known = known.iloc[:0]
    stands = standings(frame, PreviousSegmentation({}, known))
    if model.unsegmented_reason:
        result = leave_unsegmented(frame, model.unsegmented_reason, stands)
    else:
        policy = from_record(record, inputs, in_force)
        result = assign_customers(frame, model, stands, policy)
    (found,) = result.customers.to_dict("records")
    row = {str(name): value for name, value in found.items()}
    return row, _distances(frame, model, row["model_segment_code"])


def _distances(
    frame: pd.DataFrame, model: SegmentModel, model_segment_code: str
) -> dict[str, float]:
    if model_segment_code == UNCLASSIFIED:
        return {}
    found = positions_in(frame, model).distances[0].tolist()
    return dict(zip(model.codes, found, strict=True))


def _frame(
    connection: duckdb.DuckDBPyConnection, table: str, customer_id: str
) -> pd.DataFrame:
    query = f"select * from {table} where customer_id = ?"
    return connection.execute(query, [customer_id]).df()


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise _unknown(f"release {path.parents[1].name} holds no {path.name}")
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _unknown(message: str) -> EchelonError:
    fault = Fault(
        "not_explained",
        message,
        rule="docs/assignment_lifecycle.md",
        hint="governance.rpt_assignment_reasons_by_customer lists the customers",
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
