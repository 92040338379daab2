"""Which roads a trace of places was driven on: the likeliest way through them all (a hidden Markov model).

A road is the likelier the nearer a place is to it, and a pair of roads the likelier the closer the drive between them
is to what lies between the places as the crow flies (Newson and Krumm, "Hidden Markov Map Matching Through Noise and
Sparseness", 2009). Roads count with all their bends. A place that fits no way from the last one is left aside.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np

from homeward.models.roads.cch import Hierarchy
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import DEGREE_M, Column
from homeward.models.roads.roads import Roads, Spot

NEAR_M: Final = 50.0
OFF_M: Final = 10.0  # usual error of a place
DETOUR_M: Final = 12.0  # usual difference between a drive and the crow's flight
MOST_SPOTS: Final = 8
APART_M: Final = 15.0  # places closer together say little of where one drives
STOOD_S: Final = 10.0
FURTHEST: Final = 2.5
FURTHER_M: Final = 250.0
DM: Final = 10.0


@dataclass(frozen=True, eq=False, slots=True)
class Matched:
    """The arcs that were driven from end to end, in order (n,), when each was begun and how long it took, s (n,).

    `share` is how much of the trace fits, `off_m` the median distance of its places from the way.
    """

    arcs: Column
    at_s: Column
    took_s: Column
    share: float
    off_m: float


@dataclass(eq=False)
class Matcher:
    """Matches traces on a network; keeps a hierarchy of lengths."""

    roads: Roads
    ways: Hierarchy = field(init=False)

    def __post_init__(self) -> None:
        self.length_m = np.maximum(np.asarray(self.roads.network.length_m, dtype=np.float64), 0.1)
        self.ways = self.roads.ways.twin()
        self.ways.customise(np.round(self.length_m[self.roads.turns.arc] * DM).astype(np.int64))

    def match(self, lat: Column, lon: Column, at_s: Column) -> Matched | None:
        """The drive along places in degrees at times in s (k,), ascending; None if they are on no roads of the map."""
        kept = _apart(lat, lon, at_s)
        steps, used = self._likeliest(lat[kept], lon[kept])
        if len(steps) < 2:
            return None
        arcs, metres, times = self._driven(steps, at_s[kept][used])
        if len(arcs) < 3:
            return None
        ends = np.interp(np.concatenate([[0.0], np.cumsum(self.length_m[arcs])]), metres, times)
        inner = slice(1, -1)  # the first and the last were not driven from end to end
        off = float(np.median([one.off_m for one in steps]))
        return Matched(arcs[inner], ends[1:-2], np.diff(ends)[inner], len(used) / len(kept), off)

    def _likeliest(self, lat: Column, lon: Column) -> tuple[list[Spot], list[int]]:
        """The spots of the likeliest way, and of which places they are."""
        layers: list[tuple[int, list[Spot], Column, Column]] = []  # place, spots, cost (k,), best before (k,)
        for i, (north, east) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
            spots = self.roads.around(north, east, NEAR_M)[:MOST_SPOTS]
            if not spots:
                continue
            off = 0.5 * np.array([(one.off_m / OFF_M) ** 2 for one in spots])
            if not layers:
                layers.append((i, spots, off, np.full(len(spots), -1)))
                continue
            place, before, cost, _ = layers[-1]
            crow = _metres(float(lat[place]), float(lon[place]), north, east)
            drives = self._drives(before, spots)
            far = drives > FURTHEST * crow + FURTHER_M
            step = np.where(far, np.inf, np.abs(drives - crow) / DETOUR_M) + cost[:, None]
            best = np.argmin(step, axis=0)
            reached = step[best, np.arange(len(spots))] + off
            if np.isfinite(reached).any():
                layers.append((i, spots, reached, best))
        if not layers:
            return [], []
        chosen = int(np.argmin(layers[-1][2]))
        steps, used = list[Spot](), list[int]()
        for place, spots, _, best in reversed(layers):
            steps.append(spots[chosen])
            used.append(place)
            chosen = int(best[chosen])
        return steps[::-1], used[::-1]

    def _drives(self, starts: list[Spot], goals: list[Spot]) -> Column:
        """How far it is to drive from each of some spots to each of others, m (k, l); inf where is no way."""
        first, tails = self.roads.doors
        doors = [tails[first[one.arc] : first[one.arc + 1]] for one in goals]
        flat, owner = np.concatenate(doors), np.repeat(np.arange(len(goals)), [len(one) for one in doors])
        ends = np.array([int(self.roads.turns.end_of[one.arc]) for one in starts])
        told = self.ways.distances(np.repeat(ends, len(flat)), np.tile(flat, len(ends))).reshape(len(ends), -1)
        between = np.full((len(starts), len(goals)), np.inf)
        for j in range(len(goals)):
            between[:, j] = np.where((own := told[:, owner == j].min(axis=1)) < NOWHERE, own / DM, np.inf)
        begun = np.array([(1.0 - one.share) * self.length_m[one.arc] for one in starts])
        ended = np.array([one.share * self.length_m[one.arc] for one in goals])
        whole = between + begun[:, None] + ended[None, :]
        for i, a in enumerate(starts):
            for j, b in enumerate(goals):
                if (
                    a.arc == b.arc and b.share >= a.share - APART_M / self.length_m[a.arc]
                ):  # standing may look like back
                    whole[i, j] = max(0.0, b.share - a.share) * self.length_m[a.arc]
        return np.asarray(whole)

    def _driven(self, steps: list[Spot], times: Column) -> tuple[Column, Column, Column]:
        """All arcs from the first to the last spot, and how far along them each spot is and when, m and s."""
        arcs, places = [steps[0].arc], [0]
        for a, b in pairwise(steps):
            if a.arc != b.arc or b.share < a.share - APART_M / self.length_m[a.arc]:
                arcs += [*self._between(a, b), b.arc]
            places.append(len(arcs) - 1)
        driven = np.array(arcs)
        gone = np.concatenate([[0.0], np.cumsum(self.length_m[driven])])
        metres = gone[places] + np.array([one.share for one in steps]) * self.length_m[driven[places]]
        metres = np.maximum.accumulate(metres)
        fresh = np.flatnonzero(np.diff(metres, prepend=-1.0) > 0.0)  # where it stood, the last moment counts
        last = np.append(fresh[1:] - 1, len(metres) - 1)
        return driven, metres[fresh], np.asarray(times, dtype=np.float64)[last]

    def _between(self, a: Spot, b: Spot) -> list[int]:
        first, tails = self.roads.doors
        doors = tails[first[b.arc] : first[b.arc + 1]]
        ends = np.full(len(doors), self.roads.turns.end_of[a.arc])
        door = int(doors[np.argmin(self.ways.distances(ends, doors))])
        return list(self.roads.turns.arc[self.ways.way(int(ends[0]), door)[1]].tolist())


def _apart(lat: Column, lon: Column, at_s: Column) -> Column:
    """Places that are not too close to the one kept before (k,); where one stood, also the last moment of it."""
    kept = [0]
    for i in range(1, len(lat)):
        if _metres(float(lat[kept[-1]]), float(lon[kept[-1]]), float(lat[i]), float(lon[i])) >= APART_M:
            if at_s[i - 1] - at_s[kept[-1]] > STOOD_S:
                kept.append(i - 1)
            kept.append(i)
    return np.array(kept)


def _metres(a_lat: float, a_lon: float, b_lat: float, b_lon: float) -> Any:
    return DEGREE_M * np.hypot(b_lat - a_lat, (b_lon - a_lon) * np.cos(np.radians(a_lat)))
