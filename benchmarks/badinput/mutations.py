"""Seeded damage to one file of a good company: bytes, fields, lines, manifest keys."""

import csv
import io
import json
import random
from collections.abc import Callable

from benchmarks.badinput.company import Landing, text

Damage = Callable[[random.Random, bytes], bytes]
_ODD_BYTES = b"\x00\x07\x1b,;\t\"'\r\n -.0129eE\x80\xc3\xff"


def mutate(seed: int, landing: Landing) -> tuple[str, str]:
    """Damage one file of a landing area in place.

    Args:
        seed: Decides file, damage and whether hashes are made to fit again.
        landing: A good area.

    Returns:
        What was done, and to which file. Rows, totals and checksum of the manifest stay
        as promised in any case, and the seal of an edited manifest as it was.
    """
    choice = random.Random(seed)
    label = choice.choice(sorted(landing.manifests))
    if choice.random() < 0.2:
        return f"manifest {_edit_manifest(choice, landing, label)}", f"{label}/manifest"
    table = choice.choice(sorted(landing.manifests[label]["tables"]))
    name = f"{label}/{landing.manifests[label]['tables'][table]['file']}"
    damages = _BYTES if name.endswith(".parquet") else {**_BYTES, **_TEXTS}
    while True:
        kind = choice.choice(sorted(damages))
        damaged = damages[kind](choice, landing.files[name])
        if damaged != landing.files[name]:
            break
    landing.files[name] = damaged
    if choice.random() < 0.25:
        return f"{kind}, hashes kept", name
    landing.reseal(label, table)
    return f"{kind}, hashes made to fit", name


def _edit_manifest(choice: random.Random, landing: Landing, label: str) -> str:
    if choice.random() < 0.5:
        plain = json.dumps(landing.manifests[label]).encode()
        kind = choice.choice(sorted(_BYTES))
        landing.raw_manifests[label] = _BYTES[kind](choice, plain)
        return kind
    places = list(_places(landing.manifests[label]))
    holder, key = choice.choice(places)
    edit = choice.choice(["dropped", "changed", "added"])
    if edit == "dropped":
        holder.pop(key)
    elif edit == "added":
        holder[f"{key}x"] = holder[key]
    elif isinstance(holder[key], int):
        holder[key] += choice.choice([-1, 1, 100])
    else:
        old = str(holder[key])
        place = choice.randrange(max(len(old), 1))
        holder[key] = old[:place] + choice.choice("0179ax-") + old[place + 1 :]
    return f"key {edit}"


def _places(node: dict) -> list[tuple[dict, str]]:
    """List every key of a manifest with the object that holds it."""
    found = [(node, key) for key in node]
    for value in node.values():
        if isinstance(value, dict):
            found += _places(value)
    return found


def _spot(choice: random.Random, content: bytes) -> int:
    return choice.randrange(max(len(content), 1))


def _flip(choice: random.Random, content: bytes) -> bytes:
    place = _spot(choice, content)
    bit = 1 << choice.randrange(8)
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def _set(choice: random.Random, content: bytes) -> bytes:
    place = _spot(choice, content)
    return content[:place] + bytes([choice.choice(_ODD_BYTES)]) + content[place + 1 :]


def _insert(choice: random.Random, content: bytes) -> bytes:
    place = _spot(choice, content)
    odd = bytes(choice.choices(_ODD_BYTES, k=choice.choice([1, 1, 2, 8])))
    return content[:place] + odd + content[place:]


def _remove(choice: random.Random, content: bytes) -> bytes:
    place = _spot(choice, content)
    return content[:place] + content[place + choice.choice([1, 1, 2, 16]) :]


def _cut(choice: random.Random, content: bytes) -> bytes:
    return content[: _spot(choice, content)]


def _repeat(choice: random.Random, content: bytes) -> bytes:
    place = _spot(choice, content)
    return content[:place] + content[place : place + 64] + content[place:]


