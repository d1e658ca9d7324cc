"""What did the checks of a run find, and why did it fail?"""

from collections.abc import Sequence
from dataclasses import replace

import dagster as dg

from dagster_project.faults import fault_of_run
from dagster_project.gates import refuse_closed_gates
from echelon.config import Settings
from echelon.errors import EchelonError, ExitCode
from echelon.notify import Finding, Notice
from echelon.release.store import current_release_id


def findings_of(instance: dg.DagsterInstance, run_id: str) -> list[Finding]:
    """List the checks of a run that failed or warned, in the order they ran.

    A gate whose critical expectations all hold passes; its warnings are findings too.

    Args:
        instance: Where the run was recorded.
        run_id: The run.

    Returns:
        One finding per check, without values of rows.
    """
    found = []
    logs = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    for entry in logs:
        event = entry.get_dagster_event()
        check = event.asset_check_evaluation_data
        warnings = check.metadata.get("warnings")
        has_warned = warnings is not None and bool(warnings.value)
        if check.passed and not has_warned:
            continue
        is_error = not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
        severity = "error" if is_error else "warning"
        found.append(Finding(check.check_name, severity, check.description or ""))
    return found


def fault_of(settings: Settings, failures: Sequence[dg.DagsterEvent]) -> EchelonError:
    """Say why a run failed: what its step named, else the gates it left closed.

    A candidate that an earlier run left behind says nothing of a run that ended before
    it had one of its own.
    """
    fault = fault_of_run(failures)
    if fault.exit_code is ExitCode.INTERNAL:
        try:
            refuse_closed_gates(settings.data_dir)
        except EchelonError as error:
            return error
    return fault


def told(error: EchelonError) -> str:
    """Say a fault to people elsewhere: where, which rule, what to do.

    Its message stays here: it may quote a row, or a cell of policy.
    """
    if error.exit_code is ExitCode.INTERNAL:
        return "a defect: the run's log has the details"
    fault = error.fault
    kind = f"{fault.code}, {fault.rule}" if fault.rule else fault.code
    return str(replace(fault, message=kind))


def notice_of(
    settings: Settings,
    job: str,
    findings: Sequence[Finding],
    fault: EchelonError | None = None,
) -> Notice:
    """Put what happened into the words people are told.

    Args:
        settings: Settings of this machine.
        job: Name of the job.
        findings: What its checks found.
        fault: What it failed with, None if it did not.

    Returns:
        The notice; there is nothing wrong with a run that found nothing new.
    """
    outcome, message, code = "finished", f"{job} finished", None
    if fault is not None:
        is_news = fault.exit_code is not ExitCode.NOTHING_NEW
        outcome = "failed" if is_news else "found nothing new"
        code, message = fault.fault.code, told(fault)
    return Notice(
        job=job,
        outcome=outcome,
        release_id=current_release_id(settings.data_dir),
        code=code,
        message=message,
        findings=tuple(findings),
    )
