"""When somebody who is out usually comes back, learned from the household's own absences; a few days already help.

Each past absence says when this one would end, the more so the more it resembles it: the same weekday, hour of
leaving and place, and lately rather than long ago. Long absences end at an hour of the day (work), short ones after a
time (shopping). Around each there is a kernel as wide as the household is irregular. Beside this habit stand two
others: what is known of people in general, which fades with every absence seen, and "something unusual", whose end
nobody knows (the longer it has lasted, the longer it will, as Pareto's law has it). As time passes and nobody comes,
what did not happen loses weight by itself: on a holiday the unusual takes over and the estimate admits not to know.
Absences of more than 36 hours are kept but never taken for a habit.

All times here are local: UTC seconds plus the home's offset.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.models.arrival import AHEAD_S, Arrival, Floats, clock, normal

DAY_S = 86_400.0
HOUR_S = 3600.0
SHORTEST_S, HOLIDAY_S = 300.0, 36 * HOUR_S
REMEMBERED = 200
FORGET_S = 60 * DAY_S
UNUSUAL = 0.04
UNUSUAL_S = 2 * HOUR_S
USUAL_SPREAD_S = 40 * 60.0
SPREAD_COUNTS = 3.0
"""How many absences what is usual elsewhere counts for."""
WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody was out from `left` to `back` (local s), mostly `place_m` metres from home (NaN if unknown)."""

    left: float
    back: float
    place_m: float = nan

    @property
    def lasted(self) -> float:
        """How long it was, s."""
        return self.back - self.left


