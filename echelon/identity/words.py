"""Which writings are the same word? The shipped dictionary and a user's own."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from echelon.documents import read_document


class Words(BaseModel):
    """The dictionary of standardisation (``matching/words.yml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    legal_forms: list[str] = []
    legal_phrases: dict[str, list[str]] = {}
    name_stop_words: list[str] = []
    name_words: dict[str, list[str]] = {}
    address_words: dict[str, list[str]] = {}
    address_stop_words: list[str] = []
    city_words: dict[str, list[str]] = {}
    country_words: dict[str, list[str]] = {}
    free_mail_domains: list[str] = []
    null_words: list[str] = []


def read_words(path: Path) -> Words:
    """Read a dictionary.

    Args:
        path: YAML such as ``matching/words.yml``.

    Returns:
        The dictionary.

    Raises:
        EchelonError: CONFIGURATION, naming file, line and key.
    """
    return read_document(path, Words, "words").content


def writings(groups: dict[str, list[str]]) -> dict[str, str]:
    """Turn groups of writings around: each writing to its word."""
    return {writing: word for word, group in groups.items() for writing in group}
