"""What the heating of a home gives, learned from whole warm-ups: each is a trial, and the last few are kept.

A warm-up taken minute by minute teaches the wrong thing: while a late plant has not answered yet it looks weak. So each
is kept as a few numbers (where the home stood, what was asked for, where it was half-way and at the end), and after
each one the plant is fitted to all that are kept: Gauss and Newton's steps on the logarithms of power, bend, lag and
band, with what is usual for homes as the anchor, and less weight for what is odd or old.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from math import exp, inf, isfinite, log, sqrt
from typing import Final

import numpy as np

from homeward.models import thermal
from homeward.models.thermal import LAGS, Drive, FloatArray, Plant

KEPT: Final = 10
AGE: Final = 0.93  # weight of a trial beside that of the next one
ODD: Final = 1.0  # standard deviations from which a trial counts less
ANCHOR: Final = np.log([8.0, 1.0, 0.06, 1.5])  # quicker than a new Plant: better early than cold on the first day
ANCHOR_SPREAD: Final = np.array([0.7, 0.5, 0.5, 0.6, 0.4])
LOWEST: Final = np.log([0.3, 0.3, 0.005, 0.05, 0.2])
HIGHEST: Final = np.log([60.0, 3.5, 1.0, 8.0, 6.0])
USUAL_SPREAD: Final = 0.35  # by how much warm-ups differ from what is predicted, before any was seen
USUAL_WEIGHT: Final = 2.0
PATIENCE: Final = 2.5
STEPS: Final = 48
FLAT_C: Final = 0.7  # °C that a home may be off after hours of heating that did not warm it
STEP_NOISE_C: Final = 0.15


@dataclass(frozen=True, slots=True)
class Trial:
    """One stretch of heating: the home at its start (°C, °C/h), what was asked, and two later temperatures of the air.

    `gain` is what sun and people gave at its start, `heat` the share of full heat the plant still gave from before.
    """

    air: float
    walls: float
    gain: float
    heat: float
    outdoor: float
    level: float
    setpoint: float
    half_s: float
    half_air: float
    end_s: float
    end_air: float

    @property
    def size(self) -> float:
        """By how much the air changed, °C, for weighing errors; never less than half a degree."""
        return max(0.5, abs(self.end_air - self.air))


def fit(trials: Sequence[Trial], home: FloatArray, guess: Plant) -> tuple[Plant, float]:
    """The plant that explains the trials best, in a home with the rates of `home` `(SIZE,)`, found from a `guess`.

    With it comes how fast air and walls mix (the logarithm that `home` holds at `MIX`), for which what `home` holds is
    the anchor: a warm-up shows it better than a night. A guess far off is first brought near with every trial counting
    in full: among the odd, all look odd.
    """
    at = np.array([*np.log(astuple(guess)), home[thermal.MIX]])
    anchor = np.array([*ANCHOR, home[thermal.MIX]])
    if np.abs(_errors(trials, home, at)[0]).mean() > 2.0:
        at = _descend(trials, home, at, anchor, 10.0 * ODD)
    at = _descend(trials, home, at, anchor, ODD)
    return _plant(at), float(at[4])


def _descend(trials: Sequence[Trial], home: FloatArray, at: FloatArray, anchor: FloatArray, odd: float) -> FloatArray:
    best, cost, damp = at, inf, 1e-2
    for _ in range(8):
        errors, weights = _errors(trials, home, at)
        now = _cost(errors, weights, odd) + float((((at - anchor) / ANCHOR_SPREAD) ** 2).sum())
        if now < cost:
            if cost - now < 0.02:
                return at
            best, cost, damp = at, now, damp / 5.0
            pull = weights / (1.0 + (errors / odd) ** 2)
            slopes = np.array([_errors(trials, home, at + d)[0] - errors for d in 0.05 * np.eye(len(at))]).T / 0.05
            square = slopes.T @ (pull[:, None] * slopes) + np.diag(ANCHOR_SPREAD**-2)
            side = slopes.T @ (pull * errors) + (at - anchor) * ANCHOR_SPREAD**-2
        else:
            damp *= 10.0
        at = np.clip(best - np.linalg.solve(square + damp * np.diag(np.diag(square)), side), LOWEST, HIGHEST)
    return best


def spread(trials: Sequence[Trial], home: FloatArray, plant: Plant) -> float:
    """By how much of themselves warm-ups differ from what is predicted (one standard deviation)."""
    errors, weights = USUAL_WEIGHT * USUAL_SPREAD**2, USUAL_WEIGHT
    for age, trial in enumerate(reversed(trials)):
        error = _slow(trial, home, plant)[1]
        errors += AGE**age * min(1.0, error * error)
        weights += AGE**age
    return sqrt(errors / weights)


def pack(trials: Sequence[Trial]) -> list[list[float | None]]:
    """Trials as plain numbers for JSON."""
    return [[round(v, 2) if isfinite(v) else None for v in astuple(trial)] for trial in trials]


def unpack(rows: Sequence[Sequence[float | None]]) -> list[Trial]:
    """The trials that `pack` was given; TypeError if a row has not eleven numbers."""
    return [Trial(*(inf if v is None else float(v) for v in row)) for row in rows]


def _plant(at: FloatArray) -> Plant:
    return Plant(*(exp(v) for v in at[:4].tolist()))


def _cost(errors: FloatArray, weights: FloatArray, odd: float) -> float:
    """Cauchy's: one odd warm-up (cooking, sun, a window) must not outvote the others."""
    return float((weights * odd**2 * np.log1p((errors / odd) ** 2)).sum())


