"""The command that writes a company to try Echelon on."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import (
    AsJson,
    bad_option,
    check_outside,
    out,
    print_json,
    progress,
)
from echelon.config import load_settings
from echelon.errors import EchelonError, ExitCode, Fault

SAMPLE_HINT = "size tiny, small, medium or large; seed 0 or more"


def sample(
    size: Annotated[str, typer.Option(help="tiny, small, medium or large")] = "small",
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 7,
    directory: Annotated[
        Path | None, typer.Option("--out", help="Data directory.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the sample company's landing deliveries and its truth."""
    from sample_data.company import write_sample_company

    data_dir = load_settings().data_dir
    target = directory or data_dir
    if target.resolve() != data_dir:
        check_outside(target, data_dir)
    if (target / "landing").exists():
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="landing_not_empty",
                message="deliveries have landed here already",
                file=str(target / "landing"),
                hint="deliveries are immutable: choose another directory with --out",
            ),
        )
    with progress("Writing the sample company", quiet=as_json) as announce:
        try:
            write_sample_company(size, seed, target, announce)
        except ValueError as error:
            raise bad_option(str(error), "--size, --seed", SAMPLE_HINT) from error
    if as_json:
        landing = str(target / "landing")
        print_json({"landing_dir": landing, "seed": seed, "size": size})
        return
    out.print(f"Sample company ({size}, seed {seed}) landed in {target / 'landing'}")
