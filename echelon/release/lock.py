"""Who may write? One refresh, rollback or clean-up at a time."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from echelon.errors import EchelonError, ExitCode, Fault

LOCK_NAME = ".refresh.lock"
HOLDER_NAME = ".refresh.holder"


@contextmanager
def refresh_lock(data_dir: Path) -> Iterator[None]:
    """Hold the one lock of a data directory; within a process it can be taken again.

    The operating system frees the lock when its holder dies, however it dies.

    Args:
        data_dir: Directory of everything a run writes.

    Yields:
        Nothing; the lock is held inside the block.

    Raises:
        EchelonError: ``BUSY`` naming the process that holds the lock.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    _refuse_link(data_dir / LOCK_NAME)
    # A singleton without thread-local counters: publish runs inside the lock of its
    # refresh.
    lock = FileLock(
        data_dir.resolve() / LOCK_NAME, timeout=0, thread_local=False, is_singleton=True
    )
    holder = data_dir / HOLDER_NAME
    try:
        lock.acquire()
    except Timeout:
        raise _busy(holder) from None
    try:
        # Beside the lock file, because every contender truncates the lock file itself.
        # Made anew: where a link leads nothing is written.
        holder.unlink(missing_ok=True)
        with holder.open("x", encoding="utf-8") as stream:
            json.dump({"pid": os.getpid()}, stream)
        yield
    finally:
        if lock.lock_counter == 1:
            # What is left when nobody holds the lock tells of a killed process.
            holder.unlink(missing_ok=True)
        lock.release()


def _refuse_link(path: Path) -> None:
    """Refuse a link for the lock: two links to two files would be two locks."""
    if path.is_symlink():
        fault = Fault(
            code="lock_is_a_link",
            message="the lock is a link; nothing here makes one",
            file=str(path),
            hint="remove it when no refresh is running",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)


def _busy(holder: Path) -> EchelonError:
    try:
        name = f"process {json.loads(holder.read_text(encoding='utf-8'))['pid']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        name = "another process"
    return EchelonError(
        ExitCode.BUSY,
        Fault(
            code="busy",
            message=f"{name} is refreshing this data directory",
            rule="one writer at a time",
            hint="wait for it to end, then start again",
        ),
    )
