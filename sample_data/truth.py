"""What is true about the sample company, for scoring what the pipeline finds?"""

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from sample_data import columns as col
from sample_data.books import Books
from sample_data.costs import COST_ACCOUNTS, LABOUR
from sample_data.entities import CURRENCY_CODES, ENTITY_CODES
from sample_data.groups import GROUPS
from sample_data.identity import Identity, consignee_ids, crm_ids, customer_ids
from sample_data.labour import Labour
from sample_data.periods import MONTH_COUNT, period_name
from sample_data.world import World

PROSPECT = "prospect"


def write_truth(
    directory: Path, world: World, identity: Identity, accounts: tuple[Books, Labour]
) -> None:
    """Write true parties, true cost and profit per party and true cost per account.

    Args:
        directory: Where the truth goes; the pipeline never reads it.
        world: The world.
        identity: Ids of the parties.
        accounts: The company's books and its labour.
    """
    directory.mkdir(parents=True, exist_ok=True)
    books, labour = accounts
    count = world.parties.count
    tables = {
        "customers": _customer_columns(world, identity),
        "customer_costs": {
            "true_party_id": _party_ids(np.arange(count)),
            "true_cost_to_serve_amount_base_ccy": col.decimals(
                np.rint(books.costs.base_of_party * 100), 2
            ),
            "true_contribution_amount_base_ccy": col.decimals(
                np.rint((books.margin_of_party - books.costs.base_of_party) * 100), 2
            ),
            "order_count": col.counts(books.order_count),
        },
        "account_costs": _account_columns(books, labour),
    }
    for name, columns in tables.items():
        csv.write_csv(pa.table(columns), directory / f"{name}.csv")


def _party_ids(numbers: col.IntArray) -> pa.Array:
    return col.identifiers("T", numbers + 1, 6)


def _customer_columns(world: World, identity: Identity) -> dict[str, pa.Array]:
    parties = world.parties
    known = np.arange(parties.count)
    all_crm = np.arange(len(identity.crm_number))
    consigned = np.flatnonzero(identity.consignee_number >= 0)
    party = np.concatenate([parties.account_party, all_crm, consigned])
    segment = np.full(len(all_crm), len(GROUPS))
    segment[known] = parties.segment
    system = np.repeat(
        [0, 1, 2], [len(parties.account_party), len(all_crm), len(consigned)]
    )
    ids = pa.concat_arrays(
        [
            customer_ids(parties),
            crm_ids(identity.crm_number),
            consignee_ids(identity.consignee_number[consigned]),
        ]
    )
    names = [*(group.name for group in GROUPS), PROSPECT]
    return {
        "true_party_id": _party_ids(party),
        "true_segment": col.labels(segment[party], names).cast(pa.string()),
        "source_system": col.labels(system, ("erp", "crm", "tms")).cast(pa.string()),
        "source_customer_id": ids,
    }


def _account_columns(books: Books, labour: Labour) -> dict[str, pa.Array]:
    caused = books.costs.caused.sum(axis=2)
    idle = np.zeros_like(caused)
    idle[list(LABOUR)] = labour.idle_local.sum(axis=2)
    shape = (len(COST_ACCOUNTS), len(ENTITY_CODES), MONTH_COUNT)
    account, entity, month = (axis.reshape(-1) for axis in np.indices(shape))
    periods = [period_name(number) for number in range(MONTH_COUNT)]
    ids = [cost.account_id for cost in COST_ACCOUNTS]
    return {
        "account_id": col.labels(account, ids).cast(pa.string()),
        "entity_code": col.labels(entity, ENTITY_CODES).cast(pa.string()),
        "fiscal_period": col.labels(month, periods).cast(pa.string()),
        "true_cost_amount_local_ccy": col.decimals(
            np.rint(caused.reshape(-1) * 100), 2
        ),
        "idle_amount_local_ccy": col.decimals(np.rint(idle.reshape(-1) * 100), 2),
        "local_currency_code": col.labels(entity, CURRENCY_CODES).cast(pa.string()),
    }
