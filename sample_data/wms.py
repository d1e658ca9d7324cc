"""What does the WMS deliver: warehouses, tasks, labour, stock, returns?"""

import numpy as np
import pyarrow as pa

from sample_data import columns as col
from sample_data.activity import Month
from sample_data.books import INBOUND_MINUTES_PER_CASE, Books
from sample_data.delivery import Delivery
from sample_data.entities import (
    CURRENCY_CODES,
    ENTITIES,
    WAREHOUSE_IDS,
    warehouse_labels,
)
from sample_data.labour import Labour
from sample_data.periods import MONTH_COUNT, month_bounds, period_name
from sample_data.products import product_ids, warehouse_columns
from sample_data.world import World

PICK, PACK, LOAD, RETURN = range(4)
_TASK_TYPES = ("pick", "pack", "load", "return", "receive", "putaway")
_REASONS = ("damaged", "wrong_item", "not_needed", "quality")
_RECEIVE_SHARE = 0.6


def write_warehouses(delivery: Delivery) -> None:
    """Write the six warehouses: one ambient, one chilled per entity."""
    row = np.arange(len(WAREHOUSE_IDS))
    sites = [("Ambient", "ambient"), ("Chilled", "chilled")]
    delivery.write(
        "wms__warehouses",
        {
            "warehouse_id": col.texts(WAREHOUSE_IDS),
            "entity_code": col.texts([e.code for e in ENTITIES for _ in sites]),
            "name": col.texts(
                [f"{e.business_unit} {s[0]} store" for e in ENTITIES for s in sites]
            ),
            "country_code": col.texts(
                [e.country_code for e in ENTITIES for _ in sites]
            ),
            "region": col.texts([e.business_unit for e in ENTITIES for _ in sites]),
            "capacity": col.quantities(np.where(row % 2 == 0, 24_000, 3_000)),
            "capacity_unit": col.constant("m3", len(row)),
            "temperature_class": col.texts([s[1] for _ in ENTITIES for s in sites]),
        },
    )


def write_month(delivery: Delivery, month: Month, world: World) -> None:
    """Append a month's warehouse tasks and return lines.

    Args:
        delivery: The open WMS delivery.
        month: The month's activity.
        world: The world.
    """
    first = month.first.task
    for rows in (
        _pick_columns(month, world, first),
        *_shipment_tasks(month, world, first + len(month.effort.pick_line)),
    ):
        delivery.append("wms__tasks", rows)
    returns = month.returns
    done = len(returns.line)
    last = first + month.effort.task_count
    delivery.append("wms__tasks", _return_tasks(month, world, last - done))
    lines = month.lines
    entity = world.parties.entity[month.line_party[returns.line]]
    delivery.append(
        "wms__return_lines",
        {
            "return_id": col.identifiers("RT", month.first.credit + np.arange(done), 9),
            "line_no": col.counts(np.ones(done)),
            "order_id": _order_ids(month, lines.order[returns.line]),
            "order_line_no": col.counts(lines.line_no[returns.line]),
            "product_id": product_ids(lines.product[returns.line]),
            "warehouse_id": warehouse_labels(entity, lines.is_chilled[returns.line]),
            "qty": col.quantities(returns.qty),
            "reason_code": col.labels(returns.reason, _REASONS),
            "received_at": col.timestamps(returns.day, np.full(done, 9 * 3600)),
        },
    )


def _order_ids(month: Month, rows: col.IntArray) -> pa.Array:
    return col.identifiers("SO", month.first.order + rows, 9)


def _task_ids(first: int, count: int) -> pa.Array:
    return col.identifiers("TK", first + np.arange(count), 10)


def _pick_columns(month: Month, world: World, first: int) -> dict[str, pa.Array]:
    effort, lines = month.effort, month.lines
    line = effort.pick_line
    count = len(line)
    day = month.fulfilment.shipments.day[month.fulfilment.shipment[line]]
    entity = world.parties.entity[month.line_party[line]]
    qty = month.fulfilment.shipped_qty[line]
    return {
        "task_id": _task_ids(first, count),
        "warehouse_id": warehouse_labels(entity, lines.is_chilled[line]),
        "task_type": col.labels(np.full(count, PICK), _TASK_TYPES),
        "order_id": _order_ids(month, lines.order[line]),
        "line_no": col.counts(lines.line_no[line]),
        "product_id": product_ids(lines.product[line]),
        "qty": col.quantities(qty),
        "units": col.quantities(qty),
        "minutes": col.minutes(effort.pick_measured),
        "started_at": col.timestamps(day, 6 * 3600 + line * 17 % 28_800),
    }


def _shipment_tasks(
    month: Month, world: World, first: int
) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
    """Pack every shipment once; load those that leave by lorry."""
    effort = month.effort
    every = np.arange(len(effort.pack_true))
    loaded = np.flatnonzero(effort.is_loaded)
    pack = _handling(month, world, every, (PACK, first))
    load = _handling(month, world, loaded, (LOAD, first + len(every)))
    pack["minutes"] = col.minutes(effort.pack_measured)
    load["minutes"] = col.minutes(effort.load_measured[loaded])
    return pack, load


