-- Grain: one row per customer of this release.
-- What the assignment was decided from beside attributes and model, so that it can be
-- decided again: the standing before and the facts that guards ask about.
with

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

standings as (select * from {{ ref('int_segment_standings') }}),

facts as (select * from {{ ref('int_assignment_facts') }})

select
    customer_id,
    standings.segment_code as previous_segment_code,
    standings.stay_since_date,
    standings.move_count,
    standings.challenger_segment_code as previous_challenger_segment_code,
    standings.challenger_streak_count as previous_challenger_streak_count,
    standings.challenger_counted_date as previous_challenger_counted_date,
    facts.is_strategic,
    facts.is_regulated,
    facts.is_government,
    facts.perishable_sales_ratio,
    facts.contract_clause_count,
    facts.drop_class,
    facts.is_temporary_drop
from assignments
left join standings using (customer_id)
left join facts using (customer_id)
