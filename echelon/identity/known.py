"""What need not be scored again? The last run's pairs, and what they rest on."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from echelon.identity.blocking import Blocks
from echelon.identity.model import MatchModel
from echelon.identity.sql import arrow, run
from echelon.identity.words import Words

PAIR_COLUMNS = {
    "from_key": pa.string(),
    "to_key": pa.string(),
    "match_weight": pa.float64(),
    "match_probability": pa.float64(),
    "comparison_json": pa.string(),
}
CODE = Path(__file__).parent
MODULES = (
    "blocking.py",
    "comparing.py",
    "frequencies.py",
    "standardise.py",
    "standardise_sql.py",
)


@dataclass(frozen=True)
class KnownPairs:
    """The state of a run.

    Attributes:
        scored_with: ``scoring_version``; where it is another, only which pairs there
            were still counts: they are compared, whatever has become of their blocks.
        reject: Threshold down to which pairs were kept.
        records: Every record as ``match_numbered`` has it, without its number.
        pairs: Scored pairs as ``PAIR_COLUMNS``.
        blocks: What blocking decided.
    """

    scored_with: str
    reject: float
    records: pa.Table
    pairs: pa.Table
    blocks: Blocks

    def to_table(self) -> pa.Table:
        """Return all of it as one table, sorted, the rest in its metadata."""
        stops = sorted(self.blocks.stops)
        stop_table = pa.table(
            {
                "from_key": pa.array([rule for rule, _ in stops], pa.string()),
                "to_key": pa.array([block for _, block in stops], pa.string()),
            }
        )
        parts = [
            table.append_column("kind", pa.array([kind] * len(table), pa.string()))
            for kind, table in (
                ("record", self.records),
                ("pair", self.pairs),
                ("stop", stop_table),
            )
        ]
        metadata = {
            "scored_with": self.scored_with,
            "reject": repr(self.reject),
            "limits": json.dumps(self.blocks.limits, sort_keys=True),
        }
        table = pa.concat_tables(parts, promote_options="default")
        return table.replace_schema_metadata(metadata)

    @staticmethod
    def from_table(table: pa.Table) -> "KnownPairs":
        """Read what ``to_table`` returned."""
        metadata = table.schema.metadata or {}
        kinds = {
            kind: table.filter(pc.equal(table["kind"], kind))
            for kind in ("record", "pair", "stop")
        }
        stops = zip(
            kinds["stop"]["from_key"].to_pylist(),
            kinds["stop"]["to_key"].to_pylist(),
            strict=True,
        )
        others = {*PAIR_COLUMNS, "kind"}
        return KnownPairs(
            scored_with=metadata[b"scored_with"].decode(),
            reject=float(metadata[b"reject"].decode()),
            records=kinds["record"].select(
                [name for name in table.column_names if name not in others]
            ),
            pairs=kinds["pair"].select(list(PAIR_COLUMNS)),
            blocks=Blocks(
                json.loads(metadata.get(b"limits", b"{}")),
                frozenset((str(rule), str(block)) for rule, block in stops),
            ),
        )

    def write(self, path: Path) -> None:
        """Write a Parquet file, the same bytes for the same state."""
        pq.write_table(self.to_table(), path, compression="zstd")

    @staticmethod
    def read(path: Path) -> "KnownPairs":
        """Read a file that ``write`` wrote."""
        return KnownPairs.from_table(pq.read_table(path))


def scoring_version(model: MatchModel, record_count: int, words: Words) -> str:
    """Return the hash of all that an unchanged pair's weight depends on.

    That is the model, the prior in so long a list, the dictionary, and the code that
    standardises and compares.
    """
    parts = [
        model.version,
        repr(model.prior_among(record_count)),
        words.model_dump_json(),
        version("splink"),
        version("duckdb"),
        *(CODE.joinpath(name).read_text("utf-8") for name in MODULES),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def numbered_records(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Return ``match_numbered`` as the next run wants it: sorted, without numbers."""
    return arrow(
        connection,
        "select * exclude (record_number, is_changed) from match_numbered "
        "order by identifier_key",
    )


def write_candidates(
    connection: duckdb.DuckDBPyConnection, known: KnownPairs | None, reject: float
) -> None:
    """Write ``match_kept`` (pairs whose score stands) and ``match_candidates``.

    A pair that was found before is compared again where a record of it changed, also
    if no block holds it any more: a block that outgrows its limit parts nobody.

    Args:
        connection: Holds ``match_numbered`` and ``match_blocked_pairs``.
        known: The last run's state.
        reject: Today's threshold; pairs below it are not kept.
    """
    pairs = known.pairs if known else pa.schema(PAIR_COLUMNS).empty_table()
    connection.register("match_known_pairs_view", pairs)
    run(
        connection,
        """
        create or replace temp table match_former as
        select
            pairs.*,
            l.record_number as record_l,
            r.record_number as record_r,
            l.is_changed or r.is_changed as is_changed
        from match_known_pairs_view as pairs
        inner join match_numbered as l on pairs.from_key = l.identifier_key
        inner join match_numbered as r on pairs.to_key = r.identifier_key
        """,
    )
    connection.unregister("match_known_pairs_view")
    run(
        connection,
        "create or replace temp table match_kept as select * from match_former "
        "where not is_changed and match_probability >= $1",
        [reject],
    )
    run(
        connection,
        """
        create or replace temp table match_candidates as
        select record_l, record_r from match_blocked_pairs
        anti join match_kept using (record_l, record_r)
        union
        select record_l, record_r from match_former where is_changed
        """,
    )
