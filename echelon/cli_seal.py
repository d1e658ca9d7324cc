"""The commands by which a company has its audit log signed and its head kept apart."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.audit import seal_log
from echelon.cli_options import AsJson, check_outside, print_json
from echelon.config import load_settings
from echelon.release.lock import refresh_lock
from echelon.sealing import KEY_SETTING, write_key


def key(
    file: Annotated[Path, typer.Argument(help="New file, not in the data directory.")],
    as_json: AsJson = False,
) -> None:
    """Make a key that signs the audit log and the proofs of releases."""
    check_outside(file, load_settings().data_dir, "FILE")
    signer = write_key(file)
    if as_json:
        print_json({"key_id": signer.key_id, "file": str(file)})
    else:
        print(f"Key {signer.key_id} is in {file}, its public half in {file}.pub.")
        print(f"Set {KEY_SETTING}={file.resolve()}, then `echelon seal`.")


def seal(as_json: AsJson = False) -> None:
    """Vouch for the audit log as it is; once a key or a head file is new."""
    data_dir = load_settings().data_dir
    with refresh_lock(data_dir):
        event = seal_log(data_dir)
    if as_json:
        print_json({"events": event.sequence, **event.details})
    else:
        print(f"Sealed: {event.sequence} events, key {event.details['key_id'] or '-'}.")
