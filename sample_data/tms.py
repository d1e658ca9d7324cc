"""What does the TMS deliver: consignees, shipments, stops, carrier invoices?"""

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data import names
from sample_data.activity import Month, invoice_day
from sample_data.delivery import Delivery
from sample_data.entities import CURRENCY_CODES, ENTITY_CODES, warehouse_labels
from sample_data.fulfilment import FREIGHT_STATUSES, MODES, OWN_FLEET, PARCEL
from sample_data.identity import (
    LINK_TAX_ID,
    Identity,
    consignee_ids,
    other_texts,
    tax_ids,
)
from sample_data.parties import Parties
from sample_data.periods import DAY_COUNT, MONTH_COUNT, period_name
from sample_data.world import World

_CHARGE_TYPES = ("freight", "fuel", "claim_credit")
_CARRIERS = ("CAR-PARCEL-1", "CAR-PARCEL-2", "CAR-OWN", "CAR-LTL-1", "CAR-LTL-2")
_ABSENT = {
    "tms__rate_cards": "carrier rate cards are kept in the carriers' portals and "
    "are not delivered"
}
_FREIGHT_DOCUMENTS = tuple(
    f"{code}-{period_name(month)}-FREIGHT"
    for code in ENTITY_CODES
    for month in range(MONTH_COUNT)
)


def write_masters(delivery: Delivery, world: World, identity: Identity) -> None:
    """Write the consignees and declare what is absent.

    Args:
        delivery: The open TMS delivery.
        world: The world.
        identity: Ids and links of the parties.
    """
    rng = np.random.default_rng([world.seed, 35])
    rows = np.flatnonzero(identity.consignee_number >= 0)
    tax = tax_ids(world.parties, identity)
    # A consignee that must stay apart carries no tax id; some others do.
    is_given = identity.consignee_link[rows] == LINK_TAX_ID
    delivery.write(
        "tms__consignees",
        {
            "consignee_id": consignee_ids(identity.consignee_number[rows]),
            "tax_id": col.texts(
                [
                    tax[row] if given else None
                    for row, given in zip(rows.tolist(), is_given, strict=True)
                ]
            ),
            **other_texts(world.parties, rows, rng, False),
            "region": col.texts(_regions(world.parties, rows)),
        },
        order_by="consignee_id",
    )
    delivery.declare_absent(_ABSENT)


def _regions(parties: Parties, rows: col.IntArray) -> list[str]:
    """Abbreviate the regions of parties; every 61st lies in the next town's."""
    country = parties.country
    regions = []
    for row in rows.tolist():
        towns = names.cities(country[row])
        town = (int(parties.city[row]) + (row % 61 == 5)) % len(towns)
        regions.append(names.abbreviated_region(towns[town][1]))
    return regions


def write_month(
    delivery: Delivery, month: Month, world: World, identity: Identity
) -> None:
    """Append a month's shipments, their lines, stops and freight charges.

    Args:
        delivery: The open TMS delivery.
        month: The month's activity.
        world: The world.
        identity: Ids of the parties.
    """
    delivery.append("tms__shipments", _shipment_columns(month, world, identity))
    delivery.append("tms__shipment_lines", _line_columns(month, world))
    delivery.append("tms__stops", _stop_columns(month, world, identity))
    delivery.append("tms__freight_charges", _charge_columns(month, world))


def _shipment_ids(month: Month, rows: col.IntArray) -> pa.Array:
    return col.identifiers("SH", month.first.shipment + rows, 9)


