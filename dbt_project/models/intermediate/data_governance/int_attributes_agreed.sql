-- Grain: one row per customer attribute.
-- Who answers for it, and whether every agreement that names it or a delivery it is
-- made of is in force for its use and leaves it unmasked.
with

attributes as (
    select governed.attribute
    from unnest({{ governed_attributes() }}) as governed (attribute)
),

owners as (
    select * from {{ in_force(ref('policy_data_owners'), ['field']) }}
),

owned_attributes as (
    select
        attributes.attribute,
        owners.owner,
        owners.deputy,
        owners.attribute_use,
        owners.sources,
        owners.review_by
    from attributes
    left join owners
        on
            attributes.attribute = owners.field
            and coalesce(owners.valid_to > {{ as_of_date() }}, true)
),

-- One agreement in force is enough for a field that several name.
agreed_fields as (
    select
        owned_attributes.attribute,
        agreements.field,
        bool_or({{ is_agreed() }}) as is_agreed,
        string_agg(
            distinct agreements.agreement_code, ', '
            order by agreements.agreement_code
        ) as agreement_codes,
        max(coalesce(agreements.valid_to, cast('9999-12-31' as date)))
            as agreed_until_date,
        min({{ agreement_fault() }}) as agreement_fault
    from owned_attributes
    inner join {{ ref('policy_data_agreements') }} as agreements
        on
            owned_attributes.attribute = agreements.field
            or list_contains(
                string_split(owned_attributes.sources, ' '),
                split_part(agreements.field, '.', 1)
            )
    group by all
),

agreements as (
    select
        attribute,
        bool_and(is_agreed) as is_agreed,
        string_agg(agreement_codes, ', ' order by field) as agreement_codes,
        min(agreed_until_date) as agreed_until_date,
        min(agreement_fault) filter (where not is_agreed) as agreement_fault
    from agreed_fields
    group by attribute
)

select
    owned_attributes.attribute,
    owned_attributes.owner,
    owned_attributes.deputy,
    owned_attributes.attribute_use,
    owned_attributes.sources,
    owned_attributes.review_by,
    agreements.agreement_codes,
    agreements.agreed_until_date,
    case
        when owned_attributes.owner is null then 'no owner in policy_data_owners'
        when not agreements.is_agreed then agreements.agreement_fault
    end as refusal_reason
from owned_attributes
left join agreements using (attribute)
