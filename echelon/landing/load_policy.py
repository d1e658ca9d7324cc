"""Which delivered policy files are whole? They overlay the default seeds."""

from collections.abc import Iterator

import duckdb

from echelon.landing.load_reading import run_reading
from echelon.landing.load_report import LoadedFile
from echelon.landing.load_sources import open_source
from echelon.landing.manifest import Delivery
from echelon.landing.refusal import refuse


def check_policy_files(
    connection: duckdb.DuckDBPyConnection, delivery: Delivery
) -> Iterator[LoadedFile]:
    """Check hash and rows of the files of a policy delivery, without loading them.

    Args:
        connection: Any connection; the files are only counted.
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
        source = open_source(connection, path, label, promised)
        counting = f"select count(*) from {source.relation}"
        row_count = run_reading(connection, counting, label)[0][0]
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
