"""How is the report read on a screen, by keyboard and on paper, offline?"""

import re
from datetime import date, datetime
from decimal import Decimal

import jinja2
from markupsafe import Markup

from echelon.reconciliation.report import SIGNATORIES, Report
from echelon.reconciliation.sections import Column, Kind, Section, sums
from echelon.release.reader import Row

RIGHT: tuple[Kind, ...] = ("money", "count", "quantity", "ratio", "rate")
STYLE = """
:root { --ink: #1a1a1a; --rule: #b5b5b5; --head: #eef3f7; --blue: #0072b2; }
body { font: 0.95rem/1.45 system-ui, sans-serif; color: var(--ink); margin: 1.5rem auto;
  max-width: 100rem; padding: 0 1.25rem; }
h1 { margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
section { border-top: 3px solid var(--blue); margin-top: 2rem; padding-top: .6rem; }
section:focus { outline: none; }
a { color: var(--blue); }
a:focus, .wide:focus { outline: 3px solid #d55e00; outline-offset: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
nav ul { columns: 3; margin: .5rem 0; padding-left: 1.2rem; }
.note { margin: 0 0 .5rem; max-width: 60rem; color: #444; }
.verdict { border-left: 6px solid #009e73; padding: .5rem .8rem; font-weight: bold;
  background: #eef7f3; }
.verdict.off { border-color: #d55e00; background: #fdf0e6; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; }
dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .25rem 0;
  font-size: clamp(.7rem, .95vw, .85rem); }
caption { text-align: left; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); }
th, td { border-bottom: 1px solid var(--rule); padding: .18rem .4rem;
  text-align: left; vertical-align: top; font-weight: normal; }
tbody th { white-space: nowrap; } td.name { min-width: 9rem; }
thead th { background: var(--head); font-weight: bold; vertical-align: bottom;
  border-bottom: 2px solid var(--ink); }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
thead .n { white-space: normal; }
.zero { color: #767676; }
.minus { color: #9c2f00; }
.sum th, .sum td { font-weight: bold; border-top: 1px solid var(--ink); }
.total th, .total td { font-weight: bold; border-top: 2px solid var(--ink);
  border-bottom: 4px double var(--ink); }
figure { margin: .5rem 0; } figure svg { max-width: 100%; height: auto; }
.sign td { height: 3rem; min-width: 12rem; border-bottom: 1px solid var(--ink); }
@page { size: A4 landscape; margin: 12mm 12mm 14mm;
  @bottom-left { content: "{{ foot }}"; font: 7.5pt sans-serif; }
  @bottom-right { content: counter(page) " / " counter(pages);
    font: 7.5pt sans-serif; } }
@media print {
  nav, .skip { display: none; }
  body { max-width: none; margin: 0; padding: 0; font-size: 7.5pt; }
  section { margin-top: 1.2rem; }
  h2, .note { break-after: avoid; }
  .wide { overflow: visible; }
  thead { display: table-header-group; } tr, figure, .sign { break-inside: avoid; }
  tr.sum, tr.total { break-before: avoid; }
  table { font-size: 7.5pt; }
  th, td { padding: .12rem .35rem; }
}
"""
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Reconciliation {{ report.period }}, release {{ release.release_id }}</title>
<style>{{ style }}</style>
</head>
<body>
<a class="skip" href="#proof">Skip to the proof</a>
<header>
<h1>Reconciliation of period {{ report.period }}</h1>
<p class="note">Cost to serve against the {{ against }}, in
{{ report.base_currency_code }}.</p>
<p class="verdict{{ "" if "DO NOT" not in report.verdict else " off" }}">
{{ report.verdict }}</p>
<dl>
{%- for name, value in facts %}
<dt>{{ name }}</dt><dd>{{ value }}</dd>
{%- endfor %}
</dl>
<nav aria-label="Sections"><ul>
{%- for section in report.sections %}
<li><a href="#{{ section | anchor }}">{{ section.title }}</a>
{%- if not section.rows %} (none){% endif %}</li>
{%- endfor %}
<li><a href="#flow">Where the cost went, drawn</a></li>
<li><a href="#sign-off">Sign-off</a></li>
</ul></nav>
</header>
<main>
{%- for section in report.sections %}
<section id="{{ section | anchor }}" tabindex="-1"
  aria-labelledby="{{ section | anchor }}-title">
<h2 id="{{ section | anchor }}-title">{{ section.title }}</h2>
{%- if section.rows %}
<p class="note">{{ section.note }}</p>
<div class="wide" tabindex="0" role="region"
  aria-labelledby="{{ section | anchor }}-title">
