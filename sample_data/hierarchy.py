"""Who owns and who pays for whom, and which of it do the systems get wrong?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import IntArray
from sample_data.parties import Parties


@dataclass(frozen=True)
class Hierarchy:
    """What the systems say of parents and payers, as party rows.

    Attributes:
        erp_parent: Parent each party's ERP accounts name, -1 if none.
        crm_parent: Parent its CRM account names, -1 if none.
        payer: Party whose first account is billed; itself where it pays.
    """

    erp_parent: IntArray
    crm_parent: IntArray
    payer: IntArray


def stated_hierarchy(parties: Parties) -> Hierarchy:
    """State the true hierarchy, and plant one error of each kind.

    Half of the subsidiaries are billed through their parent. Two heads name each other
    as parent, two more pay for each other, and one subsidiary has another parent in the
    CRM than in the ERP.

    Args:
        parties: Accounts and their owners.

    Returns:
        Parents and payers, one row per party.
    """
    erp_parent, crm_parent = parties.parent.copy(), parties.parent.copy()
    party = np.arange(parties.count)
    pays_itself = (parties.parent < 0) | (party % 2 == 1)
    payer = np.where(pays_itself, party, parties.parent)
    heads = np.unique(parties.parent[parties.parent >= 0])
    one, other, third, fourth, fifth = heads[:5]
    erp_parent[[one, other]] = other, one
    payer[[third, fourth]] = fourth, third
    crm_parent[np.flatnonzero(parties.parent == fifth)[0]] = third
    return Hierarchy(erp_parent, crm_parent, payer)