def _errors(trials: Sequence[Trial], home: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How much too slow the plant is in each trial, half-way and at its end, in deviations; and their weights."""
    plant, home = _plant(at), home.copy()
    home[thermal.MIX] = at[4]
    errors, weights = [], []
    for age, trial in enumerate(reversed(trials)):
        noise = 0.2**2 + (STEP_NOISE_C / trial.size) ** 2
        for error, part in zip(_slow(trial, home, plant), (0.5, 1.0), strict=True):
            errors.append(error / sqrt(noise))
            weights.append(AGE**age * part * min(4.0, max(1.0, trial.end_s / 3600.0)))
    return np.array(errors), np.array(weights)


def _slow(trial: Trial, home: FloatArray, plant: Plant) -> tuple[float, float]:
    """The logarithm of the time this plant takes over the time it took, half-way and to the end.

    Where it does not get there in `PATIENCE` times the time, what is missing of the rise is added; where the home did
    not get warmer, the difference in temperature stands for the difference in time.
    """
    x = home.copy()
    x[[thermal.AIR, thermal.WALLS, thermal.STRAY]] = trial.air, trial.walls, 0.0
    x[thermal.BASE :] = 0.0
    x[thermal.BASE] = trial.gain
    steps, dt = STEPS, PATIENCE * trial.end_s / STEPS
    drives = [Drive(trial.outdoor, trial.level, trial.setpoint)] * steps
    air = [trial.air, *thermal.simulate(x, plant, [trial.heat] * LAGS, 0.0, drives, dt, 450.0).tolist()]
    if trial.end_air - trial.air < 0.3:
        flat = (trial.end_air - float(np.interp(trial.end_s, np.arange(steps + 1) * dt, air))) / FLAT_C
        return flat, flat
    return _late(air, dt, trial.half_air, trial.half_s, trial.size), _late(
        air, dt, trial.end_air, trial.end_s, trial.size
    )


def _late(air: list[float], dt: float, level: float, after_s: float, size: float) -> float:
    for i in range(1, len(air)):
        if air[i] >= level:
            seconds = (i - (air[i] - level) / max(1e-9, air[i] - air[i - 1])) * dt
            return log(max(0.01, seconds / after_s))
    return log(dt * len(air) / after_s) + (level - air[-1]) / size
