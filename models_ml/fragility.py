"""Whose segment hangs on which customers the model happened to be fitted on?"""

import numpy as np
import pandas as pd

from models_ml.algorithms.base import Labels, nearest
from models_ml.algorithms.kmeans import thread_pools
from models_ml.artefact import SegmentModel
from models_ml.candidates import fitter
from models_ml.config import SegmentationConfig
from models_ml.positions import positions_in
from models_ml.separation import seeded_sample
from models_ml.stability import matched_labels

FLIP_TYPES = {"customer_id": "str", "flip_ratio": "float64", "resample_count": "int64"}


def flip_ratios(
    frame: pd.DataFrame,
    assignments: pd.DataFrame,
    model: SegmentModel,
    config: SegmentationConfig,
) -> pd.DataFrame:
    """Measure how often customers would be in another segment by a resampled fit.

    Each fit sees customers drawn with replacement, each once, prepared as the model
    prepares them; its clusters are paired with the segments they continue (Hungarian
    method), and every customer goes to the nearest.

    Args:
        frame: Customers in key order.
        assignments: ``segmentation.assignments`` of the same customers, same order.
        model: Model in force.
        config: Resamples, restarts and the largest sample a fit takes.

    Returns:
        Per customer the model wants in a segment: share of the fits that put it into
        another one, and their number. No rows without segments.

    Raises:
        ValueError: If an attribute of the model is unusable or a fit does not converge.
    """
    wanted = assignments["model_segment_code"]
    inside = wanted.isin(model.codes).to_numpy(dtype=bool)
    if not inside.any():
        return pd.DataFrame(columns=list(FLIP_TYPES)).astype(FLIP_TYPES)
    positions = positions_in(frame[inside], model)
    points = positions.scaled * np.sqrt(model.weights)
    own: Labels = positions.distances.argmin(axis=1)
    fit = fitter(config, len(model.segments), config.resample_restarts)
    flips = np.zeros(len(points), dtype=np.int64)
    sample = seeded_sample(len(points), config.scan_sample, config.seed)
    generator = np.random.default_rng(config.seed)
    with thread_pools().limit(limits=1):
        for resample in range(config.scan_resample_count):
            drawn = sample[np.unique(generator.integers(0, len(sample), len(sample)))]
            refitted = fit(points[drawn], config.seed + resample)
            found = nearest(refitted.shape, points)
            continues = matched_labels(own, found, 0.0)
            named = np.array([continues.get(int(label), -1) for label in found])
            flips += named != own
    return pd.DataFrame(
        {
            "customer_id": frame.loc[inside, "customer_id"].to_numpy(),
            "flip_ratio": flips / config.scan_resample_count,
            "resample_count": config.scan_resample_count,
        }
    ).astype(FLIP_TYPES)