_BYTES: dict[str, Damage] = {
    "bit flipped": _flip,
    "byte set": _set,
    "bytes inserted": _insert,
    "bytes removed": _remove,
    "tail cut": _cut,
    "piece repeated": _repeat,
}


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _in_rows(change: Callable[[random.Random, list[list[str]]], None]) -> Damage:
    def damage(choice: random.Random, content: bytes) -> bytes:
        rows = _rows(content)
        change(choice, rows)
        return text(rows)

    return damage


def _place(choice: random.Random, rows: list[list[str]]) -> tuple[int, int]:
    return choice.randrange(1, len(rows)), choice.randrange(len(rows[0]))


def _swap_fields(choice: random.Random, rows: list[list[str]]) -> None:
    (line, one), (_, other) = _place(choice, rows), _place(choice, rows)
    row = rows[line]
    row[one], row[other] = row[other], row[one]


def _swap_values(choice: random.Random, rows: list[list[str]]) -> None:
    (one, column), (other, _) = _place(choice, rows), _place(choice, rows)
    value = rows[one][column]
    rows[one][column], rows[other][column] = rows[other][column], value


def _swap_lines(choice: random.Random, rows: list[list[str]]) -> None:
    one, other = choice.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]


def _swap_columns(choice: random.Random, rows: list[list[str]]) -> None:
    one, other = choice.sample(range(len(rows[0])), 2)
    for row in rows[choice.choice([0, 1]) :]:
        row[one], row[other] = row[other], row[one]


def _double_line(choice: random.Random, rows: list[list[str]]) -> None:
    line, _ = _place(choice, rows)
    rows.insert(_place(choice, rows)[0], list(rows[line]))


def _drop_line(choice: random.Random, rows: list[list[str]]) -> None:
    del rows[_place(choice, rows)[0]]


def _replace_line(choice: random.Random, rows: list[list[str]]) -> None:
    rows[_place(choice, rows)[0]] = list(rows[_place(choice, rows)[0]])


def _change_digit(choice: random.Random, rows: list[list[str]]) -> None:
    line, column = _place(choice, rows)
    old = rows[line][column]
    digits = [place for place, sign in enumerate(old) if sign.isdigit()]
    if digits:
        at = choice.choice(digits)
        rows[line][column] = old[:at] + choice.choice("0123456789") + old[at + 1 :]


def _set_field(choice: random.Random, rows: list[list[str]]) -> None:
    line, column = _place(choice, rows)
    old = rows[line][column]
    odd = ["", " ", "NULL", "0", "-" + old, old + "0", old.upper(), old[::-1], "x" * 99]
    rows[line][column] = choice.choice(odd)


def _drop_column(choice: random.Random, rows: list[list[str]]) -> None:
    column = choice.randrange(len(rows[0]))
    for row in rows:
        del row[column]


def _rename_column(choice: random.Random, rows: list[list[str]]) -> None:
    column = choice.randrange(len(rows[0]))
    odd = [rows[0][0], rows[0][column].upper(), "name", "city", ""]
    rows[0][column] = choice.choice(odd)


def _recode(choice: random.Random, content: bytes) -> bytes:
    codec = choice.choice(["utf-16", "utf-16-le", "latin-1", "cp037", "utf-8-sig"])
    return content.decode().encode(codec)


def _end_lines(choice: random.Random, content: bytes) -> bytes:
    return content.replace(b"\n", choice.choice([b"\r\n", b"\r", b"\n\n", b"\n\r"]))


def _delimit(choice: random.Random, content: bytes) -> bytes:
    return content.replace(b",", choice.choice([b";", b"\t", b"|", b", "]))


_TEXTS: dict[str, Damage] = {
    "fields swapped": _in_rows(_swap_fields),
    "values swapped between lines": _in_rows(_swap_values),
    "lines swapped": _in_rows(_swap_lines),
    "columns swapped": _in_rows(_swap_columns),
    "line doubled": _in_rows(_double_line),
    "line dropped": _in_rows(_drop_line),
    "line replaced by another": _in_rows(_replace_line),
    "digit changed": _in_rows(_change_digit),
    "field set": _in_rows(_set_field),
    "column dropped": _in_rows(_drop_column),
    "column renamed": _in_rows(_rename_column),
    "encoding changed": _recode,
    "line ends changed": _end_lines,
    "delimiter changed": _delimit,
}
