"""Which tables of the report prove where the period's ledger went?"""

from echelon.reconciliation.reading import Source
from echelon.reconciliation.sections import Column, Section

ENTITY = Column("entity_code", "Entity")
POOL = (ENTITY, Column("cost_pool_code", "Cost pool"), Column("cost_pool_name", "Name"))
PARTS = {
    "allocated_amount_base_ccy": "Allocated",
    "unused_capacity_amount_base_ccy": "Unused capacity",
    "sustaining_amount_base_ccy": "Sustaining",
    "excluded_amount_base_ccy": "Excluded",
    "unallocated_amount_base_ccy": "Unallocated",
    "quarantined_amount_base_ccy": "Quarantined",
}
VARIANCE = "variance_amount_base_ccy"
# Read in the order of the books: what reaches customers, what stays, what is left out.
TREATMENT_ORDER = """
    array_position(
        ['allocate', 'customer_sustaining', 'direct', 'service', 'sustaining',
        'quarantined', 'unmapped', 'excluded'], treatment
    )
"""

IDLE_CAPACITY = """
    with capacities as (
        select
            entity_code, cost_pool_code,
            sum(practical_capacity_minutes) as capacity_minutes,
            sum(used_capacity_minutes) as used_minutes
        from finance.rpt_activity_rates_by_cost_pool_month
        where fiscal_period = $period and practical_capacity_minutes is not null
        group by all
    )

    select
        entity_code, cost_pool_code, cost_pool_name, {booked},
        capacities.capacity_minutes, capacities.used_minutes,
        cast(
            capacities.used_minutes / nullif(capacities.capacity_minutes, 0)
            as decimal(18, 4)
        ) as used_ratio,
        unused_capacity_amount_base_ccy
    from finance.{mart}
    left join capacities using (entity_code, cost_pool_code)
    where
        fiscal_period = $period
        and (
            unused_capacity_amount_base_ccy != 0
            or capacities.capacity_minutes is not null
        )
    order by entity_code, cost_pool_code
"""
UNALLOCATED = """
    with reasons as (
        select
            entity_code, cost_pool_code,
            string_agg(
                distinct unallocated_reason, '; ' order by unallocated_reason
            ) as unallocated_reason
        from finance.rpt_activity_rates_by_cost_pool_month
        where fiscal_period = $period
        group by all
    )

    select
        entity_code, cost_pool_code, cost_pool_name,
        coalesce(
            reasons.unallocated_reason,
            case treatment
                when 'direct' then 'the postings name nothing that is known'
                when 'service' then 'nobody used the service'
                when 'unmapped' then 'no rule of policy takes the account'
                when 'quarantined' then 'set aside while landing: see Set aside'
                else 'carried by a pool without a driver'
            end
        ) as unallocated_reason,
        unallocated_amount_base_ccy, quarantined_amount_base_ccy
    from finance.{mart}
    left join reasons using (entity_code, cost_pool_code)
    where
        fiscal_period = $period
        and (
            unallocated_amount_base_ccy != 0 or quarantined_amount_base_ccy != 0
            or treatment = 'unmapped'
        )
    order by entity_code, cost_pool_code
"""
KEPT_APART = """
    with accounts as (
        select
            entity_code, cost_pool_code,
            string_agg(distinct account_id, ', ' order by account_id) as accounts
        from finance.fct_ledger_lines
        where fiscal_period = $period
        group by all
    ),

    approvals as (
        select
            cost_pool_code,
            string_agg(distinct approved_by, ', ' order by approved_by)
                as approved_by
        from finance.dim_cost_pool_rules
        group by all
    )

    select
        entity_code, cost_pool_code, cost_pool_name, accounts.accounts, reason,
        approvals.approved_by, {part}_amount_base_ccy
    from finance.{mart}
    left join accounts using (entity_code, cost_pool_code)
    left join approvals using (cost_pool_code)
    where fiscal_period = $period and {part}_amount_base_ccy != 0
    order by entity_code, cost_pool_code
"""


def money(name: str, label: str, less: tuple[str, ...] = ()) -> Column:
    """Describe a column of amounts that have a sum."""
    return Column(name, label, "money", is_added_up=True, less=less)


