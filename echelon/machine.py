"""Is it the machine that an error speaks of: its memory, its disk, its paths?"""

import errno
import os
import re
import shutil
from collections.abc import Iterator

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault

_MAY = "let this account read and write there, or name another directory"
_MOVE = "move away what lies there: a directory belongs there, or a file"
# What keeps a path from being read or written, whoever asks for it; what to do.
_PATH_FAULTS = {
    errno.EACCES: _MAY,
    errno.EPERM: _MAY,
    errno.EROFS: _MAY,
    errno.EEXIST: _MOVE,
    errno.EISDIR: _MOVE,
    errno.ENOTDIR: _MOVE,
    errno.ELOOP: _MOVE,
    errno.ENAMETOOLONG: _MAY,
}
# SQLite of a disk that is full while it maps its log, or that is failing.
DISK_FAULT_TEXT = "disk I/O error"
# A disk that is full, or as much of it as this account may fill.
_FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_DISK_TEXTS = (*map(os.strerror, _FULL_DISK), "database or disk is full")


def out_of_resources(error: BaseException) -> EchelonError | None:
    """Recognise a machine that ran out of memory or disk; None for anything else."""
    for cause in _causes(error):
        if isinstance(cause, duckdb.OutOfMemoryException | MemoryError):
            return _exhausted(
                "out_of_memory",
                "the memory did not suffice",
                "raise ECHELON_MEMORY_LIMIT if the machine has more memory, "
                "or free disk space to spill to",
            )
        is_full = isinstance(cause, OSError) and cause.errno in _FULL_DISK
        # Engines wrap it in errors of their own: a commit fails, or a log of SQLite.
        if is_full or any(text in str(cause) for text in FULL_DISK_TEXTS):
            return _exhausted(
                "disk_full",
                "no space is left on the disk, or none that this account may use",
                "free disk space, raise the account's limits (quota, ulimit -f), or"
                " point ECHELON_DATA_DIR to a larger disk",
            )
        if DISK_FAULT_TEXT in str(cause):
            return _exhausted(
                "disk_failed",
                "the disk could not be read or written",
                "free disk space; if there is some, look after the disk",
            )
    return None


def out_of_reach(error: BaseException) -> EchelonError | None:
    """Recognise a path this account may not or cannot use; None for anything else."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.errno in _PATH_FAULTS:
            message = os.strerror(cause.errno).lower()
            file = None if cause.filename is None else str(cause.filename)
            hint = _PATH_FAULTS[cause.errno]
            fault = Fault("path_unusable", message, file=file, hint=hint)
            return EchelonError(ExitCode.CONFIGURATION, fault)
    return None


def known_fault(error: BaseException) -> EchelonError | None:
    """Say what an exception means to people; None for a defect of ours."""
    known = error if isinstance(error, EchelonError) else None
    return known or out_of_resources(error) or out_of_reach(error)


def _exhausted(code: str, message: str, hint: str) -> EchelonError:
    return EchelonError(ExitCode.RESOURCES, Fault(code, message, hint=hint))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, shutil.Error):
            yield from _copy_errors(error)
        error = error.__cause__ or error.__context__


def _copy_errors(error: shutil.Error) -> Iterator[OSError]:
    """Yield what kept files from being copied; of each, only the text is handed on."""
    failed = error.args[0] if error.args else None
    for source, target, text in failed if isinstance(failed, list) else []:
        number = re.match(r"\[Errno (\d+)\]", text)
        if number:
            code = int(number[1])
            path = source if str(source) in text else target
            yield OSError(code, os.strerror(code), path)
