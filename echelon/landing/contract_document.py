"""Which parts of the Open Data Contract Standard (v3) may a contract file use?"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_SQL_TYPE = r"^(varchar|bigint|date|timestamp|boolean|decimal\(\d{1,2},\s?\d{1,2}\))$"


class _Strict(BaseModel):
    """A mapping that knows its keys: a misspelled key is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", strict=True)


class CustomProperty(_Strict):
    """A property of ours that the standard has no word for."""

    property: str
    value: str | bool | int | float


class QualityArguments(_Strict):
    """The closed list of a column."""

    valid_values: Annotated[list[str], Field(alias="validValues", min_length=1)]


class QualityRule(_Strict):
    """The only library rule in use: no value outside a closed list."""

    type: Literal["library"]
    metric: Literal["invalidValues"]
    arguments: QualityArguments
    must_be: Annotated[Literal[0], Field(alias="mustBe")]


class Relationship(_Strict):
    """The ``table.column`` in which a column's values should exist."""

    to: Annotated[str, Field(pattern=r"^\w+\.\w+$")]


class SchemaColumn(_Strict):
    """One column of a table."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    logical_type: Annotated[str, Field(alias="logicalType")]
    physical_type: Annotated[str, Field(alias="physicalType", pattern=_SQL_TYPE)]
    description: str | None = None
    primary_key: Annotated[bool, Field(alias="primaryKey")] = False
    key_position: Annotated[int, Field(alias="primaryKeyPosition")] = -1
    required: bool = False
    quality: Annotated[list[QualityRule], Field(max_length=1)] = []
    relationships: Annotated[list[Relationship], Field(max_length=1)] = []
    custom: Annotated[list[CustomProperty], Field(alias="customProperties")] = []


class SchemaTable(_Strict):
    """One table of a contract."""

    name: Annotated[str, Field(pattern=r"^[a-z]+__[a-z][a-z0-9_]*$")]
    physical_type: Annotated[Literal["table"], Field(alias="physicalType")]
    description: Annotated[str, Field(pattern=r"^Grain: ")]
    custom: Annotated[list[CustomProperty], Field(alias="customProperties")]
    columns: Annotated[list[SchemaColumn], Field(alias="properties", min_length=1)]


class TeamMember(_Strict):
    """Who answers for the contract."""

    username: str
    role: str


class Team(_Strict):
    """The people of a contract; one of them owns it."""

    members: Annotated[list[TeamMember], Field(min_length=1)]


class ContractDocument(_Strict):
    """One contract file: the landing tables of one source system."""

    api_version: Annotated[str, Field(alias="apiVersion", pattern=r"^v3\.\d+\.\d+$")]
    kind: Literal["DataContract"]
    id: str
    name: str
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    status: Literal["proposed", "draft", "active", "deprecated", "retired"]
    team: Team
    tables: Annotated[list[SchemaTable], Field(alias="schema", min_length=1)]
