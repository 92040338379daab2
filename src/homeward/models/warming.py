"""Two decisions from one arrival: how far the home may cool while they are out, and when to start warming.

Least energy is spent by letting the home cool freely and heating at full level as late as possible. Too late is when
the chance exceeds what the household accepts that they come while it is felt as cold, more than half a degree short of
target. For each possible start that chance is a sum over the times at which they may come:

    sum over t of  P(they come at t) · P(indoor at t < target - half a degree)

Indoor at t is what the model of the house predicts; warming may take longer or shorter than that by as much as the
model says of itself, and the weather does the rest. What of the accepted chance has been used up, as somebody might
have come already while it was cold, is no longer there for what follows (`Risk`): without that, looking again every few
minutes would accept the chance anew each time. Cooling
is the same in a world of negative temperatures: see `mirrored`.
"""

from dataclasses import dataclass, replace
from math import ceil, exp, isfinite, log
from typing import Protocol

import numpy as np

from homeward.models.arrival import TENTH_SD, Arrival, Floats, normal

STEP_S = 300.0
LOOK_S = 24 * 3600.0
HORIZON = int(LOOK_S / STEP_S)
HEATED = 96
SENSOR_C, WEATHER_C = 0.1, 0.18
"""What a prediction may be off at once, and what sun and wind add within an hour (as a root of time)."""
THREE_POINTS = ((2 / 3, 0.0), (1 / 6, 3**0.5), (1 / 6, -(3**0.5)))
"""Weights and places that stand for a standard normal distribution (Gauss-Hermite)."""
MOST_SHOWN = 150
FELT_C = 0.5
"""Less than this below target nobody calls cold."""
SOON_S = 1800.0
"""Warming that has begun goes on if they are back within this time as likely as not."""
RELAX_S = 1200.0
"""Warming once begun ends only if it could wait at least this long."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What this absence has cost so far: the chance `out` that they are not back yet, and `spent` that it was cold."""

    out: float = 1.0
    spent: float = 0.0

    def lived(self, came: float, cold: bool) -> "Risk":
        """After a time in which they would have come with chance `came`, while it was felt as cold or not."""
        came = min(1.0, max(0.0, came))
        return Risk(self.out * (1.0 - came), self.spent + self.out * came * cold)

    def left(self, accepted: float) -> float:
        """The chance that may still be taken, of those in which they are not back yet.

        >>> round(Risk(out=0.96, spent=0.04).left(0.1), 3)
        0.063
        """
        return min(accepted, max(0.1 * accepted, (accepted - self.spent) / max(self.out, 1e-6)))


