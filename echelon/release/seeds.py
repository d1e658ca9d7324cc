"""Which policy and reference rows does this refresh run under?"""

import csv
import json
import re
import shutil
import tempfile
from pathlib import Path

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.manifest import (
    MANIFEST_FILE,
    POLICY_SYSTEM,
    delivery_directories,
)
from echelon.release.layout import landing_dir
from echelon.warehouse.policy_faults import HINT
from echelon.warehouse.seed_file import MisfitError, read_rows

Rows = list[tuple[int, dict[str, str]]]  # line, value by column
SETTINGS_NAME = "policy_settings.csv"
THRESHOLDS_NAME = "policy_thresholds.csv"
KEEP_DAYS = "archive_keep_days"
# Models look these rows up one by one: a row that is missing would compare with NULL.
KEY_COLUMNS = {
    THRESHOLDS_NAME: "name",
    SETTINGS_NAME: "setting_name",
    "policy_document_types.csv": "document_type",
    "policy_identity_rules.csv": "match_rule",
    "policy_matching.csv": "setting_name",
}
# A thousand years: a day that far from today is still in the calendar.
LONGEST = {"_days": 365_250, "_months": 12_000}
# Policy numbers are decimal(18, 6).
LARGEST = 10**12 - 1
# An order that names no pool leaves all of them to the larger share of output first.
MAY_BE_EMPTY = {"service_step_order"}


def assemble_seeds(
    data_dir: Path, project_dir: Path, policy_dir: Path | None, seeds_dir: Path
) -> dict[str, str]:
    """Lay a company's policy files over the default seeds, file by file.

    A later layer replaces the whole file: defaults, then each policy delivery in order
    of its sequence, then `policy_dir`.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree, holding the defaults.
        policy_dir: Policy files given by hand, or None.
        seeds_dir: Directory to create.

    Returns:
        By seed file below `seeds_dir` the file it was copied from, so that people
        correct that one; what lands later was not read.

    Raises:
        EchelonError: ``CONFIGURATION`` for a file that is no policy of ours, that is no
            CSV, whose columns are not those of the default, that lacks a row models
            look up, or that holds an empty setting, or a threshold which is no number
            or out of range.
    """
    defaults_dir = project_dir / "dbt_project" / "seeds"
    shutil.copytree(defaults_dir, seeds_dir)
    given = {
        path.relative_to(defaults_dir).as_posix(): str(path)
        for path in sorted(defaults_dir.rglob("*.csv"))
    }
    if policy_dir is not None and not policy_dir.is_dir():
        raise _refused(policy_dir, "there is no such policy directory")
    for layer in _layers(data_dir, policy_dir):
        for overlay in sorted(layer.glob("*.csv")):
            _check_overlay(overlay, defaults_dir / "policy" / overlay.name)
            shutil.copyfile(overlay, seeds_dir / "policy" / overlay.name)
            given[f"policy/{overlay.name}"] = str(overlay)
    return given


def base_currency(seeds_dir: Path) -> str:
    """Read the base currency from the assembled policy.

    Args:
        seeds_dir: What ``assemble_seeds`` made.

    Returns:
        ISO 4217 code.

    Raises:
        EchelonError: ``CONFIGURATION`` if the policy names none.
    """
    path = seeds_dir / "policy" / SETTINGS_NAME
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["setting_name"] == "base_currency_code":
                return row["setting_value"]
    raise _refused(path, "no setting base_currency_code", column="setting_name")


def archive_keep_days(data_dir: Path, project_dir: Path) -> int:
    """Read from the policy in force how long backups are kept, in days.

    Args:
        data_dir: Directory of everything a run writes.
        project_dir: Root of the source tree.

    Returns:
        ``archive_keep_days`` of ``policy_thresholds``.
    """
    with tempfile.TemporaryDirectory() as scratch:
        seeds_dir = Path(scratch) / "seeds"
        assemble_seeds(data_dir, project_dir, None, seeds_dir)
        rows = _read(seeds_dir / "policy" / THRESHOLDS_NAME)[1]
    return round(
        next(float(row["value"]) for _, row in rows if row["name"] == KEEP_DAYS)
    )


