"""How is a text written once its writing habits are out? The SQL of it."""

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
    "tax_country",
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
    "domain_name_key",
)
LIST_COLUMNS = ("name_tokens", "name_pairs", "name_forms", "address_numbers")

# Letters of a country before a number are part of a VAT number only where the rest has
# its form: GRX990101QW2 is a Mexican RFC, SC123456 a Scottish company number.
# Forms as the Commission's VIES lists them; GB, CHE and NO beside them.
VAT_NUMBER = (
    "^("
    + "|".join(
        (
            "(DE|EE|EL|GR|PT)[0-9]{9}",
            "(DK|FI|HU|LU|MT|SI)[0-9]{8}",
            "(PL|SK)[0-9]{10}",
            "(HR|IT|LV)[0-9]{11}",
            "(GB|XI)([0-9]{9}|[0-9]{12}|(GD|HA)[0-9]{3})",
            "ATU[0-9]{8}",
            "BE[01]?[0-9]{9}",
            "BG[0-9]{9,10}",
            "CHE[0-9]{9}(MWST|TVA|IVA)?",
            "CY[0-9]{8}[A-Z]",
            "CZ[0-9]{8,10}",
            "ES[0-9A-Z][0-9]{7}[0-9A-Z]",
            "FR[0-9A-Z]{2}[0-9]{9}",
            "IE[0-9][0-9A-Z][0-9]{5}[A-Z]{1,2}",
            "LT([0-9]{9}|[0-9]{12})",
            "NL[0-9]{9}B[0-9]{2}",
            "NO[0-9]{9}(MVA)?",
            "RO[0-9]{2,10}",
            "SE[0-9]{12}",
        )
    )
    + ")$"
)

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

RECORDS = r"""
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
        end as email_key,
        replace(case
            when regexp_matches(tax_text, '@VAT_NUMBER@') then left(tax_text, 2)
            when nullif(trim(country_code), '') is not null
                then upper(coalesce(match_countries.word, trim(country_code)))
            when regexp_matches(tax_text, '^[A-Z]{2}[0-9]')
                and lower(left(tax_text, 2)) in (select word from match_countries)
                then left(tax_text, 2)
        end, 'EL', 'GR') as tax_country
    from tokens
    left join match_countries on lower(trim(country_code)) = match_countries.writing
    left join match_places on city_text = match_places.writing
)
select
    identifier_key,
    record_hash,
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
    list_distinct(list_filter([
        case when length(array_to_string(name_words, '')) between 2 and 6
            then array_to_string(name_words, '') end,
        case when len(name_words) between 3 and 6
            then array_to_string(
                list_transform(name_words, lambda word: left(word, 1)), '') end
    ], lambda form: form is not null)) as name_forms,
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
        when tax_country = 'GR' then 'GR' || regexp_replace(tax_text, '^(EL|GR)', '')
        when starts_with(tax_text, tax_country) then tax_text
        else coalesce(tax_country, '') || tax_text
    end as tax_key,
    tax_country,
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
    ) as domain_key,
    case
        when len(list_filter(
            name_tokens,
            lambda word: length(word) >= 4 and contains(match_fold(domain_key), word)
        )) > 0 then domain_key
    end as domain_name_key
from keys
left join match_free_mail on split_part(email_key, '@', 2) = match_free_mail.writing
order by identifier_key
""".replace("@VAT_NUMBER@", VAT_NUMBER)
