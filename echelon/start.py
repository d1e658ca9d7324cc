"""Is a process started so that every command can run in it?"""

import os
import resource
import sys
from pathlib import Path

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import OUT_OF_FILES

# A refresh holds some fifty open: five roles' files, Dagster's history, pipes, what is
# spilled. No system allows fewer than this unless somebody asked it to.
OPEN_FILES = 256


def make_ready() -> None:
    """Mend what can be mended of how this process was started, refuse the rest.

    Raises:
        EchelonError: ``CONFIGURATION`` where Python was told to drop docstrings,
            ``RESOURCES`` where this account may not hold `OPEN_FILES` files open.
    """
    _keep_docstrings()
    _allow_open_files()
    _name_a_home()


def _keep_docstrings() -> None:
    """Refuse to run without docstrings: the charts' library makes its own of others."""
    if sys.flags.optimize > 1:
        fault = Fault(
            "bad_setting",
            "Python runs without docstrings, which the libraries read",
            column="PYTHONOPTIMIZE",
            hint="unset it or set it to 1, and leave out python -OO",
        )
        raise EchelonError(ExitCode.CONFIGURATION, fault)


def _allow_open_files() -> None:
    """Allow this process what it needs, short of which engines end in ways of theirs.

    One of them ends the process itself, another says that a run failed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if not _suffices(hard):
        raise EchelonError(ExitCode.RESOURCES, OUT_OF_FILES)
    if not _suffices(soft):
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))


def _suffices(limit: int) -> bool:
    return limit == resource.RLIM_INFINITY or limit >= OPEN_FILES


def _name_a_home() -> None:
    """Give an account without a home the root, as containers do; libraries ask for one.

    Not a directory that everybody may write to: what lies in a home is believed.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = os.sep
