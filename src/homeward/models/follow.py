"""Follows the air behind a coarse sensor, the walls and what strays, and learns the rates of the home: a Kalman filter.

Extended, over the home of `thermal.py`. Sun, windows and guests enter as a stray gain, and where that explains a change
as well as the rates could, the rates are left alone. A coarse sensor tells something when it steps, and when the air
should have left what it shows; standing still it says the same again and again, and that is not counted as news.
"""

from math import isfinite, nan, sqrt
from typing import Any, Final

import numpy as np

from homeward.models import thermal
from homeward.models.thermal import AIR, SIZE, STRAY, WALLS

DRIFT: Final = 0.03  # of every logarithm learned, in a day
AIR_NOISE: Final = 0.2  # °C in an hour
WALLS_NOISE: Final = 0.02
STRAY_SPREAD: Final = 0.7  # °C/h on the air
PLANT_SPREAD: Final = 0.3  # by how much of itself the plant's heat differs from what is thought
SURPRISE: Final = 3.0  # standard deviations beyond which a reading is not taken at its word
GLITCHES: Final = 12.0  # surprises in a row that are no glitch
MIX_SPREAD: Final = 0.4  # of its logarithm, as one more warm-up tells it
SENSOR: Final = 2.5  # steps of the sensor are trusted to one in this many
_KEPT: Final = ("at", "shown", "edge", "quantum", "surprises")


