"""Where to charge on the way, and how full: the quickest plan that keeps a reserve on every leg.

A label is a charger, when one is there and how charged; the most promising goes first, counted with the least time that
is left from there, and one that is later and emptier than another at the same charger is dropped. From a charger one
leaves with just enough for the next leg, or at a level (LEVEL percent apart), so that a quick charger may serve several
legs. Each leg may have alternatives, such as the quickest and the one that takes least.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numba import njit

from homeward.models.roads.network import Column

LEVEL: Final = 1.0
NEAR: Final = 0.002
"""Plans that may be better by less than this share are not looked for."""
MOST_LABELS: Final = 2_000_000
DIRECT: Final = -1
NOWHERE_YET: Final = -2
STEPS: Final = 1000  # of the charging times: a tenth of a percent each


@dataclass(frozen=True, eq=False, slots=True)
class Legs:
    """Ways between two groups of places, each in a alternatives: times, s (inf: none), and charge, percent (a, k, l).

    `used` is what a leg is expected to take, `need` what must be there beyond the reserve when it begins.
    """

    seconds: Column
    used: Column
    need: Column


@dataclass(frozen=True, eq=False, slots=True)
class Chargers:
    """k chargers: the kind of each (k,), when each kind has charged to each tenth of a percent, s (kinds, 1001).

    `overhead_s` (k,) is what a stop takes besides charging.
    """

    kind: Column
    times_s: Column
    overhead_s: Column


@dataclass(frozen=True, slots=True)
class Stop:
    """At which charger, by which alternative one gets there, charge on arriving and leaving, percent, and s there."""

    charger: int
    by: int
    arrives: float
    leaves: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The stops, by which alternative the last leg goes, the charge at the end, percent, and what all takes, s."""

    stops: tuple[Stop, ...]
    by: int
    arrives: float
    seconds: float


@dataclass(frozen=True, eq=False, slots=True)
class Ways:
    """All legs there are: `start` (a, 1, k), `between` (a, k, k), `end` (a, k, 1), `direct` (a, 1, 1)."""

    start: Legs
    between: Legs
    end: Legs
    direct: Legs


def plan(ways: Ways, chargers: Chargers, charge: float, reserve: float) -> Plan | None:
    """The quickest plan from a charge in percent; None if none keeps the reserve."""
    start, between, end, direct = (_columns(one) for one in (ways.start, ways.between, ways.end, ways.direct))
    many = chargers.kind.astype(np.int64), chargers.times_s, chargers.overhead_s.astype(np.float64)
    seconds, last, leaves, by, chain = _search(start, between, end, direct, many, float(charge), float(reserve))
    if last == NOWHERE_YET:
        return None
    used = direct[1][by, 0, 0] if last == DIRECT else end[1][by, int(chain[0, 2]), 0]
    arrives, stops = min(100.0, leaves - float(used)), list[Stop]()
    for _, arriving, charger, _, before, alternative in chain.tolist():
        stays = float(many[2][int(charger)]) + _charging_s(many, int(charger), arriving, leaves)
        stays = stays if leaves > arriving else 0.0
        stops.append(Stop(int(charger), int(alternative), arriving, float(leaves), float(stays)))
        leaves = before
    return Plan(tuple(reversed(stops)), int(by), arrives, float(seconds))


def _columns(legs: Legs) -> tuple[Column, ...]:
    return tuple(np.ascontiguousarray(one, dtype=np.float64) for one in (legs.seconds, legs.used, legs.need))


@njit(cache=True, nogil=True)
def _chain(last: int, labels: Any) -> Any:
    """The arrivals from the last one back to the first (n, 6)."""
    told, number = np.empty((0, 6)), last
    while number >= 0:
        one = labels[number]
        if not one[6]:
            row = np.array([[one[0], one[1], float(one[2]), float(one[3]), one[4], float(one[5])]])
            told = np.concatenate((told, row))
        number = one[3]
    return told


@njit(cache=True, nogil=True)
def _charging_s(many: Any, charger: int, begin: float, end: float) -> float:
    """How long it charges between two states of charge, s."""
    kind, times, _ = many
    table = times[kind[charger]]
    low, high = min(int(begin * 10.0), STEPS - 1), min(int(end * 10.0), STEPS - 1)
    at = table[low] + (table[low + 1] - table[low]) * (begin * 10.0 - low)
    to = table[high] + (table[high + 1] - table[high]) * (end * 10.0 - high)
    return float(to - at)


