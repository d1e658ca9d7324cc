"""Is this YAML file what its model says? Errors name file, line and key."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.spelling import suggest

Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Document(Generic[Model]):
    """A YAML file's content and where each of its keys stands.

    Attributes:
        path: The file.
        kind: What the file is in one word, such as ``mapping``; the rule of its errors.
        content: What it says.
        lines: 1-based line per key path, such as ``("blocking", "rules", 0)``.
    """

    path: Path
    kind: str
    content: Model
    lines: dict[Key, int]

    def configuration_error(
        self, code: str, key: Key, message: str, hint: str | None = None
    ) -> EchelonError:
        """Make the error of a document that is wrong in itself."""
        fault = self._fault(code, key, message, hint or _correct(self.kind))
        return EchelonError(ExitCode.CONFIGURATION, fault)

    def input_error(
        self, code: str, key: Key, message: str, hint: str | None = None
    ) -> EchelonError:
        """Make the error of a source that is not as the document says."""
        remedy = hint or f"correct the source, or what the {self.kind} says of it"
        fault = self._fault(code, key, message, remedy)
        return EchelonError(ExitCode.INPUT_REJECTED, fault)

    def _fault(self, code: str, key: Key, message: str, hint: str) -> Fault:
        return Fault(
            code,
            message,
            str(self.path),
            _line_of(self.lines, key),
            ".".join(str(part) for part in key) or None,
            rule=self.kind,
            hint=hint,
        )


def read_document(path: Path, model: type[Model], kind: str) -> Document[Model]:
    """Read a YAML file and check its form.

    Args:
        path: The file.
        model: The pydantic model of its content.
        kind: What the file is in one word.

    Returns:
        The content with the line of every key.

    Raises:
        EchelonError: CONFIGURATION, naming line and key of the first fault.
    """
    try:
        text = path.read_text("utf-8-sig")
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
        content = yaml.constructor.construct_document(node) if node else None
    except OSError as error:
        message = f"cannot read the {kind} file"
        hint = "name a file that is there and that this account may read"
        fault = Fault(f"{kind}_not_found", message, str(path), rule=kind, hint=hint)
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise _yaml_error(path, kind, error) from error
    _require_whole_characters(path, kind, node)
    lines: dict[Key, int] = {}
    _collect_lines(node, (), lines)
    try:
        checked = model.model_validate({} if content is None else content)
    except ValidationError as error:
        unchecked = Document(path, kind, model.model_construct(), lines)
        raise _form_error(unchecked, error) from error
    return Document(path, kind, checked, lines)


def _require_whole_characters(path: Path, kind: str, node: Node | None) -> None:
    r"""Refuse a text such as "\uD800", half a character that no file can hold."""
    for scalar in _scalars(node):
        if any("\ud800" <= character <= "\udfff" for character in scalar.value):
            line = scalar.start_mark.line + 1
            message = "a text holds half a character, from \\uD800 to \\uDFFF"
            raise _not_readable(path, kind, f"{kind}_not_yaml", message, line)


def _scalars(node: Node | None) -> Iterator[ScalarNode]:
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, MappingNode):
        for pair in node.value:
            for part in pair:
                yield from _scalars(part)
    elif isinstance(node, SequenceNode):
        for item in node.value:
            yield from _scalars(item)


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


def _yaml_error(path: Path, kind: str, error: Exception) -> EchelonError:
    code, message, line = f"{kind}_not_yaml", "not readable as YAML", None
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        message = (error.problem or message).partition("\n")[0]
        if "duplicate key" in message:
            code, message = "duplicate_key", message.partition(" with value")[0]
    return _not_readable(path, kind, code, message, line)


def _not_readable(
    path: Path, kind: str, code: str, message: str, line: int | None
) -> EchelonError:
    hint = _correct(kind)
    fault = Fault(code, message, str(path), line, rule=kind, hint=hint)
    return EchelonError(ExitCode.CONFIGURATION, fault)


def _correct(kind: str) -> str:
    return f"correct the {kind} there and start again"


def _form_error(document: Document[Model], error: ValidationError) -> EchelonError:
    """Report the first fault in file order; pydantic lists them in model order."""
    known = _keys_of(type(document.content))
    errors = [
        document.configuration_error(
            code, _known_key(document.lines, detail["loc"], known), message, hint
        )
        for detail in error.errors()
        for code, message, hint in [_describe(detail, known)]
    ]
    return min(errors, key=lambda one: (one.fault.line or 0, one.fault.column or ""))


def _known_key(lines: dict[Key, int], location: Key, known: list[str]) -> Key:
    """Cut off what pydantic adds below the last key that stands in the file."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            rest = location[length : length + 1]
            return location[:length] + tuple(part for part in rest if part in known)
    return location


def _describe(detail: ErrorDetails, known: list[str]) -> tuple[str, str, str | None]:
    kind, name = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        return "unknown_key", f"unknown key {name}", suggest(name, known)
    if kind == "missing":
        return "missing_key", f"{name} is missing", None
    message = str(detail["msg"]).removeprefix("Value error, ")
    return "wrong_value", message[:1].lower() + message[1:], None


def _keys_of(model: type[BaseModel]) -> list[str]:
    """List every key of the language: of all models beside this one."""
    beside = vars(sys.modules[model.__module__]).values()
    return sorted(
        {
            field.alias or name
            for item in beside
            if isinstance(item, type) and issubclass(item, BaseModel)
            for name, field in item.model_fields.items()
        }
    )