class Thermal(Protocol):
    """What planning needs of a heating model."""

    def predict(
        self, indoor: float, outdoor: Floats, level: Floats, step_s: float, heated_for_s: float = 0.0
    ) -> Floats:
        """Indoor °C after each step `(n,)`."""

    def seconds_to_quantile(self, q: float, target: float, indoor: float, outdoor: float | Floats) -> float:
        """How long it takes with chance `q` at most, s."""

    def holding_level(self, target: float, outdoor: float) -> float:
        """The level (0..1) that keeps `target`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What people want: °C when they are home, the least while all are out, and the accepted chance of cold (0..1)."""

    comfort: float
    lowest: float
    cold_chance: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to do now and what follows: `target` °C for the thermostat, `needs_s` of warming from `warm_from` (s) on.

    `setback` °C is how far the home may cool; `cold_chance` what is left of it at best; the columns `(n,)` draw it,
    `level` 0..1.
    """

    warm: bool
    target: float
    setback: float
    warm_from: float
    needs_s: float
    cold_chance: float
    times: Floats
    indoor: Floats
    outdoor: Floats
    level: Floats


def plan_warming(
    heating: Thermal,
    arrival: Arrival,
    now: float,
    indoor: float,
    outdoor: Floats,
    wanted: Wanted,
    warming: bool = False,
) -> Plan:
    """Decide, at `now`, from `indoor` °C and the outdoor temperature `(HORIZON,)` every 300 s ahead.

    `warming` says that it has begun already, so that neither a small change of the estimate ends it again nor an
    arrival so near that nobody would understand it.
    """
    n = int(min(HORIZON, max(48.0, (arrival.median - now) / STEP_S + 12.0)))
    evening = _Evening(
        heating, arrival, now, indoor, outdoor, wanted, _spread(heating, indoor, outdoor, wanted.comfort)
    )
    last = evening.last_start(n)
    soon = float(arrival.chance_before(now + SOON_S)) >= 0.5
    warm = last == 0 or (warming and (soon or last * STEP_S <= RELAX_S))
    start = 0 if warm else last
    cooling = np.maximum(heating.predict(indoor, outdoor[:n], np.zeros(n), STEP_S), min(indoor, wanted.lowest))
    setback = float(np.clip(np.append(indoor, cooling)[last], wanted.lowest, wanted.comfort))
    path = evening.path(start)
    plan = Plan(
        warm=warm,
        target=wanted.comfort if warm else setback,
        setback=setback,
        warm_from=now + STEP_S * start,
        needs_s=_reaches(path[start:], wanted.comfort),
        cold_chance=evening.cold_chance(start),
        times=now + STEP_S * np.arange(1.0, n + 1.0),
        indoor=cooling,
        outdoor=outdoor[:n],
        level=np.zeros(n),
    )
    return _drawn(plan, heating, arrival, now, indoor, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class _Evening:
    """What is asked again and again while looking for the last start of warming that is not too late."""

    heating: Thermal
    arrival: Arrival
    now: float
    indoor: float
    outdoor: Floats
    wanted: Wanted
    spread: float

    def last_start(self, n: int) -> int:
        """The last of the starts 0..n, in steps, that keeps the chance of cold; 0 where even waiting one step does not.

        The later the start, the colder, so that halving finds it.
        """
        good, bad = 0, n + 1
        if self.cold_chance(1) > self.wanted.cold_chance:
            # Where even now is too late for a plant so weak, all that is left to choose is the day.
            far = float(self.arrival.chance_before(self.now + LOOK_S)) <= self.wanted.cold_chance
            return n if far and self.cold_chance(0) > self.wanted.cold_chance else 0
        while bad - good > 1:
            middle = min(n, (good + bad) // 2) if good else 1
            good, bad = (middle, bad) if self.cold_chance(middle) <= self.wanted.cold_chance else (good, middle)
        return good

    def path(self, start: int) -> Floats:
        """Indoor °C now and after each step, left to cool for `start` steps and then full heat for eight hours."""
        steps = start + HEATED
        outdoor = np.append(self.outdoor, np.full(HEATED, self.outdoor[-1]))[:steps]
        level = np.where(np.arange(steps) < start, 0.0, 1.0)
        path = np.append(self.indoor, self.heating.predict(self.indoor, outdoor, level, STEP_S))
        lowest = min(self.indoor, self.wanted.lowest)
        if path[start] < lowest:  # it would have been held there
            path[: start + 1] = np.maximum(path[: start + 1], lowest)
            path[start + 1 :] = self.heating.predict(lowest, outdoor[start:], np.ones(HEATED), STEP_S)
        return path

    def cold_chance(self, start: int) -> float:
        """The chance that they come while it is felt as cold, if warming begins after `start` steps."""
        path = self.path(start)
        ahead = STEP_S * (np.arange(len(path)) + 0.5)
        times: Floats = (self.now + STEP_S * np.arange(len(path))).astype(np.float64)
        before = self.arrival.chance_before(times)
        share = np.diff(np.append(before, 1.0))  # who comes later still finds it as it is at the end
        begins = STEP_S * start
        heated = np.maximum(ahead - begins, 0.0)
        # Before warming begins there will be other plans, so that what can go wrong by then counts for an hour at most.
        hours = np.where(heated > 0.0, heated + min(begins, 3600.0), np.minimum(ahead, 3600.0)) / 3600.0
        noise = np.sqrt(SENSOR_C**2 + WEATHER_C**2 * hours)
        chance = 0.0
        for weight, z in THREE_POINTS:
            lived = np.minimum(ahead, begins + heated * exp(-z * self.spread))
            inside = np.interp(lived, STEP_S * np.arange(len(path)), path)
            chance += weight * float(normal((self.wanted.comfort - FELT_C - inside) / noise) @ share)
        return chance


def _reaches(path: Floats, target: float) -> float:
    """Seconds until a path with a value every step reaches the target; a day if it does not."""
    reached = np.flatnonzero(path >= target - 1e-6)
    if not len(reached):
        return LOOK_S
    i = int(reached[0])
    return 0.0 if i == 0 else STEP_S * float(i - 1 + (target - path[i - 1]) / (path[i] - path[i - 1]))


def _spread(heating: Thermal, indoor: float, outdoor: Floats, comfort: float) -> float:
    """Standard deviation of the log of how long warming takes, by the model's own account."""
    start, weather = min(indoor, comfort - 1.0), float(outdoor[: HORIZON // 12].mean())
    usual_s, late_s = (heating.seconds_to_quantile(q, comfort - FELT_C / 2.0, start, weather) for q in (0.5, 0.9))
    if not isfinite(late_s) or usual_s <= 0.0:
        return 0.5
    return float(min(0.8, max(0.03, log(late_s / usual_s) / TENTH_SD)))


def _drawn(plan: Plan, heating: Thermal, arrival: Arrival, now: float, indoor: float, wanted: Wanted) -> Plan:
    """The plan with its columns: cool until warming starts, full heat to the target, then holding it."""
    begin = round((plan.warm_from - now) / STEP_S)
    heats = ceil(plan.needs_s / STEP_S)
    shown = int(np.clip(max(begin + heats, (arrival.p90 - now) / STEP_S) + 6, 12, min(MOST_SHOWN, len(plan.times))))
    at, outdoor, level = np.arange(shown), plan.outdoor[:shown], np.zeros(shown)
    level[begin : begin + heats] = 1.0
    if begin + heats < shown:
        level[begin + heats :] = heating.holding_level(wanted.comfort, float(outdoor[begin + heats]))
    inside = np.minimum(heating.predict(indoor, outdoor, level, STEP_S), max(wanted.comfort, indoor))
    inside = np.where(at < begin, plan.indoor[:shown], inside)
    if indoor <= wanted.comfort:
        inside = np.where(at >= begin + heats, wanted.comfort, inside)
    return replace(plan, times=plan.times[:shown], indoor=inside, outdoor=outdoor, level=level)


def mirrored(plan: Plan) -> Plan:
    """A plan made with negated temperatures (a model that learned from negated readings cools), turned back."""
    return replace(plan, target=-plan.target, setback=-plan.setback, indoor=-plan.indoor, outdoor=-plan.outdoor)
