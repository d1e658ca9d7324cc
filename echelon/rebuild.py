"""Does a release come out the same when it is made again from what it was made of?"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from echelon.config import PROJECT_DIR
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import (
    POLICY_DIR_NAME,
    candidates_dir,
    landing_dir,
    releases_dir,
)
from echelon.release.lock import refresh_lock
from echelon.release.recovery import heal
from echelon.release.seeds import assemble_seeds
from echelon.release.store import Release, find_release, release_in_force
from echelon.release.verify import check_files, check_manifest
from echelon.rerun import (
    check_code,
    check_repeatable,
    link_former,
    refresh_apart,
)


@dataclass(frozen=True)
class Rebuild:
    """A release made again.

    Attributes:
        release_id: The release.
        rebuilt_id: The id it came out under: the hash of all its inputs.
        tables: Number of tables compared.
        different_tables: Those whose content hash, rows or totals differ.
        directory: Where the rebuilt release is, if it was to be kept.
    """

    release_id: str
    rebuilt_id: str
    tables: int
    different_tables: list[str]
    directory: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def rebuild(data_dir: Path, release_id: str, out_dir: Path | None = None) -> Rebuild:
    """Make a kept release again in a directory of its own and compare it.

    It is made by a whole refresh of what had landed when it was made, under the policy
    it keeps, after the release it followed.

    Args:
        data_dir: Directory of everything a run writes; only read.
        release_id: A kept release.
        out_dir: Data directory to make it in and keep, outside of `data_dir`; None
            for one thrown away.

    Returns:
        What came out and which tables differ.

    Raises:
        EchelonError: ``CONFIGURATION`` naming what is no longer as it was (a delivery,
            the code, the policy, the libraries, the release before), or an `out_dir`
            that is not empty, ``INTEGRITY`` if the release is not whole; else as the
            refresh.
    """
    with ExitStack() as stack:
        stack.enter_context(refresh_lock(data_dir))
        heal(data_dir)
        release = find_release(data_dir, release_id)
        manifest = check_manifest(data_dir, release)
        check_files(release, manifest)
        check_code(release)
        if out_dir is None:
            parent = candidates_dir(data_dir)
            parent.mkdir(exist_ok=True)
            scratch = Path(
                stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="rebuild-", dir=parent)
                )
            )
        else:
            scratch = _new_directory(out_dir)
        _lay_out(data_dir, release, manifest["inputs"], scratch)
        seeds = scratch / "seeds"
        policy = release.directory / POLICY_DIR_NAME
        assemble_seeds(scratch, PROJECT_DIR, policy, seeds)
        check_repeatable(scratch, release, seeds)
        refresh_apart(scratch, release, policy, _options(manifest["inputs"]))
        rebuilt = release_in_force(scratch)
        made, known = rebuilt.manifest()["tables"], manifest["tables"]
        different = [
            name
            for name in sorted(made.keys() | known.keys())
            if made.get(name) != known.get(name)
        ]
    return Rebuild(
        release_id=release_id,
        rebuilt_id=rebuilt.release_id,
        tables=len(made),
        different_tables=different,
        directory=str(out_dir) if out_dir else None,
    )


def _lay_out(
    data_dir: Path, release: Release, inputs: dict[str, Any], scratch: Path
) -> None:
    """Lay out what there was when the release was made, copied only where it must."""
    for label in inputs["deliveries"]:
        source = landing_dir(data_dir) / label
        if not source.is_dir():
            message = f"delivery {label}, of which it was made, is gone"
            raise _impossible(release, message, "restore it from a backup")
        target = landing_dir(scratch) / label
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target, copy_function=_link)
    releases_dir(scratch).mkdir()
    former = release.previous_release_id
    if former is None:
        return
    if not (releases_dir(data_dir) / former).is_dir():
        message = f"release {former}, which it followed, is no longer kept"
        hint = f"restore a backup that holds it: echelon restore DIR --release {former}"
        raise _impossible(release, message, hint)
    link_former(data_dir, find_release(data_dir, former), scratch)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _options(inputs: dict[str, Any]) -> list[str]:
    flags = {"refit": "--refit", "retrain_matching": "--retrain-matching"}
    return [flag for name, flag in flags.items() if inputs[name]]


def _new_directory(path: Path) -> Path:
    if path.exists() and any(path.iterdir()):
        fault = Fault(
            "out_not_empty",
            "something is here already",
            file=str(path),
            column="--out",
            hint="name a new directory",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)
    path.mkdir(parents=True, exist_ok=True)
    return path


def _impossible(release: Release, message: str, hint: str) -> EchelonError:
    fault = Fault(
        code="rebuild_impossible",
        message=f"release {release.release_id} cannot be made again: {message}",
        hint=hint,
    )
    return EchelonError(ExitCode.CONFIGURATION, fault)
