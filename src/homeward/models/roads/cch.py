"""Shortest ways on a network whose weights change: a customizable contraction hierarchy.

Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies", 2016. The order of the junctions is made once from
the map; then any weights are laid on it in milliseconds (`customise`), and a way is found by climbing from both ends to
common ancestors in the elimination tree. No potentials are needed, so weights may be below zero, as energy downhill
is, while no circle gains. Weights are whole numbers (ms, mWh, …) below 2²⁸ either way; a way's sum below 2³⁰.
"""

from copy import copy
from typing import Final

import numpy as np

from homeward.models.roads import kernels
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column

HEAVIEST: Final = 1 << 28


class Hierarchy:
    """The chordal graph of a network (n junctions, m arcs) in an order, and the weights last laid on it."""

    def __init__(self, order: Column, tail: Column, head: Column) -> None:
        """Build from an order (n,), least important first. Raises ValueError if it is not one of all junctions."""
        n = len(order)
        if not np.array_equal(np.sort(order), np.arange(n)):
            raise ValueError("an order names every junction exactly once")
        if len(tail) and (min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= n):
            raise ValueError(f"an arc ends outside of the {n} junctions")
        self.order = np.asarray(order, dtype=np.int32)
        self.rank = np.empty(n, dtype=np.int32)
        self.rank[self.order] = np.arange(n, dtype=np.int32)
        a, b = self.rank[tail], self.rank[head]
        low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b)
        pairs = np.unique((low * n + high)[low != high])
        starts = np.searchsorted(pairs // max(n, 1), np.arange(n + 1))
        self.first, self.above, self.parent = kernels.fill_in(n, starts, (pairs % max(n, 1)).astype(np.int32))
        self.placed = kernels.place_arcs(a, b, self.first, self.above)
        self.up, self.down, self.up_by, self.down_by = (np.empty(len(self.above), dtype=np.int32) for _ in range(4))
        self.customise(np.full(len(tail), NOWHERE, dtype=np.int32))

    def twin(self) -> "Hierarchy":
        """The same graph, to lay other weights on; what does not depend on them is shared."""
        other = copy(self)
        other.up, other.down, other.up_by, other.down_by = (
            np.empty_like(edges) for edges in (self.up, self.down, self.up_by, self.down_by)
        )
        return other

    def customise(self, weight: Column) -> None:
        """Lay weights of the arcs (m,); an arc of NOWHERE is closed. Raises ValueError on what cannot be a weight."""
        if len(weight) != len(self.placed):
            raise ValueError(f"{len(weight)} weights for {len(self.placed)} arcs")
        weight = np.asarray(weight)
        is_open = weight != NOWHERE
        if not np.issubdtype(weight.dtype, np.integer) or (np.abs(weight[is_open]) >= HEAVIEST).any():
            raise ValueError(f"weights are whole numbers below {HEAVIEST} either way")
        edges = self.up, self.down, self.up_by, self.down_by
        kernels.lay_arcs(self.placed, weight.astype(np.int32), *edges)
        kernels.lift(self.first, self.above, *edges)

    def distance(self, source: int, target: int) -> int:
        """The least weight between two junctions; NOWHERE if there is no way."""
        return int(self.distances(np.array([source]), np.array([target]), threads=1)[0])

    def distances(self, sources: Column, targets: Column, threads: int = 1) -> Column:
        """The least weights between pairs of junctions (k,), int32 (k,); other Python threads go on meanwhile."""
        a, b = self.rank[sources], self.rank[targets]
        told = kernels.many_pairs(a, b, self.first, self.above, self.parent, self.up, self.down, max(1, threads))
        return np.asarray(told)

    def way(self, source: int, target: int) -> tuple[int, Column]:
        """The least weight and the arcs of such a way, in driving order; NOWHERE and none if there is no way."""
        n, s, t = len(self.rank), int(self.rank[source]), int(self.rank[target])
        there, back = (np.full(n, NOWHERE, dtype=np.int32) for _ in range(2))
        there_by, back_by = (np.full(n, -1, dtype=np.int32) for _ in range(2))
        kernels.climb(s, self.first, self.above, self.parent, self.up, there, there_by)
        kernels.climb(t, self.first, self.above, self.parent, self.down, back, back_by)
        best, top = kernels.meet(s, t, self.parent, there, back)
        if top < 0:
            return int(NOWHERE), np.empty(0, dtype=np.int64)
        rising, falling = [int(top)], []
        while rising[-1] != s:
            rising.append(int(there_by[rising[-1]]))
        v = int(top)
        while v != t:
            v = int(back_by[v])
            falling.append(v)
        ranks = np.array(rising[::-1] + falling, dtype=np.int32)
        return int(best), np.asarray(kernels.unpack(ranks, self.first, self.above, self.up_by, self.down_by))
