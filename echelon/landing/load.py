"""What has landed? Deliveries in, typed and checked raw tables out."""

from collections.abc import Mapping

import duckdb

from echelon.landing.contract import TableContract

_LOADER_TABLES = {
    "deliveries": """
        system_code varchar, delivery_id varchar, table_name varchar,
        source_file varchar, row_count bigint, quarantined_row_count bigint,
        sha256 varchar, period varchar, sequence bigint""",
    "table_availability": """
        table_name varchar, is_available boolean, unavailable_reason varchar,
        row_count bigint, input_as_of_date date""",
    "quarantined_rows": """
        table_name varchar, delivery_id varchar, source_file varchar,
        source_line bigint, column_name varchar, error_code varchar, reason varchar,
        entity_code varchar, fiscal_period varchar, amount decimal(18,2)""",
}
_REFRESH_TABLES = {
    "refresh_parameters": """
        release_id varchar, as_of_date date, base_currency_code varchar,
        recorded_at timestamp""",
    "previous_customer_identifiers": """
        source_system varchar, source_customer_id varchar, customer_id varchar,
        match_rule varchar, match_probability double, valid_from_date date,
        valid_to_date date, recorded_at timestamp""",
    "previous_segment_assignments": """
        customer_id varchar, valid_from_date date, recorded_at timestamp,
        valid_to_date date, segment_code varchar, model_version varchar,
        assigned_by varchar, reason varchar""",
    "previous_segments": """
        model_version varchar, segment_code varchar, segment_name varchar,
        definition varchar, customer_count bigint""",
}


def create_raw_schema(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, TableContract]
) -> None:
    """Create every raw table, empty and typed; existing tables stay as they are.

    Args:
        connection: Open warehouse.
        contracts: Table contracts by table name.
    """
    connection.execute("create schema if not exists raw")
    for contract in contracts.values():
        columns = [f'"{column.name}" {column.sql_type}' for column in contract.columns]
        columns += ["_delivery_id varchar", "_source_line bigint"]
        _create_table(connection, contract.name, ", ".join(columns))
    for name, columns_sql in {**_LOADER_TABLES, **_REFRESH_TABLES}.items():
        _create_table(connection, name, columns_sql)


def _create_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str
) -> None:
    connection.execute(f'create table if not exists raw."{name}" ({columns})')
