"""How does a command end, and what does it say when something is wrong?"""

import os
import select
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from echelon.cli_options import err
from echelon.config import load_settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import known_fault


def nobody_reads() -> bool:
    """Say whether who read the output went away."""
    waiting = select.poll()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or no file
            waiting.register(stream.fileno(), select.POLLERR)
    return any(event & select.POLLERR for _, event in waiting.poll(0))


def hand_over() -> None:
    """Hand over what was printed.

    Raises:
        OSError: It cannot be: nobody reads on, or the disk it goes to is full. It is
            dropped then, or Python would try again as it ends and end otherwise.
    """
    if sys.stdout is None:  # closed by whoever started this
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def settled(code: int) -> int:
    """Hand over what was printed; a code that says more than its loss stays.

    Args:
        code: What the command ended with.

    Returns:
        What the process ends with. A disk too full for the output ends it here.
    """
    try:
        hand_over()
    except BrokenPipeError:
        return code or ExitCode.UNREAD
    except OSError as error:
        if code == 0:
            end_with(fault_of(error))
    return code


def fault_of(error: Exception) -> EchelonError:
    """Say what an exception means to people."""
    if hasattr(error, "format_message"):  # a usage error of the command line itself
        # Click has nothing to say where it shows the help instead.
        return usage_error(error.format_message() or "name a command")
    if isinstance(error, EchelonError):
        return error
    if os.environ.get("ECHELON_DEBUG") == "1":
        traceback.print_exc()
    return known_fault(error) or _named_path(error) or internal_error(error)


def end_with(error: EchelonError) -> NoReturn:
    """Print what went wrong, for machines where they asked, and end the process."""
    if "--json" in sys.argv:
        with suppress(OSError):
            print(error.to_json())
    label = {
        ExitCode.NOTHING_NEW: "nothing new",
        ExitCode.INTERNAL: "error: internal",
    }.get(error.exit_code, "error")
    line = " ".join(f"{label}: {error}".split())
    # A name out of a delivery could otherwise steer the terminal that shows it.
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    with suppress(OSError):
        hand_over()
    with suppress(OSError, SystemExit):  # the exit code says it where nobody reads
        err.print(line, highlight=False, soft_wrap=True)
    sys.exit(int(error.exit_code))


def usage_error(message: str) -> EchelonError:
    """Turn what the command line's parser refused into a fault."""
    fault = Fault("usage", message, hint="echelon --help lists commands and options")
    return EchelonError(ExitCode.CONFIGURATION, fault)


def _named_path(error: Exception) -> EchelonError | None:
    """Recognise a path that somebody named and that is not there, nor can be made."""
    if not isinstance(error, FileNotFoundError) or error.filename is None:
        return None
    absent = Path(os.fsdecode(error.filename)).resolve()
    named = [Path(word.rpartition("=")[2]).resolve() for word in sys.argv[1:]]
    with suppress(EchelonError):  # settings that cannot be read named nothing
        named.append(load_settings().data_dir)
    if not any(path.is_relative_to(absent) for path in named):
        return None
    message = "there is no such file or directory"
    hint = "name one that is there, or a place where one can be made"
    fault = Fault("path_unusable", message, file=str(absent), hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)


def internal_error(error: BaseException) -> EchelonError:
    """Turn an exception nobody foresaw into a fault."""
    message = f"{type(error).__name__}: {error}"
    hint = "ECHELON_DEBUG=1 prints the stack trace"
    return EchelonError(ExitCode.INTERNAL, Fault("internal", message, hint=hint))
