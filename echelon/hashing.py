"""Is this the very file, or the very record, that was meant?"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_of_record(record: object) -> str:
    """Return the SHA-256 of a JSON value in canonical form, in hex."""
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_tree(root: Path, files: Iterable[Path]) -> str:
    """Return the SHA-256 of some files' names below a folder and of their bytes."""
    digest = hashlib.sha256()
    for path in files:
        name = path.relative_to(root).as_posix()
        digest.update(f"{name}\0{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()
