"""Which column of a file plays which part? Headers suggest, settings decide."""

import re
from dataclasses import dataclass

from echelon.documents import Document
from echelon.identity.settings import MatchSettings, Role
from echelon.spelling import suggest

# Header without punctuation and case, the usual first. Longer files name more.
SYNONYMS: dict[Role, str] = {
    "record_id": "identifierkey recordid recid uniqueid rowid uid id key customerid "
    "custid customernumber customerno customerkey accountid accountnumber "
    "businessentityid sourcecustomerid sourceid personid vendorid supplierid "
    "companyid orgid entityid partyid kundennummer kundennr",
    "source": "sourcesystem source system dataset datasource sourcedataset src "
    "origin sourcename",
    "name": "name customername companyname company organisationname "
    "organizationname organisation organization orgname businessname legalname "
    "accountname entityname partyname vendorname vendor suppliername supplier firm "
    "firmname tradename fullname institution institutionname employer storename "
    "store merchantname merchant restaurant displayname kundenname firma customer",
    "given_name": "givenname firstname forename fname given first vorname",
    "surname": "surname lastname familyname lname family last nachname",
    "birth_date": "birthdate dateofbirth dob birthday geburtsdatum",
    "person_number": "socsecid ssn socialsecuritynumber nationalid personnumber "
    "personalnumber passportnumber nhsnumber nino",
    "tax_id": "taxid taxkey vatid vat vatnumber vatno vatregno taxnumber tin ein "
    "fein abn gstin ustid ustidnr nif cif siret siren taxno companynumber "
    "registrationnumber companyregistrationnumber",
    "duns": "duns dunsnumber dunsno dunsid",
    "house_number": "housenumber streetnumber houseno streetno buildingnumber "
    "hausnummer",
    "address": "address addressline addr street streetaddress streetname road "
    "addressline1 strasse mailingaddress fulladdress addressstreet",
    "city": "city cityname town suburb locality municipality ort stadt ville "
    "addresscity",
    "region": "region state province county stateprovince statecode regionname "
    "territory addressstate",
    "postal_code": "postalcode postcode zip zipcode plz postal pincode zip5 "
    "addresszip postalzip",
    "country": "country countrycode countryiso countryname nation land "
    "countryregioncode",
    "phone": "phone phonenumber telephone telephonenumber tel telno phoneno mobile "
    "contactnumber telefon contactphone",
    "email": "email emailaddress mail contactemail mailaddress",
    "website": "website url web homepage domain webaddress",
}
# Words before a header that change nothing of what it means here.
PREFIXES = (
    "billing bill customer cust company business primary main contact party account "
    "acct org organisation organization vendor supplier entity legal registered head "
    "office site store hq raw src client firm"
)
JOINED: tuple[Role, ...] = ("name", "address")  # several columns make one text

# What match_records calls the role's column.
INPUT_COLUMN: dict[Role, str] = {
    "source": "source_system",
    "address": "address_line",
    "country": "country_code",
}


@dataclass(frozen=True)
class Roles:
    """Role to columns, and what was decided on the way.

    Attributes:
        columns: Columns of each role found; several are joined (name, address) or
            the first with a value counts.
        notes: Columns left out, in words.
    """

    columns: dict[Role, list[str]]
    notes: list[str]


def find_roles(
    headers: list[str], settings: Document[MatchSettings], taken: set[str]
) -> Roles:
    """Assign columns to roles.

    Args:
        headers: The file's columns, in order.
        settings: ``columns`` of it win over what headers suggest.
        taken: Columns with another use, such as the truth.

    Returns:
        The roles found.

    Raises:
        EchelonError: CONFIGURATION, naming a column of the settings that is not there.
    """
    columns: dict[Role, list[str]] = {}
    for role, named in settings.content.columns.items():
        columns[role] = [named] if isinstance(named, str) else list(named)
        for column in columns[role]:
            if column not in headers:
                raise settings.configuration_error(
                    "unknown_column",
                    ("columns", role),
                    f"the input has no column {column}",
                    suggest(column, headers),
                )
    used = {column for named in columns.values() for column in named} | taken
    by_synonym = {
        synonym: (role, rank)
        for role, synonyms in SYNONYMS.items()
        for rank, synonym in enumerate(synonyms.split())
    }
    found: dict[Role, list[tuple[int, int, str]]] = {}
    for position, header in enumerate(headers):
        match = _lookup(header, by_synonym)
        if header in used or match is None or match[0] in columns:
            continue
        found.setdefault(match[0], []).append((match[1], position, header))
    notes = []
    for role, candidates in found.items():
        if role in JOINED and _is_numbered(candidates):
            columns[role] = [header for _, _, header in sorted(candidates, key=_place)]
            continue
        ranked = [header for _, _, header in sorted(candidates)]
        columns[role] = ranked[:1]
        notes += [f"column {header}: {role} is taken" for header in ranked[1:]]
    _tell_persons(columns, notes)
    return Roles(columns, notes)


def _place(candidate: tuple[int, int, str]) -> int:
    return candidate[1]


def _is_numbered(candidates: list[tuple[int, int, str]]) -> bool:
    """Say whether headers are lines of one text: Address 1, Address 2."""
    return all(
        re.search(r"\d\s*$", header) or rank == 0 for rank, _, header in candidates
    )


def _lookup(
    header: str, by_synonym: dict[str, tuple[Role, int]]
) -> tuple[Role, int] | None:
    """Find a header's role: as it is, without its number, without its first words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    words = re.findall(r"[a-z]+|[0-9]+", spaced.lower())
    while words:
        for name in ("".join(words), re.sub(r"\d+$", "", "".join(words))):
            if name in by_synonym:
                return by_synonym[name]
        if words[0] not in PREFIXES.split():
            return None
        words = words[1:]
    return None


def _tell_persons(columns: dict[Role, list[str]], notes: list[str]) -> None:
    """Settle what ``name`` means beside names of persons."""
    if "name" not in columns or "surname" not in columns:
        return
    if "given_name" not in columns:
        columns["given_name"] = columns.pop("name")
        return
    for role in ("given_name", "surname"):
        ignored = columns.pop(role)
        notes.append(
            f"column {ignored[0]}: the name is taken from {columns['name'][0]}"
        )
