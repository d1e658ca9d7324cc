"""Is a cent that changes anywhere in a published amount found?"""

import json
import random
import shutil

import duckdb
import pytest

from echelon.release.content import current_catalog, read_content
from echelon.release.tie_out import Sheet, compare
from echelon.release.ties import TIES

# What each is not the sum of: a rate, an average, a share of a pool that others share,
# a balance that no journal of the extract explains.
FOLLOWS_FROM_NO_SUM = {
    "core.fct_cost_activities.assignable_amount_base_ccy",
    "core.fct_cost_activities.standard_rate_base_ccy",
    "finance.rpt_activity_rates_by_cost_pool_month.activity_rate_base_ccy_per_unit",
    "finance.rpt_activity_rates_by_cost_pool_month.standard_rate_base_ccy",
    "finance.rpt_cost_to_serve_by_customer.cost_to_serve_per_order_amount_base_ccy",
    "finance.rpt_cost_to_serve_by_segment_month.cost_to_serve_per_order_amount_base_ccy",
    "finance.rpt_ledger_completeness_by_account_month.closing_amount_local_ccy",
    "finance.rpt_ledger_completeness_by_account_month.opening_amount_local_ccy",
    # The landed journals have it: compared by the proof, not within the release.
    "finance.fct_ledger_lines.amount_local_ccy",
    "finance.fct_ledger_lines.base_ccy_per_local_ccy",
}
COST_TABLES = ("finance.", "core.fct_cost_", "core.fct_carried_")
BEHIND = {"intermediate.int_order_lines_converted": "core.fct_order_lines"}


@pytest.fixture
def published(released, tmp_path):
    """A copy of the published database that may be written to, and its manifest."""
    company = released[0]
    path = tmp_path / "mutated.duckdb"
    shutil.copyfile(company.data_dir / "current" / "published.duckdb", path)
    with duckdb.connect(str(path)) as connection:
        yield connection, company.manifest()


def amounts_of(connection):
    """List every amount of a stored table that has rows, with how many it has."""
    columns = connection.execute(
        """
        select schema_name || '.' || table_name, column_name
        from duckdb_columns() inner join duckdb_tables()
            using (database_name, schema_name, table_name)
        where data_type like 'DECIMAL%' and column_name like '%\\_ccy%' escape '\\'
        order by all
        """
    ).fetchall()
    for table, column in columns:
        (rows,) = connection.execute(f"select count({column}) from {table}").fetchone()
        if rows:
            yield table, column, rows


def is_caught_by_a_tie(connection, table):
    sheet = Sheet(connection)
    shown = {table, BEHIND.get(table, table)}
    return any(compare(sheet, tie)[1] for tie in TIES if shown & tie.tables)


def test_a_cent_changed_in_any_published_amount_is_found(published):
    connection, manifest = published
    chance = random.Random(7)
    untied, unseen, count = set(), set(), 0
    for table, column, rows in amounts_of(connection):
        count += 1
        connection.execute("begin")
        connection.execute(
            f"update {table} set {column} = {column} + 0.01 where rowid = ("
            f" select rowid from {table} where {column} is not null order by rowid"
            f" limit 1 offset {chance.randrange(rows)})"
        )
        totals = read_content(connection, current_catalog(connection), table).totals
        if totals[column] == manifest["tables"][table]["totals"][column]:
            unseen.add(f"{table}.{column}")
        if not is_caught_by_a_tie(connection, table):
            untied.add(f"{table}.{column}")
        connection.execute("rollback")
    assert count > 60
    assert unseen == set()
    costs = {name for name in untied if name.startswith(COST_TABLES)}
    assert costs <= FOLLOWS_FROM_NO_SUM


def test_every_pool_of_the_release_is_in_its_proof(released):
    company = released[0]
    path = company.data_dir / "current" / "proof.json"
    proven = {
        (row["entity_code"], row["fiscal_period"], row["cost_pool_code"])
        for row in json.loads(path.read_text())["postings"]
    }
    reconciled = company.query(
        "select entity_code, fiscal_period, cost_pool_code"
        " from finance.rpt_gl_reconciliation_by_cost_pool_month"
    )
    assert proven == set(reconciled)
