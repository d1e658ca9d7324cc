"""What can a mapping file say? The mapping language as data, nothing is read here."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from echelon.documents import Document
from echelon.landing.mapping_parts import (
    SCALAR_SCHEMA,
    Name,
    Part,
    Sql,
    Text,
    Texts,
    as_list,
)
from echelon.landing.waiver import Waiver

_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"


class Units(Part):
    """Units the sources measure in; landing converts to kg, m3 and km."""

    weight: Literal["kg", "g", "t", "lb", "oz"] = "kg"
    volume: Literal["m3", "l", "cm3", "ft3"] = "m3"
    distance: Literal["km", "m", "mi"] = "km"


class Settings(Part):
    """What holds for the whole company."""

    base_currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = Field(
        description="ISO 4217 currency everything is converted to."
    )
    time_zone: str = Field("UTC", description="IANA zone of the sources' timestamps.")
    units: Units = Units()
    customer_key: Literal["account", "ship_to", "bill_to", "party"] = Field(
        "account",
        description="What sold_to_id of the order lines names in the source.",
    )
    period: Annotated[str, Field(pattern=rf"^{_MONTH}/{_MONTH}$")] | None = Field(
        None,
        description="First and last month delivered; else those of the events.",
    )

    @field_validator("period")
    @classmethod
    def _is_a_period(cls, period: str | None) -> str | None:
        months = [
            dt.date.fromisoformat(f"{m}-01") for m in (period or "").split("/") if m
        ]
        if months != sorted(months):
            raise ValueError("the period ends before it begins")
        return period


class Format(Part):
    """How a text file is written."""

    delimiter: str = Field(",", min_length=1, description="Between fields.")
    row_terminator: str | None = Field(
        None, min_length=1, description="After a row; default any line end."
    )
    quote: Annotated[str, Field(max_length=1)] = Field(
        '"', description="Around fields; empty if fields are never quoted."
    )
    encoding: str = Field("utf-8", description="Any Python codec; a BOM is dropped.")
    header: bool = Field(True, description="Is the first row the column names?")
    skip: int = Field(0, ge=0, description="Lines to ignore before anything else.")
    nulls: list[Text] = Field(
        default_factory=lambda: [""], description="Texts that mean: no value."
    )


class Source(Part):
    """Rows to map: files, rows written here, or a query over earlier sources."""

    file: str | None = Field(None, description="Path in the source directory, or glob.")
    format: str | Format | None = Field(
        None, description="Text format, or the name of one in formats."
    )
    columns: list[str] = Field(
        default_factory=list, description="Column names of a file without a header."
    )
    may_be_empty: bool = Field(False, description="Accept a file without rows.")
    rows: list[dict[str, Text]] | None = Field(None, description="Rows, as text.")
    query: Sql | None = Field(None, description="One SELECT over earlier sources.")

    @model_validator(mode="after")
    def _one_kind(self) -> "Source":
        if sum(kind is not None for kind in (self.file, self.rows, self.query)) != 1:
            raise ValueError("needs exactly one of file, rows, query")
        if self.rows == []:
            raise ValueError("rows needs at least one row")
        return self


class Join(Part):
    """Columns borrowed from another source, with the cardinality promised."""

    source: str
    on: Sql = Field(description="Condition; name the other side by its join name.")
    match: Literal["one", "at_most_one", "many"] = Field(
        "at_most_one", description="How many rows a row may find."
    )
    prefer: Sql | None = Field(
        None, description="Order by which the first of several matches is taken."
    )


class Pattern(Part):
    """A regular expression and the value a text that matches it stands for."""

    pattern: str
    value: Text


class Constant(Part):
    """A value given in the mapping."""

    constant: Text


class Allocate(Part):
    """A header amount repeated on lines, split so that the lines add up to it."""

    per: Annotated[list[Sql], BeforeValidator(as_list)] = Field(
        description="Expressions that identify the header."
    )
    by: Sql = Field(description="Weight of a line, not negative.")
    order_by: Sql = Field(description="Order of the lines: decides the odd units.")


class Column(Part):
    """How one contract column is filled; the steps apply in the order listed."""

    from_: Sql | None = Field(None, alias="from", description="SQL expression.")
    constant: Text | None = Field(None, description="The same value on every row.")
    nulls: list[Text] = Field(
        default_factory=list, description="Texts that mean: no value."
    )
    extract: str | None = Field(
        None, description="Keep what the first group of this pattern finds."
    )
    match: list[Pattern] | None = Field(
        None, description="Classify a text: the first pattern that matches decides."
    )
    map: str | dict[Text, Text] | None = Field(
        None, description="Value map, or the name of one in value_maps."
    )
    unmapped: Literal["reject", "empty", "keep"] | Constant = Field(
        "reject", description="What a value neither matched nor mapped becomes."
    )
    format: Texts = Field(
        default_factory=list,
        description="Date formats tried in turn (%d.%m.%Y), or a number: 1.234,56.",
    )
    negate: bool | Sql = Field(False, description="Flip the sign: always, or when.")
    allocate: Allocate | None = None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Tell editors that a plain expression is enough."""
        return {"anyOf": [SCALAR_SCHEMA, handler(core_schema)]}

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        """Read a plain text, number or boolean as the expression."""
        if isinstance(value, str | bool | int | float | Decimal):
            return {"from": value}
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> "Column":
        if (self.from_ is None) == (self.constant is None):
            raise ValueError("needs exactly one of from, constant")
        if self.match is not None and self.map is not None:
            raise ValueError("takes match or map, not both")
        return self


