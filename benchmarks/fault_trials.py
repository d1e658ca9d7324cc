"""What is struck, and what must hold afterwards."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.fault_company import (
    FIRST_DAY,
    NEXT_DAY,
    SECOND_DAY,
    Company,
    command,
    served,
    state,
)
from benchmarks.fault_points import (
    RETIRING_STEPS,
    UNHARMED,
    Strike,
    at_step,
    damage_file,
    damage_pointer,
    out_of_addresses,
)
from benchmarks.fault_process import Ended, held_bytes, run, start
from echelon.release.retention import remove_tree

BASES = ("nothing released", "one release", "rolled back")
FINE, NOTHING_NEW, RESOURCES, INTEGRITY, BUSY, KILLED = 0, 10, 40, 50, 75, -9
ROOMY = 4_000_000_000
LEAST_MEMORY_MB = 8
LATE = 1.1


@dataclass(frozen=True)
class Trial:
    """One trial: what it does follows from these alone.

    Attributes:
        number: Its number.
        kind: step, moment, disk, memory, addresses, race, pointer or file.
        point: The step, the share of time, disk or memory, or what is damaged how.
        base: What there is before.
        seed: Of what it draws at random.
    """

    number: int
    kind: str
    point: str
    base: str
    seed: int


@dataclass(frozen=True)
class Base:
    """A company before a trial, and what a refresh that nothing befalls makes of it.

    Attributes:
        data_dir: Its data directory, copied for each trial.
        before: What ``state`` said before, empty if nothing was released.
        after: What it said after the refresh.
        refresh: How the refresh went.
    """

    data_dir: Path
    before: dict[str, Any]
    after: dict[str, Any]
    refresh: Ended


class TrialFailed(Exception):
    """What was not as it must be after a fault."""


def mount(directory: Path) -> Path:
    """Mount a file system in memory; it is gone when its namespace is."""
    directory.mkdir(parents=True)
    options = f"size={ROOMY}"
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)], check=True
    )
    return directory


def make_bases(company: Company, root: Path) -> dict[str, Base]:
    """Make the companies that trials start from, and refresh each undisturbed."""
    output, scratch = root / "output", root / "scratch"
    nothing, one, rolled_back = (root / name for name in ("nothing", "one", "back"))
    nothing.mkdir()
    company.land(nothing)
    _copy(nothing, one)
    _must(run(company.refresh(one, FIRST_DAY), output))
    _copy(one, rolled_back)
    _must(run(company.refresh(rolled_back, SECOND_DAY), output))
    first = _must(run(state(one), output)).record()["in_force"]
    _must(run(command(rolled_back, "rollback", first), output))
    bases = {}
    for name, data_dir in zip(BASES, (nothing, one, rolled_back), strict=True):
        _copy(data_dir, scratch)
        ended = _must(run(company.refresh(scratch, NEXT_DAY), output))
        after = _must(run(state(scratch), output)).record()
        remove_tree(scratch)
        is_empty = data_dir == nothing
        before = {} if is_empty else _must(run(state(data_dir), output)).record()
        bases[name] = Base(data_dir, before, after, ended)
    return bases


@dataclass(frozen=True)
class Worker:
    """Runs trials one after another on a file system of its own.

    Attributes:
        company: The kind of company.
        bases: What trials start from.
        root: The file system.
    """

    company: Company
    bases: dict[str, Base]
    root: Path

    @property
    def data_dir(self) -> Path:
        """The data directory of the trial under way."""
        return self.root / "trial"

    @property
    def output(self) -> Path:
        """What the child under way prints."""
        return self.root / "output"

    def run_all(self, trials: Sequence[Trial]) -> None:
        """Run trials and print a JSON line for each."""
        mount(self.root)
        os.environ["TMPDIR"] = str(self.root)
        for trial in trials:
            found: dict[str, Any] = {"ok": True, "why": ""}
            try:
                found |= self.run(trial)
            except Exception as error:  # a trial that breaks down has failed
                found |= {"ok": False, "why": f"{type(error).__name__}: {error}"}
            print(json.dumps({**asdict(trial), **found}), flush=True)

    def run(self, trial: Trial) -> dict[str, Any]:
        """Run one trial.

        Raises:
            TrialFailed: Naming what was not as it must be.
        """
        if self.data_dir.exists():
            remove_tree(self.data_dir)
        _copy(self.bases[trial.base].data_dir, self.data_dir)
        if trial.kind == "race":
            return self._race(trial)
        if trial.kind == "pointer":
            damage_pointer(self.data_dir, trial.point)
            return self._recover(trial)
        if trial.kind == "file":
            return self._damage(trial)
        return self._strike(trial)

    def _strike(self, trial: Trial) -> dict[str, Any]:
        base = self.bases[trial.base]
        if trial.kind == "disk":
            room = int(float(trial.point) * base.refresh.disk_bytes)
            self._resize(held_bytes(self.root) + room)
        struck = self._refresh(self._strike_of(trial))
        self._resize(ROOMY)
        expected = {
            "step": {KILLED},
            "moment": {KILLED, FINE},
            "disk": {FINE, RESOURCES},
            "memory": {FINE, RESOURCES},
        }.get(trial.kind, {struck.code})
        _demand(struck.code in expected, f"exit {struck.code}: {struck.said[-500:]}")
        in_force = _must(run(served(self.data_dir), self.output)).record()["in_force"]
        attempted = base.after["in_force"]
        allowed = {attempted, base.before.get("in_force")}
        if struck.code == FINE:
            allowed = {attempted}  # it was acknowledged
        _demand(in_force in allowed, f"{in_force} is served")
        return {
            "exit_code": struck.code,
            "is_attempted_served": in_force == attempted,
            **self._recover(trial),
        }

    def _strike_of(self, trial: Trial) -> Strike:
        if trial.kind == "step":
            return at_step(trial.point)
        if trial.kind == "disk":
            return UNHARMED
        share, undisturbed = float(trial.point), self.bases[trial.base].refresh
        if trial.kind == "moment":
            return Strike(kill_after=share * undisturbed.seconds * LATE)
        if trial.kind == "memory":
            most = undisturbed.memory_bytes / 1e6
            limit = LEAST_MEMORY_MB + share * (most - LEAST_MEMORY_MB)
            return Strike(environment={"ECHELON_MEMORY_LIMIT": f"{limit:.0f}MB"})
        return out_of_addresses(int(share * undisturbed.memory_bytes))

    def _recover(self, trial: Trial) -> dict[str, Any]:
        """Refresh without help; all must be as if nothing had happened."""
        base = self.bases[trial.base]
        refreshed = self._refresh()
        is_fine = refreshed.code in {FINE, NOTHING_NEW}
        _demand(is_fine, f"the next refresh ended {refreshed.code}: {refreshed.said}")
        now = _must(run(state(self.data_dir), self.output)).record()
        _demand(now["in_force"] == base.after["in_force"], "another release came out")
        same = now["tables_sha256"] == base.after["tables_sha256"]
        _demand(same, "the tables are not those of an undisturbed refresh")
        if trial.point not in RETIRING_STEPS:
            lost = {*base.before.get("releases", [])} - {*now["releases"]}
            _demand(not lost, f"{lost} is lost")
        _demand(now["is_as_logged"], "the releases are not those of the log")
        _demand(not now["findings"], f"the doctor finds {now['findings']}")
        _demand(not now["candidates"], f"left behind: {now['candidates']}")
        return {"recovery_exit_code": refreshed.code, "seconds": refreshed.seconds}

    def _race(self, trial: Trial) -> dict[str, Any]:
        outputs = [self.root / f"output{n}" for n in range(int(trial.point))]
        work = self.company.refresh(self.data_dir, NEXT_DAY)
        children = [start(work, output) for output in outputs]
        ended = [os.waitpid(child, 0)[1] for child in children]
        codes = sorted(os.waitstatus_to_exitcode(status) for status in ended)
        is_one = codes[0] == FINE and {*codes[1:]} <= {NOTHING_NEW, BUSY}
        _demand(is_one, f"they ended {codes}")
        _must(run(served(self.data_dir), self.output))
        return {"exit_codes": codes, **self._recover(trial)}

    def _damage(self, trial: Trial) -> dict[str, Any]:
        """Damage a release: it is found, set aside, and all goes on without it."""
        base = self.bases[trial.base]
        whose, name, how = trial.point.split(": ")
        first, second = base.before["releases"]
        release_id = first if whose == "in force" else second
        file = damage_file(self.data_dir, release_id, name, how, trial.seed)
        doctor = self._command("doctor")
        _demand(doctor.code == INTEGRITY, f"{file} was not found: {doctor.said}")
        refreshed = self._refresh()
        known = {FINE, INTEGRITY} if whose == "in force" else {FINE}
        _demand(refreshed.code in known, f"{refreshed.code}: {refreshed.said[-500:]}")
        repaired = self._command("doctor", "--repair")
        _demand(repaired.code == FINE, f"{file} was not repaired: {repaired.said}")
        again = self._refresh()
        _demand(again.code in {FINE, NOTHING_NEW}, f"{again.code}: {again.said[-500:]}")
        now = _must(run(state(self.data_dir), self.output)).record()
        kept = {*base.before["releases"]} - {release_id} <= {*now["releases"]}
        _demand(kept and now["is_as_logged"], "a sound release is lost")
        _demand(release_id not in now["releases"], "the damaged release is still there")
        _demand(not now["findings"], f"the doctor finds {now['findings']}")
        return {"file": file, "exit_code": refreshed.code, "seconds": again.seconds}

    def _refresh(self, strike: Strike = UNHARMED) -> Ended:
        work = self.company.refresh(self.data_dir, NEXT_DAY)
        return run(work, self.output, strike)

    def _command(self, *arguments: str) -> Ended:
        return run(command(self.data_dir, *arguments), self.output)

    def _resize(self, size: int) -> None:
        remount = ["mount", "-o", f"remount,size={size}", str(self.root)]
        subprocess.run(remount, check=True)


def _copy(source: Path, target: Path) -> None:
    left_out = shutil.ignore_patterns("dagster")
    shutil.copytree(source, target, symlinks=True, ignore=left_out)


def _must(ended: Ended) -> Ended:
    _demand(ended.code == FINE, f"exit {ended.code}: {ended.said[-1000:]}")
    return ended


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise TrialFailed(otherwise)