class Follower:
    """What is known of one home: `x` `(SIZE,)` and its covariance `p` `(SIZE, SIZE)`, valid at `at` (s since 1970)."""

    def __init__(self) -> None:
        self.x, self.p = thermal.prior()
        self.at = nan
        self.quantum = 0.1  # the smallest change the sensor shows, °C
        self.shown = nan  # what it shows
        self.edge = nan  # the temperature it passed at its last step, until taken in
        self.surprises = 0.0

    def begin(self, at: float, indoor: float) -> None:
        """Start, or start again after a long gap: the rates stay, the temperatures are unknown."""
        for i, spread in ((AIR, 0.5), (WALLS, 1.0), (STRAY, STRAY_SPREAD)):
            self.forget(i, spread)
        self.x[[AIR, WALLS, STRAY]] = indoor, indoor, 0.0
        self.at, self.shown, self.edge = at, indoor, nan

    def forget(self, i: int, spread: float) -> None:
        """Make part `i` of the state independent of the others, with a standard deviation of `spread`."""
        self.p[i, :] = self.p[:, i] = 0.0
        self.p[i, i] = spread * spread

    def see(self, indoor: float) -> bool:
        """Note what the sensor shows now; True if it stepped up."""
        change = indoor - self.shown if isfinite(self.shown) else 0.0
        size = abs(change)
        if size > 0.005:
            half = 0.5 * min(size, self.quantum)
            self.edge = indoor - half if change > 0 else indoor + half
            pull = 0.3 if size < self.quantum else 0.02
            self.quantum += pull * (min(size, 1.0) - self.quantum)
        self.shown = indoor
        return change > 0.005

    def advance(self, until: float, outdoor: float, heat: float, unknown_heat: float) -> None:
        """Go on to `until` with `heat` °C/h from the plant, of which up to `unknown_heat` is not certain."""
        dt = (until - self.at) / 3600.0
        self.x, f = thermal.step(self.x, outdoor, heat, self.at, dt)
        self.p = f @ self.p @ f.T
        noise = np.full(SIZE, DRIFT**2 * dt / 24)
        noise[AIR], noise[WALLS] = AIR_NOISE**2 * dt, WALLS_NOISE**2 * dt
        noise[STRAY] = 2 * (STRAY_SPREAD**2 + (PLANT_SPREAD * unknown_heat) ** 2) * dt / thermal.STRAY_H
        self.p.flat[:: SIZE + 1] += noise
        self.at = until

    def observe(self, teaches: bool) -> None:
        """Take in what the sensor showed since the last time; the rates learn from it only if it `teaches`."""
        half = 0.5 * self.quantum
        if isfinite(self.edge):
            self._correct(self.edge - float(self.x[AIR]), teaches)
            self.edge = nan
        elif isfinite(self.shown):
            error = self.shown - float(self.x[AIR])
            if abs(error) > half:
                self._correct(error - half if error > 0 else error + half, teaches)

    def learn_mix(self, mix: float) -> None:
        """Take in how fast air and walls mix as whole warm-ups have it (its logarithm)."""
        column = self.p[:, thermal.MIX].copy()
        column[: thermal.MIX] = 0.0
        gain = column / (column[thermal.MIX] + MIX_SPREAD**2)
        self.x = self.x + gain * (mix - self.x[thermal.MIX])
        down = np.outer(gain, self.p[:, thermal.MIX])
        self.p += np.outer(gain, gain) * (column[thermal.MIX] + MIX_SPREAD**2) - down - down.T

    def _correct(self, error: float, teaches: bool) -> None:
        noise = 0.05**2 + (self.quantum / SENSOR) ** 2
        column = self.p[:, AIR].copy()
        size = abs(error) / sqrt(column[AIR] + noise)
        self.surprises = self.surprises + 1.0 if size > SURPRISE else 0.0
        if size > SURPRISE:  # Huber: a jump counts, but no more than a moderate surprise
            noise = (column[AIR] + noise) * size / SURPRISE - column[AIR]
            if self.surprises > GLITCHES:  # believe it, so that nothing can lock the filter up
                self.p[AIR, AIR] += 1.0
                self.p[WALLS, WALLS] += 1.0
                column = self.p[:, AIR].copy()
        gain = column / (column[AIR] + noise)
        if not teaches:
            gain[thermal.MIX :] = 0.0
        self.x = np.minimum(np.maximum(self.x + gain * error, thermal.LOWEST), thermal.HIGHEST)
        down = np.outer(gain, column)
        self.p += np.outer(gain, gain) * (column[AIR] + noise) - down - down.T

    def sureness(self) -> float:
        """By how much of itself the spread of the whole home's loss has shrunk since the beginning, 0..1."""
        both = np.zeros(SIZE)
        both[[thermal.LOSS, thermal.SHARE]] = 1.0
        left = max(0.0, float(both @ self.p @ both)) / float(both @ thermal.prior()[1] @ both)
        return max(0.0, 1.0 - sqrt(left))

    def state(self) -> dict[str, Any]:
        """All of it, ready for JSON; unknown numbers are None."""
        spread = np.sqrt(np.maximum(np.diag(self.p), 1e-12))
        alike = (self.p / np.outer(spread, spread))[np.triu_indices(SIZE, 1)]
        return {
            **plain({name: getattr(self, name) for name in _KEPT}),
            "mean": [round(v, 5) for v in self.x.tolist()],
            "deviation": [float(f"{v:.5g}") for v in spread.tolist()],
            "alike": [round(v, 4) for v in alike.tolist()],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Follower":
        """The follower that `state()` was taken from."""
        one = cls()
        for name in _KEPT:
            setattr(one, name, number(state[name]))
        one.x = np.array(state["mean"], dtype=np.float64)
        alike = np.zeros((SIZE, SIZE))
        alike[np.triu_indices(SIZE, 1)] = state["alike"]
        spread = np.array(state["deviation"], dtype=np.float64)
        alike = alike + alike.T + np.eye(SIZE)
        least = float(np.linalg.eigvalsh(alike)[0])
        if least < 1e-6:  # rounding made them impossible together: draw them in, by no more than needed
            alike = (alike + (1e-6 - least) * np.eye(SIZE)) / (1.0 + 1e-6 - least)
        one.p = alike * np.outer(spread, spread)
        return one


def plain(numbers: dict[str, float]) -> dict[str, float | None]:
    """Numbers as JSON can hold them: rounded, None for what is not finite."""
    return {name: round(v, 4) if isfinite(v) else None for name, v in numbers.items()}


def number(kept: float | None) -> float:
    """A number back from `plain`: NaN for None."""
    return nan if kept is None else float(kept)
