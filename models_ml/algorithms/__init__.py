"""Which clustering algorithms can a configuration name? The simplest to tell first."""

from collections.abc import Mapping
from types import MappingProxyType

from models_ml.algorithms.base import ClusteringAlgorithm
from models_ml.algorithms.hdbscan import HdbscanAlgorithm
from models_ml.algorithms.kmeans import KMeansAlgorithm
from models_ml.algorithms.mixture import MixtureAlgorithm
from models_ml.algorithms.tree import RuleTreeAlgorithm
from models_ml.algorithms.ward import WardAlgorithm

ALGORITHMS: Mapping[str, ClusteringAlgorithm] = MappingProxyType(
    {
        "kmeans": KMeansAlgorithm(),
        "ward": WardAlgorithm(),
        "mixture": MixtureAlgorithm(),
        "tree": RuleTreeAlgorithm(),
        "hdbscan": HdbscanAlgorithm(),
    }
)