@njit(cache=True, nogil=True)
def _search(start: Any, between: Any, end: Any, direct: Any, many: Any, charge: float, reserve: float) -> Any:
    """Least time, last label (DIRECT, NOWHERE_YET), the charge left with, by which alternative, and the chain."""
    many_ways, k = end[0].shape[0], end[0].shape[1]
    best, last, leaves, by = np.inf, NOWHERE_YET, charge, 0
    hope = _hope(end, many, reserve)
    # By when one arrives at each charger, or is plugged in there, charged to at least so many percent.
    soonest = np.full((2, k, 102), np.inf)
    labels = [(0.0, 0.0, 0, -1, 0.0, 0, False) for _ in range(0)]
    heap = [(0.0, 0) for _ in range(0)]
    for a in range(many_ways):
        if charge - direct[2][a, 0, 0] >= reserve and direct[0][a, 0, 0] < best:
            best, last, by = direct[0][a, 0, 0], DIRECT, a
    for a in range(many_ways):
        for j in range(k):
            if charge - start[2][a, 0, j] >= reserve:
                label = (start[0][a, 0, j], min(100.0, charge - start[1][a, 0, j]), j, -1, charge, a, False)
                _offer(label, best, hope, soonest, labels, heap)
    while len(heap) and len(labels) < MOST_LABELS:
        promise, number = heappop(heap)
        if promise * (1.0 + NEAR) >= best:
            break
        now, percent, at, plugged = labels[number][0], labels[number][1], labels[number][2], labels[number][6]
        if soonest[int(plugged), at, min(int(percent) + 1, 101)] <= now:
            continue
        if not plugged:
            _offer((now + many[2][at], percent, at, number, 0.0, 0, True), best, hope, soonest, labels, heap)
        for a in range(many_ways):
            goes = max(percent, end[2][a, at, 0] + reserve)
            if goes > 100.0 or (goes > percent and not plugged):
                continue
            arrives = now + _charging_s(many, at, percent, goes) + end[0][a, at, 0]
            if arrives < best:
                best, last, leaves, by = arrives, number, goes, a
        _onward(number, between, many, reserve, best, hope, soonest, labels, heap)
    return best, last, leaves, by, _chain(last, labels)


@njit(cache=True, nogil=True)
def _hope(end: Any, many: Any, reserve: float) -> Any:
    """What is certainly left from each charger: time (k,), charge that is used (k,), the quickest charging, the stop.

    Right because ways keep to the triangle: by others, nothing is quicker than the quickest and spares more than what
    spares most.
    """
    k = end[0].shape[1]
    seconds, used = np.full(k, np.inf), np.full(k, np.inf)
    for a in range(end[0].shape[0]):
        for j in range(k):
            seconds[j] = min(seconds[j], end[0][a, j, 0])
            used[j] = min(used[j], end[2][a, j, 0] + reserve)
    quickest = np.inf
    for kind in range(many[1].shape[0]):
        for step in range(STEPS):
            quickest = min(quickest, many[1][kind, step + 1] - many[1][kind, step])
    return seconds, used, quickest * 10.0, many[2].min() if k else 0.0


@njit(cache=True, nogil=True)
def _promise(time: float, percent: float, at: int, hope: Any) -> float:
    """The least that a plan by a label can take, s."""
    lacks = hope[1][at] - percent
    return float(time + hope[0][at] + (lacks * hope[2] + hope[3] if lacks > 0.0 else 0.0))


@njit(cache=True, nogil=True)
def _offer(label: Any, best: float, hope: Any, soonest: Any, labels: Any, heap: Any) -> None:
    """Keep a label, unless it cannot be better than the best or one at the same charger is as soon and as full."""
    time, percent, at, kind = label[0], label[1], label[2], int(label[6])
    lacks = hope[1][at] - percent
    more = lacks * hope[2] + (0.0 if label[6] else hope[3]) if lacks > 0.0 else 0.0
    promise = time + hope[0][at] + more
    if promise * (1.0 + NEAR) >= best or soonest[kind, at, int(np.ceil(percent))] <= time:
        return
    q = int(percent)
    while q >= 0 and soonest[kind, at, q] > time:
        soonest[kind, at, q] = time
        q -= 1
    labels.append(label)
    heappush(heap, (promise, len(labels) - 1))


@njit(cache=True, nogil=True)
def _onward(
    number: Any, between: Any, many: Any, reserve: float, best: float, hope: Any, soonest: Any, labels: Any, heap: Any
) -> None:
    """On to all that are in reach now or, if one is plugged in, before the next level; or charge to that."""
    now, percent, at = labels[number][0], labels[number][1], labels[number][2]
    plugged = labels[number][6]
    level = min(100.0, (np.floor(percent / LEVEL) + 1.0) * LEVEL) if plugged else percent
    charged = now + _charging_s(many, at, percent, level)
    for a in range(between[0].shape[0]):
        for j in range(soonest.shape[1]):
            drives, enough = between[0][a, at, j], between[2][a, at, j] + reserve
            if j == at or now + drives + hope[0][j] >= best or not (enough < level or enough <= percent):
                continue
            goes = max(percent, enough)
            time = now + drives + (_charging_s(many, at, percent, goes) if goes > percent else 0.0)
            label = (time, min(100.0, goes - between[1][a, at, j]), j, number, goes, a, False)
            _offer(label, best, hope, soonest, labels, heap)
    if level > percent:
        _offer((charged, level, at, number, 0.0, 0, True), best, hope, soonest, labels, heap)
