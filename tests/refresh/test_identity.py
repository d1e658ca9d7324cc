"""Customers of the sample company: who is who, and how ids survive."""

import csv
import json

from echelon.identity.scoring import score_clusters
from tests.refresh.conftest import last_json

IDENTIFIERS = """
    select source_system || ':' || source_customer_id, customer_id
    from core.dim_customer_identifiers where is_current
"""


def true_parties(company):
    file = company.data_dir / "truth" / "customers.csv"
    with file.open(newline="", encoding="utf-8") as stream:
        return {
            f"{row['source_system']}:{row['source_customer_id']}": row["true_party_id"]
            for row in csv.DictReader(stream)
        }


def test_customers_are_the_true_parties(released):
    company, _ = released
    customers = dict(company.query(IDENTIFIERS))
    truth = true_parties(company)
    assert customers.keys() >= truth.keys()
    scores = score_clusters(
        [customers[key] for key in sorted(truth)],
        [truth[key] for key in sorted(truth)],
    )
    assert scores.pairwise.precision >= 0.99
    assert scores.pairwise.recall >= 0.95
    assert scores.b_cubed.f1 >= 0.97


def test_each_error_planted_in_the_hierarchy_is_reported_once(released):
    company, _ = released
    assert company.query(
        "select error_code from governance.rpt_hierarchy_errors order by all"
    ) == [("bill_to_circle",), ("circle",), ("two_parents",)]


def test_the_evidence_and_the_first_ids_are_published(released):
    company, _ = released
    decisions = {
        row[0]
        for row in company.query(
            "select distinct pair_decision from governance.rpt_identity_pairs"
        )
    }
    assert "merged" in decisions
    assert company.query(
        "select distinct event_type, cause from core.fct_identity_events"
    ) == [("created", "first seen")]
    (unexplained,) = company.query(
        """
        select count(*) from core.dim_customers
        where customer_id not in (
            select to_customer_id from core.fct_identity_events
        )
        """
    )
    assert unexplained == (0,)


def test_a_stewards_decision_wins_and_is_undone(another):
    """Two accounts of different parties become one customer and part again."""
    before = dict(another.query(IDENTIFIERS))
    model = another.data_dir / "current" / "artefacts" / "customer_match_model.json"
    weights = model.read_bytes()
    truth = true_parties(another)
    one, other = sorted(key for key in truth if key.startswith("erp:"))[:2]
    assert truth[one] != truth[other]
    given = ("--by", "steward", "--reason", "same owner")

    decided = another.run(
        "decide", "must-merge", one, other, *given, "--on", "2025-06-01"
    )
    assert decided.returncode == 0, decided.stderr
    refreshed = another.run("refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    merged = dict(another.query(IDENTIFIERS))
    assert merged[one] == merged[other]
    moved = {key for key in before if merged[key] != before[key]}
    assert {truth[key] for key in moved} <= {truth[one], truth[other]}
    events = another.query(
        """
        select event_type, from_customer_id, to_customer_id, cause
        from core.fct_identity_events where event_type <> 'created'
        """
    )
    loser = (set(before.values()) - set(merged.values())).pop()
    cause = "steward steward: must_merge, same owner"
    assert events == [("merged", loser, merged[one], cause)]
    assert another.query(
        f"select successor_customer_id from core.dim_customers"
        f" where customer_id = '{loser}'"
    ) == [(merged[one],)]
    ((orders, sales),) = another.query(
        """
        select from_order_count + to_order_count,
            from_net_sales_amount_base_ccy + to_net_sales_amount_base_ccy
        from governance.rpt_identity_changes
        """
    )
    assert another.query(
        f"""
        select count(distinct order_id),
            sum(net_amount_base_ccy) filter (where is_net_sales)
        from core.fct_order_lines where customer_id = '{merged[one]}'
        """
    ) == [(orders, sales)]
    assert another.query(
        "select decision_status, effect from governance.rpt_identity_decisions"
    ) == [("in_force", "one_customer")]
    model = another.data_dir / "current" / "artefacts" / "customer_match_model.json"
    assert model.read_bytes() == weights

    undone = another.run("decide", "unmerge", other, one, *given)
    assert undone.returncode == 0, undone.stderr
    assert "It counts from 2025-12-31" in undone.stdout
    refreshed = another.run("refresh", "--json")
    assert refreshed.returncode == 0, refreshed.stderr
    parted = dict(another.query(IDENTIFIERS))
    assert parted[one] != parted[other]
    assert loser not in parted.values()
    # The larger part keeps the id, whichever it was; nobody else's id changes.
    assert merged[one] in (parted[one], parted[other])
    assert {before[key] for key in before if parted[key] != before[key]} <= {
        loser,
        merged[one],
    }
    assert another.query(
        "select decision, decision_status from governance.rpt_identity_decisions"
        " order by decision"
    ) == [("must_merge", "superseded"), ("unmerge", "in_force")]
    last_event = json.loads(
        (another.data_dir / "audit" / "audit.jsonl").read_text().splitlines()[-2]
    )
    assert last_event["event"] == "identity_decided"
    assert last_json(refreshed)["gates"].get("failed", 0) == 0


def test_an_identifier_nobody_knows_is_refused(another):
    given = ("--by", "steward", "--reason", "typo")
    completed = another.run("decide", "must-merge", "erp:nobody", "erp:no-one", *given)
    assert completed.returncode == 30
    assert "erp:nobody is no identifier of the release in force" in completed.stderr
