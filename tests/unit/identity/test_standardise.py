"""What counts as the same writing."""

import duckdb
import pytest

from echelon.identity.settings import SHIPPED_SETTINGS
from echelon.identity.standardise import standardise
from echelon.identity.words import read_words
from tests.unit.identity.conftest import as_records


def standardised(*rows):
    """Return the standardised rows, in the order given."""
    words = read_words(SHIPPED_SETTINGS.with_name("words.yml"))
    numbered = [{"id": f"{at:03}", **row} for at, row in enumerate(rows)]
    with duckdb.connect() as connection:
        standardise(connection, as_records(numbered), words)
        table = connection.sql(
            "select * from match_records order by identifier_key"
        ).to_arrow_table()
    return table.to_pylist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Glenstein Hotel Ltd", "GLENSTEIN HOTEL LIMITED"),
        ("Oakley Garden GmbH", "Oakley Garden G.m.b.H."),
        ("Cie Dupont S.A.", "Cie Dupont Société Anonyme"),
        ("Van Dijk B.V.", "van Dijk"),
        ("Birkfeld Energy KG", "Energy Birkfeld"),
        ("Acme Intl Mfg Inc.", "ACME International Manufacturing, Incorporated"),
        ("Smith Bros & Co", "Smith Brothers and Company"),
        ("Müller Maschinen AG", "Mueller Maschinen"),
        ("O'Brien's Foods", "OBriens Food"),
        ("Outback Supplies Pty Ltd", "Outback Supply Proprietary Limited"),
        ("Nordic Trading A/S", "Nordic Trading AS"),
    ],
)
def test_names_of_one_organisation_have_one_key(one, other):
    first, second = standardised({"name": one}, {"name": other})
    assert first["name_key"] == second["name_key"]


def test_name_of_nothing_but_a_legal_form_is_kept():
    (row,) = standardised({"name": "Limited"})
    assert row["name_key"] == "limited"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Industriestraße 87", "87 Industriestr."),
        ("96 Quarry Road", "Quarry Rd 96"),
        ("106 Second Street", "2nd St. 106"),
        ("435 S. La Cienega Blv.", "435 south la cienega boulevard"),
    ],
)
def test_addresses_of_one_door_have_one_key(one, other):
    first, second = standardised({"address": one}, {"address": other})
    assert first["address_key"] == second["address_key"]
    assert first["house_key"] == second["house_key"] is not None


@pytest.mark.parametrize(
    ("field", "column", "one", "other"),
    [
        ("phone", "phone_key", "+49 (0)478 789-4390", "04787894390"),
        ("phone", "phone_key", "310/246-1501 ext. 7", "3102461501"),
        ("tax_id", "tax_key", "GB 100 112 295", "gb100112295"),
        ("duns", "duns_key", "70-000-0099", "700000099"),
        ("postal_code", "postal_key", "DD1 3FX", "dd13fx"),
        ("postal_code", "postal_key", "12345-6789", "12345"),
        ("birth_date", "birth_key", "1960-02-10", "10.02.1960"),
        ("country_code", "country_key", "Deutschland", "DE"),
        ("city", "city_key", "St. Louis", "Saint Louis"),
        ("email", "domain_key", "a@shop.example", "b@shop.example"),
    ],
)
def test_fields_in_two_writings_have_one_key(field, column, one, other):
    first, second = standardised({field: one}, {field: other})
    assert first[column] == second[column] is not None


def test_tax_id_without_country_takes_that_of_the_record():
    bare, full = standardised(
        {"tax_id": "100112295", "country_code": "UK"}, {"tax_id": "GB100112295"}
    )
    assert bare["tax_key"] == full["tax_key"] == "GB100112295"


@pytest.mark.parametrize(
    ("field", "column", "value"),
    [
        ("email", "domain_key", "someone@gmail.com"),
        ("tax_id", "tax_key", "000000000"),
        ("duns", "duns_key", "999999999"),
        ("phone", "phone_key", "n/a"),
        ("name", "name_key", " - "),
        ("postal_code", "postal_key", "Unknown"),
    ],
)
def test_what_says_nothing_is_null(field, column, value):
    (row,) = standardised({field: value, "city": "Leeds"})
    assert row[column] is None
