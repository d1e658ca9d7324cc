-- What a profit and loss may show, the same for the whole company.
{% macro profit_company() -%}
(
    select
        min(customer_months.contribution_basis) as contribution_basis,
        coalesce(bool_and(
            customer_months.cost_to_serve_amount_base_ccy is not null
        ), false) as is_cost_known,
        {{ is_available('erp__receivables') }}
        or {{ is_available('wms__inventory_balances') }} as is_capital_known
    from {{ ref('rpt_profitability_by_customer_month') }} as customer_months
)
{%- endmacro %}
