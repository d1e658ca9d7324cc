"""What becomes of a fitted model that nobody has approved."""

import json
from datetime import date, datetime

import duckdb
import pytest

from echelon.audit import read_events
from echelon.decisions.proposals import hold_unless_approved
from echelon.errors import EchelonError, ExitCode
from echelon.release.candidate import Candidate
from echelon.release.inputs import InputHashes

TABLES = """
create schema raw; create schema core; create schema governance;
create schema segmentation;
create table segmentation.models as
select 'kmeans-1' as model_version, '{status}' as approval_status;
create table raw.refresh_parameters as select 'r2' as release_id;
create table governance.rpt_membership_stability as
select 0.8 as membership_rand_index, 'keep' as verdict;
create table governance.rpt_segment_movements as
select * from (values
    ('S01', 'S01', 5, 50.00::decimal(18, 2)), ('S01', 'S02', 2, 20.00),
    ('new', 'S02', 3, 30.00)
) as t(from_segment_code, to_segment_code, customer_count, net_sales_amount_base_ccy);
create table core.dim_segments as
select 'S01' as segment_code, 'Large & <small>' as segment_name, 'd' as definition,
    5 as customer_count, 0.9 as mean_jaccard_ratio, 0.9 as label_fidelity_ratio,
    true as is_current;
create table core.fct_segment_events as
select 'r2' as release_id, 'new' as event_type, 'none' as from_segment_code,
    'S02' as to_segment_code, 5 as customer_count;
create table governance.rpt_segment_candidates as
select 2 as segment_count, true as is_chosen, 'best' as choice_reason;
"""


@pytest.fixture
def candidate(tmp_path):
    directory = tmp_path / "candidates" / "r2"
    (directory / "artefacts").mkdir(parents=True)
    (directory / "artefacts" / "segment_model.json").write_text('{"k": 2}')
    return Candidate(
        "r2",
        tmp_path,
        directory,
        date(2025, 12, 31),
        datetime(2026, 1, 1),
        "EUR",
        0,
        "r1",
        InputHashes("", "", "", ""),
        "",
    )


def hold(candidate, status):
    with duckdb.connect() as connection:
        connection.execute(TABLES.format(status=status))
        hold_unless_approved(candidate, connection)


@pytest.mark.parametrize("status", ["first", "in_force", "approved"])
def test_a_model_that_needs_nobodys_word_passes(candidate, status):
    hold(candidate, status)
    assert not (candidate.data_dir / "proposals").exists()


def test_a_new_model_is_held_with_what_it_would_change(candidate):
    with pytest.raises(EchelonError, match="would move 2 customers") as held:
        hold(candidate, "held")
    assert held.value.exit_code == ExitCode.HELD_FOR_APPROVAL
    assert "echelon approve kmeans-1" in held.value.fault.hint
    proposal = candidate.data_dir / "proposals" / "kmeans-1"
    assert (proposal / "segment_model.json").read_text() == '{"k": 2}'
    comparison = json.loads((proposal / "comparison.json").read_text())
    assert comparison["moves"][1]["net_sales_amount_base_ccy"] == "20.00"
    page = (proposal / "comparison.html").read_text()
    assert "Large &amp; &lt;small&gt;" in page
    assert [event.event for event in read_events(candidate.data_dir)] == [
        "model_proposed"
    ]


def test_the_same_proposal_again_replaces_itself(candidate):
    for _ in range(2):
        with pytest.raises(EchelonError, match="kmeans-1"):
            hold(candidate, "held")
    proposals = candidate.data_dir / "proposals"
    assert [path.name for path in proposals.iterdir()] == ["kmeans-1"]
