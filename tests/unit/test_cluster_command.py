import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from echelon.clustering.files import ClusterFiles, cluster_file
from echelon.clustering.table import read_table
from echelon.errors import EchelonError

QUIET = ("kmeans", 2, "segment")


def two_groups(path: Path) -> Path:
    """Twenty rows near 0 and twenty near 100, in turn; row 40 lies far away."""
    rows = [
        [f"C{at:02d}", (at % 2) * 100 + at % 7, at % 5, "ab"[at % 2]]
        for at in range(40)
    ]
    rows.append(["C40", 50, 400, "a"])
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["customer_id", "x", "y", "kind"], *rows])
    return path


def cluster_to(tmp_path: Path, source: Path, **files: object) -> list[dict[str, str]]:
    out = tmp_path / "out.csv"
    cluster_file(ClusterFiles(source, out, **files), QUIET, lambda _: None)
    with out.open() as file:
        return list(csv.DictReader(file))


def test_each_row_gets_its_cluster_distance_and_noise_flag(tmp_path):
    rows = cluster_to(tmp_path, two_groups(tmp_path / "in.csv"), label="kind")
    assert list(rows[0]) == ["customer_id", "cluster", "distance", "is_noise"]
    assert [row["customer_id"] for row in rows] == [f"C{at:02d}" for at in range(41)]
    assert [row["cluster"] for row in rows[:4]] == ["0", "1", "0", "1"]
    assert (rows[40]["cluster"], rows[40]["is_noise"]) == ("-1", "true")


def test_report_names_the_choice_its_reason_and_the_scores(tmp_path):
    source, report = two_groups(tmp_path / "in.csv"), tmp_path / "why.json"
    cluster_to(tmp_path, source, label="kind", report=report)
    found = json.loads(report.read_text())
    assert (found["algorithm"], found["k"], found["noise_count"]) == ("kmeans", 2, 1)
    assert found["cluster_sizes"] == {"-1": 1, "0": 20, "1": 20}
    assert found["scores"]["adjusted_rand_index"] > 0.9
    assert found["candidates"][0]["reason"].startswith("chosen")


def test_a_stored_model_assigns_without_a_refit(tmp_path):
    source, model = two_groups(tmp_path / "in.csv"), tmp_path / "model.json"
    first = cluster_to(tmp_path, source, label="kind", model=model)
    assert cluster_to(tmp_path, source, label="kind", model=model) == first
    model.write_text("{}")
    with pytest.raises(EchelonError, match="no cluster model"):
        cluster_to(tmp_path, source, label="kind", model=model)


def test_id_is_found_by_name_then_by_text(tmp_path):
    path = tmp_path / "in.parquet"
    pq.write_table(
        pa.table({"a": [1.5, 2.5], "t": ["p", "q"], "row_no": [7, 9], "b": [1, 2]}),
        path,
    )
    table = read_table(path, None, None, None)
    assert (table.id_name, table.names) == ("row_no", ["a", "b"])
    assert table.notes == ("column t is not numeric and not used",)
    by_text = read_table(path, None, "row_no", None)
    assert by_text.id_name == "t"


def test_file_without_a_header_keeps_its_first_row(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("0.5,1.5\n2.5,3.5\n")
    table = read_table(path, None, None, None)
    np.testing.assert_array_equal(table.values, [[0.5, 1.5], [2.5, 3.5]])
    assert table.ids.to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        ("id,x\n", "input_empty", (None, None)),
        ("id,x\na,b\nc,d\n", "no_numeric_column", (None, None)),
        ("id,x\na,1\nb,\nc,3\n", "not_finite", (3, "x")),
        ("id,x\na,1\nb,two\nc,3\n", "not_finite", (3, "x")),
        ("id,x\na,1\nb,inf\nc,3\n", "not_finite", (3, "x")),
        ("id,x\na,1\na,2\n", "duplicate_id", (None, None)),
        ("id,x\na,1\nb,2\n", "not_clustered", (None, None)),
    ],
)
def test_what_cannot_be_clustered_says_where_and_what(tmp_path, text, code, where):
    path = tmp_path / "in.csv"
    path.write_text(text)
    with pytest.raises(EchelonError) as caught:
        cluster_to(tmp_path, path, id="id")
    fault = caught.value.fault
    assert (fault.code, fault.line, fault.column) == (code, *where)


def test_unknown_column_suggests_a_known_one(tmp_path):
    with pytest.raises(EchelonError, match="kind"):
        cluster_to(tmp_path, two_groups(tmp_path / "in.csv"), label="kinds")
