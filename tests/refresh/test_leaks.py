"""What a delivery says of a customer stays in the stores that may hold it."""

import csv

import pytest

from benchmarks.leak_scan import STORES, scan

KINDS = ("name", "tax_id", "address", "phone", "email")
# `make leaks` plants values of its own, in refused deliveries too.
WATCHED = [store for store in STORES if not set(KINDS) <= set(store.allowed)]


@pytest.fixture(scope="module")
def delivered(released):
    """What is delivered of the first customer with a value of each kind."""
    company, _ = released
    path = company.data_dir / "landing" / "erp" / "erp-0001" / "erp__customers.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        row = next(row for row in csv.DictReader(stream) if all(map(row.get, KINDS)))
    return {kind: [row[kind]] for kind in KINDS}


@pytest.mark.parametrize("store", WATCHED, ids=lambda store: store.name)
def test_a_store_holds_no_value_that_it_may_not(released, delivered, store):
    _, found = scan(released[0].data_dir, store, delivered)
    # A search that finds the names in sales' file would find them elsewhere too.
    assert found == list(store.allowed)
