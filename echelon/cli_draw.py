"""The command that draws where cost goes and what is left of a customer's sales."""

from pathlib import Path
from typing import Annotated

import typer

from echelon.cli_options import AsJson, bad_option, check_outside, out, print_json
from echelon.config import load_settings

KINDS = "customer, segment, product, lane or flow"


def draw(
    kind: Annotated[str, typer.Argument(help=f"What to draw: {KINDS}.")],
    key: Annotated[
        str,
        typer.Argument(
            help="Whose: its id, of a customer the persistent one; not for flow."
        ),
    ] = "",
    period: Annotated[
        str | None, typer.Option(help="Fiscal period; the last closed if left out.")
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="First period; --period if left out.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="File: .html, .png or .svg.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Draw a waterfall of sales to contribution, or where cost went (docs/close.md)."""
    # The picture's library takes a second to import.
    from echelon.reconciliation.drawing import SUBJECTS, draw_release, write_drawing

    if kind not in (*SUBJECTS, "flow") or bool(key) != (kind != "flow"):
        message = f"cannot draw {kind!r} of {key!r}"
        raise bad_option(message, "KIND KEY", f"{KINDS}; all but flow name one")
    if kind == "flow" and first:
        raise bad_option("a flow shows one period", "--from", "use --period alone")
    if target is not None and target.suffix not in (".html", ".png", ".svg"):
        raise bad_option(f"cannot draw to {target}", "--out", ".html, .png or .svg")
    data_dir = load_settings().data_dir
    check_outside(target or Path(), data_dir)
    drawing = draw_release(data_dir, (kind, key), (first, period))
    path = target or Path(f"{kind}_{key}_{drawing.span}.html".replace("/", "-"))
    write_drawing(drawing, path)
    if as_json:
        print_json({"file": str(path), "rows": drawing.rows})
        return
    for row in drawing.rows:
        line = "  ".join(str(value) for value in row.values() if value is not None)
        out.print(line, highlight=False, soft_wrap=True)
    out.print(str(path), highlight=False, soft_wrap=True)
