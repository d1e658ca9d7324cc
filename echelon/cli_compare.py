"""The command that sets two cost models side by side, before one is adopted."""

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from echelon.cli_options import (
    IS_TERMINAL,
    AsJson,
    bad_option,
    check_directory,
    check_outside,
    print_json,
)
from echelon.comparison import CHANGES, NEW, OLD, STEPS, Comparison, compare_models
from echelon.config import Settings, load_settings
from echelon.costing.services import METHODS
from echelon.release.store import Release, find_release, release_in_force
from echelon.rerun import released_under

out = Console(width=None if IS_TERMINAL else 140, markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)
HEADS = ("old", *STEPS, "new")


def compare(
    old: Annotated[
        str | None, typer.Argument(help="Release; the one in force if left out.")
    ] = None,
    new: Annotated[
        str | None, typer.Argument(help="Another release; else the one in force.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="Candidate policy: directory of policy_*.csv.")
    ] = None,
    service_method: Annotated[
        list[str] | None,
        typer.Option(help="Candidate: services by this method; may be repeated."),
    ] = None,
    first: Annotated[str, typer.Option("--from", help="First fiscal period.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last fiscal period.")] = "9999",
    directory: Annotated[
        Path | None, typer.Option("--out", help="Write the bridges there as CSV.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=0, help="Customers shown; all with --json.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Say who costs more or less under another cost model, to the cent."""
    methods = service_method or []
    _check(new, policy, methods)
    settings = load_settings()
    if directory is not None:
        check_outside(directory, settings.data_dir)
    base = _release(settings, old)
    if policy is None and not methods:
        other = _release(settings, new)
        _check_currency(base, other)
        found = [compare_models(_named(base), _named(other), (first, last))]
    else:
        candidates = [{"service_allocation_method": name} for name in methods] or [{}]
        found = [
            _against_candidate(settings, base, policy, candidate, (first, last))
            for candidate in candidates
        ]
    for comparison in found:
        if directory is not None:
            _write(comparison, directory)
        if not as_json:
            _print(comparison, limit)
    if as_json:
        print_json([comparison.to_dict() for comparison in found])


def _check(new: str | None, policy: Path | None, methods: list[str]) -> None:
    if policy is not None:
        check_directory(policy, "--policy")
    if new is not None and (policy is not None or methods):
        message = "two releases and a candidate cannot be compared at once"
        raise bad_option(message, "NEW", "leave out the second release")
    for name in methods:
        if name not in METHODS:
            message = f"{name!r} is no method of charging services"
            raise bad_option(
                message, "--service-method", f"one of {', '.join(METHODS)}"
            )


def _check_currency(base: Release, other: Release) -> None:
    codes = [each.manifest()["base_currency_code"] for each in (base, other)]
    if codes[0] != codes[1]:
        message = f"amounts in {codes[0]} and in {codes[1]} have no difference"
        raise bad_option(message, "NEW", "name releases of one base currency")


def _release(settings: Settings, release_id: str | None) -> Release:
    """Find a release; the one in force where no id is given."""
    if release_id is None:
        return release_in_force(settings.data_dir)
    return find_release(settings.data_dir, release_id)


def _named(release: Release) -> tuple[str, Path]:
    return release.release_id, release.database


def _against_candidate(
    settings: Settings,
    base: Release,
    policy: Path | None,
    changed: dict[str, str],
    periods: tuple[str, str],
) -> Comparison:
    """Run the base again under a candidate policy and compare."""
    parts = ([str(policy)] if policy else []) + list(changed.values())
    name = " ".join(("candidate", *parts))
    with ExitStack() as opened:
        opened.enter_context(err.status(f"Refreshing under {name}"))
        database = opened.enter_context(
            released_under(settings.data_dir, base, policy, changed)
        )
        return compare_models(_named(base), (name, database), periods)


def _write(comparison: Comparison, directory: Path) -> None:
    """Write one file per table, named after the candidate or release."""
    directory.mkdir(parents=True, exist_ok=True)
    name = "".join(c if c.isalnum() or c in "-_" else "_" for c in comparison.new)
    for table in ("pools", "segments", "customers"):
        rows: list[dict[str, Any]] = getattr(comparison, table)
        path = directory / f"{name}_{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(
                {column: _text(value) for column, value in row.items()} for row in rows
            )


def _text(value: object) -> object:
    """Keep a spreadsheet from running a name as a formula."""
    runs = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if runs else value


def _print(comparison: Comparison, limit: int) -> None:
    text = f"Cost to serve: {comparison.old} (old) and {comparison.new} (new)"
    out.print(text, highlight=False)
    changes = [row[NEW] - row[OLD] for row in comparison.customers]
    more, less = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    moved = sum(c for c in changes if c > 0)
    out.print(
        f"{more} customers cost more, {less} less, {len(changes) - more - less} the"
        f" same; {moved:,.2f} more on the former.",
        highlight=False,
    )
    total = {"total": "all customers", **comparison.total}
    _print_rows("Bridge", [total], ("total",))
    pools = [row for row in comparison.pools if row[OLD] or row[NEW]]
    _print_rows("Pools", pools, ("cost_pool_code",))
    _print_rows("Segments", comparison.segments, ("segment_code",))
    shown = [row for row in comparison.customers if row[OLD] != row[NEW]][:limit]
    _print_rows("Customers", shown, ("customer_id", "customer_name", "segment_code"))


def _print_rows(title: str, rows: list[dict[str, Any]], key: tuple[str, ...]) -> None:
    """Print rows of a bridge: old amount, what each step changes, new amount."""
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    for column in key:
        table.add_column(column.removesuffix("_code").replace("_", " "))
    for head in HEADS:
        table.add_column(head, justify="right")
    for row in rows:
        amounts = (f"{row[name]:,.2f}" for name in (OLD, *CHANGES, NEW))
        table.add_row(*(str(row[name] or "") for name in key), *amounts)
    out.print(table)
