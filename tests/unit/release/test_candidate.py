from datetime import date, datetime

import duckdb
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.release.candidate import load_candidate, open_candidate
from echelon.release.inputs import InputHashes, hash_code
from echelon.release.previous import next_recorded_at
from echelon.release.publish import publish
from echelon.release.rollback import rollback
from echelon.release.store import current_release


def read(candidate, sql):
    with duckdb.connect(str(candidate.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_first_refresh_starts_from_empty_previous_tables(company):
    candidate = open_candidate(company.data_dir, company.inputs())
    assert read(candidate, "select * from raw.previous_segments") == []
    assert read(candidate, "from raw.refresh_parameters") == [
        (candidate.release_id, date(2025, 12, 31), "EUR", datetime(2025, 12, 31))
    ]


def test_refresh_carries_over_the_tables_of_the_release_in_force(company):
    release = company.release()
    candidate = company.candidate("2026-01-31")
    assert read(candidate, "from raw.previous_customer_identifiers") == [
        ("erp", "A1", "C1")
    ]
    assert read(candidate, "from raw.previous_segment_assignments") == [
        ("C1", "S01", date(2025, 12, 31), datetime(2025, 12, 31))
    ]
    assert candidate.previous_release_id == release.release_id


def released_after(company, sql):
    """Release a warehouse that was changed by ``sql``: an older version's."""
    candidate = company.candidate()
    company.run_sql(candidate, sql)
    company.examine(candidate)
    return publish(candidate, company.register)


def test_identifiers_of_a_release_older_than_their_history_are_carried_over(company):
    released_after(
        company,
        "alter table core.fct_identifier_history rename to dim_customer_identifiers",
    )
    candidate = company.candidate("2026-01-31")
    assert read(candidate, "from raw.previous_customer_identifiers") == [
        ("erp", "A1", "C1")
    ]


def test_release_without_any_identifier_history_is_refused(company):
    release = released_after(company, "drop table core.fct_identifier_history")
    with pytest.raises(EchelonError) as caught:
        company.candidate("2026-01-31")
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.code == "identifier_history_missing"
    assert release.release_id in caught.value.fault.message


def test_column_the_former_release_lacks_is_null(company):
    company.release()
    path = next((company.project_dir / "dbt_project/models/marts/core").glob("*.yml"))
    path.write_text(path.read_text() + "      - {name: tier, data_type: varchar}\n")
    candidate = company.candidate()
    assert read(candidate, "from raw.previous_segments") == [("M1", "S01", 2, None)]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, datetime(2025, 12, 31)),
        (datetime(2025, 12, 30), datetime(2025, 12, 31)),
        (datetime(2025, 12, 31), datetime(2025, 12, 31, 0, 0, 1)),
        (datetime(2026, 1, 31), datetime(2026, 1, 31, 0, 0, 1)),
    ],
    ids=["first", "later_day", "same_day_again", "earlier_day"],
)
def test_what_is_recorded_later_has_a_later_record_time(last, expected):
    assert next_recorded_at(datetime(2025, 12, 31), last) == expected


def test_same_inputs_are_nothing_new(company):
    release = company.release()
    with pytest.raises(EchelonError, match=release.release_id) as refusal:
        open_candidate(company.data_dir, company.inputs())
    assert refusal.value.exit_code is ExitCode.NOTHING_NEW
    assert list((company.data_dir / "candidates").glob("*/candidate.json")) == []


def _deliver_more(company):
    company.deliver("erp-0002")
    return company.inputs()


def _edit_the_logic(company):
    (company.project_dir / "dbt_project/models/marts/core/dim_segments.sql").write_text(
        ""
    )
    return company.inputs()


def _edit_the_policy(company):
    policy = company.project_dir / "dbt_project/seeds/policy/policy_settings.csv"
    policy.write_text(policy.read_text() + "fiscal_calendar_code,calendar_month\n")
    return company.inputs()


@pytest.mark.parametrize(
    "change",
    [
        _deliver_more,
        _edit_the_logic,
        _edit_the_policy,
        lambda company: company.inputs("2026-01-01"),
        lambda company: company.inputs(seed=7),
        lambda company: company.inputs(refit=True),
    ],
    ids=["delivery", "logic", "policy", "as_of", "seed", "refit"],
)
def test_any_changed_input_makes_another_release(company, change):
    release = company.release()
    candidate = open_candidate(company.data_dir, change(company))
    assert candidate.release_id != release.release_id


def test_costs_are_taken_over_from_a_release_of_this_code_only(company):
    company.release()

    def taken_over(**options):
        inputs = company.inputs("2026-01-31", **options)
        candidate = open_candidate(company.data_dir, inputs)
        return read(
            candidate, "select allocation_fingerprint from raw.previous_cost_activities"
        )

    assert taken_over() == [("as ever",)]
    assert taken_over(take_over=False) == []
    _edit_the_logic(company)
    assert taken_over() == []


