"""Under which ids and spellings does each system know a party, and what links them?"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data import names
from sample_data.entities import ENTITIES
from sample_data.groups import NO_ORDERS, OUTLIER
from sample_data.parties import Parties

_DECLARED_RATIO, _UNLINKED_RATIO = 0.79, 0.12
LINK_DECLARED, LINK_MASTER_DATA, LINK_TAX_ID, LINK_NONE = range(4)


@dataclass(frozen=True)
class Identity:
    """Ids of the parties outside the ERP.

    Attributes:
        crm_number: CRM account number per party, then per prospect.
        crm_link: How the CRM account is tied to the ERP, shape (n_parties,).
        consignee_number: TMS number per party, -1 where it never ordered.
        consignee_link: How the consignee is tied to the ERP, shape (n_parties,).
        has_tax_id: The ERP knows the tax id, shape (n_parties,).
        tax_number: Unique number behind the tax id, shape (n_parties,).
        prospect_count: CRM accounts nobody has sold to.
    """

    crm_number: col.IntArray
    crm_link: col.IntArray
    consignee_number: col.IntArray
    consignee_link: col.IntArray
    has_tax_id: col.BoolArray
    tax_number: col.IntArray
    prospect_count: int


def draw_identity(parties: Parties, seed: int) -> Identity:
    """Draw ids and links; one party in eight has no key at all in each system.

    Args:
        parties: The true parties.
        seed: Seed of the company.

    Returns:
        The identifiers.
    """
    rng = np.random.default_rng([seed, 32])
    count = parties.count
    prospect_count = count // 20
    crm_number = 300_000 + rng.permutation(2 * (count + prospect_count))
    consignee = 500_000 + rng.permutation(2 * count)[:count]
    is_doubled = parties.second_account >= 0
    has_tax_id = (rng.random(count) < 0.88) | is_doubled
    chance = rng.random(count)
    crm_link = np.where(chance < _DECLARED_RATIO, LINK_DECLARED, LINK_MASTER_DATA)
    crm_link = np.where(chance > 1 - _UNLINKED_RATIO, LINK_NONE, crm_link)
    chance = rng.random(count)
    consignee_link = np.where(chance < _DECLARED_RATIO, LINK_MASTER_DATA, LINK_TAX_ID)
    lacks_tax_id = (consignee_link == LINK_TAX_ID) & ~has_tax_id
    consignee_link = np.where(lacks_tax_id, LINK_MASTER_DATA, consignee_link)
    consignee_link = np.where(chance > 1 - _UNLINKED_RATIO, LINK_NONE, consignee_link)
    is_known = parties.segment >= OUTLIER
    return Identity(
        crm_number=crm_number[: count + prospect_count],
        crm_link=np.where(is_known, LINK_DECLARED, crm_link),
        consignee_number=np.where(parties.segment == NO_ORDERS, -1, consignee),
        consignee_link=np.where(is_known, LINK_MASTER_DATA, consignee_link),
        has_tax_id=has_tax_id,
        tax_number=100_000_000 + rng.permutation(8 * count)[:count] * 37,
        prospect_count=prospect_count,
    )


def customer_ids(parties: Parties) -> pa.Array:
    """Spell the ERP customer ids, shape (n_accounts,)."""
    return col.identifiers("C", parties.account_number, 7)


def crm_ids(numbers: col.IntArray) -> pa.Array:
    """Spell CRM account ids, shape (n,)."""
    return col.identifiers("A-", numbers, 6)


def consignee_ids(numbers: col.IntArray) -> pa.Array:
    """Spell TMS consignee ids, shape (n,)."""
    return col.identifiers("CN", numbers, 6)


def tax_ids(parties: Parties, identity: Identity) -> list[str]:
    """Spell the tax id of each party, whether a system knows it or not."""
    prefixes = [ENTITIES[entity].country_code for entity in parties.entity.tolist()]
    numbers = identity.tax_number.tolist()
    return [
        f"US{str(number)[:2]}-{str(number)[2:]}"
        if prefix == "US"
        else f"{prefix}{number}"
        for prefix, number in zip(prefixes, numbers, strict=True)
    ]


def account_texts(
    parties: Parties, identity: Identity, seed: int
) -> dict[str, pa.Array]:
    """Describe the ERP accounts; a second account is a second site, spelt otherwise."""
    rng = np.random.default_rng([seed, 33])
    party = parties.account_party
    everything = parties.country
    country = [everything[row] for row in party.tolist()]
    spelt = [parties.name[row] for row in party.tolist()]
    variants = names.misspelt(spelt, country, rng)
    rows = np.arange(len(party))
    is_second = parties.second_account[party] == rows
    chosen = [
        variant if second else name
        for name, variant, second in zip(
            spelt, variants, is_second.tolist(), strict=True
        )
    ]
    site = parties.detail[party] + is_second * 977
    tax = tax_ids(parties, identity)
    known = identity.has_tax_id[party].tolist()
    return {
        "name": col.texts(chosen),
        "party_type": col.constant("organisation", len(party)),
        "tax_id": col.texts(
            [tax[row] if has else None for row, has in zip(party, known, strict=True)]
        ),
        "duns": col.texts(
            [f"{700_000_000 + row:09d}" if row % 3 == 0 else None for row in party]
        ),
        **_places(country, parties.city[party], site, False),
        "phone": col.texts(_phones(country, site, rng, (0.12, 0.0))),
        "email": col.texts([names.email(name) for name in spelt]),
    }


def other_texts(
    parties: Parties, rows: col.IntArray, rng: np.random.Generator, is_crm: bool
) -> dict[str, pa.Array]:
    """Describe parties as CRM or TMS clerks typed them.

    Args:
        parties: The true parties.
        rows: Parties to describe, shape (n,).
        rng: The system's random numbers.
        is_crm: CRM keeps e-mail addresses more often; TMS shortens the street.

    Returns:
        Name, address and contact columns, length n.
    """
    everything = parties.country
    country = [everything[row] for row in rows.tolist()]
    spelt = [parties.name[row] for row in rows.tolist()]
    emails = rng.random(len(rows)) < (0.6 if is_crm else 0.15)
    is_short = rng.random(len(rows)) < (0.4 if is_crm else 0.8)
    return {
        "name": col.texts(names.misspelt(spelt, country, rng)),
        **_places(country, parties.city[rows], parties.detail[rows], is_short),
        "phone": col.texts(_phones(country, parties.detail[rows], rng, (0.3, 0.5))),
        "email": col.texts(
            [
                names.email(name) if has else None
                for name, has in zip(spelt, emails.tolist(), strict=True)
            ]
        ),
    }


def _places(
    country: list[str],
    city: col.IntArray,
    detail: col.IntArray,
    is_short: bool | col.BoolArray,
) -> dict[str, pa.Array]:
    rows = [
        names.cities(code)[row]
        for code, row in zip(country, city.tolist(), strict=True)
    ]
    picks = (detail // 131).tolist()
    short = np.broadcast_to(is_short, len(picks)).tolist()
    return {
        "country_code": col.texts(country),
        "region": col.texts([row[1] for row in rows]),
        "city": col.texts([row[0] for row in rows]),
        "postal_code": col.texts(
            [
                names.postal_code(code, row[2], pick)
                for code, row, pick in zip(country, rows, picks, strict=True)
            ]
        ),
        "address": col.texts(
            [
                names.street(code, pick, abbreviated)
                for code, pick, abbreviated in zip(country, picks, short, strict=True)
            ]
        ),
    }


def _phones(
    country: list[str],
    detail: col.IntArray,
    rng: np.random.Generator,
    ratios: tuple[float, float],
) -> list[str | None]:
    missing = rng.random(len(country)) < ratios[0]
    plain = rng.random(len(country)) < ratios[1]
    return [
        None if gone else names.phone(code, pick, bare)
        for code, pick, gone, bare in zip(
            country, detail.tolist(), missing.tolist(), plain.tolist(), strict=True
        )
    ]
