"""Does the allocation SQL, as written, place every cent where integers say?"""

import copy
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from echelon.release.content import read_content
from tests.warehouse.allocation_models import (
    ACTIVITY,
    allocate_again,
    rendered,
    run_models,
)
from tests.warehouse.allocation_oracle import allocate, avoidable_by_steps, base_cents
from tests.warehouse.random_ledgers import (
    ADJUSTING,
    STEPS,
    Ledger,
    Line,
    random_ledgers,
)

SEED = 2026
LEVELS = "rpt_cost_to_serve_by_cost_level_pool_month"
COUNT = 1000
COUNT_TAKEN_OVER = 40
PARTS = ("ledger", "unused", "sustaining", "excluded", "unallocated", "quarantined")


def cents(amount):
    return int(amount.scaleb(2))


def published_pools(warehouse):
    """Amount and parts by entity, period and pool, as the reconciliation has them."""
    rows = warehouse.execute(
        """
        select entity_code, fiscal_period, cost_pool_code, gl_amount_base_ccy,
            unused_capacity_amount_base_ccy, sustaining_amount_base_ccy,
            excluded_amount_base_ccy, unallocated_amount_base_ccy,
            quarantined_amount_base_ccy
        from rpt_gl_reconciliation_by_cost_pool_month
        """
    ).fetchall()
    return {row[:3]: dict(zip(PARTS, map(cents, row[3:]), strict=True)) for row in rows}


def published_rows(warehouse, ledgers):
    """Cents by entity, period, pool, carrying pool, activity and object."""
    positions = {
        thing: position
        for ledger in ledgers
        for position, thing in enumerate(ledger.objects)
    }
    rows = warehouse.execute(
        """
        select entity_code, fiscal_period, cost_pool_code, carried_by_pool_code,
            activity_code, customer_id, order_id, line_no, allocated_amount_base_ccy
        from fct_cost_to_serve
        """
    ).fetchall()
    return {(*row[:5], positions[row[5:8]]): cents(row[8]) for row in rows}


@pytest.fixture(scope="module")
def ledgers():
    return random_ledgers(COUNT, SEED)


@pytest.fixture(scope="module")
def warehouse(ledgers):
    with run_models(ledgers) as connection:
        yield connection


@pytest.fixture(scope="module")
def expected(ledgers):
    return allocate(ledgers)


def test_ledgers_drawn_hold_what_may_go_wrong(ledgers, expected):
    pools = expected.pools.values()
    found = {
        "credit notes": sum(parts["ledger"] < 0 for parts in pools),
        "more than 10^16 cents": sum(parts["ledger"] > 10**16 for parts in pools),
        "more used than planned": sum(
            parts.get("unused", 0) * parts["ledger"] < 0 for parts in pools
        ),
        "nothing allocated": sum(
            parts.get("unallocated", 0) == parts["ledger"] != 0 for parts in pools
        ),
        "13th period": sum(period in ADJUSTING for _, period, _ in expected.pools),
        "one customer": sum(
            len({customer for customer, _, _ in ledger.objects}) == 1
            for ledger in ledgers
        ),
        "reversals": sum(
            line.journal.endswith("-R") for ledger in ledgers for line in ledger.lines
        ),
        "foreign currency": sum(
            line.currency != "EUR" for ledger in ledgers for line in ledger.lines
        ),
        "shares below a millionth": sum(
            0 < abs(exact) * 10**6 < abs(expected.pools[row[:3]]["ledger"])
            for row, exact in expected.exact.items()
        ),
        "negative quantities": sum(
            qty < 0 for ledger in ledgers for qty in ledger.quantities.values()
        ),
    }
    assert {name: count for name, count in found.items() if count < 100} == {}


def test_every_pool_of_a_thousand_ledgers_is_what_integers_say(warehouse, expected):
    assert published_pools(warehouse) == {
        place: {part: parts.get(part, 0) for part in PARTS}
        for place, parts in expected.pools.items()
    }


