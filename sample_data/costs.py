"""What did each event truly cost, and which party and account carries it?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import FloatArray, IntArray
from sample_data.entities import PRICE_LEVELS
from sample_data.periods import MONTH_COUNT

# EUR per unit of the cause in 2024; 2025 is dearer by the wage rise.
_WAGE_RISE = 1.03


@dataclass(frozen=True)
class CostAccount:
    """A cost account caused by activity.

    Attributes:
        account_id: GL account.
        name: Account name.
        rate: EUR per unit of its cause in 2024; 0 where invoices state the amount.
        worker_group: Group of workers it pays, empty where it has no capacity.
        noise: Spread of the month's booking around what was caused.
    """

    account_id: str
    name: str
    rate: float
    worker_group: str
    noise: float


COST_ACCOUNTS = (
    CostAccount("6010", "Picking wages", 0.52, "picking", 0.010),
    CostAccount("6020", "Inbound handling wages", 0.45, "inbound", 0.010),
    CostAccount("6030", "Packing and loading wages", 0.48, "packing", 0.010),
    CostAccount("6040", "Warehouse rent and energy", 26.0, "", 0.010),
    CostAccount("6110", "Outbound freight", 0.0, "", 0.002),
    CostAccount("6120", "Own-fleet delivery", 19.0, "", 0.010),
    CostAccount("6210", "Order desk wages", 0.60, "order_desk", 0.010),
    CostAccount("6220", "Order systems", 0.38, "", 0.010),
    CostAccount("6310", "Customer service wages", 0.65, "", 0.010),
    CostAccount("6320", "Field sales", 1.05, "", 0.010),
    CostAccount("6410", "Returns handling", 11.0, "", 0.010),
    CostAccount("6510", "Credit insurance", 0.0035, "", 0.005),
)
(
    PICKING,
    INBOUND,
    PACKING,
    STORAGE,
    FREIGHT,
    OWN_FLEET_STOPS,
    ORDER_DESK,
    ORDER_SYSTEMS,
    SERVICE,
    SALES_VISITS,
    RETURNS,
    CREDIT_INSURANCE,
) = range(len(COST_ACCOUNTS))
LABOUR = (PICKING, INBOUND, PACKING, ORDER_DESK)


class CostBook:
    """Adds up true costs per account and per party while the months go by.

    Attributes:
        caused: True local cost, shape (accounts, 3 entities, 2 sites, 24 months).
        units: Units of the cause, same shape.
        measured: The same units as the company's systems recorded them.
        base_of_party: True cost in EUR at the month's average rate, shape (n_parties,).
    """

    def __init__(self, party_entity: IntArray, base_per_local: FloatArray) -> None:
        """Start empty books.

        Args:
            party_entity: Entity per party, shape (n_parties,).
            base_per_local: Average EUR per local unit, shape (3, 24).
        """
        shape = (len(COST_ACCOUNTS), 3, 2, MONTH_COUNT)
        self.caused = np.zeros(shape)
        self.units = np.zeros(shape)
        self.measured = np.zeros(shape)
        self.base_of_party = np.zeros(len(party_entity))
        self._entity = party_entity
        self._base_per_local = base_per_local
        years = np.array([1.0, _WAGE_RISE])[np.arange(MONTH_COUNT) // 12]
        rates = np.array([account.rate for account in COST_ACCOUNTS])
        self.local_rate = rates[:, None, None] * PRICE_LEVELS[:, None] * years

    def record(
        self,
        account: int,
        where: tuple[IntArray, IntArray, IntArray],
        units: FloatArray,
        measured: FloatArray | None = None,
    ) -> None:
        """Record events at the account's rate per unit.

        Args:
            account: Row of :data:`COST_ACCOUNTS`.
            where: Party, site (0 ambient, 1 chilled) and month per event, (n,) each.
            units: True units of the cause per event, shape (n,).
            measured: Units the systems saw, if they differ.
        """
        party, _, month = where
        rate = self.local_rate[account, self._entity[party], month]
        self._add(self.units[account], where, units)
        self._add(
            self.measured[account], where, units if measured is None else measured
        )
        self.record_amounts(account, where, units * rate)

    def record_amounts(
        self,
        account: int,
        where: tuple[IntArray, IntArray, IntArray],
        local_amounts: FloatArray,
    ) -> None:
        """Record events whose local amount is known, such as carrier invoices."""
        party, _, month = where
        self._add(self.caused[account], where, local_amounts)
        base = local_amounts * self._base_per_local[self._entity[party], month]
        self.base_of_party += np.bincount(
            party, base, minlength=len(self.base_of_party)
        )

    def _add(
        self,
        target: FloatArray,
        where: tuple[IntArray, IntArray, IntArray],
        values: FloatArray,
    ) -> None:
        party, site, month = where
        cell = (self._entity[party] * 2 + site) * MONTH_COUNT + month
        sums = np.bincount(cell, values, minlength=target.size)
        target += sums.reshape(target.shape)
