"""Which customer does somebody mean who names one by the id of a source system?"""

import duckdb

from echelon.release.reader import read_rows

IDENTIFIERS = """
    select distinct customer_id, source_system
    from core.dim_customer_identifiers
    where source_customer_id = $customer and is_current
    order by all
"""
WHERE_THEY_ARE = (
    "core.dim_customer_identifiers has the persistent id (C...) of each id of a source"
    " system"
)


def persistent_ids(connection: duckdb.DuckDBPyConnection, customer: str) -> str | None:
    """Say what the id of a source system stands for.

    Args:
        connection: A published database.
        customer: What was asked for.

    Returns:
        The sentence, with each persistent id and its system; None for an id that no
        system has.
    """
    meant = read_rows(connection, IDENTIFIERS, {"customer": customer})
    if not meant:
        return None
    known = ", ".join(f"{row['customer_id']} ({row['source_system']})" for row in meant)
    return f"{customer!r} is the id of a source system; its persistent id is {known}"
