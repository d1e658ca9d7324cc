from dataclasses import replace

import pandas as pd
import pytest
from synthetic_customers import invented_customers

from models_ml.config import SegmentationConfig
from models_ml.segmentation import Segmentation, segment_customers


@pytest.fixture(scope="session")
def quick_config() -> SegmentationConfig:
    """The defaults with less resampling: enough for clear groups."""
    return replace(
        SegmentationConfig(),
        segment_counts=(4, 6),
        scan_resample_count=8,
        resample_count=10,
        split_count=4,
        reference_count=2,
        gap_reference_count=2,
        resample_restarts=3,
    )


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    """600 customers in five groups, two of them excluded, one absurdly large."""
    frame = invented_customers(600)
    frame.loc[:1, "is_excluded"] = True
    frame.loc[:1, "exclusion_reason"] = "intercompany account"
    frame.loc[2, "average_order_value_amount_base_ccy"] = 9e9
    return frame


@pytest.fixture(scope="session")
def segmentation(
    customers: pd.DataFrame, quick_config: SegmentationConfig
) -> Segmentation:
    return segment_customers(customers, quick_config)
