"""Which tables of the report set the extract against what else is known?"""

from echelon.reconciliation.ledger_sections import ENTITY, POOL, money
from echelon.reconciliation.reading import Source
from echelon.reconciliation.sections import Column, Section
from echelon.release.reader import Row

COMPLETENESS = "finance.rpt_ledger_completeness_by_account_month"
REVENUE = "finance.rpt_revenue_reconciliation_by_entity_month"
SUBLEDGERS = "finance.rpt_subledger_reconciliation_by_item_month"
TRANSLATION = "finance.rpt_translation_differences_by_cost_pool_month"
CURRENCY = Column("local_currency_code", "Currency")
REASONS = {
    "agrees": "agrees",
    "amount_differs": "amounts differ",
    "other_rate": "translated at another rate",
    "other_period": "booked in another period",
    "not_in_subledger": "in the ledger only",
    "not_in_ledger": "names a document the ledger does not hold",
    "names_no_document": "in the sub-ledger only; names no ledger document",
    "not_linked": "not linked by documents; totals compare",
}

SUBLEDGER_TOTALS = f"""
    select
        subledger_code, entity_code, local_currency_code,
        sum(ledger_amount_local_ccy) as ledger_amount_local_ccy,
        sum(subledger_amount_local_ccy) as subledger_amount_local_ccy,
        sum(ledger_amount_local_ccy) - sum(subledger_amount_local_ccy)
            as difference_amount_local_ccy,
        sum(ledger_amount_base_ccy) as ledger_amount_base_ccy,
        sum(subledger_amount_base_ccy) as subledger_amount_base_ccy,
        sum(difference_amount_base_ccy) as difference_amount_base_ccy
    from {SUBLEDGERS}
    where fiscal_period = $period
    group by all
    order by subledger_code desc, entity_code, local_currency_code
"""


def control_sections(source: Source) -> list[Section]:
    """Read completeness, sub-ledgers and translation differences of the period."""
    return [
        _completeness(source),
        _incomplete_accounts(source),
        _subledgers(source),
        _reconciling_items(source),
        _translation(source),
    ]


def _completeness(source: Source) -> Section:
    query = f"""
        select
            entity_code, local_currency_code, account_type,
            replace(completeness_status, '_', ' ') as completeness_status,
            count(*) as account_count,
            sum(journal_line_count) as journal_line_count,
            sum(movement_amount_local_ccy) as movement_amount_local_ccy,
            sum(journal_amount_local_ccy) as journal_amount_local_ccy,
            sum(gap_amount_local_ccy) as gap_amount_local_ccy
        from {COMPLETENESS}
        where fiscal_period = $period
        group by all
        order by entity_code, account_type, completeness_status
    """
    return Section(
        "Completeness",
        "Completeness of the extract against the trial balance",
        "Movement of the trial balance less journal lines, local currency, debit"
        " positive; 0.00 where the extract is whole.",
        (
            ENTITY,
            CURRENCY,
            Column("account_type", "Accounts of type"),
            Column("completeness_status", "Status"),
            Column("account_count", "Accounts", "count"),
            Column("journal_line_count", "Journal lines", "count"),
            money("movement_amount_local_ccy", "Trial balance"),
            money("journal_amount_local_ccy", "Journals"),
            money(
                "gap_amount_local_ccy",
                "Gap",
                less=("movement_amount_local_ccy", "journal_amount_local_ccy"),
            ),
        ),
        source.rows(query),
        group="entity_code",
        has_total=False,
        nothing=_said(source, COMPLETENESS),
    )


def _incomplete_accounts(source: Source) -> Section:
    query = f"""
        select
            entity_code, account_id, account_name, account_type, local_currency_code,
            replace(completeness_status, '_', ' ') as completeness_status,
            journal_line_count, movement_amount_local_ccy, journal_amount_local_ccy,
            gap_amount_local_ccy
        from {COMPLETENESS}
        where fiscal_period = $period and completeness_status != 'complete'
        order by entity_code, account_id
    """
    return Section(
        "Open accounts",
        "Accounts that do not compare or do not agree",
        "Local currency, debit positive.",
        (
            ENTITY,
            Column("account_id", "Account"),
            Column("account_name", "Name"),
            Column("account_type", "Type"),
            CURRENCY,
            Column("completeness_status", "Status"),
            Column("journal_line_count", "Journal lines", "count"),
            Column("movement_amount_local_ccy", "Trial balance", "money"),
            Column("journal_amount_local_ccy", "Journals", "money"),
            Column(
                "gap_amount_local_ccy",
                "Gap",
                "money",
                less=("movement_amount_local_ccy", "journal_amount_local_ccy"),
            ),
        ),
        source.rows(query),
        nothing=source.absence(COMPLETENESS) or "Every account agrees.",
    )


