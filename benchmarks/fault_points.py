"""Where a refresh is struck, and how: steps to die before, files to damage."""

import importlib
import os
import random
import resource
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from echelon.audit import audit_log_path
from echelon.config import load_settings
from echelon.release.layout import pointer_path, releases_dir

# The process dies on entering the function, so after all that comes before it.
STEPS = {
    "lock taken": ("release.candidate", "heal"),
    "healed": ("release.candidate", "assemble_seeds"),
    "seeds assembled": ("release.candidate", "hash_inputs"),
    "inputs hashed": ("release.candidate", "check_inherited"),
    "candidate named": ("release.candidate", "write_previous_tables"),
    "candidate started": ("release.candidate", "clean_candidates"),
    "candidate built": ("release.publish", "stage_release"),
    "staging begun": ("release.staging", "judge_gates"),
    "gates judged": ("release.staging", "write_published"),
    "database written": ("release.staging", "copy_policy"),
    "exports begun": ("release.staging", "audit_in_fresh_process"),
    "read back": ("release.staging", "prove"),
    "proven": ("release.staging", "write_pack"),
    "pack written": ("release.staging", "_manifest"),
    "manifest written": ("release.staging", "_settle"),
    "forced to disk": ("release.publish", "announce_release"),
    "announced": ("release.publish", "place_release"),
    "renamed into place": ("release.publish", "fsync_directory"),
    "placed": ("release.publish", "swap_pointer"),
    "pointer written": ("release.store", "NEXT_POINTER"),
    "pointer swapped": ("release.publish", "enter_release"),
    "log line torn": ("release.publish", "TORN_LINE"),
    "entered in the log": ("release.publish", "clean_releases"),
    "releases cleaned": ("release.publish", "clean_candidates"),
}
# Reached only if there is a release already.
LATER_STEPS = {"inputs hashed"}
# Only where the policy keeps so few that a release is retired.
RETIRING_STEPS = {
    "release to be retired": ("release.retention", "_retire"),
    "retirement entered": ("release.retention", "move_away"),
    "retired release moved": ("release.retention", "remove_tree"),
}


@dataclass(frozen=True)
class Strike:
    """What befalls one refresh.

    Attributes:
        arm: Called in the refreshing process before it starts.
        environment: Settings of that process.
        kill_after: Seconds after which it and its children are killed; None for never.
    """

    arm: Callable[[], None] = lambda: None
    environment: dict[str, str] = field(default_factory=dict)
    kill_after: float | None = None


UNHARMED = Strike()


def at_step(name: str) -> Strike:
    """Kill the refresh at a named step of the protocol."""
    environment = {"ECHELON_KEEP_RELEASES": "1"} if name in RETIRING_STEPS else {}
    return Strike(lambda: _arm(*(STEPS | RETIRING_STEPS)[name]), environment)


def out_of_addresses(headroom_bytes: int) -> Strike:
    """Refuse the refresh more memory than it has when it starts, and a headroom."""

    def arm() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + headroom_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    return Strike(arm)


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def _arm(module: str, name: str) -> None:
    owner = importlib.import_module(f"echelon.{module}")
    if name == "TORN_LINE":
        owner.enter_release = _tear_line
    elif name == "NEXT_POINTER":
        _arm_replacing_the_pointer()
    else:
        setattr(owner, name, lambda *_, **__: die())


def _tear_line(*_: object) -> None:
    path = audit_log_path(load_settings().data_dir)
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as log:
        log.write(b'{"at": "2026-11-22T00:00:0')
    die()


def _arm_replacing_the_pointer() -> None:
    replace = Path.replace

    def strike(path: Path, target: Path) -> Path:
        if path.name == ".current.next":
            die()
        return replace(path, target)

    Path.replace = strike  # type: ignore[method-assign, assignment]


def damage_pointer(data_dir: Path, how: str) -> None:
    """Spoil the pointer: remove it, let it dangle, or put something else there."""
    pointer = pointer_path(data_dir)
    target = pointer.resolve()
    pointer.unlink()
    if how == "dangling":
        pointer.symlink_to("releases/2020-01-01-000000000000")
    elif how == "a file":
        pointer.write_text("releases", encoding="utf-8")
    elif how == "a copy":
        shutil.copytree(target, pointer)
    elif how == "a loop":
        pointer.symlink_to(pointer.name)
    elif how == "leads elsewhere":
        shutil.copytree(target, data_dir / "elsewhere" / target.name)
        pointer.symlink_to(data_dir / "elsewhere" / target.name)


POINTER_DAMAGES = (
    "missing", "dangling", "a file", "a copy", "a loop", "leads elsewhere",
)  # fmt: skip
FILE_DAMAGES = ("emptied", "cut in half", "a bit flipped", "removed")
FILES = ("manifest.json", "published.duckdb", "proof.json", "parquet", "policy")


def damage_file(data_dir: Path, release_id: str, name: str, how: str, seed: int) -> str:
    """Spoil one file of a release; return which."""
    directory = releases_dir(data_dir) / release_id
    chosen = directory / name
    draw = random.Random(seed)
    if not chosen.is_file():
        files = [path for path in chosen.rglob("*") if path.is_file()]
        chosen = draw.choice(sorted(files))
    for folder in [*chosen.relative_to(directory).parents][::-1]:
        (directory / folder).chmod(0o755)
    chosen.chmod(0o644)
    content = bytearray(chosen.read_bytes())
    if how == "removed":
        chosen.unlink()
        return str(chosen.relative_to(directory))
    if how == "a bit flipped":
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    size = {"emptied": 0, "cut in half": len(content) // 2}.get(how, len(content))
    chosen.write_bytes(bytes(content[:size]))
    return str(chosen.relative_to(directory))
