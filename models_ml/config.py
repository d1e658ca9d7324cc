"""Which numbers steer a segmentation, and where does policy override them?"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from models_ml.algorithms import ALGORITHMS
from models_ml.features import (
    CUSTOMER_FEATURES,
    INDIRECT_FEATURES,
    OBJECTIVE_FEATURES,
    Feature,
)

OutlierPolicy = Literal["segment", "cap"]
ScalingLevel = Literal["company", "business_unit"]
BLOCK_WEIGHT_PREFIX = "block_weight_"


@dataclass(frozen=True)
class SegmentationConfig:
    """Everything a segmentation depends on besides the data.

    Attributes:
        features: Attributes to segment by, most telling first: of two duplicates the
            earlier stays.
        block_weights: Weight per block as (block, weight); a block not named weighs 1.
        attribute_weights: What an objective multiplies weights with as (attribute,
            factor); an attribute not named keeps its own.
        algorithm: Name in ``algorithms.ALGORITHMS``.
        segment_counts: Fewest and most segments tried.
        fallback_segment_count: Fewest segments used where nothing qualifies.
        seed: Start of every random sequence.
        restarts: Random starts of the final fit.
        resample_restarts: Random starts of a refit on resampled customers.
        scan_resample_count: Bootstrap refits per candidate number of segments.
        resample_count: Bootstrap refits of the chosen partition.
        split_count: Random halvings per candidate for prediction strength.
        reference_count: Structureless data sets of each kind a candidate must beat.
        gap_reference_count: Structureless data sets the gap statistic refers to.
        silhouette_sample: Most customers a silhouette is taken over.
        scan_sample: Most customers the candidates are compared on.
        bench_sample: Most customers other algorithms are compared on.
        bench_resample_count: Bootstrap refits per algorithm.
        bench_split_count: Random halvings per algorithm.
        jaccard_threshold: Lowest bootstrap Jaccard every segment must reach.
        prediction_strength_threshold: Lowest prediction strength.
        separation_tolerance: How much worse than the best a Davies-Bouldin index may
            be for the sake of more segments, as a share.
        inherit_jaccard: Lowest overlap at which a segment keeps its code.
        minimum_customers: Fewest customers a segmentation is attempted on.
        minimum_segment_customers: Fewest customers in a segment.
        minimum_segment_ratio: Smallest share of customers in a segment.
        missing_limit_ratio: Share of nulls above which an attribute is left out.
        winsor_ratio: Share of customers clipped at each end of an attribute.
        spread_floor_ratio: Least scale as a share of the winsorised range.
        duplicate_correlation: Rank correlation above which an attribute is dropped.
        outlier_policy: ``segment``: exceptional customers form EXC; ``cap``: their
            values are capped and they stay.
        scaling_level: ``company``: one scale for all; ``business_unit``: a value is
            judged among those of the customer's own unit.
        outlier_threshold: Robust z beyond which a value is extreme.
        label_z: Robust z from which a segment's word is High or Low.
        label_fidelity: Share of members a label word must be true of.
        differentiation_value_ratio: What treating every customer by its own needs
            would earn, as a share of net sales.
        segment_keeping_amount_base_ccy: Cost of running one segment over the feature
            window.
        approved_segment_count: Segments allowed although the last earn less than they
            cost; 0: none beyond the justified.
    """

    features: tuple[Feature, ...] = CUSTOMER_FEATURES
    block_weights: tuple[tuple[str, float], ...] = (("value", 0.5),)
    attribute_weights: tuple[tuple[str, float], ...] = ()
    algorithm: str = "kmeans"
    segment_counts: tuple[int, int] = (2, 8)
    fallback_segment_count: int = 3
    seed: int = 20260101
    restarts: int = 10
    resample_restarts: int = 5
    scan_resample_count: int = 25
    resample_count: int = 100
    split_count: int = 15
    reference_count: int = 5
    gap_reference_count: int = 10
    silhouette_sample: int = 5_000
    scan_sample: int = 5_000
    bench_sample: int = 600
    bench_resample_count: int = 4
    bench_split_count: int = 2
    jaccard_threshold: float = 0.75
    prediction_strength_threshold: float = 0.80
    separation_tolerance: float = 0.10
    inherit_jaccard: float = 0.50
    minimum_customers: int = 30
    minimum_segment_customers: int = 10
    minimum_segment_ratio: float = 0.005
    missing_limit_ratio: float = 0.40
    winsor_ratio: float = 0.01
    spread_floor_ratio: float = 0.25
    duplicate_correlation: float = 0.95
    outlier_policy: OutlierPolicy = "segment"
    scaling_level: ScalingLevel = "company"
    outlier_threshold: float = 3.5
    label_z: float = 0.75
    label_fidelity: float = 0.80
    differentiation_value_ratio: float = 0.01
    segment_keeping_amount_base_ccy: float = 4_000.0
    approved_segment_count: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers no segmentation can be made with.

        Raises:
            ValueError: If a value is out of its range; the message names it.
        """
        for name in _RATIOS:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in 0 to 1: {getattr(self, name)}")
        for name in _COUNTS:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1: {getattr(self, name)}")
        fewest, most = self.segment_counts
        if not 2 <= fewest <= most:
            raise ValueError(f"segment_counts must rise from 2: {self.segment_counts}")
        if self.winsor_ratio >= 0.5:
            raise ValueError(f"winsor_ratio must be below 0.5: {self.winsor_ratio}")
        if self.outlier_policy not in ("segment", "cap"):
            raise ValueError(f"outlier_policy {self.outlier_policy!r}: segment or cap")
        if self.scaling_level not in get_args(ScalingLevel):
            levels = " or ".join(get_args(ScalingLevel))
            raise ValueError(f"scaling_level {self.scaling_level!r}: {levels}")
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm {self.algorithm!r}: {sorted(ALGORITHMS)}")
        if self.segment_keeping_amount_base_ccy < 0:
            raise ValueError(
                "segment_keeping_amount_base_ccy must not be negative: "
                f"{self.segment_keeping_amount_base_ccy}"
            )
        if any(weight < 0 for _, weight in self.block_weights):
            raise ValueError(
                f"block weights must not be negative: {self.block_weights}"
            )
        for name, factor in self.attribute_weights:
            if factor < 0:
                raise ValueError(f"weight of {name} must not be negative: {factor}")

    @classmethod
    def from_thresholds(
        cls, thresholds: Mapping[str, float], outlier_policy: OutlierPolicy = "segment"
    ) -> "SegmentationConfig":
        """Build a configuration from policy numbers; what is not named keeps default.

        Args:
            thresholds: Number per setting: a numeric attribute of this class,
                ``minimum_segment_count``, ``maximum_segment_count`` or
                ``block_weight_<block>``.
            outlier_policy: What happens to exceptional customers.

        Raises:
            ValueError: If a name is unknown or a whole number is needed.
        """
        base = cls()
        defaults = {
            field.name: getattr(base, field.name) for field in dataclasses.fields(cls)
        }
        changes: dict[str, Any] = {"outlier_policy": outlier_policy}
        counts = list(base.segment_counts)
        weights = dict(base.block_weights)
        for name, value in thresholds.items():
            if name in ("minimum_segment_count", "maximum_segment_count"):
                counts[name.startswith("max")] = _whole(name, value)
            elif name.startswith(BLOCK_WEIGHT_PREFIX):
                weights[_known_block(name)] = float(value)
            elif isinstance(defaults.get(name), int):
                changes[name] = _whole(name, value)
            elif isinstance(defaults.get(name), float):
                changes[name] = float(value)
            else:
                raise ValueError(f"unknown segmentation threshold {name!r}")
        block_weights = tuple(sorted(weights.items()))
        return cls(
            segment_counts=(counts[0], counts[1]),
            block_weights=block_weights,
            **changes,
        )

    def smallest_segment(self, customer_count: int) -> int:
        """Say how many customers a segment of so many customers must hold at least."""
        return max(
            self.minimum_segment_customers,
            round(self.minimum_segment_ratio * customer_count),
        )


_RATIOS = (
    "jaccard_threshold",
    "prediction_strength_threshold",
    "separation_tolerance",
    "inherit_jaccard",
    "minimum_segment_ratio",
    "missing_limit_ratio",
    "winsor_ratio",
    "spread_floor_ratio",
    "duplicate_correlation",
    "label_fidelity",
    "differentiation_value_ratio",
)
_COUNTS = (
    "fallback_segment_count",
    "restarts",
    "resample_restarts",
    "scan_resample_count",
    "resample_count",
    "split_count",
    "reference_count",
    "gap_reference_count",
    "silhouette_sample",
    "scan_sample",
    "bench_sample",
    "bench_resample_count",
    "bench_split_count",
    "minimum_customers",
    "minimum_segment_customers",
)


def _whole(name: str, value: float) -> int:
    if value != int(value):
        raise ValueError(f"{name} needs a whole number: {value}")
    return int(value)


def _known_block(name: str) -> str:
    block = name.removeprefix(BLOCK_WEIGHT_PREFIX)
    if block not in {
        feature.block
        for feature in (*CUSTOMER_FEATURES, *INDIRECT_FEATURES, *OBJECTIVE_FEATURES)
    }:
        raise ValueError(f"unknown feature block {block!r}")
    return block
