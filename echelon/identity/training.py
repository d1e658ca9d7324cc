"""What do the records themselves teach about agreement? Trains without labels.

The prior comes from pairs that certain rules find, u from random pairs, m from
expectation maximisation on several blockings. What the records cannot teach, or teach
absurdly, stays with the priors of the settings file, and the model says so.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb

from echelon.identity.comparing import (
    columns_with_values,
    linker,
    prior_weights,
    used_comparisons,
    without_frequencies,
)
from echelon.identity.frequencies import count_terms, number_records
from echelon.identity.model import ComparisonWeights, MatchModel
from echelon.identity.settings import MatchSettings, UsedComparison
from echelon.identity.sql import count, run
from echelon.identity.weights import (
    DIGITS,
    Learnt,
    join_sessions,
    ordered,
    rounded,
    without_matches,
)

if TYPE_CHECKING:
    from splink import Linker

# Beyond these a share of matching pairs per record is an accident of the sample.
MATCHES_PER_RECORD = (0.02, 10.0)
DEFAULT_MATCHES_PER_RECORD = 0.3
# Pairs per record beyond which equal columns tell of neighbours, not of matches.
MOST_PAIRS_PER_RECORD = 20
PRIOR_U_PAIRS = 2_000  # how many random pairs the shipped u weigh
SAMPLE = "match_training"


def train(connection: duckdb.DuckDBPyConnection, settings: MatchSettings) -> MatchModel:
    """Train a model on ``match_records``.

    Args:
        connection: Holds ``match_records``; ``match_numbered`` is written anew with the
            word weights of the model.
        settings: Comparisons with their priors, blockings, seed.

    Returns:
        The model, the same for any order of the records and any thread count.
    """
    used, notes = used_comparisons(connection, settings)
    frequencies = count_terms(connection, used, settings.training.unseen_records)
    number_records(connection, frequencies)
    present = columns_with_values(connection)
    record_count = count(connection, "select count(*) from match_numbered")
    prior, prior_note = _estimate_prior(connection, settings, present)
    notes += prior_note
    weights = [prior_weights(one) for one in used]
    _write_sample(connection, settings.training.records / max(record_count, 1))
    if record_count > 2 and used:
        # Neither m nor u needs term frequencies; Splink would count them per session.
        plain = [without_frequencies(one) for one in used]
        sampled = _estimate_u(connection, settings, plain, weights)
        start = [without_matches(one, prior) for one in sampled]
        with _one_thread(connection):
            learnt, more = _estimate_m(connection, settings, (plain, start, prior))
        trained = [
            join_sessions(one, learnt[one.comparison], settings, more)
            for one in sampled
        ]
        weights = [ordered(without_matches(one, prior)) for one in trained]
        notes += more
    return MatchModel(
        settings_hash=settings.fingerprint(),
        match_prior=prior,
        record_count=record_count,
        own_records=rounded(1 + prior * (record_count - 1)),
        comparisons=weights,
        term_frequencies=frequencies,
        notes=notes,
    )


def _write_sample(connection: duckdb.DuckDBPyConnection, share: float) -> None:
    """Write the records to train on, chosen by their keys: any order, same records."""
    run(
        connection,
        f"create or replace temp table {SAMPLE} as select * from match_numbered "
        f"where hash(identifier_key) % 1000000 < {round(share * 1_000_000)} "
        "order by record_number",
    )


@contextmanager
def _one_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Sum floats in one order: Splink's EM adds them up in DuckDB."""
    threads = count(connection, "select current_setting('threads')")
    run(connection, "set threads to 1")
    try:
        yield
    finally:
        run(connection, f"set threads to {threads}")


def _estimate_prior(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings, present: set[str]
) -> tuple[float, list[str]]:
    """Estimate the probability that two random records match from certain pairs."""
    records = count(connection, "select count(*) from match_numbered")
    rules = [rule for rule in settings.training.certain if present.issuperset(rule)]
    found = 0
    if rules:
        pairs = " union ".join(
            "select l.record_number, r.record_number from match_numbered as l "
            f"inner join match_numbered as r using ({', '.join(rule)}) "
            "where l.record_number < r.record_number"
            for rule in _small_blocks(connection, rules)
        )
        found = count(connection, f"select count(*) from ({pairs})") if pairs else 0
    per_record = found / settings.training.recall_guess / max(records, 1)
    low, high = MATCHES_PER_RECORD
    bounded = min(max(per_record, low), high)
    notes = []
    if not rules:
        bounded = DEFAULT_MATCHES_PER_RECORD
        notes.append(
            "no certain rule has its columns: the prior is "
            f"{bounded:g} matches per record"
        )
    elif bounded != per_record:
        notes.append(
            f"certain rules find {found} pairs in {records} records: the prior is "
            f"bounded at {bounded:g} matches per record"
        )
    return round(min(bounded * 2 / max(records - 1, 2), 0.2), DIGITS + 3), notes


def _small_blocks(
    connection: duckdb.DuckDBPyConnection, rules: list[list[str]]
) -> list[list[str]]:
    """Drop certain rules that would pair more records than there can be matches."""
    table = "match_numbered"
    limit = _most_pairs(connection, table)
    return [rule for rule in rules if _pair_count(connection, rule, table) <= limit]


