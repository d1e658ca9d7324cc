"""The settings file: its schema for editors, its errors for people."""

import pytest

from echelon.config import PROJECT_DIR
from echelon.errors import EchelonError, ExitCode
from echelon.identity.settings import (
    SHIPPED_SETTINGS,
    read_settings,
    settings_schema_text,
)


def test_schema_for_editors_is_that_of_the_code():
    committed = PROJECT_DIR / "matching" / "settings.schema.json"
    assert committed.read_text("utf-8") == settings_schema_text()


def test_settings_that_train_otherwise_have_another_fingerprint(settings):
    other = settings.model_copy(
        update={"training": settings.training.model_copy(update={"seed": 1})}
    )
    policy = settings.model_copy(
        update={"guards": settings.guards.model_copy(update={"cluster_cap": 5})}
    )
    assert other.fingerprint() != settings.fingerprint()
    assert policy.fingerprint() == settings.fingerprint()


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        (
            "entity: customer",
            "guards: {cluster_kap: 20}",
            "unknown_key",
            "did you mean cluster_cap",
        ),
        (
            "entity: customer",
            "thresholds: {merge: 0.5}",
            "wrong_value",
            "reject must not be above merge",
        ),
        ("m: 0.55", "m: 0.95", "wrong_value", "the priors m sum to 1.400"),
        ("  seed: 20251231", "  seed: [", "settings_not_yaml", "settings.yml:"),
    ],
)
def test_error_names_line_and_key(tmp_path, old, new, code, message):
    text = SHIPPED_SETTINGS.read_text("utf-8")
    assert old in text
    path = tmp_path / "settings.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(EchelonError, match=message) as caught:
        read_settings(path)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.code == code
    assert caught.value.fault.line is not None


def test_missing_file_is_said(tmp_path):
    with pytest.raises(EchelonError, match="cannot read"):
        read_settings(tmp_path / "none.yml")
