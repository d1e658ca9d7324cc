-- Cost of each activity by customer under each accepted method, as a subquery: by the
-- driver the method accepts instead of the activity's own, where that is counted in
-- entity and period, else as published. Cents and steps of an activity are those
-- published, whoever bears them.
{% macro costs_by_method(pool_costs, years, activities, methods) -%}
(
    with

    costs as (
        select
            {{ activity_key('pool_costs') }},
            pool_costs.customer_id,
            {{ amount_to_cents('pool_costs.allocated_amount_base_ccy') }} as cost_cents,
            pool_costs.driver_qty,
            pool_costs.customer_step_qty,
            activities.driver_code
        from {{ pool_costs }} as pool_costs
        inner join {{ years }} as years
            on pool_costs.fiscal_period >= years.year_from_fiscal_period
        left join {{ activities }} as activities using ({{ activity_key() }})
    ),

    driver_shares as (
        select
            entity_code,
            fiscal_period,
            driver_code as other_driver_code,
            customer_id,
            max(driver_qty) as own_qty,
            sum(own_qty) over (driver order by customer_id) as running_qty,
            sum(own_qty) over driver as total_qty
        from costs
        where driver_code is not null
        group by entity_code, fiscal_period, driver_code, customer_id
        window driver as (partition by entity_code, fiscal_period, driver_code)
        qualify total_qty > 0
    ),

    counted_drivers as (
        select distinct
            entity_code,
            fiscal_period,
            other_driver_code
        from driver_shares
    ),

    driven_activities as (
        select
            {{ activity_key() }},
            driver_code,
            sum(cost_cents) as activity_cents,
            sum(customer_step_qty) as activity_step_qty
        from costs
        group by all
    ),

    chosen_methods as (
        select
            driven_activities.*,
            methods.method_code,
            methods.absorbs_unused_capacity,
            counted_drivers.other_driver_code
        from driven_activities
        inner join {{ methods }} as methods
            on
                methods.driver_code = '%'
                or driven_activities.driver_code = methods.driver_code
        left join counted_drivers
            on
                methods.accepted_driver_code = counted_drivers.other_driver_code
                and driven_activities.entity_code = counted_drivers.entity_code
                and driven_activities.fiscal_period = counted_drivers.fiscal_period
        qualify row_number() over (
            partition by methods.method_code, {{ activity_key('driven_activities') }}
            order by methods.driver_code = '%'
        ) = 1
    )

    select
        chosen_methods.*,
        costs.customer_id,
        costs.cost_cents,
        costs.customer_step_qty
    from chosen_methods
    inner join costs using ({{ activity_key() }})
    where chosen_methods.other_driver_code is null
    union all
    select
        chosen_methods.*,
        driver_shares.customer_id,
        {{ cascade_share(
            'chosen_methods.activity_cents', 'driver_shares.running_qty',
            'driver_shares.own_qty', 'driver_shares.total_qty'
        ) }} as cost_cents,
        cast(
            chosen_methods.activity_step_qty
            * driver_shares.own_qty / driver_shares.total_qty as decimal(28, 9)
        ) as customer_step_qty
    from chosen_methods
    inner join driver_shares using (entity_code, fiscal_period, other_driver_code)
)
{%- endmacro %}
