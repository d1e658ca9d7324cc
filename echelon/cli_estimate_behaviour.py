"""The command that estimates from past periods how cost moves with its driver."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.table import Table

from echelon.cli_options import AsJson, out, print_json
from echelon.config import load_settings

FIGURES = (
    "Periods",
    "Per unit",
    "High-low",
    "Fixed",
    "R2",
    "Variable",
    "Policy",
    "Verdict",
)


def estimate_behaviour_command(as_json: AsJson = False) -> None:
    """Estimate how the cost of each pool moves with its driver; change nothing."""
    # The library of regressions takes seconds to import.
    from echelon.behaviour_estimate import estimate_behaviour

    found = estimate_behaviour(load_settings().data_dir).to_dict()
    if as_json:
        print_json(found)
        return
    _print(found)


def _print(found: dict[str, Any]) -> None:
    by_entity = groupby(found["estimates"], key=itemgetter("entity_code"))
    for entity, rows in by_entity:
        title = f"{entity}: cost over closed periods (release {found['release_id']})"
        out.print(entity_table(title, rows))
    for row in found["estimates"]:
        if row["reason"]:
            where = f"{row['entity_code']} {row['cost_pool_code']}"
            out.print(f"{where}: {row['verdict']}: {row['reason']}")
    for row in found["policy_rows"]:
        out.print(
            f"policy_cost_pools, all rows of {row['cost_pool_code']}: avoidable_ratio"
            f" {row['avoidable_ratio']}, now {_text(row['avoidable_ratio_in_force'])}",
        )


def entity_table(title: str, rows: Iterable[dict[str, Any]]) -> Table:
    """Lay out the estimates of one entity.

    Args:
        title: What to write above them.
        rows: Estimates of `BehaviourEstimates`.

    Returns:
        One row per pool.
    """
    table = Table(title=title)
    # Made anew: a column keeps the cells of the tables it was in.
    table.add_column("Pool, driver", no_wrap=True)
    for name in FIGURES:
        table.add_column(name)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    slope, error = row["slope_base_ccy_per_unit"], row["slope_standard_error"]
    return (
        f"{row['cost_pool_code']}\n{row['driver']}",
        str(row["period_count"]),
        "" if slope is None else f"{slope:,.4f}\n+/- {error:,.4f}",
        _text(row["high_low_slope_base_ccy_per_unit"], ",.4f"),
        _text(row["intercept_amount_base_ccy"], ",.2f"),
        _text(row["fit_ratio"]),
        _text(row["variable_ratio"]),
        f"{row['policy_behaviour'] or ''}\n{_text(row['policy_avoidable_ratio'])}",
        row["verdict"],
    )


def _text(value: object, layout: str = ".2f") -> str:
    return "" if value is None else format(value, layout)
