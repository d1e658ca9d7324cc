"""Where does a CSV file part from how every reader cuts it into fields?"""

import mmap
import re
from codecs import BOM_UTF8
from pathlib import Path

_FIELDS = 200


def glued_line(path: Path, delimiter: str = ",", quote: str = '"') -> int | None:
    """Find a quoted value with another beside it: DuckDB makes one value of the two.

    Args:
        path: A file with content, in UTF-8.
        delimiter: What stands between fields.
        quote: The character around values, doubled within them; empty if none is.

    Returns:
        The line, counted from 1, on which the first such field starts, or None.
    """
    mark = re.escape(quote.encode())
    with path.open("rb") as file, _mapped(file.fileno()) as content:
        # Such quotes may also stand around a blank value: only then is it read closely.
        if not mark or not re.search(mark + rb" +" + mark, content):
            return None
        return _first_odd_line(content, delimiter, quote, rb"\r\n|\n|\r")


def uneven_line(path: Path) -> int | None:
    """Find the first line that does not end as the header does, or has a stray quote.

    Args:
        path: A CSV file with content, in UTF-8.

    Returns:
        The line, counted from 1, on which the offending field starts, or None.
    """
    with path.open("rb") as file, _mapped(file.fileno()) as content:
        header = content.readline()
        end = rb"\r\n" if header.endswith(b"\r\n") else rb"\n"
        return _first_odd_line(content, ",", '"', end)


def _mapped(descriptor: int) -> mmap.mmap:
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _first_odd_line(
    content: mmap.mmap, delimiter: str, quote: str, line_end: bytes
) -> int | None:
    comma, mark = re.escape(delimiter.encode()), re.escape(quote.encode())
    quoted = rb" *%b[^%b]*(?:%b[^%b]*)*%b *" % (mark, mark, mark * 2, mark, mark)
    plain = rb"(?! *%b)(?:(?!%b)[^\r\n])*" % (mark, comma)
    field = rb"(?:%b|%b)(?:%b|%b|\Z)" % (quoted, plain, comma, line_end)
    # Many at a time, for speed; as many as are sound.
    fields = re.compile(rb"(?:%b){1,%d}" % (field, _FIELDS))
    start = len(BOM_UTF8) if content[: len(BOM_UTF8)] == BOM_UTF8 else 0
    while start < len(content):
        found = fields.match(content, start)
        if found is None:
            return content[:start].count(b"\n") + 1
        start = found.end()
    return None
