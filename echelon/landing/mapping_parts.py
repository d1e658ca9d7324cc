"""Of what is each part of a mapping file made: its texts, names and lists?"""

import datetime as dt
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


def _scalar_text(value: object) -> object:
    """Turn a YAML scalar into the text it stands for; leave anything else alone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def as_list(value: object) -> object:
    """Take one text for a list of one."""
    return [value] if isinstance(value, str) else value


SCALAR_SCHEMA = {"type": ["string", "number", "boolean"]}
Text = Annotated[str, BeforeValidator(_scalar_text), WithJsonSchema(SCALAR_SCHEMA)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Sql = Text
Texts = Annotated[
    list[str],
    BeforeValidator(as_list),
    WithJsonSchema({"type": ["string", "array"], "items": {"type": "string"}}),
]


class Part(BaseModel):
    """A part whose keys are all known, and read by the names people write."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=False)
