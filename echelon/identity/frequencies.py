"""How often do values and words occur, and what is a word worth?"""

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from echelon.identity.model import MatchModel
from echelon.identity.settings import UsedComparison
from echelon.identity.sql import count, run

if TYPE_CHECKING:  # importing Splink takes seconds
    from splink import Linker

# A value met less often than this counts as if met twice: rarer cannot be told.
FREQUENT = 3
FREQUENT_VALUES = 50_000
LEAST_TERM = 0.2  # share of a value's records that are taken for other customers'

# Two words are alike if one begins with the other or a letter or two differ; akin, if
# one may be short for the other or badly mistyped. What is not akin is another word.
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
create or replace temp macro match_akin(a, b) as
    (left(a, 1) = left(b, 1) and jaro_winkler_similarity(a, b) >= 0.75)
    or (least(length(a), length(b)) >= 4 and damerau_levenshtein(a, b) <= 1);
create or replace temp macro match_rest(words, others, city) as
    list_filter(words, lambda word:
        not list_contains(others, word)
        and not contains(' ' || coalesce(city, '') || ' ', ' ' || word || ' ')
    );
create or replace temp macro match_has_own(words, others) as
    len(list_filter(words, lambda word:
        len(list_filter(others, lambda other: match_akin(other, word))) = 0
    )) > 0;
create or replace temp macro match_apart(words_l, words_r, city_l, city_r) as
    case
        when list_has_all(words_l, words_r) or list_has_all(words_r, words_l) then false
        else
            match_has_own(
                match_rest(words_l, words_r, city_l),
                match_rest(words_r, words_l, city_r)
            )
            and match_has_own(
                match_rest(words_r, words_l, city_r),
                match_rest(words_l, words_r, city_l)
            )
    end;
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


def number_records(
    connection: duckdb.DuckDBPyConnection,
    frequencies: dict[str, dict[str, int]],
    known: pa.Table | None = None,
) -> None:
    """Write ``match_numbered``: records numbered by key, their words weighed.

    Args:
        connection: Holds ``match_given`` and ``match_records``.
        frequencies: The model's; ``name_tokens`` and its record count weigh words.
        known: Rows of an earlier ``match_numbered`` that stand for given records which
            are not in ``match_records``; ``is_changed`` tells the two apart.
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
    unchanged = ""
    if known is not None:
        connection.register("match_known_view", known)
        unchanged = (
            "union all by name select known.*, false as is_changed "
            "from match_known_view as known "
            "semi join match_given using (identifier_key, record_hash)"
        )
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
        ),
        numbers as (
            select
                identifier_key,
                cast(row_number() over (order by identifier_key) as int)
                    as record_number
            from match_given
        ),
        records as (
            select match_records.*, name_weights, name_initials, true as is_changed
            from match_records
            left join weighed using (identifier_key)
            {unchanged}
        )
        select * from records inner join numbers using (identifier_key)
        """,
    )
    connection.unregister("match_counts_view")
    if known is not None:
        connection.unregister("match_known_view")


def count_terms(
    connection: duckdb.DuckDBPyConnection, used: list[UsedComparison], unseen: int
) -> dict[str, dict[str, int]]:
    """Count how often values occur: of frequency-adjusted columns and of name words.

    An address or a tax number is kept as its hash: the model is read by more people
    than the records are.

    Returns:
        Column to hash of the value, or word of a name, to count; under ``""`` the
        records counted plus ``unseen``.
    """
    columns = sorted(
        {
            level.term_frequency
            for one in used
            for level in one.levels
            if level.term_frequency
        }
    )
    counted = {column: f"select {_hashed(column)} as value" for column in columns}
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


def register_frequencies(
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
            left join match_counts_view
                on {_hashed(f"terms.{column}")} = match_counts_view.value
            where {column} is not null
            """,
        )
        connection.unregister("match_counts_view")
        table = opened._db_api.register(f"match_frequency_{column}")
        opened.table_management.register_term_frequency_lookup(table, column)


def _hashed(column: str) -> str:
    return f"sha256(cast({column} as varchar))"
