"""What does the compiled dbt project build, and in what order?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any

MARTS = "models/marts/"
SEED, TABLE, VIEW, TEST = "seed", "table", "view", "test"
# Resources, kinds and settings that `build` knows.
BUILDABLE: tuple[object, ...] = (
    *(SEED, "model", TABLE, VIEW, TEST),
    *("ERROR", "!= 0", "count(*)", "not_null", None, []),
)


@dataclass(frozen=True)
class Node:
    """A seed, model or data test as dbt compiled it.

    Attributes:
        unique_id: dbt's name of it, such as ``model.echelon.dim_customers``.
        name: Its own name.
        kind: ``seed``, ``table``, ``view`` or ``test``.
        schema: Schema of its relation.
        file: File below ``dbt_project``; of a seed the file below ``seeds``.
        sql: Compiled select; empty for a seed.
        types: Declared type per column, in order.
        filled: Columns that may not be null.
        is_contracted: Whether the columns must be those declared, no more, no less.
        parents: What it reads, seeds and models only.
        reads: What it reads, sources too, as ``schema.table``.
        tests: Of a data test what is tested, of what it reads: the relation a generic
            test is attached to; every mart that another one reads.
        requires: Contract tables without which it has no rows, as a gate's.
        is_never_empty: Whether it has rows as soon as what it requires was delivered.
        policy: Of a data test the seed whose rows are wrong when it fails; None where
            it judges facts.
        rule: Of a generic test its name, such as ``accepted_values``; else empty.
        asked: Its arguments.
    """

    unique_id: str
    name: str
    kind: str
    schema: str
    file: str
    sql: str
    types: Mapping[str, str]
    filled: frozenset[str]
    is_contracted: bool
    parents: tuple[str, ...]
    reads: tuple[str, ...]
    tests: tuple[str, ...]
    requires: tuple[str, ...]
    is_never_empty: bool
    policy: str | None = None
    rule: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where its rows are, as ``schema.table``."""
        return f"{self.schema}.{self.name}"


def read_nodes(manifest: Mapping[str, Any]) -> list[Node]:
    """Read what a compiled project builds, each after all that it reads.

    Args:
        manifest: dbt's ``manifest.json`` after ``dbt compile``.

    Returns:
        Seeds, models and data tests; a test right after the last of what it
        tests, those of one column before the others.

    Raises:
        ValueError: A node is of a kind, or has a setting, that a refresh cannot build.
    """
    known = {**manifest.get("sources", {}), **manifest["nodes"]}
    nodes = {
        unique_id: _node(known, unique_id) for unique_id in sorted(manifest["nodes"])
    }
    tests = [node for node in nodes.values() if node.kind == TEST]
    # Those of one column first: they say more, and what fails ends the others.
    tests.sort(key=lambda test: "column_name" not in test.asked)
    relations = TopologicalSorter(
        {node.unique_id: node.parents for node in nodes.values() if node.kind != TEST}
    ).static_order()
    ordered: list[Node] = []
    built: set[str] = set()
    for unique_id in relations:
        ordered.append(nodes[unique_id])
        built.add(unique_id)
        ordered += [
            test
            for test in tests
            if unique_id in test.parents and built.issuperset(test.parents)
        ]
    lost = sorted(nodes.keys() - {node.unique_id for node in ordered})
    if lost:
        raise ValueError(f"{lost[0]}: it reads no seed or model, so nothing runs it")
    return ordered


def select_nodes(nodes: Iterable[Node], wanted: set[str]) -> list[Node]:
    """Take some seeds and models, and the tests that can run once these are built.

    Args:
        nodes: What ``read_nodes`` returned.
        wanted: Unique ids of seeds and models.

    Returns:
        The wanted ones, each followed by the tests that it is the last parent of.
    """
    selected: list[Node] = []
    is_wanted = False
    for node in nodes:
        if node.kind != TEST:
            is_wanted = node.unique_id in wanted
        if is_wanted:
            selected.append(node)
    return selected


