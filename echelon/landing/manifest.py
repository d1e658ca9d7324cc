"""Which deliveries have landed, and do their manifests fit what lies there?"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.checks import waivable_in
from echelon.landing.contract import TableContract
from echelon.landing.manifest_document import Manifest, seal_of
from echelon.landing.refusal import refuse
from echelon.spelling import with_suggestion

MANIFEST_FILE = "manifest.json"
POLICY_SYSTEM = "policy"
SCRATCH_PREFIX = ".landing-"
UNDER_WAY_FILE = "under_way.json"
_PACKED = re.compile(r"\.(gz|zip|bz2|xz|zst)$", re.IGNORECASE)


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
            labels.update(read_under_way(file))
    return labels


def read_under_way(file: Path) -> list[str]:
    """Read which deliveries wait for others to land.

    Args:
        file: The list in the scratch directory of a landing.

    Raises:
        EchelonError: INTEGRITY, if it is none: nobody knows what may be read.
        FileNotFoundError: If it is gone by now.
    """
    try:
        labels = json.loads(file.read_text("utf-8"))
        if isinstance(labels, list) and all(isinstance(one, str) for one in labels):
            return labels
    except (ValueError, RecursionError):
        pass
    raise EchelonError(
        ExitCode.INTEGRITY,
        Fault(
            code="landing_damaged",
            message="the list of the deliveries that land together cannot be read",
            file=str(file),
            hint=f"remove the deliveries of that landing, then {file.parent.name}, and"
            " land them again",
        ),
    )


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
            refuse("unknown_system", message, system.name)
        for directory in _directories(system):
            label = f"{system.name}/{directory.name}"
            if _is_complete(directory, under_way):
                deliveries.append(_read_delivery(directory, label, contracts))
            else:
                incomplete.append(label)
    if not deliveries:
        waiting = f"; without a manifest: {', '.join(incomplete)}" if incomplete else ""
        refuse("no_delivery", f"nothing to load{waiting}", landing_dir.name)
    deliveries.sort(key=_load_order)
    _check_one_company(deliveries)
    _check_sequences(deliveries)
    return Landing(tuple(deliveries), tuple(incomplete))


def unread(landing_dir: Path) -> dict[str, str]:
    """Name what lies in a landing area that no refresh reads as it stands.

    Args:
        landing_dir: Directory with ``<system>/<delivery_id>/manifest.json``.

    Returns:
        Why, by the path below the landing directory. Files that hold no data and what
        starts with a dot or an underscore are nobody's concern.
    """
    under_way = landings_under_way(landing_dir)
    found = dict.fromkeys(_data_files(landing_dir), "lies in no delivery")
    for system in _directories(landing_dir):
        for file in _data_files(system):
            found[f"{system.name}/{file}"] = "lies in no delivery"
        for directory in _directories(system):
            label = f"{system.name}/{directory.name}"
            if _is_complete(directory, under_way):
                for inner in _directories(directory):
                    found[f"{label}/{inner.name}"] = "lies within a delivery"
            elif label in under_way:
                found[label] = "waits for the rest of its landing"
            else:
                found[label] = f"has no {MANIFEST_FILE}"
    return found


def _data_files(directory: Path) -> list[str]:
    if not directory.is_dir():
        return []
    return sorted(
        path.name
        for path in directory.iterdir()
        if _is_table(path) and not path.name.startswith((".", "_"))
    )


def _is_table(path: Path) -> bool:
    """Whether a file is a table, packed or not (erp__charges.csv.gz)."""
    return _unpacked(path).lower().endswith((".csv", ".parquet"))


def _unpacked(path: Path) -> str:
    return _PACKED.sub("", path.name)


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
    _check_links(directory, label)
    content = _read_json(directory, file)
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or None
        refuse("malformed_manifest", first["msg"], file, None, key)
        raise
    if isinstance(content, dict) and manifest.seal not in (None, seal_of(content)):
        message = "it was changed after it was sealed"
        refuse("seal_mismatch", message, file, None, "seal")
    _check_names(directory, file, manifest)
    _check_tables(file, manifest, contracts)
    _check_files(directory, label, manifest, contracts)
    return Delivery(directory, label, manifest)


def _read_json(directory: Path, file: str) -> object:
    try:
        text = (directory / MANIFEST_FILE).read_text("utf-8-sig")
        return json.loads(text, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        refuse("malformed_manifest", error.msg, file, error.lineno)
        raise
    except (ValueError, RecursionError) as error:
        refuse("malformed_manifest", str(error), file)
        raise


def _check_links(directory: Path, label: str) -> None:
    """Refuse links out of the landing area: what they lead to can be anything."""
    area = directory.parents[1].resolve()
    for path in (directory, *sorted(directory.iterdir())):
        name = label if path == directory else f"{label}/{path.name}"
        try:
            leads_out = not path.resolve().is_relative_to(area)
        except (OSError, RuntimeError):
            refuse("link_outside", "a link leads round in a circle", name)
            raise
        if leads_out:
            refuse("link_outside", "a link leads out of the landing area", name)


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
            refuse("malformed_manifest", message, file, None, key)
    waivable = waivable_in(manifest.system)
    for code in sorted(manifest.waived_checks.keys() - waivable):
        message = f"{code} cannot be waived by {manifest.system}"
        message = with_suggestion(message, code, waivable)
        refuse("malformed_manifest", message, file, None, "waived_checks")


def _check_tables(
    file: str, manifest: Manifest, contracts: Mapping[str, TableContract]
) -> None:
    for table in (*manifest.tables, *manifest.absent):
        if manifest.system == POLICY_SYSTEM and table.startswith("policy_"):
            continue
        if table not in contracts:
            message = with_suggestion("no contract for this table", table, contracts)
            refuse("unknown_table", message, file, None, f"tables.{table}")
    for table, entry in manifest.tables.items():
        key = f"tables.{table}"
        if manifest.system != _system_of(table):
            message = f"a table of another system than {manifest.system}"
            refuse("malformed_manifest", message, file, None, key)
        if table in manifest.absent:
            message = "the table is both delivered and declared absent"
            refuse("malformed_manifest", message, file, None, f"absent.{table}")
        if entry.file.partition(".")[0] != table:
            message = f"the file must be named {table}.csv or {table}.parquet"
            refuse("malformed_manifest", message, file, None, f"{key}.file")


def _system_of(table: str) -> str:
    return table.partition("_")[0]


def _check_files(
    directory: Path,
    label: str,
    manifest: Manifest,
    contracts: Mapping[str, TableContract],
) -> None:
    unlisted = contracts.keys() - manifest.tables.keys()
    listed = {entry.file for entry in manifest.tables.values()}
    for entry in sorted(listed):
        if not (directory / entry).is_file():
            refuse("missing_file", "the file is not there", f"{label}/{entry}")
    for path in sorted(directory.iterdir()):
        # erp__charges.xlsx is not read either; a listed table may lie packed beside.
        is_data = _is_table(path) or path.name.lower().partition(".")[0] in unlisted
        if is_data and not {path.name, _unpacked(path)} & listed:
            message = "the manifest does not list this file"
            refuse("unlisted_file", message, f"{label}/{path.name}")


def _check_one_company(deliveries: list[Delivery]) -> None:
    first = deliveries[0]
    for delivery in deliveries:
        if delivery.manifest.company != first.manifest.company:
            message = (
                f"company {delivery.manifest.company} beside "
                f"{first.manifest.company} of {first.label}"
            )
            file = f"{delivery.label}/{MANIFEST_FILE}"
            refuse("mixed_companies", message, file, None, "company")


def _check_sequences(deliveries: Sequence[Delivery]) -> None:
    """Refuse two deliveries of a table of which neither says that it corrects."""
    holding: dict[tuple[str, int], Delivery] = {}
    for delivery in deliveries:
        for table in delivery.manifest.tables:
            earlier = holding.setdefault((table, delivery.manifest.sequence), delivery)
            if earlier is not delivery:
                message = f"{table} is in {earlier.label} too, with the same sequence"
                file = f"{delivery.label}/{MANIFEST_FILE}"
                refuse("repeated_sequence", message, file, None, "sequence")
