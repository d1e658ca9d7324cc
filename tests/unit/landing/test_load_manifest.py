import pytest
from landing_area import REQUIRED

from echelon.errors import ExitCode
from echelon.landing.manifest import unread

MANIFEST = "erp/erp-0001/manifest.json"


@pytest.mark.parametrize(
    ("amend", "key"),
    [
        (lambda m: m.pop("sequence"), "sequence"),
        (lambda m: m.update(sequence="1"), "sequence"),
        (lambda m: m.update(manifest_version=2), "manifest_version"),
        (lambda m: m.update(manifest_version=True), "manifest_version"),
        (lambda m: m.update(colour="red"), "colour"),
        (lambda m: m.update(period="last year"), "period"),
        (lambda m: m.update(time_zone="Europe/Berlin"), "time_zone"),
        (lambda m: m["units"].update(weight="lb"), "units.weight"),
        (lambda m: m.update(system="crm"), "system"),
        (lambda m: m.update(delivery_id="erp-0009"), "delivery_id"),
        (lambda m: m["absent"].update(crm__accounts=""), "absent.crm__accounts"),
        (lambda m: m["absent"].update(erp__products="x"), "absent.erp__products"),
        (
            lambda m: m.update(
                waived_checks={
                    "duplicate_key": {"reason": "x", "valid_to": "2030-01-01"}
                }
            ),
            "waived_checks",
        ),
        (
            lambda m: m.update(waived_checks={"unbalanced_journal": {"reason": "x"}}),
            "waived_checks.unbalanced_journal.valid_to",
        ),
        (
            lambda m: m.update(
                waived_checks={
                    "unbalanced_journal": {"reason": "x", "valid_to": "next year"}
                }
            ),
            "waived_checks.unbalanced_journal.valid_to",
        ),
        (lambda m: m.update(period="2024-13"), "period"),
        (lambda m: m.update(period="2024-02/2024-01"), "period"),
        (
            lambda m: m["tables"]["erp__products"].update(sha256="abc"),
            "tables.erp__products.sha256",
        ),
        (
            lambda m: m["tables"]["erp__products"].update(rows=-1),
            "tables.erp__products.rows",
        ),
        (
            lambda m: m["tables"]["erp__products"].update(file="../x.csv"),
            "tables.erp__products.file",
        ),
        (
            lambda m: m["tables"]["erp__products"].update(file="erp__customers.csv"),
            "tables.erp__products.file",
        ),
        (
            lambda m: m["tables"]["erp__products"].update(control_totals={"a": "1e5"}),
            "tables.erp__products.control_totals.a",
        ),
        (
            lambda m: m["tables"].update(wms__tasks=m["tables"]["erp__products"]),
            "tables.wms__tasks",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed_manifest_names_file_and_key(landing, amend, key):
    landing.deliver(REQUIRED, amend=amend)
    error = landing.fault()
    assert error.exit_code == ExitCode.INPUT_REJECTED
    assert error.fault.code == "malformed_manifest"
    assert (error.fault.file, error.fault.column) == (MANIFEST, key)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{\n"a": 1,\n}', 3, "Expecting property name"),
        ('{"a": 1, "a": 2}', None, "key a appears twice"),
        ("[]", None, "valid dictionary"),
    ],
    ids=["not_json", "repeated_key", "no_mapping"],
)
def test_unreadable_manifest_names_file_and_line(landing, text, line, message):
    (landing.deliver_required() / "manifest.json").write_text(text, "utf-8")
    fault = landing.fault().fault
    assert (fault.code, fault.file, fault.line) == (
        "malformed_manifest",
        MANIFEST,
        line,
    )
    assert message in fault.message


def test_unknown_table_is_refused_with_a_suggestion(landing):
    landing.deliver({**REQUIRED, "erp__invoices": "a\n1\n"})
    fault = landing.fault().fault
    assert (fault.code, fault.column) == ("unknown_table", "tables.erp__invoices")
    assert "did you mean erp__invoice_lines?" in fault.message


def test_unknown_system_is_refused(landing):
    landing.deliver_required()
    (landing.root / "epr").mkdir()
    fault = landing.fault().fault
    assert (fault.code, fault.file) == ("unknown_system", "epr")
    assert "did you mean erp?" in fault.message


def test_two_companies_in_one_landing_area_are_refused(landing):
    landing.deliver_required()
    landing.deliver({}, system="crm", amend=lambda m: m.update(company="rival"))
    fault = landing.fault().fault
    assert (fault.code, fault.file) == ("mixed_companies", MANIFEST)


def test_what_no_refresh_reads_is_left_alone_and_named(landing):
    landing.deliver_required()
    (landing.root / ".cache").mkdir()
    (landing.root / "README.md").touch()
    (landing.root / "erp" / "_upload").mkdir()
    (landing.root / "erp" / "erp-0002").mkdir()
    (landing.root / "erp" / "erp-0001" / "part2").mkdir()
    (landing.root / "erp" / "erp__charges.csv.gz").touch()
    assert landing.load().tables["erp__customers"].is_available
    assert unread(landing.root) == {
        "erp/erp__charges.csv.gz": "lies in no delivery",
        "erp/erp-0001/part2": "lies within a delivery",
        "erp/erp-0002": "has no manifest.json",
    }


@pytest.mark.parametrize("name", ["erp__customers_2.csv.gz", "_erp__charges.csv"])
def test_table_that_no_manifest_lists_is_refused_packed_or_not(landing, name):
    directory = landing.deliver_required()
    (directory / name).touch()
    fault = landing.fault().fault
    assert (fault.code, fault.file) == ("unlisted_file", f"erp/erp-0001/{name}")


def test_listed_table_may_lie_packed_beside_itself(landing):
    directory = landing.deliver_required()
    (directory / "erp__customers.csv.gz").touch()
    assert landing.load().tables["erp__customers"].is_available