def test_every_row_of_a_thousand_ledgers_is_what_integers_say(
    warehouse, ledgers, expected
):
    assert published_rows(warehouse, ledgers) == expected.rows


def test_every_cent_of_a_thousand_ledgers_has_one_place(warehouse):
    assert warehouse.execute(
        """
        select count(*) filter (where variance_amount_base_ccy != 0)
        from rpt_gl_reconciliation_by_cost_pool_month
        """
    ).fetchall() == [(0,)]


def test_every_row_is_within_a_cent_of_its_exact_share(warehouse, ledgers, expected):
    rows = published_rows(warehouse, ledgers)
    assert max(abs(rows[row] - exact) for row, exact in expected.exact.items()) < 1


def test_whole_steps_go_with_a_customer(warehouse, ledgers, expected):
    rows = warehouse.execute(
        f"""
        select entity_code, fiscal_period, cost_pool_code, activity_code, customer_id,
            avoidable_amount_base_ccy
        from rpt_cost_to_serve_by_customer_pool_month
        where
            cost_pool_code = carried_by_pool_code and cost_pool_code in {tuple(STEPS)}
            and fiscal_period not in {(*ADJUSTING, "none")}
        """
    ).fetchall()
    exact = avoidable_by_steps(ledgers, expected)
    found = {row[:5]: cents(row[5]) for row in rows}
    assert set(found) == set(exact)
    # A step's cost passes through a double: beyond 10^15 cents it is not the cent.
    wrong = {
        row: (amount, exact[row])
        for row, amount in found.items()
        if abs(amount - exact[row]) > 1 + abs(amount) // 10**14
    }
    assert wrong == {}
    going = sum(amount != 0 for amount in exact.values())
    assert len(exact) - going > COUNT < going


def test_every_posting_is_traced_to_who_bears_it_and_back(warehouse):
    differing = warehouse.execute(
        """
        select 'posting' as side, count(*) from (
            select entity_code, fiscal_period, cost_pool_code, document_id, line_no,
                sum(traced_amount_base_ccy) as amount
            from fct_cost_traces group by all
        ) full join fct_ledger_lines as postings using (
            entity_code, fiscal_period, cost_pool_code, document_id, line_no
        ) where amount is distinct from amount_base_ccy
        union all
        select 'customer' as side, count(*) from (
            select entity_code, fiscal_period, cost_pool_code, carried_by_pool_code,
                activity_code, customer_id, sum(traced_amount_base_ccy) as amount
            from fct_cost_traces where customer_id is not null group by all
        ) full join rpt_cost_to_serve_by_customer_pool_month as costs using (
            entity_code, fiscal_period, cost_pool_code, carried_by_pool_code,
            activity_code, customer_id
        ) where coalesce(amount, 0) != coalesce(allocated_amount_base_ccy, 0)
        """
    ).fetchall()
    assert sorted(differing) == [("customer", 0), ("posting", 0)]


def customers_named(ledger, line):
    """Customers that a posting names: its order's, else its own if there is one."""
    ordered = {
        customer
        for customer, order, _ in ledger.objects
        if order is not None and order == line.document
    }
    own = {customer for customer, _, _ in ledger.objects if customer == line.customer}
    return sorted(ordered or own)


def test_a_posting_of_a_direct_pool_is_traced_to_whom_it_names(warehouse, ledgers):
    """Whole to one customer or to nobody: no order of these has lines of two."""
    rows = warehouse.execute(
        """
        select document_id, customer_id, destination_code, traced_amount_base_ccy
        from fct_cost_traces where cost_pool_code = 'claims'
        """
    ).fetchall()
    expected = {}
    for ledger in ledgers:
        for line in ledger.lines:
            if line.pool == "claims":
                [customer] = customers_named(ledger, line) or [None]
                destination = "customer" if customer else "unallocated"
                expected[line.journal, customer, destination] = base_cents(line)
    assert sum(row[1] is not None for row in expected) > COUNT
    assert sum(row[1] is None for row in expected) > COUNT
    assert len(rows) == len(expected)
    assert {row[:3]: cents(row[3]) for row in rows} == expected


