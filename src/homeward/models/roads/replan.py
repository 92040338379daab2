"""Many live routes when the roads change: what each now takes, what the best would, and whom that concerns.

All are looked at in one batch: stored routes are summed anew, and only those that changed are compared with the best
way there is now. Whoever gains little keeps the route.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numba import njit

from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column
from homeward.models.roads.roads import Roads

GAIN_MS: Final = 120_000
CLOSED: Final = np.int64(1) << 60


@dataclass(frozen=True, eq=False, slots=True)
class Routes:
    """What is left of k routes: their arcs one after another, and where each begins among them (k + 1,).

    `begin` and `end` are where on its first and on its last arc each begins and ends, as shares (k,).
    """

    first: Column
    arcs: Column
    begin: Column
    end: Column

    @classmethod
    def of(cls, arcs: Sequence[Column], shares: Sequence[tuple[float, float]]) -> "Routes":
        """From the arcs of each route, at least one, and where on its first and last arc it begins and ends."""
        first = np.concatenate([[0], np.cumsum([len(one) for one in arcs])]).astype(np.int64)
        together = np.concatenate(arcs).astype(np.int64) if arcs else np.empty(0, dtype=np.int64)
        ends = np.array(shares, dtype=np.float64).reshape(-1, 2)
        return cls(first, together, np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1]))

    def __len__(self) -> int:
        return len(self.first) - 1

    def cost_ms(self, weight_ms: Column, crew: Crew = ALONE) -> Column:
        """What each takes by these weights, ms int64 (k,); CLOSED where an arc is."""
        told = np.empty(len(self), dtype=np.int64)
        rows = (self.first, self.arcs, self.begin, self.end)
        crew.work([partial(_sum, part.start, part.stop, rows, weight_ms, told) for part in crew.parts(len(self))])
        return told

    def turning_ms(self, roads: Roads) -> Column:
        """What the turns of each cost, ms int64 (k,)."""
        extra = roads.turning_ms(self.arcs) if len(self.arcs) else np.zeros(0, dtype=np.int64)
        extra[self.first[:-1]] = 0  # from the end of one route to the begin of the next nobody turns
        return np.asarray(np.add.reduceat(extra, self.first[:-1]) if len(self) else extra)


@dataclass(frozen=True, eq=False, slots=True)
class Replanned:
    """What each route took before and takes now, ms (k,), and the best there is now where that was looked for."""

    before_ms: Column
    now_ms: Column
    best_ms: Column

    @property
    def changed(self) -> Column:
        """Whose route takes another time now, bool (k,)."""
        return np.asarray(self.before_ms != self.now_ms)

    @property
    def better(self) -> Column:
        """Who gains more than two minutes by another way, or can only arrive by one, bool (k,)."""
        return np.asarray(self.now_ms - self.best_ms > GAIN_MS)

    @property
    def lost(self) -> Column:
        """Who cannot arrive any more, bool (k,)."""
        return np.asarray((self.now_ms >= CLOSED) & (self.best_ms >= CLOSED))


def replan(roads: Roads, before_ms: Column, routes: Routes, crew: Crew = ALONE) -> Replanned:
    """Look at routes again on roads that had the weights `before_ms` (m,) and have others now."""
    turning = routes.turning_ms(roads)
    was, now = (_beside(routes.cost_ms(weight, crew), turning) for weight in (before_ms, roads.weight_ms))
    anybody = bool((roads.weight_ms < before_ms).any())  # something is quicker now
    looked = np.arange(len(routes)) if anybody else np.flatnonzero(was != now)
    best = now.copy()
    if len(looked):
        best[looked] = np.minimum(now[looked], _best(roads, routes, looked, crew))
    return Replanned(was, now, best)


def _beside(cost_ms: Column, turning_ms: Column) -> Column:
    return np.where(cost_ms < CLOSED, cost_ms + turning_ms, cost_ms)


def _best(roads: Roads, routes: Routes, looked: Column, crew: Crew) -> Column:
    """The least there is from where each route begins to where it ends, ms (k,)."""
    start, goal = routes.arcs[routes.first[looked]], routes.arcs[routes.first[looked + 1] - 1]
    begins, tails = roads.doors
    count = begins[goal + 1] - begins[goal]
    rows = np.repeat(np.arange(len(looked)), count)
    use = np.repeat(begins[goal] - np.cumsum(count) + count, count) + np.arange(len(rows))
    between = roads.ways.distances(roads.turns.end_of[start][rows], tails[use], crew).astype(np.int64)
    between = np.where(between < NOWHERE, between + roads.entering_ms[use], between)
    least = np.full(len(looked), CLOSED)
    np.minimum.at(least, rows, np.where(between < NOWHERE, between, CLOSED))
    weight = roads.weight_ms.astype(np.float64)
    ends = np.round(weight[start] * (1.0 - routes.begin[looked])) + np.round(weight[goal] * routes.end[looked])
    is_open = (roads.weight_ms[goal] < NOWHERE) & (roads.weight_ms[start] < NOWHERE) & (least < CLOSED)
    one_arc = routes.first[looked + 1] - routes.first[looked] == 1
    return np.where(one_arc | ~is_open, CLOSED, least + ends.astype(np.int64))


@njit(cache=True, nogil=True)
def _sum(begin: int, end: int, rows: Any, weight: Any, told: Any) -> None:
    first, arcs, start, goal = rows
    for i in range(begin, end):
        total, last, is_open = np.int64(0), first[i + 1] - 1, True
        for k in range(first[i], first[i + 1]):
            w = weight[arcs[k]]
            is_open = is_open and w < NOWHERE
            total += w
        if first[i] == last:
            whole = float(weight[arcs[last]])
            total = np.int64(np.round(whole * max(goal[i] - start[i], 0.0)))
        else:
            total -= np.int64(np.round(weight[arcs[first[i]]] * start[i]))
            total -= np.int64(np.round(weight[arcs[last]] * (1.0 - goal[i])))
        told[i] = total if is_open else CLOSED
