"""A house to play evenings in, fitted to a recorded one; it shares no code with the model that homeward learns.

Two temperatures (air and walls), a plant that answers after a dead time, and a slow disturbance (sun, people, windows)
as strong as what the fit could not explain. Its sensor is as coarse as the recorded one. Rates are per hour.

    d air   = mix (walls - air) + loss (outdoor - air) + power · heat + gain + disturbance
    d walls = slow (air - walls)
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from homeward.core.signal import Refused
from homeward.evaluate.house import House

Floats = NDArray[np.float64]
STEP_S, STEP_H = 300.0, 300.0 / 3600.0
SPAN = 96
"""Steps that the fit looks ahead: eight hours."""
STRAY_H = 3.0
USUAL = np.array([np.log(1.0), np.log(0.03), np.log(0.15), np.log(2.0), np.log(1.3), 0.1])
SPREAD = np.array([0.7, 0.7, 0.3, 0.7, 0.4, 0.3])
"""Weak beliefs about houses in general: log of mix, loss, slow, power, half, and the gain."""
OFF_C = 0.3
"""How far a good model may be off."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A house as recorded, one row a step of 300 s from second `begins` of a local day: °C and stage 0..1."""

    begins: float
    indoor: Floats
    outdoor: Floats
    stage: Floats
    quantum: float

    def outdoor_at(self, day: int, second_of_day: float) -> float:
        """The outdoor temperature of the recorded day number `day` (they repeat) at a second of the day."""
        days = max(1, int(len(self.outdoor) * STEP_S // 86_400))
        step = int(day % days * 86_400 // STEP_S + (second_of_day - self.begins) % 86_400 // STEP_S)
        return float(self.outdoor[min(step, len(self.outdoor) - 1)])


@dataclass(frozen=True, slots=True)
class Dwelling:
    """What the fit found: `power` in °C/h of the air at full heat, `delay` in steps, `stray` in °C/h of disturbance."""

    mix: float
    loss: float
    slow: float
    power: float
    half: float
    gain: float
    delay: int
    stray: float
    rmse: float
    quantum: float

    def missing_h(self, air: float, walls: float, target: float) -> float:
        """Hours of full heat that air and walls lack (negative: hold too much) until both are at `target`."""
        return ((target - air) + self.mix / self.slow * (target - walls)) / self.power


@dataclass(slots=True)
class Rooms:
    """A dwelling that is lived in: its air, its walls, and the heat still on its way from the plant."""

    dwelling: Dwelling
    air: float
    walls: float
    on: bool = False
    used_h: float = 0.0
    asked: list[float] = field(default_factory=list)

    def step(self, seconds: float, outdoor: float, stray: float, setpoint: float) -> None:
        """Let `seconds` pass with a thermostat at `setpoint` that switches full heat with 0.2 °C of slack."""
        one, hours = self.dwelling, seconds / 3600.0
        self.on = self.air < setpoint - 0.1 or (self.on and self.air < setpoint + 0.1)
        self.asked.append(float(self.on))
        late = int(one.delay * STEP_S / seconds)
        heat = self.asked.pop(0) if len(self.asked) > late else 0.0
        flow = one.mix * (self.walls - self.air) + one.loss * (outdoor - self.air) + one.gain
        walls = self.walls + hours * one.slow * (self.air - self.walls)
        self.air += hours * (flow + one.power * heat + stray)
        self.walls = walls
        self.used_h += hours * self.on


def even_out(house: House, utc_offset: float = 0.0) -> Recording:
    """A recording on an even grid of 300 s. Raises Refused where it is too short or never heats.

    `utc_offset` is what to add, in s, for its local time.
    """
    if len(house.at) < 2 or np.nanmax(house.level) <= 0 or house.at[-1] - house.at[0] < 2 * SPAN * STEP_S:
        raise Refused(f"{house.name} cannot teach a dwelling; it needs 16 hours or more, with heating in them")
    grid = np.arange(house.at[0], house.at[-1], STEP_S)
    indoor, outdoor, level = (
        np.interp(grid, house.at[np.isfinite(x)], x[np.isfinite(x)]) for x in (house.indoor, house.outdoor, house.level)
    )
    steps = np.diff(np.unique(np.round(house.indoor[np.isfinite(house.indoor)], 3)))
    quantum = float(np.median(steps)) if len(steps) else 0.1
    return Recording(
        float((house.at[0] + utc_offset) % 86_400), indoor, outdoor, level / float(np.nanmax(house.level)), quantum
    )


def fit_dwelling(recording: Recording) -> Dwelling:
    """The dwelling that explains eight-hour stretches of the recording best (Levenberg-Marquardt, weak beliefs)."""
    fits = [(*_descend(recording, delay), delay) for delay in (0, 1, 2, 4)]
    found, _, delay = min(fits, key=lambda fit: fit[1])
    errors = _errors(recording, found, delay)
    mix, loss, slow, power, half = np.exp(found[:5]).tolist()
    rmse = float(np.sqrt(np.mean(errors**2)))
    calm = Dwelling(mix, loss, slow, power, half, float(found[5]), delay, 1.0, rmse, recording.quantum)
    return replace(calm, stray=float(np.sqrt(np.mean(errors[SPAN // 4 :] ** 2))) / _answer_to_stray(calm))


def _descend(recording: Recording, delay: int) -> tuple[Floats, float]:
    at = USUAL.copy()
    now, damp = _residuals(recording, at, delay), 1.0
    for _ in range(25):
        nudged = [_residuals(recording, at + 1e-4 * unit, delay) for unit in np.eye(len(at))]
        slopes = (np.stack(nudged, axis=1) - now[:, None]) / 1e-4
        square = slopes.T @ slopes
        step = np.clip(np.linalg.solve(square + damp * np.diag(np.diag(square)), -slopes.T @ now), -0.7, 0.7)
        tried = _residuals(recording, at + step, delay)
        better = float(now @ now - tried @ tried)
        if better <= 0.0:
            damp *= 4.0
            continue
        at, now, damp = at + step, tried, damp / 3.0
        if better < 1e-4 * float(now @ now):
            break
    return at, float(now @ now)


def _residuals(recording: Recording, x: Floats, delay: int) -> Floats:
    errors = _errors(recording, x, delay).ravel() / OFF_C / np.sqrt(SPAN / 6)
    return np.concatenate([errors, (x - USUAL) / SPREAD])


def _errors(recording: Recording, x: Floats, delay: int) -> Floats:
    """Predicted minus recorded indoor °C `(SPAN, starts)` of stretches that begin every two hours."""
    mix, loss, slow, power, half = np.exp(np.clip(x[:5], -9, 4)).tolist()
    walls = _walls(recording.indoor, slow)
    heat = np.concatenate([np.zeros(delay), recording.stage])[: len(walls)] ** half
    # How warm the walls were at first nobody knows; by a day later (or a third of the recording) it matters less.
    settled = min(int(24 / STEP_H), (len(walls) - SPAN) // 3)
    starts = np.arange(settled, len(walls) - SPAN, int(2 / STEP_H))
    air, wall = recording.indoor[starts], walls[starts]
    out = np.empty((SPAN, len(starts)))
    for k in range(SPAN):
        here = starts + k
        flow = mix * (wall - air) + loss * (recording.outdoor[here] - air) + power * heat[here] + x[5]
        wall = wall + STEP_H * slow * (air - wall)
        air = air + STEP_H * flow
        out[k] = air - recording.indoor[here + 1]
    return out


def _walls(indoor: Floats, slow: float) -> Floats:
    """The walls' temperature that follows from the air's as recorded."""
    level = float(indoor[:144].mean())
    keep = float(np.exp(-slow * STEP_H))
    out = [level]
    for air in indoor[:-1].tolist():
        level = air + (level - air) * keep
        out.append(level)
    return np.array(out)


def _answer_to_stray(dwelling: Dwelling) -> float:
    """How far, in °C, the air strays within two to eight hours under a disturbance of 1 °C/h."""
    random = np.random.default_rng(7)
    air, wall, stray = np.zeros(400), np.zeros(400), random.normal(size=400)
    keep = np.exp(-STEP_H / STRAY_H)
    squares = []
    for _ in range(SPAN):
        stray = keep * stray + np.sqrt(1 - keep**2) * random.normal(size=400)
        flow = dwelling.mix * (wall - air) - dwelling.loss * air + stray
        wall, air = wall + STEP_H * dwelling.slow * (air - wall), air + STEP_H * flow
        squares.append(float(np.mean(air**2)))
    return float(np.sqrt(np.mean(squares[SPAN // 4 :])))