def test_row_order_and_threads_change_nothing(ledgers):
    def tables(threads, seed):
        with run_models(ledgers[:100], threads, shuffled=seed) as connection:
            return [
                connection.execute(f"from {name} order by all").fetchall()
                for name in ("fct_cost_to_serve", "fct_cost_pools", "fct_cost_traces")
            ]

    assert tables(1, 1) == tables(4, 2)


def one_pool(entity, pool_cents, quantities, minutes=None):
    """A ledger of one posting: on freight, or with practical minutes on picking."""
    pool, driver = ("picking", "minutes") if minutes else ("freight", "weight")
    day = date(2024, 11, 4)
    customer, order = f"{entity}-C", f"{entity}-O"
    ledger = Ledger(
        entity,
        objects=[(customer, None, None)]
        + [(customer, order, line + 1) for line in range(len(quantities))],
        hours={("2024-11", "pickers"): (minutes, 0)} if minutes else {},
    )
    ledger.lines.append(
        Line("2024-11", day, "J", 1, pool, pool_cents * 100, "EUR", pool_cents)
    )
    for position, quantity in enumerate(quantities):
        ledger.quantities["2024-11", driver, position + 1] = quantity
    return ledger


def test_only_what_changed_is_allocated_again():
    quantities, other = [1, 2, 3], [2, 1, 3]
    ledgers = {
        name: one_pool(name, 100, quantities)
        for name in ("amount", "customer", "kept", "order", "quantities")
    }
    with run_models(ledgers.values()) as former:
        # Taken over, a row bears this count; allocated, it has the three lines.
        former.execute(f"update {LEVELS} set cost_object_count = -1")
        ledgers["amount"] = one_pool("amount", 101, quantities)
        ledgers["quantities"] = one_pool("quantities", 100, other)
        for name, given in (("customer", "customer-C"), ("order", "order-O")):
            ledgers[name].objects[:] = [
                tuple("another" if part == given else part for part in thing)
                for thing in ledgers[name].objects
            ]
        # Its lines come before all others: every cost object has another number.
        ledgers["added"] = one_pool("added", 100, quantities)
        with run_models(ledgers.values(), former=former) as warehouse:
            found = warehouse.execute(
                f"select entity_code, cost_object_count, allocated_amount_base_ccy"
                f" from {LEVELS}"
            ).fetchall()
    assert sorted(found) == [
        ("added", 3, Decimal("1.00")),
        ("amount", 3, Decimal("1.01")),
        ("customer", 3, Decimal("1.00")),
        ("kept", -1, Decimal("1.00")),
        ("order", 3, Decimal("1.00")),
        ("quantities", 3, Decimal("1.00")),
    ]


def test_what_is_taken_over_is_what_would_be_allocated(ledgers):
    """One quantity of every fifth ledger changes; other threads, another order."""
    following = copy.deepcopy(ledgers[:COUNT_TAKEN_OVER])
    for ledger in following[::5]:
        for place in sorted(ledger.quantities)[:1]:
            ledger.quantities[place] += 10**6
    with (
        run_models(ledgers[:COUNT_TAKEN_OVER]) as former,
        run_models(following, 4, shuffled=3, former=former) as warehouse,
    ):
        taken_over = read_content(warehouse, "memory", f"main.{LEVELS}")
        ((activities, count),) = warehouse.execute(
            f"""
            select count(*), count(former.allocation_fingerprint)
            from fct_cost_activities
            left join stg_refresh__previous_cost_activities as former
                using ({ACTIVITY}, allocation_fingerprint)
            """
        ).fetchall()
        allocate_again(warehouse)
        allocated = read_content(warehouse, "memory", f"main.{LEVELS}")
    assert taken_over == allocated
    assert activities * 0.5 < count < activities


