"""Is every identifier one customer, and does every change of an id say so?"""

import great_expectations as gx

from expectations.bounds import none


def customer_ids() -> gx.ExpectationSuite:
    """Every identifier has exactly one customer, every cluster exactly one id."""
    return gx.ExpectationSuite(
        name="customer_ids",
        expectations=[
            none("repeated_identifier_count", "One identifier, one customer."),
            none("customerless_identifier_count", "Nobody is left without an id."),
            none("lost_identifier_count", "Every record that came in comes out."),
            none("unknown_identifier_count", "No record comes out of nowhere."),
            none("divided_cluster_count", "The records of a party share its id."),
        ],
    )


def events() -> gx.ExpectationSuite:
    """Customer ids change only by recorded events and are never given twice."""
    return gx.ExpectationSuite(
        name="events",
        expectations=[
            none("silent_change_count", "An id that changes silently loses history."),
            none("untrue_event_count", "An event speaks of identifiers that went."),
            none("reused_id_count", "An id given twice mixes two histories."),
            none("unannounced_id_count", "A new id is announced as created."),
            none("causeless_event_count", "Every change says why."),
        ],
    )


def clusters() -> gx.ExpectationSuite:
    """No cluster holds what cannot be one party, and stewards have the last word."""
    return gx.ExpectationSuite(
        name="clusters",
        expectations=[
            none(
                "conflicting_cluster_count",
                "Two tax ids of a country, or two DUNS numbers, are two parties unless "
                "a steward declared them one.",
            ),
            none(
                "broken_decision_count", "A steward's decision wins over the matcher."
            ),
        ],
    )
