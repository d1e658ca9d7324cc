"""Does the truth say what the deliveries show, and do the accounts follow it?"""

import pytest


def test_groups_have_their_shares_among_ordinary_parties(rows):
    shares = dict(
        rows(
            "select true_segment, count(distinct true_party_id) / 1350 "
            "from truth_customers group by all",
        )
    )
    assert shares["key_frequent"] == pytest.approx(0.12, abs=0.001)
    assert shares["steady_mid"] == pytest.approx(0.28, abs=0.001)
    assert shares["small_costly"] == pytest.approx(0.20, abs=0.001)
    assert shares["bulk_seasonal"] == pytest.approx(0.15, abs=0.001)
    assert shares["occasional_small"] == pytest.approx(0.25, abs=0.001)


def test_truth_covers_every_customer_of_every_system(rows):
    known = rows(
        "select source_system, source_customer_id from truth_customers order by all"
    )
    given = rows(
        "select 'erp', customer_id from erp__customers union all "
        "select 'crm', account_id from crm__accounts union all "
        "select 'tms', consignee_id from tms__consignees order by all",
    )
    assert known == given


def test_true_order_counts_are_those_of_the_order_lines(one):
    differing = one(
        """
        with counted as (
            select true_party_id, count(distinct order_id) as order_count
            from erp__order_lines inner join truth_customers
                on source_system = 'erp' and source_customer_id = sold_to_id
            where document_type = 'sale'
            group by all
        )
        select count(*) from truth_customer_costs as truth
        left join counted using (true_party_id)
        where cast(truth.order_count as bigint) <> coalesce(counted.order_count, 0)
        """,
    )
    assert differing == 0


def test_about_one_consignee_in_eight_has_no_key_at_all(one):
    lonely = one(
        """
        select avg(cast(tax_id is null and from_id is null as int))
        from tms__consignees
        left join mdm__id_references on from_system = 'tms' and from_id = consignee_id
        """,
    )
    assert 0.09 < lonely < 0.15


def test_declared_references_join_the_same_true_party(one):
    wrong = one(
        """
        with pairs as (
            select from_system, from_id, to_id from mdm__id_references
            union all
            select 'crm', account_id, erp_customer_id from crm__accounts
            where erp_customer_id is not null
            union all
            select 'tms', consignee_id, customer_id
            from tms__consignees inner join erp__customers using (tax_id)
        )
        select count(*) from pairs
        inner join truth_customers as source on source.source_system = from_system
            and source.source_customer_id = from_id
        inner join truth_customers as target on target.source_system = 'erp'
            and target.source_customer_id = to_id
        where source.true_party_id <> target.true_party_id
        """,
    )
    assert wrong == 0


def test_ledger_shows_true_cost_plus_idle_capacity_within_noise(one):
    furthest = one(
        """
        with ledger as (
            select account_id, entity_code, fiscal_period, sum(amount) as booked
            from gl__journal_lines group by all
        ),
        truth as (
            select
                account_id,
                entity_code,
                fiscal_period,
                cast(true_cost_amount_local_ccy as double)
                + cast(idle_amount_local_ccy as double) as caused
            from truth_account_costs
        )
        select max(abs(coalesce(booked, 0) / caused - 1))
        from truth left join ledger using (account_id, entity_code, fiscal_period)
        where caused > 0
        """,
    )
    assert 0 < furthest < 0.035


def test_true_cost_of_parties_is_the_true_cost_of_the_accounts(one):
    by_party = one(
        "select sum(cast(true_cost_to_serve_amount_base_ccy as decimal(18, 2))) "
        "from truth_customer_costs",
    )
    by_account = one(
        """
        with monthly as (
            select entity_code, fiscal_period, any_value(base_amount / amount) as rate
            from gl__journal_lines where account_id = '4000' group by all
        )
        select sum(cast(true_cost_amount_local_ccy as double) * rate)
        from truth_account_costs inner join monthly using (entity_code, fiscal_period)
        """,
    )
    assert float(by_party) == pytest.approx(by_account, rel=1e-5)


