"""How dbt runs inside the Dagster process: parsed once, one connection at a time."""

import contextlib
import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from google.protobuf.json_format import MessageToDict

from echelon.config import PROJECT_DIR, Settings

DBT_DIR = PROJECT_DIR / "dbt_project"
# The debug log of a node costs as much as a small node itself.
QUIET = ["--quiet", "--no-use-colors", "--log-level-file", "warn"]
RESULT_EVENTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}
SOURCE_SUFFIXES = {".sql", ".yml", ".csv", ".md"}


@dataclass(frozen=True)
class DbtPaths:
    """Where dbt keeps what it writes, all under the data directory."""

    target_dir: Path
    log_dir: Path
    seeds_dir: Path

    @property
    def manifest_path(self) -> Path:
        """The parsed project that the asset graph is drawn from."""
        return self.target_dir / "manifest.json"


def prepare_dbt(settings: Settings) -> DbtPaths:
    """Point dbt at the data directory and switch its telemetry off.

    Seeds are read from one fixed folder so that the parsed project stays valid while
    the policy files in it change from company to company.
    """
    home = settings.dagster_home / "dbt"
    paths = DbtPaths(home / "target", home / "logs", home / "seeds")
    if not paths.seeds_dir.exists():
        lay_out_seeds(DBT_DIR / "seeds", paths)
    os.environ.update(
        DBT_TARGET_PATH=str(paths.target_dir),
        DBT_LOG_PATH=str(paths.log_dir),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
        ECHELON_SEED_DIR=str(paths.seeds_dir),
        ECHELON_MEMORY_LIMIT=settings.memory_limit,
        ECHELON_ENGINE_THREADS=str(settings.threads or os.cpu_count() or 1),
    )
    return paths


def lay_out_seeds(seeds_dir: Path, paths: DbtPaths) -> None:
    """Replace the seed files dbt reads; their YAML stays in the project."""
    shutil.rmtree(paths.seeds_dir, ignore_errors=True)
    shutil.copytree(seeds_dir, paths.seeds_dir, ignore=shutil.ignore_patterns("*.yml"))


def parsed_manifest(paths: DbtPaths) -> Mapping[str, Any]:
    """Read the parsed project, parsing it first if a source file changed since."""
    stamp_path = paths.target_dir / "sources.sha256"
    stamp = _digest_sources()
    is_current = (
        paths.manifest_path.exists()
        and stamp_path.exists()
        and stamp_path.read_text() == stamp
    )
    if not is_current:
        # A later version of the project may have seeds that the folder still lacks.
        lay_out_seeds(DBT_DIR / "seeds", paths)
        parsed_project(paths)
        stamp_path.write_text(stamp)
    manifest: Mapping[str, Any] = json.loads(paths.manifest_path.read_text())
    return manifest


@functools.cache
def parsed_project(paths: DbtPaths) -> Any:
    """Return dbt's own parsed project, parsed once per process and target folder.

    Args:
        paths: What ``prepare_dbt`` returned last: dbt reads it from the environment.
    """
    return run_dbt(["parse"]).result


def run_dbt(
    arguments: Sequence[str],
    manifest: Any = None,
    on_event: Callable[[Any], None] | None = None,
) -> Any:
    """Run one dbt command in this process and give its connections back.

    Args:
        arguments: The command line without ``dbt``.
        manifest: Parsed project of an earlier ``parse``; parsed anew when omitted.
        on_event: Called with every event dbt emits.

    Returns:
        dbt's ``dbtRunnerResult``; ``success`` is False when a node failed.

    Raises:
        Exception: Whatever kept dbt from running at all.
    """
    # Imported late: dbt costs seconds and is not needed to draw the asset graph.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    runner = dbtRunner(manifest=manifest, callbacks=[on_event] if on_event else [])
    folders = ["--project-dir", str(DBT_DIR), "--profiles-dir", str(DBT_DIR)]
    try:
        result = runner.invoke(
            [*QUIET, *arguments, *folders],
        )
    finally:
        # dbt would keep the file open for writing and lock out the next step.
        with contextlib.suppress(Exception):
            DuckDBConnectionManager.env().close()
        DuckDBConnectionManager.close_all_connections()
    if result.exception is not None:
        raise result.exception
    return result


class RunningDbt:
    """A dbt command in a thread of its own, so that its results are told as they come.

    The thread dies with the process: an interrupted run does not wait for dbt.
    """

    def __init__(self, arguments: Sequence[str], manifest: Any = None) -> None:
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._future: Future[Any] = Future()
        Thread(target=self._run, args=(arguments, manifest), daemon=True).start()

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield what became of each seed, model and test, until the command ends."""
        for event in iter(self._events.get, None):
            yield MessageToDict(event, preserving_proto_field_name=True)

    def outcome(self) -> Any:
        """Wait for the end; return or raise what ``run_dbt`` does."""
        return self._future.result()

    def _run(self, arguments: Sequence[str], manifest: Any) -> None:
        try:
            self._future.set_result(run_dbt(arguments, manifest, self._keep_result))
        except BaseException as error:
            self._future.set_exception(error)
        finally:
            self._events.put(None)

    def _keep_result(self, event: Any) -> None:
        if event.info.name in RESULT_EVENTS:
            self._events.put(event)


def _digest_sources() -> str:
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(str(path.relative_to(DBT_DIR)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for path in sorted(DBT_DIR.rglob("*")):
        if path.suffix in SOURCE_SUFFIXES and path.is_file():
            yield path
