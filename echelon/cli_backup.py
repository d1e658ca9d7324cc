"""The commands that keep the releases beyond the life of a disk."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import AsJson, out, print_json, progress
from echelon.config import PROJECT_DIR, load_settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.drill import DrillReport
from echelon.release.drill import drill as try_out

Archive = Annotated[Path, typer.Argument(metavar="DIR", help="Where backups are kept.")]


def backup(archive: Archive, as_json: AsJson = False) -> None:
    """Put every kept release, the audit log and what has landed into an archive."""
    from echelon.release.archive import back_up
    from echelon.release.seeds import archive_keep_days

    data_dir = load_settings().data_dir
    with progress("Backing up", quiet=as_json):
        keep_days = archive_keep_days(data_dir, PROJECT_DIR)
        report = back_up(data_dir, archive.resolve(), keep_days)
    if as_json:
        print_json(report.to_dict())
        return
    out.print(f"Backup {report.backup}: {len(report.releases)} releases")
    out.print(
        f"{report.files} files, {report.total_bytes:,} bytes; new in the archive:"
        f" {report.copied_files} files, {report.copied_bytes:,} bytes;"
        f" {report.seconds} s"
    )
    for name in report.removed_backups:
        out.print(f"Past its retention and removed: {name}")
    _name(report.passed_over)


def restore(
    archive: Archive,
    release_id: Annotated[
        str | None,
        typer.Option("--release", help="The newest backup that holds this release."),
    ] = None,
    backup_name: Annotated[
        str | None,
        typer.Option("--backup", help="This backup, by its name; else the newest."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into the empty ECHELON_DATA_DIR; verify what is in force."""
    from echelon.release.restore import restore as bring_back

    data_dir = load_settings().data_dir
    with progress("Restoring", quiet=as_json):
        report = bring_back(archive.resolve(), data_dir, release_id, backup_name)
    if as_json:
        print_json(report.to_dict())
        return
    out.print(f"In force and verified: {report.current}")
    out.print(
        f"From backup {report.backup}: {len(report.releases)} releases,"
        f" {report.files} files, {report.total_bytes:,} bytes",
    )
    out.print(f"RTO {report.rto_seconds} s")
    _name(report.passed_over)


def drill(
    archive: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="Try these backups; else take one."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Restore elsewhere, compare byte by byte, print how soon and what was lost."""
    from echelon.release.seeds import archive_keep_days

    data_dir = load_settings().data_dir
    with progress("Drilling", quiet=as_json):
        keep_days = archive_keep_days(data_dir, PROJECT_DIR)
        report = try_out(data_dir, archive and archive.resolve(), keep_days)
    try:
        _print(report, as_json)
    finally:  # what was found stands, whether or not anybody reads it
        _refuse_differences(report)


def _print(report: DrillReport, as_json: bool) -> None:
    if as_json:
        print_json(report.to_dict())
        return
    restored = report.restored
    out.print(
        f"RTO {restored.rto_seconds} s for {restored.total_bytes:,} bytes in"
        f" {restored.files} files; RPO {len(report.rpo_releases)} releases;"
        f" {len(report.unequal_files)} files differ"
    )
    _name(restored.passed_over)


def _refuse_differences(report: DrillReport) -> None:
    if report.rpo_releases or report.unequal_files:
        found = (*report.rpo_releases, *report.unequal_files)
        message = f"{found[0]} did not come back as it is here"
        fault = Fault(
            "drill_failed",
            message,
            rule="what a backup restores is what is here",
            hint="take a new backup",
        )
        raise EchelonError(ExitCode.INTEGRITY, fault)


def _name(passed_over: list[str]) -> None:
    """Name what lies among the records of an archive and is none that can be used."""
    for name in passed_over:
        out.print(
            f"Passed over, no sound record of a backup: backups/{name};"
            " nothing is removed from the archive until it is moved away"
        )