# Customer, level, order and line of two events; of either, DuckDB's hash of names and
# quantity adds up to what it does after they have swapped their quantities.
SWAPPING = {
    "two_levels_of_a_customer": (
        ("C0000333", "ERP-2", "SO-100047", 10),
        ("C0000333", "ERP-1", "SO-100194", 10),
    ),
    "two_customers": (
        ("CUST-0", "CUST-0", "SO-100000", 1),
        ("CUST-1202", "CUST-1202", "SO-101202", 1),
    ),
}


@pytest.mark.parametrize("names", SWAPPING.values(), ids=SWAPPING)
def test_two_events_that_swap_their_quantities_have_another_hash(names):
    def hashed(*units):
        events = [
            (*name, unit * 10**6) for name, unit in zip(names, units, strict=True)
        ]
        return events_hashed(events)

    former, total, plain, content = hashed(624, 890)
    following, total_then, plain_then, content_then = hashed(890, 624)
    assert (total, plain) == (total_then, plain_then)
    assert former != following
    assert content != content_then


def events_hashed(events):
    """Hash and total of a driver month; the sum of plain hashes; the content."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema intermediate;
            create table events (cost_object_key bigint, customer_id varchar,
                cost_level_id varchar, order_id varchar, line_no bigint,
                driver_qty bigint)
            """
        )
        connection.executemany(
            "insert into events values (?, ?, ?, ?, ?, ?)",
            [(number + 1, *event) for number, event in enumerate(events)],
        )
        connection.execute(
            """
            create view intermediate.int_cost_objects_enumerated as from events;
            create view intermediate.int_activity_drivers_adjusted as
            select 'E1' as entity_code, '2025-01' as fiscal_period,
                'lines' as driver_code, cost_object_key, driver_qty
            from events
            """
        )
        model = rendered("intermediate/cost_to_serve/int_activity_drivers_totalled")
        ((found, total),) = connection.execute(
            f"select events_hash, total_driver_qty from ({model})"
        ).fetchall()
        ((plain,),) = connection.execute(
            """
            select sum(hash(
                hash(customer_id, cost_level_id, order_id, line_no)::hugeint, driver_qty
            )::hugeint) from events
            """
        ).fetchall()
        return found, total, plain, read_content(connection, "memory", "main.events")


BY_HAND = {
    "odd_cent": ((100, [1, 1, 1]), [34, 33, 33]),
    "credit_mirrors": ((-1000, [1, 1, 1]), [-334, -333, -333]),
    "tenths_are_exact": ((10_000, [100, 200, 700]), [1000, 2000, 7000]),
    "we_14_seventy_thirty": ((5, [70, 30]), [4, 1]),
    "we_14_thirty_seventy": ((5, [30, 70]), [2, 3]),
    "we_14_thirds": ((800, [1, 1, 1]), [267, 267, 266]),
    "one_line": ((800, [5]), [800]),
    "negative_quantity_is_kept_out": ((800, [-5, 1]), [None, 800]),
    "nothing_drives": ((800, []), []),
    # 10,000,000 minutes used of 1,000 practical ones: ten thousand times the pool.
    "a_million_billion": (
        (10**12, [25 * 10**11, 75 * 10**11], 1000),
        [25 * 10**14, 75 * 10**14],
    ),
}


@pytest.fixture(scope="module")
def worked_by_hand():
    drawn = [one_pool(name, *given) for name, (given, _) in BY_HAND.items()]
    with run_models(drawn) as connection:
        rows = connection.execute(
            "select entity_code, line_no, allocated_amount_base_ccy"
            " from fct_cost_to_serve"
        ).fetchall()
    return {(entity, line): amount for entity, line, amount in rows}


@pytest.mark.parametrize("name", BY_HAND)
def test_rounding_of_cases_worked_by_hand(worked_by_hand, name):
    _, shares = BY_HAND[name]
    found = [worked_by_hand.get((name, line + 1)) for line in range(len(shares))]
    assert found == [
        None if share is None else Decimal(share).scaleb(-2) for share in shares
    ]
