"""The command by which a person lets a fitted model take over."""

from typing import Annotated

import typer

from echelon.cli_options import AsJson, check_date, print_json
from echelon.config import PROJECT_DIR, load_settings
from echelon.decisions.landing import decision_day
from echelon.decisions.models import approve as land_approval


def approve(
    model_version: Annotated[str, typer.Argument(help="Named by the held refresh.")],
    by: Annotated[str, typer.Option(help="Who approves.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    on: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; as-of date of the release in force if left out"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let a proposed segmentation model take over with the next refresh."""
    if on is not None:
        check_date(on)
    data_dir = load_settings().data_dir
    day = on or decision_day(data_dir)
    path = land_approval(data_dir, PROJECT_DIR, model_version, by, reason, day)
    if as_json:
        print_json({"model_version": model_version, "delivery": str(path)})
    else:
        print(f"Landed in {path}.\nRefresh, and {model_version} takes over.")
