"""How alike are the candidate pairs? Splink scores them with a model's weights."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from echelon.identity.model import ComparisonWeights, LevelWeights, MatchModel
from echelon.identity.settings import Comparison, Level, MatchSettings
from echelon.identity.sql import count, run
from echelon.identity.standardise import COLUMNS

if TYPE_CHECKING:  # importing Splink takes seconds
    from splink import Linker

# A value met less often than this counts as if met twice: rarer cannot be told.
FREQUENT = 3
FREQUENT_VALUES = 50_000
LEAST_TERM = 0.2  # share of a value's records that are taken for other customers'

# Two words are alike if one begins with the other or a letter or two differ.
MACROS = """
create or replace temp macro match_alike(a, b) as
    a = b
    or (length(a) >= 3 and starts_with(b, a))
    or (length(b) >= 3 and starts_with(a, b))
    or (least(length(a), length(b)) >= 4 and jaro_winkler_similarity(a, b) >= 0.9);
create or replace temp macro match_covered(words, weights, others) as
    coalesce(list_sum(list_transform(list_zip(words, weights), lambda pair:
        case
            when list_contains(others, pair[1]) then pair[2]
            when len(list_filter(others, lambda other: match_alike(other, pair[1]))) > 0
            then pair[2] * 9 // 10
            else 0
        end
    )), 0);
create or replace temp macro match_overlap(words_l, weights_l, words_r, weights_r) as
    (match_covered(words_l, weights_l, words_r)
        + match_covered(words_r, weights_r, words_l))
    / (list_sum(weights_l) + list_sum(weights_r));
create or replace temp macro match_contained(words_l, weights_l, words_r, weights_r) as
    greatest(
        match_covered(words_l, weights_l, words_r) / list_sum(weights_l),
        match_covered(words_r, weights_r, words_l) / list_sum(weights_r)
    );
"""


@dataclass(frozen=True)
class UsedComparison:
    """A comparison whose columns have values, with the levels that can be reached."""

    comparison: Comparison
    levels: list[Level]


def number_records(
    connection: duckdb.DuckDBPyConnection, frequencies: dict[str, dict[str, int]]
) -> None:
    """Write ``match_numbered``: records numbered by key, their words weighed.

    Args:
        connection: Holds ``match_records``.
        frequencies: The model's; ``name_tokens`` and its record count weigh words.
    """
    run(connection, MACROS)
    counts = frequencies.get("name_tokens", {})
    total = frequencies.get("", {}).get("records", 0) + 1
    view = pa.table(
        {
            "word": pa.array(list(counts), pa.string()),
            "count": pa.array(list(counts.values()), pa.int64()),
        }
    )
    connection.register("match_counts_view", view)
    run(
        connection,
        f"""
        create or replace temp table match_numbered as
        with words as (
            select identifier_key, unnest(name_tokens) as word,
                generate_subscripts(name_tokens, 1) as position
            from match_records
        ),
        weighed as (
            select
                identifier_key,
                list(greatest(1, cast(round(100 * ln(
                    {total} / (coalesce(match_counts_view.count, 1) + 1)
                )) as int)) order by position) as name_weights,
                bit_or(1 << least(greatest(ascii(word) - 96, 0), 27)) as name_initials
            from words
            left join match_counts_view using (word)
            group by identifier_key
        )
        select
            cast(row_number() over (order by identifier_key) as int) as record_number,
            match_records.*,
            name_weights,
            name_initials
        from match_records
        left join weighed using (identifier_key)
        order by record_number
        """,
    )
    connection.unregister("match_counts_view")


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
        for table in list(opened._intermediate_table_cache.values()):
            if table.physical_name.startswith("__splink"):
                run(connection, f"drop table if exists {table.physical_name}")


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
            entry["disable_tf_exact_match_detection"] = True
        levels.append(entry)
    return {
        "output_column_name": used.comparison.comparison,
        "comparison_levels": levels,
    }


def prior_weights(used: UsedComparison) -> ComparisonWeights:
    """Return the settings' m and u of the levels that can be reached, summing to 1."""
    total_m = sum(level.m for level in used.levels)
    total_u = sum(level.u for level in used.levels)
    levels = [
        LevelWeights(level.label, level.m / total_m, level.u / total_u)
        for level in used.levels
    ]
    return ComparisonWeights(used.comparison.comparison, False, levels)


def count_terms(
    connection: duckdb.DuckDBPyConnection, used: list[UsedComparison], unseen: int
) -> dict[str, dict[str, int]]:
    """Count how often values occur: of frequency-adjusted columns and of name words.

    Returns:
        Column to value to count; under ``""`` the records counted plus ``unseen``.
    """
    columns = sorted(
        {
            level.term_frequency
            for one in used
            for level in one.levels
            if level.term_frequency
        }
    )
    counted = {column: f"select {column} as value" for column in columns}
    counted["name_tokens"] = "select unnest(name_tokens) as value"
    frequencies = {}
    for column, query in counted.items():
        rows = run(
            connection,
            f"select value, count(*) from ({query} from match_records) "
            f"where value is not null group by value having count(*) >= {FREQUENT} "
            f"order by count(*) desc, value limit {FREQUENT_VALUES}",
        )
        frequencies[column] = {str(value): int(times) for value, times in rows}
    records = count(connection, "select count(*) from match_records")
    frequencies[""] = {"records": records + unseen}
    return frequencies


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
    with linker(connection, used, model.comparisons, model.match_prior) as opened:
        _register_frequencies(connection, opened, used, model)
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


def _register_frequencies(
    connection: duckdb.DuckDBPyConnection,
    opened: "Linker",
    used: list[UsedComparison],
    model: MatchModel,
) -> None:
    """Give Splink the model's term frequencies instead of the records' own.

    What counts is how often *other* customers have the value, so the records a customer
    has itself are taken off, as far as its value's count allows.
    """
    total = model.term_frequencies[""]["records"]
    columns = {level.term_frequency for one in used for level in one.levels}
    for column in sorted(name for name in columns if name):
        counts = model.term_frequencies.get(column, {})
        view = pa.table(
            {
                "value": pa.array(list(counts), pa.string()),
                "count": pa.array(list(counts.values()), pa.int64()),
            }
        )
        connection.register("match_counts_view", view)
        run(
            connection,
            f"""
            create or replace temp table match_frequency_{column} as
            select
                {column},
                greatest(
                    coalesce(match_counts_view.count, {FREQUENT - 1})
                    - {model.own_records},
                    coalesce(match_counts_view.count, {FREQUENT - 1}) * {LEAST_TERM}
                ) / {total} as tf_{column}
            from (select distinct {column} from match_numbered) as terms
            left join match_counts_view on terms.{column} = match_counts_view.value
            where {column} is not null
            """,
        )
        connection.unregister("match_counts_view")
        table = opened._db_api.register(f"match_frequency_{column}")
        opened.table_management.register_term_frequency_lookup(table, column)
