"""Which clustering algorithms can a configuration name?"""

from collections.abc import Mapping
from types import MappingProxyType

from models_ml.algorithms.base import ClusteringAlgorithm
from models_ml.algorithms.kmeans import KMeansAlgorithm

ALGORITHMS: Mapping[str, ClusteringAlgorithm] = MappingProxyType(
    {"kmeans": KMeansAlgorithm()}
)
