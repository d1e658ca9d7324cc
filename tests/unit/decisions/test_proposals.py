"""What becomes of a fitted model that nobody has approved."""

import json
from datetime import date, datetime

import duckdb
import pytest

from echelon.audit import read_events
from echelon.decisions.models import proposed_versions
from echelon.decisions.proposals import hold_unless_approved
from echelon.decisions.reviews import read_review
from echelon.errors import EchelonError, ExitCode
from echelon.release.candidate import Candidate
from echelon.release.inputs import InputHashes

TABLES = """
create schema raw; create schema core; create schema governance;
create schema segmentation;
create table segmentation.models as
select 'kmeans-1' as model_version, '{status}' as approval_status;
create table raw.refresh_parameters as
select 'r2' as release_id, date '2025-12-31' as as_of_date;
create table raw.previous_segments as
select * from (values
    ('kmeans-0', 'S01', true), ('kmeans-0', 'S02', true), ('kmeans-x', 'S01', false)
) as t(model_version, segment_code, is_current);
create table core.fct_segmentation_reviews as
select * from (values
    ('r1', 'kmeans-0', date '2025-12-01', 'attributes, membership',
     'attributes: order_count 0.41', date '2025-11-01', true, timestamp '2025-12-01'),
    ('r2', 'kmeans-1', '2025-12-31', 'none', 'nothing', null, false, '2026-01-01')
) as t(release_id, model_version, review_date, red_signs, drifted,
       over_limit_since_date, is_proposal_due, recorded_at);
create table governance.rpt_membership_stability as
select 0.8 as membership_rand_index, 'keep' as verdict;
create table governance.rpt_segment_movements as
select * from (values
    ('S01', 'S01', 5, 50.00::decimal(18, 2)), ('S01', 'S02', 2, 20.00),
    ('new', 'S02', 3, 30.00)
) as t(from_segment_code, to_segment_code, customer_count, net_sales_amount_base_ccy);
create table governance.rpt_segment_outcomes as
select 'S01' as segment_code, 'otif_ratio' as measure_code, true as is_as_promised;
create table governance.rpt_attribute_outcomes as
select 'order_count' as attribute, 'otif_ratio' as measure_code;
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
        (),
        {},
        False,
        False,
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
    assert comparison["replaces"] == [
        {"model_version": "kmeans-0", "as_of_date": "2025-12-31"}
    ]
    assert [row["drifted"] for row in comparison["reviews"]] == [
        "attributes: order_count 0.41"
    ]
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


REVIEWED = """
create schema core;
create table core.fct_segmentation_reviews as
select * from (values
    ('kmeans-0', 'none', 'nothing', null, false, timestamp '2025-10-01'),
    ('{model}', 'attributes, membership', 'attributes: order_count 0.41',
     date '2025-11-01', {is_due}, timestamp '2025-12-31')
) as t(model_version, red_signs, drifted, over_limit_since_date, is_proposal_due,
       recorded_at);
"""


def review(data_dir, model="kmeans-0", is_due=True):
    with duckdb.connect() as connection:
        connection.execute(REVIEWED.format(model=model, is_due=is_due))
        return read_review(connection, data_dir)


def test_a_proposal_is_awaited_until_one_replaces_the_model_in_force(candidate):
    data_dir = candidate.data_dir
    assert not review(data_dir, is_due=False).awaits_proposal
    assert review(data_dir).awaits_proposal
    with pytest.raises(EchelonError):
        hold(candidate, "held")
    assert not review(data_dir).awaits_proposal
    assert review(data_dir).proposals == {"kmeans-1": "2025-12-31"}
    # What was proposed against kmeans-0 answers nothing once another is in force.
    assert review(data_dir, model="kmeans-2").awaits_proposal


@pytest.mark.parametrize("comparison", [None, "", "[]", '{"replaces": [{}]}'])
def test_what_nobody_could_decide_on_is_no_proposal(candidate, comparison):
    data_dir = candidate.data_dir
    with pytest.raises(EchelonError):
        hold(candidate, "held")
    proposals = data_dir / "proposals"
    (proposals / "stray").touch()
    (proposals / "empty").mkdir()
    assert proposed_versions(data_dir) == ["kmeans-1"]
    file = proposals / "kmeans-1" / "comparison.json"
    if comparison is None:
        file.unlink()
    else:
        file.write_text(comparison)
    assert review(data_dir).proposals == {}
    assert review(data_dir).awaits_proposal
    (proposals / "kmeans-1" / "segment_model.json").unlink()
    assert proposed_versions(data_dir) == []


def test_a_review_says_since_when_what_has_drifted_and_what_is_proposed(candidate):
    with pytest.raises(EchelonError):
        hold(candidate, "held")
    drift, proposal = review(candidate.data_dir).lines()
    assert drift == (
        "drift since 2025-11-01 (attributes, membership): attributes: order_count 0.41"
    )
    assert "proposals/kmeans-1/comparison.html" in proposal


def test_a_release_without_reviews_has_nothing_to_say(tmp_path):
    with duckdb.connect() as connection:
        assert read_review(connection, tmp_path) is None
