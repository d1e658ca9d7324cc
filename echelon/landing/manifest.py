"""Which deliveries have landed, and what do their manifests promise?"""

import calendar
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from echelon.landing.checks import WAIVABLE, failure
from echelon.landing.contract import TableContract
from echelon.landing.waiver import Waiver
from echelon.spelling import with_suggestion

MANIFEST_FILE = "manifest.json"
POLICY_SYSTEM = "policy"
SCRATCH_PREFIX = ".landing-"
UNDER_WAY_FILE = "under_way.json"
_MONTH_OR_DAY = r"\d{4}-\d{2}(-\d{2})?"
_Text = Annotated[str, Field(min_length=1)]
_DecimalText = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]


def _last_day(text: str) -> date:
    """Read a month or a day; a month stands for its last day."""
    day = date.fromisoformat(text if len(text) > len("2024-01") else f"{text}-01")
    if len(text) == len("2024-01"):
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ManifestTable(_Strict):
    """What a manifest promises about one file."""

    file: Annotated[str, Field(pattern=r"^\w+\.(csv|parquet)$")]
    rows: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    control_totals: dict[str, _DecimalText] = {}


class Units(_Strict):
    """Units of the physical columns; the contracts fix them."""

    weight: Literal["kg"] = "kg"
    volume: Literal["m3"] = "m3"
    distance: Literal["km"] = "km"


class Manifest(_Strict):
    """The label of one delivery (``manifest.json``)."""

    manifest_version: Literal[1]
    company: _Text
    system: _Text
    delivery_id: _Text
    sequence: Annotated[int, Field(ge=0)]
    period: Annotated[str, Field(pattern=rf"^{_MONTH_OR_DAY}(/{_MONTH_OR_DAY})?$")]
    time_zone: Literal["UTC"]
    units: Units = Units()
    customer_key: Literal["account", "ship_to", "bill_to", "party"] = "account"
    tables: dict[str, ManifestTable]
    absent: dict[str, _Text] = {}
    waived_checks: dict[str, Waiver] = {}

    @property
    def period_end_date(self) -> date:
        """Last day of the period the delivery covers."""
        return _last_day(self.period.rpartition("/")[2])

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, period: str) -> str:
        first, _, last = period.partition("/")
        if _last_day(first) > _last_day(last or first):
            raise ValueError("the period ends before it begins")
        return period


@dataclass(frozen=True)
class Delivery:
    """One complete delivery.

    Attributes:
        directory: Where it lies.
        label: Its directory below the landing directory, ``erp/erp-0001``.
        manifest: Its validated manifest.
    """

    directory: Path
    label: str
    manifest: Manifest


@dataclass(frozen=True)
class Landing:
    """All that has landed.

    Attributes:
        deliveries: Complete deliveries by system, sequence and delivery id.
        incomplete: Labels of directories that are still landing.
    """

    deliveries: tuple[Delivery, ...]
    incomplete: tuple[str, ...]


def delivery_directories(landing_dir: Path) -> list[Path]:
    """List the directories of complete deliveries, by system and delivery id."""
    under_way = landings_under_way(landing_dir)
    return [
        directory
        for system in _directories(landing_dir)
        for directory in _directories(system)
        if _is_complete(directory, under_way)
    ]


def landings_under_way(landing_dir: Path) -> set[str]:
    """List the deliveries, ``<system>/<delivery_id>``, that wait for others to land.

    The systems of a company land together: until the last one is in its place, the
    landing's scratch directory names them all.
    """
    labels: set[str] = set()
    for file in sorted(landing_dir.glob(f"{SCRATCH_PREFIX}*/{UNDER_WAY_FILE}")):
        # A landing that ends while one looks has landed.
        with suppress(FileNotFoundError):
            labels.update(json.loads(file.read_text("utf-8")))
    return labels


def read_landing(landing_dir: Path, contracts: Mapping[str, TableContract]) -> Landing:
    """Read and validate every manifest of a landing area.

    Args:
        landing_dir: Directory with ``<system>/<delivery_id>/manifest.json``.
        contracts: Table contracts by table name.

    Returns:
        The deliveries in the order in which they are to be loaded.

    Raises:
        EchelonError: INPUT_REJECTED, naming the manifest and its key.
    """
    systems = {contract.system for contract in contracts.values()} | {POLICY_SYSTEM}
    deliveries: list[Delivery] = []
    incomplete: list[str] = []
    under_way = landings_under_way(landing_dir)
    for system in _directories(landing_dir):
        if system.name not in systems:
            message = with_suggestion("unknown system", system.name, systems)
            raise failure("unknown_system", message, system.name)
        for directory in _directories(system):
            label = f"{system.name}/{directory.name}"
            if _is_complete(directory, under_way):
                deliveries.append(_read_delivery(directory, label, contracts))
            else:
                incomplete.append(label)
    if not deliveries:
        waiting = f"; without a manifest: {', '.join(incomplete)}" if incomplete else ""
        raise failure("no_delivery", f"nothing to load{waiting}", landing_dir.name)
    deliveries.sort(key=_load_order)
    _check_one_company(deliveries)
    return Landing(tuple(deliveries), tuple(incomplete))


