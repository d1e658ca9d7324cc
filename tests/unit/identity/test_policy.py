"""A company's thresholds, guards and keys: rows with dates, laid over the settings."""

import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.identity.policy import read_policy, shipped_policy
from echelon.identity.settings import read_settings, settings_words

RULES = ["tax_id", "name_and_address"]


def test_company_decides_thresholds_guards_and_keys():
    own = {"merge_probability": "0.995", "one_record_per_source": "crm erp"}
    values = shipped_policy() | own | {"keys_left_out": "name_and_address"}
    thresholds, guards, left_out = read_policy(values, RULES)
    assert (thresholds.merge, thresholds.reject) == (0.995, 0.8)
    assert guards.one_record_per_source == ["crm", "erp"]
    assert left_out == {"name_and_address"}


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (
            "merge_probability",
            "high",
            "merge_probability input should be a valid number",
        ),
        ("merge_probability", "1.5", "merge_probability input should be less than 1"),
        ("review_probability", "0.995", "reject must not be above merge"),
        ("cluster_cap", "2.5", "cluster_cap input should be a valid integer"),
        ("keys_left_out", "tax_ids", "keys_left_out names no key: tax_ids"),
    ],
)
def test_setting_that_cannot_be_is_named(setting, value, message):
    with pytest.raises(EchelonError, match=message) as caught:
        read_policy(shipped_policy() | {setting: value}, RULES)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.file == "policy_matching.csv"


def test_setting_not_in_force_yet_is_named():
    values = {name: value for name, value in shipped_policy().items() if "cap" in name}
    with pytest.raises(EchelonError, match="is not in force on the as-of date"):
        read_policy(values, RULES)


def test_settings_without_thresholds_take_the_shipped_policy():
    settings = read_settings()
    assert settings.content.thresholds.merge == float(
        shipped_policy()["merge_probability"]
    )


def test_settings_name_their_own_dictionary(tmp_path):
    text = read_settings().path.read_text("utf-8")
    path = tmp_path / "own.yml"
    path.write_text(text.replace("words: words.yml", "words: own_words.yml"), "utf-8")
    (tmp_path / "own_words.yml").write_text("legal_forms: [ltd]\n", "utf-8")
    assert settings_words(read_settings(path)).legal_forms == ["ltd"]
