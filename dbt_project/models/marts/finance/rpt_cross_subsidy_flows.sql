-- Grain: one row per segment that receives under every accepted method, and payer.
-- What it does not bring of its own incremental cost is borne by the others, in
-- proportion to what they bring beyond their own cost whichever method counts.
with

segments as (
    select * from {{ ref('rpt_cross_subsidy_by_holder') }}
    where holder_type = 'segment'
),

receivers as (
    select * from segments
    where verdict = 'receives'
),

payers as (
    select
        holder_id,
        {{ amount_to_cents('least_surplus_amount_base_ccy') }} as surplus_cents,
        cast(sum(surplus_cents) over (order by holder_id) as bigint) as running_cents,
        cast(sum(surplus_cents) over () as bigint) as total_cents
    from segments
    where verdict != 'receives' and least_surplus_amount_base_ccy > 0
)

select
    receivers.holder_id as receiving_segment_code,
    payers.holder_id as paying_segment_code,
    {{ cents_to_amount(cascade_share(
        amount_to_cents('receivers.robust_amount_base_ccy'), 'payers.running_cents',
        'payers.surplus_cents', 'payers.total_cents'
    )) }} as subsidy_amount_base_ccy
from receivers
cross join payers
