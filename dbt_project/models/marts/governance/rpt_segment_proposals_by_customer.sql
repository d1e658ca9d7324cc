-- Grain: one row per customer without a segment that is proposed for one.
-- Nothing is assigned: who agrees gives an override. Recommended is a confident one of
-- a tree that does better on customers it had not seen than always naming the largest
-- segment, by more than twice the standard error of that.
with

proposals as (select * from {{ ref('stg_segmentation__proposed_segments') }}),

assignments as (select * from {{ ref('stg_segmentation__assignments') }}),

refresh as (select * from {{ ref('stg_refresh__parameters') }})

select
    customer_id,
    refresh.release_id,
    assignments.model_version,
    assignments.reason as unclassified_reason,
    proposals.proposed_segment_code,
    proposals.confidence_ratio,
    proposals.proposal_rule,
    proposals.known_attributes,
    proposals.labelled_customer_count,
    proposals.accuracy_ratio,
    proposals.baseline_ratio,
    proposals.mean_confidence_ratio,
    proposals.late_customer_count,
    proposals.late_correct_customer_count,
    proposals.lead_days,
    proposals.confidence_ratio >= {{ threshold('placement_least_confidence_ratio') }}
    and proposals.accuracy_ratio > proposals.baseline_ratio + 2 * sqrt(
        proposals.baseline_ratio * (1 - proposals.baseline_ratio)
        / proposals.labelled_customer_count
    ) as is_recommended
from proposals
inner join assignments using (customer_id)
cross join refresh
