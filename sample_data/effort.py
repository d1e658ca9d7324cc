"""How many minutes and stops does a month's activity take, truly and as measured?"""

from dataclasses import dataclass

import numpy as np

from sample_data.columns import BoolArray, FloatArray, IntArray
from sample_data.fulfilment import OWN_FLEET, PARCEL, Credits, Fulfilment, Shipments
from sample_data.orders import EMAIL, PHONE, Lines, Orders
from sample_data.products import Products

_MEASUREMENT_NOISE = 0.04
_SECOND_ATTEMPT_RATIO = 0.06


@dataclass(frozen=True)
class Effort:
    """True and measured effort.

    Attributes:
        pick_line: Row of each picked line, shape (n_picks,).
        pick_true, pick_measured: Minutes per pick, shape (n_picks,).
        pick_cases: Cases per pick, shape (n_picks,).
        pack_true, pack_measured: Minutes per shipment, shape (n_shipments,).
        is_loaded: Per shipment, parcels are not loaded.
        load_true, load_measured: Minutes per shipment, zero for parcels.
        stop_count: Own-fleet stops per shipment, zero for carriers.
        desk_true: Order desk minutes per order, zero if cancelled.
        return_minutes: Measured minutes per return line.
    """

    pick_line: IntArray
    pick_true: FloatArray
    pick_measured: FloatArray
    pick_cases: FloatArray
    pack_true: FloatArray
    pack_measured: FloatArray
    is_loaded: BoolArray
    load_true: FloatArray
    load_measured: FloatArray
    stop_count: IntArray
    desk_true: FloatArray
    return_minutes: FloatArray

    @property
    def task_count(self) -> int:
        """Number of warehouse tasks of the month."""
        loads = int(self.is_loaded.sum())
        return len(self.pick_line) + len(self.pack_true) + loads + self._return_count

    @property
    def _return_count(self) -> int:
        return len(self.return_minutes)


def measure_effort(
    activity: tuple[Orders, Lines, Fulfilment, Credits],
    products: Products,
    rng: np.random.Generator,
) -> Effort:
    """Work out the effort of a month.

    Args:
        activity: Orders, lines, fulfilment and returns of the month.
        products: The catalogue.
        rng: The month's random numbers.

    Returns:
        True minutes, and measured ones a few per cent off.
    """
    orders, lines, fulfilment, returns = activity
    shipments = fulfilment.shipments
    pick_line = np.flatnonzero(fulfilment.shipment >= 0)
    pick_true, cases = _pick_minutes(pick_line, lines, fulfilment, products)
    pack_true = 2.2 + 0.5 * shipments.line_count + 0.11 * shipments.cases**0.9
    is_loaded = shipments.mode != PARCEL
    load_true = np.where(is_loaded, 1.5 + shipments.volume_cm3 * 5e-6, 0)
    return Effort(
        pick_line=pick_line,
        pick_true=pick_true,
        pick_measured=measured(pick_true, rng),
        pick_cases=cases,
        pack_true=pack_true,
        pack_measured=measured(pack_true, rng),
        is_loaded=is_loaded,
        load_true=load_true,
        load_measured=measured(load_true, rng),
        stop_count=_stops(shipments, rng),
        desk_true=_desk_minutes(orders, lines, rng),
        return_minutes=measured(np.full(len(returns.line), 9.0), rng),
    )


def measured(true_values: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Disturb true values as scanners and stop watches do, kept to the hundredth."""
    noise = rng.normal(0, _MEASUREMENT_NOISE, len(true_values))
    disturbed: FloatArray = np.round(true_values * np.exp(noise), 2)
    return disturbed


def _pick_minutes(
    pick_line: IntArray, lines: Lines, fulfilment: Fulfilment, products: Products
) -> tuple[FloatArray, FloatArray]:
    """Walk to the shelf, take cases, break one for loose units; cold is slower."""
    qty = fulfilment.shipped_qty[pick_line]
    per_case = products.case_units[lines.product[pick_line]]
    cases = qty / per_case
    true = 0.9 + 0.34 * (qty // per_case) ** 0.8 + 0.05 * (qty % per_case)
    return true * np.where(lines.is_chilled[pick_line], 1.3, 1.0), cases


def _stops(shipments: Shipments, rng: np.random.Generator) -> IntArray:
    """One stop per own-fleet shipment, two where nobody was there at first."""
    again = rng.random(len(shipments.mode)) < _SECOND_ATTEMPT_RATIO
    return np.where(shipments.mode == OWN_FLEET, 1 + again, 0)


def _desk_minutes(orders: Orders, lines: Lines, rng: np.random.Generator) -> FloatArray:
    """Follow the order desk's time equation with a clerk's day-to-day spread."""
    changes = np.bincount(lines.order, lines.changes, len(orders.party))
    is_manual = (orders.entry_mode == PHONE) | (orders.entry_mode == EMAIL)
    standard = (
        5.0
        + 3.0 * orders.line_count
        + 10.0 * orders.is_rush
        + 6.0 * is_manual
        + 4.0 * changes
    )
    spread = np.exp(rng.normal(0, 0.06, len(standard)))
    minutes: FloatArray = np.where(orders.is_cancelled, 0.0, standard * spread)
    return minutes
