"""Which customer id does each cluster of identifiers keep, and which ids are new?

Former customers and today's clusters form a bipartite graph whose edges count the
identifiers they share. Where one customer meets one cluster nothing is to be decided;
that is nearly all of a million identifiers and stays vectorised. Elsewhere, component
by component, the assignment of ids to clusters that keeps most identifiers under their
id is chosen (Hungarian method); of equal ones the one that keeps older ids.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

HISTORY_COLUMNS = ("identifier_key", "customer_id", "valid_from_date", "recorded_at")
CLUSTER_COLUMNS = ("identifier_key", "cluster_key")


@dataclass(frozen=True)
class IdAssignment:
    """The ids in force and what changed against the former ones.

    Attributes:
        customer_ids: ``identifier_key``, ``customer_id``, ``former_customer_id``;
            sorted by identifier.
        events: ``event_type`` (created, merged, split, moved, retired, returned),
            ``from_customer_id``, ``to_customer_id``, ``identifier_count``; one row per
            pair of ids between which identifiers went, and one per id created or
            returned.
    """

    customer_ids: pd.DataFrame
    events: pd.DataFrame


def assign_ids(
    clusters: pd.DataFrame, history: pd.DataFrame, gone_ids: Collection[str] = ()
) -> IdAssignment:
    """Let customer ids survive: each cluster keeps a former id or is given a new one.

    One cluster of several former customers keeps the oldest id (a merge). Of one
    former customer in several clusters the largest part keeps the id, then the part
    with the oldest identifier (a split). Where both happen at once the shared
    identifiers are maximised. A new id hashes the smallest identifier and the number
    of ids it has held, so that no id is ever given twice.

    Args:
        clusters: ``identifier_key`` (unique), ``cluster_key``; any row order.
        history: Every id an identifier ever held: ``identifier_key``,
            ``customer_id``, ``valid_from_date``, ``recorded_at``; the last recorded
            row of the last interval is the former holder. Empty before the first
            release.
        gone_ids: Ids that merged or retired. One is in use again when an identifier
            that was not delivered meanwhile returns; the event ``returned`` says so.

    Returns:
        Ids and events; the same for any order of the rows.

    Raises:
        ValueError: If an identifier is in two clusters.

    References:
        Kuhn, H. W. (1955). The Hungarian method for the assignment problem. Naval
        Research Logistics Quarterly 2, 83-97.
    """
    clusters = clusters[list(CLUSTER_COLUMNS)].sort_values("identifier_key")
    if clusters["identifier_key"].duplicated().any():
        keys = clusters["identifier_key"]
        raise ValueError(
            f"identifier {min(keys[keys.duplicated()])} is in two clusters"
        )
    history = history[list(HISTORY_COLUMNS)].sort_values(
        ["identifier_key", "valid_from_date", "recorded_at", "customer_id"]
    )
    holders = history.groupby("identifier_key").tail(1)[
        ["identifier_key", "customer_id", "valid_from_date"]
    ]
    joined = clusters.merge(
        holders.rename(columns={"customer_id": "former_id"}),
        on="identifier_key",
        how="left",
        validate="one_to_one",
    )
    kept = _kept_ids(joined, _ages(history))
    ids = _with_new_ids(joined, kept, history)
    return IdAssignment(
        customer_ids=ids[["identifier_key", "customer_id", "former_id"]]
        .rename(columns={"former_id": "former_customer_id"})
        .reset_index(drop=True),
        events=_events(ids, set(kept["customer_id"]), gone_ids),
    )


def _ages(history: pd.DataFrame) -> "pd.Series[int]":
    """Rank the former ids from the oldest, 0, by first day and then by the id."""
    first_days = history.groupby("customer_id", as_index=False).agg(
        valid_from_date=("valid_from_date", "min")
    )
    ranked = first_days.sort_values(["valid_from_date", "customer_id"])
    return pd.Series(np.arange(len(ranked)), index=ranked["customer_id"])


def _kept_ids(joined: pd.DataFrame, ages: "pd.Series[int]") -> pd.DataFrame:
    """Choose which cluster keeps which former id: ``cluster_key``, ``customer_id``."""
    shared = (
        joined.dropna(subset=["former_id"])
        .groupby(["cluster_key", "former_id"], as_index=False)
        .agg(
            identifier_count=("identifier_key", "size"),
            first_day=("valid_from_date", "min"),
            first_key=("identifier_key", "min"),
        )
    )
    if shared.empty:
        return pd.DataFrame({"cluster_key": [], "customer_id": []}, dtype="str")
    shared["age"] = shared["former_id"].map(ages)
    shared["component"] = _components(shared)
    clusters_met = shared.groupby("component")["cluster_key"].transform("nunique")
    merged = (
        shared[clusters_met == 1]
        .sort_values(["component", "age"])
        .drop_duplicates("component")[["cluster_key", "former_id"]]
    )
    rest = shared[clusters_met > 1]
    settled = [merged]
    while True:
        dominant, rest = _take_dominant(rest)
        if dominant.empty:
            break
        settled.append(dominant)
    doubtful = [
        _best_assignment(component)
        for _, component in rest.groupby("component", sort=True)
    ]
    return pd.concat([*settled, *doubtful], ignore_index=True).rename(
        columns={"former_id": "customer_id"}
    )


def _take_dominant(shared: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Settle the edges that every best assignment holds; return them and the rest.

    An edge that outweighs the heaviest other edge of its id and of its cluster
    together is in every best assignment: without it both could gain less than it.
    """
    weight = shared["identifier_count"]
    others = sum(_heaviest_other(shared, side) for side in ("cluster_key", "former_id"))
    dominant = shared[weight > others]
    is_settled = shared["cluster_key"].isin(dominant["cluster_key"]) | shared[
        "former_id"
    ].isin(dominant["former_id"])
    return dominant[["cluster_key", "former_id"]], shared[~is_settled]


