"""How do the columns of a delivered file become those of its contract?"""

from dataclasses import dataclass

from echelon.landing.casts import Cast, cast_column
from echelon.landing.contract import TableContract
from echelon.landing.load_sources import SourceFile
from echelon.landing.manifest import Delivery
from echelon.landing.manifest_document import ManifestTable
from echelon.landing.quarantine import RowRule, given_name, row_rules
from echelon.landing.refusal import refuse
from echelon.quoting import quote_name


@dataclass(frozen=True)
class Incoming:
    """A file on its way into its raw table.

    Attributes:
        contract: The table's contract.
        delivery: The delivery that holds it.
        source: The opened file.
        casts: How each delivered column becomes typed, by name.
        rules: What its rows are held to.
        table: Table, as SQL, that the file is read into.
    """

    contract: TableContract
    delivery: Delivery
    source: SourceFile
    casts: dict[str, Cast]
    rules: list[RowRule]
    table: str

    @property
    def promised(self) -> ManifestTable:
        """What the manifest says of the file."""
        return self.delivery.manifest.tables[self.contract.name]

    @property
    def is_typed(self) -> bool:
        """Whether no value of the file can be of a wrong type."""
        return all(cast.given is None for cast in self.casts.values())


def cast_columns(
    contract: TableContract, delivery: Delivery, source: SourceFile, table: str
) -> Incoming:
    """Choose the cast of each column of a file, and the rules for its rows.

    Args:
        contract: The table's contract.
        delivery: The delivery that holds it.
        source: The opened file.
        table: Table, as SQL, that the file will be read into.

    Raises:
        EchelonError: INPUT_REJECTED, naming a column of a type that cannot hold it.
    """
    casts = {}
    for column in contract.columns:
        source_type = source.column_types.get(column.name)
        if source_type is None:
            continue
        cast = cast_column(quote_name(column.name), source_type, column.sql_type)
        if cast is None:
            message = f"{source_type} where the contract has {column.sql_type}"
            refuse("wrong_column_type", message, source.label, None, column.name)
            continue
        casts[column.name] = cast
    rules = row_rules(contract, casts)
    return Incoming(contract, delivery, source, casts, rules, table)


def selected(incoming: Incoming) -> tuple[list[str], list[str], list[str]]:
    """List the contract's columns as cast, as given and by name."""
    values, given, names = [], [], []
    for column in incoming.contract.columns:
        name = quote_name(column.name)
        cast = incoming.casts.get(column.name)
        value = cast.value if cast else f"cast(null as {column.sql_type})"
        values.append(f"{value} as {name}")
        names.append(name)
        if cast and cast.given:
            given.append(f"{cast.given} as {given_name(column.name)}")
    return values, given, names
