"""What do all deliveries of a table come to, one after the other?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from echelon.landing.contract import TableContract
from echelon.landing.holds import Hold, is_accepted
from echelon.landing.holds_closed import JOURNALS, find_closed_postings
from echelon.landing.holds_shape import FileShape, find_shifts, measure
from echelon.landing.holds_volume import find_volume_shifts
from echelon.landing.load_keys import INCOMING, supersede
from echelon.landing.load_report import LoadedFile
from echelon.landing.load_table import load_file
from echelon.landing.load_waivers import DeclaredWaiver
from echelon.landing.manifest import Delivery
from echelon.quoting import quote_name


@dataclass(frozen=True)
class Load:
    """What the load of every table needs.

    Attributes:
        connection: Open warehouse with the raw schema.
        contracts: Table contracts by table name.
        deliveries: All deliveries in the order of loading.
        waivers: What their manifests waive.
        announce: Called with the path of each file before it is read.
    """

    connection: duckdb.DuckDBPyConnection
    contracts: Mapping[str, TableContract]
    deliveries: Sequence[Delivery]
    waivers: Sequence[DeclaredWaiver]
    announce: Callable[[str], None]


def load_deliveries(
    load: Load, contract: TableContract
) -> tuple[list[LoadedFile], list[Hold]]:
    """Load a table from its oldest delivery on; later rows take the place of earlier.

    Args:
        load: The load at work.
        contract: The table's contract.

    Returns:
        Its files in the order of loading, and what is unlike before in them.

    Raises:
        EchelonError: INPUT_REJECTED, naming file, line and column where they exist.
    """
    holding = [
        (place, delivery)
        for place, delivery in enumerate(load.deliveries)
        if contract.name in delivery.manifest.tables
    ]
    files: list[LoadedFile] = []
    shapes: list[FileShape] = []
    holds: list[Hold] = []
    for place, delivery in holding:
        load.announce(
            f"{delivery.label}/{delivery.manifest.tables[contract.name].file}"
        )
        table = INCOMING if files else f"raw.{quote_name(contract.name)}"
        file = load_file(load.connection, contract, delivery, table)
        if len(holding) > 1:
            shapes.append(measure(load.connection, contract, table, file))
        if files:
            if contract.name == JOURNALS:
                holds += find_closed_postings(
                    load.connection, load.contracts, load.deliveries[:place], file
                )
            superseded, corrected = supersede(load.connection, contract)
            file = replace(
                file, superseded_row_count=superseded, corrected_row_count=corrected
            )
        files.append(file)
    if len(holding) > 1:
        in_force = _deliveries_in_force(load.connection, contract)
        holds += find_shifts(
            contract, shapes, in_force, lambda hold: is_accepted(hold, load.waivers)
        )
        holds += find_volume_shifts(load.connection, contract, files)
    return files, holds


def _deliveries_in_force(
    connection: duckdb.DuckDBPyConnection, contract: TableContract
) -> set[str]:
    rows = connection.execute(
        f"select distinct _delivery_id from raw.{quote_name(contract.name)}"
    ).fetchall()
    return {row[0] for row in rows}
