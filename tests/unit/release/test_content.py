import duckdb
import pytest

from echelon.release.content import base_tables, list_views, read_content

ROWS = "values (1, 'a', 1.50::decimal(18, 2)), (2, null, 2.25), (2, null, 2.25)"


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.execute(
            f"create table t as select * from ({ROWS}) as v(id, name, paid)"
        )
        yield connection


def test_content_counts_sums_and_ignores_row_order(connection):
    connection.execute("create table s as from t order by id desc")
    content = read_content(connection, "memory", "main.t")
    assert (content.rows, content.totals) == (3, {"paid": "6.00"})
    assert read_content(connection, "memory", "main.s") == content


@pytest.mark.parametrize(
    "change",
    [
        "update t set name = '' where id = 2",
        "update t set paid = 1.51 where id = 1",
        "delete from t where id = 1",
        "insert into t values (2, null, 2.25)",
        "alter table t rename column name to label",
        "alter table t alter id type bigint",
        "update t set id = 3 - id",
    ],
    ids=["null", "cent", "lost", "doubled", "renamed", "retyped", "swapped"],
)
def test_any_change_changes_the_hash(connection, change):
    before = read_content(connection, "memory", "main.t").content_hash
    connection.execute(change)
    assert read_content(connection, "memory", "main.t").content_hash != before


def test_column_names_that_need_quotes_are_read(connection):
    connection.execute('create table q as select 1 as "order", 2 as "a ""b"""')
    assert read_content(connection, "memory", "main.q").rows == 1


def test_table_that_is_not_there_is_named(connection):
    with pytest.raises(LookupError, match=r"main\.none"):
        read_content(connection, "memory", "main.none")


def test_tables_behind_nested_views_are_found(connection):
    connection.execute("create table u as select 1 as id")
    connection.execute("create view inner_view as select t.id from main.t")
    connection.execute(
        """
        create view outer_view as
        with u as (select id from main.u)
        select id from u where id in (select id from main.inner_view)
        """
    )
    views = list_views(connection, "memory")
    assert base_tables(connection, views, "main.outer_view") == ["main.t", "main.u"]
