"""Published cases of costing, through `echelon refresh --policy DIR` on rows by hand.

How to write down a case of your own: docs/cost_model.md.
"""

import json
import shutil
from decimal import Decimal

import duckdb
import pytest

from echelon.release.tie_out import tie_out
from echelon.route_audit import audit_route
from tests.refresh.conftest import Company, last_json
from tests.refresh.textbook_cases import (
    ROUNDING,
    WE_09,
    WE_18,
    all_cases,
    step_down_cases,
)
from tests.refresh.textbook_landing import land_cases, write_policy


def released(name, made_once, cases):
    """Refresh a landing of the cases with their policy."""

    def make(directory):
        land_cases(cases, directory / "landing")
        policy = write_policy(cases, directory / "policy")
        completed = Company(directory).run("refresh", "--policy", policy, "--json")
        assert completed.returncode == 0, completed.stderr + completed.stdout

    return Company(made_once(name, make))


@pytest.fixture(scope="module")
def textbook(made_once):
    """Cases of an entity each, in one release."""
    return released("textbook", made_once, all_cases())


@pytest.fixture(scope="module")
def step_down(made_once):
    """Cases that need a company of their own."""
    return released("step_down", made_once, step_down_cases())


def by_key(rows):
    return {key: str(amount) for key, amount in rows}


def parts_of(company, entity):
    """Add up the reconciliation of a case."""
    rows = company.query(f"""
        select sum(gl_amount_base_ccy), sum(allocated_amount_base_ccy),
            sum(unused_capacity_amount_base_ccy), sum(sustaining_amount_base_ccy),
            sum(unallocated_amount_base_ccy), sum(abs(variance_amount_base_ccy))
        from finance.rpt_gl_reconciliation_by_cost_pool_month
        where entity_code = '{entity}'
    """)
    return [str(amount) for amount in rows[0]]


def test_why_a_customer_is_in_its_segment_is_told_however_few_there_are(textbook):
    ((customer,),) = textbook.query(
        "select min(customer_id) from governance.rpt_assignment_reasons_by_customer"
    )
    completed = textbook.run("explain", customer, "--json")
    assert completed.returncode == 0, completed.stderr
    assert last_json(completed)["is_replayed"]


def test_we_02_activities_take_their_minutes_and_idle_ones_are_unused(textbook):
    taken = by_key(
        textbook.query("""
            select activity_code, allocatable_amount_base_ccy
            from core.fct_cost_activities where entity_code = 'we_02'
        """)
    )
    assert taken == {
        "order": "313600.00",
        "inquiry": "49280.00",
        "credit_check": "100000.00",
    }
    expected = ["560000.00", "462880.00", "97120.00", "0.00", "0.00", "0.00"]
    assert parts_of(textbook, "we_02") == expected


def test_of_three_clerks_one_goes_with_a_customer_that_others_leave_idle(textbook):
    """Of 2.5 clerks' work 1.3 is left without a, 1.6 without b, 2.1 without c."""
    found = textbook.query("""
        select right(customer_name, 11), allocated_amount_base_ccy,
            avoidable_amount_base_ccy, avoidability_months
        from finance.rpt_cost_to_serve_by_customer_pool_month
        inner join core.dim_customers using (customer_id)
        where cost_pool_code = 'clerks_desk' order by all
    """)
    assert [(name, str(cost), str(going)) for name, cost, going, _ in found] == [
        ("a of clerks", "14400.00", "10000.00"),
        ("b of clerks", "10800.00", "10000.00"),
        ("c of clerks", "4800.00", "0.00"),
    ]
    assert {months for *_, months in found} == {3}
    alone = textbook.query("""
        select right(customer_name, 11), avoidable_alone_amount_base_ccy
        from finance.rpt_cost_to_serve_by_holder_method as costs
        inner join core.dim_customers on holder_id = customer_id
        where customer_name like '%of clerks' and method_code = 'activity'
    """)
    assert by_key(alone) == {
        "a of clerks": "20000.00",
        "b of clerks": "10000.00",
        "c of clerks": "10000.00",
    }


