"""How a heated home warms and cools: light air, heavy walls, gains by the hour of day, and a plant that answers late.

The state of a home is a vector of `SIZE` numbers: what changes by the minute (air, walls, stray gain) and what is
learned about the home (logarithms of rates, and gains). Rates are per hour, temperatures °C:

    d air   = mix (walls − air) + loss (outdoor − air) + heat + stray + gains(hour of day)
    d walls = mix · share (air − walls)
    d stray = −stray / STRAY_H          sun, windows, people: whatever the rest does not explain

`share` is the heat capacity of the air (and what follows it at once) over that of the walls. The heat is that of a
`Plant`, see there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, inf, isfinite, log, pi, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

AIR, WALLS, STRAY, MIX, LOSS, SHARE, BASE, COS1, SIN1, COS2, SIN2 = range(11)
SIZE: Final = 11
STRAY_H: Final = 2.0
DAY_S: Final = 86400.0
SOFT: Final = 0.08  # how gently the plant reaches its limits, in shares of full heat
OVER: Final = 0.3  # °C above the setpoint at which a modulating plant is back to what holds it

LOWEST: Final = np.array([-60.0, -60.0, -20.0, *np.log([0.2, 0.005, 0.01]), *[-3.0] * 5])
HIGHEST: Final = np.array([70.0, 70.0, 20.0, *np.log([6.0, 1.5, 1.0]), *[3.0] * 5])


def prior() -> tuple[FloatArray, FloatArray]:
    """What is known of a home before its first reading: mean `(SIZE,)` and covariance `(SIZE, SIZE)`.

    Stated as a whole-home loss of 0.5 to 5 % an hour; `share` is known only roughly, and the loss of the air moves
    against it so that the whole-home loss keeps its spread.
    """
    mean = np.array([20.0, 20.0, 0.0, *np.log([1.8, 0.016 / 0.15, 0.15]), 0.1, 0.0, 0.0, 0.0, 0.0])
    spread = np.array([5.0, 5.0, 0.8, 0.6, 0.6, 0.6, 0.3, 0.4, 0.4, 0.25, 0.25])
    mixing = np.eye(SIZE)
    mixing[LOSS, SHARE] = -1.0
    return mean, np.asarray(mixing @ np.diag(spread**2) @ mixing.T)


@dataclass(frozen=True, slots=True)
class Drive:
    """What acts on a home: outdoor °C, level of heating 0..1, the setpoint °C (inf where it does not hold back)."""

    outdoor: float
    level: float
    setpoint: float = inf


@dataclass(frozen=True, slots=True)
class Plant:
    """The heating of a home: `power` on the air at full heat (°C/h), and how it answers.

    A stage of `level` gives level ** `bend` of it, so that half a level may give more or less than half the heat. The
    heat comes through four equal lags of `lag_h` hours in a row, which together look like dead time. Where the setpoint
    is known the plant modulates, as heat pumps and most boilers do: it gives what holds the setpoint, and more by
    the gap to the setpoint divided by `band` °C, between nothing and what the stage can.
    """

    power: float = 5.0
    bend: float = 1.0
    lag_h: float = 0.06
    band: float = 1.5

    def stage(self, level: float) -> float:
        """The share of full heat that `level` can give."""
        return float(level**self.bend) if level > 0.0 else 0.0

    def asked(self, air: float, hold: float, drive: Drive) -> float:
        """The share of full heat the plant is after, lags not counted; `hold` °C/h is what the setpoint takes."""
        full = self.stage(drive.level)
        if not full or not isfinite(drive.setpoint):
            return full
        u = (max(0.0, hold / self.power) + (drive.setpoint + OVER - air) / self.band) / SOFT
        return full * SOFT * (_softplus(u) - _softplus(u - 1.0 / SOFT))

    def answer(self, heats: list[float], asked: float, dt_h: float) -> float:
        """Move the lags in `heats` on by `dt_h` hours and return the share of full heat given meanwhile."""
        keep = exp(-dt_h / self.lag_h)
        before, follows = heats[-1], asked
        for i, given in enumerate(heats):
            heats[i] = follows = follows + (given - follows) * keep
        return 0.5 * (before + follows)


LAGS: Final = 4


def _softplus(u: float) -> float:
    return u if u > 30.0 else log(1.0 + exp(u)) if u > -30.0 else 0.0


def wave(at: float) -> tuple[float, float, float, float, float]:
    """What the gains `BASE` to `SIN2` are multiplied by at a time of day."""
    day = 2.0 * pi * (at % DAY_S) / DAY_S
    return 1.0, cos(day), sin(day), cos(2 * day), sin(2 * day)


def gains(x: FloatArray, at: float) -> float:
    """°C/h on the air that sun, people and appliances usually add at this time of day."""
    return float(sum(w * v for w, v in zip(wave(at), x[BASE:].tolist(), strict=True)))


def holding(x: FloatArray, drive: Drive) -> float:
    """°C/h on the air that keep the setpoint once walls and air agree."""
    if not isfinite(drive.setpoint):
        return 0.0
    return exp(x[LOSS]) * (drive.setpoint - drive.outdoor) - float(x[BASE])


def step(x: FloatArray, outdoor: float, heat: float, at: float, dt_h: float) -> tuple[FloatArray, FloatArray]:
    """The state after `dt_h` hours (at most a tenth) of `heat` °C/h, and its derivative by the state before."""
    mix, loss, share = (exp(v) for v in x[MIX : SHARE + 1].tolist())
    air, walls, stray = x[: STRAY + 1].tolist()
    waves = wave(at)
    usual = sum(w * v for w, v in zip(waves, x[BASE:].tolist(), strict=True))
    fade = exp(-dt_h / STRAY_H)
    after = x.copy()
    after[AIR] = air + dt_h * (mix * (walls - air) + loss * (outdoor - air) + heat + stray + usual)
    after[WALLS] = walls + dt_h * mix * share * (air - walls)
    after[STRAY] = stray * fade
    f = np.eye(SIZE)
    f[AIR] = [
        1.0 - dt_h * (mix + loss),
        dt_h * mix,
        dt_h,
        dt_h * mix * (walls - air),
        dt_h * loss * (outdoor - air),
        0.0,
        *(dt_h * w for w in waves),
    ]
    wall = dt_h * mix * share
    f[WALLS, AIR], f[WALLS, WALLS] = wall, 1.0 - wall
    f[WALLS, MIX] = f[WALLS, SHARE] = wall * (air - walls)
    f[STRAY, STRAY] = fade
    return after, f


def simulate(
    x: FloatArray,
    plant: Plant,
    heats: list[float],
    at: float,
    drives: Sequence[Drive],
    step_s: float,
    finest_s: float = 150.0,
) -> FloatArray:
    """Air temperature `(n,)` after each of n steps of `step_s` seconds, with `drives[i]` acting during step i.

    `heats` are the plant's `LAGS` lags at the start, as shares of full heat. Steps longer than `finest_s` are cut.
    """
    mix, loss, share = (exp(v) for v in x[MIX : SHARE + 1].tolist())
    air, walls, stray = x[: STRAY + 1].tolist()
    heats = list(heats)
    parts = max(1, int(np.ceil(step_s / finest_s)))
    dt = step_s / 3600.0 / parts
    fade = exp(-dt / STRAY_H)
    every = max(1, int(900 / step_s))
    result = np.empty(len(drives))
    usual, hold, last = 0.0, 0.0, None
    for i, drive in enumerate(drives):
        if i % every == 0:
            usual = gains(x, at + i * step_s)
        if drive is not last:
            hold, last = holding(x, drive), drive
        for _ in range(parts):
            heat = plant.power * plant.answer(heats, plant.asked(air, hold, drive), dt)
            flow = mix * (walls - air)
            walls -= dt * share * flow
            air += dt * (flow + loss * (drive.outdoor - air) + heat + stray + usual)
            stray *= fade
        result[i] = air
    return result