def _subledgers(source: Source) -> Section:
    return Section(
        "Sub-ledgers",
        "Sub-ledgers against the ledger",
        "Revenue: ledger sales against order lines and charges passed on. Freight and"
        " other charges: the pools they drive against the charges. The difference is"
        " listed in the next table; nothing is scaled to close it. What differs in base"
        " currency only was translated at different rates.",
        (
            Column("subledger_code", "Sub-ledger"),
            ENTITY,
            CURRENCY,
            Column("ledger_amount_local_ccy", "Ledger, local", "money"),
            Column("subledger_amount_local_ccy", "Sub-ledger, local", "money"),
            Column(
                "difference_amount_local_ccy",
                "Difference, local",
                "money",
                less=("ledger_amount_local_ccy", "subledger_amount_local_ccy"),
            ),
            money("ledger_amount_base_ccy", "Ledger"),
            money("subledger_amount_base_ccy", "Sub-ledger"),
            money(
                "difference_amount_base_ccy",
                "Difference",
                less=("ledger_amount_base_ccy", "subledger_amount_base_ccy"),
            ),
        ),
        source.rows(SUBLEDGER_TOTALS) if source.has(SUBLEDGERS) else [],
        group="subledger_code",
        has_total=False,
        nothing=_said(source, SUBLEDGERS),
    )


def _reconciling_items(source: Source) -> Section:
    query = f"""
        select *
        from {SUBLEDGERS}
        where fiscal_period = $period
        order by
            subledger_code desc, entity_code, reconciling_reason = 'agrees' desc,
            reconciling_reason, item_code, local_currency_code
    """
    rows = source.rows(query) if source.has(SUBLEDGERS) else []
    return Section(
        "Reconciling items",
        "Reconciling items of the sub-ledgers",
        "By ledger document where the sub-ledger names one; else by account on the"
        " ledger's side, by document or charge type on the other.",
        (
            Column("subledger_code", "Sub-ledger"),
            ENTITY,
            Column("item_code", "Document or item"),
            Column("reason", "Reason"),
            Column("document_count", "Documents", "count"),
            CURRENCY,
            Column("ledger_amount_local_ccy", "Ledger, local", "money"),
            Column("subledger_amount_local_ccy", "Sub-ledger, local", "money"),
            money("ledger_amount_base_ccy", "Ledger"),
            money("subledger_amount_base_ccy", "Sub-ledger"),
            money(
                "difference_amount_base_ccy",
                "Difference",
                less=("ledger_amount_base_ccy", "subledger_amount_base_ccy"),
            ),
        ),
        [_worded(row) for row in rows],
        group="subledger_code",
        has_total=False,
        nothing=_said(source, SUBLEDGERS),
    )


def _worded(row: Row) -> Row:
    return {**row, "reason": REASONS[row["reconciling_reason"]]}


def _translation(source: Source) -> Section:
    query = f"""
        select *
        from {TRANSLATION}
        where
            fiscal_period = $period
            and local_currency_code != (
                select base_currency_code from governance.dim_releases
            )
        order by entity_code, cost_pool_code, local_currency_code
    """
    return Section(
        "Translation",
        "Translation differences",
        "Posted in base currency less the local amount at the closing rate; shown here"
        " and in no pool.",
        (
            *POOL[:2],
            CURRENCY,
            Column("amount_local_ccy", "Local currency", "money"),
            Column("base_ccy_per_local_ccy", "Closing rate", "rate"),
            money("posted_amount_base_ccy", "Posted"),
            money("closing_amount_base_ccy", "At closing rate"),
            money(
                "translation_difference_base_ccy",
                "Difference",
                less=("posted_amount_base_ccy", "closing_amount_base_ccy"),
            ),
        ),
        source.rows(query),
        group="entity_code",
        nothing=source.absence(TRANSLATION)
        or "Nothing of the period was posted in another currency than the base.",
    )


def _said(source: Source, relation: str) -> str:
    if not source.has(relation):
        return "This release was made before there was such a table."
    return source.absence(relation) or "Nothing to compare in this period."
