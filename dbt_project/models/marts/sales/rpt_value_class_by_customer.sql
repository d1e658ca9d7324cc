-- Grain: one row per customer.
-- Pareto class by net sales of all of history, by the rule of products: the customer
-- that crosses a cut is still in the higher class; one without net sales is C.
with

classes as (select * from {{ ref('rpt_profile_classes_by_customer') }})

select
    customer_id,
    segment_code,
    basis_amount_base_ccy as net_sales_amount_base_ccy,
    profile_class as value_class
from classes
where profile_code = 'volume'
