import hashlib

import pytest
from landing_area import REQUIRED

FILE = "erp/erp-0001/erp__order_lines.csv"


def digest(text):
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


def of_orders():
    """The checksum of the two required order lines, worked out by hand."""
    shared = "currency_code=EUR", "document_type=sale", "entity_code=DE01"
    first = (*shared, "line_no=1", "net_amount=10.5000", "order_id=O1")
    second = (*shared, "line_no=2", "net_amount=5.2500", "order_id=O1")
    rest = "product_id=P1", "sold_to_id=C1"
    lines = (
        (*first, "ordered_at=2024-02-01 08:00:00", "ordered_qty=2.0000", *rest),
        (*second, "ordered_at=2024-02-03 09:30:00", "ordered_qty=1.0000", *rest),
    )
    return str(sum(digest("\x1f".join(line)) for line in lines))


def promising(checksum):
    return lambda m: m["tables"]["erp__order_lines"].update(
        control_totals={"*": checksum}
    )


def test_a_checksum_worked_out_at_the_source_is_that_of_the_loaded_rows(landing):
    landing.deliver(REQUIRED, amend=promising(of_orders()))
    assert landing.load().tables["erp__order_lines"].row_count == 2
    columns = landing.query("describe raw.erp__order_lines")
    assert "_row_digest" not in {row[0] for row in columns}


@pytest.mark.parametrize(
    ("found", "delivered"),
    [("5.25,EUR", "5.26,EUR"), ("sale,DE01,C1", "sale,DE01,C2")],
    ids=["a_cent", "a_customer"],
)
def test_a_changed_value_breaks_the_checksum(landing, found, delivered):
    content = REQUIRED["erp__order_lines"].replace(found, delivered)
    changed = {**REQUIRED, "erp__order_lines": content}
    landing.deliver(changed, amend=promising(of_orders()))
    fault = landing.fault().fault
    place = fault.code, fault.file, fault.column
    assert place == ("row_checksum_mismatch", FILE, "*")


def test_a_value_that_is_not_of_its_type_counts_as_delivered(landing):
    good = [f"C{n},N{n},{n}.0000\n" for n in range(100)]
    lines = [
        f"credit_limit={n}.0000\x1fcustomer_id=C{n}\x1fname=N{n}" for n in range(100)
    ]
    bad = "credit_limit=1,5\x1fcustomer_id=X\x1fname=N"
    checksum = str(sum(map(digest, [*lines, bad])))
    content = "customer_id,name,credit_limit\n" + "".join(good) + 'X,N,"1,5"\n'
    landing.deliver(
        {**REQUIRED, "erp__customers": content},
        amend=lambda m: m["tables"]["erp__customers"].update(
            control_totals={"*": checksum}
        ),
    )
    assert landing.load().tables["erp__customers"].quarantined_row_count == 1
