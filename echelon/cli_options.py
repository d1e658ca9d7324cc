"""What do the commands share: options, their checks, what they print and where?"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.layout import landing_dir

# Brackets in a name that was delivered are no style of ours.
IS_TERMINAL = sys.stdout is not None and sys.stdout.isatty()
out = Console(width=None if IS_TERMINAL else 120, markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for machines.")]


def check_date(text: str, option: str = "--as-of") -> None:
    """Refuse a date that is none, or that is written in another form."""
    try:
        is_date = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_date = False
    if not is_date:
        message = f"{text!r} is not a date"
        raise bad_option(message, option, "write it as YYYY-MM-DD", "bad_date")


def check_directory(path: Path, option: str) -> None:
    """Refuse an option that names no directory."""
    if not path.is_dir():
        message = f"{path} is not a directory"
        raise bad_option(message, option, "give the path of a directory that exists")


def check_outside(path: Path, data_dir: Path, option: str = "--out") -> None:
    """Refuse to write a result among what the data directory keeps.

    A directory of that name that nothing has landed in keeps nothing.
    """
    is_inside = path.resolve().is_relative_to(data_dir.resolve())
    if is_inside and landing_dir(data_dir).is_dir():
        message = f"{path} lies in the data directory {data_dir}"
        raise bad_option(message, option, "name a place elsewhere", "out_inside")


def bad_option(
    message: str, option: str, hint: str, code: str = "bad_option"
) -> EchelonError:
    """Say which option of the command line cannot be, and why."""
    fault = Fault(code, message, column=option, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)


def print_json(record: object) -> None:
    """Print one JSON line."""
    print(json.dumps(record, sort_keys=True, default=str))


@contextmanager
def progress(title: str, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show what is being done while it is done."""
    if quiet or not err.is_terminal:
        yield (lambda text: None) if quiet else (lambda text: err.print(f"  {text}"))
        return
    with err.status(title) as spinner:
        yield lambda text: spinner.update(f"{title}: {text}")
