"""The command line: one verb per thing a person does with Echelon."""

import json
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from echelon.config import PROJECT_DIR, Settings, load_settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.report import print_releases, print_status, print_summary

app = typer.Typer(
    help="Which customers deserve which service, and what serving them really costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(width=None if sys.stdout.isatty() else 120)
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for machines.")]


@app.command()
def sample(
    size: Annotated[str, typer.Option(help="small, medium or large")] = "small",
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 7,
    directory: Annotated[
        Path | None, typer.Option("--out", help="Data directory.")
    ] = None,
) -> None:
    """Write the sample company's landing deliveries and its truth."""
    from sample_data.company import write_sample_company

    target = directory or load_settings().data_dir
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
    with progress("Writing the sample company") as announce:
        write_sample_company(size, seed, target, announce)
    out.print(f"Sample company ({size}, seed {seed}) landed in {target / 'landing'}")


@app.command()
def land(
    mapping: Annotated[Path, typer.Option(help="mappings/<company>.yml")],
    source: Annotated[Path, typer.Option(help="Directory of the native extracts.")],
    landing: Annotated[Path | None, typer.Option(help="Landing directory.")] = None,
    as_json: AsJson = False,
) -> None:
    """Turn a company's native extracts into landing deliveries."""
    from echelon.landing.land import land as land_extracts

    landing_dir = landing or load_settings().landing_dir
    with progress("Landing", quiet=as_json) as announce:
        deliveries = land_extracts(mapping, source, landing_dir, announce)
    if as_json:
        print_json([delivery.to_dict() for delivery in deliveries])
        return
    for delivery in deliveries:
        state = "landed" if delivery.is_new else "already landed"
        out.print(f"{state:>14}  {delivery.system:<7} {delivery.row_count:>10,} rows")


@app.command()
def refresh(
    as_of: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; the latest business date if left out."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Directory of policy_*.csv files to lay over.")
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit the segmentation anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the refresh job; publish a release or say why not."""
    settings = load_settings()
    if as_of is not None:
        check_date(as_of)
    prepare_dagster_home(settings)
    options = {
        "as_of": as_of,
        "policy_dir": str(policy.resolve()) if policy else None,
        "refit": refit,
    }
    with progress("Refreshing", quiet=as_json) as announce:
        announce("starting Dagster and dbt")
        from dagster_project.run import run_refresh

        report = run_refresh(settings, options, announce)
    if as_json:
        print_json(report.to_dict())
    else:
        print_summary(out, report.summary)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say which release is in force and what it says."""
    from echelon.release.store import open_release, release_in_force
    from echelon.summary import summarise

    settings = load_settings()
    release = release_in_force(settings.data_dir)
    with open_release(settings.data_dir) as connection:
        summary = summarise(connection, release.database)
    if as_json:
        print_json(summary.to_dict())
    else:
        print_status(out, release)
        print_summary(out, summary)


@app.command()
def releases(as_json: AsJson = False) -> None:
    """List the releases on disk, newest first."""
    from echelon.release.store import list_releases

    found = list_releases(load_settings().data_dir)
    if as_json:
        print_json([asdict(release) for release in found])
    else:
        print_releases(out, found)


@app.command()
def rollback(release_id: str, as_json: AsJson = False) -> None:
    """Put an earlier release back in force, in one step."""
    from echelon.release.rollback import rollback as put_back

    release = put_back(load_settings().data_dir, release_id)
    if as_json:
        print_json(asdict(release))
    else:
        out.print(f"In force: {release.release_id}")


@app.command()
def verify(
    release_id: Annotated[str | None, typer.Argument()] = None, as_json: AsJson = False
) -> None:
    """Check a release again: file hashes, table contents, tie-out, audit chain."""
    from echelon.release.verify import verify as check_release

    with progress("Verifying", quiet=as_json):
        proof = check_release(load_settings().data_dir, release_id)
    if as_json:
        print_json(proof.to_dict())
    else:
        for line in proof.lines():
            out.print(line)


@app.command()
def ui(port: Annotated[int, typer.Option(help="Port on localhost.")] = 3000) -> None:
    """Open the Dagster UI over the same job, runs and releases."""
    settings = load_settings()
    prepare_dagster_home(settings)
    dagster = str(Path(sys.executable).with_name("dagster"))
    command = [dagster, "dev", "--port", str(port), "--workspace"]
    command.append(str(PROJECT_DIR / "workspace.yaml"))
    out.print(f"Dagster UI: http://localhost:{port} (stop with Ctrl-C)")
    raise typer.Exit(subprocess.call(command, cwd=settings.dagster_home))


def prepare_dagster_home(settings: Settings) -> None:
    """Create Dagster's home with the shipped configuration and point to it."""
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(
        PROJECT_DIR / ".dagster" / "dagster.yaml",
        settings.dagster_home / "dagster.yaml",
    )
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ["ECHELON_DATA_DIR"] = str(settings.data_dir)


def check_date(text: str) -> None:
    """Refuse an as-of date that is none."""
    try:
        datetime.strptime(text, "%Y-%m-%d")
    except ValueError as error:
        raise EchelonError(
            ExitCode.CONFIGURATION,
            Fault(
                code="bad_date",
                message=f"{text!r} is not a date",
                column="--as-of",
                hint="write it as YYYY-MM-DD",
            ),
        ) from error


@contextmanager
def progress(title: str, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is done."""
    if quiet or not err.is_terminal:
        yield (lambda text: None) if quiet else (lambda text: err.print(f"  {text}"))
        return
    with err.status(title) as spinner:
        yield lambda text: spinner.update(f"{title}: {text}")


def print_json(record: object) -> None:
    """Print one JSON line."""
    print(json.dumps(record, sort_keys=True, default=str))


def main() -> None:
    """Run a command; end with its public exit code and one line on what is wrong."""
    try:
        app(standalone_mode=False)
    except EchelonError as error:
        if "--json" in sys.argv:
            print(error.to_json())
        label = "nothing new" if error.exit_code == ExitCode.NOTHING_NEW else "error"
        err.print(f"{label}: {error}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(int(error.exit_code))
    except typer.Exit as leaving:
        sys.exit(leaving.exit_code)
    except typer.Abort:
        sys.exit(130)
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of the command line itself
            err.print(f"error: {error.format_message()}", markup=False)
            sys.exit(int(ExitCode.CONFIGURATION))
        traceback.print_exc()
        sys.exit(int(ExitCode.INTERNAL))


if __name__ == "__main__":
    main()
