-- What order lines with net sales add up to. Cost of goods is null, not zero, where one of
-- them lacks it. List sales, less discounts on them, returns and corrections are net sales.
{% macro sales_sums() -%}
bool_or(is_intercompany) as is_intercompany,
    count(distinct order_id) filter (where is_demand) as order_count,
    count(*) filter (where is_demand) as order_line_count,
    cast(
        sum(gross_amount_base_ccy) as decimal(18, 2)
    ) as gross_sales_amount_base_ccy,
    cast(
        sum(discount_amount_base_ccy) as decimal(18, 2)
    ) as discounts_amount_base_ccy,
    cast(
        sum(net_amount_base_ccy) as decimal(18, 2)
    ) as net_sales_amount_base_ccy,
    {{ amount_where('gross_amount_base_ccy', 'is_demand and not is_return') }}
        as list_sales_amount_base_ccy,
    {{ amount_where('net_amount_base_ccy', 'is_return') }}
        as returns_amount_base_ccy,
    {{ amount_where('net_amount_base_ccy', 'not is_demand and not is_return') }}
        as corrections_amount_base_ccy,
    case
        when count(*) = count(cogs_amount_base_ccy)
            then cast(sum(cogs_amount_base_ccy) as decimal(18, 2))
    end as cogs_amount_base_ccy,
    count(*) as line_count,
    count(cogs_amount_base_ccy) as costed_line_count
{%- endmacro %}
