"""Which single pairs hold two groups of records together?"""

from collections import defaultdict


def weak_bridges(pairs: dict[int, tuple[int, int]], weak: set[int]) -> list[int]:
    """Find weak edges whose removal parts two groups of at least two records each.

    Args:
        pairs: Edge number to its two records, of one connected group; several edges
            may join the same two records.
        weak: Edges that may be cut.

    Returns:
        The edge numbers, ascending.
    """
    if not weak:
        return []
    neighbours: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, (left, right) in sorted(pairs.items()):
        neighbours[left].append((right, number))
        neighbours[right].append((left, number))
    total = len(neighbours)
    found = [
        number
        for number, below in _bridges(neighbours).items()
        if number in weak and 2 <= below <= total - 2
    ]
    return sorted(found)


def _bridges(neighbours: dict[int, list[tuple[int, int]]]) -> dict[int, int]:
    """Return each bridge with the number of records on its far side.

    References:
        Tarjan (1974), A note on finding the bridges of a graph.
    """
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    below: dict[int, int] = {}
    bridges: dict[int, int] = {}
    start = min(neighbours)
    stack = [(start, -1, iter(neighbours[start]))]
    order[start] = low[start] = 0
    below[start] = 1
    while stack:
        record, entered_by, rest = stack[-1]
        for other, number in rest:
            if number == entered_by:
                continue
            if other in order:
                low[record] = min(low[record], order[other])
                continue
            order[other] = low[other] = len(order)
            below[other] = 1
            stack.append((other, number, iter(neighbours[other])))
            break
        else:
            stack.pop()
            if stack:
                parent = stack[-1][0]
                low[parent] = min(low[parent], low[record])
                below[parent] += below[record]
                if low[record] > order[parent]:
                    bridges[entered_by] = below[record]
    return bridges
