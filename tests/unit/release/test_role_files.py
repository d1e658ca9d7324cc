"""A role's file holds what the policy shows the role, and nothing else at all."""

import csv
import shutil
from datetime import date
from functools import partial

import duckdb
import pytest

from echelon.config import PROJECT_DIR
from echelon.errors import EchelonError, ExitCode
from echelon.release.reader import open_database
from echelon.release.role_files import Publication, write_role_files
from echelon.release.verify import verify

HEADER = (
    "role,relation,columns,access,row_condition,minimum_count,cell_columns,"
    "total_columns,reason,valid_from,valid_to,approved_by"
)
# Three customers, one of them a government's; two segments over two months.
PUBLISHED = """
create schema core; create schema finance; create schema intermediate;
create table core.dim_customers as
select * from (values
    ('C1', 'canary-name-one', 'S1', false),
    ('C2', 'canary-name-two', 'S1', false),
    ('C3', 'canary-name-three', 'S2', true)
) as t(customer_id, customer_name, segment_code, is_government);
create table core.fct_orders as
select * from (values ('O1', 'C1', 10.00), ('O2', 'C3', 30.00), ('O3', null, 5.00))
    as t(order_id, customer_id, amount_base_ccy);
create table intermediate.int_costs as select 'C1' as customer_id, 7.00 as amount;
create view finance.fct_costs as select * from intermediate.int_costs;
create table finance.rpt_segments as
select * from (values
    ('S1', '2025-11', 40, 400.00), ('S1', '2025-12', 50, 500.00),
    ('S2', '2025-11', 2, 20.00), ('S2', '2025-12', 9, 90.00)
) as t(segment_code, fiscal_period, customer_count, amount_base_ccy);
"""
GOVERNMENT = (
    "customer_id in (select customer_id from core.dim_customers"
    " where not is_government)"
)


@pytest.fixture
def publication(tmp_path):
    database = tmp_path / "published.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(PUBLISHED)
    return Publication(database, "R1", date(2025, 12, 31))


def rule(text, reason="why", since="1900-01-01", until=""):
    """Complete the first cells of a row: role, relation, columns, access, …"""
    cells = [*text.split("|"), *[""] * 8][:8]
    return [*cells, reason, since, until, "board"]


def write(publication, *rules):
    policy = publication.database.with_name("policy_role_access.csv")
    lines = [",".join(f'"{cell}"' for cell in cells) for cells in rules]
    policy.write_text("\n".join([HEADER, *lines]) + "\n")
    return write_role_files(publication, policy, {})


def rows(publication, role, sql):
    path = publication.database.parent / "roles" / role / "published.duckdb"
    with open_database(path) as connection:
        return connection.execute(sql).fetchall()


def test_what_no_row_shows_is_not_there(publication):
    files = write(publication, rule("sales|core.dim_customers|customer_id|show"))
    assert files["sales"].tables == {
        "core.dim_customers": 3,
        "governance.rpt_role_access": 1,
    }
    assert rows(publication, "sales", "from core.dim_customers order by all") == [
        ("C1",),
        ("C2",),
        ("C3",),
    ]
    with pytest.raises(duckdb.CatalogException):
        rows(publication, "sales", "from core.fct_orders")


def test_what_is_hidden_is_absent_from_the_bytes_of_the_file(publication):
    write(
        publication,
        rule("sales|core.*|*|show"),
        rule("sales|core.dim_customers|customer_name|hide"),
        rule("crm|core.dim_customers|*|show"),
        rule("crm|*.*|is_government|keep|not is_government"),
    )
    roles = publication.database.parent / "roles"
    names = [b"canary-name-one", b"canary-name-two", b"canary-name-three"]

    def found(path):
        return [name in path.read_bytes() for name in names]

    assert found(publication.database) == [True, True, True]  # the search can find them
    assert found(roles / "sales" / "published.duckdb") == [False, False, False]
    assert found(roles / "crm" / "published.duckdb") == [True, True, False]


def test_a_row_rule_follows_its_column_into_every_table(publication):
    write(
        publication,
        rule("sales|core.*|*|show"),
        rule(f"sales|*.*|customer_id|keep|{GOVERNMENT}"),
    )
    orders = rows(publication, "sales", "select order_id from core.fct_orders")
    assert orders == [("O1",)]  # O2 is the government's, O3 nobody's
    content = "select table_name, row_count, is_row_filtered from governance."
    assert rows(publication, "sales", f"{content}rpt_role_access order by all") == [
        ("dim_customers", 2, True),
        ("fct_orders", 1, True),
    ]


