"""Which JSON Schema do editors check mapping files with?

``python -m echelon.landing.mapping_schema > mappings/mapping.schema.json`` renews it.
"""

import json
import sys

from echelon.landing.mapping import Mapping


def mapping_schema_text() -> str:
    """Render the JSON Schema of mapping files, as committed for editors."""
    schema = Mapping.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Echelon mapping file"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(mapping_schema_text())
