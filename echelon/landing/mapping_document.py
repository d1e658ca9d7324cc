"""Is this mapping file well formed? Reads it and remembers the line of every key."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.landing import mapping as language
from echelon.landing.mapping import Mapping
from echelon.spelling import suggest

Key = tuple[str | int, ...]


@dataclass(frozen=True)
class MappingDocument:
    """A mapping and where each of its keys stands.

    Attributes:
        path: The mapping file.
        mapping: What it says.
        lines: 1-based line per key path, such as ``("tables", "erp__products")``.
    """

    path: Path
    mapping: Mapping
    lines: dict[Key, int]

    def configuration_error(
        self, code: str, key: Key, message: str, hint: str | None = None
    ) -> EchelonError:
        """Make the error of a mapping that is wrong in itself."""
        fault = _fault(self.path, self.lines, key, (code, message, hint))
        return EchelonError(ExitCode.CONFIGURATION, fault)

    def input_error(
        self, code: str, key: Key, message: str, hint: str | None = None
    ) -> EchelonError:
        """Make the error of a source that is not as the mapping says."""
        fault = _fault(self.path, self.lines, key, (code, message, hint))
        return EchelonError(ExitCode.INPUT_REJECTED, fault)


def read_mapping(path: Path) -> MappingDocument:
    """Read a mapping file and check its form.

    Args:
        path: The YAML file.

    Returns:
        The mapping with the line of every key.

    Raises:
        EchelonError: CONFIGURATION, naming line and key of the first fault.
    """
    try:
        text = path.read_text("utf-8-sig")
        yaml = YAML(typ="safe", pure=True)
        lines: dict[Key, int] = {}
        _collect_lines(YAML(typ="safe", pure=True).compose(text), (), lines)
        content = yaml.load(text)
    except OSError as error:
        fault = Fault("mapping_not_found", "cannot read the mapping file", str(path))
        raise EchelonError(ExitCode.CONFIGURATION, fault) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise _yaml_error(path, error) from error
    try:
        return MappingDocument(path, Mapping.model_validate(content), lines)
    except ValidationError as error:
        raise _form_error(path, lines, error) from error


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


def _fault(
    path: Path, lines: dict[Key, int], key: Key, what: tuple[str, str, str | None]
) -> Fault:
    code, message, hint = what
    return Fault(
        code=code,
        message=message,
        file=str(path),
        line=_line_of(lines, key),
        column=".".join(str(part) for part in key) or None,
        rule="mapping",
        hint=hint,
    )


def _line_of(lines: dict[Key, int], key: Key) -> int | None:
    for length in range(len(key), 0, -1):
        if key[:length] in lines:
            return lines[key[:length]]
    return 1


def _yaml_error(path: Path, error: Exception) -> EchelonError:
    code, message, line = "mapping_not_yaml", "not readable as YAML", None
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        line = error.problem_mark.line + 1
        message = (error.problem or message).partition("\n")[0]
        if "duplicate key" in message:
            code, message = "duplicate_key", message.partition(" with value")[0]
    fault = Fault(code, message, str(path), line, rule="mapping")
    return EchelonError(ExitCode.CONFIGURATION, fault)


def _form_error(
    path: Path, lines: dict[Key, int], error: ValidationError
) -> EchelonError:
    """Report the first fault in file order; pydantic lists them in model order."""
    faults = [
        _fault(path, lines, _known_key(lines, detail["loc"]), _describe(detail))
        for detail in error.errors()
    ]
    faults.sort(key=lambda fault: (fault.line or 0, fault.column or ""))
    return EchelonError(ExitCode.CONFIGURATION, faults[0])


def _known_key(lines: dict[Key, int], location: Key) -> Key:
    """Cut off what pydantic adds below the last key that stands in the file."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            rest = location[length : length + 1]
            return location[:length] + tuple(part for part in rest if _is_key(part))
    return location


def _is_key(part: str | int) -> bool:
    return isinstance(part, str) and part in _language_keys()


def _describe(detail: ErrorDetails) -> tuple[str, str, str | None]:
    kind, name = detail["type"], str(detail["loc"][-1]) if detail["loc"] else ""
    if kind == "extra_forbidden":
        return "unknown_key", f"unknown key {name}", suggest(name, _language_keys())
    if kind == "missing":
        return "missing_key", f"{name} is missing", None
    message = str(detail["msg"]).removeprefix("Value error, ")
    return "wrong_type", message[:1].lower() + message[1:], None


def _language_keys() -> list[str]:
    models = [item for item in vars(language).values() if isinstance(item, type)]
    return sorted(
        {
            field.alias or name
            for model in models
            if issubclass(model, BaseModel)
            for name, field in model.model_fields.items()
        }
    )