def test_a_view_is_written_out_without_the_table_behind_it(publication):
    write(publication, rule("finance|finance.fct_costs|*|show"))
    assert rows(publication, "finance", "select amount from finance.fct_costs")
    with pytest.raises(duckdb.CatalogException):
        rows(publication, "finance", "from intermediate.int_costs")


def test_small_cells_take_others_along_so_that_no_total_gives_them_back(publication):
    cell = "steering|finance.rpt_segments|customer_count|suppress||5|"
    keys = "segment_code fiscal_period"
    shown = rule("steering|finance.rpt_segments|*|show")
    kept = "select segment_code, fiscal_period from finance.rpt_segments order by all"

    write(publication, shown, rule(f"{cell}{keys}|"))
    assert rows(publication, "steering", kept) == [
        ("S1", "2025-11"),
        ("S1", "2025-12"),
        ("S2", "2025-12"),
    ]
    shutil.rmtree(publication.database.parent / "roles")
    # 29 less 9 would be the 2 of S2 in November: with totals known, all four go.
    write(publication, shown, rule(f"{cell}{keys}|{keys}"))
    assert rows(publication, "steering", kept) == []
    hidden = "select suppressed_row_count from governance.rpt_role_access"
    assert rows(publication, "steering", hidden) == [(4,)]


# Every objective parts the same customers; each of the counts of a scenario is one of
# people.
STEERING = """
create schema governance;
create table governance.rpt_objective_shifts as
select * from (values
    ('margin', 'S02', 'S02', false, 75), ('margin', 'S02', 'S01', true, 6),
    ('margin', 'S03', 'S03', false, 60),
    ('risk', 'S02', 'S02', false, 81),
    ('risk', 'S03', 'S03', false, 57), ('risk', 'S03', 'S02', true, 3),
    ('other', 'S02', 'S02', false, 30), ('other', 'S02', 'S03', true, 51),
    ('other', 'S03', 'S02', true, 30), ('other', 'S03', 'S03', false, 30)
) as t(objective_code, segment_code, objective_segment_code, is_moved, customer_count);
create table governance.rpt_stress_moves as
select 'slump' as scenario_id, 1 as customer_count;
create table governance.rpt_stress_scenarios as
select * from (values
    ('shock', 81, 0, 1), ('spike', 300, 2, 5),
    ('region', 166, 48, 17), ('calm', 9, 0, 0)
) as t(scenario_id, customer_count, moved_customer_count, held_customer_count);
"""
SHIPPED = PROJECT_DIR / "dbt_project/seeds/policy/policy_role_access.csv"


def shipped(role, tables):
    with SHIPPED.open(encoding="utf-8", newline="") as stream:
        return [r for r in csv.reader(stream) if r[0] == role and r[1] in tables]


@pytest.fixture
def steering(publication):
    with duckdb.connect(str(publication.database)) as connection:
        connection.execute(STEERING)
    tables = ["objective_shifts", "stress_moves", "stress_scenarios"]
    write(publication, *shipped("steering", [f"governance.rpt_{t}" for t in tables]))
    return partial(rows, publication, "steering")


def test_no_objective_gives_back_the_cell_that_another_hides(steering):
    seen = steering(
        "select objective_code, segment_code, objective_segment_code"
        " from governance.rpt_objective_shifts"
    )
    # S03 is 60 under each objective: 57 that stay would be 3 that do not.
    assert not {("risk", "S03", "S03"), ("risk", "S03", "S02")} & {*seen}
    assert ("other", "S02", "S03") in seen


def test_a_scenario_in_which_few_are_moved_or_held_is_not_seen(steering):
    seen = steering("select scenario_id from governance.rpt_stress_scenarios")
    assert sorted(seen) == [("calm",), ("region",)]


def test_the_moves_whose_totals_the_scenarios_are_are_left_out(steering):
    with pytest.raises(duckdb.CatalogException):
        steering("from governance.rpt_stress_moves")


def test_who_sees_everything_reads_the_published_file_itself(publication):
    files = write(publication, rule("auditor|*.*|*|show"))
    assert files["auditor"].file == "published.duckdb"
    assert not (publication.database.parent / "roles").exists()


