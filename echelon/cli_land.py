"""The command that turns a company's own files into deliveries."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import (
    AsJson,
    check_directory,
    check_outside,
    out,
    print_json,
    progress,
)
from echelon.config import load_settings


def land(
    mapping: Annotated[Path, typer.Option(help="mappings/<company>.yml")],
    source: Annotated[Path, typer.Option(help="Directory of the native extracts.")],
    landing: Annotated[Path | None, typer.Option(help="Landing directory.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a company's native extracts into landing deliveries."""
    from echelon.landing.land import land as land_extracts

    check_directory(source, "--source")
    settings = load_settings()
    landing_dir = landing or settings.landing_dir
    if landing_dir.resolve() != settings.landing_dir:
        check_outside(landing_dir, settings.data_dir, "--landing")
    with progress("Landing", quiet=as_json) as announce:
        deliveries = land_extracts(mapping, source, landing_dir, announce)
    if as_json:
        print_json([delivery.to_dict() for delivery in deliveries])
        return
    for delivery in deliveries:
        state = "landed" if delivery.is_new else "already landed"
        out.print(f"{state:>14}  {delivery.system:<7} {delivery.row_count:>10,} rows")
