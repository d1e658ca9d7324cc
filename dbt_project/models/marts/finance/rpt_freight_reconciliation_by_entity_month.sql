-- Grain: one row per entity and fiscal period with freight.
-- The pools that freight charges drive, as the ledger has them, against the charges of
-- the carriers. Anomalies are named only where the two agree within the limit; without
-- a ledger, where every charge has a rate.
with

pools as (select * from {{ ref('fct_cost_pools') }}),

freight_activities as (
    select * from {{ ref('int_cost_activities_driven') }}
    where driver_code = 'freight_charges'
),

charges as (select * from {{ ref('int_charges_converted') }}),

ledger_freight as (
    select
        entity_code,
        fiscal_period,
        sum(pools.pool_amount_base_ccy) as gl_amount
    from pools
    semi join freight_activities using (entity_code, fiscal_period, cost_pool_code)
    where {{ is_available('gl__journal_lines') }}
    group by all
),

charged_freight as (
    select
        entity_code,
        fiscal_period,
        sum(amount_base_ccy) as charged_amount,
        count(*) - count(amount_base_ccy) as unconverted_charge_count
    from charges
    where direction = 'cost' and charge_type = 'freight'
    group by all
),

freight as (
    select
        entity_code,
        fiscal_period,
        case
            when {{ is_available('gl__journal_lines') }}
                then coalesce(ledger_freight.gl_amount, 0)
        end as gl_amount,
        coalesce(charged_freight.charged_amount, 0) as charged_amount,
        coalesce(charged_freight.unconverted_charge_count, 0)
            as unconverted_charge_count
    from ledger_freight
    full outer join charged_freight using (entity_code, fiscal_period)
),

judged_freight as (
    select
        *,
        gl_amount - charged_amount as gap_amount,
        unconverted_charge_count = 0
        and coalesce(
            abs(gl_amount - charged_amount)
            <= {{ threshold('freight_gap_limit_ratio') }} * abs(gl_amount), true
        ) as is_tied
    from freight
)

select
    entity_code,
    fiscal_period,
    cast(gl_amount as decimal(18, 2)) as gl_amount_base_ccy,
    cast(charged_amount as decimal(18, 2)) as charged_amount_base_ccy,
    cast(gap_amount as decimal(18, 2)) as gap_amount_base_ccy,
    unconverted_charge_count,
    is_tied,
    case
        when is_tied and gl_amount is null
            then 'available: no general ledger to compare with'
        when is_tied then 'available'
        when unconverted_charge_count > 0
            then
                'not available: ' || unconverted_charge_count
                || ' charges have no exchange rate'
        else
            'not available: ledger and charges differ by '
            || cast(gap_amount as decimal(18, 2))
    end as anomaly_status
from judged_freight
