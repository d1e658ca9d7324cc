"""The command that says why a customer is in its segment."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import load_settings

if TYPE_CHECKING:
    from echelon.explanation import Explanation


def explain(
    customer: Annotated[str, typer.Argument(help="Customer id.")],
    as_of: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; the last kept release of that day or before."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a customer is in its segment, and what would take it to another."""
    # scikit-learn and scipy take seconds to import.
    from echelon.explanation import explain as explain_assignment

    if as_of is not None:
        check_date(as_of)
    day = date.fromisoformat(as_of) if as_of else None
    found = explain_assignment(load_settings().data_dir, customer, day)
    if as_json:
        print_json(asdict(found))
        return
    for line in explanation_lines(found):
        print(line)


def explanation_lines(found: "Explanation") -> list[str]:
    """Put an explanation into lines a sales representative can read."""
    row = found.assignment
    name = found.segment.get("segment_name", "")
    lines = [
        f"{row['customer_id']} is in {row['segment_code']} {name} "
        f"as of {row['as_of_date']}, decided by {row['assigned_by']}",
        f"  because: {row['reason']}",
        f"  layers: model {row['model_segment_code']}, hysteresis "
        f"{row['damped_segment_code']}, guards {row['guarded_segment_code']}, in force "
        f"{row['segment_code']}",
    ]
    if row["valid_to_date"]:
        lines.append(f"  until: {row['valid_to_date']}, unless renewed")
    if row["counterfactual"]:
        lines.append(f"  smallest change: {row['counterfactual']}")
    lines += [f"  distance to {c}: {d:.4f}" for c, d in found.distances.items()]
    for feature in found.sections["features"]:
        flip = feature["flip_feature_value"]
        lines.append(
            f"  {feature['feature_name']}: {feature['feature_value']:,.6g}"
            + (
                f" ({feature['flips_to_segment_code']} from {flip:,.6g})"
                if flip is not None
                else ""
            )
        )
    lines += [
        f"  guard {hit['guard_id']}: {hit['allowed_segment_code']} instead of "
        f"{hit['wanted_segment_code']} until {hit['valid_to_date']}"
        for hit in found.sections["guard_hits"]
    ]
    lines.append(
        f"  release {found.versions['release_id']}, model "
        f"{found.versions['model_version']}; decided again: "
        + ("the same" if found.is_replayed else "ANOTHER ANSWER")
    )
    return lines
