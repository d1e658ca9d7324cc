"""In which ways can the audit log be tampered with?"""

import json
from collections.abc import Callable
from typing import Any

from benchmarks.tampering_target import Target, flip


def _log_bit(t: Target) -> str:
    return flip(t.log, t.chance)


def _log_line_edited(t: Target) -> str:
    lines, number = t.lines(), t.chance.randrange(len(t.lines()))
    lines[number] = json.dumps(_edited(t, t.records()[number]), sort_keys=True).encode()
    lines[number] += b"\n"
    t.log.write_bytes(b"".join(lines))
    return f"line {number + 1}"


def _log_line_edited_and_chained(t: Target) -> str:
    records, number = t.records(), t.chance.randrange(len(t.lines()))
    records[number] = _edited(t, records[number])
    t.write_anew(records)
    return f"line {number + 1}"


def _edited(t: Target, record: dict[str, Any]) -> dict[str, Any]:
    name = t.chance.choice(("actor", "at", "event"))
    return {**record, name: f"{record[name]}x"}


def _log_line_spelled_otherwise(t: Target) -> str:
    lines, number = t.lines(), t.chance.randrange(len(t.lines()))
    lines[number] = lines[number].replace(b'"actor": ', b'"actor":')
    t.log.write_bytes(b"".join(lines))
    return f"line {number + 1}"


def _log_line_deleted(t: Target) -> str:
    lines = t.lines()
    number = t.chance.randrange(len(lines))
    del lines[number]
    t.log.write_bytes(b"".join(lines))
    return f"line {number + 1}"


def _log_line_deleted_and_chained(t: Target) -> str:
    records = t.records()
    number = t.chance.randrange(len(records))
    del records[number]
    t.write_anew(records)
    return f"line {number + 1}"


def _log_lines_swapped(t: Target) -> str:
    lines = t.lines()
    one, other = t.chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    t.log.write_bytes(b"".join(lines))
    return f"lines {one + 1} and {other + 1}"


def _log_lines_swapped_and_chained(t: Target) -> str:
    records = t.records()
    one, other = t.chance.sample(range(len(records)), 2)
    records[one], records[other] = records[other], records[one]
    t.write_anew(records)
    return f"lines {one + 1} and {other + 1}"


def _log_line_repeated(t: Target) -> str:
    lines = t.lines()
    number = t.chance.randrange(len(lines))
    lines.insert(t.chance.randrange(len(lines) + 1), lines[number])
    t.log.write_bytes(b"".join(lines))
    return f"line {number + 1}"


def _log_event_forged(t: Target) -> str:
    records = t.records()
    number = t.chance.randrange(len(records) + 1)
    records.insert(number, {**t.chance.choice(records), "event": "segment_overridden"})
    t.write_anew(records)
    return f"line {number + 1}"


def _log_event_appended(t: Target) -> str:
    last = t.records()[-1]
    t.write_anew([*t.records(), {**last, "event": "model_approved"}])
    return f"line {last['sequence'] + 1}"


def _log_tail_cut(t: Target) -> str:
    lines = t.lines()
    count = t.chance.randrange(1, len(lines))
    t.log.write_bytes(b"".join(lines[:-count]))
    return f"last {count}"


def _log_tail_torn(t: Target) -> str:
    content = t.log.read_bytes()
    count = t.chance.randrange(1, len(t.lines()[-1]))
    t.log.write_bytes(content[:-count])
    return f"last {count} bytes"


def _log_beheaded(t: Target) -> str:
    count = t.chance.randrange(1, len(t.lines()))
    t.log.write_bytes(b"".join(t.lines()[count:]))
    return f"first {count}"


def _log_beheaded_and_chained(t: Target) -> str:
    count = t.chance.randrange(1, len(t.records()))
    t.write_anew(t.records()[count:])
    return f"first {count}"


def _log_emptied(t: Target) -> str:
    t.log.write_bytes(b"")
    return "all"


def _log_removed(t: Target) -> str:
    t.log.unlink()
    return "all"


def _log_rewritten(t: Target) -> str:
    who = f"account{t.chance.randrange(1000)}"
    t.write_anew([{**record, "actor": who} for record in t.records()])
    return "all"


def _log_rewritten_unsigned(t: Target) -> str:
    day = f"2020-01-{t.chance.randrange(1, 29):02d}T00:00:00+00:00"
    records = [{**record, "at": day} for record in t.records()]
    for record in records:
        record.pop("signature", None)
    t.write_anew(records)
    return "all"


ATTACKS: dict[str, Callable[[Target], str]] = {
    function.__name__.removeprefix("_"): function
    for function in (
        _log_bit,
        _log_line_edited,
        _log_line_edited_and_chained,
        _log_line_spelled_otherwise,
        _log_line_deleted,
        _log_line_deleted_and_chained,
        _log_lines_swapped,
        _log_lines_swapped_and_chained,
        _log_line_repeated,
        _log_event_forged,
        _log_event_appended,
        _log_tail_cut,
        _log_tail_torn,
        _log_beheaded,
        _log_beheaded_and_chained,
        _log_emptied,
        _log_removed,
        _log_rewritten,
        _log_rewritten_unsigned,
    )
}