class Unpivot(Part):
    """Columns turned into rows: one row per listed column, value as text."""

    columns: list[str] = Field(min_length=1)
    name: str = Field("name", description="New column with the column's name.")
    value: str = Field("value", description="New column with its value.")
    keep_empty: bool = Field(False, description="Also a row where there is no value.")


class _Select(Part):
    unpivot: Unpivot | None = None
    join: dict[Name, Join] = Field(default_factory=dict)
    where: Sql | None = Field(None, description="Rows to take.")
    group_by: Annotated[list[Sql], BeforeValidator(as_list)] = Field(
        default_factory=list, description="One row per value of these expressions."
    )
    columns: dict[str, Column] = Field(
        default_factory=dict,
        description="Contract column: expression. Above a union: shared by its blocks.",
    )


class Block(_Select):
    """One select: where rows come from and what their columns are."""

    from_: str = Field(alias="from", description="A source.")


class Table(_Select):
    """One contract table: a single block, or the union of several."""

    from_: str | None = Field(None, alias="from", description="A source.")
    union: list[Block] | None = Field(None, min_length=1)
    overlap: Literal["first", "last", "reject"] | None = Field(
        None, description="In a union: which block wins where keys occur in several."
    )
    one_row_per: Annotated[list[str], BeforeValidator(as_list)] = Field(
        default_factory=list,
        description="Columns of which equal rows are taken once; unequal ones reject.",
    )

    @model_validator(mode="after")
    def _block_or_union(self) -> "Table":
        if (self.from_ is None) == (self.union is None):
            raise ValueError("needs exactly one of from, union")
        block_only = (self.unpivot, self.join, self.where, self.group_by)
        if self.union is not None and any(block_only):
            raise ValueError("put unpivot, join, where, group_by into the union blocks")
        if self.union is None and self.overlap is not None:
            raise ValueError("overlap needs a union")
        return self

    def blocks(self) -> list[tuple[tuple[str | int, ...], Block]]:
        """List the blocks with their place below the table in the mapping."""
        if self.union is None:
            block = Block.model_construct(
                from_=self.from_ or "",
                unpivot=self.unpivot,
                join=self.join,
                where=self.where,
                group_by=self.group_by,
                columns=self.columns,
            )
            return [((), block)]
        return [
            (
                ("union", number),
                block.model_copy(update={"columns": {**self.columns, **block.columns}}),
            )
            for number, block in enumerate(self.union)
        ]


class Mapping(Part):
    """A company: its files, and the contract tables made of them."""

    version: Literal[1]
    company: Name
    settings: Settings
    policy: str | None = Field(
        None, description="Directory beside the mapping with policy_*.csv overlays."
    )
    formats: dict[Name, Format] = Field(default_factory=dict)
    sources: dict[Name, Source] = Field(min_length=1)
    value_maps: dict[Name, dict[Text, Text]] = Field(default_factory=dict)
    tables: dict[str, Table] = Field(min_length=1)
    absent: dict[str, str] = Field(
        default_factory=dict,
        description="Tables (gl__* for several) the company lacks, with the reason.",
    )
    waived_checks: dict[str, Waiver] = Field(
        default_factory=dict,
        description="Checks that the company's ledger is known to break, by code.",
    )


MappingDocument = Document[Mapping]