<table>
<caption class="unseen">{{ section.title }}</caption>
<thead><tr>
{%- for column in section.columns %}
<th scope="col"{{ column | side }}>{{ column.label }}</th>
{%- endfor %}
</tr></thead>
{%- for name, rows in section.groups() %}
<tbody>
{%- for row in rows %}
<tr>
{%- for column in section.columns %}
{%- if loop.index == 2 %}
<th scope="row">{{ row[column.name] | shown(column) }}</th>
{%- else %}
<td{{ row[column.name] | looks(column) }}>{{ row[column.name] | shown(column) }}</td>
{%- endif %}
{%- endfor %}
</tr>
{%- endfor %}
{%- if section.group and section.added_up %}
{{ sum_row(section, rows, "sum", "Sum of %s" | format(name)) }}
{%- endif %}
</tbody>
{%- endfor %}
{%- if section.added_up and section.has_total %}
<tbody>{{ sum_row(section, section.rows, "total", "Total") }}</tbody>
{%- endif %}
</table>
</div>
{%- else %}
<p>{{ section.nothing }}</p>
{%- endif %}
</section>
{%- endfor %}
<section id="flow" tabindex="-1" aria-labelledby="flow-title">
<h2 id="flow-title">Where the cost went, drawn</h2>
<p class="note">{{ flow_text }}</p>
<figure role="img" aria-label="{{ flow_text }}">{{ drawing }}</figure>
</section>
<section id="sign-off" tabindex="-1" aria-labelledby="sign-off-title">
<h2 id="sign-off-title">Sign-off</h2>
<p class="note">I have reviewed the reconciliation of period {{ report.period }} in
release {{ release.release_id }}, proof {{ proof_sha256 }}.</p>
<table class="sign"><caption class="unseen">Sign-off</caption>
<thead><tr><th scope="col">Role</th><th scope="col">Name</th>
<th scope="col">Signature</th><th scope="col">Date</th></tr></thead><tbody>
{%- for role in signatories %}
<tr><th scope="row">{{ role }}</th><td></td><td></td><td></td></tr>
{%- endfor %}
</tbody></table>
</section>
</main>
</body>
</html>
"""
SUM_ROW = """<tr class="{{ kind }}">
{%- for column in columns %}
{%- if loop.first %}
<th scope="row" colspan="{{ span }}">{{ label }}</th>
{%- elif loop.index0 >= span %}
<td{{ values.get(column.name) | looks(column) }}>
{{- values[column.name] | shown(column) if column.is_added_up else "" }}</td>
{%- endif %}
{%- endfor %}
</tr>"""


def report_page(report: Report, drawing: str, flow_text: str) -> str:
    """Lay the report out as one page.

    Args:
        report: The reconciliation.
        drawing: SVG of where the cost went.
        flow_text: What the drawing shows, in words.

    Returns:
        HTML without scripts, links to elsewhere or requests; table heads repeat on
        every printed sheet.
    """
    environment = _environment()
    row = environment.from_string(SUM_ROW)

    def sum_row(section: Section, rows: list[Row], kind: str, label: str) -> Markup:
        span = next(i for i, c in enumerate(section.columns) if c.is_added_up)
        values = sums(section, rows)
        # What the environment rendered, it escaped.
        return Markup(  # nosec B704
            row.render(
                columns=section.columns,
                values=values,
                kind=kind,
                label=label,
                span=span,
            )
        )

    release = report.released
    foot = f"Reconciliation {report.period}, release {release.release_id}"
    style = Markup(STYLE.replace("{{ foot }}", _css_text(foot)))  # nosec B704
    picture = Markup(drawing)  # nosec B704
    page = environment.from_string(PAGE).render(
        report=report,
        release=release,
        against=report.booked_in,
        facts=facts(report),
        style=style,
        drawing=picture,
        flow_text=flow_text,
        sum_row=sum_row,
        signatories=SIGNATORIES,
        proof_sha256=release.proof.get("proof_sha256", "none"),
    )
    return page + "\n"


def _css_text(text: str) -> str:
    """Escape text for a CSS string inside a style element."""
    return re.sub(r"[^\w .,-]", lambda found: f"\\{ord(found[0]):x} ", text)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters.update(
        anchor=lambda section: section.key.lower().replace(" ", "-"),
        shown=shown,
        looks=_looks,
        side=lambda column: Markup(' class="n"') if column.kind in RIGHT else "",
    )
    return environment


def facts(report: Report) -> list[tuple[str, str]]:
    """Say what the report was read from, and how far the period is closed."""
    released, proof = report.released, report.released.proof
    states = [
        (f"Period at {row['entity_code']}", _state(row)) for row in report.entities
    ]
    return [
        *states,
        ("Release", f"{released.release_id}, as of {released.as_of_date}"),
        ("Release before", released.previous_release_id or "none"),
        ("Proof, SHA-256", str(proof.get("proof_sha256", "published without a proof"))),
        (
            "Proven",
            f"{proof['pools']:,} lines of entity, period and pool against the landed"
            f" ledger; {sum(proof['ties'].values()):,} sums of published amounts"
            if proof
            else "nothing",
        ),
    ]


def _state(row: Row) -> str:
    closed = f" on {row['closed_at']:%Y-%m-%d}" if row["closed_at"] else ""
    days = f", {row['starts_on_date']} to {row['ends_on_date']}"
    return f"{row['period_status']}{closed}" + (days if row["ends_on_date"] else "")


def shown(value: object, column: Column) -> str:
    """Write a value as people read it."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if not isinstance(value, Decimal | int):
        return str(value)
    formats: dict[str, str] = {
        "money": f"{value:,.2f}",
        "count": f"{value:,}",
        "quantity": f"{value:,.0f}",
        "ratio": f"{value * 100:.1f} %",
        "rate": f"{value:.6f}",
    }
    return formats.get(column.kind, str(value))


def _looks(value: object, column: Column) -> Markup | str:
    if column.kind not in RIGHT:
        is_wide = column.name in ("cost_pool_name", "reason")
        return Markup(' class="name"') if is_wide else ""
    is_number = isinstance(value, Decimal | int)
    extra = ""
    if is_number and column.kind == "money":
        extra = " zero" if value == 0 else " minus" if Decimal(str(value)) < 0 else ""
    return Markup(f' class="n{extra}"')  # nosec B704
