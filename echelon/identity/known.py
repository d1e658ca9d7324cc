"""What need not be scored again? The last run's pairs, and what they rest on."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from echelon.identity.blocking import Stops, block_sql
from echelon.identity.model import MatchModel
from echelon.identity.settings import MatchSettings
from echelon.identity.sql import arrow, count, run

PAIR_COLUMNS = {
    "from_key": pa.string(),
    "to_key": pa.string(),
    "match_weight": pa.float64(),
    "match_probability": pa.float64(),
    "comparison_json": pa.string(),
}
# A row is a record (from_key, hash), a pair or a stopped block (rule, block).
FILE_COLUMNS = {"kind": pa.string(), "record_hash": pa.string(), **PAIR_COLUMNS}
SCORING_CODE = Path(__file__).parent
SCORING_MODULES = ("blocking.py", "comparing.py", "frequencies.py")


@dataclass(frozen=True)
class KnownPairs:
    """The state of a run; valid where scoring is what it was.

    Attributes:
        scored_with: ``scoring_version``.
        reject: Threshold down to which pairs were kept.
        records: identifier_key and record_hash of every record.
        pairs: Scored pairs as ``PAIR_COLUMNS``.
        stops: Blocks left out.
    """

    scored_with: str
    reject: float
    records: pa.Table
    pairs: pa.Table
    stops: Stops

    def to_table(self) -> pa.Table:
        """Return all of it as one table, sorted, the version in its metadata."""
        stops = sorted(self.stops)
        parts = [
            _part("record", self.records.rename_columns(["from_key", "record_hash"])),
            _part("pair", self.pairs),
            _part(
                "stop",
                pa.table(
                    {
                        "from_key": pa.array([rule for rule, _ in stops], pa.string()),
                        "to_key": pa.array([block for _, block in stops], pa.string()),
                    }
                ),
            ),
        ]
        metadata = {
            "scored_with": self.scored_with,
            "reject": repr(self.reject),
        }
        return pa.concat_tables(parts).replace_schema_metadata(metadata)

    @staticmethod
    def from_table(table: pa.Table) -> "KnownPairs":
        """Read what ``to_table`` returned."""
        metadata = table.schema.metadata or {}
        kinds = {
            kind: table.filter(pa.compute.equal(table["kind"], kind))
            for kind in ("record", "pair", "stop")
        }
        stops = zip(
            kinds["stop"]["from_key"].to_pylist(),
            kinds["stop"]["to_key"].to_pylist(),
            strict=True,
        )
        return KnownPairs(
            scored_with=metadata.get(b"scored_with", b"").decode(),
            reject=float(metadata[b"reject"].decode()),
            records=kinds["record"]
            .select(["from_key", "record_hash"])
            .rename_columns(["identifier_key", "record_hash"]),
            pairs=kinds["pair"].select(list(PAIR_COLUMNS)),
            stops=frozenset((str(rule), str(block)) for rule, block in stops),
        )

    def write(self, path: Path) -> None:
        """Write a Parquet file, the same bytes for the same state."""
        pq.write_table(self.to_table(), path, compression="zstd")

    @staticmethod
    def read(path: Path) -> "KnownPairs":
        """Read a file that ``write`` wrote."""
        return KnownPairs.from_table(pq.read_table(path))


def scoring_version(model: MatchModel, record_count: int) -> str:
    """Return the hash of all that an unchanged pair's weight depends on.

    That is the model, the prior in so long a list, and the code that compares;
    standardisation shows in the records' hashes.
    """
    parts = [model.version, repr(model.prior_among(record_count)), version("splink")]
    code = [SCORING_CODE.joinpath(name).read_text("utf-8") for name in SCORING_MODULES]
    return hashlib.sha256("\n".join([*parts, *code]).encode()).hexdigest()[:12]


def write_hashes(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Write ``match_hashes`` and return it: identifier_key, record_hash."""
    run(
        connection,
        "create or replace temp table match_hashes as select identifier_key, "
        "md5(cast(match_records as varchar)) as record_hash "
        "from match_records order by identifier_key",
    )
    return arrow(
        connection,
        "select identifier_key, record_hash from match_hashes order by identifier_key",
    )


def write_changes(
    connection: duckdb.DuckDBPyConnection, known: KnownPairs, reject: float
) -> int:
    """Write ``match_changed`` (new or changed records) and ``match_kept`` (pairs).

    Args:
        connection: Holds ``match_numbered`` and ``match_hashes``.
        known: The last run's state.
        reject: Today's threshold; pairs below it are not kept.

    Returns:
        How many records are new or changed.
    """
    connection.register("match_known_records_view", known.records)
    connection.register("match_known_pairs_view", known.pairs)
    run(
        connection,
        """
        create or replace temp table match_changed as
        select record_number
        from match_numbered
        inner join match_hashes using (identifier_key)
        left join match_known_records_view as known using (identifier_key)
        where known.record_hash is distinct from match_hashes.record_hash
        """,
    )
    run(
        connection,
        """
        create or replace temp table match_kept as
        select pairs.*, l.record_number as record_l, r.record_number as record_r
        from match_known_pairs_view as pairs
        inner join match_numbered as l on pairs.from_key = l.identifier_key
        inner join match_numbered as r on pairs.to_key = r.identifier_key
        anti join match_changed on l.record_number = match_changed.record_number
        anti join match_changed as changed on r.record_number = changed.record_number
        where pairs.match_probability >= $1
        """,
        [reject],
    )
    connection.unregister("match_known_records_view")
    connection.unregister("match_known_pairs_view")
    return count(connection, "select count(*) from match_changed")


def drop_unsupported(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings, stops: Stops
) -> None:
    """Drop kept pairs that no block still joins, now that more blocks are stopped."""
    run(
        connection,
        "create or replace temp table match_involved as "
        "select * from match_numbered where record_number in "
        "(select record_l from match_kept union select record_r from match_kept)",
    )
    run(
        connection,
        "create or replace temp table match_supported (record_l int, record_r int)",
    )
    for rule in settings.blocking.rules:
        stopped = sorted(block for name, block in stops if name == rule.rule)
        run(
            connection,
            "create or replace temp table match_involved_blocks as "
            f"select * from ({block_sql(rule, 'match_involved')}) "
            "where block not in (select unnest($1))",
            [stopped],
        )
        run(
            connection,
            """
            insert into match_supported
            select record_l, record_r
            from match_kept
            inner join match_involved_blocks as l on record_l = l.record_number
            inner join match_involved_blocks as r
                on record_r = r.record_number and l.block = r.block
            """,
        )
    run(
        connection,
        "create or replace temp table match_kept as select * from match_kept "
        "semi join match_supported using (record_l, record_r)",
    )


def _part(kind: str, table: pa.Table) -> pa.Table:
    rows = table.num_rows
    columns = {
        name: (
            pa.array([kind] * rows, pa.string())
            if name == "kind"
            else table[name].cast(dtype)
            if name in table.column_names
            else pa.nulls(rows, dtype)
        )
        for name, dtype in FILE_COLUMNS.items()
    }
    return pa.table(columns)
