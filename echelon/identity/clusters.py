"""Which records end up in one cluster? Joins the strongest evidence first, with guards.

Components without any conflict are taken as they are. In the others pairs are joined
one by one, strongest first, unless a join would break a guard; so the result depends on
the evidence alone, and a component does not depend on records outside it.
"""

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
    RANK_MODEL,
    Evidence,
)
from echelon.identity.settings import Guards, Thresholds

MERGED, QUEUED, REJECTED, VETOED = "merged", "queued", "rejected", "vetoed"
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Edges:
    """The evidence's edges as arrays, strongest first."""

    left: Ints
    right: Ints
    rank: Ints
    probability: NDArray[np.float64]
    is_joining: NDArray[np.bool_]


@dataclass(frozen=True)
class Clustering:
    """The result, in the order of the evidence.

    Attributes:
        root: Smallest record number of the cluster, per record.
        decisions: merged, queued, rejected or vetoed, per edge.
        reasons: Why, per edge; empty where the probability says it.
    """

    root: Ints
    decisions: list[str]
    reasons: list[str]


@dataclass
class _Group:
    """A cluster under way."""

    members: list[int]
    units: int
    values: dict[str, set[str]] = field(default_factory=dict)
    sources: dict[str, int] = field(default_factory=dict)


def cluster(evidence: Evidence, guards: Guards, thresholds: Thresholds) -> Clustering:
    """Join records into clusters.

    Args:
        evidence: Edges, vetoes and decisions.
        guards: Cluster cap, bridges, one record per source.
        thresholds: From which probability a pair joins.

    Returns:
        The cluster of each record and what became of each edge.

    Raises:
        EchelonError: CONFIGURATION, if a steward both joins and parts two records.
    """
    edges = _edges(evidence, thresholds)
    size = len(evidence.keys)
    joining = np.flatnonzero(edges.is_joining)
    component = components(size, edges.left[joining], edges.right[joining])
    troubled = _troubled(evidence, edges, component, guards)
    reasons: dict[int, str] = {}
    root = component.copy()
    in_trouble = joining[troubled[component[edges.left[joining]]]]
    if len(in_trouble):
        joiner = _Joiner(evidence, edges, guards, np.flatnonzero(troubled[component]))
        joiner.join(in_trouble)
        reasons = joiner.reasons
        for record, smallest in joiner.roots().items():
            root[record] = smallest
    return _decide(edges, root, reasons, evidence, thresholds)


def components(size: int, left: Ints, right: Ints) -> Ints:
    """Return the smallest record of each record's connected component."""
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    return np.asarray(first[label], np.int64)


def _edges(evidence: Evidence, thresholds: Thresholds) -> Edges:
    table = evidence.edges
    rank = table["rank"].to_numpy().astype(np.int64)
    probability = table["match_probability"].to_numpy().astype(np.float64)
    accepted = np.asarray(table["is_accepted"].to_pylist(), dtype=bool)
    return Edges(
        left=table["record_l"].to_numpy().astype(np.int64),
        right=table["record_r"].to_numpy().astype(np.int64),
        rank=rank,
        probability=probability,
        is_joining=accepted
        & ((rank != RANK_MODEL) | (probability >= thresholds.merge)),
    )


def _troubled(
    evidence: Evidence, edges: Edges, component: Ints, guards: Guards
) -> NDArray[np.bool_]:
    """Flag, by component root, components in which some guard may have a say."""
    size = len(component)
    flags = np.zeros(size, bool)
    seen: dict[tuple[int, str], str] = {}
    for record, value, kind in zip(
        evidence.vetoes["record"].to_pylist(),
        evidence.vetoes["value"].to_pylist(),
        evidence.vetoes["kind"].to_pylist(),
        strict=True,
    ):
        root = int(component[record])
        if seen.setdefault((root, kind), value) != value:
            flags[root] = True
    for left, right in evidence.never:
        flags[component[left]] |= component[left] == component[right]
    flags[component[evidence.alone]] = True
    sizes = np.bincount(component, minlength=size)
    flags |= sizes > guards.cluster_cap
    is_weak = (
        edges.is_joining
        & (edges.rank == RANK_MODEL)
        & (edges.probability < guards.bridge_probability)
    )
    roots = component[edges.left[is_weak]]
    flags[roots[sizes[roots] >= 4]] = True
    for source in guards.one_record_per_source:
        held = np.asarray([name == source for name in evidence.sources], bool)
        flags |= np.bincount(component[held], minlength=size) > 1
    return flags


class _Joiner:
    """Joins the edges of troubled components one by one."""

    def __init__(
        self, evidence: Evidence, edges: Edges, guards: Guards, records: Ints
    ) -> None:
        self.edges = edges
        self.guards = guards
        self.reasons: dict[int, str] = {}
        self.alone = set(evidence.alone)
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
        ) or any(
            member in self.alone for one in (ours, theirs) for member in one.members
        )
        if rank == RANK_DECISION:
            if parted:
                raise self._contradiction(left, right)
            return ""
        if parted:
            return "kept apart by a steward"
        for kind in sorted(set(ours.values) & set(theirs.values)):
            both = ours.values[kind] | theirs.values[kind]
            if len(both) > max(len(ours.values[kind]), len(theirs.values[kind])):
                return f"different {kind.partition('_key')[0]}"
        for source in sorted(set(ours.sources) & set(theirs.sources)):
            return f"two records of {source}"
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


def _decide(
    edges: Edges,
    root: Ints,
    reasons: dict[int, str],
    evidence: Evidence,
    thresholds: Thresholds,
) -> Clustering:
    """Say what became of each edge, now that the clusters are known."""
    together = (root[edges.left] == root[edges.right]).tolist()
    conflicts = _conflicting(evidence, edges)
    decisions, texts = [], []
    accepted = evidence.edges["is_accepted"].to_pylist()
    for number, is_together in enumerate(together):
        reason = reasons.get(number, "")
        if is_together:
            decision = MERGED
            reason = "" if edges.is_joining[number] else "joined through other pairs"
        elif reason in ("cluster cap", "bridge") or reason.startswith("two records"):
            decision = QUEUED
        elif reason == "kept apart by a steward":
            decision = REJECTED
        elif reason or number in conflicts:
            decision, reason = VETOED, reason or conflicts[number]
        elif not accepted[number]:
            decision, reason = REJECTED, "not accepted"
        else:
            decision = QUEUED
        decisions.append(decision)
        texts.append(reason)
    return Clustering(root, decisions, texts)


def _conflicting(evidence: Evidence, edges: Edges) -> dict[int, str]:
    """Find the edges whose own two records differ in a veto value."""
    values: dict[str, dict[int, str]] = defaultdict(dict)
    for record, value, kind in zip(
        evidence.vetoes["record"].to_pylist(),
        evidence.vetoes["value"].to_pylist(),
        evidence.vetoes["kind"].to_pylist(),
        strict=True,
    ):
        values[kind][record] = value
    found: dict[int, str] = {}
    for kind, held in sorted(values.items()):
        records = np.asarray(sorted(held), np.int64)
        both = np.isin(edges.left, records) & np.isin(edges.right, records)
        for number in np.flatnonzero(both).tolist():
            if held[int(edges.left[number])] != held[int(edges.right[number])]:
                found.setdefault(number, f"different {kind.partition('_key')[0]}")
    return found