def _heaviest_other(shared: pd.DataFrame, side: str) -> NDArray[np.int64]:
    """For each edge, find the weight of the heaviest other edge at one of its ends."""
    ordered = shared.sort_values("identifier_count", ascending=False, kind="stable")
    groups = ordered.groupby(side)["identifier_count"]
    rank = groups.cumcount().loc[shared.index]
    heaviest = groups.transform("first").loc[shared.index]
    # The second of a group stands where its rank is 1; a group of one has none.
    second = ordered.loc[rank.loc[ordered.index] == 1].set_index(side)[
        "identifier_count"
    ]
    runner_up = shared[side].map(second).fillna(0).astype(np.int64)
    return np.where(rank == 0, runner_up, heaviest).astype(np.int64)


def _components(shared: pd.DataFrame) -> NDArray[np.int32]:
    """Label each edge with the connected component of clusters and ids it is in."""
    cluster, cluster_values = pd.factorize(shared["cluster_key"])
    former, former_values = pd.factorize(shared["former_id"])
    size = len(cluster_values) + len(former_values)
    edges = (np.ones(len(shared)), (cluster, len(cluster_values) + former))
    graph = coo_array(edges, shape=(size, size))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels[cluster]


def _best_assignment(component: pd.DataFrame) -> pd.DataFrame:
    """Maximise shared identifiers, then prefer older ids, then older identifiers.

    The preferences ride on the overlap as integers too small to outweigh one
    identifier, so that the method stays exact.
    """
    former = component.sort_values("age")["former_id"].drop_duplicates()
    # The part that holds the oldest identifier first, then the smallest key.
    clusters = component.sort_values(["first_day", "first_key"])
    cluster = clusters["cluster_key"].drop_duplicates()
    rows = component["former_id"].map({k: n for n, k in enumerate(former)}).to_numpy()
    places = {key: number for number, key in enumerate(cluster)}
    columns = component["cluster_key"].map(places).to_numpy()
    count = np.zeros((len(former), len(cluster)))
    preference = (len(former) - rows) * (len(cluster) + 1) + (len(cluster) - columns)
    most = (len(former) + 1) * (len(cluster) + 1) * (min(count.shape) + 1)
    count[rows, columns] = component["identifier_count"] * most + preference
    chosen_rows, chosen_columns = linear_sum_assignment(count, maximize=True)
    is_shared = count[chosen_rows, chosen_columns] > 0
    return pd.DataFrame(
        {
            "cluster_key": cluster.to_numpy()[chosen_columns[is_shared]],
            "former_id": former.to_numpy()[chosen_rows[is_shared]],
        }
    )


def _with_new_ids(
    joined: pd.DataFrame, kept: pd.DataFrame, history: pd.DataFrame
) -> pd.DataFrame:
    """Add ``customer_id`` and whether it is new to each identifier."""
    ids = joined.merge(kept, on="cluster_key", how="left", validate="many_to_one")
    ids["is_new"] = ids["customer_id"].isna()
    fresh = ids[ids["is_new"]].drop_duplicates("cluster_key")  # sorted by identifier
    held = history.groupby("identifier_key")["customer_id"].nunique()
    counts = fresh["identifier_key"].map(held).fillna(0).astype(int)
    new_ids = {
        cluster: new_customer_id(key, count)
        for cluster, key, count in zip(
            fresh["cluster_key"], fresh["identifier_key"], counts, strict=True
        )
    }
    ids.loc[ids["is_new"], "customer_id"] = ids["cluster_key"].map(new_ids)
    return ids


def new_customer_id(smallest_identifier_key: str, held_id_count: int) -> str:
    """Name a new customer after its smallest identifier and the ids that has held."""
    text = f"{smallest_identifier_key}|{held_id_count}"
    return "C" + hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:16]


def _events(
    ids: pd.DataFrame, kept: set[str], gone_ids: Collection[str]
) -> pd.DataFrame:
    """Account for every identifier whose id differs from the former one."""
    moved = ids[ids["former_id"].notna() & (ids["former_id"] != ids["customer_id"])]
    changes = moved.groupby(["former_id", "customer_id"], as_index=False).agg(
        identifier_count=("identifier_key", "size"), is_new=("is_new", "first")
    )
    is_kept = changes["former_id"].isin(kept)
    is_whole = changes.groupby("former_id")["customer_id"].transform("size") == 1
    changes["event_type"] = np.select(
        [is_kept & changes["is_new"], is_kept, is_whole],
        ["split", "moved", "merged"],
        "retired",
    )
    used = ids[ids["is_new"] | ids["customer_id"].isin(gone_ids)]
    begun = used.groupby("customer_id", as_index=False).agg(
        identifier_count=("identifier_key", "size"), is_new=("is_new", "first")
    )
    begun["event_type"] = np.where(begun["is_new"], "created", "returned")
    columns = {"former_id": "from_customer_id", "customer_id": "to_customer_id"}
    events = pd.concat([changes, begun], ignore_index=True).rename(columns=columns)
    if "from_customer_id" not in events:
        events["from_customer_id"] = None
    events = events[
        ["event_type", "from_customer_id", "to_customer_id", "identifier_count"]
    ].sort_values(["event_type", "from_customer_id", "to_customer_id"])
    return events.reset_index(drop=True)
