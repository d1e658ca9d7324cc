"""No command writes its results among what the data directory keeps."""

import json

import pytest

from echelon.errors import ExitCode
from tests.command_line import echelon

ROWS = ("--input", "absent.csv")


@pytest.fixture
def data_dir(tmp_path):
    made = tmp_path / "data"
    (made / "landing" / "erp").mkdir(parents=True)
    (tmp_path / "link").symlink_to(made)
    return made


@pytest.mark.parametrize("place", ["landing/erp/a.svg", "a.svg", "../link/a.svg"])
@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("rebuild", "R1"), "--out"),
        (("compare",), "--out"),
        (("reconcile",), "--out"),
        (("draw", "flow"), "--out"),
        (("sample", "--size", "tiny"), "--out"),
        (("land", "--mapping", "absent.yml", "--source", "."), "--landing"),
        (("cluster", *ROWS), "--out"),
        (("cluster", *ROWS, "--out", "a.csv"), "--report"),
        (("cluster", *ROWS, "--out", "a.csv"), "--model"),
        (("match", *ROWS), "--out"),
        (("match", *ROWS, "--out", "a.csv"), "--pairs"),
        (("match", *ROWS, "--out", "a.csv"), "--model"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_what_would_lie_in_the_data_directory_is_refused(
    data_dir, command, option, place
):
    before = sorted(data_dir.rglob("*"))
    ended = echelon(data_dir, *command, option, data_dir / place, "--json")
    assert ended.returncode == ExitCode.CONFIGURATION
    record = json.loads(ended.stdout)
    assert (record["code"], record["column"]) == ("out_inside", option)
    assert sorted(data_dir.rglob("*")) == before


def test_a_key_is_not_made_where_what_it_signs_lies(data_dir):
    ended = echelon(data_dir, "key", data_dir / "key.pem", "--json")
    assert json.loads(ended.stdout)["code"] == "out_inside"
    assert not (data_dir / "key.pem").exists()


def test_a_drawing_without_a_name_is_refused_in_the_data_directory(
    data_dir, monkeypatch
):
    monkeypatch.chdir(data_dir)
    ended = echelon(data_dir, "draw", "flow", "--json")
    assert json.loads(ended.stdout)["code"] == "out_inside"


def test_a_directory_that_nothing_has_landed_in_keeps_nothing(tmp_path):
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    source = data_dir / "rows.csv"
    source.write_text("x\n" + "".join(f"{n % 2 * 100 + n}\n" for n in range(40)))
    out = data_dir / "clusters.csv"
    ended = echelon(data_dir, "cluster", "--input", source, "--k", "2", "--out", out)
    assert ended.returncode == 0
    assert len(out.read_text().splitlines()) == 41
