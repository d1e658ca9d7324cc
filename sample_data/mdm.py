"""Which pairs of ids has master data management already declared the same?"""

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data.delivery import Delivery
from sample_data.identity import (
    LINK_MASTER_DATA,
    Identity,
    consignee_ids,
    crm_ids,
    customer_ids,
)
from sample_data.world import World

_METHODS = ("key", "via_site", "manual")


def write_references(delivery: Delivery, world: World, identity: Identity) -> None:
    """Write the declared pairs: TMS and CRM ids to ERP accounts.

    Args:
        delivery: The open master data delivery.
        world: The world.
        identity: Ids and links of the parties.
    """
    parties = world.parties
    to_erp = customer_ids(parties)
    is_tms = (identity.consignee_link == LINK_MASTER_DATA) & (
        identity.consignee_number >= 0
    )
    tms_party = np.flatnonzero(is_tms)
    crm_party = np.flatnonzero(identity.crm_link == LINK_MASTER_DATA)
    party = np.concatenate([tms_party, crm_party])
    system = np.repeat([0, 1], [len(tms_party), len(crm_party)])
    from_ids = pa.concat_arrays(
        [
            consignee_ids(identity.consignee_number[tms_party]),
            crm_ids(identity.crm_number[crm_party]),
        ]
    )
    method = parties.detail[party] % 10
    delivery.write(
        "mdm__id_references",
        {
            "from_system": col.labels(system, ("tms", "crm")),
            "from_id": from_ids,
            "to_system": col.constant("erp", len(party)),
            "to_id": col.picked(to_erp, parties.first_account[party]),
            "method": col.labels((method > 6) + (method > 8), _METHODS),
        },
        order_by="from_id",
    )
