"""The command line: one verb per thing a person does with Echelon."""

import gc
import os
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_approve import approve
from echelon.cli_audit_route import audit_route_command
from echelon.cli_backup import backup, drill, restore
from echelon.cli_calibrate_times import calibrate_times_command
from echelon.cli_cluster import cluster
from echelon.cli_compare import compare
from echelon.cli_decide import decide
from echelon.cli_dispute import dispute
from echelon.cli_doctor import doctor
from echelon.cli_draw import draw
from echelon.cli_ending import (
    end_with,
    fault_of,
    internal_error,
    nobody_reads,
    settled,
    usage_error,
)
from echelon.cli_estimate_behaviour import estimate_behaviour_command
from echelon.cli_exception import except_
from echelon.cli_explain import explain
from echelon.cli_land import land
from echelon.cli_match import match
from echelon.cli_options import (
    AsJson,
    check_date,
    check_directory,
    out,
    print_json,
    progress,
)
from echelon.cli_override import override
from echelon.cli_pin import pin, unpin
from echelon.cli_rebuild import rebuild
from echelon.cli_reclassify import reclassify
from echelon.cli_reconcile import reconcile
from echelon.cli_roles import roles
from echelon.cli_sample import sample
from echelon.cli_seal import key, seal
from echelon.cli_stress import stress
from echelon.cli_trace import trace
from echelon.config import (
    MAX_SEED,
    PROJECT_DIR,
    Settings,
    export_settings,
    load_settings,
)
from echelon.errors import ExitCode
from echelon.report import print_releases, print_status, print_summary
from echelon.start import make_ready
from echelon.stop_signals import noticed_stops, stopped

app = typer.Typer(
    help="Which customers deserve which service, and what serving them really costs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

OBJECTS_BETWEEN_COLLECTIONS = 100_000

app.command()(sample)
app.command()(land)
app.command()(match)
app.command()(decide)
app.command()(cluster)
app.command()(compare)
app.command()(explain)
app.command()(approve)
app.command()(override)
app.command()(reclassify)
app.command()(reconcile)
app.command()(draw)
app.command()(stress)
app.command()(roles)
app.command()(key)
app.command()(seal)
app.command()(doctor)
app.command()(pin)
app.command()(unpin)
app.command()(backup)
app.command()(restore)
app.command()(drill)
app.command()(rebuild)
app.command("except")(except_)
app.command("audit-route")(audit_route_command)
app.command("estimate-behaviour")(estimate_behaviour_command)
app.command("calibrate-times")(calibrate_times_command)
app.add_typer(dispute, name="dispute")
app.add_typer(trace, name="trace")


@app.command()
def refresh(
    as_of: Annotated[
        str | None,
        typer.Option(help="YYYY-MM-DD; that of the latest event if left out."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Directory of policy_*.csv files to lay over.")
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit the segmentation anew.")
    ] = False,
    retrain_matching: Annotated[
        bool, typer.Option("--retrain-matching", help="Train the matcher anew.")
    ] = False,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=MAX_SEED, help="Of the fits; another than before fits anew."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the refresh job; publish a release or say why not."""
    settings = load_settings()
    if as_of is not None:
        check_date(as_of)
    if policy is not None:
        check_directory(policy, "--policy")
    prepare_dagster_home(settings)
    options = {
        "as_of": as_of,
        "policy_dir": str(policy.resolve()) if policy else None,
        "refit": refit,
        "retrain_matching": retrain_matching,
        **({} if seed is None else {"seed": seed}),
    }
    with progress("Refreshing", quiet=as_json) as announce:
        announce("starting Dagster")
        from dagster_project.run import run_refresh

        report = run_refresh(settings, options, announce)
    if as_json:
        print_json(report.to_dict())
    else:
        print_summary(out, report.summary)
        if report.proposal:
            out.print(report.proposal, style="yellow")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say which release is in force and what it says."""
    from echelon.release.store import release_in_force
    from echelon.summary import summarise

    settings = load_settings()
    release = release_in_force(settings.data_dir)
    summary = summarise(settings.data_dir)
    if as_json:
        print_json(summary.to_dict())
    else:
        print_status(out, release)
        print_summary(out, summary)


@app.command()
def releases(as_json: AsJson = False) -> None:
    """List the releases on disk, newest first."""
    from echelon.release.pins import pinned_ids
    from echelon.release.store import list_releases

    data_dir = load_settings().data_dir
    found, pinned = list_releases(data_dir)[::-1], pinned_ids(data_dir)
    if as_json:
        pins = [{"is_pinned": release.release_id in pinned} for release in found]
        print_json([{**asdict(r), **p} for r, p in zip(found, pins, strict=True)])
    else:
        print_releases(out, found, pinned)


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
    """Check a release again: files, contents, audit chain; make its proof anew."""
    from echelon.release.verify import verify as check_release

    with progress("Verifying", quiet=as_json):
        proof = check_release(load_settings().data_dir, release_id)
    if as_json:
        print_json(proof.to_dict())
    else:
        for line in proof.lines():
            out.print(line)


@app.command()
def ui(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port on localhost.")
    ] = 3000,
) -> None:
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
    export_settings(settings)


def main() -> None:
    """Run a command; end with its public exit code and one line on what is wrong."""
    # What the libraries import stays: looking for garbage among it, at each 700 new
    # objects, takes a second of a refresh.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    with noticed_stops() as is_stopped:
        try:
            make_ready()
            if "" in sys.argv[1:]:  # as a path it would be the current directory
                raise usage_error("an argument is empty; is a shell's variable unset?")
            code = app(standalone_mode=False) or 0
        except typer.Abort:
            code = ExitCode.STOPPED
        except (BrokenPipeError, SystemExit) as error:
            # Who read the output went away: rich leaves then, its output dropped.
            if not (isinstance(error.__context__, BrokenPipeError) or nobody_reads()):
                end_with(internal_error(error))
            code = ExitCode.UNREAD
        except Exception as error:
            # An engine that is interrupted calls it an error of its own.
            end_with(stopped() if is_stopped() else fault_of(error))
        code = settled(int(code))
    if code == ExitCode.STOPPED:
        end_with(stopped())
    sys.exit(code)


if __name__ == "__main__":
    main()
