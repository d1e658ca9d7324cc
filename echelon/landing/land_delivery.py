"""When is a delivery new, and what does its manifest promise?"""

import csv
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from echelon.hashing import sha256_of_file
from echelon.landing.checks import waivable_in
from echelon.landing.manifest import MANIFEST_FILE, POLICY_SYSTEM
from echelon.landing.manifest_document import WHOLE_ROW, seal_of
from echelon.landing.mapping import Mapping, MappingDocument
from echelon.warehouse.seed_file import MisfitError, read_rows

DEFAULT_POLICY_DIRECTORY = (
    Path(__file__).parents[2] / "dbt_project" / "seeds" / "policy"
)
_SETTINGS_FILE = "policy_settings.csv"
_BASE_CURRENCY = "base_currency_code"
_HASH_LENGTH = 12
ORDERS, ACCOUNT = "erp", "account"


@dataclass(frozen=True)
class LandedTable:
    """One file of a delivery.

    Attributes:
        name: Contract table.
        file: Where the file stands before it is delivered.
        rows: Rows of data in it.
        sha256: Hash of its bytes, hex.
        control_totals: Exact sum per numeric column, as decimal text.
        row_checksum: Checksum of its rows (``row_checksum.py``); None for a policy.
    """

    name: str
    file: Path
    rows: int
    sha256: str
    control_totals: dict[str, str] = field(default_factory=dict)
    row_checksum: str | None = None


@dataclass(frozen=True)
class DeliveryDraft:
    """What one system will deliver.

    Attributes:
        system: Source system, or ``policy``.
        period: First and last month, ``YYYY-MM/YYYY-MM``.
        tables: The files.
        absent: Reason per table the company lacks.
    """

    system: str
    period: str
    tables: list[LandedTable]
    absent: dict[str, str] = field(default_factory=dict)

    def dated(self, period: str) -> "DeliveryDraft":
        """Return the draft with its period set."""
        return replace(self, period=period)


@dataclass(frozen=True)
class LandedDelivery:
    """A delivery that is in the landing directory.

    Attributes:
        system: Source system, or ``policy``.
        delivery_id: ``<company>-<system>-<hash of the content>``.
        path: Its directory.
        is_new: False if the same content had landed before.
        rows: Rows per table.
        absent: Reason per table the company lacks.
    """

    system: str
    delivery_id: str
    path: Path
    is_new: bool
    rows: dict[str, int]
    absent: dict[str, str]

    @property
    def row_count(self) -> int:
        """Count the rows of all tables."""
        return sum(self.rows.values())

    def to_dict(self) -> dict[str, object]:
        """Render for machines: one JSON-ready record."""
        return {**asdict(self), "path": str(self.path)}


def draft_policy(document: MappingDocument) -> DeliveryDraft | None:
    """Collect the policy overlays beside a mapping, None if it names none.

    Args:
        document: The mapping.

    Returns:
        A draft of system ``policy`` with one table per ``policy_*.csv``.

    Raises:
        EchelonError: CONFIGURATION, if the directory does not exist or holds none, or
            one that is no CSV.
    """
    name = document.content.policy
    if name is None:
        _check_base_currency(document, DEFAULT_POLICY_DIRECTORY)
        return None
    directory = document.path.parent / name
    files = sorted(directory.glob("policy_*.csv"))
    if not files:
        message = f"{name} is no directory with policy_*.csv files"
        key = ("policy",)
        raise document.configuration_error("policy_not_found", key, message)
    tables = [
        LandedTable(file.stem, file, _row_count(document, file), sha256_of_file(file))
        for file in files
    ]
    _check_base_currency(document, directory)
    return DeliveryDraft("policy", "", tables)


def _check_base_currency(document: MappingDocument, directory: Path) -> None:
    """The refresh reads the base currency from the policy: both must say the same."""
    key = ("settings", "base_currency")
    file = directory / _SETTINGS_FILE
    if not file.is_file():
        file = DEFAULT_POLICY_DIRECTORY / _SETTINGS_FILE
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) > 1]
    named = next((row[1] for row in rows if row[0] == _BASE_CURRENCY), None)
    if named != document.content.settings.base_currency:
        message = f"{file.parent.name}/{file.name} says {_BASE_CURRENCY} {named}"
        hint = "the refresh reads the currency from the policy overlay"
        raise document.configuration_error("base_currency_differs", key, message, hint)


