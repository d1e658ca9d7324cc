"""Do the published amounts agree with each other? Whatever is left over, is shown.

This is the independent check: it shares no SQL with the pipeline. The engine adds up,
in exact decimals, the rows of each key on either side of a tie, and hands over the keys
whose sides are not equal: at ten million order lines there are too many to hand over
all. What the ledger holds is worked out in plain integers (``postings``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from echelon.quoting import quote_name
from echelon.release.content import current_catalog, list_tables, list_views
from echelon.release.control_ties import CONTROL_TIES
from echelon.release.profit_ties import PROFIT_TIES
from echelon.release.ties import CHARGES, LEDGER, TIES, Term, Tie

EVERY_TIE = (*TIES, *PROFIT_TIES, *CONTROL_TIES)
UNITS = 10_000  # amounts as delivered have four decimals
UNITS_PER_CENT = 100
CENTS = 100
SHOWN = 20


@dataclass(frozen=True)
class TieOut:
    """The published amounts against each other.

    Attributes:
        pools: Number of entity x period x pool rows reconciled.
        ledger_cents: Sum of the amounts of the ledger, or of the charges without one.
        allocated_cents: Sum of the allocated amounts.
        ties: Number of sums compared by what they show.
        differences: One sentence per sum that differs, the first of them; empty when
            all agree.
    """

    pools: int
    ledger_cents: int
    allocated_cents: int
    ties: dict[str, int]
    differences: tuple[str, ...]


class Sheet:
    """The tables of a published file, to be added up.

    Args:
        connection: Connection to the file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        catalog = current_catalog(connection)
        schemas = sorted(
            {table.split(".")[0] for tie in EVERY_TIE for table in tie.tables}
        )
        self._tables = {
            *list_tables(connection, catalog, schemas),
            *list_views(connection, catalog),
        }

    def has(self, *tables: str) -> bool:
        """Whether all these tables are in the file."""
        return self._tables.issuperset(tables)


def tie_out(connection: duckdb.DuckDBPyConnection) -> TieOut:
    """Compare every published amount with those it follows from.

    Args:
        connection: Connection to a published file.

    Returns:
        What was compared and every difference found; without a ledger and without
        charges there is nothing to reconcile.
    """
    sheet = Sheet(connection)
    counts: dict[str, int] = {}
    differences: list[str] = []
    for tie in EVERY_TIE:
        if any(sheet.has(table) for term in tie.left for table in term.tables):
            counts[tie.says], found = compare(sheet, tie)
            differences += found
    pools, ledger, allocated = _reconciled(sheet)
    return TieOut(pools, ledger, allocated, counts, tuple(differences[:SHOWN]))


def compare(sheet: Sheet, tie: Tie) -> tuple[int, list[str]]:
    """Compare the two sides of a tie.

    Args:
        sheet: Tables of the file.
        tie: What must be equal; a table that is not in the file has no rows.

    Returns:
        Number of keys compared, and one sentence per key that differs, the first of
        them. A key with an unknown amount on either side says nothing.
    """
    sides = [
        _amounts_of(term, tie.key, is_left)
        for is_left, terms in ((True, tie.left), (False, tie.right))
        for term in terms
        if sheet.has(*term.tables)
    ]
    amounts = range(len(tie.left[0].amounts))
    names = ", ".join(f"key_{number}" for number in range(len(tie.key)))
    sums = ", ".join(
        f"coalesce(sum(amount_{n}) filter (is_left), 0) as found_{n},"
        f" coalesce(sum(amount_{n}) filter (not is_left), 0) as expected_{n},"
        f" count(*) = count(amount_{n}) and found_{n} != expected_{n} as differs_{n}"
        for n in amounts
    )
    partial = "having bool_or(is_left)" if tie.is_partial else ""
    count, rows = sheet.connection.execute(
        f"""
        with compared as (
            select {names}, {sums} from ({" union all by name ".join(sides)})
            group by {names} {partial}
        )
        select
            count(*),
            list(compared order by {names})
                filter ({" or ".join(f"differs_{n}" for n in amounts)})[:{SHOWN}]
        from compared
        """
    ).fetchall()[0]
    return count, [
        f"{tie.says}: {said}" for row in rows or () for said in _differing(row, tie)
    ]


def _amounts_of(term: Term, key: tuple[str, ...], is_left: bool) -> str:
    """Select the keys and amounts of a term's rows, columns added or subtracted."""
    keys = [
        f"{expression} as key_{number}"
        for number, expression in enumerate(term.key or key)
    ]
    amounts = [
        " ".join(
            f"{'-' if name.startswith('-') else '+'} {quote_name(name.lstrip('-'))}"
            for name in columns
        )
        + f" as amount_{number}"
        for number, columns in enumerate(term.amounts)
    ]
    columns = ", ".join([*keys, *amounts, f"{str(is_left).lower()} as is_left"])
    return f"select {columns} from {term.relation} as counted where {term.where}"


def _differing(row: dict[str, object], tie: Tie) -> Iterator[str]:
    """Say the key of a row and, of each sum that differs, both sides."""
    place = " ".join(str(row[f"key_{number}"]) for number in range(len(tie.key)))
    for number, columns in enumerate(tie.left[0].amounts):
        found, expected = row[f"found_{number}"], row[f"expected_{number}"]
        if not row[f"differs_{number}"]:
            continue
        if columns[0].endswith("_qty"):
            yield f"{place}: {columns[0]} {found} against {expected}"
        else:
            yield f"{place}: {_cents(found)} cents against {_cents(expected)}"


def _reconciled(sheet: Sheet) -> tuple[int, int, int]:
    """Count the reconciled pools and add up, in cents, what they hold and give."""
    pools, booked, given = 0, Decimal(0), Decimal(0)
    for table, amount in ((LEDGER, "gl"), (CHARGES, "charged")):
        if sheet.has(table):
            found = sheet.connection.execute(
                f"select count(*), coalesce(sum({amount}_amount_base_ccy), 0),"
                f" coalesce(sum(allocated_amount_base_ccy), 0) from {table}"
            ).fetchall()[0]
            pools, booked, given = (
                pools + found[0],
                booked + found[1],
                given + found[2],
            )
    return pools, int(booked * CENTS), int(given * CENTS)


def _cents(amount: object) -> str:
    whole, rest = divmod(int(Decimal(str(amount)) * UNITS), UNITS_PER_CENT)
    return f"{whole}.{rest:02d}" if rest else str(whole)