def closed_lists(manifest: Mapping[str, Any]) -> dict[str, dict[str, frozenset[str]]]:
    """List the values of each column that its test lets have no others.

    Args:
        manifest: dbt's ``manifest.json``.

    Returns:
        Values by column, by ``schema.table``.
    """
    nodes = manifest["nodes"]
    lists: dict[str, dict[str, frozenset[str]]] = {}
    for entry in nodes.values():
        test = entry.get("test_metadata") or {}
        tested = nodes.get(entry.get("attached_node"))
        is_list = test.get("name") == "accepted_values"
        if is_list and tested is not None and not entry["config"].get("where"):
            asked, table = test["kwargs"], _address(tested)
            values = frozenset(map(str, asked["values"]))
            lists.setdefault(table, {})[asked["column_name"]] = values
    return lists


def _node(known: Mapping[str, Any], unique_id: str) -> Node:
    """Read one entry of the manifest, given its nodes and sources."""
    entry = known[unique_id]
    config, meta = entry["config"], entry["config"].get("meta", {})
    reads = entry["depends_on"].get("nodes", [])
    _refuse_unbuildable(entry)
    is_seed = config["materialized"] == SEED
    columns = entry["columns"].values()
    declared = {column["name"]: column["data_type"] for column in columns}
    generic = entry.get("test_metadata") or {}
    return Node(
        unique_id=entry["unique_id"],
        name=entry["name"],
        kind=config["materialized"],
        schema=entry["schema"],
        file=entry["path"] if is_seed else entry["original_file_path"],
        sql=entry.get("compiled_code") or "",
        types=config["column_types"] if is_seed else declared,
        filled=frozenset(
            column["name"] for column in columns if column.get("constraints")
        ),
        is_contracted=bool(config.get("contract", {}).get("enforced")),
        parents=tuple(name for name in reads if not name.startswith("source.")),
        reads=tuple(_address(known[name]) for name in reads),
        tests=tuple(_address(one) for one in _tested(known, entry)),
        requires=tuple(meta.get("requires", [])),
        is_never_empty=bool(meta.get("never_empty")),
        policy=_policy(entry, meta.get("policy")),
        rule=generic.get("name", ""),
        asked=generic.get("kwargs", {}),
    )


def _policy(entry: Mapping[str, Any], declared: str | None) -> str | None:
    """Find the seed a data test judges: what it is attached to, declares, or reads."""
    if entry["resource_type"] != TEST:
        return None
    attached, read = entry.get("attached_node"), entry["depends_on"].get("nodes", [])
    if declared is not None:
        named = [name for name in read if name.endswith(f".{declared}")]
        if not named:
            raise ValueError(f"{entry['unique_id']}: it reads no policy {declared}")
        return str(named[0])
    judged = [attached] if attached else read
    is_seed = len(judged) == 1 and judged[0].startswith("seed.")
    return str(judged[0]) if is_seed else None


def _tested(
    known: Mapping[str, Any], entry: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    if entry["resource_type"] != TEST:
        return []
    if attached := entry.get("attached_node"):
        return [known[attached]]
    read = [known[name] for name in entry["depends_on"].get("nodes", [])]
    return [one for one in read if one["original_file_path"].startswith(MARTS)]


def _address(entry: Mapping[str, Any]) -> str:
    return f"{entry['schema']}.{entry['name']}"


def _refuse_unbuildable(entry: Mapping[str, Any]) -> None:
    """Stop at whatever dbt would do for a node and ``build`` does not."""
    config = entry["config"]
    unknown = [
        f"{name} {value}"
        for name, value in (
            ("resource", entry["resource_type"]),
            ("materialized", config["materialized"]),
            ("severity", config.get("severity", "ERROR")),
            ("error_if", config.get("error_if", "!= 0")),
            ("fail_calc", config.get("fail_calc", "count(*)")),
            ("limit", config.get("limit")),
            *((f"{hook}-hook", config.get(f"{hook}-hook")) for hook in ("pre", "post")),
            *(
                ("constraint", constraint["type"])
                for column in entry["columns"].values()
                for constraint in column.get("constraints", [])
            ),
            *(("constraint", one["type"]) for one in entry.get("constraints", [])),
        )
        if value not in BUILDABLE
    ]
    if unknown:
        raise ValueError(f"{entry['unique_id']}: a refresh knows no {unknown[0]}")
