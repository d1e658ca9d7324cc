"""What does a record say once writing habits are taken out?

Everything runs in DuckDB. The result is the table ``match_records``: one row per input
record with the columns of ``COLUMNS``; a text without content is null everywhere.
"""

import duckdb
import pyarrow as pa

from echelon.identity.sql import run, write_table
from echelon.identity.words import Words, writings

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

# Standardised columns, in the order of match_records; those ending in _tokens,
# _pairs, _forms and _numbers are lists.
COLUMNS = (
    "name_key",
    "name_compact",
    "name_start",
    "name_tokens",
    "name_pairs",
    "name_forms",
    "given_key",
    "surname_key",
    "person_key",
    "birth_key",
    "number_key",
    "tax_key",
    "duns_key",
    "address_key",
    "street_key",
    "house_key",
    "address_numbers",
    "city_key",
    "region_key",
    "postal_key",
    "postal_area",
    "country_key",
    "phone_key",
    "email_key",
    "domain_key",
)
LIST_COLUMNS = ("name_tokens", "name_pairs", "name_forms", "address_numbers")

# ae, oe, ue fold as ä, ö, ü do: both writings of Müller and Mueller end as muller.
MACROS = r"""
create or replace temp macro match_fold(value) as
    replace(replace(replace(replace(replace(replace(replace(replace(
        strip_accents(lower(value)),
        'ß', 'ss'), 'æ', 'ae'), 'ø', 'o'), 'œ', 'oe'), 'ł', 'l'),
        'ae', 'a'), 'oe', 'o'), 'ue', 'u');
create or replace temp macro match_plain(value) as
    nullif(trim(regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(match_fold(value), '[''\x{2019}`]', '', 'g'),
                '\b([a-z])/([a-z])\b', '\1\2', 'g'
            ),
            '\b([a-z])\.', '\1', 'g'
        ),
        '[^\p{L}\p{N}]+', ' ', 'g'
    )), '');
create or replace temp macro match_alnum(value) as
    nullif(regexp_replace(
        upper(regexp_replace(value, '\.0$', '')), '[^\p{L}\p{N}]', '', 'g'
    ), '');
create or replace temp macro match_digits(value) as
    nullif(regexp_replace(
        regexp_replace(value, '\.0$', ''), '[^0-9]', '', 'g'
    ), '');
create or replace temp macro match_date(value) as
    coalesce(
        strftime(try_strptime(trim(value), [
            '%Y-%m-%d', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S', '%d.%m.%Y',
            '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%Y/%m/%d'
        ]), '%Y%m%d'),
        case when length(match_digits(value)) = 8 then match_digits(value) end
    );
"""


def standardise(
    connection: duckdb.DuckDBPyConnection, records: pa.Table, words: Words
) -> None:
    """Write ``match_records`` from the input records.

    Args:
        connection: Where the tables are made.
        records: One row per record with ``identifier_key`` (unique) and any of
            ``INPUT_COLUMNS``; other columns are ignored.
        words: The dictionary.
    """
    run(connection, MACROS)
    connection.register("match_input_view", records)
    _read_input(connection, records.column_names, words)
    connection.unregister("match_input_view")
    _write_words(connection, words)
    street_suffix = r"regexp_replace(match_plain(concat_ws(' ', house_number,"
    street_suffix += r" address_line)), '([a-z]{3,})(strasse|straat|str)\b', "
    street_suffix += r"'\1 street', 'g')"
    _write_tokens(connection, "name", _phrases_sql("match_plain(name)", words))
    _write_tokens(connection, "address", street_suffix)
    _write_tokens(connection, "city", "match_plain(city)")
    run(connection, _RECORDS_SQL)


