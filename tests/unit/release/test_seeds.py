import re
import shutil

import pytest

from echelon.config import PROJECT_DIR
from echelon.errors import EchelonError, ExitCode
from echelon.landing.manifest import delivery_directories
from echelon.release.candidate import load_candidate, open_candidate
from echelon.release.seeds import KEY_COLUMNS, MAY_BE_EMPTY, assemble_seeds

DEFAULTS = PROJECT_DIR / "dbt_project" / "seeds" / "policy"


@pytest.fixture
def overlay(tmp_path):
    """Copies a default, edits its text and lays it over the defaults."""

    def lay(name, edit):
        directory = tmp_path / "overlay"
        directory.mkdir(exist_ok=True)
        (directory / name).write_text(edit((DEFAULTS / name).read_text("utf-8")))
        seeds_dir = tmp_path / "seeds"
        assemble_seeds(tmp_path / "data", PROJECT_DIR, directory, seeds_dir)
        return (seeds_dir / "policy" / name).read_text("utf-8")

    return lay


def without(row):
    def edit(text):
        lines = text.splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(f"{row},")]
        assert len(kept) == len(lines) - 1
        return "".join(kept)

    return edit


def emptied(setting):
    return lambda text: re.sub(rf"(?m)^({setting}),[^,]*", r"\1,", text)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("policy_thresholds.csv", "decay_half_life_days"),
        ("policy_settings.csv", "flow_rate_type"),
        ("policy_document_types.csv", "return"),
        ("policy_identity_rules.csv", "crm_key"),
        ("policy_matching.csv", "cluster_cap"),
    ],
)
def test_overlay_without_a_row_of_the_default_is_refused(overlay, tmp_path, name, row):
    with pytest.raises(EchelonError) as caught:
        overlay(name, without(row))
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.file == str(tmp_path / "overlay" / name)
    assert caught.value.fault.column == KEY_COLUMNS[name]
    assert row in caught.value.fault.message
    assert row in caught.value.fault.hint


@pytest.mark.parametrize(
    "policy", sorted((PROJECT_DIR / "mappings").glob("*_policy")), ids=lambda p: p.name
)
def test_a_policy_of_ours_lays_over_the_defaults(policy, tmp_path):
    assemble_seeds(tmp_path / "data", PROJECT_DIR, policy, tmp_path / "seeds")


@pytest.mark.parametrize("value", ["ninety", "", "1e999", "nan", "1,5"])
def test_threshold_that_is_no_number_is_refused_at_its_line(overlay, value):
    quoted = f'"{value}"'
    with pytest.raises(EchelonError) as caught:
        overlay(
            "policy_thresholds.csv",
            lambda text: text.replace("days,90,days", f"days,{quoted},days", 1),
        )
    fault = caught.value.fault
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert (fault.line, fault.column) == (3, "value")
    assert "decay_half_life_days" in fault.message


@pytest.mark.parametrize(
    ("name", "value", "most"),
    [
        ("archive_keep_days", "99999999999999", 365_250),
        ("approval_expiry_days", "365251", 365_250),
        ("archive_keep_days", "-1", 365_250),
        ("feature_window_months", "12001", 12_000),
        ("variance_limit_amount_base_ccy", "1" + 12 * "0", 999_999_999_999),
    ],
)
def test_threshold_out_of_range_is_refused_at_its_line(overlay, name, value, most):
    def edit(text):
        return re.sub(rf"(?m)^{name},[^,]*", f"{name},{value}", text)

    with pytest.raises(EchelonError, match=rf"{value} of {name} .* {most}") as caught:
        overlay("policy_thresholds.csv", edit)
    fault = caught.value.fault
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    lines = (DEFAULTS / "policy_thresholds.csv").read_text("utf-8").splitlines()
    assert lines[fault.line - 1].startswith(f"{name},")
    assert fault.column == "value"


def test_overlay_may_add_rows_and_change_values(overlay):
    def edit(text):
        changed = text.replace("days,90,days", "days,60.5,days", 1)
        return changed + "house_limit,-0.5,ratio,house rule,D,1900-01-01,finance\n"

    laid = overlay("policy_thresholds.csv", edit)
    assert "decay_half_life_days,60.5,days" in laid
    assert "house_limit,-0.5" in laid


def test_every_default_may_be_laid_over_itself(tmp_path):
    copies = tmp_path / "overlay"
    shutil.copytree(DEFAULTS, copies, ignore=shutil.ignore_patterns("*.yml"))
    assemble_seeds(tmp_path / "data", PROJECT_DIR, copies, tmp_path / "seeds")


def test_landing_under_way_is_no_delivery(company):
    expected = delivery_directories(company.data_dir / "landing")
    company.deliver(".landing-1", system="erp")
    company.deliver("_scratch", system="erp")
    company.deliver("erp-0002", system=".landing-2")
    assert delivery_directories(company.data_dir / "landing") == expected


@pytest.mark.parametrize("name", ["base_currency_code", "segment_rank_attribute"])
def test_an_empty_setting_is_refused_at_its_line(overlay, tmp_path, name):
    rows = (DEFAULTS / "policy_settings.csv").read_text("utf-8").splitlines()
    line = next(no for no, row in enumerate(rows, 1) if row.startswith(f"{name},"))
    with pytest.raises(EchelonError, match=f"{name} is empty") as caught:
        overlay("policy_settings.csv", emptied(name))
    fault = caught.value.fault
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert fault.file == str(tmp_path / "overlay" / "policy_settings.csv")
    assert (fault.line, fault.column) == (line, "setting_value")


@pytest.mark.parametrize("name", sorted(MAY_BE_EMPTY))
def test_a_setting_whose_emptiness_says_something_may_be_empty(overlay, name):
    assert f"{name},," in overlay("policy_settings.csv", emptied(name))


def test_the_file_to_correct_is_the_one_that_lay_on_top(company, tmp_path):
    units, zones, pools = (
        "policy_units.csv",
        "policy_zones.csv",
        "policy_cost_pools.csv",
    )

    def lay(directory, *names):
        directory.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(DEFAULTS / name, directory)
        return directory

    by_hand = lay(tmp_path / "by_hand", pools)
    first = lay(company.deliver("policy-1", "policy", 1), units, zones)
    second = lay(company.deliver("policy-2", "policy", 2), zones, pools)
    laid = {pools: by_hand, zones: second, units: first}
    given = assemble_seeds(
        company.data_dir, PROJECT_DIR, by_hand, tmp_path / "assembled"
    )
    assert {name: given[f"policy/{name}"] for name in laid} == {
        name: str(directory / name) for name, directory in laid.items()
    }
    matching = "policy_matching.csv"
    assert given[f"policy/{matching}"] == str(DEFAULTS / matching)


def test_what_lands_during_a_refresh_is_not_the_file_to_correct(company):
    opened = open_candidate(company.data_dir, company.inputs())
    late = company.deliver("policy-1", "policy", 1)
    shutil.copy(DEFAULTS / "policy_settings.csv", late)
    (late / "manifest.json").write_text("{}")
    given = load_candidate(opened.directory).given_files["policy/policy_settings.csv"]
    assert not given.startswith(str(company.data_dir))
