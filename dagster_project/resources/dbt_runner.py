"""How dbt runs inside the Dagster process: parsed once, one connection at a time."""

import contextlib
import functools
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from filelock import FileLock
from google.protobuf.json_format import MessageToDict

from echelon.config import PROJECT_DIR, Settings

DBT_DIR = PROJECT_DIR / "dbt_project"
INSTALLED_DIR = DBT_DIR / "target"  # `make` parses the project once, after installing
PARSED_NAME = "partial_parse.msgpack"
# The debug log of a node costs as much as a small node itself.
QUIET = ["--quiet", "--no-use-colors", "--log-level-file", "warn"]
RESULT_EVENTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}


def prepare_dbt(settings: Settings) -> Path:
    """Point dbt at the data directory and switch its telemetry off.

    What was parsed at installation is taken over, so that dbt only parses what changed.

    Args:
        settings: Settings of this machine.

    Returns:
        The folder in which dbt keeps what it compiled.
    """
    home = settings.dagster_home / "dbt"
    target_dir = home / "target"
    home.mkdir(parents=True, exist_ok=True)
    with _alone_in(home):
        if not target_dir.exists():
            target_dir.mkdir()
            with contextlib.suppress(FileNotFoundError):
                shutil.copy2(INSTALLED_DIR / PARSED_NAME, target_dir / PARSED_NAME)
    os.environ.update(
        DBT_TARGET_PATH=str(target_dir),
        DBT_LOG_PATH=str(home / "logs"),
        DBT_SEND_ANONYMOUS_USAGE_STATS="false",
        DO_NOT_TRACK="1",
    )
    return target_dir


def _alone_in(home: Path) -> FileLock:
    """Keep out the other processes that start at once: the UI, its daemon, a refresh.

    Args:
        home: The folder that dbt's target and logs lie in.
    """
    return FileLock(home / "dbt.lock")


def point_dbt(settings: Settings, warehouse: Path) -> None:
    """Let dbt write into a database, with this machine's limits.

    Set after parsing: dbt parses everything anew when such a variable has changed.

    Args:
        settings: Settings of this machine.
        warehouse: The DuckDB file.
    """
    prepare_dbt(settings)
    os.environ.update(
        ECHELON_WAREHOUSE=str(warehouse),
        ECHELON_MEMORY_LIMIT=settings.memory_limit,
        ECHELON_ENGINE_THREADS=str(settings.threads or os.cpu_count() or 1),
    )


@functools.cache
def parsed_project() -> Any:
    """Return dbt's own parsed project, parsed once per process.

    Starting from what an older project left, dbt can take a test that moved to another
    file for two of one name; so only a parse from the start says that it fails.
    """
    from dbt_common.exceptions import DbtBaseException

    with _alone_in(Path(os.environ["DBT_TARGET_PATH"]).parent):
        try:
            return run_dbt(["parse"]).result
        except DbtBaseException:
            return run_dbt(["parse", "--no-partial-parse"]).result


def manifest_of(project: Any) -> Mapping[str, Any]:
    """Return a parsed project as the manifest that the asset graph is drawn from.

    Args:
        project: What ``parsed_project`` returned.
    """
    manifest: Mapping[str, Any] = json.loads(
        json.dumps(
            project.writable_manifest().to_dict(
                omit_none=False, context={"artifact": True}
            )
        )
    )
    return manifest


def with_seeds(project: Any, seeds_dir: Path) -> Any:
    """Let the seeds of a parsed project be read from a refresh's own folder.

    The parsed project so stays the same while policy changes from company to company.

    Args:
        project: What ``parsed_project`` returned.
        seeds_dir: Seed files in the folders of ``dbt_project/seeds``.

    Returns:
        The project.
    """
    for node in project.nodes.values():
        if node.resource_type == "seed":
            node.original_file_path = str(seeds_dir / node.path)
    return project


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
