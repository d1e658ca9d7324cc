"""What does the CRM deliver: accounts, contracts, service cases, visits?"""

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data import names
from sample_data.activity import Month
from sample_data.delivery import Delivery
from sample_data.entities import ENTITIES, ENTITY_CODES
from sample_data.groups import OUTLIER
from sample_data.hierarchy import stated_hierarchy
from sample_data.identity import (
    LINK_DECLARED,
    Identity,
    crm_ids,
    customer_ids,
    other_texts,
)
from sample_data.periods import DAY_COUNT
from sample_data.relations import ACTIVITY_TYPES, CASE_TYPES
from sample_data.world import World

INDUSTRIES = ("I56", "I55", "C10", "Q86", "P85", "F43", "G47", "H49")
_OWNERS = tuple(f"rep-{number:02d}" for number in range(1, 25))
_TIERS = ("A", "B", "C")
# Contract clauses as (type, value in ten-thousandths, unit).
_CLAUSES = (
    ("otif", 9_500, "ratio"),
    ("frequency", 520_000, "orders_per_year"),
    ("moq", 5_000_000, "local_ccy"),
    ("penalty", 200, "ratio"),
)


def write_masters(delivery: Delivery, world: World, identity: Identity) -> None:
    """Write accounts, contracts and protected attributes.

    Args:
        delivery: The open CRM delivery.
        world: The world.
        identity: Ids of the parties.
    """
    accounts = _account_columns(world, identity)
    delivery.write("crm__accounts", accounts, order_by="account_id")
    delivery.write("crm__contracts", _contract_columns(world, identity))
    numbers = identity.crm_number[: world.parties.count][::3]
    delivery.write(
        "crm__protected_attributes",
        {
            "account_id": crm_ids(numbers),
            "attribute": col.constant("ownership_group", len(numbers)),
            "value": col.labels(numbers % 5 // 4, ("group_a", "group_b")),
        },
        order_by="account_id",
    )


def _account_columns(world: World, identity: Identity) -> dict[str, pa.Array]:
    parties = world.parties
    rng = np.random.default_rng([world.seed, 34])
    party_columns = other_texts(parties, np.arange(parties.count), rng, True)
    prospects = _prospect_texts(identity.prospect_count, rng)
    number = identity.crm_number
    count = len(number)
    declared = identity.crm_link == LINK_DECLARED
    erp_ids = customer_ids(parties).take(
        pa.array(parties.first_account, mask=~declared)
    )
    parent_row = stated_hierarchy(parties).crm_parent
    parent = crm_ids(number).take(pa.array(parent_row, mask=parent_row < 0))
    padding = col.nulls(identity.prospect_count)
    is_key = np.zeros(count, dtype=bool)
    is_key[: parties.count] = (parties.segment == 0) & (rng.random(parties.count) < 0.3)
    is_key[: parties.count] |= parties.segment == OUTLIER
    tier = np.where(is_key, 0, 1 + (number % 3 > 0))
    return {
        "account_id": crm_ids(number),
        "erp_customer_id": pa.concat_arrays([erp_ids, padding]),
        "parent_account_id": pa.concat_arrays([parent, padding]),
        "industry_code": col.labels(number % len(INDUSTRIES), INDUSTRIES),
        "tier": col.labels(tier, _TIERS),
        "is_strategic": col.flags(is_key),
        "owner": col.labels(number % len(_OWNERS), _OWNERS),
        **{
            name: pa.concat_arrays([party_columns[name], prospects[name]])
            for name in party_columns
        },
    }


def _prospect_texts(count: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Describe companies Halden has talked to but never sold to."""
    country = [ENTITIES[row].country_code for row in rng.integers(0, 3, count).tolist()]
    spelt = names.party_names(country, rng, count)
    picks = names.choices(count, rng).tolist()
    city = [
        names.cities(code)[pick % len(names.cities(code))]
        for code, pick in zip(country, picks, strict=True)
    ]
    return {
        "name": col.texts(spelt),
        "country_code": col.texts(country),
        "region": col.texts([row[1] for row in city]),
        "city": col.texts([row[0] for row in city]),
        "postal_code": col.nulls(count),
        "address": col.nulls(count),
        "phone": col.nulls(count),
        "email": col.texts([names.email(name) for name in spelt]),
    }


def _contract_columns(world: World, identity: Identity) -> dict[str, pa.Array]:
    """Give half the key accounts and a third of the bulk buyers a contract."""
    parties = world.parties
    pick = parties.detail % 6
    has_contract = ((parties.segment == 0) & (pick < 3)) | (
        (parties.segment == 3) & (pick < 2)
    )
    party = np.repeat(np.flatnonzero(has_contract), len(_CLAUSES))
    clause = np.tile(np.arange(len(_CLAUSES)), int(has_contract.sum()))
    start = -(parties.detail[party] % 300)
    return {
        "contract_id": col.identifiers("K", identity.crm_number[party], 6),
        "clause_no": col.counts(clause + 1),
        "account_id": crm_ids(identity.crm_number[party]),
        "valid_from": col.dates(start),
        "valid_to": col.dates(start + 1_096),
        "clause_type": col.labels(clause, [kind for kind, _, _ in _CLAUSES]),
        "value": col.decimals(np.array([worth for _, worth, _ in _CLAUSES])[clause], 4),
        "unit": col.labels(clause, [unit for _, _, unit in _CLAUSES]),
        "notice_days": col.counts(np.full(len(party), 90)),
    }


def write_month(
    delivery: Delivery, month: Month, world: World, identity: Identity
) -> None:
    """Append a month's service cases and sales activities.

    Args:
        delivery: The open CRM delivery.
        month: The month's activity.
        world: The world.
        identity: Ids of the parties.
    """
    delivery.append("crm__service_cases", _case_columns(month, world, identity))
    delivery.append("crm__activities", _visit_columns(month, world, identity))


def _case_columns(
    month: Month, world: World, identity: Identity
) -> dict[str, pa.Array]:
    relations = month.relations
    party = month.orders.party[relations.case_order]
    number = month.first.case + np.arange(len(party))
    closed = relations.case_day + relations.case_second % 4
    return {
        "case_id": col.identifiers("SC", number, 8),
        "account_id": crm_ids(identity.crm_number[party]),
        "entity_code": col.labels(world.parties.entity[party], ENTITY_CODES),
        "case_type": col.labels(relations.case_type, CASE_TYPES),
        "opened_at": col.timestamps(relations.case_day, relations.case_second),
        "closed_at": col.timestamps(
            closed, relations.case_second + 3600, closed < DAY_COUNT
        ),
        "handling_minutes": col.minutes(relations.case_measured),
        "order_id": col.identifiers("SO", month.first.order + relations.case_order, 9),
    }


def _visit_columns(
    month: Month, world: World, identity: Identity
) -> dict[str, pa.Array]:
    relations = month.relations
    party = relations.visit_party
    number = month.first.activity + np.arange(len(party))
    return {
        "activity_id": col.identifiers("AC", number, 8),
        "account_id": crm_ids(identity.crm_number[party]),
        "entity_code": col.labels(world.parties.entity[party], ENTITY_CODES),
        "activity_type": col.labels(relations.visit_type, ACTIVITY_TYPES),
        "minutes": col.minutes(relations.visit_measured),
        "occurred_at": col.timestamps(relations.visit_day, relations.visit_second),
    }