def test_true_contribution_is_what_order_lines_earn_less_the_true_cost(one):
    """At the ledger's monthly rate, cancelled lines being without amount."""
    furthest = one(
        """
        with monthly as (
            select entity_code, fiscal_period, any_value(base_amount / amount) as rate
            from gl__journal_lines where account_id = '4000' group by all
        ),
        earned as (
            select true_party_id, sum((net_amount - cogs_amount) * rate) as margin
            from erp__order_lines
            inner join truth_customers
                on source_system = 'erp' and source_customer_id = sold_to_id
            inner join monthly
                on erp__order_lines.entity_code = monthly.entity_code
                and strftime(ordered_at, '%Y-%m') = fiscal_period
            group by all
        )
        select max(abs(
            coalesce(margin, 0) - cast(true_cost_to_serve_amount_base_ccy as double)
            - cast(true_contribution_amount_base_ccy as double)
        ) / (100 + abs(coalesce(margin, 0))))
        from truth_customer_costs left join earned using (true_party_id)
        """,
    )
    assert furthest < 1e-4


DRIVERS = """
    with orders as (
        select
            order_id,
            entity_code,
            true_party_id,
            strftime(ordered_at, '%Y-%m') as period,
            5 + 3 * count(*) + 10 * max(cast(is_rush as int))
            + 6 * max(cast(entry_mode in ('phone', 'email') as int))
            + 4 * sum(change_count) as desk_minutes
        from erp__order_lines
        inner join truth_customers
            on source_system = 'erp' and source_customer_id = sold_to_id
        where document_type = 'sale'
        group by all
    ),
    shipments as (
        select distinct order_id, shipment_id, strftime(shipped_at, '%Y-%m') as period
        from tms__shipment_lines inner join tms__shipments using (shipment_id)
    )
"""
DRIVER_SQL = {
    "6010": "select entity_code, true_party_id, strftime(started_at, '%Y-%m') as "
    "period, minutes as driver from wms__tasks inner join orders using (order_id) "
    "where task_type = 'pick'",
    "6030": "select entity_code, true_party_id, strftime(started_at, '%Y-%m') as "
    "period, minutes as driver from wms__tasks inner join orders using (order_id) "
    "where task_type in ('pack', 'load')",
    "6110": "select orders.entity_code, true_party_id, shipments.period, "
    "amount as driver from tms__freight_charges inner join shipments "
    "using (shipment_id) inner join orders using (order_id)",
    "6120": "select entity_code, true_party_id, shipments.period, 1 as driver "
    "from tms__stops inner join shipments using (shipment_id) "
    "inner join orders using (order_id)",
    "6210": "select entity_code, true_party_id, period, desk_minutes as driver "
    "from orders",
}
GROUPS = {"6010": "picking", "6030": "packing", "6210": "order_desk"}


@pytest.mark.parametrize("account", sorted(DRIVER_SQL))
def test_driver_explains_what_the_account_truly_cost(one, account):
    """The driver times the GL's capacity rate gives the account's true cost."""
    furthest = one(
        f"""
        {DRIVERS},
        counted as (
            select entity_code, period, sum(driver) as total
            from ({DRIVER_SQL[account]}) group by all
        ),
        capacity as (
            select
                entity_code,
                period,
                sum(practical_capacity_minutes) as practical_minutes
            from wms__labor_hours inner join wms__warehouses using (warehouse_id)
            where worker_group = '{GROUPS.get(account, "")}'
            group by all
        ),
        ledger as (
            select entity_code, fiscal_period as period, sum(amount) as booked
            from gl__journal_lines where account_id = '{account}' group by all
        ),
        truth as (
            select
                entity_code,
                fiscal_period as period,
                cast(true_cost_amount_local_ccy as double) as true_cost
            from truth_account_costs where account_id = '{account}'
        )
        select
            max(
                abs(
                    booked * total / coalesce(practical_minutes, total) / true_cost - 1
                )
            )
        from truth
        inner join counted using (entity_code, period)
        inner join ledger using (entity_code, period)
        left join capacity using (entity_code, period)
        """,
    )
    assert furthest < 0.05
