"""How do tables become a page that opens without a network?"""

from collections.abc import Mapping, Sequence
from html import escape
from numbers import Number
from typing import Any

STYLE = (
    "body{font-family:sans-serif;margin:2rem}"
    "table{border-collapse:collapse;margin-bottom:2rem}"
    "td,th{border:1px solid #bbb;padding:.2rem .6rem;text-align:left}"
    "td.number{text-align:right}"
)


def as_html(title: str, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Lay tables out as one HTML page.

    Args:
        title: Heading of the page.
        tables: Rows by heading; all rows of a table have the same columns.

    Returns:
        A whole document, every value escaped.
    """
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>",
        f"<body><h1>{escape(title)}</h1>",
    ]
    for heading, rows in tables.items():
        parts.append(f"<h2>{escape(heading)}</h2>")
        parts.append(_table(rows) if rows else "<p>none</p>")
    return "\n".join([*parts, "</body></html>\n"])


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    header = "".join(f"<th>{escape(str(name))}</th>" for name in rows[0])
    body = "\n".join(
        f"<tr>{''.join(_cell(value) for value in row.values())}</tr>" for row in rows
    )
    return f"<table><thead><tr>{header}</tr></thead>\n<tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, Number) and not isinstance(value, bool):
        return f'<td class="number">{value:,}</td>'
    text = "" if value is None else escape(str(value))
    # A long name may break where its words do; a number or a word never.
    return f"<td>{text.replace('_', '_<wbr>')}</td>"
