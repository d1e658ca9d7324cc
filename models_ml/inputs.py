"""Which customers are segmented?"""

import pandas as pd

REQUIRED_COLUMNS = (
    "customer_id",
    "as_of_date",
    "is_excluded",
    "exclusion_reason",
    "net_sales_amount_base_ccy",
)


def checked_customers(features: pd.DataFrame) -> pd.DataFrame:
    """Check customer features and bring them into key order.

    Args:
        features: ``ftr_customers`` of one as_of_date, one row per customer.

    Returns:
        The same rows by customer_id.

    Raises:
        ValueError: If a column or a key is missing, a customer repeats or the
            features are of several dates.
    """
    missing = [name for name in REQUIRED_COLUMNS if name not in features.columns]
    if missing:
        raise ValueError(f"customer features lack the columns {', '.join(missing)}")
    if features.empty:
        raise ValueError("there are no customers to segment")
    for name in ("customer_id", "as_of_date", "is_excluded"):
        if features[name].isna().any():
            raise ValueError(f"column {name} must not be null")
    repeated = features.loc[features["customer_id"].duplicated(), "customer_id"]
    if len(repeated):
        raise ValueError(f"customer {repeated.iloc[0]} occurs more than once")
    dates = features["as_of_date"].unique()
    if len(dates) > 1:
        raise ValueError(f"features are of several dates: {sorted(map(str, dates))}")
    return features.sort_values("customer_id").reset_index(drop=True)
