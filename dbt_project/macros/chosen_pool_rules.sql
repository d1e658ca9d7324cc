-- Which mapping rule takes each account on a date: the most specific one, entity and cost
-- centre given first, then the longer account pattern. `rule_count` above 1 is a tie.
-- Only `%` stands for other text: account ids may hold underscores.
{% macro chosen_pool_rules(accounts) -%}
(
    with

    matching_rules as (
        select
            accounts.entity_code,
            accounts.account_id,
            accounts.cost_center_id,
            accounts.posting_date,
            mapping_rules.cost_pool_code,
            mapping_rules.treatment,
            mapping_rules.account_pattern,
            mapping_rules.valid_from,
            rank() over (
                partition by
                    accounts.entity_code,
                    accounts.account_id,
                    accounts.cost_center_id,
                    accounts.posting_date
                order by
                    cast(mapping_rules.entity_code is not null as integer)
                    + cast(mapping_rules.cost_center_id is not null as integer) desc,
                    length(replace(mapping_rules.account_pattern, '%', '')) desc
            ) as specificity_rank
        from {{ accounts }} as accounts
        inner join {{ ref('policy_cost_pools') }} as mapping_rules
            on
                like_escape(
                    accounts.account_id,
                    replace(
                        replace(mapping_rules.account_pattern, '\', '\\'),
                        '_', '\_'
                    ),
                    '\'
                )
                and accounts.entity_code
                = coalesce(mapping_rules.entity_code, accounts.entity_code)
                and accounts.cost_center_id
                = coalesce(mapping_rules.cost_center_id, accounts.cost_center_id)
                and accounts.posting_date >= mapping_rules.valid_from
                and accounts.posting_date
                < coalesce(mapping_rules.valid_to, cast('9999-12-31' as date))
    )

    select
        entity_code,
        account_id,
        cost_center_id,
        posting_date,
        count(*) as rule_count,
        min(cost_pool_code) as cost_pool_code,
        min(treatment) as treatment,
        min(account_pattern) as account_pattern,
        min(valid_from) as rule_valid_from_date
    from matching_rules
    where specificity_rank = 1
    group by all
)
{%- endmacro %}
