"""How does a failed check end a refresh?"""

from echelon.errors import EchelonError, Fault
from echelon.landing.checks import CHECKS


def refuse(
    code: str,
    message: str,
    file: str | None = None,
    line: int | None = None,
    column: str | None = None,
) -> None:
    """Raise the error of a check; what the register lacks is not checked.

    Args:
        code: Code of the check.
        message: What is wrong here, without values of the data's subjects.
        file: File below the landing directory.
        line: 1-based line (the header is line 1); the row number in a Parquet file.
        column: Column name or manifest key.

    Raises:
        EchelonError: With the check's exit code, rule and hint.
        ValueError: If the check only sets rows aside.
    """
    check = CHECKS.get(code)
    if check is None:
        return
    if check.exit_code is None:
        raise ValueError(f"{code} quarantines a row and ends no refresh")
    rule, hint = check.meaning, check.hint
    fault = Fault(code, message, file, line, column, rule, hint=hint)
    raise EchelonError(check.exit_code, fault)
