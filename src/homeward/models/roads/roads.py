"""From a place to a place: the nearest roads, the way between them with its turns obeyed, its time and its points."""

from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from homeward.models.roads.cch import Hierarchy
from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.near import Pieces
from homeward.models.roads.network import DEGREE_M, Column, Network
from homeward.models.roads.turning import Costs
from homeward.models.roads.turns import obey

MS: Final = 1000.0
FEW_SHARE: Final = 0.002  # of all arcs: more are not mended one by one


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a road: the arc, the share of it that lies before, and how far off the place asked for is."""

    arc: int
    share: float
    off_m: float


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """A drive: its arcs (n,), time, length, points (k, 2) as latitude and longitude, and when each is passed, s (k,).

    `first` (n,) is the point at which each arc begins, `shares` where on the first and last arc it begins and ends.
    """

    arcs: Column
    seconds: float
    metres: float
    points: Column
    passed_s: Column
    first: Column
    shares: tuple[float, float]

    @property
    def parts(self) -> Column:
        """How much of each arc is driven (n,), as shares: all of it but for the first and the last."""
        parts = np.ones(len(self.arcs))
        parts[0] -= self.shares[0]
        parts[-1] -= 1.0 - self.shares[1]
        return parts


class Roads:
    """A network with weights laid on it, in ms for each arc (m,); at first its free flow."""

    def __init__(self, network: Network, order: Column, costs: Costs | None = None) -> None:
        """Build from a network and an order of its junctions; those doubled for turns go right below them.

        `costs` are what turns cost (`turning.turn_costs`); nothing unless given.
        """
        self.network, self.turns, self._timed = network, obey(network, costs), True
        rank = np.empty(network.nodes, dtype=np.int64)
        rank[order] = np.arange(network.nodes)
        own = np.arange(len(self.turns.junction)) < network.nodes
        places = np.lexsort((own, rank[self.turns.junction]))
        self.ways = Hierarchy(places, self.turns.tail, self.turns.head)
        self.pieces = Pieces.of(network)
        self._measure()
        self.customise(np.maximum(np.round(network.seconds() * MS), 1.0).astype(np.int64))

    @cached_property
    def doors(self) -> tuple[Column, Column]:
        """Where on the graph of turns each arc begins: where its ones begin (m + 1,), and the graph's junctions."""
        first = np.searchsorted(self.turns.arc[self._uses], np.arange(self.network.arcs + 1))
        return first, self.turns.tail[self._uses]

    @cached_property
    def entering_ms(self) -> Column:
        """What turning into an arc by each of its doors costs, ms, as `doors` has them."""
        extra = self.turns.extra_ms[self._uses]
        return extra if self._timed else np.zeros_like(extra)

    def customise(self, weight_ms: Column, crew: Crew = ALONE) -> None:
        """Lay times on the arcs, ms (m,); NOWHERE closes one."""
        self.weight_ms = np.asarray(weight_ms)
        self.ways.customise(self.turned(self.weight_ms), crew)

    def turned(self, weight_ms: Column, arcs: Any = slice(None)) -> Column:
        """Times of the network's arcs (m,) on all arcs of the graph of turns or some, with what turns cost, ms."""
        weight = np.asarray(weight_ms)[self.turns.arc[arcs]]
        return np.asarray(np.where(weight < NOWHERE, weight + self.turns.extra_ms[arcs], weight))

    def turning_ms(self, arcs: Column) -> Column:
        """What turning into each of some arcs driven one after another costs, ms (n,); 0 for the first."""
        if not self._timed:
            return np.zeros(len(arcs), dtype=np.int64)
        return np.concatenate([[0], self.turns.costs.of(arcs[:-1], arcs[1:])])

    def reweighted(self, weight_ms: Column, crew: Crew = ALONE) -> "Roads":
        """The same network with other times laid on it, ms (m,); this one stays as it is, to be asked meanwhile.

        Where few arcs change, only what leans on them is worked out anew.
        """
        other = copy(self)
        other.ways = self.ways.twin()
        changed = np.flatnonzero(np.asarray(weight_ms) != self.weight_ms)
        if len(changed) > FEW_SHARE * self.network.arcs:
            other.customise(weight_ms, crew)
            return other
        other.weight_ms = np.asarray(weight_ms)
        first, _ = self.doors
        uses = [self._uses[first[arc] : first[arc + 1]] for arc in changed.tolist()]
        touched = np.concatenate(uses) if uses else np.empty(0, dtype=np.int64)
        other.ways.update(touched, self.turned(other.weight_ms, touched))
        return other

    def laid_by(self, ways: Hierarchy, weight: Column) -> "Roads":
        """The same network as another hierarchy of it has it, whose weights (m,) are no times: turns cost nothing."""
        other = copy(self)
        other.__dict__.pop("entering_ms", None)
        other.ways, other.weight_ms, other._timed = ways, weight, False
        return other

    @cached_property
    def _uses(self) -> Column:
        """The arcs of the graph of turns by the network's arc, as `doors` has them."""
        return np.argsort(self.turns.arc, kind="stable")

    def nearest(self, lat: float, lon: float) -> list[Spot]:
        """The nearest spots: one, or one for each direction or road that passes there (within half a metre)."""
        which, share, off = self.pieces.near.within(lat, lon, 0.5)
        return self._spots(which[:8], share, off)

    def around(self, lat: float, lon: float, off_m: float) -> list[Spot]:
        """The spots of all arcs at most so far off, one for each, the nearest first."""
        which, share, off = self.pieces.near.around(lat, lon, off_m)
        nearest = np.argsort(off, kind="stable")
        return self._spots(which[nearest], share[nearest], off[nearest])

    def _spots(self, which: Column, share: Column, off: Column) -> list[Spot]:
        found: dict[int, Spot] = {}
        for i, along, apart in zip(which.tolist(), share.tolist(), off.tolist(), strict=False):
            arc = int(self.pieces.arc[i])
            part = (self._before[i] + along * self.pieces.long_m[i]) / max(self._whole[arc], 1e-9)
            found.setdefault(arc, Spot(arc, float(min(part, 1.0)), float(apart)))
        return list(found.values())

    def way(self, start: list[Spot], goal: list[Spot]) -> Way | None:
        """The quickest way from one of the spots to one of the others; None if there is none."""
        best: tuple[int, Spot, Spot, int] | None = None
        for a in start:
            for b in goal:
                cost, via = self._between(a, b)
                if cost < NOWHERE and (best is None or cost < best[0]):
                    best = (cost, a, b, via)
        return self._told(*best) if best else None

    def _between(self, a: Spot, b: Spot) -> tuple[int, int]:
        """The time from spot to spot, ms, and where on the graph the last arc is entered; -1 if both are on one arc."""
        whole = self.weight_ms[[a.arc, b.arc]]
        if (whole >= NOWHERE).any():
            return int(NOWHERE), -1
        if a.arc == b.arc and a.share <= b.share:
            return round(float(whole[0]) * (b.share - a.share)), -1
        rest = round(float(whole[0]) * (1.0 - a.share)) + round(float(whole[1]) * b.share)
        first, tails = self.doors
        doors = tails[first[b.arc] : first[b.arc + 1]]
        far = self.ways.distances(np.full(len(doors), self.turns.end_of[a.arc]), doors)
        far = np.where(far < NOWHERE, far + self.entering_ms[first[b.arc] : first[b.arc + 1]], far)
        nearest = int(np.argmin(far))
        cost = int(far[nearest])
        return (cost + rest if cost < NOWHERE else int(NOWHERE)), int(doors[nearest])

    def _told(self, cost: int, a: Spot, b: Spot, door: int) -> Way:
        if door < 0:
            arcs = np.array([a.arc])
        else:
            between = self.turns.arc[self.ways.way(int(self.turns.end_of[a.arc]), door)[1]]
            arcs = np.concatenate([[a.arc], between, [b.arc]])
        lengths = self.network.length_m[arcs].astype(np.float64)
        metres = float(lengths.sum() - lengths[0] * a.share - lengths[-1] * (1.0 - b.share))
        points, first = self.network.line(arcs)
        gone = np.concatenate([[0.0], np.cumsum(_steps(points))])
        begin, end = (_at(gone, first, place, share) for place, share in ((0, a.share), (len(arcs) - 1, b.share)))
        ms = self.weight_ms[arcs]
        passed = np.concatenate([[0.0], np.cumsum(ms) / MS])
        ends = np.append(gone[first], gone[-1])
        inside = (gone > begin) & (gone < end)
        kept = np.concatenate([[begin], gone[inside], [end]])
        lat_lon = np.column_stack([np.interp(kept, gone, points[:, 0]), np.interp(kept, gone, points[:, 1])])
        lat_lon[1:-1] = points[inside]
        turning = np.cumsum(self.turning_ms(arcs)) / MS
        seconds = np.interp(kept, ends, passed) + turning[np.searchsorted(ends[1:-1], kept, side="right")]
        starts = np.searchsorted(kept, ends[:-1])
        starts[0] = 0
        return Way(arcs, cost / MS, metres, lat_lon, seconds - seconds[0], starts, (a.share, b.share))

    def _measure(self) -> None:
        """How long each arc is along its pieces, and how far along its arc each piece begins, m."""
        arc, long_m = self.pieces.arc, self.pieces.long_m
        self._whole = np.bincount(arc, long_m, self.network.arcs)
        gone = np.cumsum(long_m) - long_m
        first = np.searchsorted(arc, np.arange(self.network.arcs))
        self._before = gone - gone[first][arc]


def _steps(points: Column) -> Column:
    """Metres between neighbouring points (k - 1,) of a line (k, 2), never quite none."""
    width = np.cos(np.radians(points[:-1, 0]))
    return np.asarray(np.maximum(np.hypot(np.diff(points[:, 0]), np.diff(points[:, 1]) * width) * DEGREE_M, 1e-6))


def _at(gone: Column, first: Column, place: int, share: float) -> float:
    """How far along a line a share of one of its arcs is, m."""
    last = gone[first[place + 1]] if place + 1 < len(first) else gone[-1]
    return float(gone[first[place]] + share * (last - gone[first[place]]))
