"""How does a name or a text become part of an SQL statement?"""

import re
from pathlib import Path


def quote_name(name: str) -> str:
    """Write a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Write a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quote_file(path: Path) -> str:
    """Write a path as an SQL literal that stands for this file and no pattern of files.

    Args:
        path: Any path; its directories may have odd names.
    """
    return quote_text(re.sub(r"([*?\[])", r"[\1]", str(path)))
