"""``echelon match`` on files: roles, outputs, errors."""

import csv
import json

import pyarrow.parquet as pq
import pytest

from echelon.errors import EchelonError, ExitCode
from echelon.identity.files import MatchFiles, match_file
from echelon.identity.settings import SHIPPED_SETTINGS
from tests.unit.identity.dirty_organisations import dirty_organisations


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def say(text):
    assert text


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    directory = tmp_path_factory.mktemp("match")
    renamed = {"id": "Account No", "name": "Company Name", "postal_code": "ZIP"}
    rows = [
        {renamed.get(key, key): value for key, value in row.items()}
        for row in dirty_organisations(60, seed=5)
    ]
    source = write_csv(directory / "list.csv", rows)
    files = MatchFiles(
        source,
        SHIPPED_SETTINGS,
        directory / "out.csv",
        pairs=directory / "pairs.parquet",
        model=directory / "model.json",
        truth="entity",
    )
    return files, rows, match_file(files, say)


def test_every_row_comes_out_in_order_with_its_cluster(called):
    files, rows, report = called
    with files.output.open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [row["Company Name"] for row in written] == [r["Company Name"] for r in rows]
    assert all(row["cluster_id"] and row["match_rule"] for row in written)
    alone = [row for row in written if row["match_rule"] == "self"]
    assert all(row["match_probability"] == "" for row in alone)
    assert report.record_count == len(rows)


def test_roles_are_told_from_headers(called):
    _, _, report = called
    assert report.columns["name"] == ["Company Name"]
    assert report.columns["postal_code"] == ["ZIP"]
    assert "entity" not in [name for names in report.columns.values() for name in names]


def test_scores_against_the_truth_are_high_even_on_a_short_list(called):
    _, _, report = called
    assert report.scores.pairwise.precision >= 0.98
    assert report.scores.pairwise.recall >= 0.9


def test_pairs_file_holds_the_evidence(called):
    files, _, report = called
    pairs = pq.read_table(files.pairs)
    assert pairs.num_rows == sum(report.decision_counts.values())


def test_model_is_reused_and_gives_the_same_file(called, tmp_path):
    files, _, report = called
    again = MatchFiles(
        files.input, files.settings, tmp_path / "out.csv", model=files.model
    )
    repeated = match_file(again, say)
    assert repeated.is_model_reused
    assert repeated.model_version == report.model_version
    assert again.output.read_bytes() == files.output.read_bytes()
    assert json.loads(files.model.read_text("utf-8"))["record_count"] == len(called[1])


@pytest.mark.parametrize(
    ("content", "code", "exit_code"),
    [
        (None, "input_not_found", ExitCode.INPUT_REJECTED),
        ("", "input_empty", ExitCode.INPUT_REJECTED),
        ("id,name\n", "input_empty", ExitCode.INPUT_REJECTED),
        ("id,name\n1,Ada\n1,Bob\n", "duplicate_record_id", ExitCode.INPUT_REJECTED),
        ("foo,bar\n1,2\n", "nothing_to_compare", ExitCode.INPUT_REJECTED),
    ],
)
def test_bad_input_ends_with_one_clear_line(tmp_path, content, code, exit_code):
    source = tmp_path / "list.csv"
    if content is not None:
        source.write_text(content, "utf-8")
    with pytest.raises(EchelonError) as caught:
        match_file(MatchFiles(source, SHIPPED_SETTINGS, tmp_path / "o.csv"), say)
    assert (caught.value.fault.code, caught.value.exit_code) == (code, exit_code)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "o.csv").exists()


def test_settings_that_name_an_unknown_column_say_line_and_column(tmp_path):
    chosen = tmp_path / "settings.yml"
    text = SHIPPED_SETTINGS.read_text("utf-8")
    chosen.write_text(f"{text}\ncolumns:\n  name: Frim\n", "utf-8")
    source = write_csv(tmp_path / "list.csv", [{"Firm": "Ada"}, {"Firm": "Bob"}])
    with pytest.raises(EchelonError, match="no column Frim") as caught:
        match_file(MatchFiles(source, chosen, tmp_path / "o.csv"), say)
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.line == len(text.splitlines()) + 3
    assert caught.value.fault.hint == "did you mean Firm?"


def test_unknown_truth_column_is_said(tmp_path):
    source = write_csv(tmp_path / "list.csv", [{"name": "Ada"}, {"name": "Bob"}])
    files = MatchFiles(source, SHIPPED_SETTINGS, tmp_path / "o.csv", truth="nmae")
    with pytest.raises(EchelonError, match="did you mean name"):
        match_file(files, say)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_handful_of_rows_needs_no_training(tmp_path, count):
    rows = [{"name": "Ashfield Printing Ltd", "city": "Dundee"}] * count
    source = write_csv(tmp_path / "list.csv", rows)
    report = match_file(
        MatchFiles(source, SHIPPED_SETTINGS, tmp_path / "o.parquet"), say
    )
    assert report.cluster_count == 1
    assert pq.read_table(tmp_path / "o.parquet").num_rows == count