def test_a_rule_holds_from_its_first_day_to_before_its_last(publication):
    files = write(
        publication,
        rule("past|*.*|*|show", until="2025-12-31"),
        rule("future|*.*|*|show", since="2026-01-01"),
        rule("now|*.*|*|show", since="2025-12-31", until="2026-01-01"),
    )
    assert list(files) == ["now"]


REFUSED = {
    "role": ("Sales|core.*|*|show", "role"),
    "access": ("sales|core.*|*|see", "access"),
    "table": ("sales|core.dim_nobody|*|show", "relation"),
    "schema": ("sales|nowhere.*|*|show", "relation"),
    "form": ("sales|core|*|show", "relation"),
    "column": ("sales|core.dim_customers|tax_id|hide", "columns"),
    "no_column": ("sales|core.dim_customers||hide", "columns"),
    "no_condition": ("sales|core.*|customer_id|keep", "row_condition"),
    "condition_of_show": ("sales|core.*|*|show|true", "row_condition"),
    "two_statements": (
        "sales|core.*|customer_id|keep|true); drop x; (",
        "row_condition",
    ),
    "clock": ("sales|core.*|customer_id|keep|now() > now()", "row_condition"),
    "unknown_in_condition": (
        "sales|core.dim_customers|customer_id|keep|nobody = 1",
        "row_condition",
    ),
    "file_in_condition": (
        "sales|core.dim_customers|customer_id|keep|"
        "customer_id in (select content from read_text('/etc/hostname'))",
        "row_condition",
    ),
    "value_in_condition": (
        "sales|core.dim_customers|customer_id|keep|customer_name::integer = 1",
        "row_condition",
    ),
    "value_of_a_date_in_condition": (
        "sales|core.dim_customers|customer_id|keep|"
        "strptime(customer_name, '%d.%m.%Y') is not null",
        "row_condition",
    ),
    "names_for_numbers": (
        "sales|core.dim_customers|customer_name|suppress||5|customer_id|",
        "columns",
    ),
    "no_minimum": ("sales|finance.*|customer_count|suppress", "minimum_count"),
    "no_number": ("sales|finance.*|customer_count|suppress||few|a|", "minimum_count"),
    "total_elsewhere": (
        "sales|finance.*|customer_count|suppress||5|segment_code|fiscal_period",
        "total_columns",
    ),
    "cell_of_several_rows": (
        "sales|finance.rpt_segments|customer_count|suppress||5|segment_code|",
        "cell_columns",
    ),
}


@pytest.mark.parametrize(("text", "column"), REFUSED.values(), ids=REFUSED.keys())
def test_a_rule_that_cannot_be_is_refused_by_name(publication, text, column):
    with pytest.raises(EchelonError) as refusal:
        write(publication, rule("sales|*.*|*|show"), rule(text))
    fault = refusal.value.fault
    assert refusal.value.exit_code is ExitCode.CONFIGURATION
    assert (fault.code, fault.file) == ("role_access_refused", "policy_role_access.csv")
    assert fault.column == column
    assert fault.line in (3, None)
    assert "canary" not in str(refusal.value)


def test_small_counts_are_not_shown_elsewhere(publication):
    with duckdb.connect(str(publication.database)) as connection:
        connection.execute("create table core.rpt_more as select 1 as customer_count")
    with pytest.raises(EchelonError, match=r"core\.rpt_more without"):
        write(
            publication,
            rule("sales|*.*|*|show"),
            rule(
                "sales|finance.rpt_segments|customer_count|suppress||5|"
                "segment_code fiscal_period|"
            ),
        )


def test_a_date_that_is_none_is_refused(publication):
    with pytest.raises(EchelonError, match="'soon' is not a date"):
        write(publication, rule("sales|*.*|*|show", since="soon"))


def test_a_release_has_a_file_for_each_role_and_verify_watches_it(company):
    release = company.release()
    path = release.directory / "roles" / "sales" / "published.duckdb"
    assert release.manifest()["roles"] == {
        "auditor": {"file": "published.duckdb", "tables": {}},
        "sales": {
            "file": "roles/sales/published.duckdb",
            "tables": {"core.dim_segments": 1, "governance.rpt_role_access": 1},
        },
    }
    with open_database(path) as connection:
        statement = "copy core.dim_segments to '/dev/null'"
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    assert verify(company.data_dir).files == len(release.manifest()["files"])

    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(EchelonError, match="changed since publishing") as found:
        verify(company.data_dir)
    assert found.value.fault.file.endswith("roles/sales/published.duckdb")
