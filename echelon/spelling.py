"""Which known name was probably meant by a misspelt one?"""

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, known: Iterable[str]) -> str | None:
    """Phrase a did-you-mean for a misspelt name, None if nothing comes close."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else None


def with_suggestion(message: str, name: str, known: Iterable[str]) -> str:
    """End a message about an unknown name with the known one it resembles, if any."""
    suggestion = suggest(name, known)
    return f"{message}, {suggestion}" if suggestion else message
