"""Values that set their row aside, and rows that are too many or do not belong."""

from benchmarks.badinput.case import (
    OVER_LIMIT,
    REJECTED,
    Case,
    Edit,
    Rows,
    in_rows,
    put_value,
    value_case,
)
from benchmarks.badinput.company import ERP, GL
from benchmarks.badinput.trial import Verdict

_ORDER, _CUSTOMER, _LEDGER = "erp__order_lines", "erp__customers", "gl__journal_lines"
_AMOUNT, _LINE = f"{_ORDER}.net_amount", f"{_ORDER}.line_no"
_DAY, _MOMENT = f"{_ORDER}.requested_date", f"{_ORDER}.ordered_at"
_FLAG, _NAME = f"{_ORDER}.is_rush", f"{_CUSTOMER}.name"
_VALUES = {
    "bad_decimal": (
        ("blanks between digits", _AMOUNT, "1 000"),
        ("words", _AMOUNT, "ten"),
        ("a power of ten", _AMOUNT, "1e3"),
        ("two points", _AMOUNT, "1.234.50"),
        ("underscores", _AMOUNT, "1_000"),
        ("a digit beyond the scale", _AMOUNT, "10.00001"),
        ("too many digits", _AMOUNT, "123456789012345.00"),
        ("not a number", _AMOUNT, "NaN"),
        ("infinity", _AMOUNT, "Infinity"),
        ("two signs", _AMOUNT, "--5"),
        ("a trailing minus", _AMOUNT, "5-"),
        ("brackets for minus", _AMOUNT, "(5.00)"),
        ("a leading blank", _AMOUNT, " 5"),
        ("a trailing blank", _AMOUNT, "5 "),
        ("a currency sign", _AMOUNT, "\u20ac5"),
        ("hexadecimal", _AMOUNT, "0x1F"),
        ("full-width digits", _AMOUNT, "\uff11\uff12"),
        ("Arabic digits", _AMOUNT, "\u0661\u0662"),
        ("a minus that is a dash", _AMOUNT, "\u22125.00"),
        ("a no-break blank", _AMOUNT, "1\u00a0000"),
        ("a formula", _AMOUNT, "=1+1"),
        ("an error of a spreadsheet", _AMOUNT, "#REF!"),
        ("a percentage", f"{_CUSTOMER}.credit_limit", "5%"),
        ("the word null", f"{_CUSTOMER}.credit_limit", "NULL"),
        ("a cent too fine", f"{_LEDGER}.amount", "120.005"),
    ),
    "bad_integer": (
        ("a fraction", _LINE, "1.9"),
        ("a fraction of nothing", _LINE, "1.0"),
        ("a power of ten", _LINE, "1e2"),
        ("a word", _LINE, "one"),
        ("beyond 64 bits", _LINE, "9223372036854775808"),
        ("a blank", _LINE, " "),
    ),
    "bad_date": (
        ("a thirtieth of February", _DAY, "2024-02-30"),
        ("a leap day of no leap year", _DAY, "2023-02-29"),
        ("a German date", _DAY, "30.02.2024"),
        ("an American date", _DAY, "02/01/2024"),
        ("digits missing", _DAY, "2024-2-1"),
        ("no dashes", _DAY, "20240201"),
        ("the year nought", _DAY, "0000-01-01"),
        ("before Christ", _DAY, "2024-01-01 (BC)"),
        ("a time of day", _DAY, "2024-02-01 00:00:00"),
        ("a number of a spreadsheet", _DAY, "45000"),
        ("a word", _DAY, "yesterday"),
        ("infinity", _DAY, "infinity"),
        ("five digits of year", _DAY, "12024-01-01"),
        ("a month of names", _DAY, "2024-Feb-01"),
    ),
    "bad_timestamp": (
        ("a date alone", _MOMENT, "2024-02-01"),
        ("no seconds", _MOMENT, "2024-02-01 08:00"),
        ("a 25th hour", _MOMENT, "2024-02-01 25:00:00"),
        ("a 60th second", _MOMENT, "2024-02-01 23:59:60"),
        ("another zone", _MOMENT, "2024-02-01 08:00:00+02:00"),
        ("a zone by name", _MOMENT, "2024-02-01 08:00:00 CET"),
        ("seconds of an epoch", _MOMENT, "1706774400"),
        ("nanoseconds", _MOMENT, "2024-02-01 08:00:00.123456789"),
        ("twelve hours", _MOMENT, "2024-02-01 08:00:00 AM"),
    ),
    "bad_boolean": (
        ("yes", _FLAG, "yes"),
        ("one", _FLAG, "1"),
        ("capitals", _FLAG, "TRUE"),
        ("a letter", _FLAG, "t"),
        ("a blank", _FLAG, " "),
    ),
    "bad_text": (
        ("a NUL", _NAME, "Kunde\x00Eins"),
        ("a bell", _NAME, "Kunde\x07"),
        ("an escape sequence", _NAME, "\x1b[31mKunde"),
        ("a vertical tab", _NAME, "Kunde\x0bEins"),
        ("the end of a DOS file", _NAME, "Kunde\x1a"),
        ("a deletion", _NAME, "Kunde\x7f"),
        ("a unit separator", _NAME, "a\x1fb"),
        ("70,000 letters", _NAME, "x" * 70_000),
        ("a control character in a key", f"{_ORDER}.order_id", "O\x01040"),
    ),
    "missing_value": (
        ("empty", _NAME, ""),
        ("empty", f"{_CUSTOMER}.customer_id", ""),
        ("empty", f"{_ORDER}.order_id", ""),
        ("empty", f"{_ORDER}.product_id", ""),
        ("empty", f"{_ORDER}.sold_to_id", ""),
        ("empty", f"{_ORDER}.currency_code", ""),
        ("empty", _MOMENT, ""),
        ("empty", _AMOUNT, ""),
        ("empty", "erp__products.valid_from", ""),
        ("empty", f"{_LEDGER}.fiscal_period", ""),
        ("empty", "gl__trial_balances.closing_amount", ""),
    ),
    "value_not_allowed": (
        ("an unknown type", f"{_ORDER}.document_type", "gift"),
        ("capitals", f"{_ORDER}.document_type", "SALE"),
        ("a blank", f"{_ORDER}.document_type", " sale"),
    ),
}


