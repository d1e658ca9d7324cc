"""Which known name was probably meant by a misspelt one?"""

from collections.abc import Iterable
from difflib import get_close_matches

_MOST_NAMED = 20


def suggest(name: str, known: Iterable[str]) -> str:
    """Phrase a did-you-mean for a misspelt name, or name some that are known."""
    names = sorted(known)
    meant = _closest(name, names)
    return _ask(meant) if meant else f"known: {', '.join(names[:_MOST_NAMED])}"


def with_suggestion(message: str, name: str, known: Iterable[str]) -> str:
    """End a message about an unknown name with the known one it resembles, if any."""
    meant = _closest(name, sorted(known))
    return f"{message}, {_ask(meant)}" if meant else message


def _closest(name: str, names: list[str]) -> str | None:
    return next(iter(get_close_matches(name, names, n=1, cutoff=0.6)), None)


def _ask(meant: str) -> str:
    return f"did you mean {meant}?"
