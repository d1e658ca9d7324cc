"""What does an attack strike at?"""

import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echelon.audit import GENESIS, audit_log_path
from echelon.release.layout import releases_dir


@dataclass
class Target:
    """A copy to spoil.

    Attributes:
        data_dir: The copy.
        former: The same company as it was before its last release.
        chance: Where to strike.
        release_id: The release the attack is about; None for the one in force.
    """

    data_dir: Path
    former: Path
    chance: random.Random
    release_id: str | None = None

    @property
    def log(self) -> Path:
        """The audit log."""
        return audit_log_path(self.data_dir)

    def lines(self) -> list[bytes]:
        """Lines of the log, ends included."""
        return self.log.read_bytes().splitlines(keepends=True)

    def records(self) -> list[dict[str, Any]]:
        """Records of the log."""
        return [json.loads(line) for line in self.lines()]

    def any_release(self) -> Path:
        """Choose a release and make the attack one about it."""
        chosen = self.chance.choice(sorted(releases_dir(self.data_dir).iterdir()))
        self.release_id = chosen.name
        return chosen

    def any_file(self) -> Path:
        """Choose a file of a release, other than the manifest."""
        release = self.any_release()
        files = sorted(path for path in release.rglob("*") if path.is_file())
        return self.chance.choice([path for path in files if path.stat().st_size > 8])

    def write_anew(self, records: list[dict[str, Any]]) -> None:
        """Chain the records again, signatures left as they are."""
        previous, text = GENESIS, b""
        for number, record in enumerate(records, 1):
            chained = {**record, "sequence": number, "previous_line_sha256": previous}
            line = json.dumps(chained, sort_keys=True).encode() + b"\n"
            previous = hashlib.sha256(line).hexdigest()
            text += line
        self.log.write_bytes(text)


def flip(path: Path, chance: random.Random) -> str:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content))
    return f"{path.name} byte {place}"
