"""The dbt project, compiled once for each state of its files.

No model asks the warehouse anything while it compiles, so what a refresh runs depends
on the project's files alone. Run as a module, this one compiles ahead, as `make` does
after installing.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock

from echelon.config import PROJECT_DIR, Settings, load_settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.hashing import sha256_of_record, sha256_of_tree
from echelon.release.inputs import hash_code
from echelon.release.layout import WAREHOUSE_NAME

DBT_DIR = PROJECT_DIR / "dbt_project"
INSTALLED_DIR = DBT_DIR / "target"
COMPILED_SUFFIXES = {".sql", ".yml", ".md"}
COMPILE = ["compile", "--no-introspect", "--no-populate-cache", "--no-partial-parse"]
# Taken before anything is compiled: what changes from here on is not what runs.
LOADED_CODE = hash_code(PROJECT_DIR)
QUIET = ["--quiet", "--no-use-colors", "--log-level-file", "warn"]


def compiled_manifest(settings: Settings) -> Mapping[str, Any]:
    """Return dbt's manifest with the compiled SQL of every model and data test.

    Args:
        settings: Settings of this machine; its data directory keeps what was compiled
            where the project's own folder may not be written.

    Returns:
        ``manifest.json`` as dbt writes it.

    Raises:
        EchelonError: ``INTERNAL`` when the project does not compile, ``BUSY`` when it
            changed meanwhile.
    """
    is_ours = os.access(DBT_DIR, os.W_OK)
    name = _kept_name()
    path = INSTALLED_DIR / name
    if not path.exists() and not is_ours:
        path = settings.dagster_home / "dbt" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # The UI, its daemon and a refresh may start at once.
        with FileLock(path.with_name("compile.lock")):
            if not path.exists():
                _compile(path)
    manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def run_dbt(arguments: Sequence[str], target_dir: Path) -> Any:
    """Run one dbt command in this process.

    Args:
        arguments: The command line without ``dbt``.
        target_dir: Where dbt writes.

    Returns:
        dbt's ``dbtRunnerResult``.
    """
    # Imported late: dbt costs seconds, and a compiled project needs it no more.
    from dbt.cli.main import dbtRunner

    os.environ.update(DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1")
    folders = {
        "--project-dir": DBT_DIR,
        "--profiles-dir": DBT_DIR,
        "--target-path": target_dir,
        "--log-path": target_dir / "logs",
    }
    options = [str(part) for pair in folders.items() for part in pair]
    return dbtRunner().invoke([*QUIET, *arguments, *options])


def _compile(kept: Path) -> None:
    """Let dbt compile the project; keep its manifest and drop that of older files."""
    print("Compiling the dbt project (once after a change)", file=sys.stderr)
    home = kept.parent
    # The SQL names the database by its file, as every candidate names its own.
    os.environ["ECHELON_WAREHOUSE"] = WAREHOUSE_NAME
    ended = run_dbt([*COMPILE, "--exclude", "resource_type:unit_test"], home)
    if not ended.success:
        raise _does_not_compile(ended)
    if kept.name != _kept_name():
        # Kept under the former name, it would be taken for what that state compiles to.
        raise _changed_meanwhile()
    for older in home.glob("compiled-*.json"):
        older.unlink()
    (home / "manifest.json").replace(kept)


def _does_not_compile(ended: Any) -> EchelonError:
    """Say what dbt has against the project: as a whole, or against its first node."""
    failed = [one for one in ended.result or () if one.status == "error"]
    message = str(failed[0].message if failed else ended.exception)
    return EchelonError(
        ExitCode.INTERNAL,
        Fault(
            code="dbt_does_not_compile",
            message=" ".join(message.split()),
            file=failed[0].node.original_file_path if failed else "dbt_project",
            hint="mend the dbt project: the former release stays in force",
        ),
    )


def refuse_other_code(code: Mapping[str, str]) -> None:
    """Refuse code that is not what runs here.

    Args:
        code: Its ``logic`` and ``libraries`` by hash: a candidate's, or the project's
            as its files are now.

    Raises:
        EchelonError: ``BUSY`` where the project was edited after it was loaded, or
            after the candidate was opened.
    """
    if code != LOADED_CODE:
        raise _changed_meanwhile()


def _changed_meanwhile() -> EchelonError:
    return EchelonError(
        ExitCode.BUSY,
        Fault(
            code="project_changed",
            message="the project was edited while a refresh was under way",
            rule="a release names the code that made it",
            hint="once nobody edits it, reload the definitions if it is the UI, and run"
            " the whole refresh again",
        ),
    )


def _kept_name() -> str:
    return f"compiled-{_fingerprint()[:16]}.json"


def _fingerprint() -> str:
    """Hash what the compiled SQL depends on: the project's files and dbt itself."""
    files = sorted(
        path
        for path in DBT_DIR.rglob("*")
        if path.suffix in COMPILED_SUFFIXES and INSTALLED_DIR not in path.parents
    )
    libraries = [version(name) for name in ("dbt-core", "dbt-duckdb")]
    return sha256_of_record([sha256_of_tree(DBT_DIR, files), *libraries])


if __name__ == "__main__":
    compiled_manifest(load_settings())
