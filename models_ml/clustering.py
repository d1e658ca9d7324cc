"""Which clusters does any table of numbers form, found without being told how?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models_ml.algorithms import ALGORITHMS
from models_ml.algorithms.base import Clustering, Labels, Points
from models_ml.algorithms.density import Modes, landscapes, significant_modes
from models_ml.algorithms.hdbscan import smallest_region
from models_ml.algorithms.kmeans import thread_pools
from models_ml.algorithms.shapes import Anchors, Boxes
from models_ml.bench import BenchResult, run_bench
from models_ml.cluster_model import ClusterModel
from models_ml.config import SegmentationConfig
from models_ml.separation import seeded_sample
from models_ml.tabular import fit_columns, scaled_table
from models_ml.trials import Evidence, fitter

FIT_SAMPLE = 10_000
BENCH_SAMPLE = 1_500
MOST_CLUSTERS = 25
POINTS_PER_CLUSTER = 20
FENCE = 5.0
NOISE = -1
AUTO = "auto"
CONFIG = SegmentationConfig(
    features=(),
    scan_resample_count=10,
    split_count=5,
    resample_restarts=2,
    scan_sample=BENCH_SAMPLE,
    minimum_customers=10,
    minimum_segment_customers=5,
)


@dataclass(frozen=True)
class ClusterOptions:
    """What a person may fix beforehand.

    Attributes:
        algorithm: Name in the registry, or ``auto``.
        cluster_count: Clusters wanted, None to find the number.
        money: Amount per row that clusters should tell apart, shape (n_rows,); it is
            not among the columns.
        seed: Start of every random sequence.
    """

    algorithm: str = AUTO
    cluster_count: int | None = None
    money: Points | None = None
    seed: int = CONFIG.seed


@dataclass(frozen=True)
class Assigned:
    """Where rows belong.

    Attributes:
        labels: Cluster per row, 0 to k - 1, shape (n_rows,).
        distances: Distance to the own cluster in scaled units, same shape.
        is_noise: Whether a row lies beyond the reach of its cluster, same shape.
    """

    labels: Labels
    distances: Points
    is_noise: NDArray[np.bool_]


@dataclass(frozen=True)
class ClusterOutcome:
    """Clusters of a table and why there are so many.

    Attributes:
        model: What assigns rows again.
        assigned: Where each row belongs.
        bench: Trials; the winner first.
        has_structure: Whether the table has clusters at all.
        notes: What was left out or transformed, in plain words.
    """

    model: ClusterModel
    assigned: Assigned
    bench: BenchResult
    has_structure: bool
    notes: tuple[str, ...]


def cluster_table(
    names: Sequence[str],
    values: Points,
    options: ClusterOptions,
    announce: Callable[[str], None] = lambda _: None,
) -> ClusterOutcome:
    """Find the clusters of a table of numbers, whatever their form and number.

    The rows are put in the order of their values first, so that the outcome does not
    depend on the order they came in. Algorithms are compared on at most 1,500 rows,
    dense regions found and the winner fitted on at most 10,000, drawn with the seed;
    all others are assigned.

    Args:
        names: Columns.
        values: Shape (n_rows, n_columns).
        options: What is fixed beforehand.
        announce: Told what is being done.

    Returns:
        Clusters, numbered by their centres; one cluster if there is no structure.

    Raises:
        ValueError: If a value is not finite, there are too few rows or distinct rows,
            no column varies, or a fit does not converge.
    """
    _check(names, values, options)
    columns, notes = fit_columns(names, values)
    points = scaled_table(columns, names, values)
    order = np.lexsort(points.T[::-1])
    with thread_pools().limit(limits=1):
        announce("finding dense regions")
        fitted_rows = order[seeded_sample(len(points), FIT_SAMPLE, options.seed)]
        sample = points[fitted_rows]
        modes = significant_modes(landscapes(sample), smallest_region(len(sample)))
        announce("comparing algorithms")
        money = None if options.money is None else options.money[fitted_rows]
        result = _benched(sample, modes, money, options)
        announce(f"fitting {result.algorithm}")
        is_wanted = options.cluster_count is not None
        count = result.segment_count if result.has_structure or is_wanted else 1
        clustering = _fitted(sample[~modes.is_noise], result.algorithm, count, options)
        model = ClusterModel(
            result.algorithm,
            columns,
            clustering.shape,
            _reaches(sample[~modes.is_noise], clustering),
        )
        assigned = _placed(model, points)
    if not result.has_structure:
        notes = (
            *notes,
            f"no clear clusters: the {count} asked for only stand in"
            if is_wanted
            else "no clear clusters: the rows form one cloud",
        )
    return ClusterOutcome(model, assigned, result, result.has_structure, notes)


def assign_rows(model: ClusterModel, names: Sequence[str], values: Points) -> Assigned:
    """Assign rows by a stored model, without a refit.

    Args:
        model: Fitted model.
        names: Columns of the rows.
        values: Shape (n_rows, n_columns).

    Returns:
        Where each row belongs.

    Raises:
        ValueError: If a column is missing or a value is not finite.
    """
    check_finite(names, values)
    with thread_pools().limit(limits=1):
        return _placed(model, scaled_table(model.columns, names, values))


def check_finite(names: Sequence[str], values: Points) -> None:
    """Refuse a table with a value that is not finite.

    Raises:
        ValueError: If so, with the first such row, counted from 1, and its column.
    """
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        found = values[row, column]
        raise ValueError(
            f"row {row + 1}, column {names[column]}: {found} is not finite"
        )


def _check(names: Sequence[str], values: Points, options: ClusterOptions) -> None:
    check_finite(names, values)
    if len(values) < CONFIG.minimum_customers:
        raise ValueError(
            f"too few rows: {len(values)} of at least {CONFIG.minimum_customers}"
        )
    if options.algorithm != AUTO and options.algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise ValueError(f"algorithm {options.algorithm!r}: {AUTO}, {known}")
    wanted = options.cluster_count
    if wanted is not None:
        distinct = len(np.unique(values, axis=0))
        if not 1 <= wanted <= distinct:
            raise ValueError(f"k must lie in 1 to {distinct} distinct rows: {wanted}")


def _benched(
    sample: Points, modes: Modes, money: Points | None, options: ClusterOptions
) -> BenchResult:
    """Compare the algorithms on the regular rows of a smaller sample."""
    drawn = seeded_sample(len(sample), BENCH_SAMPLE, options.seed)
    drawn = drawn[~modes.is_noise[drawn]]
    most = int(np.clip(len(drawn) // POINTS_PER_CLUSTER, 2, MOST_CLUSTERS))
    evidence = Evidence(
        points=sample[drawn],
        modes=replace(
            modes,
            labels=modes.labels[drawn],
            is_core=modes.is_core[drawn],
            is_noise=modes.is_noise[drawn],
        ),
        config=replace(CONFIG, segment_counts=(2, most), seed=options.seed),
        money=None if money is None else money[drawn],
    )
    names = tuple(ALGORITHMS) if options.algorithm == AUTO else (options.algorithm,)
    return run_bench(evidence, names, options.cluster_count)


def _fitted(
    regular: Points, algorithm: str, count: int, options: ClusterOptions
) -> Clustering:
    if count == 1:
        algorithm = "kmeans"
    return fitter(algorithm, count, CONFIG.restarts)(regular, options.seed)


def _reaches(points: Points, clustering: Clustering) -> Points:
    """Say how far from its cluster a row may lie before it is noise.

    From a centre ``q75 + 5 (q75 - q25)`` of the members' distances;
    from anchors all around, the widest gap between an anchor and its nearest fellow. A
    single cloud and rules have no end.
    """
    shape = clustering.shape
    count = int(clustering.labels.max()) + 1
    if count == 1 or isinstance(shape, Boxes):
        return np.full(count, np.inf)
    if isinstance(shape, Anchors) and len(shape.points) > count:
        return np.array(
            [
                cKDTree(own).query(own, k=2)[0][:, 1].max() if len(own) > 1 else np.inf
                for own in (shape.points[shape.labels == c] for c in range(count))
            ]
        )
    own = shape.distances(points)[np.arange(len(points)), clustering.labels]
    quartiles = [
        np.quantile(own[clustering.labels == cluster], [0.25, 0.75])
        for cluster in range(count)
    ]
    return np.array([high + FENCE * (high - low) for low, high in quartiles])


def _placed(model: ClusterModel, points: Points) -> Assigned:
    distances = model.shape.distances(points)
    labels: Labels = distances.argmin(axis=1)
    own = distances[np.arange(len(points)), labels]
    return Assigned(labels, own, own > model.reaches[labels])