def _most_pairs(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return MOST_PAIRS_PER_RECORD * count(connection, f"select count(*) from {table}")


def _pair_count(
    connection: duckdb.DuckDBPyConnection, columns: list[str], table: str
) -> int:
    filled = " and ".join(f"{column} is not null" for column in columns)
    return count(
        connection,
        "select coalesce(sum(n * (n - 1) // 2), 0) from (select count(*) as n "
        f"from {table} where {filled} group by {', '.join(columns)})",
    )


def _estimate_u(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    used: list[UsedComparison],
    weights: list[ComparisonWeights],
) -> list[ComparisonWeights]:
    """Sample random pairs for u; the shipped u count as PRIOR_U_PAIRS of them."""
    records = count(connection, f"select count(*) from {SAMPLE}")
    pairs = min(settings.training.u_pairs, records * (records - 1) / 2)
    with linker(connection, used, weights, 0.001, SAMPLE) as opened:
        opened.training.estimate_u_using_random_sampling(
            max_pairs=float(settings.training.u_pairs),
            seed=settings.training.seed,
            min_count_per_level=None,
            num_chunks=1,
        )
        sampled = _level_shares(opened, "u")
    estimated = []
    for one in weights:
        shares = sampled[one.comparison]
        blended = [
            (share * pairs + level.u * PRIOR_U_PAIRS) / (pairs + PRIOR_U_PAIRS)
            for share, level in zip(shares, one.levels, strict=True)
        ]
        levels = [
            replace(level, u=rounded(share / sum(blended)))
            for level, share in zip(one.levels, blended, strict=True)
        ]
        estimated.append(replace(one, levels=levels))
    return estimated


def _estimate_m(
    connection: duckdb.DuckDBPyConnection,
    settings: MatchSettings,
    start: tuple[list[UsedComparison], list[ComparisonWeights], float],
) -> tuple[dict[str, list[Learnt]], list[str]]:
    """Run an EM session per blocking that has enough pairs, and not too many.

    Returns:
        What the sessions say of each comparison, and notes on those not run.
    """
    used, weights, prior = start
    learnt: dict[str, list[Learnt]] = {one.comparison: [] for one in weights}
    notes = []
    present = columns_with_values(connection)
    limit = _most_pairs(connection, SAMPLE)
    for columns in settings.training.em_blockings:
        if not present.issuperset(columns) or not _leaves_any(used, columns):
            continue
        name = " and ".join(columns)
        pairs = _pair_count(connection, columns, SAMPLE)
        if pairs < settings.training.em_minimum_matches:
            notes.append(f"training on equal {name}: only {pairs} pairs")
            continue
        if pairs > limit:
            notes.append(f"training on equal {name}: {pairs} pairs are too many")
            continue
        with linker(connection, used, weights, prior, SAMPLE) as opened:
            session = _session(opened, settings, columns)
        if session is None:
            notes.append(f"training on equal {name}: left agreement without a match")
            continue
        matches = session.pop("").m[0] * min(pairs, settings.training.em_pairs)
        if matches < settings.training.em_minimum_matches:
            notes.append(f"training on equal {name}: only {matches:.0f} matches")
            continue
        for comparison, result in session.items():
            learnt[comparison].append(replace(result, matches=matches))
    return learnt, notes


def _leaves_any(used: list[UsedComparison], columns: list[str]) -> bool:
    """Say whether a session on equal columns can train anything: not those columns."""
    pattern = rf"\b({'|'.join(columns)})_[lr]\b"
    return any(
        not re.search(pattern, f"{one.comparison.missing} {level.when}")
        for one in used
        for level in one.levels[:1]
    )


def _session(
    opened: "Linker", settings: MatchSettings, columns: list[str]
) -> dict[str, Learnt] | None:
    """Run one EM session; under ``""`` comes the share of matches it found.

    None where it ran from the matches: m of equal names fell until it was nought.
    """
    rule = " and ".join(f"l.{column} = r.{column}" for column in columns)
    try:
        session = opened.training.estimate_parameters_using_expectation_maximisation(
            rule,
            estimate_without_term_frequencies=True,
            max_pairs=float(settings.training.em_pairs),
            record_sample_proportion=1.0,
        )
    except ValueError as error:
        if "below the minimum allowed value" not in str(error):
            raise
        return None
    core = session.core_model_settings
    results = {
        comparison.output_column_name: Learnt(
            0,
            [
                level.m_probability
                if isinstance(level.m_probability, float)
                else 0.0  # a level no pair of the session was on
                for level in comparison.comparison_levels
                if not level.is_null_level
            ],
        )
        for comparison in core.comparisons
    }
    results[""] = Learnt(0, [core.probability_two_random_records_match])
    return results


def _level_shares(opened: "Linker", kind: str) -> dict[str, list[float]]:
    """Read m or u of every level from Splink, agreement first."""
    return {
        comparison.output_column_name: [
            float(value) if isinstance(value, float) else 0.0
            for level in comparison.comparison_levels
            if not level.is_null_level
            for value in [getattr(level, f"{kind}_probability")]
        ]
        for comparison in opened._settings_obj.comparisons
    }
