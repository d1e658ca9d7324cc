"""What must be kept of a clustered table so that it assigns rows again?"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models_ml.algorithms.base import Points, Shape
from models_ml.algorithms.shapes import shape_from
from models_ml.tabular import ColumnScaling

FORMAT = 1


@dataclass(frozen=True)
class ClusterModel:
    """What assigns rows again, without a refit.

    Attributes:
        algorithm: Name in the registry.
        columns: Scaling per column.
        shape: Form of the clusters in scaled units.
        reaches: Distance per cluster beyond which a row is noise, infinite for none.
    """

    algorithm: str
    columns: tuple[ColumnScaling, ...]
    shape: Shape
    reaches: Points

    def to_json(self) -> str:
        """Write the model as one line that ``model_from_json`` reads back exactly."""
        plain = {
            "format": FORMAT,
            "algorithm": self.algorithm,
            "columns": [asdict(column) for column in self.columns],
            "shape": self.shape.plain(),
            "reaches": [
                reach if np.isfinite(reach) else None for reach in self.reaches.tolist()
            ],
        }
        return json.dumps(plain, sort_keys=True, allow_nan=False)


def model_from_json(text: str) -> ClusterModel:
    """Read a model back.

    Args:
        text: What ``to_json`` returned.

    Returns:
        The model.

    Raises:
        ValueError: If it is no such text or of another format.
    """
    try:
        plain: Mapping[str, Any] = json.loads(text)
        if plain["format"] != FORMAT:
            raise ValueError(f"format {plain['format']} is unknown: {FORMAT} expected")
        return ClusterModel(
            plain["algorithm"],
            tuple(ColumnScaling(**column) for column in plain["columns"]),
            shape_from(plain["shape"]),
            np.array([np.inf if r is None else r for r in plain["reaches"]]),
        )
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"this is no cluster model: {error}") from error
