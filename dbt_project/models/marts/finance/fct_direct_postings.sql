-- Grain: one row per posting of a direct pool and who bears part of it: a customer, or
-- nobody where it names nothing known.
-- A shipment carries the lines of several customers; most postings are one row.
with

charged_postings as (select * from {{ ref('int_direct_postings_charged') }}),

cost_objects as (select * from {{ ref('dim_cost_objects') }})

select
    charged_postings.entity_code,
    charged_postings.fiscal_period,
    charged_postings.cost_pool_code,
    charged_postings.ledger_code,
    charged_postings.document_id,
    charged_postings.line_no,
    charged_postings.account_id,
    case
        when cost_object_key = 0 then 'unallocated' else 'customer'
    end as destination_code,
    cost_objects.customer_id,
    cast(
        sum(charged_postings.charged_amount_base_ccy) as decimal(18, 2)
    ) as traced_amount_base_ccy
from charged_postings
inner join cost_objects using (cost_object_key)
group by all
