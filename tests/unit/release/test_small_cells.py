"""No cell that counts few can be seen or worked out from totals."""

from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echelon.release.small_cells import cells_to_hide


def table(rows):
    """Cells (row letter, column number) from lines of counts."""
    return {
        (chr(ord("a") + i), j): count
        for i, line in enumerate(rows)
        for j, count in enumerate(line)
    }


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        ([[5, 9], [7, 8]], set()),
        ([[0, 9], [7, 8]], set()),
        # One small cell needs one more in its row, its column, and their corner.
        (
            [[2, 9, 30], [7, 8, 30], [20, 20, 20]],
            {("a", 0), ("a", 1), ("b", 0), ("b", 1)},
        ),
        # 1 and 2 hide each other, yet together they are 3: a third joins them.
        ([[1, 2, 9, 30]], {("a", 0), ("a", 1), ("a", 2)}),
    ],
    ids=["large", "empty_is_no_secret", "rectangle", "few_together"],
)
def test_a_small_cell_takes_others_along(rows, hidden):
    assert cells_to_hide(table(rows), 5, [0, 1]) == hidden


def test_an_axis_without_totals_asks_for_no_other_cell():
    rows = [[2, 9], [7, 8]]
    assert cells_to_hide(table(rows), 5, []) == {("a", 0)}
    assert cells_to_hide(table(rows), 5, [1]) == {("a", 0), ("a", 1)}


def test_a_total_over_two_axes_gives_no_cell_back():
    """Alone in its row and column, a cell has one total: that of the table."""
    counts = {("a", 0): 1, ("b", 1): 28, ("c", 2): 24}
    assert cells_to_hide(counts, 5, [0, 1]) == {("a", 0), ("c", 2)}


def test_a_short_line_is_hidden_for_before_a_long_one():
    """The cell in its row serves the total of the table too."""
    counts = {("a", 0): 1, ("a", 1): 28, ("b", 2): 28, ("c", 3): 24}
    assert cells_to_hide(counts, 5, [1]) == {("a", 0), ("a", 1)}
    assert cells_to_hide(counts, 5, [0, 1]) >= {("a", 0), ("a", 1)}


def test_a_cell_between_two_rectangles_is_not_left_to_subtraction():
    """Each line hides two or three cells, and the one between follows from totals."""
    rows = [
        [2, 2, 50, 50, 50],
        [2, 3, 3, 50, 50],
        [50, 50, 2, 2, 4],
        [50, 50, 50, 3, 2],
    ]
    counts = table(rows)
    small = {cell for cell, count in counts.items() if count < 5}
    assert determined(counts, small, [0, 1]) == {("b", 2), ("c", 2)}
    hidden = cells_to_hide(counts, 5, [0, 1])
    assert small < hidden
    assert determined(counts, hidden, [0, 1]) == set()


def determined(counts, hidden, axes):
    """Solve the totals for the hidden cells in fractions; return what has one value."""
    lines = defaultdict(set)
    for axis in axes:
        for cell in counts:
            lines[axis, cell[:axis], cell[axis + 1 :]].add(cell)
    unknown = sorted(hidden, key=repr)
    rows = [
        [Fraction(cell in line) for cell in unknown]
        for line in lines.values()
        if len(line) > 1
    ]
    pivots = 0
    for column in range(len(unknown)):
        found = next((r for r in range(pivots, len(rows)) if rows[r][column]), None)
        if found is None:
            continue
        rows[pivots], rows[found] = rows[found], rows[pivots]
        lead = rows[pivots][column]
        rows[pivots] = [value / lead for value in rows[pivots]]
        for r, row in enumerate(rows):
            if r != pivots and row[column]:
                factor = row[column]
                rows[r] = [
                    a - factor * b for a, b in zip(row, rows[pivots], strict=True)
                ]
        pivots += 1
    return {
        unknown[next(i for i, value in enumerate(row) if value)]
        for row in rows
        if sum(1 for value in row if value) == 1
    }


@settings(max_examples=100)
@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(1, 12), min_size=width, max_size=width),
            min_size=2,
            max_size=5,
        )
    )
)
def test_nothing_hidden_follows_from_what_is_seen(rows):
    counts = table(rows)
    hidden = cells_to_hide(counts, 5, [0, 1])
    assert hidden >= {cell for cell, count in counts.items() if count < 5}
    # Where all cells of the table are hidden there is nothing left to hide it with.
    if hidden != set(counts):
        assert determined(counts, hidden, [0, 1]) == set()