@pytest.mark.parametrize(
    ("case", "carried"),
    [
        ("we_05", {"we_05_a": "7200.00", "we_05_b": "4060.00"}),
        ("we_08", {"we_08_p1": "593500.00", "we_08_p2": "722300.00"}),
    ],
    ids=["we_05", "we_08"],
)
def test_services_reach_customers_by_the_reciprocal_equations(textbook, case, carried):
    found = textbook.query(f"""
        select carried_by_pool_code, sum(allocated_amount_base_ccy)
        from core.fct_cost_to_serve where entity_code = '{case}' group by all
    """)
    assert by_key(found) == carried
    ledger, allocated, *others = parts_of(textbook, case)
    assert ledger == allocated
    assert set(others) == {"0.00"}


# Fixed: 250 an hour planned, 160 an hour of practical capacity; 200 an hour worked.
@pytest.mark.parametrize(
    ("case", "carried"),
    [
        ("dual_budget", {"a": "3800000.00", "b": "1600000.00"}),
        (
            "dual_capacity",
            {"a": "3080000.00", "b": "1240000.00", "idle": "1080000.00"},
        ),
    ],
    ids=["planned_hours", "practical_capacity"],
)
def test_dual_rates_are_two_service_pools(textbook, case, carried):
    found = textbook.query(f"""
        select carried_by_pool_code, sum(carried_amount_base_ccy)
        from core.fct_carried_costs
        where entity_code = '{case}' and carried_amount_base_ccy != 0
        group by all
    """)
    assert by_key(found) == {f"{case}_{pool}": cost for pool, cost in carried.items()}


def test_we_08_in_steps_never_charges_back(step_down):
    carried = step_down.query("""
        select carried_by_pool_code, sum(carried_amount_base_ccy)
        from core.fct_carried_costs group by all
    """)
    assert by_key(carried) == {"we_08_p1": "573360.00", "we_08_p2": "742440.00"}


def test_we_08_without_services_among_themselves_moves_cost_to_p1(textbook):
    """The engine runs again with the direct method; nothing is published."""
    before = textbook.in_force()
    policy = textbook.data_dir / "policy"
    completed = textbook.run(
        "compare", "--policy", policy, "--service-method", "direct", "--json"
    )
    assert completed.returncode == 0, completed.stderr
    [found] = json.loads(completed.stdout)
    bridges = {
        row["customer_name"]: (
            row["old_amount_base_ccy"],
            row["services_change_amount_base_ccy"],
            row["new_amount_base_ccy"],
        )
        for row in found["customers"]
        if row["customer_name"].endswith("we_08")
    }
    assert bridges == {
        "p1 of we_08": ("593500.00", "11100.00", "604600.00"),
        "p2 of we_08": ("722300.00", "-11100.00", "711200.00"),
    }
    assert textbook.in_force() == before


def test_we_18_the_whale_curve_peaks_at_six_of_ten_customers(step_down):
    rows = step_down.query("""
        select contribution_amount_base_ccy, cumulative_contribution_amount_base_ccy,
            cumulative_ratio
        from finance.rpt_whale_curve_by_customer order by rank
    """)
    assert tuple(int(own) for own, _, _ in rows) == WE_18
    cumulative = [900, 1500, 1800, 1950, 2010, 2030, 2020, 1900, 1550, 1000]
    assert [int(amount) for _, amount, _ in rows] == cumulative
    assert (rows[1][2], rows[5][2]) == (Decimal("1.5"), Decimal("2.03"))


