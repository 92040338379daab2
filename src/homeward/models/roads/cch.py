"""Shortest ways on a network whose weights change: a customizable contraction hierarchy.

Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies", 2016. The order of the junctions is made once from
the map; then any weights are laid on it in milliseconds (`customise`), and a way is found by climbing from both ends to
common ancestors in the elimination tree. No potentials are needed, so weights may be below zero, as energy downhill
is, while no circle gains. Weights are whole numbers (ms, mWh, …) below 2²⁸ either way; a way's sum below 2³⁰.
"""

from collections import deque
from copy import copy
from functools import cached_property, partial
from typing import Any, Final

import numpy as np

from homeward.models.roads import climbing, kernels, lanes
from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column

Spaces = tuple[Column, Column, Column, Column]
"""Ancestors of some junctions, one's after another: where each one's begin (k + 1,), ranks, weights, second costs."""
HEAVIEST: Final = 1 << 28
FEWEST_TOGETHER: Final = 256  # pairs; fewer are looked for one by one
WHOLE: Final = 50
"""Subtrees of at most so many junctions, or of the network's junctions divided by it, go to one thread whole."""


class Hierarchy:
    """The chordal graph of a network (n junctions, m arcs) in an order, and the weights last laid on it."""

    def __init__(self, order: Column, tail: Column, head: Column) -> None:
        """Build from an order (n,), least important first. Raises ValueError if it is not one of all junctions."""
        n = len(order)
        if not np.array_equal(np.sort(order), np.arange(n)):
            raise ValueError("an order names every junction exactly once")
        if len(tail) and (min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= n):
            raise ValueError(f"an arc ends outside of the {n} junctions")
        rank = np.empty(n, dtype=np.int32)
        rank[np.asarray(order)] = np.arange(n, dtype=np.int32)
        a, b = rank[tail], rank[head]
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b)
        pairs = np.unique((low * n + high)[low != high])
        starts = np.searchsorted(pairs // max(n, 1), np.arange(n + 1))
        tree = kernels.fill_in(n, starts, (pairs % max(n, 1)).astype(np.int32))
        fresh, self.split = kernels.regroup(tree[2], max(WHOLE, n // WHOLE))
        self.rank = fresh[rank]
        self.first, self.above, self.parent = self._tree = kernels.renamed(fresh, *tree)
        self.placed = kernels.place_arcs(self.rank[tail], self.rank[head], self.first, self.above)
        self._desks: deque[tuple[Column, ...]] = deque()
        self._edges = tuple(np.empty(len(self.above), dtype=np.int32) for _ in range(4))
        self.customise(np.full(len(tail), NOWHERE, dtype=np.int32))

    def twin(self) -> "Hierarchy":
        """The same graph with the same weights, to lay others on; what does not depend on them is shared."""
        _ = self._sides
        other = copy(self)
        other._edges = tuple(edges.copy() for edges in self._edges)
        return other

    def customise(self, weight: Column, crew: Crew = ALONE) -> None:
        """Lay weights of the arcs (m,); an arc of NOWHERE is closed. Raises ValueError on what cannot be a weight."""
        if len(weight) != len(self.placed):
            raise ValueError(f"{len(weight)} weights for {len(self.placed)} arcs")
        self._weight, self._even = _checked(np.asarray(weight))
        kernels.lay_arcs(self.placed, self._weight, *self._edges)
        begin = 0
        if crew.hands > 1:
            begin = int(self.split)
            base = int(self.first[begin])
            tops = [_empty(len(self.above) - base) for _ in range(crew.hands)]
            crowds = zip(self._crowds(crew.hands), tops, strict=True)
            crew.work([partial(self._lift_all, crowd, top) for crowd, top in crowds])
            for top in tops:
                kernels.join(base, self._edges, top)
        kernels.lift(begin, len(self.parent), 0, self.first, self.above, self._edges, self._edges)

    def _lift_all(self, crowd: Column, top: Any) -> None:
        for begin, end in crowd.tolist():
            kernels.lift(begin, end, int(self.split), self.first, self.above, self._edges, top)

    def _crowds(self, threads: int) -> list[Column]:
        """Subtrees for each thread, with about as many junctions."""
        trees = kernels.subtrees(self.parent, self.split)
        sizes = trees[:, 1] - trees[:, 0]
        load, crowd = np.zeros(threads), np.empty(len(trees), dtype=np.int64)
        for k in np.argsort(-sizes).tolist():
            crowd[k] = np.argmin(load)
            load[crowd[k]] += sizes[k]
        return [trees[crowd == one] for one in range(threads)]

    def update(self, arcs: Column, weight: Column) -> int:
        """Lay other weights on some arcs (k,) and mend what leans on them; how many edges that were."""
        fresh = self._weight.copy()
        fresh[arcs], even = _checked(np.asarray(weight))
        self._weight, self._even = fresh, self._even and even
        touched = np.unique(self.placed[arcs][self.placed[arcs] >= 0] >> 1)
        return int(kernels.mend(touched, self.first, *self._sides, fresh, self._edges))

    @cached_property
    def _sides(self) -> tuple[Any, Any]:
        """The arcs of each edge, and the edges that lead down from each rank: for mending."""
        edge = np.where(self.placed >= 0, self.placed >> 1, len(self.above))
        arcs = np.argsort(edge, kind="stable")
        arc_first = np.searchsorted(edge[arcs], np.arange(len(self.above) + 1))
        edges = np.argsort(self.above, kind="stable")
        edge_first = np.searchsorted(self.above[edges], np.arange(len(self.parent) + 1))
        low = np.repeat(np.arange(len(self.parent), dtype=np.int32), np.diff(self.first))
        return (self.placed, arc_first, arcs), (edge_first, edges, low, self.above)

    def distance(self, source: int, target: int) -> int:
        """The least weight between two junctions; NOWHERE if there is no way."""
        desk = self._desk()
        s, t, (up, down) = int(self.rank[source]), int(self.rank[target]), self._edges[:2]
        told = climbing.one(s, t, self._even, self.first, self.above, self.parent, up, down, desk[0], desk[1])
        self._desks.append(desk)
        return int(told)

    def distances(self, sources: Column, targets: Column, crew: Crew = ALONE) -> Column:
        """The least weights between pairs of junctions (k,), int32 (k,); other Python threads go on meanwhile."""
        a, b = self.rank[sources], self.rank[targets]
        together = self._even and len(a) >= FEWEST_TOGETHER
        near = lanes.nearby(a, b, len(self.parent)) if together else np.arange(len(a))
        a, b, told = a[near], b[near], np.empty(len(a), dtype=np.int32)
        work = self._beside if together else self._pairs
        crew.work([partial(work, a[part], b[part], told[part]) for part in crew.parts(len(a))])
        found = np.empty_like(told)
        found[near] = told
        return found

    def _pairs(self, a: Column, b: Column, told: Column) -> None:
        desk = self._desk()
        climbing.pairs(a, b, self._even, self._tree, self._edges, desk, told)
        self._desks.append(desk)

    def _beside(self, a: Column, b: Column, told: Column) -> None:
        there, back = (np.full((len(self.parent), lanes.LANES), lanes.FAR, dtype=np.int32) for _ in range(2))
        lanes.pairs(a, b, self._tree, self._edges, there, back, told)

    def _desk(self) -> tuple[Column, ...]:
        """Columns to search with, of an earlier search if there are any; one that fails does not give them back."""
        try:
            return self._desks.pop()
        except IndexError:
            n = len(self.parent)
            return tuple(np.full(n, value, dtype=np.int32) for value in (NOWHERE, NOWHERE, -1, -1))

    def way(self, source: int, target: int) -> tuple[int, Column]:
        """The least weight and the arcs of such a way, in driving order; NOWHERE and none if there is no way."""
        s, t, desk = int(self.rank[source]), int(self.rank[target]), self._desk()
        best, top = climbing.between(s, t, self._even, self._tree, self._edges, desk, desk[2:])
        if top < 0:
            self._desks.append(desk)
            return int(NOWHERE), np.empty(0, dtype=np.int64)
        arcs = climbing.arcs_of(s, t, top, self._tree, self._edges, desk[2:])
        self._desks.append(desk)
        return int(best), np.asarray(arcs)

    def carried(self, cost: Column) -> tuple[Column, Column]:
        """A second cost of the arcs (m,) along the ways that the weights choose, for `matrix`; whole or not."""
        up, down = kernels.carry(self.first, self.above, self._edges, np.asarray(cost))
        return up, down

    def everywhere(self, source: int, cost: tuple[Column, Column] | None = None) -> tuple[Column, Column]:
        """Least weights from a junction to all, int32 (n,), and their second costs (n,), by `carried`."""
        along = cost or (np.zeros(len(self.above), dtype=np.int32),) * 2
        reached, spent = np.full(len(self.parent), NOWHERE, np.int32), np.zeros(len(self.parent), along[0].dtype)
        climbing.everywhere(int(self.rank[source]), self._tree, self._edges, along, reached, spent)
        return reached[self.rank], spent[self.rank]

    def matrix(
        self, sources: Column, targets: Column, cost: tuple[Column, Column] | None = None, crew: Crew = ALONE
    ) -> tuple[Column, Column]:
        """Least weights from each source (k,) to each target (l,), int32 (k, l), and their second costs (k, l).

        `cost` is of `carried`; without it the second costs are zero.
        """
        return self.met(self.climbed(sources, False, cost), self.climbed(targets, True, cost), crew)

    def climbed(self, junctions: Column, down: bool, cost: tuple[Column, Column] | None = None) -> Spaces:
        """What is above junctions (k,), as sources or, if `down`, as targets: for `met`, any number of times."""
        along = (cost or (np.zeros(len(self.above), dtype=np.int32),) * 2)[int(down)]
        desk, spent = self._desk(), np.zeros(len(self.parent), dtype=along.dtype)
        told = climbing.spaces(self.rank[junctions], self._tree, self._edges[int(down)], along, desk[0], spent)
        self._desks.append(desk)
        return told  # type: ignore[no-any-return]

    def met(self, sources: Spaces, targets: Spaces, crew: Crew = ALONE) -> tuple[Column, Column]:
        """Least weights and second costs between those that have been climbed from (k, l)."""
        told = np.empty((len(sources[0]) - 1, len(targets[0]) - 1), dtype=np.int32)
        costs = np.empty(told.shape, dtype=sources[3].dtype)

        def some(rows: slice) -> None:
            n = len(self.parent)
            reached, carrying = np.full(n, climbing.UNSEEN, dtype=np.int32), np.zeros(n, dtype=costs.dtype)
            part = (sources[0][rows.start : rows.stop + 1], *sources[1:])
            climbing.matrix(part, targets, reached, carrying, told[rows], costs[rows])

        crew.work([partial(some, rows) for rows in crew.parts(len(told))])
        return told, costs


def _checked(weight: Column) -> tuple[Column, bool]:
    """Weights as they are kept, and whether none is below zero. Raises ValueError on what cannot be a weight."""
    is_open = weight != NOWHERE
    if not np.issubdtype(weight.dtype, np.integer) or (np.abs(weight[is_open]) >= HEAVIEST).any():
        raise ValueError(f"weights are whole numbers below {HEAVIEST} either way")
    return weight.astype(np.int32), not len(weight) or int(weight.min()) >= 0


def _empty(size: int) -> tuple[Column, ...]:
    """Edges' columns without any way."""
    return tuple(np.full(size, value, dtype=np.int32) for value in (NOWHERE, NOWHERE, -1, -1))
