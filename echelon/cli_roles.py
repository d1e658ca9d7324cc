"""`echelon roles`: which file is each role's, and what does it hold?"""

from typing import Annotated, Any

import typer

from echelon.cli_options import AsJson, out, print_json
from echelon.config import load_settings


def roles(
    release_id: Annotated[str | None, typer.Argument()] = None, as_json: AsJson = False
) -> None:
    """List the file of each role of a release (docs/roles.md)."""
    from echelon.release.store import find_release, release_in_force

    data_dir = load_settings().data_dir
    release = find_release(data_dir, release_id) if release_id else None
    release = release or release_in_force(data_dir)
    found: dict[str, dict[str, Any]] = release.manifest().get("roles", {})
    listed = [
        {"role": role, "file": str(release.directory / entry["file"])}
        | {"tables": len(entry["tables"]), "rows": sum(entry["tables"].values())}
        for role, entry in found.items()
    ]
    if as_json:
        print_json({"release_id": release.release_id, "roles": listed})
        return
    for line in listed:
        held = f"{line['tables']} tables, {line['rows']:,} rows"
        shown = held if line["tables"] else "everything that is published"
        text = f"{line['role']:<14} {shown:<28} {line['file']}"
        out.print(text, highlight=False, soft_wrap=True)
