"""Signals computed from signals: the way home of vehicles and persons, and whether somebody is in.

They follow in the same round as the readings they come from, with those readings' time, before any `when` looks.
"""

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.nodes import NONE
from homeward.core.signal import Kind
from homeward.core.twin import Twin
from homeward.core.way import (
    ARRIVED_M,
    CLOSING_M_S,
    LEFT_M,
    LONGEST_GAP_S,
    SMOOTH_S,
    closing_in,
    way_of_many,
    way_of_one,
)


@dataclass(frozen=True, slots=True)
class Written:
    """Readings of derived signals: rows, their places in the rows asked about, signals, values, times, all `(n,)`."""

    kind: Kind
    rows: Integers
    of: Integers
    signals: Integers
    values: Floats
    at: Floats


class WayHome:
    """Distance, bearing and closing speed to the home, and `IsHome` with hysteresis, for one kind that moves.

    `signals` are all that it reads and writes: where it is, what is derived, where its home is.
    """

    def __init__(self, twin: Twin, kind: Kind) -> None:
        self.twin, self.kind = twin, kind
        word = kind.word
        self._here = self._signals(f"{word}.CurrentLocation.Latitude", f"{word}.CurrentLocation.Longitude")
        self._home = self._signals("Home.Location.Latitude", "Home.Location.Longitude")
        names = ("DistanceToHome", "BearingToHome", "SpeedTowardsHome", "IsClosingOnHome", "IsHome")
        self.distance, self.bearing, self.speed, self.closing, self.is_home = self._signals(
            *(f"{word}.{name}" for name in names)
        )
        self.signals = (
            *self._here, self.distance, self.bearing, self.speed, self.closing, self.is_home, *self._home
        )  # fmt: skip
        self.own = frozenset((*self._here, self.distance))
        self.concerns = np.isin(np.arange(len(twin.vocabulary)), list(self.own))
        self.homes = frozenset(self._home)

    def _signals(self, *paths: str) -> tuple[int, ...]:
        found = []
        for path in paths:
            defined = self.twin.vocabulary[path]
            self.twin.tables[defined.kind].give_slot(defined.index)
            found.append(defined.index)
        return tuple(found)

    def before(self, rows: Integers) -> tuple[Floats, Floats]:
        """Distance and its time `(n,)`, `(n,)` as known before the readings are written."""
        table = self.twin.tables[self.kind]
        return table.take(rows, self.distance), table.take_times(rows, self.distance)

    def follow(self, rows: Integers, at: Floats, was: tuple[Floats, Floats], sent: bool) -> Written:
        """What follows for `rows (n,)` from readings at `at (n,)`; `sent`: they brought the distance itself."""
        if len(rows) == 1:
            kept = self._follow_one(rows.item(), at.item(), (was[0].item(), was[1].item()), sent)
            of, signals = np.zeros(len(kept), np.int64), np.array([signal for signal, _ in kept], np.int64)
            return Written(self.kind, rows[of], of, signals, np.array([value for _, value in kept], np.float64), at[of])
        table = self.twin.tables[self.kind]
        out: list[tuple[int, Floats]] = []
        if sent:
            distance = table.take(rows, self.distance)
        else:
            distance, bearing = self._measure(rows)
            out = [(self.distance, distance), (self.bearing, bearing)]
        speed = self._speed(rows, distance, at, was)
        near, far = distance < ARRIVED_M, distance > LEFT_M
        between = np.where(np.isnan(distance), np.nan, table.take(rows, self.is_home))
        home = np.where(near, 1.0, np.where(far, 0.0, between))
        closing = np.where(np.isnan(speed), np.nan, (speed > CLOSING_M_S) * 1.0)
        out += [(self.speed, speed), (self.closing, closing), (self.is_home, home)]
        values = np.concatenate([value for _, value in out])
        known = ~np.isnan(values)
        # A speed that was known and is not any more is forgotten; the other signals keep what was last measured.
        had_speed = table.take(rows, self.speed)
        known[-3 * len(rows) : -len(rows)].reshape(2, -1)[:] |= had_speed == had_speed
        of = np.tile(np.arange(len(rows)), len(out))[known]
        return Written(
            self.kind,
            rows[of],
            of,
            np.repeat(np.array([signal for signal, _ in out], np.int64), len(rows))[known],
            values[known],
            at[of],
        )

    def _follow_one(self, row: int, at: float, was: tuple[float, float], sent: bool) -> list[tuple[int, float]]:
        """The same as `follow` for one row: signals and values, in plain numbers, with the very same results."""
        cell = self.twin.tables[self.kind].cell
        distance, earlier, home = cell(row, self.distance)[0], cell(row, self.speed)[0], cell(row, self.is_home)[0]
        found: list[tuple[int, float]] = []
        if not sent:
            distance, bearing = self._measure_one(row)
            found = [(self.distance, distance), (self.bearing, bearing)]
        speed, closing, home = closing_in(distance, was[0], at - was[1], earlier, home)
        kept = [one for one in found if not isnan(one[1])]
        if not (isnan(speed) and isnan(earlier)):
            kept += [(self.speed, speed), (self.closing, closing)]
        if not isnan(home):
            kept.append((self.is_home, home))
        return kept

    def _measure_one(self, row: int) -> tuple[float, float]:
        home = self.twin.nodes.first_row(Kind.HOME, self.twin.nodes.household_of_row[self.kind].plain[row])
        if home == NONE:
            return nan, nan
        here, there = self.twin.tables[self.kind].cell, self.twin.tables[Kind.HOME].cell
        spot, target = [here(row, one)[0] for one in self._here], [there(home, one)[0] for one in self._home]
        distance, bearing = way_of_one(*spot, *target)
        return distance, bearing

    def _measure(self, rows: Integers) -> tuple[Floats, Floats]:
        households = self.twin.nodes.household_of_row[self.kind].array[rows]
        homes = self.twin.nodes.first_rows(Kind.HOME, households)
        table, there = self.twin.tables[self.kind], self.twin.tables[Kind.HOME]
        spot = [table.take(rows, signal) for signal in self._here]
        target = [np.full(len(rows), np.nan), np.full(len(rows), np.nan)]
        has_home = np.flatnonzero(homes != NONE)
        for column, signal in zip(target, self._home, strict=True):
            column[has_home] = there.take(homes[has_home], signal)
        return way_of_many(spot[0], spot[1], target[0], target[1])  # type: ignore[no-any-return]

    def _speed(self, rows: Integers, distance: Floats, at: Floats, was: tuple[Floats, Floats]) -> Floats:
        """How fast the distance shrinks, smoothed over about a minute; unknown after a long gap."""
        gap = at - was[1]
        usable = (gap > 0) & (gap < LONGEST_GAP_S)
        some = np.where(usable, gap, 1.0)
        raw = (was[0] - distance) / some
        earlier = self.twin.tables[self.kind].take(rows, self.speed)
        smooth = np.where(np.isnan(earlier), raw, earlier + some / (some + SMOOTH_S) * (raw - earlier))
        still = np.where((gap == 0) | (gap < 0), earlier, np.nan)
        speed: Floats = np.where(usable, smooth, still)
        return speed