def _shipment_columns(
    month: Month, world: World, identity: Identity
) -> dict[str, pa.Array]:
    shipments, parties = month.fulfilment.shipments, world.parties
    party = month.shipment_party
    entity = parties.entity[party]
    rows = np.arange(len(party))
    ids = _shipment_ids(month, rows)
    consignee = consignee_ids(identity.consignee_number[party])
    odd = rows % 2
    carrier = np.where(shipments.mode == PARCEL, odd, 3 + odd)
    carrier = np.where(shipments.mode == OWN_FLEET, 2, carrier)
    is_rush = month.orders.is_rush[shipments.order]
    lane = entity * 100 + parties.city[party]
    lanes = [f"{code[:2]}-{city:02d}" for code in ENTITY_CODES for city in range(100)]
    arrived = shipments.actual_day < DAY_COUNT
    return {
        "shipment_id": ids,
        "entity_code": col.labels(entity, ENTITY_CODES),
        "consignee_id": consignee,
        "carrier_id": col.labels(carrier, _CARRIERS),
        "mode": col.labels(shipments.mode, MODES),
        "service_level": col.labels(is_rush, ("standard", "express")),
        "origin_id": warehouse_labels(entity, shipments.is_chilled),
        "destination_id": consignee,
        "lane_id": col.labels(lane, lanes),
        "planned_delivery_date": col.dates(month.orders.promised_day[shipments.order]),
        "actual_delivery_date": col.dates(shipments.actual_day, arrived),
        "shipped_at": col.timestamps(shipments.day, 15 * 3600 + rows % 7200),
        "distance_km": col.decimals(np.rint(parties.distance_km[party] * 10) * 1000, 4),
        "weight_kg": col.decimals(shipments.weight_g * 10, 4),
        "volume_m3": col.decimals(shipments.volume_cm3, 6),
        "is_expedited": col.flags(is_rush),
        "freight_status": col.labels(shipments.status, FREIGHT_STATUSES),
        "parent_shipment_id": ids.take(pa.array(rows - 1, mask=~shipments.is_child)),
    }


def _line_columns(month: Month, world: World) -> dict[str, pa.Array]:
    fulfilment, lines, products = month.fulfilment, month.lines, world.products
    line = np.flatnonzero(fulfilment.shipment >= 0)
    qty = fulfilment.shipped_qty[line]
    product = lines.product[line]
    return {
        "shipment_id": _shipment_ids(month, fulfilment.shipment[line]),
        "order_id": col.identifiers("SO", month.first.order + lines.order[line], 9),
        "line_no": col.counts(lines.line_no[line]),
        "qty": col.quantities(qty),
        "weight_kg": col.decimals(qty * products.weight_g[product] * 10, 4),
        "volume_m3": col.decimals(qty * products.volume_cm3[product], 6),
    }


def _stop_columns(
    month: Month, world: World, identity: Identity
) -> dict[str, pa.Array]:
    """Write own-fleet stops; a second stop is a second attempt on the same day."""
    shipments = month.fulfilment.shipments
    row = np.repeat(np.arange(len(shipments.day)), month.effort.stop_count)
    first = np.cumsum(month.effort.stop_count) - month.effort.stop_count
    sequence = np.arange(len(row)) - first[row] + 1
    party = month.shipment_party[row]
    arrived = shipments.actual_day[row]
    return {
        "shipment_id": _shipment_ids(month, row),
        "stop_id": col.labels(sequence, ("ST0", "ST1", "ST2")),
        "destination_id": consignee_ids(identity.consignee_number[party]),
        "sequence": col.counts(sequence),
        "arrived_at": col.timestamps(
            arrived,
            7 * 3600 + row * 131 % 21_600 + sequence * 7200,
            arrived < DAY_COUNT,
        ),
        "wait_minutes": col.decimals((row * 37 % 25 + 2) * 10_000, 4),
        "distance_km": col.decimals(
            np.rint(world.parties.distance_km[party] * 2) * 1000, 4
        ),
    }


def _charge_columns(month: Month, world: World) -> dict[str, pa.Array]:
    """Write the charge lines of the carrier invoices, one invoice per shipment."""
    amounts = np.stack(month.freight, axis=1)
    row, kind = np.nonzero(amounts)
    entity = world.parties.entity[month.shipment_party[row]]
    day = invoice_day(month, world)[row]
    document = entity * MONTH_COUNT + world.calendar.month_of_day[day]
    return {
        "carrier_invoice_id": col.identifiers("CI", month.first.shipment + row, 9),
        "line_no": col.counts(kind + 1),
        "shipment_id": _shipment_ids(month, row),
        "entity_code": col.labels(entity, ENTITY_CODES),
        "charge_type": col.labels(kind, _CHARGE_TYPES),
        "amount": col.money(amounts[row, kind]),
        "currency_code": col.labels(entity, CURRENCY_CODES),
        "invoiced_on": col.dates(day),
        "gl_document_id": col.labels(document, _FREIGHT_DOCUMENTS),
    }