def test_we_09_what_each_customer_costs_and_earns(textbook):
    rows = textbook.query("""
        select customer_name, cost_to_serve_amount_base_ccy,
            contribution_amount_base_ccy
        from finance.rpt_profitability_by_customer_month
        inner join core.dim_customers using (customer_id)
        where customer_name like '% of we_09'
    """)
    assert {name[0]: (int(cost), int(income)) for name, cost, income in rows} == {
        "P": (2_980, 2_012),
        "Q": (7_355, 11_545),
        "R": (34_240, 38_720),
        "S": (19_200, 41_856),
        "T": (7_090, -3_346),
    }
    assert len(rows) == len(WE_09)


@pytest.mark.parametrize(
    ("case", "cents"),
    [
        ("we_14_a", [4, 1]),
        ("we_14_b", [2, 3]),
        ("we_14_c", [267, 267, 266]),
        ("we_17_a", [-334, -333, -333]),
        ("we_17_b", [34, 33, 33]),
        ("we_17_c", [1000, 2000, 7000]),
        ("we_17_d", []),
    ],
)
def test_we_14_and_we_17_odd_cents(textbook, case, cents):
    rows = textbook.query(f"""
        select allocated_amount_base_ccy from core.fct_cost_to_serve
        where entity_code = '{case}' order by order_id
    """)
    assert [int(amount * 100) for (amount,) in rows] == cents
    ledger, allocated, _, _, unallocated, _ = map(Decimal, parts_of(textbook, case))
    assert ledger == Decimal(ROUNDING[case][0]) == allocated + unallocated


def test_we_19_more_units_and_a_poorer_mix(textbook):
    """A margin is negative cost: below zero is favourable here."""
    rows = textbook.query("""
        select activity_code, volume_variance_amount_base_ccy,
            mix_variance_amount_base_ccy, cost_variance_amount_base_ccy
        from finance.rpt_cost_variance_by_segment_month
        where entity_code = 'we_19' order by activity_code
    """)
    assert [(name, *map(int, parts)) for name, *parts in rows] == [
        ("kola", -160_000, 0, -160_000),
        ("limor", -144_000, -216_000, -360_000),
        ("orlem", -750_000, 450_000, -300_000),
    ]
    [pool] = textbook.query("""
        select planned_amount_base_ccy, cost_variance_amount_base_ccy,
            volume_variance_amount_base_ccy, mix_variance_amount_base_ccy,
            efficiency_variance_amount_base_ccy, price_variance_amount_base_ccy,
            method_variance_amount_base_ccy, unsplit_variance_amount_base_ccy,
            main_cause_code
        from finance.rpt_cost_variance_by_cost_pool_month
        where entity_code = 'we_19'
    """)
    assert pool[-1] == "volume"
    assert [*map(int, pool[:-1])] == [
        -5_270_000, -820_000, -1_054_000, 234_000, 0, 0, 0, 0
    ]  # fmt: skip


def test_we_65_one_shipment_of_a_lane_costs_too_much(textbook):
    rows = textbook.query("""
        select freight_base_ccy_per_kg, norm_base_ccy_per_kg,
            norm_deviation_base_ccy_per_kg, deviation_score, excess_amount_base_ccy,
            norm_level, likely_cause_code
        from finance.rpt_freight_anomalies where freight_lane_code = 'we_65'
    """)
    assert [(*map(float, row[:5]), *row[5:]) for row in rows] == [
        (4.9, 2.1, 0.1, 18.886, 280.0, "lane", "unexplained")
    ]
    gap = textbook.query("""
        select gap_amount_base_ccy, anomaly_status
        from finance.rpt_freight_reconciliation_by_entity_month
        where entity_code = 'we_65'
    """)
    assert gap == [(Decimal("0.00"), "available")]


def test_we_64_the_ledger_ties_to_customers_idle_time_and_sustaining(textbook):
    assert parts_of(textbook, "we_64") == [
        "8999.75",
        "8250.00",
        "640.00",
        "109.75",
        "0.00",
        "0.00",
    ]


