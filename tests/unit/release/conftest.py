"""A data directory small enough to check by hand: real files, a real database."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

from echelon.release.candidate import Candidate, open_candidate
from echelon.release.controls import Register
from echelon.release.gate_records import GateRecord, record_gate
from echelon.release.inputs import ReleaseInputs
from echelon.release.publish import publish
from echelon.release.store import Release

CORE_CONTRACTS = """
models:
  - name: fct_cost_activities
    columns:
      - {name: entity_code, data_type: varchar}
      - {name: fiscal_period, data_type: varchar}
      - {name: cost_pool_code, data_type: varchar}
      - {name: carried_by_pool_code, data_type: varchar}
      - {name: activity_code, data_type: varchar}
      - {name: allocation_fingerprint, data_type: varchar}
  - name: rpt_cost_to_serve_by_cost_level_pool_month
    columns:
      - {name: customer_id, data_type: varchar}
      - {name: allocated_amount_base_ccy, data_type: 'decimal(18, 2)'}
  - name: fct_identifier_history
    columns:
      - {name: source_system, data_type: varchar}
      - {name: source_customer_id, data_type: varchar}
      - {name: customer_id, data_type: varchar}
  - name: fct_identity_events
    columns:
      - {name: event_type, data_type: varchar}
      - {name: from_customer_id, data_type: varchar}
  - name: fct_product_class_changes
    columns:
      - {name: product_id, data_type: varchar}
      - {name: class_code, data_type: varchar}
  - name: fct_segment_assignments
    columns:
      - {name: customer_id, data_type: varchar}
      - {name: segment_code, data_type: varchar}
      - {name: valid_from_date, data_type: date}
      - {name: recorded_at, data_type: timestamp}
  - name: fct_segment_decisions
    columns:
      - {name: customer_id, data_type: varchar}
  - name: fct_segment_events
    columns:
      - {name: event_type, data_type: varchar}
  - name: fct_segmentation_reviews
    columns:
      - {name: release_id, data_type: varchar}
  - name: dim_segments
    columns:
      - {name: model_version, data_type: varchar}
      - {name: segment_code, data_type: varchar}
      - {name: customer_count, data_type: bigint}
"""

# Two customers, one pool of 100.00: 60.00 and 35.00 allocated, 5.00 is idle capacity.
# `raw.table_availability` says that there is no forecast.
WAREHOUSE = """
create schema intermediate; create schema core; create schema finance;
create schema governance; create schema features;
create table raw.deliveries (
    table_name varchar, source_file varchar, sha256 varchar, sequence bigint,
    row_count bigint, quarantined_row_count bigint
);
create table raw.waived_checks as
select
    'unbalanced_journal' as check_code, 'gl-0001' as delivery_id,
    'one-sided' as reason, date '2026-01-01' as valid_to_date,
    true as is_in_force, 3::bigint as breach_count;
create table raw.table_availability as
select * from (values
    ('erp__order_lines', true, null, 2, date '2025-12-30'),
    ('erp__forecasts', false, 'no planning system', 0, null)
) as t(table_name, is_available, unavailable_reason, row_count, input_as_of_date);
create table core.fct_identifier_history as
select 'erp' as source_system, 'A1' as source_customer_id, 'C1' as customer_id;
create table core.fct_identity_events as
select 'created' as event_type, null::varchar as from_customer_id;
create table core.fct_segment_assignments as
select
    'C1' as customer_id,
    'S01' as segment_code,
    as_of_date as valid_from_date,
    recorded_at
from raw.refresh_parameters;
create table core.dim_segments as
select 'M1' as model_version, 'S01' as segment_code, 2::bigint as customer_count;
create table intermediate.int_costs_allocated as
select *, 'freight' as carried_by_pool_code, 'freight' as activity_code
from (values
    ('DE01', '2025-12', 'freight', 'C1', 60.00::decimal(18, 2)),
    ('DE01', '2025-12', 'freight', 'C2', 35.00::decimal(18, 2))
) as t(entity_code, fiscal_period, cost_pool_code, customer_id,
       allocated_amount_base_ccy);
create view core.fct_cost_to_serve as
select
    *, cost_pool_code as carried_by_pool_code, 'ship' as activity_code,
    customer_id as cost_level_id, 1::bigint as driver_qty
