"""Customers of the sample company: who is who."""

import csv

from echelon.identity.scoring import score_clusters

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


def test_an_identifier_nobody_knows_is_refused(another):
    given = ("--requested-by", "steward", "--reason", "typo")
    completed = another.run("decide", "must-merge", "erp:nobody", "erp:no-one", *given)
    assert completed.returncode == 30
    assert "erp:nobody is no identifier of the release in force" in completed.stderr
