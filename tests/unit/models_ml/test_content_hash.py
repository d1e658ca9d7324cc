"""One content, whatever the threads, the order of the rows and the time zone."""

import hashlib
import time
from dataclasses import fields, replace
from itertools import product

import pandas as pd
import pytest
from synthetic_customers import invented_customers
from threadpoolctl import threadpool_limits

from models_ml.artefact import artefact_json
from models_ml.config import SegmentationConfig
from models_ml.segmentation import segment_customers

THREAD_COUNTS = (1, 2, 4)
ROW_ORDERS = (None, "reversed", 5, 9)
TIME_ZONES = ("UTC", "Pacific/Auckland")
QUICK = replace(
    SegmentationConfig(),
    segment_counts=(4, 5),
    restarts=2,
    resample_restarts=1,
    scan_resample_count=2,
    resample_count=2,
    split_count=1,
    reference_count=1,
    gap_reference_count=1,
    bench_sample=60,
    bench_resample_count=1,
    bench_split_count=1,
)


@pytest.fixture
def in_zone(monkeypatch):
    """Move this process to a time zone, and home again."""

    def move(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


def content_hash(frame: pd.DataFrame) -> str:
    result = segment_customers(frame, QUICK)
    digest = hashlib.sha256(artefact_json(result.artefact).encode())
    for each in fields(result):
        table = getattr(result, each.name)
        if isinstance(table, pd.DataFrame):
            digest.update(each.name.encode())
            digest.update(table.to_csv(float_format="%.17g").encode())
    return digest.hexdigest()


def ordered(frame: pd.DataFrame, order: object) -> pd.DataFrame:
    if order is None:
        return frame
    if order == "reversed":
        return frame.iloc[::-1]
    return frame.sample(frac=1, random_state=order)


def test_24_builds_have_one_content_hash(in_zone):
    customers = invented_customers(150)
    builds = list(product(THREAD_COUNTS, ROW_ORDERS, TIME_ZONES))
    hashes = set()
    for threads, order, zone in builds:
        in_zone(zone)
        with threadpool_limits(limits=threads):
            hashes.add(content_hash(ordered(customers, order)))
    assert len(builds) == 24
    assert len(hashes) == 1


def test_another_customer_is_another_content():
    customers = invented_customers(150)
    assert content_hash(customers) != content_hash(customers.iloc[1:])
