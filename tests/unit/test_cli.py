"""What the command line says and how it ends when something is wrong."""

import contextlib
import errno
import json
import os
import pwd
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import date

import duckdb
import pytest
from rich.console import Console

from echelon import cli, cli_ending
from echelon.config import (
    PROJECT_DIR,
    SETTINGS_FILE_VARIABLE,
    export_settings,
    load_settings,
    share_of_memory,
)
from echelon.errors import EchelonError, ExitCode
from echelon.machine import out_of_resources
from echelon.release import store
from echelon.start import make_ready


def echelon(directory, *arguments, stdout=subprocess.PIPE, limits=None, **environment):
    def limit():
        if limits is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    kept = {k: v for k, v in os.environ.items() if not k.startswith("ECHELON_")}
    return subprocess.run(
        [sys.executable, "-m", "echelon.cli", *arguments],
        cwd=directory,
        env={**kept, "PYTHONPATH": str(PROJECT_DIR), **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=limit,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "names"),
    [
        (["status"], {"ECHELON_THREADS": "abc"}, "ECHELON_THREADS"),
        (["status"], {"ECHELON_MEMORY_LIMIT": "lots"}, "ECHELON_MEMORY_LIMIT"),
        (["status"], {"ECHELON_MEMORY_LIMIT": "9000000TB"}, "ECHELON_MEMORY_LIMIT"),
        (["status"], {"ECHELON_MEMORY_LIMIT": "101%"}, "ECHELON_MEMORY_LIMIT"),
        (["backup", ""], {}, "an argument is empty"),
        (["status"], {"ECHELON_SETTINGS_FILE": "absent.toml"}, "absent.toml"),
        (["status"], {"ECHELON_DATADIR": "x"}, "did you mean ECHELON_DATA_DIR?"),
        (["status"], {"ECHELON_DATA_DIR": ""}, "name a directory"),
        (["refresh"], {"ECHELON_DATA_DIR": "/dev/null"}, "it is not a directory"),
        (["refresh"], {"ECHELON_DATA_DIR": "what?"}, "? and %XX have a meaning"),
        (["refresh"], {"ECHELON_DATA_DIR": "a%20b"}, "? and %XX have a meaning"),
        (["refresh"], {"ECHELON_DATA_DIR": "x/" * 200}, "longer than 400 bytes"),
        (["sample", "--size", "tiny", "--out", "/dev/null/x"], {}, "/dev/null/x"),
        (["sample", "--size", "tiny", "--out", "/proc/x"], {}, "/proc/x: there is no"),
        (["sample", "--size", "tiny", "--out=/proc/x/y"], {}, "/proc/x: there is no"),
        (["refresh"], {"ECHELON_DATA_DIR": "/proc/x"}, "/proc/x: there is no"),
        (["status"], {"PYTHONOPTIMIZE": "2"}, "PYTHONOPTIMIZE: Python runs without"),
        (["refresh", "--seed", "-1"], {}, "--seed"),
        (["sample", "--size", "huge"], {}, "--size"),
        (["sample", "--seed", "-1"], {}, "--seed"),
        (["refresh", "--as-of", "2025-1-5"], {}, "--as-of"),
        (["refresh", "--as-of", "20250105"], {}, "--as-of"),
        (
            ["approve", "C-1", "--by", "A", "--reason", "x", "--on", "2026-2-1"],
            {},
            "--on",
        ),
        (
            ["approve", "C-1", "--by", "A", "--reason", "x", "--on", "2026-02-01"],
            {},
            "the day it was asked for with",
        ),
        (
            ["approve", "kmeans-1", "--by", "A", "--reason", "x", "--refuse"],
            {},
            "refused by not approving it",
        ),
        (["refresh", "--policy", "absent"], {}, "--policy"),
        (["land", "--mapping", "absent.yml", "--source", "."], {}, "absent.yml"),
        (["land", "--mapping", "absent.yml", "--source", "absent"], {}, "--source"),
        (["pin", "R1", "--reason", " "], {}, "the reason is empty"),
        (["status", "--bogus"], {}, "--bogus"),
        (["compare", "--limit", "-1"], {}, "--limit"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list | dict) else None,
)
def test_wrong_configuration_ends_in_one_line(tmp_path, arguments, environment, names):
    ended = echelon(tmp_path, *arguments, "--json", **environment)
    assert ended.returncode == ExitCode.CONFIGURATION
    [line] = ended.stderr.splitlines()
    assert line.startswith("error: ")
    assert names in line
    [record] = map(json.loads, ended.stdout.splitlines())
    assert record["exit_code"] == ExitCode.CONFIGURATION


@pytest.mark.parametrize("arguments", [[], ["trace"]], ids=["echelon", "trace"])
def test_without_a_command_the_help_is_shown_and_the_line_says_what_is_missing(
    tmp_path, arguments
):
    ended = echelon(tmp_path, *arguments)
    assert ended.returncode == ExitCode.CONFIGURATION
    assert "Usage:" in ended.stdout
    [line] = ended.stderr.splitlines()
    assert line.startswith("error: name a command (")


def test_port_that_no_machine_has_is_refused(tmp_path):
    ended = echelon(tmp_path, "ui", "--port", "99999")
    assert ended.returncode == ExitCode.CONFIGURATION
    assert "'--port'" in ended.stderr


@pytest.mark.parametrize(
    ("content", "column"),
    [("colour = 'blue'\n", "colour"), ("threads = 0\n", "threads"), ("=", None)],
    ids=["unknown_key", "bad_value", "no_toml"],
)
def test_wrong_settings_file_is_named_with_its_key(tmp_path, content, column):
    (tmp_path / "echelon.toml").write_text(content)
    ended = echelon(tmp_path, "status", "--json")
    assert ended.returncode == ExitCode.CONFIGURATION
    assert len(ended.stderr.splitlines()) == 1
    record = json.loads(ended.stdout)
    assert record["file"] == str(tmp_path / "echelon.toml")
    assert record["column"] == column


def test_data_directory_of_the_file_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "echelon.toml").write_text("data_dir = '/proc/x'\n")
    ended = echelon(tmp_path, "refresh", "--json")
    assert ended.returncode == ExitCode.CONFIGURATION
    assert "/proc/x: there is no such file or directory" in ended.stderr


