"""In what order are records joined where a guard may object? Strongest pair first."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.identity.bridges import weak_bridges
from echelon.identity.evidence import (
    MUST_MERGE,
    RANK_DECISION,
    RANK_KEY,
    RANK_MODEL,
    Evidence,
)
from echelon.identity.policy import Guards

Ints = NDArray[np.int64]
PARTED = "kept apart by a steward"


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Return the smallest record of each record's connected component."""
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    return np.asarray(first[label], np.int64)


@dataclass(frozen=True)
class Edges:
    """The evidence's edges as arrays, strongest first."""

    left: Ints
    right: Ints
    rank: Ints
    probability: NDArray[np.float64]
    is_joining: NDArray[np.bool_]


@dataclass
class _Group:
    """A cluster under way."""

    members: list[int]
    units: int
    values: dict[str, set[str]] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


class Joiner:
    """Joins the edges of troubled components one by one."""

    def __init__(
        self, evidence: Evidence, edges: Edges, guards: Guards, records: Ints
    ) -> None:
        self.edges = edges
        self.guards = guards
        self.reasons: dict[int, str] = {}
        self.never: dict[int, set[int]] = defaultdict(set)
        for left, right in evidence.never:
            self.never[left].add(right)
            self.never[right].add(left)
        self.keys = evidence.keys
        self.group: dict[int, _Group] = {
            int(record): _Group([int(record)], 1) for record in records
        }
        for source in guards.one_record_per_source:
            for record, group in self.group.items():
                if evidence.sources[record] == source:
                    group.sources[source] = 1
        for record, value, kind in zip(
            evidence.vetoes["record"].to_pylist(),
            evidence.vetoes["value"].to_pylist(),
            evidence.vetoes["kind"].to_pylist(),
            strict=True,
        ):
            if record in self.group:
                self.group[record].values[kind] = {value}
        self.links: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.used: list[int] = []

    def join(self, numbers: Ints) -> None:
        """Join along the edges, given strongest first, then cut weak bridges."""
        for number in numbers.tolist():
            left, right = int(self.edges.left[number]), int(self.edges.right[number])
            if self.group[left] is self.group[right]:
                self.used.append(number)
                continue
            reason = self._objection(number, left, right)
            if reason:
                self.reasons[number] = reason
            else:
                self.used.append(number)
                self._merge(number, left, right)
        self._cut_bridges()

    def roots(self) -> dict[int, int]:
        """Return the smallest record of each record's group."""
        return {record: min(group.members) for record, group in self.group.items()}

    def _objection(self, number: int, left: int, right: int) -> str:
        ours, theirs = self.group[left], self.group[right]
        rank = int(self.edges.rank[number])
        smaller, larger = sorted((ours, theirs), key=lambda one: len(one.members))
        parted = any(
            not self.never[member].isdisjoint(larger.members)
            for member in smaller.members
            if member in self.never
        )
        if rank == RANK_DECISION:
            if parted:
                raise self._contradiction(left, right)
            return ""
        if parted:
            return PARTED
        for kind in sorted(set(ours.values) & set(theirs.values)):
            both = ours.values[kind] | theirs.values[kind]
            if len(both) > max(len(ours.values[kind]), len(theirs.values[kind])):
                return f"different {kind.partition(' ')[0]}"
        # A link or a sure key says more than the rule that sources hold one each.
        is_guess = rank == RANK_MODEL or (
            rank == RANK_KEY and self.edges.probability[number] < 1
        )
        shared = sorted(set(ours.sources) & set(theirs.sources))
        if is_guess and shared:
            return f"two records of {shared[0]}"
        if rank == RANK_MODEL and self._is_chain(ours, theirs):
            return "cluster cap"
        return ""

    def _is_chain(self, ours: _Group, theirs: _Group) -> bool:
        """Say whether a join exceeds the cap and rests on few pairs.

        Records joined by keys count once: a customer with many sites is no chain.
        """
        if ours.units + theirs.units <= self.guards.cluster_cap:
            return False
        members = set(theirs.members)
        pairs = sum(
            1
            for number in self._edges_of(ours.members)
            if int(self.edges.left[number]) in members
            or int(self.edges.right[number]) in members
        )
        return 2 * pairs < len(ours.members) * len(theirs.members)

    def _edges_of(self, members: list[int]) -> list[int]:
        if not hasattr(self, "_by_record"):
            self._by_record: dict[int, list[int]] = defaultdict(list)
            for number in np.flatnonzero(self.edges.is_joining).tolist():
                left, right = self.edges.left[number], self.edges.right[number]
                if int(left) in self.group:
                    self._by_record[int(left)].append(number)
                    self._by_record[int(right)].append(number)
        return [number for member in members for number in self._by_record[member]]

    def _merge(self, number: int, left: int, right: int) -> None:
        ours, theirs = self.group[left], self.group[right]
        if len(ours.members) < len(theirs.members):
            ours, theirs = theirs, ours
        is_certain = self.edges.rank[number] != RANK_MODEL
        ours.units = max(ours.units + theirs.units - int(is_certain), 1)
        ours.members += theirs.members
        for kind, values in theirs.values.items():
            ours.values[kind] = ours.values.get(kind, set()) | values
        for source, count in theirs.sources.items():
            ours.sources[source] = ours.sources.get(source, 0) + count
        for member in theirs.members:
            self.group[member] = ours

    def _cut_bridges(self) -> None:
        """Part groups that a single weak pair holds together; it goes to review."""
        by_group: dict[int, list[int]] = defaultdict(list)
        for number in self.used:
            by_group[id(self.group[int(self.edges.left[number])])].append(number)
        for numbers in by_group.values():
            weak = {
                number
                for number in numbers
                if self.edges.rank[number] == RANK_MODEL
                and self.edges.probability[number] < self.guards.bridge_probability
            }
            pairs = {
                number: (int(self.edges.left[number]), int(self.edges.right[number]))
                for number in numbers
            }
            for number in weak_bridges(pairs, weak):
                self.reasons[number] = "bridge"
            if any(number in self.reasons for number in numbers):
                self._rebuild(numbers)

    def _rebuild(self, numbers: list[int]) -> None:
        """Group the members of a cut group anew by the edges that are left."""
        group = self.group[int(self.edges.left[numbers[0]])]
        members = sorted(group.members)
        place = {member: at for at, member in enumerate(members)}
        kept = [number for number in numbers if number not in self.reasons]
        left = np.asarray([place[int(self.edges.left[n])] for n in kept], np.int64)
        right = np.asarray([place[int(self.edges.right[n])] for n in kept], np.int64)
        parts: dict[int, _Group] = {}
        for at, root in enumerate(components(len(members), left, right).tolist()):
            part = parts.setdefault(root, _Group([], 1))
            part.members.append(members[at])
            self.group[members[at]] = part

    def _contradiction(self, left: int, right: int) -> EchelonError:
        fault = Fault(
            "contradictory_decisions",
            f"{self.keys[left]} and {self.keys[right]} are both to be merged and to "
            "be kept apart, directly or through other decisions",
            rule=MUST_MERGE,
            hint="end one of the decisions",
        )
        return EchelonError(ExitCode.CONFIGURATION, fault)
