"""In which ways can a data directory be tampered with?"""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks import tampering_log, tampering_release
from benchmarks.tampering_release import change_a_row, prove_anew
from benchmarks.tampering_target import Target
from echelon.audit import GENESIS
from echelon.hashing import sha256_of_file
from echelon.release.layout import pointer_path, releases_dir


def _everything_rewritten(t: Target) -> str:
    """Change a row, and write manifests, proofs and the log as if it had been so."""
    release = t.any_release()
    place = change_a_row(t, release)
    prove_anew(release)
    t.log.write_bytes(_log_to_match(t, "nobody"))
    return place


def _everything_rewritten_signatures_kept(t: Target) -> str:
    release = t.any_release()
    place = change_a_row(t, release)
    prove_anew(release)
    t.log.write_bytes(_log_to_match(t, None))
    return place


def _log_to_match(t: Target, actor: str | None) -> bytes:
    """Chain the log anew, and let each manifest name the head of its time."""
    previous, lines = GENESIS, []
    for record in t.records():
        record["previous_line_sha256"] = previous
        if actor is not None:
            record["actor"] = actor
            record.pop("signature", None)
        if record["event"] == "published":
            path = releases_dir(t.data_dir) / record["release_id"] / "manifest.json"
            manifest = json.loads(path.read_text())
            head = previous if lines else ""
            manifest["audit_log"] = {"events": len(lines), "head_sha256": head}
            path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
            for name in ("manifest", "proof"):
                part = path.with_name(f"{name}.json")
                record["details"][f"{name}_sha256"] = sha256_of_file(part)
        lines.append(json.dumps(record, sort_keys=True).encode() + b"\n")
        previous = hashlib.sha256(lines[-1]).hexdigest()
    return b"".join(lines)


def _set_back(t: Target) -> str:
    shutil.rmtree(t.data_dir)
    shutil.copytree(t.former, t.data_dir, symlinks=True)
    return "the whole data directory"


def _pointer_moved(t: Target) -> str:
    pointer = pointer_path(t.data_dir)
    others = {path.name for path in releases_dir(t.data_dir).iterdir()}
    chosen = t.chance.choice(sorted(others - {pointer.readlink().name}))
    pointer.unlink()
    pointer.symlink_to(f"releases/{chosen}")
    return chosen


def _pointer_removed(t: Target) -> str:
    pointer_path(t.data_dir).unlink()
    return "current"


def _decision(t: Target) -> Path:
    [path] = (t.data_dir / "landing" / "policy").iterdir()
    return path


def _decision_edited(t: Target) -> str:
    path = _decision(t) / "policy_settings.csv"
    path.write_text(path.read_text() + f"added,{t.chance.randrange(1000)}\n")
    return path.name


def _decision_edited_with_its_manifest(t: Target) -> str:
    name = _decision_edited(t)
    path = _decision(t) / "manifest.json"
    manifest = json.loads(path.read_text())
    [table] = manifest["tables"].values()
    table["sha256"] = sha256_of_file(_decision(t) / name)
    table["rows"] += 1
    path.write_text(json.dumps(manifest))
    return name


def _decision_removed(t: Target) -> str:
    path = _decision(t)
    shutil.rmtree(path)
    return path.name


ATTACKS: dict[str, Callable[[Target], str]] = {
    **tampering_log.ATTACKS,
    **tampering_release.ATTACKS,
    **{
        function.__name__.removeprefix("_"): function
        for function in (
            _everything_rewritten,
            _everything_rewritten_signatures_kept,
            _set_back,
            _pointer_moved,
            _pointer_removed,
            _decision_edited,
            _decision_edited_with_its_manifest,
            _decision_removed,
        )
    },
}
