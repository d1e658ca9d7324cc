"""Does the ledger balance, tie and hold what an auditor expects to find?"""


def test_every_journal_balances_in_local_and_base_currency(rows):
    unbalanced = rows(
        "select entity_code, journal_id from gl__journal_lines group by all "
        "having sum(amount) <> 0 or sum(base_amount) <> 0",
    )
    assert unbalanced == []


def test_base_amounts_follow_the_average_rate_of_the_month(one):
    off = one(
        """
        with rates as (
            select
                from_currency_code as currency_code,
                strftime(rate_date, '%Y-%m') as fiscal_period,
                avg(
                    if(quote = 'divide', 1 / cast(rate as double), cast(rate as double))
                ) as rate
            from erp__exchange_rates where rate_type = 'average' group by all
        )
        select max(abs(base_amount / amount - coalesce(rate, 1)))
        from gl__journal_lines left join rates using (currency_code, fiscal_period)
        where abs(amount) > 100000
        """,
    )
    assert off < 1e-5


def test_trial_balance_ties_to_the_journals(rows):
    movements = rows(
        """
        select entity_code, account_id, cost_center_id, fiscal_period,
            sum(greatest(amount, 0)) as debits, sum(greatest(-amount, 0)) as credits
        from gl__journal_lines group by all order by all
        """,
    )
    balances = rows(
        """
        select entity_code, account_id, cost_center_id, fiscal_period,
            debit_amount, credit_amount
        from gl__trial_balances where debit_amount <> 0 or credit_amount <> 0
        order by all
        """,
    )
    assert movements == balances


def test_trial_balance_closes_and_balances(rows):
    off = rows(
        "select * from gl__trial_balances "
        "where opening_amount + debit_amount - credit_amount <> closing_amount",
    )
    unbalanced = rows(
        "select entity_code, fiscal_period from gl__trial_balances group by all "
        "having sum(opening_amount) <> 0 or sum(closing_amount) <> 0",
    )
    assert (off, unbalanced) == ([], [])


def test_balances_roll_forward_within_a_year(one):
    broken = one(
        """
        with pairs as (
            select
                opening_amount,
                fiscal_period,
                lag(closing_amount) over (
                    partition by entity_code, account_id, cost_center_id
                    order by fiscal_period
                ) as carried_amount
            from gl__trial_balances
        )
        select count(*) from pairs
        where fiscal_period not like '%-01' and opening_amount <> carried_amount
        """,
    )
    assert broken == 0


def test_profit_and_loss_starts_each_year_at_zero(one):
    opened = one(
        "select count(*) from gl__trial_balances where fiscal_period = '2025-01' "
        "and account_id >= '4000' and opening_amount <> 0",
    )
    assert opened == 0


def test_sales_accounts_equal_the_order_lines(rows):
    ledger = rows(
        """
        select entity_code, fiscal_period, -sum(amount)
        from gl__journal_lines
        where account_id in ('4000', '4100', '4200', '4900')
        group by all order by all
        """,
    )
    lines = rows(
        """
        select entity_code, strftime(ordered_at, '%Y-%m'),
            cast(sum(net_amount) as decimal(18, 2))
        from erp__order_lines group by all order by all
        """,
    )
    assert ledger == lines


def test_freight_account_names_the_carriers_invoices(rows):
    ledger = rows(
        "select source_document_id, sum(amount) from gl__journal_lines "
        "where account_id = '6110' and description = 'carrier invoices' "
        "group by all order by all",
    )
    invoices = rows(
        "select gl_document_id, cast(sum(amount) as decimal(18, 2)) "
        "from tms__freight_charges group by all order by all",
    )
    assert ledger == invoices


def test_reversals_cancel_what_they_reverse(rows, one):
    left_over = rows(
        """
        with pairs as (
            select coalesce(reversal_of, journal_id) as journal_id, account_id, amount
            from gl__journal_lines where journal_id like '%MANUAL%'
        )
        select journal_id, account_id from pairs group by all having sum(amount) <> 0
        """,
    )
    reversals = one(
        "select count(distinct journal_id) from gl__journal_lines "
        "where reversal_of is not null",
    )
    assert (left_over, reversals) == ([], 2)


def test_only_the_last_period_is_open(rows):
    opened = rows(
        "select distinct fiscal_period from gl__periods where status = 'open'"
    )
    assert opened == [("2025-12",)]
