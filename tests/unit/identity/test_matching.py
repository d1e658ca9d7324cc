"""The matcher as a whole: order, threads, increments, vetoes, a steward's word."""

import random
from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echelon.errors import EchelonError
from echelon.identity.model import MatchModel
from tests.unit.identity.conftest import clusters_of
from tests.unit.identity.dirty_organisations import dirty_organisations

SLOW = settings(
    max_examples=3,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
LINK = ("from_key", "to_key", "match_rule", "rule_priority", "match_probability")


def scored(outcome):
    """Return the pairs the model found."""
    pairs = outcome.known.pairs
    return set(
        zip(pairs["from_key"].to_pylist(), pairs["to_key"].to_pylist(), strict=True)
    )


def links(*pairs):
    rows = [(a, b, "declared", 1, 1.0) for a, b in pairs]
    columns = {name: [row[at] for row in rows] for at, name in enumerate(LINK)}
    return pa.table({**columns, "is_accepted": [True] * len(rows)})


def decisions(*rows):
    names = ("decision", "from_key", "to_key")
    return pa.table(
        {
            name: pa.array([row[at] for row in rows], pa.string())
            for at, name in enumerate(names)
        }
    )


def company(key, name="Ashfield Printing", **more):
    return {
        "id": key,
        "name": name,
        "address": "83 Victoria Road",
        "city": "Dundee",
        "postal_code": "DD1 3FX",
        **more,
    }


@SLOW
@given(seed=st.integers(0, 10**6))
def test_any_row_order_and_thread_count_trains_the_same_model_and_clusters(
    run, organisations, trained, seed
):
    rows = random.Random(seed).sample(organisations, len(organisations))
    again = run(rows, threads=1 + seed % 2)
    assert again.model.to_json() == trained.model.to_json()
    assert again.clusters.equals(trained.clusters)
    assert again.pairs.equals(trained.pairs)


@SLOW
@given(seed=st.integers(0, 10**6))
def test_one_unrelated_record_changes_nobody_elses_cluster(
    run, organisations, trained, seed
):
    number = random.Random(seed).randrange(10**6)
    stranger = {
        "id": random.Random(seed).choice(("a0", "r000050x", "zz")),
        "name": f"Qxyz{number} Vvv{number}",
        "address": f"{number} Jjj{number}",
        "city": f"Kkk{number}",
    }
    after = run([*organisations, stranger], former=(trained.model, None))
    found = clusters_of(after)
    assert found.pop(stranger["id"]) == stranger["id"]
    assert found == clusters_of(run(organisations, former=(trained.model, None)))


@SLOW
@given(seed=st.integers(0, 10**6))
def test_incremental_run_equals_a_full_run_with_the_same_model(
    run, organisations, trained, seed
):
    draw = random.Random(seed)
    rows = [dict(row) for row in organisations if draw.random() > 0.02]
    for row in draw.sample(rows, 6):
        row["name"] = draw.choice(organisations)["name"]
        row["phone"] = draw.choice(organisations)["phone"]
    new = dirty_organisations(4, seed)
    rows += [{**row, "id": f"n{row['id']}"} for row in new]
    full = run(rows, former=(trained.model, None))
    part = run(rows, former=(trained.model, trained.known))
    assert part.is_model_reused
    assert part.changed_record_count <= 6 + len(new)
    assert part.compared_pair_count < full.compared_pair_count / 2
    assert part.clusters.equals(full.clusters)
    assert part.pairs.equals(full.pairs)
    assert part.known.to_table().equals(full.known.to_table())


@pytest.fixture(scope="session")
def small_blocks(settings):
    """Blocking that stops blocks of more than three records."""
    rules = [
        rule.model_copy(update={"max_block_size": 3})
        for rule in settings.blocking.rules
    ]
    return {"blocking": settings.blocking.model_copy(update={"rules": rules})}


@SLOW
@given(seed=st.integers(0, 10**6))
def test_block_that_outgrows_its_limit_parts_nobody(
    run, organisations, small_blocks, seed
):
    rows = random.Random(seed).sample(organisations, len(organisations))
    before = run(rows[: len(rows) // 2], **small_blocks)
    after = run(rows, former=(before.model, before.known), **small_blocks)
    assert after.known.blocks.stops - before.known.blocks.stops
    assert scored(before) <= scored(after)
    forgetful = run(rows, former=(before.model, None), **small_blocks)
    assert not scored(before) <= scored(forgetful)
    # weights that are no longer valid are found anew for the same pairs
    other = replace(before.model, notes=["another model"])
    again = run(rows, former=(other, before.known), **small_blocks)
    assert scored(before) <= scored(again)


def test_record_that_fills_a_block_changes_nobody_elses_cluster(run, settings, trained):
    # blocks of four: the fifth record under the telephone stops the only block
    rules = [{"rule": "phone", "equal": ["phone_key"], "max_block_size": 4}]
    blocking = type(settings.blocking).model_validate({"rules": rules})
    rows = [
        company("a", phone="0138 222 3456"),
        company("b", phone="0138 222 3456", city=None),
        company("c", phone="0138 222 3456", address=None, postal_code=None),
        company("d", phone="0138 222 3456", postal_code=None, city=None),
    ]
    first = run(rows, former=(None, None), blocking=blocking, keys=[])
    former = (first.model, first.known)
    stranger = {"id": "e", "name": "Zenith Foods", "phone": "0138 222 3456"}
    found = clusters_of(run([*rows, stranger], former, blocking=blocking, keys=[]))
    assert set(clusters_of(first).values()) == {"a"}
    assert found == {"a": "a", "b": "a", "c": "a", "d": "a", "e": "e"}


def test_block_that_shrinks_under_its_limit_is_compared_again(
    run, organisations, small_blocks
):
    first = run(organisations, **small_blocks)
    fewer = run(organisations[:180], (first.model, first.known), **small_blocks)
    full = run(organisations[:180], (first.model, None), **small_blocks)
    assert first.known.blocks.stops - fewer.known.blocks.stops
    assert fewer.pairs.equals(full.pairs)


def test_raised_reject_threshold_holds_for_known_pairs_too(
    run, organisations, trained, settings
):
    raised = settings.thresholds.model_copy(update={"reject": 0.985})
    part = run(organisations, (trained.model, trained.known), thresholds=raised)
    full = run(organisations, (trained.model, None), thresholds=raised)
    assert part.pairs.equals(full.pairs)
    assert part.pairs.num_rows < trained.pairs.num_rows


def test_list_that_outgrows_its_model_lowers_the_prior_and_scores_all_pairs_anew(
    run, organisations, trained
):
    # at twice the records and more, four times as many pairs share twice the matches
    size = trained.model.record_count
    prior = trained.model.match_prior
    assert trained.model.prior_among(size // 4) == prior
    assert trained.model.prior_among(size + size // 2) == prior
    assert trained.model.prior_among(4 * size) == prior / 4
    small = replace(trained.model, record_count=size // 4)
    first = run(organisations[: size // 4], (small, None))
    grown = run(organisations, (small, first.known))
    assert grown.pairs.equals(run(organisations, (small, None)).pairs)


def test_known_pairs_of_other_code_are_not_used(run, organisations, trained):
    stale = replace(trained.known, scored_with="another")
    again = run(organisations, (trained.model, stale))
    assert again.compared_pair_count == trained.compared_pair_count


def test_one_address_more_does_not_change_who_is_equal_in_all_columns(run, trained):
    rows = [{"id": key, "name": "Ashfield", "address": None} for key in "ab"]
    more = [company("c", name="Zenith"), company("d", name="Other Foods")]
    former = (trained.model, None)
    before = clusters_of(run(rows, former))
    after = clusters_of(run([*rows, *more], former))
    assert before == {key: after[key] for key in "ab"}


def test_nothing_new_compares_nothing(run, organisations, trained):
    again = run(organisations, former=(trained.model, trained.known))
    assert (again.changed_record_count, again.compared_pair_count) == (0, 0)
    assert again.clusters.equals(trained.clusters)


def test_model_survives_its_json(trained):
    assert MatchModel.from_json(trained.model.to_json()) == trained.model


def test_clusters_are_named_by_their_smallest_identifier(trained):
    found = clusters_of(trained)
    assert all(cluster <= key for key, cluster in found.items())
    assert all(found[cluster] == cluster for cluster in found.values())


def test_pairs_show_level_and_bits_of_each_comparison(trained):
    scored = [row for row in trained.pairs.to_pylist() if row["match_rule"] == "model"]
    assert scored
    assert all('"level"' in row["comparison_json"] for row in scored)
    assert all(row["match_probability"] >= 0.8 for row in scored)


def test_conflicting_tax_ids_keep_equal_records_apart(run, trained):
    rows = [company("a", tax_id="GB100112295"), company("b", tax_id="GB100112296")]
    outcome = run(rows, former=(trained.model, None))
    assert clusters_of(outcome) == {"a": "a", "b": "b"}
    assert {row["decision"] for row in outcome.pairs.to_pylist()} == {"vetoed"}
    assert {row["reason"] for row in outcome.pairs.to_pylist()} == {"different tax"}


def test_conflicting_tax_ids_are_not_joined_through_a_third_record(run, trained):
    rows = [
        company("a", tax_id="GB100112295"),
        company("b"),
        company("c", tax_id="GB100112296"),
    ]
    found = clusters_of(run(rows, former=(trained.model, None)))
    assert found["a"] != found["c"]
    assert found["b"] in (found["a"], found["c"])


def test_tax_ids_of_two_countries_do_not_conflict(run, trained):
    rows = [company("a", tax_id="GB100112295"), company("b", tax_id="DE811234567")]
    found = clusters_of(run(rows, former=(trained.model, None)))
    assert found == {"a": "a", "b": "a"}


def test_letters_a_tax_id_begins_with_are_no_country(run, trained):
    # Mexican RFCs, of which one begins as a Greek number would
    rows = [
        company("a", tax_id="CSO010203AB1", country_code="MX"),
        company("b", tax_id="GRX990101QW2", country_code="MX"),
    ]
    outcome = run(rows, former=(trained.model, None))
    assert clusters_of(outcome) == {"a": "a", "b": "b"}
    assert outcome.vetoes.to_pylist() == [
        {"identifier_key": "a", "kind": "tax MX", "value": "MXCSO010203AB1"},
        {"identifier_key": "b", "kind": "tax MX", "value": "MXGRX990101QW2"},
    ]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Ashfield Cafe", "Ashfield Restaurant", False),
        ("Cafe Zeno", "Cafe Ashfield", False),
        ("Ashfield Printing", "Ashfield Printing Works", True),
        ("Ashfield Dundee Printing", "Ashfield Printing Works", True),
        ("Ashfield Trading", "Ashfield Trdg", True),
        ("Ashfield Printing", "Ahsfield Printign", True),
    ],
    ids=["kind", "brand", "one-says-more", "city", "abbreviated", "mistyped"],
)
def test_tenants_of_one_door_are_told_by_the_words_each_has_of_its_own(
    run, trained, one, other, is_same
):
    rows = [
        company(key, name=name, phone="0138 222 3456")
        for key, name in (("a", one), ("b", other))
    ]
    outcome = run(rows, former=(trained.model, None))
    assert clusters_of(outcome)["b"] == ("a" if is_same else "b")
    if not is_same:
        assert outcome.pairs["decision"].to_pylist() == ["queued"]


def test_declared_link_does_not_override_a_veto_but_must_merge_does(run, trained):
    rows = [company("a", tax_id="GB100112295"), company("b", tax_id="GB100112296")]
    former = (trained.model, None)
    linked = run(rows, former=former, links=links(("a", "b")))
    assert clusters_of(linked) == {"a": "a", "b": "b"}
    decided = run(rows, former=former, decisions=decisions(("must_merge", "a", "b")))
    assert clusters_of(decided) == {"a": "a", "b": "a"}


def test_declared_link_joins_records_that_share_nothing(run, trained):
    rows = [company("a"), company("b", name="Zenith Foods", city="Leeds")]
    found = run(rows, former=(trained.model, None), links=links(("b", "a")))
    assert clusters_of(found) == {"a": "a", "b": "a"}
    assert found.clusters["match_rule"].to_pylist() == ["declared", "declared"]


def test_never_merge_holds_through_a_third_record(run, trained):
    rows = [company(key) for key in "abc"]
    found = clusters_of(
        run(
            rows,
            former=(trained.model, None),
            decisions=decisions(("never_merge", "a", "c")),
        )
    )
    assert found["a"] != found["c"]
    assert len(set(found.values())) == 2


def test_holders_of_a_key_stay_together_without_the_one_a_steward_parts(run, trained):
    names = ("Ashfield Printing", "Zenith Foods", "Quorum Steel", "Lumen Optics")
    rows = [
        {"id": key, "name": name, "tax_id": "GB100112295"}
        for key, name in zip("abcd", names, strict=True)
    ]
    told = [("never_merge", "a", key) for key in "bcd"]
    outcome = run(rows, former=(trained.model, None), decisions=decisions(*told))
    assert clusters_of(outcome) == {"a": "a", "b": "b", "c": "b", "d": "b"}
    told += [("never_merge", "b", "c")]
    outcome = run(rows, former=(trained.model, None), decisions=decisions(*told))
    assert clusters_of(outcome) == {"a": "a", "b": "b", "c": "c", "d": "b"}
    assert outcome.clusters["match_rule"].to_pylist() == [
        "self",
        "tax_id",
        "self",
        "tax_id",
    ]


def test_contradictory_decisions_are_refused(run, trained):
    told = decisions(
        ("must_merge", "a", "b"), ("must_merge", "b", "c"), ("never_merge", "a", "c")
    )
    with pytest.raises(EchelonError, match="both to be merged and to be kept apart"):
        run(
            [company(key) for key in "abc"],
            former=(trained.model, None),
            decisions=told,
        )


def test_key_held_by_many_names_is_a_placeholder(run, trained):
    rows = [
        company(
            f"r{at:02}",
            name=f"Firm{at:02} Xy{at:02}",
            tax_id="GB111222333",
            address=f"{at} Road{at:02}",
            city=f"Town{at:02}",
            postal_code=f"9{at:03}",
        )
        for at in range(30)
    ]
    found = clusters_of(run(rows, former=(trained.model, None)))
    assert len(set(found.values())) == 30


def shops(chain_size):
    """Return 150 shops of chains: neighbours and namesakes, no shop twice."""
    invented = random.Random(0)
    syllables = "bar,ken,lo,mi,tor,ves,zan,quo,pel,dra,fin,gus"
    countries = ("US", "DE", "FR")

    def word():
        return "".join(invented.choice(syllables.split(",")) for _ in range(3)).title()

    places = [
        (word(), str(invented.randrange(10_000, 99_999)), countries[at % 3])
        for at in range(10)
    ]
    rows = []
    for at in range(150):
        city, postal_code, country_code = places[at % 10]
        namesake = at % 30 >= 11 and at % 30 < 17  # in the next town but one
        rows.append(
            {
                "id": f"erp:{at:03d}",
                "name": rows[at - 11]["name"] if namesake else f"{word()} {word()}",
                "address": f"{invented.randrange(1, 900)} {word()} Street",
                "city": city,
                "postal_code": postal_code,
                "country_code": country_code,
                "website": f"shops{at // chain_size}.example.com",
            }
        )
    return rows


@pytest.mark.parametrize(
    ("chain_size", "what"),
    [(150, "11175 pairs are too many"), (30, "left agreement without a match")],
)
def test_training_on_what_neighbours_share_is_left_out(run, chain_size, what):
    outcome = run(shops(chain_size))
    assert f"training on equal domain_key: {what}" in outcome.notes
    assert len(set(clusters_of(outcome).values())) == 150


def test_duplicate_identifiers_are_refused(run):
    with pytest.raises(EchelonError, match="stands on two records"):
        run([company("a"), company("a")])
