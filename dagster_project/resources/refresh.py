"""What the steps of one refresh share: its lock and its candidate."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
from pydantic import Field, PrivateAttr

from dagster_project.resources.compiled_project import refuse_other_code
from echelon.config import (
    CONTRACTS_DIR,
    MAX_SEED,
    PROJECT_DIR,
    Settings,
    load_settings,
)
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing.as_of import latest_business_date
from echelon.landing.contract import load_contracts
from echelon.release.candidate import Candidate, load_candidate, open_candidate
from echelon.release.inputs import ReleaseInputs, hash_code
from echelon.release.layout import candidates_dir
from echelon.release.lock import refresh_lock
from echelon.release.previous import attach_previous, detach_previous
from echelon.release.seeds import assemble_seeds, base_currency
from echelon.release.store import current_release, find_release


class RefreshResource(dg.ConfigurableResource):
    """One refresh: its options, and the candidate its steps write one after another.

    Attributes:
        as_of: Date the refresh stands at (YYYY-MM-DD); the latest event's when empty.
        policy_dir: Directory of policy files laid over the delivered ones.
        refit: Fit the segmentation anew instead of assigning by the model in force.
        retrain_matching: Train the customer matcher anew instead of reusing its model.
        seed: Start of every random sequence of a fit.
    """

    as_of: str | None = None
    policy_dir: str | None = None
    refit: bool = False
    retrain_matching: bool = False
    seed: int = Field(default=20260101, ge=0, le=MAX_SEED)
    _opened: tuple[str, duckdb.DuckDBPyConnection] | None = PrivateAttr(default=None)
    _settings: Settings | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Iterator["RefreshResource"]:
        """Hold the one writer's lock for as long as the run lasts."""
        self._settings = load_settings()
        with refresh_lock(self.settings.data_dir):
            try:
                yield self
            finally:
                self.close()

    @property
    def settings(self) -> Settings:
        """Settings of this machine, the same for as long as a run lasts."""
        return self._settings or load_settings()

    @property
    def candidate(self) -> Candidate:
        """The candidate under way, found on disk so that a repeated step finds it."""
        directories = sorted(
            candidates_dir(self.settings.data_dir).glob("*/candidate.json")
        )
        if not directories:
            raise EchelonError(
                ExitCode.CONFIGURATION,
                Fault(
                    code="no_candidate",
                    message="no refresh is under way, so there is nothing to build on",
                    hint="run the whole job: it starts with the deliveries",
                ),
            )
        candidate = load_candidate(directories[-1].parent)
        refuse_other_code(candidate.hashes.code)
        return candidate

    def open_candidate(self) -> Candidate:
        """Start a candidate from what has landed.

        Raises:
            EchelonError: ``NOTHING_NEW`` when the release in force has the same inputs,
                ``BUSY`` when the project was edited since it was loaded.
        """
        settings = self.settings
        policy_dir = Path(self.policy_dir) if self.policy_dir else None
        with tempfile.TemporaryDirectory() as scratch:
            seeds_dir = Path(scratch) / "seeds"
            assemble_seeds(settings.data_dir, PROJECT_DIR, policy_dir, seeds_dir)
            base_currency_code = base_currency(seeds_dir)
        inputs = ReleaseInputs(
            as_of_date=self._as_of_date(),
            base_currency_code=base_currency_code,
            project_dir=PROJECT_DIR,
            policy_dir=policy_dir,
            refit=self.refit,
            retrain_matching=self.retrain_matching,
            seed=self.seed,
            take_over=settings.take_over,
        )
        # Before what an earlier refresh left makes way for a candidate of other code;
        # an edit from here on is found by the next step.
        refuse_other_code(hash_code(PROJECT_DIR))
        return open_candidate(settings.data_dir, inputs)

    def _as_of_date(self) -> date:
        """The date asked for, else the latest event's; history does not run back."""
        if self.as_of:
            return date.fromisoformat(self.as_of)
        settings = self.settings
        contracts = load_contracts(CONTRACTS_DIR)
        latest = latest_business_date(settings.landing_dir, contracts)
        release = current_release(settings.data_dir)
        return latest if release is None else max(latest, release.as_of_date)

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect to the candidate's working database for one step.

        The database stays open until ``close``: opening it for each of forty steps and
        gates cost seconds.
        """
        warehouse = str(self.candidate.warehouse)
        if self._opened is None or self._opened[0] != warehouse:
            self.close()
            self._opened = (warehouse, self._open(warehouse))
        with self._opened[1].cursor() as connection:
            yield connection

    @contextmanager
    def connect_beside_previous(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect with the release in force attached, for what is taken over."""
        candidate = self.candidate
        with self.connect() as connection:
            if candidate.previous_release_id is None:
                yield connection
                return
            former = find_release(candidate.data_dir, candidate.previous_release_id)
            attach_previous(connection, former.database)
            try:
                yield connection
            finally:
                detach_previous(connection)

    def close(self) -> None:
        """Close the working database, so that publishing may read its file."""
        if self._opened is not None:
            self._opened[1].close()
            self._opened = None

    def _open(self, warehouse: str) -> duckdb.DuckDBPyConnection:
        """Open a database with settings that hold for all its cursors."""
        settings = self.settings
        connection = duckdb.connect(warehouse)
        connection.execute(f"set global memory_limit = '{settings.memory_limit}'")
        connection.execute("set global preserve_insertion_order = false")
        connection.execute("set global TimeZone = 'UTC'")
        connection.execute("set global autoinstall_known_extensions = false")
        connection.execute("set global autoload_known_extensions = false")
        if settings.threads is not None:
            connection.execute(f"set global threads = {settings.threads}")
        return connection

    def read_table(self, schema: str, table: str, order_by: str) -> pd.DataFrame:
        """Read a table of the candidate in a stated order."""
        with self.connect() as connection:
            return connection.execute(
                f"select * from {schema}.{table} order by {order_by}"
            ).df()

    def write_tables(self, schema: str, frames: dict[str, pd.DataFrame]) -> None:
        """Write frames as tables of one schema, replacing those of an earlier try."""
        with self.connect() as connection:
            connection.execute(f"create schema if not exists {schema}")
            for table, frame in frames.items():
                connection.register("frame", frame)
                connection.execute(
                    f"create or replace table {schema}.{table} as select * from frame"
                )
                connection.unregister("frame")
