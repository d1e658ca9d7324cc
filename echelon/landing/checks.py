"""Which checks does a delivery go through, and what does each failure mean?"""

from dataclasses import dataclass

from echelon.errors import ExitCode


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a delivery.

    Attributes:
        code: Stable identifier, in every error and quarantined row; never reworded.
        meaning: What the code says, in one sentence.
        hint: What the sender can do about it.
        exit_code: How the refresh ends; None if only the row is set aside.
        is_waivable: True if a manifest may declare, with a reason and until a date,
            that the rule does not hold for its data; the breach is then reported
            instead of refused.
        system: The only system whose tables the check looks at; None for all.
    """

    code: str
    meaning: str
    hint: str
    exit_code: ExitCode | None = ExitCode.INPUT_REJECTED
    is_waivable: bool = False
    system: str | None = None

    @property
    def is_hold(self) -> bool:
        """Whether the delivery waits for somebody's word instead of being wrong."""
        return self.exit_code is ExitCode.HELD_FOR_APPROVAL


_DELIVERY_CHECKS = (
    Check(
        "no_delivery",
        "The landing directory holds no complete delivery.",
        "land a delivery, or run: echelon sample",
    ),
    Check(
        "unknown_system",
        "A directory of the landing area is named for no known source system.",
        "rename it; one directory per system named in contracts/landing",
    ),
    Check(
        "malformed_manifest",
        "A manifest.json cannot be read, or a key of it is missing, unknown or wrong.",
        "correct the key and deliver again",
    ),
    Check(
        "seal_mismatch",
        "A manifest.json is not the one that was sealed.",
        "deliver again; who changes a manifest on purpose seals it anew",
    ),
    Check(
        "repeated_sequence",
        "Two deliveries of a table have the same sequence.",
        "give each delivery of a system a sequence of its own: the higher one corrects",
    ),
    Check(
        "link_outside",
        "A link of the landing area leads out of it.",
        "deliver the file itself",
    ),
    Check(
        "mixed_companies",
        "Deliveries of more than one company lie in one landing area.",
        "keep one data directory per company",
    ),
    Check(
        "unknown_table",
        "A manifest lists a table without a contract.",
        "use the table names of contracts/landing",
    ),
    Check(
        "missing_table",
        "A required table was not delivered.",
        "deliver the table; it cannot be declared absent",
    ),
    Check(
        "missing_file",
        "A manifest lists a file that is not there.",
        "deliver the file again, then the manifest last",
    ),
    Check(
        "unlisted_file",
        "A data file lies in a delivery whose manifest does not list it.",
        "list the file in the manifest or take it away",
    ),
    Check(
        "sha256_mismatch",
        "A file is not the one its manifest was written for.",
        "deliver again: the file was changed or cut short on its way",
    ),
    Check(
        "file_changed",
        "A file was written to while it was being read.",
        "deliver the file again, whole, then the manifest last",
    ),
    Check(
        "row_count_mismatch",
        "A file holds more or fewer rows than its manifest says.",
        "deliver again from a completed extract",
    ),
    Check(
        "control_total_mismatch",
        "A column does not add up to the control total of its manifest.",
        "deliver again: rows or amounts were lost between extract and file",
    ),
    Check(
        "row_checksum_mismatch",
        "The rows of a file are not those of the control total of whole rows (*).",
        "deliver again: a value was changed between extract and file",
    ),
)
_FILE_CHECKS = (
    Check("empty_file", "A file has no content at all.", "deliver at least a header"),
    Check(
        "empty_table",
        "A required table has a header but no rows.",
        "deliver the rows",
    ),
    Check(
        "malformed_file",
        "A file is not a readable UTF-8 CSV or Parquet file.",
        "check quoting, column count and encoding of the line",
    ),
    Check(
        "oversized_file",
        "A Parquet file unpacks to far more than its size can mean.",
        "write the table again, with its values as they are",
    ),
    Check(
        "duplicate_column",
        "Two columns of a file have the same name.",
        "give every column its own name",
    ),
    Check(
        "unknown_column",
        "A file has a column its contract does not know.",
        "rename it, or leave it out",
    ),
    Check(
        "missing_column",
        "A file lacks a required column.",
        "add the column to the file",
    ),
    Check(
        "wrong_column_type",
        "A Parquet column has a type that cannot hold what the contract asks for.",
        "write the column in the contracted type or as text",
    ),
    Check(
        "duplicate_key",
        "Two rows of a delivery have the same key.",
        "send each row once; a correction is a delivery with a higher sequence",
    ),
    Check(
        "quarantine_over_limit",
        "More rows of a table are bad than its contract tolerates.",
        "correct the rows and deliver again",
        ExitCode.QUARANTINE_OVER_LIMIT,
    ),
)
_ROW_CHECKS = tuple(
    Check(code, meaning, "correct the row and deliver it again", None)
    for code, meaning in (
        ("bad_decimal", "The value is not a decimal that fits its type exactly."),
        ("bad_integer", "The value is not a whole number of at most 64 bits."),
        ("bad_date", "The value is not a real date written YYYY-MM-DD."),
        (
            "bad_timestamp",
            "The value is not a real UTC time written YYYY-MM-DD HH:MM:SS.",
        ),
        ("bad_boolean", "The value is neither true nor false."),
        (
            "bad_text",
            "The text holds control characters or is longer than 65,535 bytes.",
        ),
        ("missing_value", "A required value is empty."),
        ("value_not_allowed", "The value is not in the contract's closed list."),
    )
)
_BUSINESS_CHECKS = (
    Check(
        "unbalanced_journal",
        "A journal balances neither in each currency nor in base amounts.",
        "deliver the missing lines, or waive the check with a reason (waived_checks)",
        is_waivable=True,
        system="gl",
    ),
    Check(
        "journal_cut_by_date",
        "A journal balances, but not without its lines after the as-of date.",
        "correct the date of these lines, refresh as of a later day, or waive the check"
        " with a reason (waived_checks)",
        is_waivable=True,
        system="gl",
    ),
    Check(
        "unknown_account",
        "A journal line posts to an account that gl__accounts does not list.",
        "add the account to gl__accounts",
    ),
    Check(
        "trial_balance_untied",
        "A trial balance row does not close: opening + debit - credit <> closing.",
        "deliver the balances again, or waive the check with a reason (waived_checks)",
        is_waivable=True,
        system="gl",
    ),
    Check(
        "currency_without_rate",
        "An amount is in a currency that erp__exchange_rates has no recent rate for.",
        "deliver the rate, or report in another base_currency_code; a rate holds for "
        "exchange_rate_max_age_days of the policy",
    ),
    Check(
        "unmapped_account",
        "A profit-and-loss account is not mapped to exactly one cost pool.",
        "add one row for it to policy_cost_pools.csv; excluded is a mapping too",
    ),
)
_HOLDS = (
    Check(
        "closed_period_posting",
        "A delivery adds or changes lines of a period that was closed before it.",
        "post to an open period, or accept the restatement (waived_checks)",
        ExitCode.HELD_FOR_APPROVAL,
        is_waivable=True,
        system="gl",
    ),
    Check(
        "volume_shift",
        "The days a delivery adds hold far fewer or far more rows than those before.",
        "deliver the missing rows, or accept the volume (waived_checks)",
        ExitCode.HELD_FOR_APPROVAL,
        is_waivable=True,
    ),
    Check(
        "unit_shift",
        "The typical size of a column is many times that of earlier deliveries.",
        "deliver in the former unit, or accept the change (waived_checks)",
        ExitCode.HELD_FOR_APPROVAL,
        is_waivable=True,
    ),
    Check(
        "column_emptied",
        "A column that earlier deliveries filled is missing or empty.",
        "deliver the column, or accept its end (waived_checks)",
        ExitCode.HELD_FOR_APPROVAL,
        is_waivable=True,
    ),
)
CHECKS = {
    check.code: check
    for check in (
        *_DELIVERY_CHECKS,
        *_FILE_CHECKS,
        *_ROW_CHECKS,
        *_BUSINESS_CHECKS,
        *_HOLDS,
    )
}
WAIVABLE = frozenset(check.code for check in CHECKS.values() if check.is_waivable)


def waivable_in(system: str) -> frozenset[str]:
    """List the checks that a delivery of a system may waive."""
    return frozenset(
        code
        for code, check in CHECKS.items()
        if check.is_waivable and check.system in (None, system)
    )


def describe_checks() -> str:
    """List the register as a Markdown table: code, meaning, outcome, remedy."""
    lines = ["| code | meaning | outcome | what to do |", "|---|---|---|---|"]
    for check in CHECKS.values():
        outcome = (
            "row quarantined"
            if check.exit_code is None
            else f"exit {check.exit_code.value}"
        )
        if check.is_waivable:
            outcome += ", waivable"
        lines.append(f"| `{check.code}` | {check.meaning} | {outcome} | {check.hint} |")
    return "\n".join(lines) + "\n"
