"""How often a value occurs is known; the value itself is not."""

from types import SimpleNamespace

import duckdb

from echelon.identity.frequencies import count_terms

SHARED = "eve@example.com"


def test_the_model_keeps_the_hash_of_a_value_that_several_records_share():
    used = [SimpleNamespace(levels=[SimpleNamespace(term_frequency="email_key")])]
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create temp table match_records as
            select '{SHARED}' as email_key, ['trading'] as name_tokens from range(3)
            """
        )
        counted = count_terms(connection, used, 0)
        hashed = connection.execute("select sha256(?)", [SHARED]).fetchall()[0][0]
    assert counted == {
        "": {"records": 3},
        "email_key": {hashed: 3},
        "name_tokens": {"trading": 3},
    }