def _load_order(delivery: Delivery) -> tuple[str, int, str]:
    manifest = delivery.manifest
    return manifest.system, manifest.sequence, manifest.delivery_id


def _is_complete(directory: Path, under_way: set[str]) -> bool:
    # The manifest is written last.
    is_under_way = f"{directory.parent.name}/{directory.name}" in under_way
    return (directory / MANIFEST_FILE).is_file() and not is_under_way


def _directories(parent: Path) -> list[Path]:
    """List sub-directories; a leading dot or underscore marks a landing under way."""
    if not parent.is_dir():
        return []
    return sorted(
        child
        for child in parent.iterdir()
        if child.is_dir() and not child.name.startswith((".", "_"))
    )


def _read_delivery(
    directory: Path, label: str, contracts: Mapping[str, TableContract]
) -> Delivery:
    file = f"{label}/{MANIFEST_FILE}"
    try:
        text = (directory / MANIFEST_FILE).read_text("utf-8-sig")
        manifest = Manifest.model_validate(
            json.loads(text, object_pairs_hook=_without_repetition)
        )
    except json.JSONDecodeError as error:
        raise failure("malformed_manifest", error.msg, file, error.lineno) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        raise failure("malformed_manifest", first["msg"], file, None, key) from error
    except ValueError as error:
        raise failure("malformed_manifest", str(error), file) from error
    _check_names(directory, file, manifest)
    _check_tables(file, manifest, contracts)
    _check_files(directory, label, manifest)
    return Delivery(directory, label, manifest)


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"key {key} appears twice")
    return dict(pairs)


def _check_names(directory: Path, file: str, manifest: Manifest) -> None:
    for key, value, expected in (
        ("system", manifest.system, directory.parent.name),
        ("delivery_id", manifest.delivery_id, directory.name),
    ):
        if value != expected:
            message = f"{value} lies in a directory named {expected}"
            raise failure("malformed_manifest", message, file, None, key)
    for code in sorted(manifest.waived_checks.keys() - WAIVABLE):
        message = with_suggestion(f"{code} cannot be waived", code, WAIVABLE)
        raise failure("malformed_manifest", message, file, None, "waived_checks")


def _check_tables(
    file: str, manifest: Manifest, contracts: Mapping[str, TableContract]
) -> None:
    for table in (*manifest.tables, *manifest.absent):
        if manifest.system == POLICY_SYSTEM and table.startswith("policy_"):
            continue
        if table not in contracts:
            message = with_suggestion("no contract for this table", table, contracts)
            raise failure("unknown_table", message, file, None, f"tables.{table}")
    for table, entry in manifest.tables.items():
        key = f"tables.{table}"
        if manifest.system != _system_of(table):
            message = f"a table of another system than {manifest.system}"
            raise failure("malformed_manifest", message, file, None, key)
        if table in manifest.absent:
            message = "the table is both delivered and declared absent"
            raise failure("malformed_manifest", message, file, None, f"absent.{table}")
        if entry.file.partition(".")[0] != table:
            message = f"the file must be named {table}.csv or {table}.parquet"
            raise failure("malformed_manifest", message, file, None, f"{key}.file")


def _system_of(table: str) -> str:
    return table.partition("_")[0]


def _check_files(directory: Path, label: str, manifest: Manifest) -> None:
    listed = {entry.file for entry in manifest.tables.values()}
    for entry in sorted(listed):
        if not (directory / entry).is_file():
            raise failure("missing_file", "the file is not there", f"{label}/{entry}")
    for path in sorted(directory.iterdir()):
        if path.suffix in (".csv", ".parquet") and path.name not in listed:
            message = "the manifest does not list this file"
            raise failure("unlisted_file", message, f"{label}/{path.name}")


def _check_one_company(deliveries: list[Delivery]) -> None:
    first = deliveries[0]
    for delivery in deliveries:
        if delivery.manifest.company != first.manifest.company:
            message = (
                f"company {delivery.manifest.company} beside "
                f"{first.manifest.company} of {first.label}"
            )
            file = f"{delivery.label}/{MANIFEST_FILE}"
            raise failure("mixed_companies", message, file, None, "company")
