"""Manifests, directories and promises that are wrong."""

import json
from collections.abc import Callable

from benchmarks.badinput.case import REJECTED, Case, Change, manifest_case
from benchmarks.badinput.company import ERP, GL, MANIFEST, TMS, Landing
from benchmarks.badinput.rows import shipments
from benchmarks.badinput.trial import Verdict

_FILE = f"{ERP}/{MANIFEST}"
_CUSTOMERS = f"{ERP}/erp__customers.csv"
_WAIVER = {"reason": "x", "valid_to": "2030-01-01"}


def _drop(key: str) -> Case:
    return manifest_case(f"no {key}", key, lambda m: m.pop(key))


def _set(name: str, key: str, value: object) -> Case:
    return manifest_case(f"{key} is {name}", key, lambda m: m.update({key: value}))


def _entry(name: str, key: str, value: object, place: str | None = None) -> Case:
    return manifest_case(
        f"{key} of a table is {name}",
        f"tables.erp__products.{place or key}",
        lambda m: m["tables"]["erp__products"].update({key: value}),
    )


def _waives(name: str, place: str, waived: dict, label: str = GL) -> Case:
    return manifest_case(
        f"waiver {name}",
        place,
        lambda m: m.update(waived_checks=waived),
        label,
    )


_KEYS = (
    "manifest_version",
    "company",
    "system",
    "delivery_id",
    "sequence",
    "period",
    "time_zone",
    "tables",
)
_MALFORMED = (
    *map(_drop, _KEYS),
    _set("a number of the future", "manifest_version", 2),
    _set("text", "manifest_version", "1"),
    _set("empty", "company", ""),
    _set("a number", "company", 7),
    _set("another system's", "system", "crm"),
    _set("another directory's", "delivery_id", "erp-0009"),
    _set("a way up", "delivery_id", "../erp-0001"),
    _set("absolute", "delivery_id", "/etc"),
    _set("a pattern", "delivery_id", "erp-000?"),
    _set("below zero", "sequence", -1),
    _set("text", "sequence", "1"),
    _set("a fraction", "sequence", 1.5),
    _set("true", "sequence", True),
    _set("beyond 64 bits", "sequence", 2**63),
    _set("words", "period", "last year"),
    _set("a thirteenth month", "period", "2024-13"),
    _set("a thirtieth of February", "period", "2024-02-30"),
    _set("backwards", "period", "2024-02/2024-01"),
    _set("another zone", "time_zone", "Europe/Berlin"),
    _set("unknown", "customer_key", "payer"),
    _set("unheard of", "colour", "red"),
    manifest_case("pounds", "units.weight", lambda m: m.update(units={"weight": "lb"})),
    manifest_case(
        "miles", "units.distance", lambda m: m.update(units={"distance": "mi"})
    ),
    _entry("below zero", "rows", -1),
    _entry("text", "rows", "120"),
    _entry("too short", "sha256", "abc"),
    _entry("in capitals", "sha256", "A" * 64),
    _entry("a way up", "file", "../erp__products.csv"),
    _entry("absolute", "file", "/etc/passwd.csv"),
    _entry("compressed", "file", "erp__products.csv.gz"),
    _entry("in a subdirectory", "file", "old/erp__products.csv"),
    _entry("a pattern", "file", "erp__*.csv"),
    _entry("another table's", "file", "erp__customers.csv"),
    _entry(
        "in powers", "control_totals", {"weight_kg": "1e5"}, "control_totals.weight_kg"
    ),
    _entry(
        "no number", "control_totals", {"weight_kg": "NaN"}, "control_totals.weight_kg"
    ),
    _entry("a number", "control_totals", {"weight_kg": 1}, "control_totals.weight_kg"),
    _entry("that of a text", "control_totals", {"name": "1"}, "control_totals.name"),
    _entry("that of no column", "control_totals", {"nam": "1"}, "control_totals.nam"),
    _entry("a fraction of a row", "control_totals", {"*": "1e5"}, "control_totals.*"),
    manifest_case(
        "absent without a reason",
        "absent.erp__charges",
        lambda m: m.update(absent={"erp__charges": ""}),
    ),
    manifest_case(
        "both delivered and absent",
        "absent.erp__products",
        lambda m: m.update(absent={"erp__products": "none"}),
    ),
    manifest_case(
        "a table of another system",
        "tables.gl__accounts",
        lambda m: m["tables"].update(gl__accounts=m["tables"]["erp__products"]),
    ),
    _waives(
        "without a reason",
        "waived_checks.unbalanced_journal.reason",
        {"unbalanced_journal": {"reason": "", "valid_to": "2030-01-01"}},
    ),
    _waives(
        "without an end",
        "waived_checks.unbalanced_journal.valid_to",
        {"unbalanced_journal": {"reason": "x"}},
    ),
    _waives(
        "until some day",
        "waived_checks.unbalanced_journal.valid_to",
        {"unbalanced_journal": {"reason": "x", "valid_to": "next year"}},
    ),
    _waives("of what cannot be waived", "waived_checks", {"duplicate_key": _WAIVER}),
    _waives("of an unknown check", "waived_checks", {"unbalanced": _WAIVER}),
    _waives(
        "of another system's check",
        "waived_checks",
        {"unbalanced_journal": _WAIVER},
        ERP,
    ),
)


def _bytes(
    name: str, content: bytes, line: int | None, column: str | None = None
) -> Case:
    def change(landing: Landing) -> None:
        landing.raw_manifests[ERP] = content

    verdict = Verdict(REJECTED, "malformed_manifest", _FILE, line, column)
    return Case(f"manifest: {name}", change, verdict)


