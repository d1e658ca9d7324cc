"""The good company's data, written otherwise: it must load as if nothing were."""

from collections.abc import Callable

import pyarrow as pa

from benchmarks.badinput.case import rows_of
from benchmarks.badinput.company import ERP, GL, TMS, Landing, text
from benchmarks.badinput.rows import CUSTOMERS, JOURNALS, shipments

_CUSTOMERS, _ORDERS = "erp__customers", "erp__order_lines"


def _bytes(table: str, change: Callable[[bytes], bytes]) -> Callable[[Landing], None]:
    """Rewrite a file; rows, totals and checksum stay as promised."""

    def apply(landing: Landing) -> None:
        name = f"{ERP}/{table}.csv"
        landing.files[name] = change(landing.files[name])
        landing.reseal(ERP, table)

    return apply


def _rows(table: str, change: Callable[[list], list]) -> Callable[[Landing], None]:
    def apply(landing: Landing) -> None:
        landing.files[f"{ERP}/{table}.csv"] = text(change(rows_of(landing, table)))
        landing.reseal(ERP, table)

    return apply


def _quoted(content: bytes) -> bytes:
    lines = content.decode().splitlines()
    quoted = ['"' + line.replace(",", '","') + '"' for line in lines]
    return ("\n".join(quoted) + "\n").encode()


def _as_parquet(landing: Landing) -> None:
    names, *rows = CUSTOMERS
    promised = landing.manifests[ERP]["tables"][_CUSTOMERS]["control_totals"]
    columns = {
        name: pa.array([str(row[place]) for row in rows])
        for place, name in enumerate(names)
    }
    landing.put(ERP, _CUSTOMERS, pa.table(columns))
    entry = landing.manifests[ERP]["tables"][_CUSTOMERS]
    entry["control_totals"] = promised
    landing.seal(ERP)


def _binary_numbers(landing: Landing) -> None:
    table = shipments()
    at = table.column_names.index("weight_kg")
    promised = landing.manifests[TMS]["tables"]["tms__shipments"]["control_totals"]
    weights = table.column(at).cast(pa.float64())
    table = table.set_column(at, "weight_kg", weights)
    landing.put(TMS, "tms__shipments", table)
    entry = landing.manifests[TMS]["tables"]["tms__shipments"]
    entry["control_totals"] = promised
    landing.seal(TMS)


def _again(landing: Landing) -> None:
    landing.deliver("erp/erp-0002", {_CUSTOMERS: text(CUSTOMERS)})


def _ledger_again(landing: Landing) -> None:
    landing.deliver("gl/gl-0002", {"gl__journal_lines": text(JOURNALS)})


def harmless() -> dict[str, Callable[[Landing], object]]:
    """Return the ways to write the same by their names."""
    return {
        "byte order mark": _bytes(_CUSTOMERS, lambda b: b"\xef\xbb\xbf" + b),
        "line ends of Windows": _bytes(_CUSTOMERS, lambda b: b.replace(b"\n", b"\r\n")),
        "no last line end": _bytes(_CUSTOMERS, lambda b: b.rstrip()),
        "every value quoted": _bytes(_CUSTOMERS, _quoted),
        "blank lines at the end": _bytes(_CUSTOMERS, lambda b: b + b"\n\n"),
        "rows in another order": _rows(_ORDERS, lambda r: [r[0], *r[:0:-1]]),
        "columns in another order": _rows(_ORDERS, lambda r: [row[::-1] for row in r]),
        "zeros after the scale": _rows(
            _ORDERS, lambda r: [r[0], *([*w[:9], w[9] + "00", *w[10:]] for w in r[1:])]
        ),
        "a plus before amounts": _rows(
            _ORDERS, lambda r: [r[0], *([*w[:9], "+" + w[9], *w[10:]] for w in r[1:])]
        ),
        "times with T and Z": _bytes(
            _ORDERS, lambda b: b.replace(b" 08:00:00", b"T08:00:00Z")
        ),
        "an empty column more": _rows(
            _CUSTOMERS, lambda r: [[*r[0], "region"], *([*row, ""] for row in r[1:])]
        ),
        "Parquet text instead of CSV": _as_parquet,
        "Parquet doubles instead of decimals": _binary_numbers,
        "the same rows again": _again,
        "a closed period again as it was": _ledger_again,
        "typed Parquet again": lambda landing: landing.deliver(
            "tms/tms-0002", {"tms__shipments": shipments()}
        ),
        "a key by hand": lambda landing: landing.manifests[GL].pop("seal"),
    }
