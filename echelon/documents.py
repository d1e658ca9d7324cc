"""Is this YAML file what its model says? Errors name file, line and key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.spelling import suggest

Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document(Generic[Model]):
    """A YAML file's content and where each of its keys stands.

    Attributes:
        path: The file.
        content: What it says.
        lines: 1-based line per key path, such as ``("blocking", "rules", 0)``.
    """

    path: Path
    content: Model
    lines: dict[Key, int]

    def error(
        self, code: str, key: Key, message: str, hint: str | None = None
    ) -> EchelonError:
        """Make the configuration error of a key that says what cannot be."""
        column = ".".join(str(part) for part in key) or None
        fault = Fault(
            code, message, str(self.path), _line_of(self.lines, key), column, hint=hint
        )
        return EchelonError(ExitCode.CONFIGURATION, fault)


def read_document(path: Path, model: type[Model]) -> Document[Model]:
    """Read a YAML file and check its form.

    Args:
        path: The file.
        model: The pydantic model of its content.

    Returns:
        The content with the line of every key.

    Raises:
        EchelonError: CONFIGURATION, naming line and key of the first fault.
    """
    try:
        text = path.read_text("utf-8-sig")
        lines: dict[Key, int] = {}
        _collect_lines(YAML(typ="safe", pure=True).compose(text), (), lines)
        content = YAML(typ="safe", pure=True).load(text)
    except OSError as error:
        fault = Fault("file_not_found", "cannot read the file", str(path))
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise _yaml_error(path, error) from error
    try:
        checked = model.model_validate({} if content is None else content)
    except ValidationError as error:
        raise _form_error(path, lines, model, error) from error
    return Document(path, checked, lines)


def _collect_lines(node: Node | None, key: Key, lines: dict[Key, int]) -> None:
    if isinstance(node, MappingNode):
        for name_node, value_node in node.value:
            name = (*key, str(name_node.value))
            lines[name] = name_node.start_mark.line + 1
            _collect_lines(value_node, name, lines)
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*key, number)] = item.start_mark.line + 1
            _collect_lines(item, (*key, number), lines)


def _line_of(lines: dict[Key, int], key: Key) -> int:
    for length in range(len(key), 0, -1):
        if key[:length] in lines:
            return lines[key[:length]]
    return 1


def _yaml_error(path: Path, error: Exception) -> EchelonError:
    code, message, line = "not_yaml", "not readable as YAML", None
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        message = (error.problem or message).partition("\n")[0]
        if "duplicate key" in message:
            code, message = "duplicate_key", message.partition(" with value")[0]
    return EchelonError(ExitCode.CONFIGURATION, Fault(code, message, str(path), line))


def _form_error(
    path: Path, lines: dict[Key, int], model: type[BaseModel], error: ValidationError
) -> EchelonError:
    """Report the first fault in file order; pydantic lists them in model order."""
    faults = []
    for detail in error.errors():
        key = detail["loc"]
        code, message, hint = _describe(detail, model)
        column = ".".join(str(part) for part in key) or None
        line = _line_of(lines, key)
        faults.append(Fault(code, message, str(path), line, column, hint=hint))
    faults.sort(key=lambda fault: (fault.line or 0, fault.column or ""))
    return EchelonError(ExitCode.CONFIGURATION, faults[0])


def _describe(
    detail: ErrorDetails, model: type[BaseModel]
) -> tuple[str, str, str | None]:
    kind, name = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        return "unknown_key", f"unknown key {name}", suggest(name, _keys_of(model))
    if kind == "missing":
        return "missing_key", f"{name} is missing", None
    message = str(detail["msg"]).removeprefix("Value error, ")
    return "wrong_value", message[:1].lower() + message[1:], None


def _keys_of(model: type[BaseModel]) -> list[str]:
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})
