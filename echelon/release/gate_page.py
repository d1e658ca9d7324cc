"""Which gates did a release pass, on how many rows? A page for people."""

from pathlib import Path

import duckdb

from echelon.pages import as_html
from echelon.release.release_tables import TARGET

PAGE_NAME = "gates.html"
QUERIES = {
    "Gates": """
        select
            gate_name as gate, stage, outcome, rows_examined as "rows",
            if(is_critical, 'blocks', 'warns') as "if it fails", detail
        from {target}.governance.rpt_gate_results
        order by passed is not false, outcome <> 'warned', stage, gate_name
    """,
    "Controls": """
        select control_kind as kind, outcome, count(*) as controls,
            sum(rows_examined) as "rows"
        from {target}.governance.rpt_control_results
        group by all
        order by all
    """,
    "Controls that warned": """
        select control_kind as kind, control_name as control, detail as "what"
        from {target}.governance.rpt_control_results
        where outcome = 'warned'
        order by all
    """,
    "Controls with nothing to examine": """
        select control_kind as kind, control_name as control,
            guarded_tables as "tables", detail as "why"
        from {target}.governance.rpt_control_results
        where outcome = 'nothing to examine'
        order by all
    """,
    "Rules the deliveries may break": """
        select check_code, delivery_id, reason, valid_to_date, is_in_force, breach_count
        from {target}.governance.rpt_waived_checks
        order by all
    """,
}


def write_gate_page(
    connection: duckdb.DuckDBPyConnection, release_id: str, path: Path
) -> None:
    """Write the gates and waived rules of a release as one page without requests.

    Args:
        connection: Connection with the published file attached.
        release_id: The release.
        path: The page; it holds counts and names of rules, never a value of a row.
    """
    tables = {}
    for heading, query in QUERIES.items():
        cursor = connection.execute(query.format(target=TARGET))
        names = [column[0] for column in cursor.description or ()]
        tables[heading] = [
            dict(zip(names, row, strict=True)) for row in cursor.fetchall()
        ]
    path.write_text(as_html(f"Gates of release {release_id}", tables), encoding="utf-8")
