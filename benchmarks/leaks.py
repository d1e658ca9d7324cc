"""Does a planted personal value reach a store that may not hold it?

    python -m benchmarks.leaks [--data-dir DIR]

Plants values in a delivery of the sample company, some in a row that is quarantined,
refreshes, then breaks the delivery in several ways and refreshes again. One JSON line
for each store; fails if a value is found where policy does not allow it, or if the
search does not find every value where it must be.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks.leak_scan import EVERYTHING, STORES, Store, scan
from tests.command_line import echelon
from tests.refresh.defective_delivery import land_changed

# Every spelling of a value that a standardised form of it may take.
CANARIES = {
    "name": ("Zyqwelton", "Zyqabroad"),
    "tax_id": ("ZQ998877665", "ZQ112233445"),
    "address": ("Zyqstrasse", "Zyqallee"),
    "phone": ("+49 3099 887711", "493099887711", "3099887711", "4930998877"),
    "email": ("zyqmail", "zyqpost"),
    "protected": ("zyqguarded",),
}
FIRST = {
    "name": "Zyqwelton Handel GmbH",
    "tax_id": "ZQ998877665",
    "address": "Zyqstrasse 5",
    "phone": "+49 3099 887711",
    "email": "zyqmail@zyqwelton.example",
}
SECOND = {
    "name": "Zyqabroad Trading Ltd",
    "address": "Zyqallee 7",
    "phone": "+49 3099 887711",
    "email": "zyqpost@zyqabroad.example",
}
Change = Callable[[pd.DataFrame], pd.DataFrame]


def with_values(frame: pd.DataFrame, **values: str) -> pd.DataFrame:
    """Give the first row other values."""
    return frame.assign(
        **{name: [value, *frame[name].tolist()[1:]] for name, value in values.items()}
    )


def with_bad_last_row(frame: pd.DataFrame) -> pd.DataFrame:
    """Write values into the last row, one of them where true or false must be."""
    last = frame.tail(1).assign(**SECOND, is_strategic=SECOND["email"])
    return pd.concat([frame.head(-1), last], ignore_index=True)


def with_first_row_twice(frame: pd.DataFrame) -> pd.DataFrame:
    """Repeat the row that holds the values: its key is no longer unique."""
    return pd.concat([frame, frame.head(1)], ignore_index=True)


def with_value_as_header(frame: pd.DataFrame) -> pd.DataFrame:
    """Name a column by a value, as a file without its header would."""
    return frame.rename(columns={"email": FIRST["email"]})


def with_value_as_currency(frame: pd.DataFrame) -> pd.DataFrame:
    """Write a value where the code of a currency must be."""
    return with_values(frame, currency_code=FIRST["name"])


def with_value_in_every_row(frame: pd.DataFrame) -> pd.DataFrame:
    """Write a value where true or false must be, in more rows than may be bad."""
    return frame.assign(is_strategic=SECOND["email"])


BROKEN: dict[str, tuple[str, Change]] = {
    "duplicate key": ("erp__customers", with_first_row_twice),
    "unknown column": ("erp__customers", with_value_as_header),
    "unknown currency": ("erp__order_lines", with_value_as_currency),
    "over the limit": ("crm__accounts", with_value_in_every_row),
    "torn line": ("erp__customers", lambda frame: frame),
}


def plant(data_dir: Path) -> None:
    """Write the values into the delivery that will be published."""
    land_changed(data_dir, "erp__customers", lambda frame: with_values(frame, **FIRST))
    land_changed(data_dir, "crm__accounts", with_bad_last_row)
    land_changed(
        data_dir,
        "crm__protected_attributes",
        lambda frame: with_values(frame, value="zyqguarded"),
    )


def break_delivery(data_dir: Path, case: str) -> None:
    """Land what a case of ``BROKEN`` says in place of the delivery."""
    table, change = BROKEN[case]
    path = land_changed(data_dir, table, change)
    if case == "torn line":
        torn = path.read_bytes().replace(b"Zyqwelton Handel", b'"Zyqwelton Handel', 1)
        path.write_bytes(torn)
        manifest = path.with_name("manifest.json")
        record = json.loads(manifest.read_text(encoding="utf-8"))
        record["tables"][table]["sha256"] = hashlib.sha256(torn).hexdigest()
        manifest.write_text(json.dumps(record), encoding="utf-8")


def refresh(data_dir: Path, case: str) -> int:
    """Refresh, and keep what was printed beside the other stores."""
    done = echelon(data_dir, "refresh", "--json", ECHELON_KEEP_CANDIDATE="true")
    messages = data_dir / "messages"
    messages.mkdir(exist_ok=True)
    (messages / f"{case}.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    return done.returncode


def search(
    data_dir: Path, stores: Sequence[Store], found: dict[str, set[str]]
) -> dict[str, int]:
    """Search some stores; add the kinds to what was found before."""
    counts = {}
    for store in stores:
        counts[store.name], kinds = scan(data_dir, store, CANARIES)
        found.setdefault(store.name, set()).update(kinds)
    return counts


def run(data_dir: Path) -> bool:
    """Plant, refresh, break, refresh again; print a line for each store.

    Args:
        data_dir: A directory with nothing in it.

    Returns:
        Whether each store holds what it may, and the search found what it must.
    """
    echelon(data_dir, "sample", "--size", "small", "--seed", 7)
    plant(data_dir)
    codes = {"planted": refresh(data_dir, "planted")}
    found: dict[str, set[str]] = {}
    counts = search(data_dir, STORES, found)
    # A refused refresh changes no release and writes no delivery.
    changing = [s for s in STORES if not s.pattern.startswith(("releases", "landing"))]
    whole = data_dir / "whole"
    shutil.copytree(data_dir / "landing", whole)
    for case in BROKEN:
        break_delivery(data_dir, case)
        codes[case] = refresh(data_dir, case)
        counts |= search(data_dir, changing, found)
        shutil.rmtree(data_dir / "landing")
        shutil.copytree(whole, data_dir / "landing")
    print(json.dumps({"exit_codes": codes}))
    sound = codes.pop("planted") == 0 and all(codes.values())
    for store in STORES:
        leaks = sorted(found[store.name] - set(store.allowed))
        must = set(EVERYTHING) if store.name == "landing" else set()
        is_sound = not leaks and found[store.name] >= must
        sound = sound and is_sound
        line = {
            "store": store.name,
            "files": counts[store.name],
            "allowed": sorted(store.allowed),
            "found": sorted(found[store.name]),
            "leaks": leaks,
            "is_sound": is_sound,
        }
        print(json.dumps(line))
    return sound


def main() -> None:
    """Run in a directory that is removed, or in one that is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    arguments = parser.parse_args()
    if arguments.data_dir is not None:
        sys.exit(not run(arguments.data_dir))
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(not run(Path(scratch)))


if __name__ == "__main__":
    main()
