"""How alike are the candidate pairs? Splink scores them with a model's weights."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import duckdb

from echelon.identity.frequencies import register_frequencies
from echelon.identity.model import ComparisonWeights, LevelWeights, MatchModel
from echelon.identity.settings import MatchSettings, UsedComparison
from echelon.identity.sql import count, run
from echelon.identity.standardise_sql import COLUMNS

if TYPE_CHECKING:  # importing Splink takes seconds
    from splink import Linker


def used_comparisons(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings
) -> tuple[list[UsedComparison], list[str]]:
    """Say which comparisons have something to compare, and which not.

    Returns:
        The usable comparisons, and a note per comparison left out.
    """
    present = columns_with_values(connection)
    used, notes = [], []
    for comparison in settings.comparisons:
        if not present.intersection(comparison.needs):
            columns = ", ".join(comparison.needs)
            notes.append(f"comparison {comparison.comparison}: no values in {columns}")
            continue
        levels = [
            level
            for level in comparison.levels
            if level.when is None or present.issuperset(level.needs)
        ]
        used.append(UsedComparison(comparison, levels))
    return used, notes


def columns_with_values(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the standardised columns that two records or more have a value in."""
    counts = ", ".join(f"count({column})" for column in COLUMNS)
    row = run(connection, f"select {counts} from match_records")[0]
    return {column for column, n in zip(COLUMNS, row, strict=True) if n > 1}


@contextmanager
def linker(
    connection: duckdb.DuckDBPyConnection,
    used: list[UsedComparison],
    weights: list[ComparisonWeights],
    match_prior: float,
    table: str = "match_numbered",
) -> Iterator["Linker"]:
    """Open a Splink linker.

    Args:
        connection: Holds the table.
        used: The comparisons.
        weights: Their m and u, in the same order.
        match_prior: Probability that two random records match.
        table: ``match_numbered`` or a sample of it.
    """
    from splink import DuckDBAPI, Linker

    # Levels nobody met are expected here: the priors stand in for them.
    logging.getLogger("splink").setLevel(logging.ERROR)

    api = DuckDBAPI(connection=connection)
    frame = api.register(table)
    settings: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "record_number",
        "probability_two_random_records_match": match_prior,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            _comparison_settings(one, its)
            for one, its in zip(used, weights, strict=True)
        ],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
    }
    opened = Linker(frame, settings, log_level=None, validate_settings=False)
    try:
        yield opened
    finally:
        for made in list(opened._intermediate_table_cache.values()):
            if made.physical_name.startswith("__splink"):
                run(connection, f"drop table if exists {made.physical_name}")


def _comparison_settings(
    used: UsedComparison, weights: ComparisonWeights
) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": used.comparison.missing,
            "label_for_charts": "missing",
            "is_null_level": True,
        }
    ]
    for level, weight in zip(used.levels, weights.levels, strict=True):
        entry = {
            "sql_condition": level.when or "ELSE",
            "label_for_charts": level.label,
            "m_probability": weight.m,
            "u_probability": weight.u,
        }
        if level.term_frequency:
            entry["tf_adjustment_column"] = level.term_frequency
            entry["tf_minimum_u_value"] = level.least_u
            entry["disable_tf_exact_match_detection"] = True
        levels.append(entry)
    return {
        "output_column_name": used.comparison.comparison,
        "comparison_levels": levels,
    }


def without_frequencies(used: UsedComparison) -> UsedComparison:
    """Return the comparison with levels that weigh every value alike."""
    levels = [one.model_copy(update={"term_frequency": None}) for one in used.levels]
    return replace(used, levels=levels)


def prior_weights(used: UsedComparison) -> ComparisonWeights:
    """Return the settings' m and u of the levels that can be reached, summing to 1."""
    total_m = sum(level.m for level in used.levels)
    total_u = sum(level.u for level in used.levels)
    levels = [
        LevelWeights(level.label, level.m / total_m, level.u / total_u)
        for level in used.levels
    ]
    return ComparisonWeights(used.comparison.comparison, False, levels)


def score_candidates(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    model: MatchModel,
) -> None:
    """Write ``match_scored``: candidate pairs from the reject threshold up.

    Columns: record_l, record_r, match_weight, match_probability, and per comparison
    ``gamma_`` (-1 missing, 0 the last level, upwards to agreement), ``mw_`` and, with
    term frequencies, ``mw_tf_adj_`` (bits).

    Args:
        connection: Holds ``match_numbered`` and ``match_candidates``.
        settings: The settings the model was trained with.
        model: The model.
    """
    used = model_comparisons(settings, model)
    records = count(connection, "select count(*) from match_numbered")
    prior = model.prior_among(records)
    with linker(connection, used, model.comparisons, prior) as opened:
        register_frequencies(connection, opened, used, model)
        run(
            connection,
            "create or replace temp view match_blocked as "
            "select '0' as match_key, record_l as join_key_l, record_r as join_key_r "
            "from match_candidates",
        )
        api = opened._db_api
        blocked = api.register("match_blocked")
        opened.table_management.register_blocked_pairs_for_predict(blocked)
        scored = opened.inference.predict(
            threshold_match_probability=settings.thresholds.reject,
            warning_mode="never",
        )
        run(
            connection,
            "create or replace temp table match_scored as select "
            "record_number_l as record_l, record_number_r as record_r, "
            "columns('^(match_weight|match_probability|gamma_.*|mw_.*)$') "
            f"from {scored.physical_name}",
        )
        scored.drop_table_from_database_and_remove_from_cache()


def comparison_json_sql(settings: MatchSettings, model: MatchModel) -> str:
    """Say level and weight (bits) of each comparison of a scored pair, as JSON."""
    parts = []
    for one in model_comparisons(settings, model):
        name = one.comparison.comparison
        labels = ", ".join(f"'{level.label}'" for level in reversed(one.levels))
        weight = f"mw_{name}"
        if any(level.term_frequency for level in one.levels):
            weight += f" + mw_tf_adj_{name}"
        parts.append(
            f"{name} := case when gamma_{name} >= 0 then struct_pack("
            f"level := [{labels}][gamma_{name} + 1], bits := round({weight}, 2)) end"
        )
    return f"to_json(struct_pack({', '.join(parts)}))"


def model_comparisons(
    settings: MatchSettings, model: MatchModel
) -> list[UsedComparison]:
    """Return the comparisons of a model, with the levels it has weights for."""
    by_name = {one.comparison: one for one in settings.comparisons}
    used = []
    for weights in model.comparisons:
        comparison = by_name[weights.comparison]
        labels = {level.label for level in weights.levels}
        levels = [level for level in comparison.levels if level.label in labels]
        used.append(UsedComparison(comparison, levels))
    return used
