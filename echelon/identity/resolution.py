"""Which customer is each identifier, and what changed against the last release?"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

import duckdb
import pandas as pd

from echelon.documents import Document
from echelon.identity.causes import explain_events
from echelon.identity.known import KnownPairs
from echelon.identity.matching import MatchInputs, MatchOutcome, match_records
from echelon.identity.model import MatchModel
from echelon.identity.persistence import assign_ids
from echelon.identity.policy import POLICY_SQL, read_policy
from echelon.identity.settings import MatchSettings, settings_words

INPUTS = (
    "int_identity_records_unioned",
    "int_identity_links_declared",
    "int_identity_decisions_in_force",
)
HISTORY_SQL = """
    select
        source_system || ':' || source_customer_id as identifier_key,
        customer_id,
        valid_from_date,
        recorded_at
    from raw.previous_customer_identifiers
"""
# Ids that merged or retired and have not come back since.
GONE_SQL = """
    select coalesce(from_customer_id, to_customer_id) as gone_id
    from raw.previous_identity_events
    where event_type in ('merged', 'retired', 'returned')
    group by gone_id
    having arg_max(event_type, (recorded_at, event_type)) <> 'returned'
    order by gone_id
"""


@dataclass(frozen=True)
class FormerMatching:
    """What the release in force knew of matching.

    Attributes:
        model: Weights to reuse; None trains anew.
        known: Pairs that need no scoring again.
        trained_as_of_date: When the weights were learnt.
    """

    model: MatchModel | None = None
    known: KnownPairs | None = None
    trained_as_of_date: date | None = None


@dataclass(frozen=True)
class Resolution:
    """Who is who.

    Attributes:
        outcome: What the matcher found, and its state for the next refresh.
        tables: The tables of schema ``identity`` by name: clusters, pairs, vetoes,
            customer_ids, events, match_models.
    """

    outcome: MatchOutcome
    tables: dict[str, pd.DataFrame]


def resolve_identities(
    connection: duckdb.DuckDBPyConnection,
    scratch: duckdb.DuckDBPyConnection,
    document: Document[MatchSettings],
    former: FormerMatching,
    announce: Callable[[str], None] = lambda text: None,
) -> Resolution:
    """Match the records of a warehouse, let ids survive and explain what changed.

    Args:
        connection: The warehouse after the dbt pass ``before_identity``; only read.
        scratch: A database of the matcher's own.
        document: What decides a match, where policy does not.
        former: The matcher's state of the release in force.
        announce: Told what is being done.

    Returns:
        The matcher's outcome and the tables to write.

    Raises:
        EchelonError: What ``match_records`` and ``read_policy`` raise.
    """
    records, links, decisions = (
        connection.execute(
            f"select * from intermediate.{name} order by all"
        ).to_arrow_table()
        for name in INPUTS
    )
    history = connection.execute(HISTORY_SQL).df()
    as_of: date = connection.execute(
        "select as_of_date from raw.refresh_parameters"
    ).fetchall()[0][0]
    inputs = MatchInputs(records, settings_words(document), links, decisions)
    settings = _with_policy(connection, document.content)
    outcome = match_records(
        scratch, inputs, settings, (former.model, former.known), announce
    )
    gone_ids = [row[0] for row in connection.execute(GONE_SQL).fetchall()]
    assignment = assign_ids(outcome.clusters.to_pandas(), history, gone_ids)
    connection.register("match_pairs", outcome.pairs)
    events = explain_events(connection, assignment)
    connection.unregister("match_pairs")
    trained = former.trained_as_of_date if outcome.is_model_reused else as_of
    tables = {
        "clusters": outcome.clusters.to_pandas(),
        "pairs": outcome.pairs.to_pandas(),
        "vetoes": outcome.vetoes.to_pandas(),
        "customer_ids": assignment.customer_ids,
        "events": events,
        "match_models": _model_row(outcome, settings, trained),
    }
    return Resolution(outcome, tables)


def _with_policy(
    connection: duckdb.DuckDBPyConnection, settings: MatchSettings
) -> MatchSettings:
    """Lay the policy in force over the settings.

    No guess joins ERP accounts of a company whose accounts are parties.
    """
    values = dict(connection.execute(POLICY_SQL).fetchall())
    rules = [key.rule for key in settings.keys]
    thresholds, guards, left_out = read_policy(values, rules)
    level = connection.execute(
        "select customer_key_code from intermediate.int_customer_level_declared"
    ).fetchall()[0][0]
    if level == "party":
        sources = sorted({*guards.one_record_per_source, "erp"})
        guards = guards.model_copy(update={"one_record_per_source": sources})
    keys = [key for key in settings.keys if key.rule not in left_out]
    return settings.model_copy(
        update={"thresholds": thresholds, "guards": guards, "keys": keys}
    )


def _model_row(
    outcome: MatchOutcome, settings: MatchSettings, trained: date | None
) -> pd.DataFrame:
    weights = [asdict(comparison) for comparison in outcome.model.comparisons]
    row = {
        "model_version": outcome.model.version,
        "settings_hash": outcome.model.settings_hash,
        "weights_json": json.dumps(weights),
        "trained_as_of_date": trained,
        "is_reused": outcome.is_model_reused,
    }
    return pd.DataFrame([row])
