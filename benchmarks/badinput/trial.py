"""What becomes of a landing area, and was that what should have become of it?"""

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from unittest.mock import patch

import duckdb

from benchmarks.badinput.company import CONTRACTS, Landing
from echelon.errors import EchelonError
from echelon.landing import checks
from echelon.landing.contract import TableContract, load_contracts
from echelon.landing.load import load_landing

_AS_OF = date(2099, 12, 31)
_CRASHED = 70
_TABLES = {
    "erp__charges",
    "erp__customers",
    "erp__order_lines",
    "erp__products",
    "gl__accounts",
    "gl__journal_lines",
    "gl__periods",
    "gl__trial_balances",
    "tms__shipments",
}
Content = dict[str, Counter[str]]
Connect = Callable[[Path], duckdb.DuckDBPyConnection]


@dataclass(frozen=True)
class Verdict:
    """How a load ended: what a refresh exits with, why, and where.

    Attributes:
        exit_code: 0 if everything, or all but the rows set aside, was loaded.
        code: The check that refused the input or set its first row aside.
        file: File below the landing directory.
        line: Line in it.
        column: Column, or key of a manifest.
    """

    exit_code: int
    code: str | None = None
    file: str | None = None
    line: int | None = None
    column: str | None = None

    @property
    def has_place(self) -> bool:
        """Whether it says where."""
        return self.file is not None


@dataclass(frozen=True)
class Outcome:
    """A verdict and, if the load ended well, what was loaded.

    Attributes:
        verdict: How it ended.
        content: Digests of the rows of each table; None if nothing was loaded.
        quarantined_count: Rows set aside.
    """

    verdict: Verdict
    content: Content | None = None
    quarantined_count: int = 0


@cache
def contracts() -> dict[str, TableContract]:
    """Return the contracts of the systems that deliver here, read once.

    Tables that no case delivers are left out: most of a trial would be their creation.
    """
    return {
        name: contract
        for name, contract in load_contracts(CONTRACTS).items()
        if name in _TABLES
    }


def try_landing(
    landing: Landing,
    without: str | None = None,
    connect: Connect = lambda _: duckdb.connect(),
) -> Outcome:
    """Load a landing area into an empty warehouse.

    Args:
        landing: The area.
        without: Check the register lacks: the load goes on as if nobody had written it.
        connect: Opens the warehouse for a landing directory.

    Returns:
        The outcome; a crash is one too.
    """
    register = {k: v for k, v in checks.CHECKS.items() if k != without}
    with (
        tempfile.TemporaryDirectory() as root,
        patch.dict(checks.CHECKS, register, clear=True),
    ):
        area = landing.write(Path(root))
        with connect(area) as connection:
            connection.execute("set threads = 1")
            return _outcome(connection, area)


def _outcome(connection: duckdb.DuckDBPyConnection, area: Path) -> Outcome:
    try:
        load_landing(connection, area, contracts(), _AS_OF)
    except EchelonError as error:
        fault = error.fault
        place = fault.file, fault.line, fault.column
        return Outcome(Verdict(int(error.exit_code), fault.code, *place))
    except Exception as error:  # a crash of any kind is what the trials look for
        return Outcome(Verdict(_CRASHED, type(error).__name__))
    aside = connection.execute(
        "select error_code, source_file, source_line, column_name"
        " from raw.quarantined_rows order by source_file, source_line"
    ).fetchall()
    verdict = Verdict(0, *aside[0]) if aside else Verdict(0)
    return Outcome(verdict, _content(connection), len(aside))


def _content(connection: duckdb.DuckDBPyConnection) -> Content:
    """Digest every row of every raw table; where a row came from is not content."""
    delivered = connection.execute(
        "select table_name from raw.table_availability where is_available"
    ).fetchall()
    selected = {
        name: "* exclude (_delivery_id, _source_line)" for (name,) in delivered
    } | {
        "deliveries": "distinct system_code, table_name, period, customer_key",
        "table_availability": "* exclude (row_count, input_as_of_date)",
        "waived_checks": "*",
    }
    return {
        name: Counter(
            row[0]
            for row in connection.execute(
                f"select md5(to_json(rows)::varchar) from"
                f" (select {columns} from raw.{name}) as rows"
            ).fetchall()
        )
        for name, columns in selected.items()
    }


def is_silent(clean: Content, outcome: Outcome) -> bool:
    """Say whether a load ended well with rows that are not the good company's.

    Rows may be missing only if as many were set aside.
    """
    if outcome.content is None:
        return False
    none: Counter[str] = Counter()
    pairs = [
        (clean.get(name, none), outcome.content.get(name, none))
        for name in clean.keys() | outcome.content.keys()
    ]
    added = sum((loaded - good).total() for good, loaded in pairs)
    missing = sum((good - loaded).total() for good, loaded in pairs)
    return added > 0 or missing != outcome.quarantined_count
