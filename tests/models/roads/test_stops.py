"""Charging stops beside an oracle: every state of charge on a fine grid, searched with nothing left out."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from homeward.models.charging import times_s
from homeward.models.roads.stops import Chargers, Legs, Plan, Ways, plan

GRID = 0.5  # percent
CURVE = ((0.0, 120.0), (40.0, 150.0), (80.0, 60.0), (100.0, 10.0))
OVERHEAD_S = 300.0


def instance(seed: int, k: int = 7) -> tuple[Ways, Chargers, float, float]:
    """Places in a strip some hundreds of kilometres long, the goal at its end; two alternatives for each leg."""
    random = np.random.default_rng(seed)
    at = np.column_stack([random.uniform(20.0, 480.0, k + 2), random.uniform(-50.0, 50.0, k + 2)])
    at[0], at[-1] = (0.0, 0.0), (500.0, 0.0)
    km = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1)) * 1.15 + 1.0
    quick = km / 115.0 * 3600.0
    seconds = np.stack([quick, quick * 1.35])
    used = np.round(np.stack([km / 3.0, km / 3.9]) / GRID) * GRID
    need = np.ceil(used * 1.08 / GRID) * GRID
    cut = [(slice(0, 1), slice(1, -1)), (slice(1, -1), slice(1, -1)), (slice(1, -1), slice(-1, None)),
           (slice(0, 1), slice(-1, None))]  # fmt: skip
    legs = Ways(*(Legs(*(column[:, rows, columns] for column in (seconds, used, need))) for rows, columns in cut))
    times = np.stack([times_s(CURVE, 60.0, kw) for kw in (22.0, 50.0, 150.0)])
    chargers = Chargers(random.integers(3, size=k), times, np.full(k, OVERHEAD_S))
    return legs, chargers, float(random.integers(20, 101)), 10.0


def oracle(legs: Ways, chargers: Chargers, charge: float, reserve: float) -> float:
    """The least time by Dijkstra over (charger, charge, plugged in), charging by steps of the grid."""
    start, between, end, direct = legs.start, legs.between, legs.end, legs.direct
    k, ways = len(chargers.kind), start.seconds.shape[0]
    best: dict[Any, float] = {}
    heap: list[tuple[float, Any]] = []

    def reach(time: float, state: Any) -> None:
        if time < best.get(state, np.inf):
            best[state] = time
            heappush(heap, (time, state))

    for a in range(ways):
        if charge - direct.need[a, 0, 0] >= reserve:
            reach(direct.seconds[a, 0, 0], "goal")
        for j in range(k):
            if charge - start.need[a, 0, j] >= reserve:
                reach(start.seconds[a, 0, j], (j, min(100.0, charge - start.used[a, 0, j]), False))
    while heap:
        time, state = heappop(heap)
        if state == "goal":
            return time
        if time > best[state]:
            continue
        at, percent, plugged = state
        if not plugged:
            reach(time + chargers.overhead_s[at], (at, percent, True))
        elif percent < 100.0:
            table = chargers.times_s[chargers.kind[at]]
            reach(time + table[round(percent * 10) + 5] - table[round(percent * 10)], (at, percent + GRID, True))
        for a in range(ways):
            if percent - end.need[a, at, 0] >= reserve:
                reach(time + end.seconds[a, at, 0], "goal")
            for j in range(k):
                if j != at and percent - between.need[a, at, j] >= reserve:
                    left = min(100.0, percent - between.used[a, at, j])
                    reach(time + between.seconds[a, at, j], (j, left, False))
    return float("inf")


def driven(told: Plan, legs: Ways, chargers: Chargers, charge: float, reserve: float) -> float:
    """The plan's time summed anew, and its reserve kept on every leg."""
    start, between, end, direct = legs.start, legs.between, legs.end, legs.direct
    if not told.stops:
        assert charge - direct.need[told.by, 0, 0] >= reserve
        return float(direct.seconds[told.by, 0, 0])
    first = told.stops[0]
    assert charge - start.need[first.by, 0, first.charger] >= reserve - 1e-9
    time = start.seconds[first.by, 0, first.charger]
    for a, b in pairwise(told.stops):
        assert a.leaves - between.need[b.by, a.charger, b.charger] >= reserve - 1e-9
        assert b.arrives == pytest.approx(min(100.0, a.leaves - between.used[b.by, a.charger, b.charger]))
        time += between.seconds[b.by, a.charger, b.charger]
    last = told.stops[-1]
    assert last.leaves - end.need[told.by, last.charger, 0] >= reserve - 1e-9
    assert told.arrives == pytest.approx(min(100.0, last.leaves - end.used[told.by, last.charger, 0]))
    return float(time + end.seconds[told.by, last.charger, 0] + sum(one.seconds for one in told.stops))


def each(ways: Ways, change: Callable[[Legs], Legs]) -> Ways:
    return Ways(*(change(one) for one in (ways.start, ways.between, ways.end, ways.direct)))


def test_plans_are_within_a_percent_of_the_oracles() -> None:
    worse, stops = [], set()
    for seed in range(60):
        legs, chargers, charge, reserve = instance(seed)
        told, least = plan(legs, chargers, charge, reserve), oracle(legs, chargers, charge, reserve)
        assert (told is None) == (least == float("inf"))
        if told:
            assert driven(told, legs, chargers, charge, reserve) == pytest.approx(told.seconds, abs=1.0)
            worse.append(told.seconds / least - 1.0)
            stops.add(len(told.stops))
    assert len(worse) > 40 and len(stops) > 2
    assert max(worse) < 0.01, f"{max(worse):.4f}"


def test_without_chargers_only_the_direct_way_is_left() -> None:
    legs, chargers, _, reserve = instance(3, 0)
    assert plan(legs, chargers, 20.0, reserve) is None
    short = each(legs, lambda one: Legs(one.seconds, one.used * 0.01, one.need * 0.01))
    told = plan(short, chargers, 20.0, reserve)
    assert told is not None and told.stops == ()


def test_downhill_the_battery_is_never_more_than_full() -> None:
    legs, chargers, _, reserve = instance(4, 1)
    fall = each(legs, lambda one: Legs(one.seconds, np.full_like(one.used, -20.0), np.full_like(one.need, -20.0)))
    told = plan(fall, chargers, 95.0, reserve)
    assert told is not None and told.stops == () and told.arrives == 100.0
