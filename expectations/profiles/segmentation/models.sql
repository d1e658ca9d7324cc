-- Grain: one row per model in force.
with

labels as (
    select
        model_version,
        count(*) as segment_count,
        count(*) - count(label_fidelity_ratio) as uncounted_label_count,
        min(label_fidelity_ratio) as label_fidelity_ratio
    from segmentation.segments
    where segment_code not in ('EXC', 'UNC')
    group by model_version
),

customers as (
    select
        count(*) as customer_count,
        count(*) filter (
            where segment_code is distinct from 'UNC' or coalesce(trim(reason), '') = ''
        ) as unexplained_count
    from segmentation.assignments
),

declared as (
    select
        *,
        algorithm = 'none' and segment_count = 0 as is_unsegmented
    from segmentation.models
)

select
    declared.model_version,
    declared.mean_jaccard,
    declared.window_ari,
    -- Drift may loosen the labels of a reused model: segment_quality reports it.
    case
        when not declared.is_reused then labels.label_fidelity_ratio
    end as fresh_label_fidelity_ratio,
    (
        not declared.is_unsegmented and declared.mean_jaccard is null
    )::integer as untested_count,
    case
        when declared.is_unsegmented then 0
        when labels.segment_count is null then 1
        when declared.is_reused then 0
        else labels.uncounted_label_count
    end as uncounted_label_count,
    abs(
        declared.segment_count - coalesce(labels.segment_count, 0)
    ) as segment_difference_count,
    case
        when declared.is_unsegmented
            then customers.unexplained_count
        else 0
    end as unexplained_customer_count,
    customers.customer_count as examined_row_count
from declared
cross join customers
left join labels using (model_version)
order by declared.model_version
