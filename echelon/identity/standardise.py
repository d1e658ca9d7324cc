"""What does a record say once writing habits are taken out?

Everything runs in DuckDB. The result is the table ``match_records``: one row per input
record with the columns of ``COLUMNS``; a text without content is null everywhere.
"""

import duckdb
import pyarrow as pa

from echelon.identity.sql import run, write_table
from echelon.identity.standardise_sql import MACROS, RECORDS
from echelon.identity.words import Words, writings
from echelon.quoting import quote_text

INPUT_COLUMNS = (
    "source_system",
    "name",
    "given_name",
    "surname",
    "birth_date",
    "person_number",
    "tax_id",
    "duns",
    "house_number",
    "address_line",
    "city",
    "region",
    "postal_code",
    "country_code",
    "phone",
    "email",
    "website",
)


def standardise(
    connection: duckdb.DuckDBPyConnection,
    records: pa.Table,
    words: Words,
    known: pa.Table | None = None,
) -> None:
    """Write ``match_records`` from the input records.

    Beside it ``match_given`` has the hash of what each record says.

    Args:
        connection: Where the tables are made.
        records: One row per record with ``identifier_key`` (unique) and any of
            ``INPUT_COLUMNS``; other columns are ignored.
        words: The dictionary.
        known: identifier_key and record_hash of records of an earlier run; those that
            say the same again are left out.
    """
    run(connection, MACROS)
    connection.register("match_input_view", records)
    texts = ", ".join(_text(name, records.column_names) for name in INPUT_COLUMNS)
    run(
        connection,
        "create or replace temp table match_given as "
        "select cast(identifier_key as varchar) as identifier_key, "
        f"hash({texts}) as record_hash from match_input_view",
    )
    _read_input(connection, records.column_names, words, known)
    connection.unregister("match_input_view")
    _write_words(connection, words)
    street_suffix = r"regexp_replace(match_plain(concat_ws(' ', house_number,"
    street_suffix += r" address_line)), '([a-z]{3,})(strasse|straat|str)\b', "
    street_suffix += r"'\1 street', 'g')"
    _write_tokens(connection, "name", _phrases_sql("match_plain(name)", words))
    _write_tokens(connection, "address", street_suffix)
    _write_tokens(connection, "city", "match_plain(city)")
    run(connection, RECORDS)


def _read_input(
    connection: duckdb.DuckDBPyConnection,
    present: list[str],
    words: Words,
    known: pa.Table | None,
) -> None:
    """Take the known columns as text; texts that stand for nothing are null."""
    nulls = ", ".join(quote_text(word) for word in words.null_words)
    columns = [
        f"case when lower(trim({text})) not in ({nulls}) "
        f"then trim({text}) end as {name}"
        for name in INPUT_COLUMNS
        for text in [_text(name, present)]
    ]
    unchanged = ""
    if known is not None:
        connection.register("match_known_view", known)
        unchanged = "anti join match_known_view using (identifier_key, record_hash)"
    run(
        connection,
        "create or replace temp table match_input as "
        f"select identifier_key, record_hash, {', '.join(columns)} "
        f"from match_input_view inner join match_given using (identifier_key) "
        f"{unchanged} order by identifier_key",
    )
    if known is not None:
        connection.unregister("match_known_view")


def _text(name: str, present: list[str]) -> str:
    """Say a column as text, null where the records come without it."""
    return f"cast({name if name in present else 'null'} as varchar)"


def _write_words(connection: duckdb.DuckDBPyConnection, words: Words) -> None:
    """Write the dictionary as ``match_words``: field, writing, word (null: dropped)."""
    found: dict[tuple[str, str], str | None] = {}
    for word in [*words.legal_forms, *words.legal_phrases, *words.name_stop_words]:
        found["name", word] = None
    for word in words.address_stop_words:
        found["address", word] = None
    for field, groups in (
        ("name", words.name_words),
        ("address", words.address_words),
        ("city", words.city_words),
    ):
        for writing, word in writings(groups).items():
            found.setdefault((field, writing), word)
    columns = {
        "field": pa.array([field for field, _ in found], pa.string()),
        "writing": pa.array([writing for _, writing in found], pa.string()),
        "word": pa.array(list(found.values()), pa.string()),
    }
    write_table(connection, "match_written_words", columns)
    run(
        connection,
        "create or replace temp table match_words as "
        "select field, match_fold(writing) as writing, min(match_fold(word)) as word "
        "from match_written_words group by field, match_fold(writing)",
    )
    _write_lookup(connection, "match_countries", writings(words.country_words))
    mails = dict.fromkeys(words.free_mail_domains, "")
    _write_lookup(connection, "match_free_mail", mails)
    _write_lookup(connection, "match_places", writings(words.city_words))


def _write_lookup(
    connection: duckdb.DuckDBPyConnection, table: str, groups: dict[str, str]
) -> None:
    """Write a table of each writing and its word."""
    columns = {
        "writing": pa.array(list(groups), pa.string()),
        "word": pa.array(list(groups.values()), pa.string()),
    }
    write_table(connection, table, columns)


def _phrases_sql(expression: str, words: Words) -> str:
    """Make one word of legal forms that are written as several."""
    for word, phrases in words.legal_phrases.items():
        pattern = "|".join(phrases)
        expression = f"regexp_replace({expression}, '\\b({pattern})\\b', '{word}', 'g')"
    return expression


def _write_tokens(
    connection: duckdb.DuckDBPyConnection, field: str, expression: str
) -> None:
    """Write ``match_<field>_tokens``: the words of a text, each in one writing.

    A text of which the dictionary would leave nothing keeps all its words.
    """
    run(
        connection,
        f"""
        create or replace temp table match_{field}_tokens as
        with texts as (
            select identifier_key, string_split({expression}, ' ') as texts
            from match_input
        ),
        words as (
            select
                identifier_key,
                unnest(texts) as writing,
                generate_subscripts(texts, 1) as position
            from texts
        ),
        looked_up as (
            select
                words.identifier_key,
                words.position,
                words.writing,
                match_words.writing is not null and match_words.word is null
                    as is_dropped,
                coalesce(match_words.word, words.writing) as word
            from words
            left join match_words
                on match_words.field = '{field}'
                and words.writing = match_words.writing
            where words.writing != ''
        )
        select
            identifier_key,
            case
                when bool_and(is_dropped) then list(writing order by position)
                else list(word order by position) filter (not is_dropped)
            end as words
        from looked_up
        group by identifier_key
        """,
    )