def ledger_sections(source: Source) -> list[Section]:
    """Read the proof and what of the period is not allocated, with the reasons."""
    return [
        _proof(source),
        _apart(
            source, "Exclusions", "excluded", "Accounts no customer is charged with."
        ),
        _apart(
            source,
            "Sustaining",
            "sustaining",
            "Cost that would be there without any one customer; kept at its level, in"
            " no customer's profit.",
        ),
        _idle(source),
        _unallocated(source),
        _set_aside(source),
    ]


def _proof(source: Source) -> Section:
    booked = source.books.booked
    label = "General ledger" if source.books.label == "general ledger" else "Charges"
    query = f"""
        select
            entity_code, cost_pool_code, cost_pool_name,
            replace(treatment, '_', ' ') as treatment_name, {booked},
            {", ".join(PARTS)}, {VARIANCE}
        from finance.{source.books.mart}
        where fiscal_period = $period
        order by entity_code, {TREATMENT_ORDER}, cost_pool_code
    """
    return Section(
        "Proof",
        "Proof: where every amount of the period went",
        "Base currency, cost positive. Variance is what was booked less all that"
        " follows it; a release with any other variance than 0.00 is not published.",
        (
            *POOL,
            Column("treatment_name", "Treatment"),
            money(booked, label),
            *(money(name, label) for name, label in PARTS.items()),
            money(VARIANCE, "Variance", less=(booked, *PARTS)),
        ),
        source.rows(query),
        group="entity_code",
    )


def _apart(source: Source, key: str, part: str, note: str) -> Section:
    label = PARTS[f"{part}_amount_base_ccy"]
    columns = (
        *POOL,
        Column("accounts", "Accounts"),
        Column("reason", "Reason"),
        Column("approved_by", "Approved by"),
        money(f"{part}_amount_base_ccy", label),
    )
    title = f"{key}, with their reasons"
    rows = source.rows(KEPT_APART.format(part=part, mart=source.books.mart))
    return Section(key, title, note, columns, rows, "entity_code")


def _idle(source: Source) -> Section:
    booked, mart = source.books.booked, source.books.mart
    return Section(
        "Idle capacity",
        "Idle capacity",
        "Cost of capacity that was paid for and not used; negative where more was used"
        " than planned. It raises no customer's rate.",
        (
            *POOL,
            money(booked, "Cost of the pool"),
            Column("capacity_minutes", "Practical capacity, minutes", "quantity"),
            Column("used_minutes", "Used, minutes", "quantity"),
            Column("used_ratio", "Used", "ratio"),
            money("unused_capacity_amount_base_ccy", "Unused capacity"),
        ),
        source.rows(IDLE_CAPACITY.format(booked=booked, mart=mart)),
        group="entity_code",
    )


def _unallocated(source: Source) -> Section:
    return Section(
        "Unallocated",
        "Unmapped, unallocated and quarantined amounts, with their reasons",
        "What should have reached customers and did not.",
        (
            *POOL,
            Column("unallocated_reason", "Reason"),
            money("unallocated_amount_base_ccy", "Unallocated"),
            money("quarantined_amount_base_ccy", "Quarantined"),
        ),
        source.rows(UNALLOCATED.format(mart=source.books.mart)),
        group="entity_code",
        nothing="Every amount that should reach customers did.",
    )


def _set_aside(source: Source) -> Section:
    query = """
        select
            table_name, source_file, error_code, column_name, entity_code,
            count(*) as row_count, min(source_line) as first_line,
            sum(amount_local_ccy) as amount_local_ccy
        from governance.rpt_quarantined_rows
        where
            fiscal_period = $period
            and table_name in ('gl__journal_lines', 'gl__trial_balances')
        group by all
        order by all
    """
    return Section(
        "Set aside",
        "Ledger rows set aside while landing",
        "Rows that could not be read as their contract asks; amounts in the currency of"
        " the row.",
        (
            Column("table_name", "Table"),
            Column("source_file", "File"),
            Column("error_code", "Fault"),
            Column("column_name", "Column"),
            ENTITY,
            Column("first_line", "First line", "count"),
            Column("row_count", "Rows", "count"),
            Column("amount_local_ccy", "Amount, local", "money"),
        ),
        source.rows(query),
        nothing="No ledger row of the period was set aside.",
    )
