"""A field of a seed file is kept exactly as it is written, or refused."""

from fractions import Fraction

import duckdb
import pytest

from echelon.warehouse.seed_file import MisfitError, read_seed


@pytest.fixture
def seed(tmp_path):
    def write(text, kind):
        path = tmp_path / "rates.csv"
        path.write_text(f'name,rate\na,"{text}"\n')
        return read_seed(path, {"rate": kind})

    return write


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("decimal(9, 4)", "0.50000000"),
        ("decimal(9, 4)", " -.5"),
        ("decimal(18, 6)", "1E-05"),
        ("bigint", "6.0"),
        ("integer", "2147483647"),
    ],
)
def test_a_number_is_kept_whichever_way_it_is_written(seed, kind, text):
    file = seed(text, kind)
    with duckdb.connect() as connection:
        loaded = connection.execute(file.select, file.values).fetchall()
    assert loaded == [("a", Fraction(text))]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("date", "2024-1-2"),
        ("date", "2024-01-02 10:00"),
        ("date", "20240102"),
        ("date", "epoch"),
        ("decimal(9, 4)", "0.00005"),
        ("decimal(9, 4)", "99999.99999"),
        ("decimal(9, 4)", "nan"),
        ("integer", "2147483648"),
        ("bigint", "1_000"),
        ("bigint", "0x10"),
        ("boolean", "on"),
    ],
)
def test_what_would_be_changed_by_loading_it_is_refused(seed, kind, text):
    with pytest.raises(MisfitError, match=f"^'{text}' ") as refused:
        seed(text, kind)
    assert (refused.value.line, refused.value.column) == (2, "rate")
