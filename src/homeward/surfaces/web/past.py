"""The measured lines a page keeps: read once from history, then carried on live."""

from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from homeward.surfaces.house import Series
from homeward.surfaces.web import say
from homeward.surfaces.web.plan import MOVED_S, Move, Plan, moved
from homeward.surfaces.web.sight import Sight

KEPT = 4000
SETTLING_S = 300.0
"""Plans this close together in stream time are compared; slower drift is no news."""
CARD_S = 2700.0
"""How long, in stream time, the card about a move is of use."""


@dataclass(slots=True)
class Past:
    """One signal's measured values, ascending in time."""

    sight: Sight
    node: str
    path: str
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    async def load(self, seconds: float) -> None:
        """Read the last `seconds` from history."""
        now = self.sight.house.now()
        times, values = await self.sight.house.history(self.node, self.path, now - seconds, now)
        kept = np.isfinite(values)
        self.times, self.values = times[kept].tolist(), values[kept].tolist()

    def follow(self) -> None:
        """Take in the latest value, if it is newer than what is kept."""
        at, value = self.sight.house.at(self.node, self.path), self.sight.number(self.node, self.path)
        if isfinite(at) and isfinite(value) and (not self.times or at > self.times[-1]):
            self.times.append(at)
            self.values.append(value)
            if len(self.times) > KEPT:
                del self.times[: KEPT // 4], self.values[: KEPT // 4]

    def series(self) -> Series:
        """What is kept, as columns."""
        return np.asarray(self.times, dtype=np.float64), np.asarray(self.values, dtype=np.float64)


class Moves:
    """Notices when the arrival jumps, and remembers from where, while that is news."""

    def __init__(self) -> None:
        self.recent: list[tuple[float, Plan]] = []  # when each plan was last in force, newest at the end
        self.news: tuple[float, Plan, str] | None = None  # since when, the plan before it, and why

    def look(self, plan: Plan | None, now: float, why: str) -> Move | None:
        """The move that is news now, after this plan; `why` is the reason as it stands."""
        if plan is None:
            return None
        if self.recent and self.recent[-1][1] is plan:
            self.recent.pop()
        self.recent = [(at, old) for at, old in self.recent if 0 <= now - at <= SETTLING_S]
        before = self.recent[0][1] if self.recent else None
        if before is not None and (move := moved(before, plan, why)) is not None:
            self.news = (now, self._first(before, move), why)
            self.recent = []
        self.recent.append((now, plan))
        return self._current(plan, now)

    def _first(self, before: Plan, move: Move) -> Plan:
        """Two moves in a row the same way are told as one, from where it first stood."""
        if self.news is None or (move.median - move.was_median) * (before.median - self.news[1].median) < 0:
            return before
        return self.news[1]

    def _current(self, plan: Plan, now: float) -> Move | None:
        """The news with today's figures, forgotten when it is old or the arrival is back where it was."""
        if self.news is None:
            return None
        since, before, why = self.news
        move = moved(before, plan, why, MOVED_S / 2)
        if move is None or now - since > CARD_S or plan.median < now:
            self.news = None
            return None
        return move

    async def recall(self, sight: Sight, plan: Plan | None, why: str) -> None:
        """Find the last jump in history, for a page that was opened after it."""
        now = sight.house.now()
        if plan is None or not plan.expects:
            return
        times, medians = await sight.house.history(sight.home, "Home.Arrival.Median", now - CARD_S, now)
        begins = await sight.house.history(sight.home, "Home.Arrival.WarmFrom", now - CARD_S, now)
        for index in range(len(times) - 1, 0, -1):
            if abs(medians[index] - medians[index - 1]) >= MOVED_S:
                # the companion of a reading may be stored a moment after it: look a little before
                at, median = float(times[index]), float(medians[index - 1])
                begin = held(begins, at - 60.0) if len(begins[0]) else plan.warm_from
                self.news = (at, replace(plan, at=at - 60.0, median=median, warm_from=begin), why)
                return

    def put_away(self) -> None:
        """The person has seen it."""
        self.news = None


def on_since(past: Past, gap_s: float = 1200.0) -> float:
    """Since when the heating is on that is on now, pauses shorter than `gap_s` passed over; NaN if it is off.

    A thermostat that holds a temperature switches all the time: that is one heating, not many.
    """
    times, values = past.series()
    on = times[values > 1.0]
    if not len(values) or not len(on) or times[-1] - on[-1] > gap_s:
        return float("nan")
    ends = np.append(times[1:], times[-1])[values > 1.0]
    breaks = np.flatnonzero(on[1:] - ends[:-1] > gap_s)
    return float(on[breaks[-1] + 1] if len(breaks) else on[0])


def held(series: Series, at: float) -> float:
    """The value that held at an instant: the last one measured by then, else the first."""
    times, values = series
    return float(values[max(0, int(np.searchsorted(times, at, side="right")) - 1)])


async def yesterday(sight: Sight) -> str:
    """Yesterday's coming home in one sentence; '' where nothing is known of it."""
    now, zone = sight.house.now(), sight.zone
    start, end = say.midnight(now, zone, -1), say.midnight(now, zone)
    times, occupied = await sight.house.history(sight.home, "Home.IsOccupied", start, end)
    rises = [float(t) for t, was, now_ in zip(times[1:], occupied[:-1], occupied[1:], strict=True) if was < 0.5 <= now_]
    if not rises:
        return ""
    came = rises[-1]
    times, indoor = await sight.house.history(sight.home, "Home.Climate.IndoorTemperature", came - 3600, came + 60)
    warm = f", and it was {say.degrees(float(indoor[-1]))} inside" if len(indoor) else ""
    return f"Yesterday somebody came home at {say.clock(came, zone)}{warm}"
