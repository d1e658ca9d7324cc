"""How the command line runs the very job that the Dagster UI runs."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from dagster_project.findings import fault_of, findings_of, notice_of, told
from dagster_project.resources.event_log import open_instance
from echelon.config import Settings
from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import known_fault
from echelon.notify import Finding, notify
from echelon.release.layout import candidates_dir
from echelon.release.lock import refresh_lock
from echelon.release.store import current_release
from echelon.stop_signals import noticed_stops, stopped
from echelon.summary import Summary, summarise


@dataclass(frozen=True)
class Stage:
    """One step of the run, in seconds since the epoch."""

    name: str
    started_at: float
    ended_at: float


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh that published has to say.

    Attributes:
        summary: The release now in force.
        stages: Seconds of each step.
        candidate_dir: Where it was built.
        proposal: What came of the fit that lasting drift called for, None without.
    """

    summary: Summary
    stages: list[Stage]
    candidate_dir: str
    proposal: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            **self.summary.to_dict(),
            "exit_code": int(ExitCode.PUBLISHED),
            "candidate_dir": self.candidate_dir,
            "proposal": self.proposal,
            "stages": [asdict(stage) for stage in self.stages],
        }


def run_refresh(
    settings: Settings, options: dict[str, Any], announce: Callable[[str], None]
) -> RefreshReport:
    """Run the ``refresh`` job in this process; tell people of what went wrong.

    Args:
        settings: Settings of this machine.
        options: Configuration of the ``refresh`` resource (as_of, policy_dir, refit).
        announce: Called with a line on what is being done.

    Returns:
        The summary of the release now in force and the seconds of each step.

    Raises:
        EchelonError: With the public exit code of whatever kept it from publishing;
            STOPPED also where the release was already out.
            What comes of a fit that drift calls for is reported, never raised: the
            release is out.
    """
    findings: list[Finding] = []
    try:
        report = _refresh(settings, options, announce, findings)
    except Exception as error:
        # Not its text: that may quote what was delivered.
        defect = Fault(
            "internal",
            f"a defect of ours: {type(error).__name__}",
            hint="ECHELON_DEBUG=1 prints the stack trace",
        )
        fault = known_fault(error) or EchelonError(ExitCode.INTERNAL, defect)
        notify(settings, notice_of(settings, "refresh", findings, fault))
        raise
    notify(settings, notice_of(settings, "refresh", findings))
    return report


def _refresh(
    settings: Settings,
    options: dict[str, Any],
    announce: Callable[[str], None],
    findings: list[Finding],
) -> RefreshReport:
    """Refresh, and collect what the checks found whether or not it publishes."""
    with refresh_lock(settings.data_dir):
        before = current_release(settings.data_dir)
        stages = _run_job(settings, options, announce, findings)
        release = current_release(settings.data_dir)
        if release is None or (before and before.release_id == release.release_id):
            raise EchelonError(
                ExitCode.NOTHING_NEW,
                Fault(
                    code="nothing_new",
                    message="the release in force was made of these deliveries, "
                    "this logic and this policy",
                    hint="there is nothing to do until something is delivered or"
                    " changed",
                ),
            )
        summary = summarise(settings.data_dir)
        proposal = None
        if summary.review and summary.review.awaits_proposal:
            proposal = _propose_model(settings, options, announce, findings)
            summary = summarise(settings.data_dir)  # a fit that moves nobody publishes
    candidate_dir = candidates_dir(settings.data_dir) / release.release_id
    return RefreshReport(summary, stages, str(candidate_dir), proposal)


def _run_job(
    settings: Settings,
    options: dict[str, Any],
    announce: Callable[[str], None],
    findings: list[Finding],
) -> list[Stage]:
    from dagster_project.definitions import DEFINITIONS

    job = DEFINITIONS.resolve_job_def("refresh")
    with (
        open_instance(settings.dagster_home) as instance,
        noticed_stops() as is_stopped,
        _announced(announce),
    ):
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {"refresh": {"config": options}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
        stages = _stages(instance, result.run_id)
        findings += findings_of(instance, result.run_id)
        if is_stopped() and not result.success:
            raise stopped()
    if not result.success:
        raise fault_of(settings, result.get_step_failure_events())
    return stages


def _propose_model(
    settings: Settings,
    options: dict[str, Any],
    announce: Callable[[str], None],
    findings: list[Finding],
) -> str:
    """Fit anew beside what was just published; what differs is held for approval."""
    announce("drift has lasted: fitting the segmentation anew")
    try:
        _run_job(settings, {**options, "refit": True}, announce, [])
    except EchelonError as error:
        findings.append(Finding("proposed_model", "warning", told(error)))
        return str(error)
    return "the customers fit the model in force"


class _Announcer(logging.Handler):
    """Hands what the steps log to the command line."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._announce = announce

    def emit(self, record: logging.LogRecord) -> None:
        """Announce one line; a warning outlasts the display of what goes on."""
        if record.levelno >= logging.WARNING and logging.lastResort:
            logging.lastResort.handle(record)
        else:
            self._announce(record.getMessage())


@contextmanager
def _announced(announce: Callable[[str], None]) -> Iterator[None]:
    """Announce what the project's own loggers say for the time of a run."""
    # Of a run with nothing new, Dagster warns check by check that it looked at nothing;
    # publishing asks for every result itself.
    logging.getLogger("dagster._core.execution").setLevel(logging.ERROR)
    logger = logging.getLogger("echelon")
    handler = _Announcer(announce)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _stages(instance: dg.DagsterInstance, run_id: str) -> list[Stage]:
    """Read the seconds of each finished step, in the order they started."""
    stages = [
        Stage(step.step_key, step.start_time, step.end_time)
        for step in instance.get_run_step_stats(run_id)
        if step.start_time is not None and step.end_time is not None
    ]
    return sorted(stages, key=lambda stage: stage.started_at)
