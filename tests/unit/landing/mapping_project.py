"""A company small enough to map in a test: real files in, real deliveries out."""

import csv
import textwrap
from pathlib import Path

import duckdb

from echelon.landing.land import LandedDelivery, land

_BASE_TABLES = {
    "erp__customers": """
  erp__customers:
    from: base
    columns: {customer_id: "'C1'", name: "'Ann'"}
""",
    "erp__products": """
  erp__products:
    from: base
    columns: {product_id: "'P1'", valid_from: "'2025-01-01'", name: "'Nut'"}
""",
    "erp__order_lines": """
  erp__order_lines:
    from: base
    columns:
      order_id: {constant: O1}
      line_no: 1
      document_type: {constant: sale}
      entity_code: {constant: E1}
      sold_to_id: {constant: C1}
      product_id: {constant: P1}
      ordered_at: {constant: 2025-01-31}
      ordered_qty: 1
      net_amount: 10
      currency_code: {constant: EUR}
""",
}


def mapping_text(sources: str = "", tables: str = "", extra: str = "") -> str:
    """Write a whole mapping around the part a test is about."""
    parts = [
        "version: 1\ncompany: tiny\nsettings: {base_currency: EUR}\n"
        if "settings:" not in extra
        else "version: 1\ncompany: tiny\n",
        "sources:\n  base: {rows: [{id: 1}]}\n",
        textwrap.indent(textwrap.dedent(sources).strip("\n"), "  "),
        "\ntables:",
        textwrap.indent("\n" + textwrap.dedent(tables).strip("\n"), "  "),
    ]
    parts += [text for name, text in _BASE_TABLES.items() if f"{name}:" not in tables]
    parts.append(
        "\nabsent:\n  erp__*: none\n  crm__*: none\n  wms__*: none\n  tms__*: none\n"
        "  gl__*: none\n  mdm__*: none\n  ext__*: none\n"
    )
    return "".join(parts) + textwrap.dedent(extra)


def write_files(directory: Path, files: dict[str, str | bytes]) -> None:
    """Write the extracts of a company."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (directory / name).write_bytes(data)


def land_text(
    tmp_path: Path, text: str, files: dict[str, str | bytes] | None = None
) -> list[LandedDelivery]:
    """Land a mapping given as text."""
    write_files(tmp_path / "source", files or {})
    mapping = tmp_path / "tiny.yml"
    mapping.write_text(text)
    return land(mapping, tmp_path / "source", tmp_path / "landing")


def rows_of(deliveries: list[LandedDelivery], table: str) -> list[dict[str, str]]:
    """Read a landed table as text, columns without a value left out."""
    for delivery in deliveries:
        for file in sorted(delivery.path.glob(f"{table}.*")):
            if file.suffix == ".csv":
                with file.open(newline="") as stream:
                    rows = list(csv.DictReader(stream))
                return [{k: v for k, v in row.items() if v} for row in rows]
            with duckdb.connect() as connection:
                frame = connection.sql(f"select * from '{file}'")
                names = frame.columns
                return [dict(zip(names, row, strict=True)) for row in frame.fetchall()]
    raise AssertionError(f"{table} has not landed")


def column_of(
    deliveries: list[LandedDelivery], table: str, column: str
) -> list[str | None]:
    """Read one landed column."""
    return [row.get(column) for row in rows_of(deliveries, table)]
