"""What people read: names as they were delivered, whatever is in them."""

import pytest
from rich.table import Table

from echelon import cli_compare, cli_options, cli_trace

CONSOLES = {
    "options": cli_options.out,
    "errors": cli_options.err,
    "compare": cli_compare.out,
    "trace": cli_trace.out,
}


@pytest.mark.parametrize("console", CONSOLES.values(), ids=CONSOLES)
def test_a_name_in_brackets_is_printed_and_not_obeyed(console):
    """Read as styles, [DE] would vanish and [/x] would end the command."""
    table = Table("customer", title="Acme [FR]")
    table.add_row("Acme [DE] [/x]")
    with console.capture() as captured:
        console.print(table)
        console.print("Acme [/y]")
    for name in ("Acme [FR]", "Acme [DE] [/x]", "Acme [/y]"):
        assert name in captured.get()
