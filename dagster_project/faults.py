"""How a fault people can act on travels through a Dagster run and out again."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.machine import known_fault


@contextmanager
def reported_faults() -> Iterator[None]:
    """Turn a fault people can act on into a Dagster failure that carries it."""
    try:
        yield
    except Exception as error:
        fault = known_fault(error)
        if fault is None:
            raise
        raise dg.Failure(
            description=str(fault),
            metadata={"fault": dg.MetadataValue.text(fault.to_json())},
        ) from error


def fault_of_run(failures: Sequence[dg.DagsterEvent]) -> EchelonError:
    """Find the fault a failed run ended in; what no step named is a defect of ours."""
    for event in failures:
        failure = event.step_failure_data.user_failure_data
        if failure is not None and "fault" in failure.metadata:
            record = json.loads(str(failure.metadata["fault"].value))
            exit_code = ExitCode(record.pop("exit_code"))
            return EchelonError(exit_code, Fault(**record))
    step, message = "unknown", "the run failed outside its steps"
    for event in failures[:1]:
        step = str(event.step_key)
        error = event.step_failure_data.error
        while error is not None:
            message, error = error.message.strip(), error.cause
    return EchelonError(
        ExitCode.INTERNAL,
        Fault(
            code="internal",
            message=f"step {step} failed: {message.splitlines()[0]}",
            hint="the run's log in the Dagster UI has the stack trace",
        ),
    )