from "warehouse"."intermediate"."int_costs_allocated";
create table finance.rpt_cost_to_serve_by_cost_level_pool_month as
from core.fct_cost_to_serve;
create table finance.rpt_cost_to_serve_by_customer_pool_month as
select *, cost_pool_code as carried_by_pool_code, 'ship' as activity_code
from intermediate.int_costs_allocated;
create table finance.rpt_gl_reconciliation_by_cost_pool_month as
select
    'DE01' as entity_code,
    '2025-12' as fiscal_period,
    'freight' as cost_pool_code,
    100.00::decimal(18, 2) as gl_amount_base_ccy,
    95.00::decimal(18, 2) as allocated_amount_base_ccy,
    5.00::decimal(18, 2) as unused_capacity_amount_base_ccy,
    0.00::decimal(18, 2) as sustaining_amount_base_ccy,
    0.00::decimal(18, 2) as excluded_amount_base_ccy,
    0.00::decimal(18, 2) as unallocated_amount_base_ccy,
    0.00::decimal(18, 2) as quarantined_amount_base_ccy,
    0.00::decimal(18, 2) as variance_amount_base_ccy;
create table core.fct_cost_pools as
select
    * exclude (gl_amount_base_ccy, variance_amount_base_ccy),
    gl_amount_base_ccy as pool_amount_base_ccy,
    95.00::decimal(18, 2) as allocatable_amount_base_ccy
from finance.rpt_gl_reconciliation_by_cost_pool_month;
create table core.fct_carried_costs as
select
    'DE01' as entity_code, '2025-12' as fiscal_period, 'freight' as cost_pool_code,
    'freight' as carried_by_pool_code,
    100.00::decimal(18, 2) as carried_amount_base_ccy;
create table core.fct_cost_activities as
select
    * exclude (carried_amount_base_ccy), 'freight' as activity_code,
    95.00::decimal(18, 2) as allocatable_amount_base_ccy,
    0.00::decimal(18, 2) as unallocated_amount_base_ccy,
    'as ever' as allocation_fingerprint
from core.fct_carried_costs;
create table finance.dim_cost_pool_rules as
select
    'freight' as cost_pool_code, '61%' as account_pattern,
    '%' as cost_center_pattern, '%' as entity_pattern,
    date '2000-01-01' as valid_from_date, null::date as valid_to_date;
create table finance.fct_ledger_lines as
select
    'DE01' as entity_code, '2025-12' as fiscal_period, 'freight' as cost_pool_code,
    'J1' as document_id, 1::bigint as line_no, 'general_ledger' as ledger_code,
    date '2025-11-30' as posting_date, '6110' as account_id,
    'EUR' as local_currency_code, 100.00::decimal(22, 4) as amount_local_ccy,
    null::decimal(28, 12) as base_ccy_per_local_ccy,
    100.00::decimal(18, 2) as amount_base_ccy;
create table governance.rpt_quarantined_rows (
    table_name varchar, source_file varchar, source_line bigint, entity_code varchar,
    fiscal_period varchar, amount_local_ccy decimal(18, 2)
);
"""
ROLE_ACCESS = """\
role,relation,columns,access,row_condition,minimum_count,cell_columns,total_columns,\
reason,valid_from,valid_to,approved_by
auditor,*.*,*,show,,,,,everything,1900-01-01,,board
sales,core.dim_segments,*,show,,,,,its segments,1900-01-01,,board
"""
ACCOUNTS = "account_id,account_type\n1000,asset\n6110,expense\n"
JOURNAL_HEADER = (
    "entity_code,journal_id,line_no,posting_date,fiscal_period,account_id,"
    "cost_center_id,amount,currency_code,base_amount\n"
)
JOURNALS = (
    JOURNAL_HEADER
    + "DE01,J1,1,2025-11-30,2025-12,6110,,100.00,EUR,100.00\n"
    + "DE01,J1,2,2025-11-30,2025-12,1000,,-100.00,EUR,-100.00\n"
)


def landed(folder, table, text, sequence=1, quarantined=0):
    """Write a delivered file and its record in a release's manifest."""
    path = folder / "gl" / f"gl-{sequence:04d}" / f"{table}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return {
        "table_name": table,
        "source_file": path.relative_to(folder).as_posix(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "sequence": sequence,
        "row_count": text.count("\n") - 1,
        "quarantined_row_count": quarantined,
    }


@dataclass(frozen=True)
class Gate:
    """A gate definition as the publish step sees it."""

    name: str
    stage: str = "marts"
    is_critical: bool = True
    examines: tuple[str, ...] = ("core.fct_cost_to_serve",)
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """A gate result as the record sees it."""

    gate: str
    rows_examined: int = 2
    passed: bool = True
    critical_failures: int = 0
    warnings: int = 0
    detail: str = ""
    not_applicable_reason: str | None = None