def weekday(local: float) -> int:
    """0 for Monday; the first of January 1970 was a Thursday.

    >>> WEEKDAYS[weekday(0.0)]
    'Thursdays'
    """
    return int(local // DAY_S + 3) % 7


@dataclass(slots=True)
class Habit:
    """The absences of one person or vehicle, oldest first."""

    absences: list[Absence] = field(default_factory=list)

    def learn_one(self, absence: Absence) -> None:
        """Take in an absence that has ended; shorter ones than five minutes are a flicker of the position."""
        if absence.lasted >= SHORTEST_S:
            self.absences = [*self.absences, absence][-REMEMBERED:]

    def predict_one(self, now: float, left: float, place_m: float = nan, offset: float = 0.0) -> Arrival:
        """When one who left at `left` is back, as seen at `now` (both local), given that they are not back yet.

        The times of the answer are UTC: local less `offset`.
        """
        at = now + AHEAD_S
        usual = [one for one in self.absences if one.lasted < HOLIDAY_S]
        ends = np.array([_end_like(one, left) for one in usual])
        spread = _usual_spread(usual, ends)
        weights = _resemblance(usual, ends, left, place_m, spread)
        evidence = float(weights.sum())
        general = 1.0 / (1.0 + evidence**1.5)
        parts = [(UNUSUAL, _pareto(at - left)), ((1.0 - UNUSUAL) * general, _general(at, left))]
        if evidence > 1e-6:
            parts.append(
                (
                    (1.0 - UNUSUAL) * (1.0 - general),
                    _kernels(at, ends, weights / evidence, evidence, spread),
                )
            )
        before = sum((weight * part for weight, part in parts), np.zeros_like(at))
        passed = float(before[0])
        before = np.clip((before - passed) / max(1e-9, 1.0 - passed), 0.0, 1.0)
        return Arrival(at - offset, np.maximum.accumulate(before), self._why(now, left, ends, weights, before))

    def _why(self, now: float, left: float, ends: Floats, weights: Floats, before: Floats) -> str:
        evidence = float(weights.sum())
        if now - left > HOLIDAY_S:
            return f"away for {int((now - left) // DAY_S)} days, longer than any habit tells"
        if evidence < 0.7:
            return "not yet known when they usually come back"
        middle = float(ends[np.argsort(ends)][np.searchsorted(np.cumsum(weights[np.argsort(ends)]), evidence / 2)])
        if now > middle and before[60] < 0.5:
            return f"usually back at {clock(middle)}, but not yet today"
        days = "" if weekday(left) in (5, 6) and evidence < 2 else f" on {WEEKDAYS[weekday(left)]}"
        return f"usually back at {clock(middle)}{days}"

    def state(self) -> list[list[float | None]]:
        """Everything learned, ready for JSON."""
        return [
            [round(one.left), round(one.back), round(one.place_m) if isfinite(one.place_m) else None]
            for one in self.absences
        ]

    @classmethod
    def restore(cls, state: Sequence[Sequence[Any]]) -> "Habit":
        """The habit that `state` was taken from."""
        return cls([Absence(float(a), float(b), nan if c is None else float(c)) for a, b, c in state])


def _resemblance(absences: Sequence[Absence], ends: Floats, left: float, place_m: float, spread_s: float) -> Floats:
    """How much each `(n,)` tells about one that began at `left`: 1 for the same outing yesterday, 0 for no likeness."""
    days = np.array([weekday(one.left) for one in absences], dtype=int)
    likeness = _likeness(days, ends, weekday(left), spread_s)
    return np.array(
        [
            likeness[day]
            * exp(-max(0.0, left - one.left) / FORGET_S)
            * _same_hour(one.left, left)
            * _same_place(one.place_m, place_m)
            for day, one in zip(days.tolist(), absences, strict=True)
        ]
    )


def _likeness(days: NDArray[np.int_], ends: Floats, today: int, spread_s: float) -> list[float]:
    """How far each weekday may stand for `today`: workdays for each other, until returns show that they differ."""
    likeness = [0.7 if (day < 5) == (today < 5) else 0.1 for day in range(7)]
    likeness[today] = 1.0
    here = ends[days == today]
    for day in range(7):
        there = ends[days == day]
        if day == today or not len(there) or not len(here):
            continue
        doubt = spread_s * (1.0 / len(here) + 1.0 / len(there)) ** 0.5
        differ = abs(float(np.median(there) - np.median(here))) / doubt
        likeness[day] *= exp(-0.5 * max(0.0, differ - 0.5) ** 2)
    return likeness


def _same_hour(one: float, other: float) -> float:
    gap = abs((one - other + DAY_S / 2) % DAY_S - DAY_S / 2) / HOUR_S
    return max(0.02, exp(-0.5 * (gap / 1.5) ** 2))


def _same_place(one_m: float, other_m: float) -> float:
    if not (isfinite(one_m) and isfinite(other_m)):
        return 0.7
    return max(0.3, exp(-0.5 * (log((one_m + 500.0) / (other_m + 500.0)) / 0.5) ** 2))


def _end_like(absence: Absence, left: float) -> float:
    """When an outing that began at `left` ends if it goes as `absence` did: by the clock if that was long."""
    by_clock = left - left % DAY_S + absence.back - (absence.left - absence.left % DAY_S)
    after = left + absence.lasted
    share = min(1.0, max(0.0, (absence.lasted / HOUR_S - 2.0) / 4.0))
    return share * by_clock + (1.0 - share) * after


def _kernels(at: Floats, ends: Floats, weights: Floats, evidence: float, usual_spread_s: float) -> Floats:
    """The chance to be back before `at (n,)` with a kernel around each of `ends (m,)`, `weights (m,)` summing to 1.

    Kernels widen what they smooth; the ends are drawn to their mean by as much, so that the whole is as wide as the
    next return is uncertain.
    """
    order = np.argsort(ends)
    total = np.cumsum(weights[order])
    quarters = np.minimum(np.searchsorted(total, (0.25, 0.5, 0.75)), len(ends) - 1)
    low, _, high = ends[order][quarters].tolist()
    mean = float(weights @ ends)
    deviation = float(np.sqrt(weights @ (ends - mean) ** 2))
    count = min(evidence, 1.0 / float(weights @ weights))
    own = min(deviation, max((high - low) / 1.35, 120.0))
    spread = ((count * own**2 + SPREAD_COUNTS * usual_spread_s**2) / (count + SPREAD_COUNTS)) ** 0.5
    width = max(120.0, spread * 1.06 * max(count, 1.0) ** -0.2)
    wanted = max(spread, deviation) ** 2 * (1.0 + 1.0 / max(count, 1.0))
    drawn = min(1.0, (max(0.0, wanted - width**2)) ** 0.5 / max(deviation, 1.0))
    middles = mean + drawn * (ends - mean)
    width = max(width, (wanted - (drawn * deviation) ** 2) ** 0.5)
    return np.asarray(normal((at[:, None] - middles[None, :]) / width) @ weights)


def _usual_spread(absences: Sequence[Absence], ends: Floats) -> float:
    """How much the returns of one weekday differ, s, as this household's long absences tell, all weekdays together."""
    days = np.array([weekday(one.left) for one in absences])
    long = np.array([one.lasted > 4 * HOUR_S for one in absences], dtype=bool)
    squares, free = SPREAD_COUNTS * USUAL_SPREAD_S**2, SPREAD_COUNTS
    for day in range(7):
        same = ends[long & (days == day)]
        if len(same) > 1:
            off = np.minimum(np.abs(same - np.median(same)), 2.0 * HOUR_S)
            squares, free = squares + float(off @ off), free + len(same) - 1.0
    return float((squares / free) ** 0.5)


def _pareto(away: Floats) -> Floats:
    return np.asarray(1.0 - UNUSUAL_S / (UNUSUAL_S + np.maximum(away, 0.0)))


def _general(at: Floats, left: float) -> Floats:
    """What people do in general: out since a workday's morning, back around half past five; else in an hour or two."""
    hour = left % DAY_S / HOUR_S
    away = np.maximum(at - left, 1.0)
    if 5.0 <= hour <= 11.0 and weekday(left) < 5:
        evening = normal((at - (left - left % DAY_S) - 17.5 * HOUR_S) / (1.5 * HOUR_S))
        return np.asarray(0.65 * evening + 0.35 * normal(np.log(away / (3 * HOUR_S)) / 0.9))
    return normal(np.log(away / (1.5 * HOUR_S)) / 1.0)
