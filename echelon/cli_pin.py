"""The commands that keep a release for as long as somebody needs it."""

from typing import Annotated

import typer

from echelon.cli_options import AsJson, bad_option, print_json
from echelon.config import load_settings

Reason = Annotated[str, typer.Option(help="Why; it goes into the audit log.")]


def pin(release_id: str, reason: Reason, as_json: AsJson = False) -> None:
    """Keep a release, however old, until it is unpinned."""
    from echelon.release.pins import pin as keep

    _check_said(reason)
    keep(load_settings().data_dir, release_id, reason)
    _say(release_id, "Pinned", as_json)


def unpin(release_id: str, reason: Reason, as_json: AsJson = False) -> None:
    """Let a pinned release go when its time comes."""
    from echelon.release.pins import unpin as let_go

    _check_said(reason)
    let_go(load_settings().data_dir, release_id, reason)
    _say(release_id, "No longer pinned", as_json)


def _check_said(reason: str) -> None:
    from echelon.decisions.people import is_said

    if not is_said(reason):
        raise bad_option("the reason is empty", "--reason", "say why", "no_reason")


def _say(release_id: str, what: str, as_json: bool) -> None:
    if as_json:
        print_json({"release_id": release_id, "is_pinned": what == "Pinned"})
    else:
        print(f"{what}: {release_id}")