@pytest.mark.parametrize(
    ("logic", "libraries", "engine", "is_same"),
    [
        ("l", "b", duckdb.__version__, True),
        ("l", "b", "0.1", False),
        ("l", "other", duckdb.__version__, False),
        ("other", "b", duckdb.__version__, False),
    ],
    ids=["all_equal", "engine", "libraries", "logic"],
)
def test_code_is_the_same_if_logic_libraries_and_engine_are(
    logic, libraries, engine, is_same
):
    hashes = InputHashes(deliveries="d", logic="l", policy="p", libraries="b")
    manifest = {
        "inputs": {"logic_sha256": logic, "libraries_sha256": libraries},
        "engine": {"duckdb": engine},
    }
    assert hashes.is_same_code(manifest) is is_same


def test_column_types_of_the_seeds_are_code(company):
    before = hash_code(company.project_dir)
    policy = company.project_dir / "dbt_project/seeds/policy"
    (policy / "_policy__seeds.yml").write_text("seeds: []\n")
    assert hash_code(company.project_dir) != before


def test_date_before_that_of_the_release_in_force_is_refused_with_both(company):
    release = company.release("2025-12-31")
    with pytest.raises(EchelonError, match="2025-12-30 lies before 2025-12-31") as no:
        open_candidate(company.data_dir, company.inputs("2025-12-30"))
    assert no.value.exit_code is ExitCode.CONFIGURATION
    assert no.value.fault.hint
    assert current_release(company.data_dir).release_id == release.release_id


def _change(path):
    path.chmod(0o600)
    path.write_bytes(path.read_bytes() + b" ")


def _remove(path):
    path.parent.chmod(0o700)
    path.unlink()


@pytest.mark.parametrize(
    "name", ["published.duckdb", "artefacts/segment_model.json", "manifest.json"]
)
@pytest.mark.parametrize("damage", [_change, _remove])
def test_history_of_a_damaged_release_enters_no_candidate(company, name, damage):
    candidate = company.candidate()
    candidate.artefacts_dir.mkdir()
    (candidate.artefacts_dir / "segment_model.json").write_text("{}")
    company.examine(candidate)
    release = publish(candidate, company.register)
    company.deliver("erp-0002")
    damage(release.directory / name)
    with pytest.raises(EchelonError) as refusal:
        open_candidate(company.data_dir, company.inputs())
    assert refusal.value.exit_code is ExitCode.INTEGRITY
    assert refusal.value.fault.file.endswith(f"/{name}")


def test_retry_has_the_same_release_id_but_a_path_of_its_own(company):
    candidate = open_candidate(company.data_dir, company.inputs())
    again = open_candidate(company.data_dir, company.inputs())
    assert candidate.release_id == again.release_id
    assert candidate.directory != again.directory
    assert not candidate.directory.exists()


def test_candidate_is_read_back_as_it_was_opened(company):
    candidate = open_candidate(company.data_dir, company.inputs())
    assert load_candidate(candidate.directory) == candidate


def test_inputs_of_a_release_that_was_rolled_back_are_nothing_new(company):
    first = company.release()
    company.deliver("erp-0002")
    second = company.release()
    rollback(company.data_dir, first.release_id)
    with pytest.raises(EchelonError, match=f"echelon rollback {second.release_id}"):
        open_candidate(company.data_dir, company.inputs())


def test_policy_layers_replace_whole_files_in_order(company, tmp_path):
    header = "setting_name,setting_value\n"
    # The higher sequence wins although its id sorts first.
    for delivery_id, sequence, currency in [("a", 2, "USD"), ("b", 1, "GBP")]:
        delivery = company.deliver(delivery_id, "policy", sequence)
        (delivery / "policy_settings.csv").write_text(
            f"{header}base_currency_code,{currency}\n"
        )
    candidate = open_candidate(company.data_dir, company.inputs())
    settings = candidate.seeds_dir / "policy" / "policy_settings.csv"
    assert settings.read_text() == f"{header}base_currency_code,USD\n"
    by_hand = tmp_path / "by_hand"
    by_hand.mkdir()
    (by_hand / "policy_settings.csv").write_text(f"{header}base_currency_code,SEK\n")
    candidate = open_candidate(company.data_dir, company.inputs(policy_dir=by_hand))
    settings = candidate.seeds_dir / "policy" / "policy_settings.csv"
    assert settings.read_text() == f"{header}base_currency_code,SEK\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("policy_setings.csv", "setting_name,setting_value\n", "no default policy"),
        ("policy_settings.csv", "setting_name\n", ":1:setting_value: .* is missing"),
        ("policy_settings.csv", "setting_name,setting_value,x\n", ":1:x: .* is not a"),
    ],
    ids=["misspelt", "missing_column", "unknown_column"],
)
def test_policy_file_that_fits_no_default_is_refused(
    company, tmp_path, name, content, said
):
    by_hand = tmp_path / "by_hand"
    by_hand.mkdir()
    (by_hand / name).write_text(content)
    with pytest.raises(EchelonError, match=said) as refusal:
        open_candidate(company.data_dir, company.inputs(policy_dir=by_hand))
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
