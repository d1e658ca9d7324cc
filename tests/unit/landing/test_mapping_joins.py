"""Rows of several sources: joins, unions, headers folded or split, queries."""

from decimal import Decimal

import pytest
from mapping_project import column_of, land_text, mapping_text, rows_of

from echelon.errors import EchelonError, ExitCode

REFERENCES = """
mdm__id_references:
  from: orders
  join:
    site: {{source: sites, on: site.no = orders.site, {options}}}
  columns:
    from_system: {{constant: erp}}
    from_id: account
    to_system: {{constant: erp}}
    to_id: coalesce(site.party, 'none')
    method: {{constant: via_site}}
"""
SOURCES = "orders: {file: o.csv}\nsites: {file: s.csv}"
ORDERS = "account,site\nA1,1\nA2,2\n"


def references(options="match: at_most_one"):
    return mapping_text(SOURCES, REFERENCES.format(options=options))


def test_a_key_is_borrowed_through_another_source(tmp_path):
    files = {"o.csv": ORDERS, "s.csv": "no,party\n1,P9\n2,P9\n"}
    landed = land_text(tmp_path, references(), files)
    assert column_of(landed, "mdm__id_references", "to_id") == ["P9", "P9"]


def test_a_join_that_multiplies_rows_is_an_error(tmp_path):
    files = {"o.csv": ORDERS, "s.csv": "no,party\n1,P8\n1,P9\n2,P9\n"}
    with pytest.raises(EchelonError, match="join to sites makes 3 rows of 2") as raised:
        land_text(tmp_path, references(), files)
    assert raised.value.exit_code == ExitCode.INPUT_REJECTED
    assert raised.value.fault.column == "tables.mdm__id_references.join.site"


def test_a_join_that_declares_many_may_multiply(tmp_path):
    files = {"o.csv": ORDERS, "s.csv": "no,party\n1,P8\n1,P9\n2,P9\n"}
    landed = land_text(tmp_path, references("match: many"), files)
    assert column_of(landed, "mdm__id_references", "to_id") == ["P8", "P9", "P9"]


def test_a_promised_match_that_is_missing_is_an_error(tmp_path):
    files = {"o.csv": ORDERS, "s.csv": "no,party\n1,P8\n"}
    with pytest.raises(EchelonError, match="1 rows find no row in sites"):
        land_text(tmp_path, references("match: one"), files)
    landed = land_text(tmp_path, references(), files)
    assert column_of(landed, "mdm__id_references", "to_id") == ["P8", "none"]


def test_the_rate_card_policy_picks_the_preferred_of_several_matches(tmp_path):
    tables = """
    tms__freight_charges:
      from: shipments
      join:
        card:
          source: cards
          on: card.lane = shipments.lane and card.from_kg::int <= kg::int
          prefer: card.from_kg::int desc
      columns:
        carrier_invoice_id: id
        line_no: 1
        shipment_id: id
        charge_type: {constant: freight}
        amount: cast(kg as decimal(9, 2)) * cast(card.per_kg as decimal(9, 2))
        currency_code: {constant: EUR}
    """
    files = {
        "s.csv": "id,lane,kg\nS1,X,40\nS2,X,100\nS3,X,400\n",
        "c.csv": "lane,from_kg,per_kg\nX,0,2.00\nX,100,1.50\nX,300,1.00\n",
    }
    text = mapping_text("shipments: {file: s.csv}\ncards: {file: c.csv}", tables)
    landed = land_text(tmp_path, text, files)
    amounts = column_of(landed, "tms__freight_charges", "amount")
    assert amounts == ["80.0000", "150.0000", "400.0000"]


UNION = """
erp__customers:
  columns: {{currency_code: {{constant: EUR}}}}
  union:
    - from: old
      {cut}
      columns: {{customer_id: KUNNR, name: NAME1}}
    - from: new
      columns: {{customer_id: id, name: name}}
  {overlap}
"""
OLD_AND_NEW = {
    "old.csv": "KUNNR,NAME1,until\n1,Ann (old),2020\n2,Bob,2019\n",
    "new.csv": "id,name\n1,Ann\n3,Cid\n",
}


def union(cut="", overlap=""):
    sources = "old: {file: old.csv}\nnew: {file: new.csv}"
    return mapping_text(sources, UNION.format(cut=cut, overlap=overlap))


@pytest.mark.parametrize(
    ("cut", "overlap", "names"),
    [
        ("where: until::int < 2020", "", ["Ann", "Bob", "Cid"]),
        ("", "overlap: last", ["Ann", "Bob", "Cid"]),
        ("", "overlap: first", ["Ann (old)", "Bob", "Cid"]),
    ],
    ids=["cut by a condition", "later block wins", "first block wins"],
)
def test_files_with_different_columns_become_one_table(tmp_path, cut, overlap, names):
    landed = land_text(tmp_path, union(cut, overlap), OLD_AND_NEW)
    assert column_of(landed, "erp__customers", "name") == names
    assert column_of(landed, "erp__customers", "currency_code") == ["EUR"] * 3


def test_an_overlap_nobody_expects_is_an_error(tmp_path):
    with pytest.raises(EchelonError, match="1 keys occur in more than one block"):
        land_text(tmp_path, union(overlap="overlap: reject"), OLD_AND_NEW)


