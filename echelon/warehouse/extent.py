"""How many rows has each relation, and why has one none?"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from echelon.quoting import quote_name, quote_text
from echelon.warehouse.nodes import SEED, TEST, Node

CARRIED_OVER = "raw.previous_"


@dataclass(frozen=True)
class Extent:
    """The rows of a warehouse and what its relations are made of.

    Attributes:
        rows: Rows of each stored table, by ``schema.table``.
        nodes: What was built, by ``schema.table``.
        undelivered: Reason by contract table that was not delivered.
    """

    rows: dict[str, int]
    nodes: dict[str, Node]
    undelivered: dict[str, str]
    _behind: dict[str, int] = field(default_factory=dict)

    def rows_behind(self, address: str) -> int:
        """Count the rows of a table, or of the tables that a view reads."""
        if address in self.rows:
            return self.rows[address]
        if address not in self._behind:
            node = self.nodes.get(address)
            reads = node.reads if node else ()
            self._behind[address] = sum(map(self.rows_behind, reads))
        return self._behind[address]

    def why_empty(self, address: str) -> str | None:
        """Say why a relation may have no rows.

        Args:
            address: A relation without a row behind it.

        Returns:
            What was not delivered, or which relation that it is made of is empty, or
            that none of their rows meets its conditions; None if it must have rows.
        """
        node = self.nodes.get(address)
        if node is None:
            table = address.partition(".")[2]
            if table in self.undelivered:
                return f"{table} has no rows: {self.undelivered[table]}"
            return f"{address} has no rows"
        if node.kind == SEED:
            return f"{node.name} has no rows: the policy states none"
        for requirement in node.requires:
            lacks = requirement.split(" or ")
            if self.undelivered.keys() >= {*lacks}:
                return f"{lacks[0]} has no rows: {self.undelivered[lacks[0]]}"
        if node.is_never_empty:
            return None
        # What is carried over has rows or not as costs were taken over or computed.
        empty = [
            relation
            for relation in node.reads
            if not self.rows_behind(relation) and not self._is_carried_over(relation)
        ]
        reasons = filter(None, map(self.why_empty, empty))
        return next(reasons, "none of the rows it reads meets its conditions")

    def _is_carried_over(self, address: str) -> bool:
        """Say whether a relation hands on what the release in force holds."""
        node = self.nodes.get(address)
        reads = node.reads if node else ()
        return any(relation.startswith(CARRIED_OVER) for relation in reads)


def read_extent(connection: duckdb.DuckDBPyConnection, nodes: Iterable[Node]) -> Extent:
    """Count the rows of every stored table: one statement, which reads no column.

    Args:
        connection: Connection to a warehouse that is not written meanwhile.
        nodes: The compiled project.

    Returns:
        Its extent.
    """
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = current_database() order by all"
    ).fetchall()
    counts = " union all ".join(
        f"select {quote_text(f'{schema}.{table}')}, count(*)"
        f" from {quote_name(schema)}.{quote_name(table)}"
        for schema, table in tables
    )
    undelivered = connection.execute(
        "select table_name, unavailable_reason from raw.table_availability"
        " where not is_available"
    ).fetchall()
    return Extent(
        rows=dict(connection.execute(counts).fetchall()),
        nodes={node.address: node for node in nodes if node.kind != TEST},
        undelivered=dict(undelivered),
    )
