"""Which cells of a table of counts may nobody see, so that none can be worked out?"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from itertools import chain, combinations

import numpy as np

Cell = tuple[Hashable, ...]


def cells_to_hide(
    counts: Mapping[Cell, int], minimum: int, total_axes: Sequence[int]
) -> set[Cell]:
    """Choose the small cells, and others that keep them from being worked out.

    A reader is taken to know every total along every axis, and along several of them at
    once. A small cell is one that counts fewer than `minimum`, but not none. In each
    line of cells that add up to such a total the hidden ones count `minimum` together,
    and no hidden cell follows from the totals and the cells that are seen: while one
    does, the smallest cell beside it is hidden too.
    A cell that is alone in its line is its own total: nothing in the table can hide it.

    Args:
        counts: Count by cell; a cell is the values of its key columns.
        minimum: Smallest count that may be seen, at least 1.
        total_axes: Positions in the cell along which totals are known.

    Returns:
        The cells to leave out.

    References:
        Hundepool et al. (2012). Statistical Disclosure Control, chapter 4. Wiley.
    """
    lines = _lines(counts, total_axes)
    hidden = {cell for cell, count in counts.items() if 0 < count < minimum}
    while exposed := _exposed(counts, minimum, lines, hidden):
        hidden.add(exposed)
    return hidden


def _exposed(
    counts: Mapping[Cell, int],
    minimum: int,
    lines: Sequence[Sequence[Cell]],
    hidden: Collection[Cell],
) -> Cell | None:
    """Return the next cell to hide for the sake of one that is hidden, or None."""
    for line in lines:
        together = [counts[cell] for cell in line if cell in hidden]
        if together and (len(together) == 1 or sum(together) < minimum):
            beside = _smallest(counts, [line], hidden)
            if beside is not None:
                return beside
    for cell in _worked_out(lines, hidden):
        beside = _smallest(counts, [line for line in lines if cell in line], hidden)
        if beside is not None:
            return beside
    return None


def _lines(counts: Collection[Cell], axes: Sequence[int]) -> list[list[Cell]]:
    """List the cells that differ along some axes only, where there are several.

    Short lines come first: what is hidden for their sake serves the long ones too.
    """
    lines: dict[Cell, list[Cell]] = defaultdict(list)
    for along in chain.from_iterable(
        combinations(axes, size) for size in range(1, len(axes) + 1)
    ):
        for cell in counts:
            rest = (key for axis, key in enumerate(cell) if axis not in along)
            lines[along, *rest].append(cell)
    found = {tuple(sorted(line, key=repr)) for line in lines.values() if len(line) > 1}
    return sorted(map(list, found), key=lambda line: (len(line), repr(line)))


def _smallest(
    counts: Mapping[Cell, int],
    lines: Sequence[Sequence[Cell]],
    hidden: Collection[Cell],
) -> Cell | None:
    """Return the smallest cell of some lines that is seen and counts any, or None."""
    seen = {cell for line in lines for cell in line if counts[cell] > 0} - set(hidden)
    return min(seen, key=lambda cell: (counts[cell], repr(cell)), default=None)


def _worked_out(
    lines: Sequence[Sequence[Cell]], hidden: Collection[Cell]
) -> list[Cell]:
    """List the hidden cells that the totals determine.

    The totals less what is seen are linear equations in the hidden cells. A cell has
    one solution only if every vector of their null space is zero there.
    """
    unknown = sorted({c for line in lines for c in line if c in hidden}, key=repr)
    if not unknown:
        return []
    rows = [[float(cell in line) for cell in unknown] for line in map(set, lines)]
    _, scale, directions = np.linalg.svd(np.array(rows))
    rank = int((scale > 1e-9).sum())
    free = np.abs(directions[rank:]).max(axis=0, initial=0.0)
    return [cell for cell, way in zip(unknown, free, strict=True) if way < 1e-9]
