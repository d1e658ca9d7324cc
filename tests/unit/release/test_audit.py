import json
import resource

import pytest

from echelon.audit import append_event, audit_log_path, cut_torn_tail, read_events
from echelon.errors import EchelonError, ExitCode


@pytest.fixture
def log(tmp_path):
    for number in (1, 2, 3):
        append_event(tmp_path, "published", f"r{number}", {"manifest_sha256": "0"})
    return audit_log_path(tmp_path)


def test_events_are_read_back_in_order(log):
    events = read_events(log.parents[1])
    assert [(e.sequence, e.release_id) for e in events] == [
        (1, "r1"),
        (2, "r2"),
        (3, "r3"),
    ]


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (lambda lines: [lines[0].replace(b"r1", b"r9"), *lines[1:]], 2),
        (lambda lines: [lines[0], lines[2]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[0], lines[1], lines[1], lines[2]], 3),
        (lambda lines: [*lines, b"{}\n"], 4),
        (lambda lines: [*lines[:2], lines[2][:-1]], 3),
    ],
    ids=["edited", "removed", "beheaded", "inserted", "foreign", "torn"],
)
def test_broken_chain_names_its_first_line(log, tamper, line):
    log.write_bytes(b"".join(tamper(log.read_bytes().splitlines(keepends=True))))
    with pytest.raises(EchelonError) as finding:
        read_events(log.parents[1])
    assert finding.value.exit_code is ExitCode.INTEGRITY
    assert finding.value.fault.line == line


DEEP = "[" * 200_000 + "]" * 200_000


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": True},
        {"release_id": ["r4"]},
        {"event": None},
        {"at": 2026},
        {"actor": {}},
        {"signature": 1},
        {"details": {"manifest_sha256": 1}},
        {"details": []},
        {"actor": {}, "details": {"actor": "root"}},
    ],
    ids=str,
)
def test_value_of_another_type_is_no_event(tmp_path, changed):
    append_event(tmp_path, "published", "r1", {})
    log = audit_log_path(tmp_path)
    record = {**json.loads(log.read_bytes()), **changed}
    log.write_text(json.dumps(record, sort_keys=True) + "\n")
    with pytest.raises(EchelonError, match="line 1 of the audit log is not an event"):
        read_events(tmp_path)


def test_line_nested_too_deeply_to_be_read_is_no_event(log):
    with log.open("a") as stream:
        stream.write(DEEP + "\n")
    with pytest.raises(EchelonError, match="line 4 of the audit log is not an event"):
        read_events(log.parents[1])


def test_torn_last_line_says_what_mends_it(log):
    log.write_bytes(log.read_bytes()[:-1])
    with pytest.raises(EchelonError, match="echelon doctor --repair") as finding:
        read_events(log.parents[1])
    assert finding.value.fault.code == "audit_tail_torn"


def test_torn_last_line_is_cut_and_the_chain_goes_on(log):
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"event": "publ')
    assert cut_torn_tail(log.parents[1])
    assert log.read_bytes() == whole
    assert not cut_torn_tail(log.parents[1])
    assert append_event(log.parents[1], "published", "r4", {}).sequence == 4


def test_event_that_the_disk_takes_in_part_is_refused_and_taken_back(log):
    whole = log.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 10, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            append_event(log.parents[1], "pinned", "r3", {"reason": "audit"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert log.read_bytes() == whole
    assert append_event(log.parents[1], "pinned", "r3", {}).sequence == 4
