"""The commands that follow a cost back to its postings, and a posting forward."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from echelon.cli_options import IS_TERMINAL, AsJson, print_json
from echelon.config import load_settings
from echelon.trace import Trace, trace_customer, trace_journal

trace = typer.Typer(
    help="Follow a cost back to journal lines, or a journal to who bears it.",
    no_args_is_help=True,
)
out = Console(width=None if IS_TERMINAL else 140, markup=False, emoji=False)
Limit = Annotated[int, typer.Option(help="Rows shown of each step; all with --json.")]
Rows = list[dict[str, Any]]


@trace.command()
def customer(
    customer_id: Annotated[str, typer.Argument(help="Persistent id (C...).")],
    period: Annotated[str, typer.Option(help="Fiscal period, such as 2025-11.")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Say what a customer costs, down to driver events, journal lines and rules."""
    found = trace_customer(load_settings().data_dir, customer_id, period)
    if as_json:
        print_json(found.to_dict())
        return
    _print_head(found, f"{customer_id} costs", f"in {period}")
    _print("Activities", found.steps["activities"], limit, "allocated_amount_base_ccy")
    _print("Driver events", found.steps["events"], limit, "allocated_amount_base_ccy")
    _print("Journal lines", found.steps["postings"], limit, "traced_amount_base_ccy")
    _print("Rules", found.rules, limit)


@trace.command()
def journal(
    journal_id: Annotated[str, typer.Argument(help="Journal id.")],
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Say who bears a journal, and what of it nobody bears."""
    found = trace_journal(load_settings().data_dir, journal_id)
    if as_json:
        print_json(found.to_dict())
        return
    _print_head(found, f"journal {journal_id} posts", "to profit and loss")
    _print("Journal lines", found.steps["postings"], limit, "amount_base_ccy")
    destinations = found.steps["destinations"]
    where = ("cost_pool_code", "carried_by_pool_code", "activity_code")
    shares = _added_up(destinations, (*where, "destination_code"))
    _print("Where it went", shares, limit, "traced_amount_base_ccy")
    bearing = [row for row in destinations if row["destination_code"] == "customer"]
    customers = _added_up(bearing, ("customer_id", "customer_name"))
    customers.sort(key=lambda row: -abs(row["traced_amount_base_ccy"]))
    _print("Customers", customers, limit, "traced_amount_base_ccy")
    _print("Rules", found.rules, limit)


def _added_up(rows: Rows, key: tuple[str, ...]) -> Rows:
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(row[name] for name in key)] += row["traced_amount_base_ccy"]
    return [
        {**dict(zip(key, place, strict=True)), "traced_amount_base_ccy": amount}
        for place, amount in sums.items()
    ]


def _print_head(found: Trace, before: str, after: str) -> None:
    amount = f"{found.amount_base_ccy:,.2f}"
    text = f"{before} {amount} {after} (release {found.release_id})"
    out.print(text, highlight=False)
    out.print("Every step adds up to it.", highlight=False)


def _print(title: str, rows: Rows, limit: int, amount: str | None = None) -> None:
    """Print one step; the last line says what all its rows add up to."""
    columns = list(rows[0]) if rows else []
    table = Table(title=title, title_justify="left", show_footer=amount is not None)
    for name in columns:
        total = f"{sum(row[name] for row in rows):,.2f}" if name == amount else ""
        label = name.removesuffix("_base_ccy").removesuffix("_code").replace("_", " ")
        value = next((row[name] for row in rows if row[name] is not None), None)
        widest = max(len(text) for text in (total, *(_text(row[name]) for row in rows)))
        # A figure or a day that is cut says nothing; words may break over lines.
        table.add_column(
            label,
            total,
            justify="right" if isinstance(value, Decimal | int) else "left",
            min_width=widest if isinstance(value, Decimal | int | date) else None,
            overflow="fold",
        )
    for row in rows[:limit]:
        table.add_row(*(_text(row[name]) for name in columns))
    out.print(table, crop=False)
    if len(rows) > limit:
        out.print(f"{limit} of {len(rows)} rows; --limit shows more", highlight=False)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return str(value)
