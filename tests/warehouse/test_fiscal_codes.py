"""Which year does a fiscal period name, and which period is a year before it?"""

from pathlib import Path

import duckdb
import pytest
from jinja2 import Environment

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"
ASKED = """
select {{ fiscal_year('fiscal_period') }}, {{ years_before('fiscal_period', 1) }}
from (select ? as fiscal_period)
"""


@pytest.fixture(scope="module")
def read_code():
    macros = [(MACROS / f"{name}.sql") for name in ("fiscal_year", "years_before")]
    template = "".join(path.read_text() for path in macros) + ASKED
    sql = Environment(autoescape=False).from_string(template).render()
    with duckdb.connect() as connection:
        yield lambda code: connection.execute(sql, [code]).fetchone()


@pytest.mark.parametrize(
    ("code", "year", "a_year_before"),
    [
        ("2025-01", "2025", "2024-01"),
        ("2025-P13", "2025", "2024-P13"),
        ("2025-013", "2025", "2024-013"),
        ("2025.Q1", "2025", "2024.Q1"),
        ("FY25-07", "FY25", "FY24-07"),
        ("FY25Q1", "FY25", "FY24Q1"),
        ("202501", "2025", "202401"),
        ("2025007", "2025", "2024007"),
        ("25007", "25", "24007"),
        ("2025/26-03", "2025/26", "2024/25-03"),
        ("2025-12 undeclared", "2025", "2024-12 undeclared"),
        ("2025-26-P03", "2025-26", "2024-25-P03"),
        ("2024/2025-11", "2024/2025", "2023/2024-11"),
        ("2000-01", "2000", "1999-01"),
    ],
)
def test_a_code_names_its_year_and_the_same_period_a_year_before(
    read_code, code, year, a_year_before
):
    assert read_code(code) == (year, a_year_before)


@pytest.mark.parametrize("code", ["012", "P12", "Q1", "1", "Period 3"])
def test_a_code_without_a_year_is_of_one_year_with_all_others(read_code, code):
    assert read_code(code) == ("", "")
