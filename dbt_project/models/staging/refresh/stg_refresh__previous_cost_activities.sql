select allocation_fingerprint
from {{ source('raw', 'previous_cost_activities') }}
