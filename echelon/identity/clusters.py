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
from echelon.identity.policy import Guards, Thresholds

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
    apart = pc.not_equal(pa.array(clustering.decisions, pa.string()), MERGED)
    refused = edges.filter(pc.and_(keys, apart))
    ends = pa.concat_arrays(
        [refused[name].combine_chunks() for name in ("record_l", "record_r")]
    )
    known = edges.filter(pc.and_(keys, pc.is_in(edges["record_l"], ends)))
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
    accepted = table["is_accepted"].to_numpy().astype(bool)
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
    vetoes = evidence.vetoes
    held_values = (
        pa.table(
            {
                "root": component[vetoes["record"].to_numpy()],
                "kind": vetoes["kind"],
                "value": vetoes["value"],
            }
        )
        .group_by(["root", "kind"])
        .aggregate([("value", "count_distinct")])
    )
    is_mixed = held_values["value_count_distinct"].to_numpy() > 1
    flags[held_values["root"].to_numpy()[is_mixed]] = True
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
    objections = evidence.edges["objection"].fill_null("").to_numpy()
    reason = objections.astype(object)
    decision = np.full(len(reason), QUEUED, object)

    def settle(which: NDArray[np.bool_], as_what: str, why: str) -> None:
        decision[which], reason[which] = as_what, why

    settle(~evidence.edges["is_accepted"].to_numpy(), REJECTED, "not accepted")
    for why, which in _conflicting(evidence, edges).items():
        settle(which, VETOED, why)
    for number, why in reasons.items():
        is_doubt = why in ("cluster cap", "bridge") or why.startswith("two records")
        decision[number] = QUEUED if is_doubt else VETOED
        reason[number] = why
    size = len(root)
    never = [left * size + right for left, right in evidence.never]
    settle(np.isin(edges.left * size + edges.right, never), REJECTED, PARTED)
    settle(reason == PARTED, REJECTED, PARTED)
    together = root[edges.left] == root[edges.right]
    settle(together, MERGED, "")
    settle(together & ~edges.is_joining, MERGED, "joined through other pairs")
    return Clustering(root, decision.tolist(), reason.tolist())


def _conflicting(evidence: Evidence, edges: Edges) -> dict[str, NDArray[np.bool_]]:
    """Flag, by reason, the edges whose own two records differ in a veto value."""
    vetoes = evidence.vetoes
    record = vetoes["record"].to_numpy()
    code = np.unique(vetoes["value"].to_numpy(), return_inverse=True)[1] + 1
    kinds = vetoes["kind"].to_numpy()
    found: dict[str, NDArray[np.bool_]] = {}
    for kind in sorted(set(kinds.tolist()), reverse=True):  # the first has the word
        held = np.zeros(len(evidence.keys), np.int64)
        held[record[kinds == kind]] = code[kinds == kind]
        left, right = held[edges.left], held[edges.right]
        differs = (left != right) & (left > 0) & (right > 0)
        reason = f"different {kind.partition(' ')[0]}"
        found[reason] = found.get(reason, False) | differs
    return found