def test_we_67_a_route_is_stem_by_stops_and_drop_by_minutes(textbook):
    rows = textbook.query("""
        select customer_name, sum(allocated_amount_base_ccy)
        from core.fct_cost_to_serve inner join core.dim_customers using (customer_id)
        where customer_name like '% of we_67' group by all
    """)
    assert {name[0]: str(cost) for name, cost in rows} == {
        "a": "130.00",
        "b": "85.00",
        "c": "85.00",
    }


def test_we_67_by_shapley_stretches_are_shared_by_who_lies_beyond(textbook):
    """At 10, 20 and 30 km: 40.00 by three, by two and by c alone, and the minutes."""
    audit = audit_route(textbook.data_dir, "we_67")
    assert [
        (row["stop_id"], str(row["published_amount"]), str(row["shapley_amount"]))
        for row in audit.stops
    ] == [("a", "130.00", "103.34"), ("b", "85.00", "78.33"), ("c", "85.00", "118.33")]


def test_a_thirteenth_period_goes_by_the_year_and_has_no_idle_time(textbook):
    rows = textbook.query("""
        select fiscal_period, customer_name, allocated_amount_base_ccy
        from core.fct_cost_to_serve inner join core.dim_customers using (customer_id)
        where customer_name like '% of closing' order by all
    """)
    assert [(*who, str(amount)) for *who, amount in rows] == [
        ("2024-12", "q of closing", "5.00"),
        ("2024-13", "p of closing", "60.00"),
        ("2024-13", "q of closing", "30.00"),
    ]
    expected = ["100.00", "95.00", "5.00", "0.00", "0.00", "0.00"]
    assert parts_of(textbook, "closing") == expected


def test_a_hospitals_maintenance_moves_with_patient_days_as_published(textbook):
    """0.80 a day by high-low; 0.759 and 3,431 a month by least squares."""
    completed = textbook.run("estimate-behaviour", "--json")
    (row,) = (
        row
        for row in last_json(completed)["estimates"]
        if row["cost_pool_code"] == "hospital_maintenance"
    )
    assert row["high_low_slope_base_ccy_per_unit"] == "0.800000"
    assert row["slope_base_ccy_per_unit"][:5] == "0.758"
    assert row["intercept_amount_base_ccy"] == "3430.94"
    assert (row["fit_ratio"], row["period_count"]) == ("0.8964", 7)
    assert row["reason"] == "7 periods, 12 are needed"


def test_without_measured_hours_standard_minutes_cannot_be_calibrated(textbook):
    completed = textbook.run("calibrate-times", "--json")
    assert completed.returncode == 30
    assert last_json(completed)["code"] == "no_measured_minutes"
    assert "wms__labor_hours" in last_json(completed)["hint"]


def test_pounds_become_euros_and_the_closing_rate_is_a_line_of_its_own(textbook):
    rows = textbook.query("""
        select local_currency_code, amount_local_ccy, posted_amount_base_ccy,
            closing_amount_base_ccy, translation_difference_base_ccy
        from finance.rpt_translation_differences_by_cost_pool_month
        where cost_pool_code = 'uk_freight'
    """)
    assert [tuple(map(str, row)) for row in rows] == [
        ("GBP", "150.00", "175.00", "180.00", "-5.00")
    ]
    ledger, allocated, *others = parts_of(textbook, "uk")
    assert (ledger, allocated) == ("675.00", "175.00")
    assert set(others) == {"0.00"}


def test_direct_postings_go_to_whom_they_name_and_the_others_stay_unallocated(textbook):
    rows = textbook.query("""
        select order_id, customer_name, allocated_amount_base_ccy
        from core.fct_cost_to_serve inner join core.dim_customers using (customer_id)
        where order_id like '%direct%' or customer_name like '% of direct'
        order by all
    """)
    assert [(*who, str(amount)) for *who, amount in rows] == [
        ("O-direct-p", "p of direct", "105.01"),
        ("O-direct-q", "q of direct", "5.00"),
        (None, "q of direct", "-25.00"),
    ]
    assert parts_of(textbook, "direct") == [
        "92.78",
        "85.01",
        "0.00",
        "0.00",
        "7.77",
        "0.00",
    ]


