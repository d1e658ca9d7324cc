"""Does a file hold what its manifest promises: rows, totals, checksum?"""

from decimal import Context, Decimal

import duckdb

from echelon.landing.load_incoming import Incoming
from echelon.landing.manifest import MANIFEST_FILE
from echelon.landing.manifest_document import WHOLE_ROW
from echelon.landing.quarantine import RULE_COLUMN, broken_rule
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name

DIGEST_COLUMN = "_row_digest"
# What does not fit a column may be of any size: beyond this it is no promised total.
_ANY_SIZE = Context(prec=1000, traps=[])


def check_promises(
    connection: duckdb.DuckDBPyConnection, incoming: Incoming
) -> tuple[int, int]:
    """Compare rows, control totals and row checksum with the manifest in one scan.

    Args:
        connection: Open warehouse.
        incoming: The file, read into its table.

    Returns:
        Number of rows, and of bad ones among them.

    Raises:
        EchelonError: INPUT_REJECTED, naming the file and the column that is off.
    """
    broken = broken_rule(incoming.rules) if incoming.is_typed else RULE_COLUMN
    totals = incoming.promised.column_totals
    for column in totals:
        _check_summable(incoming, column)
    sums = "".join(f", sum({quote_name(column)})" for column in totals)
    digests = f"sum({DIGEST_COLUMN})" if incoming.promised.row_checksum else "null"
    found = connection.execute(
        f"select count(*), count({broken}), {digests} {sums} from {incoming.table}"
    ).fetchall()[0]
    row_count, bad_row_count = found[0], found[1]
    label, contract = incoming.source.label, incoming.contract
    if row_count != incoming.promised.rows:
        message = f"{row_count} rows, the manifest says {incoming.promised.rows}"
        refuse("row_count_mismatch", message, label)
    if row_count == 0 and contract.is_required:
        refuse("empty_table", f"{contract.name} has no rows", label)
    for (column, promised), total in zip(totals.items(), found[3:], strict=True):
        actual = Decimal(total or 0)
        if bad_row_count and actual != Decimal(promised):
            bad = _sum_of_bad_values(connection, incoming, column)
            actual = _ANY_SIZE.add(actual, bad)
        if actual != Decimal(promised):
            message = f"the column adds up to {actual}, the manifest says {promised}"
            refuse("control_total_mismatch", message, label, None, column)
    if incoming.promised.row_checksum:
        _check_rows(incoming, int(found[2] or 0))
        connection.execute(f"alter table {incoming.table} drop column {DIGEST_COLUMN}")
    return row_count, bad_row_count


def _check_rows(incoming: Incoming, actual: int) -> None:
    promised = incoming.promised.row_checksum
    if str(actual) != promised:
        message = f"the rows give {actual}, the manifest says {promised}"
        file = incoming.source.label
        refuse("row_checksum_mismatch", message, file, None, WHOLE_ROW)


def _check_summable(incoming: Incoming, name: str) -> None:
    column = incoming.contract.column(name)
    if column is None or not column.sql_type.startswith(("decimal", "bigint")):
        file = f"{incoming.delivery.label}/{MANIFEST_FILE}"
        key = f"tables.{incoming.contract.name}.control_totals.{name}"
        message = "not a numeric column of the table"
        refuse("malformed_manifest", message, file, None, key)


def _sum_of_bad_values(
    connection: duckdb.DuckDBPyConnection, incoming: Incoming, name: str
) -> Decimal:
    """Add up the numbers that do not fit their type: the sender counted them too."""
    cast = incoming.casts.get(name)
    total = Decimal(0)
    if cast is None or cast.given is None:
        return total
    values = connection.execute(
        f"select cast({cast.given} as varchar) from {incoming.source.relation}"
        f" where {cast.given} is not null and ({cast.value}) is null"
    ).fetchall()
    for (text,) in values:
        number = _ANY_SIZE.create_decimal(text)
        if number.is_finite():
            total = _ANY_SIZE.add(total, number)
    return total
