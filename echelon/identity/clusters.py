"""Which records end up in one cluster? Joins the strongest evidence first, with guards.

Components without any conflict are taken as they are. In the others pairs are joined
one by one, strongest first, unless a join would break a guard; so the result depends on
the evidence alone, and a component does not depend on records outside it.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from echelon.identity.evidence import RANK_KEY, RANK_MODEL, Evidence
from echelon.identity.joining import PARTED, Edges, Ints, Joiner, components
from echelon.identity.settings import Guards, Thresholds

# How many holders of a key others may hang on, one after another, where the first is
# refused; each costs a pass.
HOLDERS_TRIED = 6
MERGED, QUEUED, REJECTED, VETOED = "merged", "queued", "rejected", "vetoed"


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


def cluster_with_keys(
    evidence: Evidence, guards: Guards, thresholds: Thresholds
) -> tuple[Evidence, Clustering]:
    """Join records into clusters; who may not join a key's first holder tries the next.

    Args:
        evidence: As for ``cluster``; a key's holders hang on its first holder.
        guards: As for ``cluster``.
        thresholds: As for ``cluster``.

    Returns:
        The evidence with the pairs tried beside it, and what became of them.

    Raises:
        EchelonError: What ``cluster`` raises.
    """
    clustering = cluster(evidence, guards, thresholds)
    for _ in range(HOLDERS_TRIED - 1):
        more = _next_holders(evidence.edges, clustering)
        if more is None:
            break
        edges = pa.concat_tables([evidence.edges, more]).sort_by(
            [
                ("rank", "ascending"),
                ("priority", "ascending"),
                ("match_probability", "descending"),
                ("match_weight", "descending"),
                ("record_l", "ascending"),
                ("record_r", "ascending"),
                ("match_rule", "ascending"),
            ]
        )
        evidence = replace(evidence, edges=edges)
        clustering = cluster(evidence, guards, thresholds)
    return evidence, clustering


def _next_holders(edges: pa.Table, clustering: Clustering) -> pa.Table | None:
    """Hang the holders refused by a key's holder on the first of themselves.

    Returns:
        New edges; none where every refused holder has been tried with the others.
    """
    keys = pc.and_(pc.equal(edges["rank"], RANK_KEY), edges["is_accepted"])
    known = edges.filter(keys)
    apart = pc.not_equal(pa.array(clustering.decisions, pa.string()), MERGED)
    refused = edges.filter(pc.and_(keys, apart))
    names = ("match_rule", "record_l", "record_r")
    tried = set(zip(*(known[name].to_pylist() for name in names), strict=True))
    holders: dict[tuple[str, int], list[int]] = defaultdict(list)
    rows, firsts, others = [], [], []
    triples = zip(*(refused[name].to_pylist() for name in names), strict=True)
    for row, (rule, hub, record) in enumerate(triples):
        held = holders[rule, hub]
        held.append(record)  # a key's edges come in the order of their records
        if record != held[0] and (rule, held[0], record) not in tried:
            tried.add((rule, held[0], record))
            rows.append(row)
            firsts.append(held[0])
            others.append(record)
    if not rows:
        return None
    found = refused.take(rows)
    for name, records in (("record_l", firsts), ("record_r", others)):
        at = found.schema.get_field_index(name)
        found = found.set_column(
            at, found.schema.field(at), pa.array(records, pa.int32())
        )
    return found


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
        joiner = Joiner(evidence, edges, guards, np.flatnonzero(troubled[component]))
        joiner.join(in_trouble)
        reasons = joiner.reasons
        for record, smallest in joiner.roots().items():
            root[record] = smallest
    return _decide(edges, root, reasons, evidence, thresholds)


def _edges(evidence: Evidence, thresholds: Thresholds) -> Edges:
    table = evidence.edges
    rank = table["rank"].to_numpy().astype(np.int64)
    probability = table["match_probability"].to_numpy().astype(np.float64)
    accepted = np.asarray(table["is_accepted"].to_pylist(), dtype=bool)
    agreed = table["objection"].is_null().to_numpy()
    return Edges(
        left=table["record_l"].to_numpy().astype(np.int64),
        right=table["record_r"].to_numpy().astype(np.int64),
        rank=rank,
        probability=probability,
        is_joining=accepted
        & agreed
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
    never = set(evidence.never)
    pairs = zip(edges.left.tolist(), edges.right.tolist(), strict=True)
    parted = [pair in never for pair in pairs]
    decisions, texts = [], []
    accepted = evidence.edges["is_accepted"].to_pylist()
    objections = evidence.edges["objection"].to_pylist()
    for number, is_together in enumerate(together):
        reason = reasons.get(number, "")
        if is_together:
            decision = MERGED
            reason = "" if edges.is_joining[number] else "joined through other pairs"
        elif parted[number] or reason == PARTED:
            decision, reason = REJECTED, PARTED
        elif reason in ("cluster cap", "bridge") or reason.startswith("two records"):
            decision = QUEUED
        elif reason or number in conflicts:
            decision, reason = VETOED, reason or conflicts[number]
        elif not accepted[number]:
            decision, reason = REJECTED, "not accepted"
        else:
            decision, reason = QUEUED, objections[number] or ""
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
                found.setdefault(number, f"different {kind.partition(' ')[0]}")
    return found
