"""A car that moves: is it coming home, and when is it there; both learned from the household's own drives.

Time left is a power of distance left, `log time = a + b log distance + c pace`, where pace says how this drive has
gone so far beside what was expected. It is learned by Bayesian regression, begins with what is usual in and around
towns, and takes detours of the road network into `a`. Whether it comes home is weighed from where such drives ended
before, the destination if known, the way gained, and the way lost since it was closest.
"""

from dataclasses import dataclass, field
from math import exp, isfinite, log, sqrt
from typing import Any

import numpy as np

from homeward.models.arrival import AHEAD_S, Arrival, Floats, normal

UNIT_M = 10_000.0
PRIOR = np.array([log(15.5 * 60.0), 0.7, 0.3])
PRIOR_SD = np.array([0.35, 0.15, 0.3])
NOISE, NOISE_DRIVES = 0.25, 3.0
OWN_NOISE_S = 45.0
TELLING = 3.0
"""How many independent observations one drive is worth, however many points it has."""
REMEMBERED = 100
LEARNED_SHARE = 0.97


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a drive: `elapsed_s` since it began, `left_m` from home, and `pace` as `Drives.pace` gives it."""

    elapsed_s: float
    left_m: float
    pace: float


@dataclass(frozen=True, slots=True)
class Moving:
    """A drive so far: begun `elapsed_s` ago, `from_m` away; now `left_m`, at best `least_m`; standing for `still_s`.

    `destination` is "home", "away" or "" where nobody said.
    """

    elapsed_s: float
    from_m: float
    left_m: float
    least_m: float
    still_s: float = 0.0
    destination: str = ""


@dataclass(slots=True)
class Drives:
    """What a household's drives have taught: times by distance, and where drives from some distance ended."""

    mean: Floats = field(default_factory=lambda: PRIOR.copy())
    precision: Floats = field(default_factory=lambda: np.diag(NOISE**2 / PRIOR_SD**2))
    count: float = NOISE_DRIVES
    squares: float = NOISE_DRIVES * NOISE**2
    ends: list[tuple[float, bool]] = field(default_factory=list)

    def learn_one(self, points: list[Point], took_s: float) -> None:
        """Take in a drive that ended at home after `took_s`, by the points it passed."""
        usable = [one for one in points if took_s - one.elapsed_s > 30.0 and one.left_m > 200.0]
        if not usable:
            return
        rows = np.array([_features(one.left_m, one.pace) for one in usable])
        wanted = np.log([took_s - one.elapsed_s for one in usable])
        weight = min(1.0, TELLING / len(usable))
        prior = self.precision * LEARNED_SHARE + np.diag(NOISE**2 / PRIOR_SD**2) * (1.0 - LEARNED_SHARE)
        errors = wanted - rows @ self.mean
        self.precision = prior + weight * rows.T @ rows
        self.mean = self.mean + np.linalg.solve(self.precision, weight * rows.T @ errors)
        self.count = self.count * LEARNED_SHARE + 1.0
        self.squares = self.squares * LEARNED_SHARE + min(float(np.mean(errors**2)), 1.0)

    def learn_end(self, from_m: float, at_home: bool) -> None:
        """Take in where a drive that began `from_m` from home ended."""
        self.ends = [*self.ends, (from_m, at_home)][-REMEMBERED:]

    def usual_s(self, left_m: float) -> float:
        """How long the way home from `left_m` usually takes, s."""
        return exp(float(_features(left_m, 0.0) @ self.mean))

    def soonest_s(self, left_m: float) -> float:
        """The time in which one in twenty would manage the way from `left_m`, s: nobody there now is home before."""
        return self.usual_s(left_m) * exp(-1.64 * self._noise())

    def pace(self, elapsed_s: float, from_m: float, left_m: float) -> float:
        """How slow this drive has been: log of time taken over usual time, the more trusted the farther it got."""
        if left_m >= from_m or elapsed_s <= 0.0:
            return 0.0
        expected = self.usual_s(from_m) - self.usual_s(left_m)
        share = (from_m - left_m) / from_m
        return share * min(1.0, max(-1.0, log(elapsed_s / max(expected, 30.0))))

    def predict_one(self, now: float, moving: Moving) -> Arrival:
        """When the car is there, if it is coming home."""
        pace = self.pace(moving.elapsed_s - moving.still_s, moving.from_m, moving.left_m)
        row = _features(moving.left_m, pace)
        middle = exp(float(row @ self.mean))
        noise = self._noise() ** 2
        doubt = noise * float(row @ np.linalg.solve(self.precision, row))
        spread = sqrt(noise + doubt + (OWN_NOISE_S / max(middle, 30.0)) ** 2)
        ahead = np.maximum(AHEAD_S, 1.0)
        driving = normal(np.log(ahead / middle) / spread)
        if moving.still_s <= 120.0:
            return Arrival(now + AHEAD_S, driving)
        # A stop lasts as long again as it has lasted, half the time; the rest of the way begins after it.
        stop = np.array([0.25, 0.6, 1.2, 3.0]) * moving.still_s
        before = np.mean([np.interp(ahead - wait, ahead, driving, left=0.0) for wait in stop], axis=0)
        return Arrival(now + AHEAD_S, before)

    def homeward_chance(self, moving: Moving) -> float:
        """The chance that this drive ends at home."""
        near = [
            (exp(-0.5 * (log((start + 500) / (moving.from_m + 500)) / 0.5) ** 2), home) for start, home in self.ends
        ]
        yes = 1.5 + sum(weight for weight, home in near if home)
        no = 1.0 + sum(weight for weight, home in near if not home)
        odds = log(yes / no)
        sure = {"home": 4.0, "away": -4.0}.get(moving.destination)
        if sure is not None:
            odds = sure
        start = max(moving.from_m, 500.0)
        gained = max(0.0, moving.from_m - moving.left_m) / start
        lost = max(0.0, moving.left_m - moving.least_m) / (0.3 * start + 1000.0)
        odds += 4.0 * gained - (4.0 if moving.destination == "home" else 6.0) * lost
        odds -= max(0.0, moving.still_s - 300.0) / 600.0
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, odds))))

    def _noise(self) -> float:
        return sqrt(self.squares / self.count)

    def state(self) -> dict[str, Any]:
        """Everything learned, ready for JSON."""
        return {
            "mean": [round(v, 6) for v in self.mean.tolist()],
            "precision": [round(v, 5) for v in self.precision.ravel().tolist()],
            "count": round(self.count, 4),
            "squares": round(self.squares, 6),
            "ends": [[round(start), int(home)] for start, home in self.ends],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Drives":
        """The drives that `state` was taken from."""
        return cls(
            np.array(state["mean"], dtype=np.float64),
            np.array(state["precision"], dtype=np.float64).reshape(3, 3),
            float(state["count"]),
            float(state["squares"]),
            [(float(start), bool(home)) for start, home in state["ends"]],
        )


def _features(left_m: float, pace: float) -> Floats:
    return np.array([1.0, log(max(left_m, 50.0) / UNIT_M), pace if isfinite(pace) else 0.0])