_UNREADABLE = (
    Case(
        "manifest: the seal is no hash",
        lambda landing: landing.manifests[ERP].update(seal="sealed"),
        Verdict(REJECTED, "malformed_manifest", _FILE, None, "seal"),
    ),
    _bytes("empty", b"", 1),
    _bytes("cut short", b'{"manifest_version": 1,\n"company"', 2),
    _bytes("a list", b"[]", None),
    _bytes("a number", b"1", None),
    _bytes("no JSON", b"company: tiny\n", 1),
    _bytes("a comma too many", b'{"company": "tiny",}', 1),
    _bytes("a key twice", b'{"company": "a", "company": "b"}', None),
    _bytes("UTF-16", '{"company": "tiny"}'.encode("utf-16"), None),
    _bytes("not UTF-8", b'{"company": "S\xfcd"}', None),
    _bytes("nested without end", b"[" * 100_000, None),
)


def _sealed(name: str, edit: Callable[[dict], object]) -> Case:
    verdict = Verdict(REJECTED, "seal_mismatch", _FILE, None, "seal")
    return Case(f"seal: {name}", lambda landing: edit(landing.manifests[ERP]), verdict)


_SEALS = (
    _sealed("period changed", lambda m: m.update(period="2024-01/2024-07")),
    _sealed("sequence changed", lambda m: m.update(sequence=2)),
    _sealed("customer key changed", lambda m: m.update(customer_key="ship_to")),
    _sealed("company changed", lambda m: m.update(company="tinny")),
    _sealed("table taken out", lambda m: m["tables"].pop("erp__products")),
    _sealed(
        "checksum taken out",
        lambda m: m["tables"]["erp__products"]["control_totals"].pop("*"),
    ),
    _sealed("reason made up", lambda m: m["absent"].update(erp__charges="none")),
    _sealed(
        "hash made to fit",
        lambda m: m["tables"]["erp__products"].update(sha256="0" * 64),
    ),
)


def _case(
    name: str, change: Change, code: str, file: str, column: str | None = None
) -> Case:
    return Case(name, change, Verdict(REJECTED, code, file, None, column))


def _without(table: str) -> Case:
    def change(landing: Landing) -> None:
        del landing.manifests[ERP]["tables"][table]
        del landing.files[f"{ERP}/{table}.csv"]
        landing.seal(ERP)

    return _case(f"required table missing: {table}", change, "missing_table", "erp")


def _unknown_table(landing: Landing) -> None:
    manifest = landing.manifests[ERP]
    manifest["tables"]["erp__costumers"] = manifest["tables"]["erp__customers"]
    landing.seal(ERP)


def _other_company(landing: Landing) -> None:
    landing.manifests[GL]["company"] = "other"
    landing.seal(GL)


def _same_sequence(landing: Landing) -> None:
    landing.deliver("tms/tms-0002", {"tms__shipments": shipments()}, sequence=1)


def _linked(name: str) -> Case:
    def change(landing: Landing) -> None:
        landing.files[f"../{name}"] = landing.files.pop(f"{ERP}/{name}")
        landing.links[f"{ERP}/{name}"] = f"../../../{name}"

    return _case(
        f"link out of the area: {name}", change, "link_outside", f"{ERP}/{name}"
    )


def _linked_delivery(landing: Landing) -> None:
    landing.files["../elsewhere/manifest.json"] = json.dumps(
        landing.manifests.pop(TMS)
    ).encode()
    name = f"{TMS}/tms__shipments.parquet"
    landing.files["../elsewhere/tms__shipments.parquet"] = landing.files.pop(name)
    landing.links[TMS] = "../../elsewhere"


_DIRECTORIES = (
    *map(_without, ("erp__customers", "erp__products", "erp__order_lines")),
    Case(
        "nothing has landed",
        lambda landing: (landing.files.clear(), landing.manifests.clear()),
        Verdict(REJECTED, "no_delivery", "landing"),
    ),
    _case("all still land", lambda x: x.manifests.clear(), "no_delivery", "landing"),
    _case(
        "directory of an unknown system",
        lambda landing: landing.files.update({"epr/epr-0001/x.txt": b"x"}),
        "unknown_system",
        "epr",
    ),
    _case(
        "unknown table", _unknown_table, "unknown_table", _FILE, "tables.erp__costumers"
    ),
    _case(
        "two companies",
        _other_company,
        "mixed_companies",
        f"{GL}/{MANIFEST}",
        "company",
    ),
    _case(
        "file missing",
        lambda landing: landing.files.pop(_CUSTOMERS),
        "missing_file",
        _CUSTOMERS,
    ),
    _case(
        "CSV file not listed",
        lambda landing: landing.files.update({f"{ERP}/erp__charges.csv": b"x\n"}),
        "unlisted_file",
        f"{ERP}/erp__charges.csv",
    ),
    _case(
        "Parquet file beside the CSV file",
        lambda landing: landing.files.update({f"{ERP}/erp__products.parquet": b"x"}),
        "unlisted_file",
        f"{ERP}/erp__products.parquet",
    ),
    _case(
        "two deliveries of a table with one sequence",
        _same_sequence,
        "repeated_sequence",
        f"tms/tms-0002/{MANIFEST}",
        "sequence",
    ),
    _linked("erp__customers.csv"),
    _case("link to a delivery elsewhere", _linked_delivery, "link_outside", TMS),
)


CASES = (
    *_MALFORMED,
    *_UNREADABLE,
    *_SEALS,
    *_DIRECTORIES,
)
