"""When will somebody be back: one distribution over time, from habits, from a moving car, from navigation, or several.

The plan needs more than three quantiles (what is the chance that they are back within the time the house needs?), so an
arrival is a whole distribution function on a grid of times that is fine for the next two hours and coarse for the
week after. What is missing to 1 at its end is the chance that they are not back within that week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AHEAD_S: Floats = np.concatenate(
    [np.arange(0, 7200, 60.0), np.arange(7200, 86_400, 360.0), np.arange(86_400, 7 * 86_400 + 1, 3600.0)]
)
"""The grid, in seconds from now."""

TENTH_SD = 1.2816
"""Standard deviations from the middle of a normal distribution to its outer tenths."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """The chance `before (n,)`, never falling, that somebody is back before each of the times `at (n,)`, and why."""

    at: Floats
    before: Floats
    why: str = ""

    def chance_before(self, time: float | Floats) -> Floats:
        """The chance that they are back before `time`, in the shape of `time`."""
        return np.asarray(np.interp(time, self.at, self.before, left=0.0))

    def quantile(self, q: float) -> float:
        """The time before which they are back with chance `q`; the end of the grid if that is not within it."""
        at = int(np.searchsorted(self.before, q))
        if at == 0 or at == len(self.at):
            return float(self.at[min(at, len(self.at) - 1)])
        low, high = self.before[at - 1], self.before[at]
        return float(self.at[at - 1] + (q - low) / (high - low) * (self.at[at] - self.at[at - 1]))

    @property
    def p10(self) -> float:
        """One in ten comes earlier."""
        return self.quantile(0.1)

    @property
    def median(self) -> float:
        """As likely earlier as later."""
        return self.quantile(0.5)

    @property
    def p90(self) -> float:
        """One in ten comes later."""
        return self.quantile(0.9)


def from_quantiles(now: float, p10: float, median: float, p90: float, why: str = "") -> Arrival:
    """The arrival that somebody else (navigation) gave as three quantiles: a normal distribution with two widths.

    >>> round(from_quantiles(0.0, 900.0, 1200.0, 1800.0).median)
    1200
    """
    early, late = max(median - p10, 30.0) / TENTH_SD, max(p90 - median, 30.0) / TENTH_SD
    at = now + AHEAD_S
    off = at - median
    return Arrival(at, normal(np.where(off < 0, off / early, off / late)), why)


def normal(z: Floats) -> Floats:
    """The standard normal distribution function, to three digits (Bowling et al. 2009)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(1.5976 * z + 0.07056 * z**3, -60.0, 60.0))))


def mix(parts: Sequence[tuple[float, Arrival]], why: str = "") -> Arrival:
    """One of several futures, each with its chance; all must share one grid. Chances are scaled to sum to 1."""
    total = sum(chance for chance, _ in parts)
    before = sum((chance / total * part.before for chance, part in parts), np.zeros_like(parts[0][1].before))
    return Arrival(parts[0][1].at, before, why)


def not_before(arrival: Arrival, time: float) -> Arrival:
    """The same, knowing that nobody can be back before `time`."""
    passed = float(arrival.chance_before(time))
    left = 1.0 - passed
    if left < 1e-9:
        return Arrival(arrival.at, np.where(arrival.at > time, 1.0, 0.0), arrival.why)
    before = np.where(arrival.at > time, (arrival.before - passed) / left, 0.0)
    return Arrival(arrival.at, np.clip(before, 0.0, 1.0), arrival.why)


def first_back(groups: Sequence[Sequence[Arrival]]) -> Arrival:
    """When the first is back, of several groups on their own ways; within a group they travel together.

    Independent ways multiply their chances of not being back yet. Two phones and the car they sit in are one way, not
    three: there the most certain counts. `why` is that of the one with the earliest median. ValueError if empty.
    """
    if not groups:
        raise ValueError("nobody is out, so nobody can be back; give at least one group")
    out = np.ones_like(groups[0][0].before)
    for group in groups:
        out = out * (1.0 - np.max([one.before for one in group], axis=0))
    soonest = min((one for group in groups for one in group), key=lambda one: one.median)
    return Arrival(soonest.at, 1.0 - out, soonest.why)


def clock(local: float) -> str:
    """A local time in seconds as people read it.

    >>> clock(63_900.0)
    '17:45'
    """
    minutes = round(local / 60.0) % 1440
    return f"{minutes // 60}:{minutes % 60:02d}"


def lasting(seconds: float) -> str:
    """A duration as people say it.

    >>> lasting(7_800.0), lasting(1_440.0)
    ('2 h 10', '24 min')
    """
    if not isfinite(seconds):
        return "more than two days"
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d}"
