-- Grain: one row per order and line of a demand line; null where unknown.
-- On time against the customer's date (requested, else promised, else planned). An
-- absent source, or a line still on its way, leaves its part and is_perfect unknown.
with

order_lines as (
    select * from {{ ref('int_order_lines_converted') }}
    where is_demand
),

shipments as (select * from {{ ref('stg_tms__shipments') }}),

shipment_lines as (select * from {{ ref('stg_tms__shipment_lines') }}),

returned_lines as (select * from {{ ref('int_return_lines_judged') }}),

case_types as {{ in_force(ref('policy_case_types'), ['case_type']) }},

shipped_lines as (
    select
        shipment_lines.order_id,
        shipment_lines.line_no,
        sum(shipment_lines.shipped_qty) as shipped_qty,
        min(shipments.shipped_date) as first_shipped_date,
        max(shipments.planned_delivery_date) as planned_delivery_date,
        case
            when count(*) = count(shipments.actual_delivery_date)
                then max(shipments.actual_delivery_date)
        end as actual_delivery_date
    from shipment_lines
    left join shipments using (shipment_id)
    group by all
),

document_cases as (
    select
        cases.order_id,
        min(cases.opened_date) as first_case_date
    from {{ ref('stg_crm__service_cases') }} as cases
    inner join case_types using (case_type)
    where case_types.is_document_error
    group by all
),

lines_compared as (
    select
        order_lines.order_id,
        order_lines.line_no,
        shipped_lines.shipped_qty,
        shipped_lines.first_shipped_date,
        shipped_lines.actual_delivery_date,
        coalesce(
            order_lines.requested_date,
            order_lines.promised_date,
            shipped_lines.planned_delivery_date
        ) as due_date,
        shipped_lines.shipped_qty
        >= order_lines.ordered_qty
        * (1 - {{ threshold('otif_quantity_tolerance_ratio') }}) as is_in_full,
        case
            when {{ is_available('wms__return_lines') }}
                then coalesce(returned_lines.has_damage, false)
        end as is_damaged,
        case
            when {{ is_available('crm__service_cases') }}
                then
                    document_cases.order_id is not null
                    or coalesce(returned_lines.has_document_error, false)
        end as is_document_error,
        least(returned_lines.first_fault_date, document_cases.first_case_date)
            as first_fault_date
    from order_lines
    left join shipped_lines using (order_id, line_no)
    left join returned_lines using (order_id, line_no)
    left join document_cases using (order_id)
),

lines_timed as (
    select
        *,
        {{ is_within_window('actual_delivery_date', 'due_date') }} as is_on_time
    from lines_compared
)

select
    order_id,
    line_no,
    shipped_qty,
    first_shipped_date,
    actual_delivery_date,
    due_date,
    is_on_time,
    is_in_full,
    case when is_on_time is not null then is_on_time and is_in_full end as is_otif,
    is_damaged,
    is_document_error,
    first_fault_date,
    case
        when is_on_time is null or is_damaged is null or is_document_error is null
            then null
        else is_on_time and is_in_full and not is_damaged and not is_document_error
    end as is_perfect
from lines_timed