def _read_input(
    connection: duckdb.DuckDBPyConnection, present: list[str], words: Words
) -> None:
    """Take the known columns as text; texts that stand for nothing are null."""
    nulls = ", ".join(_quoted(word) for word in words.null_words)
    columns = [
        f"case when lower(trim(cast({name} as varchar))) not in ({nulls}) "
        f"then trim(cast({name} as varchar)) end as {name}"
        if name in present
        else f"cast(null as varchar) as {name}"
        for name in INPUT_COLUMNS
    ]
    run(
        connection,
        "create or replace temp table match_input as select "
        f"cast(identifier_key as varchar) as identifier_key, {', '.join(columns)} "
        "from match_input_view order by identifier_key",
    )


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


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_RECORDS_SQL = r"""
create or replace temp table match_records as
with
tokens as (
    select
        match_input.*,
        names.words as name_words,
        list_sort(list_distinct(names.words)) as name_tokens,
        addresses.words as address_words,
        list_sort(list_distinct(list_filter(
            addresses.words, lambda word: regexp_matches(word, '^[0-9]{1,5}[a-z]?$')
        ))) as numbers,
        array_to_string(cities.words, ' ') as city_text,
        match_plain(given_name) as given_key,
        match_plain(surname) as surname_key,
        match_alnum(tax_id) as tax_text,
        match_digits(regexp_replace(lower(phone), '(ext|x|#).*$', '')) as phone_text,
        lower(trim(email)) as email_text
    from match_input
    left join match_name_tokens as names using (identifier_key)
    left join match_address_tokens as addresses using (identifier_key)
    left join match_city_tokens as cities using (identifier_key)
),
keys as (
    select
        tokens.*,
        coalesce(match_countries.word, lower(trim(country_code))) as country_key,
        coalesce(match_places.word, city_text) as city_key,
        case
            when regexp_matches(email_text, '^[^@\s]+@[^@\s]+\.[^@\s]+$')
            then email_text
        end as email_key
    from tokens
    left join match_countries on lower(trim(country_code)) = match_countries.writing
    left join match_places on city_text = match_places.writing
)
select
    identifier_key,
    coalesce(source_system, '') as source_system,
    array_to_string(name_tokens, ' ') as name_key,
    array_to_string(name_words, '') as name_compact,
    left(array_to_string(name_tokens, ' '), 5) as name_start,
    name_tokens,
    case
        when len(name_tokens) = 1 then [left(name_tokens[1], 5)]
        else list_distinct(flatten(list_transform(
            name_tokens,
            lambda a: list_transform(
                list_filter(name_tokens, lambda b: b > a),
                lambda b: left(a, 4) || '|' || left(b, 4)
            )
        )))
    end as name_pairs,
    list_filter([
        case when length(array_to_string(name_words, '')) between 2 and 6
            then array_to_string(name_words, '') end,
        case when len(name_words) between 3 and 6
            then array_to_string(
                list_transform(name_words, lambda word: left(word, 1)), '') end
    ], lambda form: form is not null) as name_forms,
    given_key,
    surname_key,
    case when given_key is not null and surname_key is not null
        then least(given_key, surname_key) || ' ' || greatest(given_key, surname_key)
    end as person_key,
    match_date(birth_date) as birth_key,
    match_alnum(person_number) as number_key,
    case
        when length(tax_text) < 5 or regexp_matches(tax_text, '^[A-Z]{0,2}(0+|9+)$')
            or tax_text like '%123456789' then null
        when regexp_matches(tax_text, '^[A-Z]{2}[0-9A-Z]*[0-9]')
            then replace(left(tax_text, 2), 'EL', 'GR') || substr(tax_text, 3)
        else upper(coalesce(country_key, '')) || tax_text
    end as tax_key,
    case
        when length(match_digits(duns)) between 7 and 9
            and not regexp_matches(match_digits(duns), '^(0+|9+)$')
        then lpad(match_digits(duns), 9, '0')
    end as duns_key,
    nullif(array_to_string(list_sort(list_distinct(address_words)), ' '), '')
        as address_key,
    nullif(array_to_string(list_sort(list_distinct(list_filter(
        address_words, lambda word: not regexp_matches(word, '^[0-9]{1,5}[a-z]?$')
    ))), ' '), '') as street_key,
    ltrim(list_filter(
        address_words, lambda word: regexp_matches(word, '^[0-9]{1,5}[a-z]?$')
    )[1], '0') as house_key,
    case when len(numbers) > 0 then numbers end as address_numbers,
    city_key,
    match_plain(region) as region_key,
    case
        when regexp_matches(trim(postal_code), '^[0-9]{5}-[0-9]{4}$')
            then left(trim(postal_code), 5)
        else match_alnum(postal_code)
    end as postal_key,
    left(match_alnum(postal_code), 3) as postal_area,
    country_key,
    case when length(phone_text) >= 7 then right(phone_text, 8) end as phone_key,
    email_key,
    coalesce(
        nullif(regexp_extract(
            lower(website), '^(?:https?://)?(?:www\.)?([^/:?]+\.[^/:?]+)', 1), ''),
        case when match_free_mail.writing is null
            then nullif(split_part(email_key, '@', 2), '') end
    ) as domain_key
from keys
left join match_free_mail on split_part(email_key, '@', 2) = match_free_mail.writing
order by identifier_key
"""
