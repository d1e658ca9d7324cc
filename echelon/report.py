"""How a release is shown in a terminal."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from echelon.release.store import Release
from echelon.summary import Summary

TIE_OUT_LINES = {
    "allocated": "allocated to orders and customers",
    "unused_capacity": "unused capacity",
    "sustaining": "sustaining",
    "excluded": "excluded by policy",
    "unallocated": "unallocated (no driver)",
    "quarantined": "quarantined",
    "variance": "variance",
}


def print_summary(console: Console, summary: Summary) -> None:
    """Print release, segments, cost-to-serve, tie-out, gates and where to look next."""
    currency = summary.base_currency_code
    inputs = ", ".join(f"{name} {day}" for name, day in summary.input_as_of.items())
    console.print(
        f"\n[bold]Release {summary.release_id}[/bold] as of {summary.as_of_date}",
        markup=True,
    )
    console.print(f"Input as of: {inputs}")
    levels = ", ".join(f"{use} by {level}" for use, level in summary.levels.items())
    console.print(f"Levels: {levels}\n")
    _print_segments(console, summary, currency)
    _print_tie_out(console, summary, currency)
    _print_taken_over(console, summary)
    for mart, availability in summary.unavailable.items():
        console.print(f"{mart}: {availability}", style="yellow")
    for attribute, reason in summary.refused_attributes.items():
        console.print(f"attribute {attribute} is not used: {reason}", style="yellow")
    for line in summary.review.lines() if summary.review else ():
        console.print(line, style="yellow", soft_wrap=True)
    gates = ", ".join(f"{count} {outcome}" for outcome, count in summary.gates.items())
    console.print(f"Gates: {gates}")
    console.print(
        "\nNext: [bold]make ui[/bold] (asset graph, gates, pictures), or query",
        markup=True,
    )
    console.print(f"  {summary.published_path}", soft_wrap=True)


def print_status(console: Console, release: Release) -> None:
    """Print which release is in force and what it followed."""
    previous = release.previous_release_id or "none"
    console.print(f"In force: {release.release_id} (before it: {previous})")


def print_releases(
    console: Console, releases: Sequence[Release], pinned: Collection[str]
) -> None:
    """Print the releases on disk."""
    table = Table("release", "as of", "recorded at", "in force", "pinned")
    for release in releases:
        table.add_row(
            release.release_id,
            str(release.as_of_date),
            str(release.recorded_at),
            "yes" if release.is_current else "",
            "yes" if release.release_id in pinned else "",
        )
    console.print(table)


def _print_segments(console: Console, summary: Summary, currency: str) -> None:
    table = Table("segment", "name", title="Segments", title_justify="left")
    table.add_column("customers", justify="right")
    table.add_column(f"net sales {currency}", justify="right")
    table.add_column(f"cost-to-serve {currency}", justify="right")
    table.add_column("of sales", justify="right")
    for line in summary.segments:
        sales, cost = line.net_sales_amount_base_ccy, line.cost_to_serve_amount_base_ccy
        table.add_row(
            line.segment_code,
            line.segment_name,
            f"{line.customer_count:,}",
            _money(sales),
            _money(cost),
            f"{cost / sales:.1%}" if sales and cost is not None else "",
        )
    console.print(table)


def _print_tie_out(console: Console, summary: Summary, currency: str) -> None:
    tie_out = summary.tie_out
    if tie_out is None:
        return
    table = Table(title="Cost tie-out", title_justify="left", show_header=False)
    table.add_column("line")
    table.add_column(currency, justify="right")
    table.add_row(f"{tie_out.against}, total", _money(tie_out.amounts["booked"]))
    for name, label in TIE_OUT_LINES.items():
        if name in ("allocated", "variance"):
            table.add_section()
        table.add_row(label, _money(tie_out.amounts[name]))
    console.print(table)
    console.print(
        f"{tie_out.checked_count:,} entity, pool and period lines checked, "
        f"{tie_out.variance_count} with a variance"
    )


def _print_taken_over(console: Console, summary: Summary) -> None:
    """Say what was not allocated again; nothing of a release that took nothing over."""
    counts = summary.taken_over
    if counts.get("activities"):
        console.print(
            f"Driven costs of {counts['periods']} of {counts['of_periods']} periods"
            " taken over from the release before as nothing changed"
            f" ({counts['activities']:,} of {counts['of_activities']:,} activities)"
        )


def _money(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f}"