def _repeated(name: str, table: str, column: str, edit: Edit) -> Case:
    label = ERP if table.startswith("erp") else GL
    verdict = Verdict(REJECTED, "duplicate_key", f"{label}/{table}.csv", 10, column)
    return Case(f"{table}: key twice, {name}", in_rows(table, edit), verdict)


def _copy(source: int, **changed: str) -> Edit:
    def edit(rows: Rows) -> None:
        row = dict(zip(rows[0], rows[source], strict=True)) | changed
        rows.insert(9, list(row.values()))

    return edit


_ORDER_KEY = "order_id, line_no"
_KEYS = (
    _repeated("the same row", _CUSTOMER, "customer_id", _copy(3)),
    _repeated("another name", _CUSTOMER, "customer_id", _copy(3, name="Eve")),
    _repeated("the next line", _ORDER, _ORDER_KEY, _copy(8)),
    _repeated("a sign before it", _ORDER, _ORDER_KEY, _copy(3, line_no="+1")),
    _repeated("zeros before it", _ORDER, _ORDER_KEY, _copy(3, line_no="001")),
    _repeated("of a version", "erp__products", "product_id, valid_from", _copy(3)),
    _repeated(
        "of a journal line", _LEDGER, "entity_code, journal_id, line_no", _copy(3)
    ),
)


def _over(name: str, table: str, column: str, value: str) -> Case:
    label = ERP if table.startswith("erp") else GL

    def edit(rows: Rows) -> None:
        for row in (40, 7):
            put_value(row, column, value)(rows)

    verdict = Verdict(
        OVER_LIMIT, "quarantine_over_limit", f"{label}/{table}.csv", 8, column
    )
    return Case(f"{table}: two of 120 rows bad, {name}", in_rows(table, edit), verdict)


_LIMITS = (
    _over("amounts", _ORDER, "net_amount", "x"),
    _over("days", _ORDER, "requested_date", "x"),
    _over("names", _CUSTOMER, "name", ""),
    _over("products", "erp__products", "valid_from", "2024-13-01"),
    _over("postings", _LEDGER, "posting_date", "x"),
    _over("balances", "gl__trial_balances", "opening_amount", "1e2"),
)


def _ledger(
    name: str, table: str, edit: Edit, code: str, place: tuple[int, str]
) -> Case:
    verdict = Verdict(REJECTED, code, f"{GL}/{table}.csv", *place)
    return Case(f"ledger: {name}", in_rows(table, edit), verdict)


_BALANCE = "gl__trial_balances"
_BUSINESS = (
    _ledger(
        "a cent too many",
        _LEDGER,
        put_value(5, "amount", "102.01"),
        "unbalanced_journal",
        (6, "amount"),
    ),
    _ledger(
        "half a journal",
        _LEDGER,
        lambda rows: rows.pop(6),
        "unbalanced_journal",
        (6, "amount"),
    ),
    _ledger(
        "a sign turned",
        _LEDGER,
        put_value(6, "amount", "102.00"),
        "unbalanced_journal",
        (6, "amount"),
    ),
    _ledger(
        "a year mistyped on one side",
        _LEDGER,
        put_value(6, "posting_date", "2204-01-31"),
        "journal_cut_by_date",
        (6, "posting_date"),
    ),
    _ledger(
        "another currency",
        _LEDGER,
        put_value(6, "currency_code", "USD"),
        "unbalanced_journal",
        (6, "amount"),
    ),
    _ledger(
        "a line moved to another journal",
        _LEDGER,
        lambda rows: (
            put_value(6, "journal_id", "J003")(rows),
            put_value(6, "line_no", "9")(rows),
        ),
        "unbalanced_journal",
        (6, "amount"),
    ),
    _ledger(
        "an account nobody knows",
        _LEDGER,
        put_value(5, "account_id", "9999"),
        "unknown_account",
        (6, "account_id"),
    ),
    _ledger(
        "an account with a blank",
        _LEDGER,
        put_value(5, "account_id", "4000 "),
        "unknown_account",
        (6, "account_id"),
    ),
    _ledger(
        "a balance off by a cent",
        _BALANCE,
        put_value(5, "closing_amount", "8.01"),
        "trial_balance_untied",
        (6, "closing_amount"),
    ),
    _ledger(
        "an opening balance lost",
        _BALANCE,
        put_value(5, "opening_amount", "1.00"),
        "trial_balance_untied",
        (6, "closing_amount"),
    ),
)
CASES = (
    *(
        value_case(name, place, value, code)
        for code, values in _VALUES.items()
        for name, place, value in values
    ),
    *_KEYS,
    *_LIMITS,
    *_BUSINESS,
)
