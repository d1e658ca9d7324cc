"""Do the published amounts agree with each other? Compared in plain Python integers.

This is the independent check: it shares no SQL with the pipeline. The engine only adds
up the rows of a key; every comparison is between Python integers.
"""

from dataclasses import dataclass

import duckdb

from echelon.quoting import quote_name
from echelon.release.content import current_catalog, list_tables, list_views
from echelon.release.control_ties import CONTROL_TIES
from echelon.release.profit_ties import PROFIT_TIES
from echelon.release.ties import CHARGES, LEDGER, POOL, TIES, Term, Tie

EVERY_TIE = (*TIES, *PROFIT_TIES, *CONTROL_TIES)
BATCH_ROWS = 100_000
UNITS = 10_000  # amounts as delivered have four decimals
UNITS_PER_CENT = 100
SHOWN = 20

Place = tuple[str, ...]
Sums = tuple[int | None, ...]
Table = dict[Place, Sums]


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
    """Sums of a published file, each read once.

    Args:
        connection: Connection to the file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        catalog = current_catalog(connection)
        schemas = sorted(
            {table.split(".")[0] for tie in EVERY_TIE for table in tie.tables}
        )
        self._tables = {
            *list_tables(connection, catalog, schemas),
            *list_views(connection, catalog),
        }
        self._read: dict[tuple[Term, Place], Table] = {}

    def has(self, table: str) -> bool:
        """Whether a table is in the file."""
        return table in self._tables

    def add_up(self, terms: tuple[Term, ...], key: tuple[str, ...]) -> Table:
        """Add up the terms of one side of a tie.

        Args:
            terms: The side; a table that is not in the file has no rows.
            key: Columns to add up by.

        Returns:
            Ten-thousandths by key; None where an amount is unknown.
        """
        total: Table = {}
        for term in terms:
            if not all(self.has(table) for table in term.tables):
                continue
            if (term, key) not in self._read:
                self._read[term, key] = self._query(term, key)
            for place, sums in self._read[term, key].items():
                known = total.get(place)
                total[place] = sums if known is None else _plus(known, sums)
        return total

    def _query(self, term: Term, key: tuple[str, ...]) -> Table:
        columns = sorted({name.lstrip("-") for part in term.amounts for name in part})
        sums = ", ".join(
            f"case when count(*) = count({quote_name(name)})"
            f" then cast(sum({quote_name(name)}) * {UNITS} as hugeint) end"
            for name in columns
        )
        self._connection.execute(
            f"select {', '.join(term.key or key)}, {sums}"
            f" from {term.relation} as counted where {term.where} group by all"
        )
        found: Table = {}
        while rows := self._connection.fetchmany(BATCH_ROWS):
            for row in rows:
                known = dict(zip(columns, row[len(key) :], strict=True))
                found[row[: len(key)]] = tuple(
                    _combined(known, amount) for amount in term.amounts
                )
        return found


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
        sheet: Sums of the file.
        tie: What must be equal.

    Returns:
        Number of keys compared, and one sentence per key that differs. A key with an
        unknown amount on either side says nothing.
    """
    left, right = sheet.add_up(tie.left, tie.key), sheet.add_up(tie.right, tie.key)
    places = left.keys() if tie.is_partial else left.keys() | right.keys()
    nothing: Sums = (0,) * len(tie.left[0].amounts)
    differences = []
    for place in sorted(places, key=str):
        pairs = zip(left.get(place, nothing), right.get(place, nothing), strict=True)
        differences += [
            f"{tie.says}: {' '.join(map(str, place))}: {_cents(found)} cents against"
            f" {_cents(expected)}"
            for found, expected in pairs
            if None not in (found, expected) and found != expected
        ]
    return len(places), differences


def _plus(one: Sums, other: Sums) -> Sums:
    return tuple(
        None if a is None or b is None else a + b
        for a, b in zip(one, other, strict=True)
    )


def _combined(known: dict[str, int | None], amount: tuple[str, ...]) -> int | None:
    """Add the columns of an amount, or subtract them; one unknown makes it unknown."""
    total = 0
    for name in amount:
        units = known[name.lstrip("-")]
        if units is None:
            return None
        total += -units if name.startswith("-") else units
    return total


def _reconciled(sheet: Sheet) -> tuple[int, int, int]:
    """Count the reconciled pools and add up, in cents, what they hold and give."""
    terms = tuple(
        Term(table, ((f"{booked}_amount_base_ccy",), ("allocated_amount_base_ccy",)))
        for table, booked in ((LEDGER, "gl"), (CHARGES, "charged"))
    )
    sums = list(sheet.add_up(terms, POOL).values())
    booked, given = (
        sum(row[number] or 0 for row in sums) // UNITS_PER_CENT for number in (0, 1)
    )
    return len(sums), booked, given


def _cents(units: int | None) -> str:
    whole, rest = divmod(units or 0, UNITS_PER_CENT)
    return f"{whole}.{rest:02d}" if rest else str(whole)
