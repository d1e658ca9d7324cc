"""Which delivered policy files are whole? They overlay the default seeds."""

from collections.abc import Iterator

import duckdb

from echelon.landing.load_report import LoadedFile
from echelon.landing.load_sources import open_source
from echelon.landing.manifest import Delivery
from echelon.landing.refusal import refuse
from echelon.warehouse.seed_file import MisfitError, read_rows


def check_policy_files(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery
) -> Iterator[LoadedFile]:
    """Check hash and rows of the files of a policy delivery, without loading them.

    Args:
        connection: Any connection; only file metadata is read.
        delivery: A delivery of the system ``policy``.

    Returns:
        The verified files in manifest order.

    Raises:
        EchelonError: INPUT_REJECTED, naming the file.
    """
    manifest = delivery.manifest
    for table, promised in manifest.tables.items():
        label = f"{delivery.label}/{promised.file}"
        path = delivery.directory / promised.file
        if path.suffix != ".csv":
            refuse("malformed_file", "a policy file must be CSV", label)
        open_source(connection, path, label, promised)
        try:
            row_count = len(read_rows(path)[1])
        except MisfitError as error:
            refuse("malformed_file", str(error), label, error.line, error.column)
            raise
        if row_count != promised.rows:
            message = f"{row_count} rows, the manifest says {promised.rows}"
            refuse("row_count_mismatch", message, label)
        yield LoadedFile(
            system=manifest.system,
            delivery_id=manifest.delivery_id,
            table=table,
            file=label,
            sha256=promised.sha256,
            row_count=row_count,
            quarantined_row_count=0,
            superseded_row_count=0,
            corrected_row_count=0,
            period=manifest.period,
            period_end_date=manifest.period_end_date,
            sequence=manifest.sequence,
        )
