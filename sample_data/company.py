"""How is the whole sample company written, from its world to its landing files?"""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from sample_data import crm, erp, external, gl, mdm, tms, wms
from sample_data.activity import Month, simulate_months
from sample_data.books import Books
from sample_data.delivery import Delivery
from sample_data.identity import Identity, draw_identity
from sample_data.labour import Labour, staff
from sample_data.ledger import booked_cents, journals
from sample_data.periods import period_name
from sample_data.truth import write_truth
from sample_data.world import World, build_world

_SYSTEMS = ("erp", "crm", "wms", "tms", "gl", "mdm", "ext")


def write_sample_company(
    size: str,
    seed: int,
    out: Path,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write Halden Supply's landing deliveries and the truth about it.

    The same size and seed give the same bytes.

    Args:
        size: ``tiny`` (about 13 k order lines), ``small`` (50 k), ``medium`` (1 M) or
            ``large`` (10 M).
        seed: Seed, 0 or more.
        out: Directory that receives ``landing/`` and ``truth/``.
        progress: Called with one short line per step.

    Raises:
        ValueError: If the size is unknown, the seed negative, or a delivery of the
            sample is there already: deliveries are immutable.
    """
    say = progress or (lambda text: None)
    landing = out / "landing"
    taken = [name for name in _SYSTEMS if (landing / name / f"{name}-0001").exists()]
    if taken:
        raise ValueError(f"{landing / taken[0]} already holds a first delivery")
    world = build_world(size, seed)
    identity = draw_identity(world.parties, seed)
    say("parties, products and exchange rates drawn")
    books, labour = _write_deliveries(landing, world, identity, say)
    write_truth(out / "truth", world, identity, (books, labour))
    say("ledger and truth written")


def _write_deliveries(
    landing: Path, world: World, identity: Identity, say: Callable[[str], None]
) -> tuple[Books, Labour]:
    """Play the months, let every system write its delivery, and keep the books."""
    books = Books(world)
    with ExitStack() as stack:
        to = {name: stack.enter_context(Delivery(landing, name)) for name in _SYSTEMS}
        _write_masters(to, world, identity)
        next_task = 1
        for month in simulate_months(world):
            _write_month(to, month, world, identity)
            books.close_month(month)
            next_task = month.first.task + month.effort.task_count
            say(f"{period_name(month.month)} written")
        wms.write_stock(to["wms"], world, books, next_task)
        labour = staff(books.costs)
        wms.write_labour(to["wms"], labour)
        booked = booked_cents(books, labour, world.seed)
        gl.write_ledger(to["gl"], world, journals(world, books, booked))
    return books, labour


def _write_masters(to: dict[str, Delivery], world: World, identity: Identity) -> None:
    """Write what stands before the first order."""
    erp.write_masters(to["erp"], world, identity)
    crm.write_masters(to["crm"], world, identity)
    tms.write_masters(to["tms"], world, identity)
    wms.write_warehouses(to["wms"])
    mdm.write_references(to["mdm"], world, identity)
    external.write_external(to["ext"], world, identity)


def _write_month(
    to: dict[str, Delivery], month: Month, world: World, identity: Identity
) -> None:
    """Write what each system saw of a month."""
    erp.write_month(to["erp"], month, world)
    crm.write_month(to["crm"], month, world, identity)
    tms.write_month(to["tms"], month, world, identity)
    wms.write_month(to["wms"], month, world)
