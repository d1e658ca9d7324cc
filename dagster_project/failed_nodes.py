"""Whose fault is it that a dbt node failed: policy's, the facts' or ours?"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from echelon.errors import EchelonError, ExitCode, Fault
from echelon.warehouse.build import Outcome, failing_case, failing_rows
from echelon.warehouse.nodes import SEED, TEST, Node
from echelon.warehouse.policy_faults import PolicyFile, fault_of_load, fault_of_test

_IN_FORCE = "the former release stays in force"
_HUGE = (
    "find the amount, quantity or weight out of all proportion in what was delivered"
    " last, correct it and deliver it again; if all are right, report in a base"
    " currency of larger units (docs/cost_model.md, Known limits)"
)
POLICY_GAP = "policy incomplete: "  # what macros `threshold` and `setting` raise


def failure_of(
    failed: Sequence[Outcome],
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, PolicyFile],
) -> EchelonError:
    """Say what failed first: a row of policy, a gap in it, a test of facts, a model.

    A policy row explains what fails after it, and a test of one column says more than
    one across tables; among equals the first that failed counts.

    Args:
        failed: What failed, in order.
        connection: The warehouse.
        files: Policy file by dbt's name of its seed.

    Returns:
        CONFIGURATION naming file, line and column of the policy; GATE_FAILED for a
        test of facts; INPUT_REJECTED for a model that facts are too large for;
        INTERNAL for any other.
    """
    first = min(failed, key=_rank)
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    node = first.node
    fault = _policy_fault(first, connection, files)
    if fault is not None:
        return EchelonError(ExitCode.CONFIGURATION, fault)
    exit_code, code, hint = ExitCode.INTERNAL, "dbt_model_failed", _IN_FORCE
    reason = " ".join(str(first.failure).split())
    if node.kind == TEST:
        exit_code, code = ExitCode.GATE_FAILED, "dbt_test_failed"
    elif "out of range" in reason.lower():
        exit_code, code, hint = ExitCode.INPUT_REJECTED, "value_out_of_range", _HUGE
    if POLICY_GAP in reason:
        exit_code, code = ExitCode.CONFIGURATION, "policy_incomplete"
        reason = reason.rpartition(POLICY_GAP)[2].partition(" LINE ")[0]
    elif first.failing_row_count:
        reason += f"; first: {failing_case(connection, node)}"
    kind = node.unique_id.partition(".")[0]
    return EchelonError(
        exit_code,
        Fault(
            code=code,
            message=f"{kind} {node.name}: {reason}{more}",
            file=node.file,
            rule=node.name,
            hint=hint,
        ),
    )


def policy_files(
    seeds: Mapping[str, Node], seeds_dir: Path, given_files: Mapping[str, str]
) -> dict[str, PolicyFile]:
    """Name for each seed the file that was loaded, and where that came from.

    Args:
        seeds: Seeds by dbt's name of them.
        seeds_dir: The assembled seeds.
        given_files: By seed file below `seeds_dir` the file it was copied from.

    Returns:
        Policy file by dbt's name of its seed.
    """
    return {
        unique_id: PolicyFile(seed, seeds_dir / seed.file, Path(given_files[seed.file]))
        for unique_id, seed in seeds.items()
    }


def _policy_fault(
    outcome: Outcome,
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[str, PolicyFile],
) -> Fault | None:
    node = outcome.node
    if node.kind == SEED:
        return fault_of_load(files[node.unique_id], str(outcome.failure))
    if node.policy is None or not outcome.failing_row_count:
        return None
    rows = failing_rows(connection, node)
    return fault_of_test(files[node.policy], node, rows)


def _rank(outcome: Outcome) -> int:
    node = outcome.node
    if node.kind == SEED or (node.asked.get("column_name") and node.policy):
        return 0
    return 1 if node.policy else 2
