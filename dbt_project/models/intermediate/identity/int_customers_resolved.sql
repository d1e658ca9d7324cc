-- Grain: one row per source system and identifier, with the customer it counts for.
-- Everything that is measured, segmented and costed goes by this id: the party, or
-- whoever it is billed through, or the head of its family if the policy says so. Profit
-- is also shown by another level if the policy names one.
with

parties as (select * from {{ ref('int_parties_resolved') }}),

rolled_up as (select * from {{ ref('int_customer_accounts_rolled_up') }}),

parents as (select * from {{ ref('int_customer_parents_resolved') }}),

-- Ids of other systems follow their party where all its ERP accounts agree.
followed as (
    select
        party_customer_id,
        min(customer_id) as customer_id
    from rolled_up
    group by party_customer_id
    having min(customer_id) = max(customer_id)
),

attributed as (
    select
        parties.source_system,
        parties.source_customer_id,
        parties.match_rule,
        parties.match_probability,
        parties.opened_date,
        coalesce(
            rolled_up.customer_id, followed.customer_id, parties.customer_id
        ) as customer_id
    from parties
    left join rolled_up
        on
            parties.source_system = 'erp'
            and parties.source_customer_id = rolled_up.source_customer_id
    left join followed on parties.customer_id = followed.party_customer_id
)

select
    attributed.source_system,
    attributed.source_customer_id,
    case {{ setting('segmentation_level_code') }}
        when 'parent' then coalesce(parents.root_customer_id, customer_id)
        else customer_id
    end as customer_id,
    case {{ setting('cost_level_code') }}
        when 'parent' then coalesce(parents.root_customer_id, customer_id)
        when 'customer' then customer_id
        when 'ship_to'
            then case attributed.source_system
                when 'erp' then attributed.source_customer_id
            end
    end as cost_level_id,
    attributed.match_rule,
    attributed.match_probability,
    attributed.opened_date
from attributed
left join parents using (customer_id)
