"""What does a release hold for the reconciliation of a period?"""

from dataclasses import dataclass

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.release.reader import Row, read_rows
from echelon.summary import BOOKS


@dataclass(frozen=True)
class Books:
    """Where the proof of a release stands.

    Attributes:
        label: ``general ledger``, or ``charges`` where the company has none.
        mart: Table of schema finance.
        booked: Column of what was booked.
    """

    label: str
    mart: str
    booked: str


@dataclass(frozen=True)
class Source:
    """An opened release, read for one fiscal period.

    Attributes:
        connection: The opened release.
        period: The fiscal period.
        books: Where its proof stands.
    """

    connection: duckdb.DuckDBPyConnection
    period: str
    books: Books

    def rows(self, query: str, **values: str) -> list[Row]:
        """Run a query that may name ``$period``, and others that are given."""
        named = {"period": self.period} if "$period" in query else {}
        return read_rows(self.connection, query, {**named, **values})

    def has(self, relation: str) -> bool:
        """Say whether the release has a table: an earlier version's may lack it."""
        schema, name = relation.split(".")
        found = self.rows(
            "select 1 from information_schema.tables"
            " where table_schema = $schema and table_name = $name",
            schema=schema,
            name=name,
        )
        return bool(found)

    def absence(self, relation: str) -> str:
        """Say why a table has no rows of the period."""
        schema, name = relation.split(".")
        found = self.rows(
            "select availability_status from governance.rpt_mart_availability"
            " where schema_name = $schema and mart_name = $name and not is_available",
            schema=schema,
            name=name,
        )
        status = found[0]["availability_status"] if found else ""
        return f"{status[:1].upper()}{status[1:]}." if status else ""


def open_source(
    connection: duckdb.DuckDBPyConnection, asked: str | None
) -> Source | None:
    """Choose the period to read a release for: the one asked for, or the last closed.

    Args:
        connection: An opened release.
        asked: Fiscal period; None for the last that every entity has closed.

    Returns:
        The release and the period; None where no period was asked for and none is
        closed, or no cost was delivered at all.

    Raises:
        EchelonError: ``CONFIGURATION`` if nothing was booked in the period.
    """
    books = books_of(connection)
    if asked is None:
        closed = _last_closed(connection, books) if books else None
        return Source(connection, closed, books) if books and closed else None
    if books is None:
        raise _nothing("the release holds no cost", "deliver a ledger or cost charges")
    periods = read_rows(
        connection,
        f"select distinct fiscal_period from finance.{books.mart} order by all",
        {},
    )
    known = [row["fiscal_period"] for row in periods]
    if asked not in known:
        hint = f"periods with postings: {known[0]} to {known[-1]}"
        raise _nothing(f"nothing was booked in period {asked!r}", hint)
    return Source(connection, asked, books)


def books_of(connection: duckdb.DuckDBPyConnection) -> Books | None:
    """Find the proof of a release: against the ledger, or against charges."""
    for label, (mart, booked) in BOOKS.items():
        if read_rows(connection, f"select 1 from finance.{mart} limit 1"):
            return Books(label, mart, f"{booked}_amount_base_ccy")
    return None


def _last_closed(connection: duckdb.DuckDBPyConnection, books: Books) -> str | None:
    if not Source(connection, "", books).has("finance.dim_fiscal_periods"):
        return None
    rows = read_rows(
        connection,
        f"""
        with booked as (
            select distinct entity_code, fiscal_period from finance.{books.mart}
        )

        select booked.fiscal_period
        from booked
        left join finance.dim_fiscal_periods as periods
            using (entity_code, fiscal_period)
        group by booked.fiscal_period
        having bool_and(coalesce(periods.is_closed, false))
        order by booked.fiscal_period desc
        limit 1
        """,
        {},
    )
    return rows[0]["fiscal_period"] if rows else None


def _nothing(message: str, hint: str) -> EchelonError:
    fault = Fault("nothing_to_reconcile", message, column="--period", hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)