RECONCILED = Gate(
    "reconciled", examines=("core.fct_cost_to_serve", "core.dim_segments")
)


@dataclass(frozen=True)
class Company:
    """A data directory and the source tree its refreshes run from."""

    data_dir: Path
    project_dir: Path
    reconciled: Gate = RECONCILED

    @property
    def register(self) -> Register:
        return Register([self.reconciled])

    def inputs(self, as_of: str = "2025-12-31", **changes) -> ReleaseInputs:
        return ReleaseInputs(
            as_of_date=date.fromisoformat(as_of),
            base_currency_code="EUR",
            project_dir=self.project_dir,
            **changes,
        )

    def deliver(self, delivery_id: str, system: str = "erp", sequence: int = 1) -> Path:
        directory = self.data_dir / "landing" / system / delivery_id
        directory.mkdir(parents=True)
        manifest = {
            "company": "tiny",
            "system": system,
            "delivery_id": delivery_id,
            "sequence": sequence,
            "period": "2025",
        }
        (directory / "manifest.json").write_text(json.dumps(manifest))
        return directory

    def candidate(self, as_of: str = "2025-12-31") -> Candidate:
        candidate = open_candidate(self.data_dir, self.inputs(as_of))
        accounts = self._landing("gl__accounts", ACCOUNTS)
        journals = self._landing("gl__journal_lines", JOURNALS)
        self.run_sql(candidate, f"{WAREHOUSE}{accounts}{journals}")
        return candidate

    def land(self, candidate: Candidate, table: str, text: str) -> None:
        """Land a file of the ledger in place of the one before."""
        self.run_sql(candidate, self._landing(table, text))

    def _landing(self, table: str, text: str) -> str:
        record = landed(self.data_dir / "landing", table, text)
        values = ", ".join(f"'{value}'" for value in record.values())
        return f"""
            delete from raw.deliveries where table_name = '{table}';
            insert into raw.deliveries values ({values});
        """

    def gate(self, name: str, **changes) -> Gate:
        return Gate(name, **changes)

    def run_sql(self, candidate: Candidate, sql: str) -> None:
        with duckdb.connect(str(candidate.warehouse)) as connection:
            connection.execute(sql)

    def examine(
        self, candidate: Candidate, gate: Gate = RECONCILED, **found
    ) -> GateRecord:
        with duckdb.connect(str(candidate.warehouse)) as connection:
            result = Result(gate.name, **found)
            return record_gate(candidate, gate, result, connection)

    def release(self, as_of: str = "2025-12-31") -> Release:
        candidate = self.candidate(as_of)
        self.examine(candidate)
        return publish(candidate, self.register)


@pytest.fixture
def company(tmp_path):
    return tiny_company(tmp_path)


@pytest.fixture
def two(made_once, tmp_path):
    """The company with two releases, the second in force; made once and copied."""
    return released_days(made_once, tmp_path, 2)


@pytest.fixture
def four(made_once, tmp_path):
    """The company with four releases, each made after the one before."""
    return released_days(made_once, tmp_path, 4)


def released_days(made_once, directory: Path, count: int) -> Company:
    """Copy a company that was released after each of some deliveries."""

    def make(target: Path) -> None:
        made = tiny_company(target)
        for number in range(count):
            if number:
                made.deliver(f"erp-{number + 1:04}")
            made.release()

    made = made_once(f"released_{count}_times", make)
    shutil.copytree(made, directory / "company", symlinks=True)
    return Company(directory / "company/data", directory / "company/project")


def tiny_company(directory: Path) -> Company:
    """Land a company of two customers in a directory."""
    project_dir = directory / "project"
    core = project_dir / "dbt_project" / "models" / "marts" / "core"
    policy = project_dir / "dbt_project" / "seeds" / "policy"
    core.mkdir(parents=True)
    policy.mkdir(parents=True)
    (core / "_core__models.yml").write_text(CORE_CONTRACTS)
    (policy / "policy_settings.csv").write_text(
        "setting_name,setting_value\nbase_currency_code,EUR\n"
    )
    (policy / "policy_role_access.csv").write_text(ROLE_ACCESS)
    made = Company(directory / "data", project_dir)
    made.deliver("erp-0001")
    made.deliver("gl-0001", "gl")
    landed(made.data_dir / "landing", "gl__accounts", ACCOUNTS)
    landed(made.data_dir / "landing", "gl__journal_lines", JOURNALS)
    return made