def test_a_direct_posting_is_traced_to_whom_it_names_and_its_reversal_takes_it_back(
    textbook,
):
    rows = textbook.query("""
        select postings.amount_base_ccy, customer_name, destination_code,
            traced_amount_base_ccy
        from finance.fct_cost_traces
        inner join finance.fct_ledger_lines as postings
            using (entity_code, fiscal_period, document_id, line_no)
        left join core.dim_customers using (customer_id)
        where entity_code = 'direct'
        order by all
    """)
    p, q = "p of direct", "q of direct"
    assert [(str(posted), *who, str(part)) for posted, *who, part in rows] == [
        ("-40.00", q, "customer", "-40.00"),
        ("-25.00", q, "customer", "-25.00"),
        ("7.77", None, "unallocated", "7.77"),
        ("10.00", p, "customer", "5.00"),
        ("10.00", q, "customer", "5.00"),
        ("40.00", q, "customer", "40.00"),
        ("100.01", p, "customer", "100.01"),
    ]


def test_the_trace_of_a_customer_shows_the_postings_that_name_it_and_no_other(textbook):
    [(customer,)] = textbook.query(
        "select customer_id from core.dim_customers where customer_name = 'p of direct'"
    )
    completed = textbook.run(
        "trace", "customer", customer, "--period", "2025-01", "--json"
    )
    assert completed.returncode == 0, completed.stderr
    found = json.loads(completed.stdout)
    postings = [
        (row["amount_base_ccy"], row["traced_amount_base_ccy"])
        for row in found["steps"]["postings"]
    ]
    assert sorted(postings) == [("10.00", "5.00"), ("100.01", "100.01")]


def test_the_trace_of_a_reversal_shows_only_whom_it_names(textbook):
    [(journal,)] = textbook.query(
        "select document_id from finance.fct_ledger_lines"
        " where cost_pool_code = 'direct_claims' and amount_base_ccy = -40"
    )
    completed = textbook.run("trace", "journal", journal, "--json")
    assert completed.returncode == 0, completed.stderr
    found = json.loads(completed.stdout)
    destinations = [
        (row["customer_name"], row["traced_amount_base_ccy"])
        for row in found["steps"]["destinations"]
    ]
    assert destinations == [("q of direct", "-40.00")]


@pytest.mark.parametrize(
    ("change", "tie"),
    [
        (
            "update {} set traced_amount_base_ccy = traced_amount_base_ccy + 0.01"
            " where traced_amount_base_ccy = 7.77",
            "direct costs are borne posting by posting",
        ),
        (
            "update {} set traced_amount_base_ccy = -traced_amount_base_ccy"
            " where abs(traced_amount_base_ccy) = 40",
            "direct postings are borne whole",
        ),
        (
            "delete from {} where abs(traced_amount_base_ccy) = 40",
            "direct postings are borne whole",
        ),
        (
            "update {} set customer_id ="
            " (select max(customer_id) from core.dim_customers"
            " where customer_name = 'q of direct')"
            " where traced_amount_base_ccy = 100.01",
            "customers bear the postings that name them",
        ),
    ],
    ids=["a_cent", "two_postings_swapped", "two_postings_gone", "another_customer"],
)
def test_a_changed_direct_posting_breaks_a_tie(textbook, tmp_path, change, tie):
    path = tmp_path / "changed.duckdb"
    shutil.copyfile(textbook.data_dir / "current" / "published.duckdb", path)
    with duckdb.connect(str(path)) as connection:
        assert tie_out(connection).differences == ()
        connection.execute(change.format("finance.fct_direct_postings"))
        found = tie_out(connection).differences
    assert tie in {difference.split(":")[0] for difference in found}
