"""Is it the machine that an error speaks of: its memory, its disk, its paths?"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from typing import NamedTuple

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
# Of Dagster's history, which SQLite names no file of.
_HISTORY_FAULT_TEXTS = (
    "unable to open database file",
    "attempt to write a readonly database",
)


# What a row says of a full disk is no word of the machine's.
_QUOTES_DATA = (duckdb.DataError, duckdb.ProgrammingError)


class _Shortage(NamedTuple):
    """What a machine runs out of, by the errors and the words that tell of it.

    Engines wrap an error in those of their own: a commit fails, or a log of SQLite.
    """

    fault: Fault
    kinds: tuple[type[BaseException], ...] = ()
    numbers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()

    def explains(self, error: BaseException) -> bool:
        """Say whether an error, by itself, tells of this shortage."""
        if isinstance(error, _QUOTES_DATA):
            return False
        texts = (*map(os.strerror, self.numbers), *self.texts)
        return (
            isinstance(error, self.kinds)
            or (isinstance(error, OSError) and error.errno in self.numbers)
            or any(text in str(error) for text in texts)
        )


OUT_OF_FILES = Fault(
    "out_of_files",
    "this account may not hold as many files open",
    hint="raise the limit (ulimit -n), or let other programs end",
)
_SHORTAGES = (
    _Shortage(
        Fault(
            "out_of_memory",
            "the memory did not suffice",
            hint="raise ECHELON_MEMORY_LIMIT if the machine has more memory, "
            "or free disk space to spill to",
        ),
        kinds=(duckdb.OutOfMemoryException, MemoryError),
    ),
    # A disk that is full, or as much of it as this account may fill.
    _Shortage(
        Fault(
            "disk_full",
            "no space is left on the disk, or none that this account may use",
            hint="free disk space, raise the account's limits (quota, ulimit -f), or"
            " point ECHELON_DATA_DIR to a larger disk",
        ),
        numbers=(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        texts=("database or disk is full",),
    ),
    # SQLite of a disk that is full while it maps its log, or that is failing.
    _Shortage(
        Fault(
            "disk_failed",
            "the disk could not be read or written",
            hint="free disk space; if there is some, look after the disk",
        ),
        numbers=(errno.EIO,),
        texts=("disk I/O error",),
    ),
    _Shortage(OUT_OF_FILES, numbers=(errno.EMFILE, errno.ENFILE)),
    _Shortage(
        Fault(
            "out_of_threads",
            "this account may not start as many threads",
            hint="raise the limit (ulimit -u, or that of the container)",
        ),
        texts=("can't start new thread",),
    ),
)


def out_of_resources(error: BaseException) -> EchelonError | None:
    """Recognise a machine that ran out of something; None for anything else."""
    for cause in _causes(error):
        for shortage in _SHORTAGES:
            if shortage.explains(cause):
                return EchelonError(ExitCode.RESOURCES, shortage.fault)
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
        is_history = "sqlite3" in f"{type(cause).__module__} {cause}"
        if is_history and any(text in str(cause) for text in _HISTORY_FAULT_TEXTS):
            message = "Dagster's history below the data directory cannot be used"
            fault = Fault("path_unusable", message, hint=f"{_MAY}, and see ulimit -n")
            return EchelonError(ExitCode.CONFIGURATION, fault)
    return None


def known_fault(error: BaseException) -> EchelonError | None:
    """Say what an exception means to people; None for a defect of ours."""
    known = error if isinstance(error, EchelonError) else None
    return known or out_of_resources(error) or out_of_reach(error)


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
