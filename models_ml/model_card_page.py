"""How is a model card read on a screen and on paper, offline?"""

from typing import Any

import jinja2

MOST_LISTED = 8
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Model card {{ card.model_version }}</title>
<style>
body { font: 1rem/1.45 system-ui, sans-serif; color: #1a1a1a; margin: 1.5rem auto;
  max-width: 60rem; padding: 0 1rem; }
h2 { border-top: 3px solid #0072b2; padding-top: .5rem; }
table { border-collapse: collapse; margin: .75rem 0; width: 100%; }
th, td { border-bottom: 1px solid #bbb; padding: .2rem .5rem; text-align: left; }
</style>
</head>
<body>
<main>
<h1>Model card {{ card.model_version }}</h1>
<p>{{ card.purpose }} Fitted by {{ card.algorithm }} on customers as of
{{ card.fitted_as_of_date }}; approval: {{ card.approval_status }}.</p>
{%- macro listed(heading, lines) %}
<h2>{{ heading }}</h2>
<ul>
{%- for line in lines %}
<li>{{ line }}</li>
{%- endfor %}
</ul>
{%- endmacro %}
{%- macro pairs(heading, rows) %}
<h2>{{ heading }}</h2>
<table><tbody>
{%- for name, value in rows.items() %}
<tr><th scope="row">{{ name | replace("_", " ") }}</th><td>{{ value | said }}</td></tr>
{%- endfor %}
</tbody></table>
{%- endmacro %}
{{ listed("Assumptions", card.assumptions) }}
{{ listed("Limits", card.limits) }}
<h2>Forecasts</h2>
<p>{{ card.forecast_dependence }}</p>
{{ pairs("Evidence", card.evidence) }}
{{ pairs("Certainty", card.certainty) }}
<h2>Segments</h2>
<table><thead><tr><th scope="col">Segment</th><th scope="col">Name</th>
<th scope="col">Bootstrap Jaccard</th></tr></thead><tbody>
{%- for each in card.segments %}
<tr><th scope="row">{{ each.segment_code }}</th><td>{{ each.segment_name }}</td>
<td>{{ each.bootstrap_jaccard | said }}</td></tr>
{%- endfor %}
</tbody></table>
<h2>Attributes</h2>
<table><thead><tr><th scope="col">Attribute</th><th scope="col">Measures</th>
<th scope="col">Transform</th><th scope="col">Weight</th></tr></thead><tbody>
{%- for each in card.attributes %}
<tr><th scope="row">{{ each.attribute }}</th><td>{{ each.measure }}</td>
<td>{{ each.transform }}</td><td>{{ each.weight | said }}</td></tr>
{%- endfor %}
{%- for each in card.left_out %}
<tr><th scope="row">{{ each.attribute }}</th><td colspan="3">left out:
{{ each.reason }}</td></tr>
{%- endfor %}
</tbody></table>
{{ pairs("Configuration", card.configuration) }}
{{ pairs("Libraries", card.libraries) }}
</main>
</body>
</html>
"""


def model_card_page(card: dict[str, Any]) -> str:
    """Lay a model card out as a page.

    Args:
        card: What ``model_card`` returned.

    Returns:
        HTML without scripts or links to elsewhere.
    """
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters["said"] = _said
    return environment.from_string(PAGE).render(card=card) + "\n"


def _said(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(each)}" for name, each in value.items())
    if isinstance(value, list):
        is_short = len(value) <= MOST_LISTED
        return ", ".join(map(_said, value)) if is_short else f"{len(value)} entries"
    return str(value)