CHARGES = """
erp__charges:
  from: lines
  columns:
    document_id: order_no
    line_no: {line}
    charge_type: {{constant: freight}}
    direction: {{constant: revenue}}
    amount: {amount}
    currency_code: {{constant: EUR}}
  {fold}
"""
SPLIT = "{from: freight, allocate: {per: order_no, by: weight, order_by: line::int}}"


def charges(line="line", amount=SPLIT, fold=""):
    tables = CHARGES.format(line=line, amount=amount, fold=fold)
    return mapping_text("lines: {file: l.csv}", tables)


def test_a_repeated_header_amount_is_taken_once(tmp_path):
    text = charges(line="1", amount="freight", fold="one_row_per: document_id")
    files = {"l.csv": "order_no,line,freight\nO1,1,9.99\nO1,2,9.99\nO2,1,5\n"}
    landed = land_text(tmp_path, text, files)
    assert column_of(landed, "erp__charges", "amount") == ["9.9900", "5.0000"]


def test_lines_that_contradict_each_other_about_their_header_are_an_error(tmp_path):
    text = charges(line="1", amount="freight", fold="one_row_per: document_id")
    files = {"l.csv": "order_no,line,freight\nO1,1,9.99\nO1,2,8.00\n"}
    message = "document_id O1 has rows that differ in amount"
    with pytest.raises(EchelonError, match=message):
        land_text(tmp_path, text, files)


def test_a_header_amount_is_split_in_cents_or_as_finely_as_it_is_given(tmp_path):
    files = {
        "l.csv": "order_no,line,freight,weight\nO1,1,100,1\nO1,2,100,1\nO1,10,100,1\n"
        "O2,1,-10,3\nO2,2,-10,7\nO3,1,0.0005,0\nO3,2,0.0005,0\n"
        "O4,1,-0.01,1\nO4,2,-0.01,1\n"
    }
    rows = rows_of(land_text(tmp_path, charges(), files), "erp__charges")
    amounts = [(row["document_id"], row["line_no"], row["amount"]) for row in rows]
    assert amounts == [
        ("O1", "1", "33.3300"),
        ("O1", "2", "33.3300"),
        ("O1", "10", "33.3400"),
        ("O2", "1", "-3.0000"),
        ("O2", "2", "-7.0000"),
        ("O3", "1", "0.0002"),
        ("O3", "2", "0.0003"),
        ("O4", "1", "0.0000"),
        ("O4", "2", "-0.0100"),
    ]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("89.9905")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("O1,1,9,1\nO1,2,8,1\n", "different header amounts"),
        ("O1,1,9,1\nO1,1,9,1\n", "same place of order_by"),
        ("O1,1,9,1\nO1,2,9,-1\n", "negative weight"),
    ],
    ids=["amount differs", "order is ambiguous", "negative weight"],
)
def test_a_header_that_cannot_be_split_is_an_error(tmp_path, lines, message):
    files = {"l.csv": "order_no,line,freight,weight\n" + lines}
    with pytest.raises(EchelonError, match=message):
        land_text(tmp_path, charges(), files)


@pytest.mark.parametrize("freight", ["n/a", "1e3", "1_000", "12.50005", "9" * 38])
def test_a_header_amount_that_loading_refuses_is_not_split(tmp_path, freight):
    files = {
        "l.csv": f"order_no,line,freight,weight\nO1,1,{freight},1\nO1,2,{freight},1\n"
        "O2,1,9,1\nO3,1,,1\n"
    }
    landed = land_text(tmp_path, charges(), files)
    kept = f"{freight} (not split)"
    assert column_of(landed, "erp__charges", "amount") == [kept, kept, "9.0000", None]


def test_weights_too_large_to_split_by_are_an_error_that_quotes_no_value(tmp_path):
    weight = "7" * 25
    files = {"l.csv": f"order_no,line,freight,weight\nO1,1,9876543,{weight}\n"}
    with pytest.raises(EchelonError, match="Overflow in multiplication") as raised:
        land_text(tmp_path, charges(), files)
    assert raised.value.exit_code == ExitCode.INPUT_REJECTED
    assert raised.value.fault.column == "tables.erp__charges.columns.amount.allocate"
    assert "777" not in str(raised.value)
    assert "98765" not in str(raised.value)


def test_a_query_sees_the_sources_above_it_and_groups_lines(tmp_path):
    sources = """
    lines: {file: l.csv}
    heads:
      query: select order_no, sum(weight::int) as kg from lines group by all
    """
    tables = """
    tms__shipments:
      from: heads
      where: kg > 1
      columns: {shipment_id: order_no, weight_kg: kg}
    """
    files = {"l.csv": "order_no,weight\nO1,2\nO1,3\nO2,1\n"}
    landed = land_text(tmp_path, mapping_text(sources, tables), files)
    assert rows_of(landed, "tms__shipments") == [
        {"shipment_id": "O1", "weight_kg": "5.0000"}
    ]


def test_a_block_groups_its_rows(tmp_path):
    tables = """
    tms__shipments:
      from: lines
      group_by: order_no
      columns: {shipment_id: order_no, weight_kg: sum(weight::int)}
    """
    files = {"l.csv": "order_no,weight\nO1,2\nO1,3\n"}
    landed = land_text(tmp_path, mapping_text("lines: {file: l.csv}", tables), files)
    assert column_of(landed, "tms__shipments", "weight_kg") == ["5.0000"]
