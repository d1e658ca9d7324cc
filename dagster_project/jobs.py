"""What can be run: the whole refresh, and the parts of it that a calendar asks for."""

import dagster as dg

AUDITED = dg.AssetSelection.groups(
    "raw", "policy", "staging", "identity"
) | dg.AssetSelection.groups("intermediate", "features")

refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description=(
        "Deliveries in, a gated and reconciled release out. Customers are assigned by "
        "the segmentation model in force; the first refresh fits it."
    ),
    tags={"echelon/audience": "everyone"},
)

daily_inputs_job = dg.define_asset_job(
    "daily_inputs",
    selection=AUDITED,
    description=(
        "Reads and audits what has landed, up to the features, and publishes nothing: "
        "tells early whether tonight's deliveries would pass."
    ),
    tags={"echelon/audience": "data engineering"},
)

weekly_attributes_job = dg.define_asset_job(
    "weekly_attributes",
    selection=dg.AssetSelection.all(),
    description="A refresh for the week, with the segmentation model in force.",
    tags={"echelon/audience": "supply chain"},
)

monthly_cost_close_job = dg.define_asset_job(
    "monthly_cost_close",
    selection=dg.AssetSelection.all(),
    description="A refresh with the books of the month that ended: the cost close.",
    tags={"echelon/audience": "finance"},
)

quarterly_reclustering_review_job = dg.define_asset_job(
    "quarterly_reclustering_review",
    selection=dg.AssetSelection.all(),
    description=(
        "Fits the segmentation anew and lays it beside the model in force. It is held "
        "until somebody approves it: `echelon approve`, then a refresh adopts it."
    ),
    tags={"echelon/audience": "steering"},
)

JOBS = [
    refresh_job,
    daily_inputs_job,
    weekly_attributes_job,
    monthly_cost_close_job,
    quarterly_reclustering_review_job,
]
