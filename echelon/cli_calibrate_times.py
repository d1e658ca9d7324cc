"""The command that fits standard minutes to measured ones."""

from typing import Any

from rich.table import Table

from echelon.cli_options import AsJson, out, print_json
from echelon.config import load_settings

COLUMNS = ("Term", "Count", "Fitted minutes", "+/-", "Standard", "Note")


def calibrate_times_command(as_json: AsJson = False) -> None:
    """Fit the minutes of order handling to measured ones; change nothing."""
    # The library that fits takes a second to import.
    from echelon.time_calibration import calibrate_times

    found = calibrate_times(load_settings().data_dir).to_dict()
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(found: dict[str, Any]) -> None:
    title = f"{found['driver_code']} (release {found['release_id']})"
    table = Table(*COLUMNS, title=title)
    for row in found["terms"]:
        table.add_row(
            row["term"],
            f"{row['count']:,}",
            _text(row["fitted_minutes"]),
            _text(row["standard_error_minutes"]),
            _text(row["standard_minutes"]),
            row["note"],
        )
    out.print(table)
    out.print(
        f"{found['measured_minutes']:,.0f} minutes measured in {found['row_count']}"
        f" closed periods of entities, {found['standard_minutes']:,.0f} by standards"
    )
    out.print(explained(found))
    for line in (found["verdict"], *found["reasons"], *found["cautions"]):
        out.print(line)
    for row in found["policy_rows"]:
        out.print(
            f"policy_time_equations, {row['term']}: minutes {row['minutes']},"
            f" now {_text(row['minutes_in_force']) or 'none'}",
        )


def explained(found: dict[str, Any]) -> str:
    """Say how much of the measured minutes the fitted terms explain.

    Args:
        found: A calibration as plain values.

    Returns:
        One line.
    """
    variance, rest = (
        f"{_text(found[name], '.2%')} of the {whole}"
        if found[name] is not None
        else "not known"
        for name, whole in (("fit_ratio", "variance"), ("residual_ratio", "minutes"))
    )
    return f"Explained: {variance}; left over: {rest}"


def _text(value: object, layout: str = ".2f") -> str:
    return "" if value is None else format(value, layout)
