"""How a trial's work runs: in a child forked from a process that has opened nothing.

What is imported is imported once, and the state of one trial never meets the next's.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.fault_points import UNHARMED, Strike

POLL_SECONDS = 0.002
INTERNAL = 70

Work = Callable[[], int]


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        code: Its exit code; minus the signal if it was killed.
        said: What it printed.
        seconds: How long it took.
        memory_bytes: Its peak resident memory.
        disk_bytes: The most its file system held more than before.
    """

    code: int
    said: str
    seconds: float
    memory_bytes: int
    disk_bytes: int

    def record(self) -> dict[str, Any]:
        """Return the last line it printed, read as JSON."""
        record: dict[str, Any] = json.loads(self.said.strip().splitlines()[-1])
        return record


def run(work: Work, output: Path, strike: Strike = UNHARMED) -> Ended:
    """Do some work in a child, strike it, wait for its end.

    Args:
        work: Returns the exit code.
        output: File that takes what it prints.
        strike: What befalls it.

    Returns:
        How it ended.
    """
    child = start(work, output, strike)
    started, before, most = time.monotonic(), held_bytes(output.parent), 0
    kill_after = strike.kill_after
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if kill_after is not None and time.monotonic() - started >= kill_after:
            os.killpg(child, signal.SIGKILL)
            kill_after = None
        most = max(most, held_bytes(output.parent))
        time.sleep(POLL_SECONDS)
    return Ended(
        code=os.waitstatus_to_exitcode(status),
        said=output.read_text(encoding="utf-8", errors="replace"),
        seconds=round(time.monotonic() - started, 3),
        memory_bytes=usage.ru_maxrss * 1024,
        disk_bytes=max(0, most - before),
    )


def start(work: Work, output: Path, strike: Strike = UNHARMED) -> int:
    """Fork a child that leads a process group of its own; return its process id."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = INTERNAL
    try:
        os.setsid()
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.environ.update(strike.environment)
        strike.arm()
        code = work()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def held_bytes(directory: Path) -> int:
    """Return how much a directory's file system holds."""
    status = os.statvfs(directory)
    return (status.f_blocks - status.f_bfree) * status.f_frsize