def _layers(data_dir: Path, policy_dir: Path | None) -> list[Path]:
    """List what lies over the defaults, the last on top."""
    deliveries = [
        path
        for path in delivery_directories(landing_dir(data_dir))
        if path.parent.name == POLICY_SYSTEM
    ]
    by_hand = [] if policy_dir is None else [policy_dir]
    return sorted(deliveries, key=_sequence) + by_hand


def _sequence(directory: Path) -> tuple[int, str]:
    """Return the sequence number and id that order the deliveries of one system."""
    path = directory / MANIFEST_FILE
    try:
        return int(
            json.loads(path.read_text(encoding="utf-8"))["sequence"]
        ), directory.name
    except (ValueError, KeyError, TypeError) as error:
        raise EchelonError(
            ExitCode.INPUT_REJECTED,
            Fault(
                code="manifest_unreadable",
                message="the manifest has no whole number `sequence`",
                file=str(path),
                column="sequence",
                rule="deliveries of a system follow each other by `sequence`",
                hint="correct the key and deliver again",
            ),
        ) from error


def _check_overlay(overlay: Path, default: Path) -> None:
    if not default.exists():
        raise _refused(overlay, "no default policy has this name")
    (expected, default_rows), (found, rows) = _read(default), _read(overlay)
    for column in sorted(set(expected) ^ set(found)):
        how = "is missing" if column in expected else "is not a column of this policy"
        raise _refused(overlay, f"column {column} {how}", line=1, column=column)
    key = KEY_COLUMNS.get(overlay.name)
    if key is not None:
        present = {row[key] for _, row in rows}
        for _, row in default_rows:
            if row[key] not in present:
                raise _refused(
                    overlay,
                    f"the row {key} = {row[key]} is missing",
                    column=key,
                    hint=f"add the row {row[key]}; the default has it in "
                    f"dbt_project/seeds/policy/{overlay.name}",
                )
    if overlay.name == THRESHOLDS_NAME:
        _check_thresholds(overlay, rows)
    if overlay.name == SETTINGS_NAME:
        _check_settings(overlay, rows)


def _check_thresholds(overlay: Path, rows: Rows) -> None:
    for line, row in rows:
        name, value = row["name"], row["value"]
        least, most = _range(name)
        if not _is_number(value):
            message = f"{value!r} of {name} is not a number"
            hint = "write a number with a decimal point, without separators"
        elif not least <= float(value) <= most:
            message = f"{value} of {name} is not between {least} and {most}"
            hint = "write the number that is meant, in the unit of the row"
        else:
            continue
        raise _refused(overlay, message, line=line, column="value", hint=hint)


def _range(name: str) -> tuple[int, int]:
    """Return the least and the largest value that can be calculated with."""
    for unit, longest in LONGEST.items():
        if name.endswith(unit):
            return 0, longest
    return -LARGEST, LARGEST


def _check_settings(overlay: Path, rows: Rows) -> None:
    for line, row in rows:
        name = row["setting_name"]
        if not row["setting_value"].strip() and name not in MAY_BE_EMPTY:
            raise _refused(
                overlay,
                f"{name} is empty",
                line=line,
                column="setting_value",
                hint="give it a value its description names and refresh again",
            )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", text.strip()) is not None


def _read(path: Path) -> tuple[list[str], Rows]:
    """Read the header, and each row with the line it ends on."""
    try:
        header, rows = read_rows(path)
    except MisfitError as misfit:
        raise _refused(
            path, str(misfit), misfit.line, misfit.column, hint=HINT
        ) from misfit
    return header, [
        (line, dict(zip(header, fields, strict=True))) for line, fields in rows
    ]


def _refused(
    path: Path,
    message: str,
    line: int | None = None,
    column: str | None = None,
    hint: str = "copy the default from dbt_project/seeds/policy and edit its rows",
) -> EchelonError:
    return EchelonError(
        ExitCode.CONFIGURATION,
        Fault(
            code="policy_refused",
            message=message,
            file=str(path),
            line=line,
            column=column,
            rule="a policy file replaces the default of the same name and columns",
            hint=hint,
        ),
    )
