"""How a fault people can act on travels through a Dagster run and out again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from echelon.errors import EchelonError, ExitCode, Fault


@contextmanager
def reported_faults() -> Iterator[None]:
    """Turn an ``EchelonError`` into a Dagster failure that is not retried.

    A rejected input stays rejected however often it is read; only other exceptions
    (a busy disk, a lost file handle) are worth the asset's retry policy.
    """
    try:
        yield
    except EchelonError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"fault": dg.MetadataValue.text(error.to_json())},
            allow_retries=False,
        ) from error


def fault_of_run(result: dg.ExecuteInProcessResult) -> EchelonError | None:
    """Find the first fault a run ended in, or None if no step failed."""
    for event in result.get_step_failure_events():
        failure = event.step_failure_data.user_failure_data
        if failure is not None and "fault" in failure.metadata:
            record = json.loads(str(failure.metadata["fault"].value))
            exit_code = ExitCode(record.pop("exit_code"))
            return EchelonError(exit_code, Fault(**record))
    for event in result.get_step_failure_events():
        error = event.step_failure_data.error
        message = error.message.strip() if error else "unknown"
        while error is not None and error.cause is not None:
            error = error.cause
            message = error.message.strip()
        return EchelonError(
            ExitCode.INTERNAL,
            Fault(
                code="internal",
                message=f"step {event.step_key} failed: {message}",
                hint="the run's log in the Dagster UI has the stack trace",
            ),
        )
    return None
