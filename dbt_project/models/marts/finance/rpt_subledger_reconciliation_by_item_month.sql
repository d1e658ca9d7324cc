-- Grain: one row per sub-ledger, entity, fiscal period, reason, item and currency.
-- By document where the sub-ledger names ledger documents. What agrees is one row; the
-- others are the reconciling items, each with its reason. Nothing is scaled.
with

sides as (select * from {{ ref('int_subledger_sides_unioned') }}),

documents as (
    select
        subledger_code,
        entity_code,
        gl_document_id,
        count(distinct side) = 2 as is_on_both_sides
    from sides
    where gl_document_id != 'none'
    group by all
),

links as (
    select distinct
        subledger_code,
        entity_code
    from documents
    where is_on_both_sides
),

judged_sides as (
    select
        sides.*,
        case
            when documents.is_on_both_sides then 'linked'
            when links.entity_code is null then 'not_linked'
            when sides.side = 'ledger' then 'not_in_subledger'
            when gl_document_id = 'none' then 'names_no_document'
            else 'not_in_ledger'
        end as link_code
    from sides
    left join documents using (subledger_code, entity_code, gl_document_id)
    left join links using (subledger_code, entity_code)
),

items as (
    select
        subledger_code,
        entity_code,
        fiscal_period,
        link_code,
        case
            when link_code in ('not_linked', 'names_no_document') then item_code
            else gl_document_id
        end as item,
        local_currency_code,
        sum(if(side = 'ledger', amount_local_ccy, 0)) as ledger_local,
        sum(if(side = 'subledger', amount_local_ccy, 0)) as subledger_local,
        sum(if(side = 'ledger', amount_base_ccy, 0)) as ledger_base,
        sum(if(side = 'subledger', amount_base_ccy, 0)) as subledger_base
    from judged_sides
    group by all
),

explained_items as (
    select
        *,
        case
            when link_code != 'linked' then link_code
            when ledger_local = subledger_local and ledger_base = subledger_base
                then 'agrees'
            when ledger_local = subledger_local then 'other_rate'
            when sum(ledger_local) over document = sum(subledger_local) over document
                then 'other_period'
            else 'amount_differs'
        end as reconciling_reason
    from items
    window
        document as (
            partition by
                subledger_code,
                entity_code,
                link_code,
                item,
                local_currency_code
        )
)

select
    subledger_code,
    entity_code,
    fiscal_period,
    reconciling_reason,
    if(reconciling_reason = 'agrees', 'all', item) as item_code,
    local_currency_code,
    count(*) as document_count,
    cast(sum(ledger_local) as decimal(18, 2)) as ledger_amount_local_ccy,
    cast(sum(subledger_local) as decimal(18, 2)) as subledger_amount_local_ccy,
    cast(sum(ledger_base) as decimal(18, 2)) as ledger_amount_base_ccy,
    cast(sum(subledger_base) as decimal(18, 2)) as subledger_amount_base_ccy,
    cast(sum(ledger_base) - sum(subledger_base) as decimal(18, 2))
        as difference_amount_base_ccy
from explained_items
group by all
