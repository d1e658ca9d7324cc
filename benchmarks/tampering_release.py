"""In which ways can a release and its manifest be tampered with?"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.tampering_target import Target, flip
from echelon.hashing import sha256_of_file
from echelon.release.layout import PUBLISHED_NAME, pointer_path, releases_dir


def _manifest_bit(t: Target) -> str:
    return flip(t.any_release() / "manifest.json", t.chance)


def _manifest_edited(t: Target) -> str:
    path = t.any_release() / "manifest.json"
    return _edit_manifest(t, path)


def _edit_manifest(t: Target, path: Path) -> str:
    manifest = json.loads(path.read_text())
    name = t.chance.choice(("seed", "base_currency_code", "tie_out", "views"))
    manifest[name] = f"{manifest[name]}x"
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    return name


def _manifest_edited_with_its_log(t: Target) -> str:
    path = t.any_release() / "manifest.json"
    place = _edit_manifest(t, path)
    _log_as_published(t, path.parent)
    return place


def _log_as_published(t: Target, release: Path) -> None:
    """Write into the log, chained anew, what the release's files now are."""
    records = t.records()
    for record in records:
        if (record["event"], record["release_id"]) == ("published", release.name):
            for name in ("manifest", "proof"):
                path = release / f"{name}.json"
                record["details"][f"{name}_sha256"] = sha256_of_file(path)
    t.write_anew(records)


def _manifest_removed(t: Target) -> str:
    (t.any_release() / "manifest.json").unlink()
    return "manifest.json"


def _manifest_of_another(t: Target) -> str:
    release = t.any_release()
    others = [path for path in release.parent.iterdir() if path != release]
    other = t.chance.choice(sorted(others))
    shutil.copyfile(other / "manifest.json", release / "manifest.json")
    return f"that of {other.name}"


def _file_bit(t: Target) -> str:
    return flip(t.any_file(), t.chance)


def _file_cut(t: Target) -> str:
    path = t.any_file()
    size = t.chance.randrange(path.stat().st_size)
    os.truncate(path, size)
    return f"{path.name} at {size}"


def _file_extended(t: Target) -> str:
    path = t.any_file()
    with path.open("ab") as stream:
        stream.write(b"\n")
    return path.name


def _file_removed(t: Target) -> str:
    path = t.any_file()
    path.unlink()
    return path.name


def _file_added(t: Target) -> str:
    release = t.any_release()
    (release / f"more{t.chance.randrange(100)}.csv").write_text("a\n1\n")
    return release.name


def _file_of_another(t: Target) -> str:
    release = t.any_release()
    others = [path for path in release.parent.iterdir() if path != release]
    other = t.chance.choice(sorted(others))
    shutil.copyfile(other / PUBLISHED_NAME, release / PUBLISHED_NAME)
    return f"{PUBLISHED_NAME} of {other.name}"


def change_a_row(t: Target, release: Path) -> str:
    """Change what a segment holds, in the database alone."""
    with duckdb.connect(str(release / PUBLISHED_NAME)) as connection:
        connection.execute(
            "update core.dim_segments set customer_count = customer_count + ?",
            [t.chance.randrange(1, 100)],
        )
    return f"{release.name} core.dim_segments"


def _row_changed(t: Target) -> str:
    return change_a_row(t, t.any_release())


def _row_changed_with_manifest(t: Target) -> str:
    release = t.any_release()
    place = change_a_row(t, release)
    _list_files_anew(release)
    return place


def _list_files_anew(release: Path) -> None:
    path = release / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, file in manifest["files"].items():
        file["sha256"] = sha256_of_file(release / name)
        file["bytes"] = (release / name).stat().st_size
    # Another engine's row hash is not compared, and a count has no total.
    manifest["engine"]["duckdb"] = "0.0.0"
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")


def _row_changed_with_manifest_proof_and_log(t: Target) -> str:
    release = t.any_release()
    place = change_a_row(t, release)
    prove_anew(release)
    _log_as_published(t, release)
    return place


def prove_anew(release: Path) -> None:
    """Make proof and manifest say what the release now holds."""
    path = release / "proof.json"
    proof = json.loads(path.read_text())
    signature = proof.pop("signature", "")
    proof.pop("proof_sha256")
    proof["inputs"][PUBLISHED_NAME] = sha256_of_file(release / PUBLISHED_NAME)
    text = json.dumps(proof, sort_keys=True).encode()
    proof["proof_sha256"] = hashlib.sha256(text).hexdigest()
    path.write_text(json.dumps({**proof, "signature": signature}))
    _list_files_anew(release)


def _release_planted(t: Target) -> str:
    """Put in force a release with other figures that nothing but its own files names.

    Its manifest and proof fit what it holds; only the log does not know it.
    """
    model = pointer_path(t.data_dir).resolve()
    planted = model.with_name(f"{model.name[:11]}{t.chance.randrange(16**12):012x}")
    shutil.copytree(model, planted)
    place = change_a_row(t, planted)
    path = planted / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest |= {"release_id": planted.name, "previous_release_id": model.name}
    path.write_text(json.dumps(manifest))
    prove_anew(planted)
    pointer = pointer_path(t.data_dir)
    pointer.unlink()
    pointer.symlink_to(f"releases/{planted.name}")
    return place


def _release_removed(t: Target) -> str:
    release = t.any_release()
    shutil.rmtree(release)
    t.release_id = None
    return release.name


def _releases_exchanged(t: Target) -> str:
    one, other = t.chance.sample(sorted(releases_dir(t.data_dir).iterdir()), 2)
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"{one.name} and {other.name}"


ATTACKS: dict[str, Callable[[Target], str]] = {
    function.__name__.removeprefix("_"): function
    for function in (
        _manifest_bit,
        _manifest_edited,
        _manifest_edited_with_its_log,
        _manifest_removed,
        _manifest_of_another,
        _file_bit,
        _file_cut,
        _file_extended,
        _file_removed,
        _file_added,
        _file_of_another,
        _row_changed,
        _row_changed_with_manifest,
        _row_changed_with_manifest_proof_and_log,
        _release_planted,
        _release_removed,
        _releases_exchanged,
    )
}
