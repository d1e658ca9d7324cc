"""Who is told, and how, that a refresh failed or that a check warned?"""

import json
import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from logging import getLogger
from threading import Thread
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

from echelon.config import Settings

LOGGER = getLogger("echelon.notify")
ATTEMPTS, FIRST_WAIT_SECONDS, TIMEOUT_SECONDS = 3, 1.0, 10.0
# Of all channels and tries together: a timeout is for one read, and who sends a byte
# now and then is never late.
LIMIT_SECONDS = 40.0


@dataclass(frozen=True)
class Finding:
    """A check that found something.

    Attributes:
        check: Name of the check.
        severity: ``error`` or ``warning``.
        detail: What it found, without values of rows.
    """

    check: str
    severity: str
    detail: str


@dataclass(frozen=True)
class Notice:
    """What people are told about a run.

    Attributes:
        job: The job that ran.
        outcome: ``finished``, ``failed`` or ``found nothing new``.
        release_id: The release now in force, None before the first one.
        code: Code of the fault the run ended in, None if it ended in none.
        message: One line on the outcome.
        findings: The checks that failed or warned.
    """

    job: str
    outcome: str
    release_id: str | None
    code: str | None
    message: str
    findings: tuple[Finding, ...]

    @property
    def is_worth_telling(self) -> bool:
        """Whether anything is wrong."""
        return self.outcome == "failed" or bool(self.findings)

    @property
    def title(self) -> str:
        """One line for a subject or a heading."""
        if self.outcome == "failed":
            return f"Echelon: {self.job} failed ({self.code})"
        return f"Echelon: {self.job} {self.outcome}, {len(self.findings)} warnings"

    def lines(self) -> list[str]:
        """Say for people what happened."""
        in_force = f"In force: {self.release_id or 'no release yet'}"
        found = [f"{one.severity} {one.check}: {one.detail}" for one in self.findings]
        return [self.message, *found, in_force]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"title": self.title, **asdict(self)}


def notify(
    settings: Settings, notice: Notice, wait: Callable[[float], None] = time.sleep
) -> list[str]:
    """Tell every channel that is set up about a run in which anything was wrong.

    A channel is tried three times, within `LIMIT_SECONDS`. One that cannot be reached
    is logged and never changes what comes of a run.

    Args:
        settings: Settings of this machine, with the channels.
        notice: What happened.
        wait: Called with the seconds between two tries.

    Returns:
        The channels that took the notice.
    """
    if not notice.is_worth_telling:
        return []
    told: list[str] = []

    def tell(channel: str, send: Callable[[], None]) -> None:
        if _sent(channel, send, wait):
            told.append(channel)

    # Daemons: what a channel still waits for keeps no process from ending.
    threads = {
        channel: Thread(target=tell, args=(channel, send), daemon=True)
        for channel, send in _channels(settings, notice)
    }
    for thread in threads.values():
        thread.start()
    deadline = time.monotonic() + LIMIT_SECONDS
    for channel, thread in threads.items():
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            LOGGER.warning("nobody was told by %s: it took too long", channel)
    return [channel for channel in threads if channel in told]


def _channels(
    settings: Settings, notice: Notice
) -> Sequence[tuple[str, Callable[[], None]]]:
    """List the channels that are set up, each with what sends the notice there."""
    webhook, slack = settings.notify_webhook_url, settings.notify_slack_url
    text = "\n".join([f"*{notice.title}*", *notice.lines()])
    channels: list[tuple[str, Callable[[], None]]] = []
    if webhook is not None:
        url = webhook.get_secret_value()
        channels.append(("webhook", lambda: _post(url, notice.to_dict())))
    if slack is not None:
        hook = slack.get_secret_value()
        channels.append(("slack", lambda: _post(hook, {"text": text})))
    if settings.notify_email_to:
        channels.append(("email", lambda: _mail(settings, notice)))
    return channels


def _sent(
    channel: str, send: Callable[[], None], wait: Callable[[float], None]
) -> bool:
    for attempt in range(ATTEMPTS):
        if attempt:
            wait(FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
        try:
            send()
        except Exception as error:
            # The error's text may hold the address, which is a secret of some channels.
            reason = type(error).__name__
        else:
            return True
    LOGGER.warning("nobody was told by %s: %s", channel, reason)
    return False


def _post(url: str, record: dict[str, Any]) -> None:
    request = Request(
        url,
        data=json.dumps(record).encode(),
        headers={"Content-Type": "application/json"},
    )
    with build_opener(_NoRedirects).open(request, timeout=TIMEOUT_SECONDS):
        pass  # whatever is answered beside a status that says it was taken


class _NoRedirects(HTTPRedirectHandler):
    """Takes a redirect for an error: followed as a GET, it would lose the notice."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Follow none."""


def _mail(settings: Settings, notice: Notice) -> None:
    message = EmailMessage()
    message["Subject"] = notice.title
    message["From"] = settings.notify_email_from
    message["To"] = settings.notify_email_to
    message.set_content("\n".join(notice.lines()))
    with closing(
        smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    ) as server:
        if settings.smtp_starttls:
            server.starttls()
        if settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        # Taken for one of several is taken: another try would tell that one again.
        refused = server.send_message(message)
        if refused:
            # Their number alone: logs are read by more people than an address is for.
            LOGGER.warning(
                "the mail server did not take the notice for %s of its recipients",
                len(refused),
            )
        with suppress(OSError):  # it has the notice, however it takes the farewell
            server.quit()