def _handling(
    month: Month, world: World, rows: col.IntArray, kind: tuple[int, int]
) -> dict[str, pa.Array]:
    task_type, first = kind
    shipments = month.fulfilment.shipments
    entity = world.parties.entity[month.shipment_party[rows]]
    count = len(rows)
    hour = 13 * 3600 if task_type == PACK else 14 * 3600
    return {
        "task_id": _task_ids(first, count),
        "warehouse_id": warehouse_labels(entity, shipments.is_chilled[rows]),
        "task_type": col.labels(np.full(count, task_type), _TASK_TYPES),
        "order_id": _order_ids(month, shipments.order[rows]),
        "line_no": pa.nulls(count, pa.int64()),
        "product_id": col.nulls(count),
        "qty": col.decimals(np.rint(shipments.cases[rows] * 10_000), 4),
        "units": col.quantities(shipments.line_count[rows]),
        "minutes": col.minutes(np.zeros(count)),
        "started_at": col.timestamps(shipments.day[rows], hour + rows % 3600),
    }


def _return_tasks(month: Month, world: World, first: int) -> dict[str, pa.Array]:
    returns, lines = month.returns, month.lines
    line, count = returns.line, len(returns.line)
    entity = world.parties.entity[month.line_party[line]]
    return {
        "task_id": _task_ids(first, count),
        "warehouse_id": warehouse_labels(entity, lines.is_chilled[line]),
        "task_type": col.labels(np.full(count, RETURN), _TASK_TYPES),
        "order_id": _order_ids(month, lines.order[line]),
        "line_no": col.counts(lines.line_no[line]),
        "product_id": product_ids(lines.product[line]),
        "qty": col.quantities(returns.qty),
        "units": col.quantities(returns.qty),
        "minutes": col.minutes(month.effort.return_minutes),
        "started_at": col.timestamps(returns.day, np.full(count, 10 * 3600)),
    }


def write_stock(delivery: Delivery, world: World, books: Books, first: int) -> None:
    """Append inbound tasks and month-end stock, both derived from what was shipped.

    Args:
        delivery: The open WMS delivery.
        world: The world.
        books: Cases shipped per entity, month and product.
        first: Next free task number.
    """
    entity, month, product = np.nonzero(books.cases)
    cases = books.cases[entity, month, product]
    count = len(cases)
    starts = np.array([month_bounds(number)[0] for number in range(MONTH_COUNT)])
    chilled = world.products.is_chilled[product]
    for kind, share in ((4, _RECEIVE_SHARE), (5, 1 - _RECEIVE_SHARE)):
        spent = cases * INBOUND_MINUTES_PER_CASE * share
        delivery.append(
            "wms__tasks",
            {
                "task_id": _task_ids(first, count),
                "warehouse_id": warehouse_labels(entity, chilled),
                "task_type": col.labels(np.full(count, kind), _TASK_TYPES),
                "order_id": col.nulls(count),
                "line_no": pa.nulls(count, pa.int64()),
                "product_id": product_ids(product),
                "qty": col.decimals(np.rint(cases * 10_000), 4),
                "units": col.quantities(np.ones(count)),
                "minutes": col.minutes(spent),
                "started_at": col.timestamps(
                    starts[month] + product * 7 % 20, np.full(count, 7 * 3600)
                ),
            },
        )
        first += count
    _write_balances(delivery, world, books)


def _write_balances(delivery: Delivery, world: World, books: Books) -> None:
    """Hold stock for some weeks of the usual demand at each month's end."""
    products = world.products
    rng = np.random.default_rng([world.seed, 36])
    usual = books.cases.mean(axis=1) * products.case_units
    entity, product = np.nonzero(usual)
    month = np.repeat(np.arange(MONTH_COUNT), len(entity))
    entity, product = np.tile(entity, MONTH_COUNT), np.tile(product, MONTH_COUNT)
    cover = np.exp(rng.normal(0.2, 0.5, len(month)))
    cover = np.where(products.is_chilled[product], cover * 0.35, cover)
    on_hand = np.rint(usual[entity, product] * cover)
    ends = np.array([month_bounds(number)[1] for number in range(MONTH_COUNT)])
    level = products.price_cents[0, :, :] / products.price_cents[0, :1, :]
    cost = products.cost_cents[month // 12, product] * level[entity, product]
    delivery.append(
        "wms__inventory_balances",
        {
            "warehouse_id": warehouse_labels(entity, products.is_chilled[product]),
            "product_id": product_ids(product),
            "balance_date": col.dates(ends[month]),
            "on_hand_qty": col.quantities(on_hand),
            "reserved_qty": col.quantities(np.floor(on_hand * 0.1)),
            "unit_cost": col.decimals(np.rint(cost) * 10_000, 6),
            "currency_code": col.labels(entity, CURRENCY_CODES),
            **warehouse_columns(products, product),
        },
    )


def write_labour(delivery: Delivery, labour: Labour) -> None:
    """Write paid, productive and practical minutes per worker group and month."""
    group, entity, site, month = np.nonzero(labour.practical)
    where = (group, entity, site, month)
    delivery.write(
        "wms__labor_hours",
        {
            "warehouse_id": warehouse_labels(entity, site == 1),
            "worker_group": col.labels(group, labour.worker_groups),
            "period": col.labels(month, [period_name(m) for m in range(MONTH_COUNT)]),
            "paid_minutes": col.minutes(labour.paid[where]),
            "productive_minutes": col.minutes(labour.productive[where]),
            "practical_capacity_minutes": col.minutes(labour.practical[where]),
        },
    )