@pytest.mark.parametrize("files", [24, 255])
def test_an_account_of_few_files_is_told_so_before_anything_is_done(tmp_path, files):
    ended = echelon(tmp_path, "refresh", "--json", limits=(files, files))
    assert ended.returncode == ExitCode.RESOURCES
    assert json.loads(ended.stdout)["code"] == "out_of_files"
    assert list(tmp_path.iterdir()) == []


def test_as_many_files_as_are_needed_are_taken_where_they_are_allowed(tmp_path):
    ended = echelon(tmp_path, "status", "--json", limits=(24, 256))
    assert json.loads(ended.stdout)["code"] == "no_release"


@pytest.mark.usefixtures("bare_environment")
def test_an_account_without_a_home_is_given_one_nobody_writes_to(monkeypatch):
    def unknown(uid):
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    make_ready()
    assert os.environ["HOME"] == "/"


@pytest.fixture
def bare_environment(monkeypatch):
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in os.environ if name.startswith("ECHELON_")]:
        del os.environ[name]


@pytest.mark.usefixtures("bare_environment")
def test_a_directory_that_is_gone_is_told_of(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(EchelonError, match="started in is gone") as ended:
        load_settings()
    assert ended.value.exit_code == ExitCode.CONFIGURATION


@pytest.mark.usefixtures("bare_environment")
def test_child_process_elsewhere_reads_the_same_settings(tmp_path, monkeypatch):
    (tmp_path / "echelon.toml").write_text("threads = 2\ndata_dir = 'mine'\n")
    monkeypatch.chdir(tmp_path)
    settings = load_settings()
    assert (settings.threads, settings.data_dir) == (2, tmp_path / "mine")
    export_settings(settings)
    home = tmp_path / "elsewhere"
    home.mkdir()
    printed = subprocess.run(
        [
            sys.executable,
            "-c",
            "from echelon.config import load_settings\n"
            "print(load_settings().model_dump_json())",
        ],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(PROJECT_DIR)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert json.loads(printed) == json.loads(settings.model_dump_json())
    assert os.environ[SETTINGS_FILE_VARIABLE] == str(tmp_path / "echelon.toml")


@pytest.mark.usefixtures("bare_environment")
def test_variable_wins_over_the_file(tmp_path, monkeypatch):
    (tmp_path / "echelon.toml").write_text("threads = 2\nkeep_releases = 3\n")
    monkeypatch.chdir(tmp_path)
    os.environ["ECHELON_THREADS"] = "1"
    settings = load_settings()
    assert (settings.threads, settings.keep_releases) == (1, 3)


@pytest.mark.usefixtures("bare_environment")
def test_refused_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.environ["ECHELON_KEEP_RELEASES"] = "0"
    with pytest.raises(EchelonError) as caught:
        load_settings()
    assert caught.value.exit_code == ExitCode.CONFIGURATION
    assert caught.value.fault.column == "ECHELON_KEEP_RELEASES"


FULL_DISK = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
READ_ONLY = OSError(errno.EROFS, os.strerror(errno.EROFS), "/srv/current")
FILE_FOR_DIRECTORY = OSError(errno.EEXIST, os.strerror(errno.EEXIST), "/srv/damaged")
LONG_FILE = OSError(errno.EFBIG, os.strerror(errno.EFBIG), "/srv/a")
USED_QUOTA = OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "/srv/a")
COPIES = shutil.Error([("/srv/a", "/b", "[Errno 13] Permission denied: '/srv/a'")])
FULL_COPIES = shutil.Error([("/srv/a", "/b", "[Errno 122] Disk quota exceeded: '/b'")])
FAILING_DISK = sqlite3.OperationalError("disk I/O error")
BROKEN_DISK = OSError(errno.EIO, os.strerror(errno.EIO), "/srv/a")
MANY_FILES = OSError(errno.EMFILE, os.strerror(errno.EMFILE), "/srv/a")
NO_THREAD = RuntimeError("can't start new thread")
CLOSED_HISTORY = sqlite3.OperationalError("unable to open database file")


def fail_with(error, cause=None):
    def fail(data_dir):
        raise error from cause

    return fail


def end_of(monkeypatch, capsys, *arguments):
    """Run the command line in this process: exit code, stdout and stderr lines."""
    monkeypatch.setattr(sys, "argv", ["echelon", *arguments])
    monkeypatch.setattr(cli_ending, "err", Console(stderr=True))
    monkeypatch.setattr(cli, "out", Console(width=120))
    with pytest.raises(SystemExit) as left:
        cli.main()
    printed = capsys.readouterr()
    return left.value.code, printed.out.splitlines(), printed.err.splitlines()


def be_stopped(data_dir):
    signal.raise_signal(signal.SIGTERM)  # a job in the background ignores Ctrl-C


def be_stopped_in_a_query(data_dir):
    with contextlib.suppress(KeyboardInterrupt):
        be_stopped(data_dir)
    raise RuntimeError("Query interrupted")


@pytest.mark.parametrize(
    ("failure", "exit_code", "code", "hint"),
    [
        (be_stopped, 130, "stopped", "echelon status"),
        (be_stopped_in_a_query, 130, "stopped", "echelon status"),
        (fail_with(RuntimeError("two\nlines")), 70, "internal", "ECHELON_DEBUG=1"),
        (fail_with(MemoryError()), 40, "out_of_memory", "ECHELON_MEMORY_LIMIT"),
        (
            fail_with(duckdb.OutOfMemoryException("failed to allocate")),
            40,
            "out_of_memory",
            "ECHELON_MEMORY_LIMIT",
        ),
        (fail_with(READ_ONLY), 30, "path_unusable", "/srv/current: read-only"),
        (fail_with(FILE_FOR_DIRECTORY), 30, "path_unusable", "damaged: file exists"),
        (fail_with(COPIES), 30, "path_unusable", "/srv/a: permission denied"),
        (fail_with(FULL_COPIES), 40, "disk_full", "free disk space"),
        (fail_with(LONG_FILE), 40, "disk_full", "ulimit -f"),
        (fail_with(USED_QUOTA), 40, "disk_full", "quota"),
        (fail_with(FULL_DISK), 40, "disk_full", "free disk space"),
        (fail_with(RuntimeError(), FULL_DISK), 40, "disk_full", "free disk space"),
        (fail_with(RuntimeError(), FAILING_DISK), 40, "disk_failed", "look after"),
        (fail_with(BROKEN_DISK), 40, "disk_failed", "look after"),
        (fail_with(MANY_FILES), 40, "out_of_files", "ulimit -n"),
        (fail_with(NO_THREAD), 40, "out_of_threads", "ulimit -u"),
        (fail_with(CLOSED_HISTORY), 30, "path_unusable", "read and write there"),
    ],
    ids=[
        "stopped",
        "stopped_in_a_query",
        "unforeseen",
        "memory",
        "duckdb_memory",
        "read_only",
        "file_for_a_directory",
        "copies",
        "full_copies",
        "long_file",
        "used_quota",
        "disk",
        "wrapped_disk",
        "sqlite",
        "broken_disk",
        "many_files",
        "no_thread",
        "closed_history",
    ],
)
@pytest.mark.usefixtures("bare_environment")
def test_exception_ends_in_one_line(  # noqa: PLR0917
    monkeypatch, capsys, failure, exit_code, code, hint
):
    monkeypatch.setattr(store, "list_releases", failure)
    ended = end_of(monkeypatch, capsys, "releases", "--json")
    assert ended[0] == exit_code
    [record], [line] = map(json.loads, ended[1]), ended[2]
    assert record["code"] == code
    assert hint in line
    if code == "internal":
        assert line.startswith("error: internal: RuntimeError: two lines (")


@pytest.mark.usefixtures("bare_environment")
def test_a_message_writes_nothing_to_the_screen_but_letters(monkeypatch, capsys):
    failure = fail_with(RuntimeError("\x1b[31m\u202eBericht S\xfcd\x9b2J"))
    monkeypatch.setattr(store, "list_releases", failure)
    [line] = end_of(monkeypatch, capsys, "releases")[2]
    assert "RuntimeError: \ufffd[31m\ufffdBericht S\xfcd\ufffd2J (" in line


@pytest.mark.usefixtures("bare_environment")
def test_stack_trace_is_printed_on_demand(monkeypatch, capsys):
    os.environ["ECHELON_DEBUG"] = "1"
    monkeypatch.setattr(store, "list_releases", fail_with(RuntimeError("lost")))
    exit_code, _, lines = end_of(monkeypatch, capsys, "releases")
    assert exit_code == ExitCode.INTERNAL
    assert lines[0].startswith("Traceback")
    assert lines[-1].startswith("error: internal: RuntimeError: lost (")


@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.usefixtures("bare_environment")
def test_releases_are_listed_newest_first(monkeypatch, capsys, form):
    published = [
        store.Release(
            **{
                **dict.fromkeys(store.Release.__dataclass_fields__),
                "release_id": f"2025-0{month}-28-abc",
                "as_of_date": date(2025, month, 28),
            }
        )
        for month in (1, 2, 3)
    ]
    monkeypatch.setattr(store, "list_releases", lambda data_dir: published)
    options = ["--json"] if form == "json" else []
    exit_code, lines, _ = end_of(monkeypatch, capsys, "releases", *options)
    text = "\n".join(lines)
    places = [text.index(release.release_id) for release in published]
    assert exit_code == 0
    assert places == sorted(places, reverse=True)


def test_sample_refuses_a_landing_area_in_use(tmp_path):
    landing = tmp_path / "landing"
    landing.mkdir()
    ended = echelon(tmp_path, "sample", "--out", str(tmp_path), "--json")
    assert ended.returncode == ExitCode.CONFIGURATION
    assert json.loads(ended.stdout)["code"] == "landing_not_empty"


def broken_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb")


def full_disk():
    return open("/dev/full", "wb")


SPEAKING = pytest.mark.parametrize(
    "arguments", [["--help"], ["releases"], ["releases", "--json"]], ids=" ".join
)


@SPEAKING
def test_output_that_nobody_reads_ends_a_command_without_a_word(tmp_path, arguments):
    with broken_pipe() as unread:
        ended = echelon(tmp_path, *arguments, stdout=unread)
    assert (ended.returncode, ended.stderr) == (ExitCode.UNREAD, "")


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
@pytest.mark.parametrize("buffering", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("sink", [broken_pipe, full_disk])
def test_what_the_doctor_found_stands_where_nobody_reads_it(
    tmp_path, sink, buffering, form
):
    (tmp_path / "data" / "candidates" / "left").mkdir(parents=True)
    with sink() as unread:
        ended = echelon(
            tmp_path, "doctor", *form, stdout=unread, PYTHONUNBUFFERED=buffering
        )
    assert ended.returncode == ExitCode.INTEGRITY


@SPEAKING
def test_output_to_a_full_disk_is_said_to_be_lost(tmp_path, arguments):
    with full_disk() as full:
        ended = echelon(tmp_path, *arguments, stdout=full)
    assert ended.returncode == ExitCode.RESOURCES
    [line] = ended.stderr.splitlines()
    assert line.startswith("error: no space is left on the disk")


def test_a_share_of_the_memory_keeps_its_unit():
    assert share_of_memory("6GB", 0.5) == "3.000GB"
    assert share_of_memory("500 MiB", 0.25) == "125.000 MiB"
    assert share_of_memory("25%", 0.5) == "12.500%"
    assert share_of_memory("6000000KB", 1) == "6000000.000KB"
    with duckdb.connect(config={"memory_limit": share_of_memory("6GB", 0.25)}) as held:
        limit = held.execute("select current_setting('memory_limit')").fetchall()
    assert limit == [("1.3 GiB",)]


def test_a_library_that_leaves_is_no_output_unread(monkeypatch, capsys):
    def leave(data_dir):
        raise SystemExit("no licence")

    monkeypatch.setattr(store, "list_releases", leave)
    exit_code, _, [line] = end_of(monkeypatch, capsys, "releases")
    assert (exit_code, "no licence" in line) == (ExitCode.INTERNAL, True)


def test_what_a_row_says_of_the_machine_is_no_word_of_it():
    quoted = duckdb.ConversionException("'Too many open files' is no date")
    assert out_of_resources(quoted) is None