def stage_delivery(
    mapping: Mapping, draft: DeliveryDraft, staging: Path, landing_dir: Path
) -> LandedDelivery:
    """Write a delivery aside under its content hash, or find it landed already.

    Args:
        mapping: The mapping that made it.
        draft: The delivery.
        staging: Scratch directory on the same disk as the landing directory; a new
            delivery stands in it under the name of its system.
        landing_dir: Directory that will receive ``<system>/<delivery_id>/``.

    Returns:
        The delivery. Equal content is never landed twice in a row; content that
        returns after a correction is a delivery of its own, with a higher sequence.
    """
    system_dir = landing_dir / draft.system
    prefix = f"{mapping.company}-{draft.system}-"
    earlier = _sequences(system_dir, prefix)
    latest = max(earlier.values(), default=0)
    content = _content(mapping, draft)
    # Content that was in force before a correction comes back under a name of its own.
    names = [
        prefix + _digest(content),
        prefix + _digest({**content, "sequence": latest}),
        prefix + _digest({**content, "sequence": latest + 1}),
    ]
    in_force = [name for name in names if earlier.get(name) == latest]
    is_new = not in_force
    sequence = latest + 1
    fresh = names[2] if names[0] in earlier else names[0]
    delivery_id = fresh if is_new else in_force[0]
    path = system_dir / delivery_id
    if is_new:
        manifest = {**content, "delivery_id": delivery_id, "sequence": sequence}
        _write(draft, _sealed(draft, manifest), staging / draft.system)
    rows = {table.name: table.rows for table in draft.tables}
    return LandedDelivery(
        draft.system, delivery_id, path, is_new, rows, dict(draft.absent)
    )


def _row_count(document: MappingDocument, file: Path) -> int:
    try:
        return len(read_rows(file)[1])
    except MisfitError as error:
        where = f" line {error.line}" if error.line else ""
        message = f"{file.name}{where}: {error}"
        key = ("policy",)
        raise document.configuration_error("policy_malformed", key, message) from error


def _content(mapping: Mapping, draft: DeliveryDraft) -> dict[str, Any]:
    level = mapping.settings.customer_key
    # Said only where it is not the default: content that landed before keeps its name.
    named = (
        {"customer_key": level} if draft.system == ORDERS and level != ACCOUNT else {}
    )
    return {
        **named,
        "manifest_version": 1,
        "company": mapping.company,
        "system": draft.system,
        "period": draft.period,
        "time_zone": "UTC",
        "units": {"weight": "kg", "volume": "m3", "distance": "km"},
        "tables": {
            table.name: {
                "file": table.file.name,
                "rows": table.rows,
                "sha256": table.sha256,
                "control_totals": table.control_totals,
            }
            for table in draft.tables
        },
        "absent": dict(draft.absent),
        **_waived(mapping, draft.system),
    }


def _sealed(draft: DeliveryDraft, manifest: dict[str, Any]) -> dict[str, Any]:
    """Add what follows from the content, and so takes no part in naming it."""
    tables = {name: dict(entry) for name, entry in manifest["tables"].items()}
    for table in draft.tables:
        if table.row_checksum is not None:
            totals = {**table.control_totals, WHOLE_ROW: table.row_checksum}
            tables[table.name]["control_totals"] = totals
    manifest = {**manifest, "tables": tables}
    return {**manifest, "seal": seal_of(manifest)}


def _waived(mapping: Mapping, system: str) -> dict[str, Any]:
    """Pass the mapping's waivers on; a company without any says nothing of them."""
    waivable = waivable_in(system) if system != POLICY_SYSTEM else frozenset()
    waivers = {
        code: waiver.model_dump(mode="json")
        for code, waiver in mapping.waived_checks.items()
        if code in waivable
    }
    return {"waived_checks": waivers} if waivers else {}


def _digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def _sequences(system_dir: Path, prefix: str) -> dict[str, int]:
    sequences = {}
    for manifest in sorted(system_dir.glob(f"{prefix}*/{MANIFEST_FILE}")):
        sequence = json.loads(manifest.read_text("utf-8"))["sequence"]
        sequences[manifest.parent.name] = int(sequence)
    return sequences


def _write(draft: DeliveryDraft, manifest: dict[str, Any], scratch: Path) -> None:
    scratch.mkdir()
    for table in draft.tables:
        shutil.copyfile(table.file, scratch / table.file.name)
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    (scratch / MANIFEST_FILE).write_text(text, "utf-8")
    for file in scratch.iterdir():
        file.chmod(0o444)
        with file.open("rb") as stream:
            os.fsync(stream.fileno())
