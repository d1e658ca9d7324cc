"""How a refresh logs hundreds of events without opening a file for each."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import sqlalchemy as sa
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import (
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy.dialects import sqlite

# Built once: making a statement takes longer than running it.
INSERT_EVENT = SqlEventLogStorageTable.insert()
INDEXED_EVENTS = {
    *ASSET_EVENTS,
    *ASSET_CHECK_EVENTS,
    *EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
}


class OpenEventLog(SqliteEventLogStorage):
    """Dagster's own event log, its files kept open for the time of a run.

    Dagster opens, checkpoints and closes a file for every event, commits it in parts,
    and asks for every asset which tables and columns there are: a third of a small
    refresh. The files are the same ones that the UI reads.
    """

    def __init__(
        self, base_dir: str, inst_data: ConfigurableClassData | None = None
    ) -> None:
        self._engines: dict[str, sa.Engine] = {}
        self._tables: dict[str, bool] = {}
        self._columns: dict[str, bool] = {}
        self._filled: set[str] = set()
        # What is under way: a connection for each file that events are written to.
        self._begun: dict[str, sa.Connection] = {}
        self._ends: ExitStack | None = None
        # Held through all the methods that write one event, each of which takes it.
        self._lock = threading.RLock()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "OpenEventLog":
        """Create the storage from the configuration of an instance."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event as Dagster does, in one transaction a file."""
        row = self._event_to_row(event)
        kind = event.dagster_event_type if event.is_dagster_event else None
        with self._one_transaction():
            if kind not in INDEXED_EVENTS:
                with self.run_connection(event.run_id) as own:
                    own.execute(INSERT_EVENT, row)
                return
            # What is begun first ends last: the index names no event its run lacks.
            with self.index_connection() as index:
                with self.run_connection(event.run_id) as own:
                    own.execute(INSERT_EVENT, row)
                event_id = index.execute(INSERT_EVENT, row).lastrowid
                if kind in ASSET_EVENTS:
                    self._store_asset_event_tags(index, [event], [event_id])
                    self._store_asset_event(index, event, event_id)
            if kind in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, event_id)

    def has_table(self, table_name: str) -> bool:
        """Say whether the index has a table; a run does not change which it has."""
        if table_name not in self._tables:
            self._tables[table_name] = super().has_table(table_name)
        return self._tables[table_name]

    def has_secondary_index(self, name: str) -> bool:
        """Say whether an index was filled; once filled it stays so."""
        if name not in self._filled and super().has_secondary_index(name):
            self._filled.add(name)
        return name in self._filled

    def _has_asset_key_col_on_connection(
        self, conn: sa.Connection, column_name: str
    ) -> bool:
        if column_name not in self._columns:
            asked = super()._has_asset_key_col_on_connection(conn, column_name)
            self._columns[column_name] = asked
        return self._columns[column_name]

    def _store_asset_event(
        self, conn: sa.Connection, event: dg.EventLogEntry, event_id: int
    ) -> None:
        has_columns = self._has_asset_key_index_cols_on_connection(conn)
        known = self._get_asset_entry_values(event, event_id, has_columns)
        asset_key = event.get_dagster_event().asset_key
        if known and asset_key is not None:
            row = {"asset_key": asset_key.to_string(), **known}
            conn.execute(_upsert(tuple(known)), row)

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                with ExitStack() as self._ends:
                    yield
            finally:
                self._ends = None
                self._begun.clear()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._lock:
            if shard not in self._engines:
                self._engines[shard] = _open_engine(self.conn_string_for_shard(shard))
                self._initdb(self._engines[shard])
            transaction = self._engines[shard].begin()
            if self._ends is None:
                with transaction as connection:
                    yield connection
                return
            if shard not in self._begun:
                self._begun[shard] = self._ends.enter_context(transaction)
            yield self._begun[shard]

    def dispose(self) -> None:
        """Close the files."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()


@contextmanager
def open_instance(home: Path) -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance of a home with its event log kept open.

    Args:
        home: Dagster's home with its ``dagster.yaml``.

    Yields:
        The instance; its files are closed afterwards.
    """
    event_log = {
        "module": OpenEventLog.__module__,
        "class": OpenEventLog.__name__,
        "config": {"base_dir": os.fspath(home / "history" / "runs")},
    }
    reference = InstanceRef.from_dir(
        os.fspath(home), overrides={"event_log_storage": event_log}
    )
    with dg.DagsterInstance.from_ref(reference) as instance:
        yield instance


@cache
def _upsert(columns: tuple[str, ...]) -> sa.Insert:
    """Enter an asset, or what is newly known of it."""
    entered = sqlite.insert(AssetKeyTable)
    return entered.on_conflict_do_update(
        index_elements=["asset_key"],
        set_={name: entered.excluded[name] for name in columns},
    )


def _open_engine(url: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.StaticPool,
        connect_args={
            "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
            # The storage's own lock lets one thread in at a time.
            "check_same_thread": False,
        },
    )
    # With a write-ahead log this is safe against a killed process; after a power cut
    # the last events may lack. What proves a release is the audit log, not this one.
    sa.event.listen(
        engine, "connect", lambda raw, _: raw.execute("pragma synchronous = normal")
    )
    return engine
