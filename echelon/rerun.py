"""What would a release say under another cost model?

The same refresh runs on the same deliveries, as of the same day and after the release
itself, in a directory of its own that is thrown away. Nothing is published.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from echelon.config import PREFIX, PROJECT_DIR, Settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.inputs import hash_code, hash_deliveries, hash_policy
from echelon.release.layout import (
    PUBLISHED_NAME,
    candidates_dir,
    landing_dir,
    pointer_path,
    releases_dir,
)
from echelon.release.lock import refresh_lock
from echelon.release.seeds import SETTINGS_NAME, assemble_seeds
from echelon.release.store import Release
from echelon.sealing import HEAD_SETTING, KEY_SETTING
from echelon.stop_signals import stopped

AUDIT = "audit"
KEEP_ALL = 1_000_000
CHANNEL_SETTINGS = [
    f"{PREFIX}{name.upper()}"
    for name in Settings.model_fields
    if name.startswith("notify_")
]


@contextmanager
def released_under(
    data_dir: Path, base: Release, policy_dir: Path | None, settings: dict[str, str]
) -> Iterator[Path]:
    """Refresh once more under a candidate policy.

    Args:
        data_dir: Directory of everything a run writes.
        base: The release to run again.
        policy_dir: Policy files to lay over those delivered, or None.
        settings: Rows of ``policy_settings`` to replace, value by name.

    Yields:
        The published database of the candidate, gone afterwards; that of the base where
        the candidate changes nothing.

    Raises:
        EchelonError: ``CONFIGURATION`` if the base can no longer be made from what has
            landed; else with the exit code of the refresh, if it did not publish.
    """
    candidates_dir(data_dir).mkdir(parents=True, exist_ok=True)
    # A refresh would clean the scratch away, and perhaps the base.
    with (
        refresh_lock(data_dir),
        tempfile.TemporaryDirectory(
            prefix="compare-", dir=candidates_dir(data_dir)
        ) as name,
    ):
        scratch = Path(name)
        landing_dir(scratch).symlink_to(landing_dir(data_dir).resolve())
        releases_dir(scratch).mkdir()
        link_former(data_dir, base, scratch)
        check_code(base)
        seeds = scratch / "seeds"
        assemble_seeds(data_dir, PROJECT_DIR, policy_dir, seeds)
        check_repeatable(data_dir, base, seeds, policy_dir is not None)
        policy = _write_policy(seeds, policy_dir, settings, scratch)
        refresh_apart(scratch, base, policy)
        yield pointer_path(scratch).resolve() / PUBLISHED_NAME


def link_former(data_dir: Path, base: Release, scratch: Path) -> None:
    """Put a release in force in a scratch directory without copying it.

    Args:
        data_dir: Directory the release is kept in.
        base: The release.
        scratch: A data directory with a directory of releases.
    """
    linked = releases_dir(scratch) / base.release_id
    linked.symlink_to(base.directory.resolve())
    pointer_path(scratch).symlink_to(f"{releases_dir(scratch).name}/{base.release_id}")
    if (data_dir / AUDIT).is_dir():
        shutil.copytree(data_dir / AUDIT, scratch / AUDIT)


def check_repeatable(
    data_dir: Path, base: Release, seeds: Path, is_other_policy: bool = False
) -> None:
    """Refuse a base that the deliveries and the policy at hand would not make.

    Args:
        data_dir: Directory with the deliveries.
        base: A release.
        seeds: The assembled seeds.
        is_other_policy: Whether the policy is meant to be another.

    Raises:
        EchelonError: ``CONFIGURATION`` naming what is no longer as it was.
    """
    hashes = {"deliveries": hash_deliveries(data_dir)}
    if not is_other_policy:
        hashes["policy"] = hash_policy(seeds)
    _refuse_changed(base, hashes)


def check_code(base: Release) -> None:
    """Refuse a base that other code made: its policy may not even fit this code.

    Args:
        base: A release.

    Raises:
        EchelonError: ``CONFIGURATION`` naming the code it was made with.
    """
    _refuse_changed(base, hash_code(PROJECT_DIR))


def _refuse_changed(base: Release, hashes: dict[str, str]) -> None:
    made_of = base.manifest()["inputs"]
    for kind, digest in sorted(hashes.items()):
        if made_of[f"{kind}_sha256"] != digest:
            raise EchelonError(
                ExitCode.CONFIGURATION,
                Fault(
                    code="base_not_repeatable",
                    message=f"{base.release_id} was made of other {kind}",
                    hint="to compare, refresh first; a release made with --policy "
                    "needs that directory's files in the candidate's; to make an older "
                    f"release again, use its code: {_code_of(base)}",
                ),
            )


def _write_policy(
    seeds: Path, policy_dir: Path | None, settings: dict[str, str], scratch: Path
) -> Path:
    """Write the candidate's policy files, with the settings replaced."""
    policy = scratch / "policy"
    policy.mkdir()
    for path in sorted(policy_dir.glob("*.csv")) if policy_dir else ():
        shutil.copyfile(path, policy / path.name)
    if settings:
        with (seeds / "policy" / SETTINGS_NAME).open(
            encoding="utf-8-sig", newline=""
        ) as stream:
            reader = csv.DictReader(stream)
            rows, columns = list(reader), list(reader.fieldnames or ())
        for row in rows:
            name = row["setting_name"]
            row["setting_value"] = settings.get(name, row["setting_value"])
        with (policy / SETTINGS_NAME).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return policy


def _code_of(base: Release) -> str:
    code = base.manifest().get("code", {})
    return code.get("commit") or f"version {code.get('echelon', 'unknown')}"


def refresh_apart(
    scratch: Path, base: Release, policy: Path, options: Sequence[str] = ()
) -> None:
    """Refresh in a process of its own: settings belong to a process.

    Args:
        scratch: Data directory.
        base: The release whose as-of date and seed count.
        policy: Policy files to lay over those delivered.
        options: Further options of the command.

    Raises:
        EchelonError: With the exit code of the refresh, if it did not publish.
    """
    completed = subprocess.run(
        [
            sys.executable, "-m", "echelon.cli", "refresh", "--json",
            "--as-of", base.as_of_date.isoformat(), "--policy", str(policy),
            "--seed", str(base.manifest()["seed"]), *options,
        ],
        # What is thrown away is neither signed nor entered as the head of the log, and
        # nobody is told of it.
        env={
            **os.environ,
            **dict.fromkeys(CHANNEL_SETTINGS, ""),
            "ECHELON_DATA_DIR": str(scratch),
            KEY_SETTING: "",
            HEAD_SETTING: "",
            # The release it follows is not its own to retire.
            "ECHELON_KEEP_RELEASES": str(KEEP_ALL),
            # What checks another release computes all of it.
            "ECHELON_TAKE_OVER": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if completed.returncode == ExitCode.STOPPED:
        raise stopped()
    if completed.returncode not in (ExitCode.PUBLISHED, ExitCode.NOTHING_NEW):
        raise EchelonError(
            ExitCode(completed.returncode)
            if completed.returncode in set(ExitCode)
            else ExitCode.INTERNAL,
            Fault(
                code="candidate_refused",
                message=f"the candidate was not released: {_reason(completed.stderr)}",
                hint="mend the policy directory, or run `echelon refresh` with it",
            ),
        )


def _reason(complaint: str) -> str:
    """Read the message of the last machine line, or else the last line."""
    lines = complaint.strip().splitlines() or ["no reason given"]
    try:
        return str(json.loads(lines[-1])["message"])
    except (ValueError, KeyError, TypeError):
        return lines[-1]
