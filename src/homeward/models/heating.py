"""What one home does with heat, learned online from its own readings: loss, warm-up, dead time, and how sure that is.

Two learners share the work: the filter of `follow.py` follows air and walls and learns the rates of the home while the
heating is off; what the plant gives is learned from whole warm-ups, see `trials.py`. While it is unknown what the plant
gives (held back by its setpoint, or level unknown) temperatures are followed and nothing is learned.
"""

from collections.abc import Sequence
from dataclasses import astuple, replace
from math import exp, inf, isfinite, nan
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from homeward.models import thermal, trials
from homeward.models.follow import PLANT_SPREAD, STRAY_SPREAD, Follower, number, plain
from homeward.models.thermal import AIR, LAGS, STRAY, WALLS, Drive, FloatArray, Plant
from homeward.models.trials import Trial

TICK_S: Final = 300.0
LONGEST_GAP_S: Final = 6 * 3600.0
HORIZON_S: Final = 48 * 3600.0
LONGEST_TRIAL_S: Final = 6 * 3600.0
LEAST_TRIAL_S: Final = 240.0
LEAST_RISE_C: Final = 0.5
GUESSED_HEAT: Final = 0.4  # share of full heat while the level is unknown
_KEPT: Final = ("outdoor", "level", "setpoint", "reached", "modulates", "spread", "began")


class Heating:
    """Learns one home online; usable from the first day, unsure until it has seen heating and cooling.

    >>> home = Heating()
    >>> home.seconds_to(21.0, indoor=18.0, outdoor=5.0) > 3600
    True
    """

    def __init__(self) -> None:
        self._home = Follower()
        self._plant, self._heats = Plant(), [0.0] * LAGS
        self._spread = trials.USUAL_SPREAD  # by how much of themselves warm-ups differ from what is predicted
        self._trials: list[Trial] = []
        self._trial: Trial | None = None  # the one under way, its end not yet known
        self._steps: list[tuple[float, float]] = []  # s since its start, °C: when the air first came so high
        self._began = nan
        self._outdoor = nan
        self._level = nan
        self._setpoint = nan
        self._reached = 0.0  # 1 once the setpoint in force was reached: from then on the plant does as it likes
        self._modulates = 0.0  # 1 once readings came with setpoints

    def learn_one(self, at: float, indoor: float, outdoor: float, level: float, setpoint: float = nan) -> None:
        """Take in what was measured at `at` (s since 1970): °C, and the share of full heating (0..1) from then on.

        NaN where unknown. Give `setpoint` (°C) where `level` only says that the plant may heat and the plant itself
        decides how much. Readings may be a second or an hour apart; older than the newest one are ignored.
        """
        home = self._home
        if not isfinite(at) or at < home.at:
            return
        if not at - home.at <= LONGEST_GAP_S:
            self._begin(at, indoor)
        if not isfinite(home.at):
            return
        while at - home.at >= TICK_S:
            self._advance(home.at + TICK_S)
        level = min(1.0, max(0.0, level)) if isfinite(level) else nan
        switched = not _same(level, self._level) or not _same(setpoint, self._setpoint)
        arrives = self._level > 0.0 and not self._reached and indoor >= self._setpoint - 0.01
        if (switched or arrives) and at > home.at:
            self._advance(at, observe=False)
        if isfinite(indoor):
            self._note(at, indoor)
        if switched or arrives:
            home.observe(self._is_telling())
            self._close(at, arrives)
        if arrives:
            self._reached = 1.0
        if isfinite(outdoor):
            self._outdoor = outdoor
        if switched:
            self._switch(at, level, setpoint)

    def _begin(self, at: float, indoor: float) -> None:
        self._trial = None
        if isfinite(indoor):
            self._heats = [0.0] * LAGS
            self._home.begin(at, indoor)

    def _drive(self) -> Drive:
        outdoor = self._outdoor if isfinite(self._outdoor) else self.indoor_c - 10.0
        if not isfinite(self._level):
            return Drive(outdoor, GUESSED_HEAT)
        return Drive(outdoor, self._level, self._setpoint if isfinite(self._setpoint) else inf)

    def _asked(self) -> float:
        drive = self._drive()
        return self._plant.asked(self.indoor_c, thermal.holding(self._home.x, drive), drive)

    def _switch(self, at: float, level: float, setpoint: float) -> None:
        """Take over level and setpoint; each time, the plant gives a little more or less than it should."""
        home, before = self._home, self._asked()
        if self._level != 0.0:  # what strayed so far was rather the plant giving more or less than thought
            extra = float(home.x[STRAY]) / self._plant.power
            self._heats = [min(1.0, max(0.0, heat + extra)) for heat in self._heats]
            home.forget(STRAY, STRAY_SPREAD)
            home.x[STRAY] = 0.0
        self._level, self._setpoint, self._reached = level, setpoint, 0.0
        home.p[STRAY, STRAY] += (PLANT_SPREAD * self._plant.power * (self._asked() - before)) ** 2
        if level > 0.0 and isfinite(setpoint):
            self._modulates = 1.0
        if level > 0.0 and not setpoint - self.indoor_c < LEAST_RISE_C:
            gain = float(home.x[STRAY]) + thermal.gains(home.x, at)
            air, walls = float(home.x[AIR]), float(home.x[WALLS])
            drive, heat = self._drive(), sum(self._heats) / LAGS
            self._trial = Trial(air, walls, gain, heat, drive.outdoor, level, drive.setpoint, 0.0, air, 0.0, air)
            self._steps, self._began = [], at

    def _close(self, at: float, arrived: bool) -> None:
        """End the trial under way, keep it if it tells something, and fit the plant anew."""
        trial, steps, seconds = self._trial, self._steps, at - self._began
        self._trial, self._steps = None, []
        if trial is None or self._reached:
            return
        air = steps[-1][1] if arrived and steps else self.indoor_c
        rise = air - trial.air
        least = max(LEAST_RISE_C, 1.5 * self._home.quantum)
        if seconds < LEAST_TRIAL_S or not (rise >= least or seconds >= 3600.0):
            return
        middle = min(steps, key=lambda s: abs(s[1] - trial.air - 0.5 * rise), default=(seconds, air))
        ended = replace(trial, half_s=middle[0], half_air=middle[1], end_s=seconds, end_air=air)
        self._trials = [*self._trials, ended][-trials.KEPT :]
        self._plant, mix = trials.fit(self._trials, self._home.x, self._plant)
        self._home.learn_mix(mix)
        self._spread = trials.spread(self._trials, self._home.x, self._plant)

    def _note(self, at: float, indoor: float) -> None:
        """Show the sensor to the filter, and keep when the warm-up under way first came so high."""
        rose, edge = self._home.see(indoor), self._home.edge
        if rose and self._trial and (not self._steps or edge > self._steps[-1][1] + 0.1):
            self._steps = [*self._steps, (at - self._began, edge)][-12:]

    def _advance(self, until: float, observe: bool = True) -> None:
        home = self._home
        heat = self._plant.power * self._plant.answer(self._heats, self._asked(), (until - home.at) / 3600.0)
        home.advance(until, self._drive().outdoor, heat, 0.0 if self._level == 0.0 else self._plant.power)
        if self._trial and until - self._began > LONGEST_TRIAL_S:
            self._close(until, False)
        if observe:
            home.observe(self._is_telling())

    def _is_telling(self) -> bool:
        """Can the rates of the home be learned now: does the plant give nothing, or just what its level says?"""
        if self._level == 0.0:
            return max(self._heats) < 0.03
        settled = max(self._heats) - min(self._heats) < 0.05
        return isfinite(self._level) and not isfinite(self._setpoint) and settled and len(self._trials) > 2

    @property
    def indoor_c(self) -> float:
        """The best estimate of the indoor temperature behind the sensor's steps, °C."""
        return float(self._home.x[AIR])

    @property
    def sensor_step_c(self) -> float:
        """The smallest change that the indoor sensor shows, °C."""
        return self._home.quantum

    @property
    def heat_loss_per_h(self) -> float:
        """Share of the difference to outdoors that the whole home loses in an hour, 1/h."""
        return exp(self._home.x[thermal.LOSS]) * self._part_of_air()

    @property
    def heat_up_k_per_h(self) -> float:
        """Warming by full heating alone over its first hour, losses to outdoors not counted, °C/h."""
        x = self._home.x.copy()
        x[: thermal.MIX] = x[thermal.BASE :] = 0.0
        x[thermal.LOSS] = -30.0
        return float(thermal.simulate(x, self._plant, [1.0] * LAGS, 0.0, [Drive(0.0, 1.0)] * 24, 150.0)[-1])

    @property
    def dead_time_s(self) -> float:
        """From switching on until the plant gives a fifth of its heat, s."""
        return 2.3 * self._plant.lag_h * 3600.0

    @property
    def sureness(self) -> float:
        """How far the model can be trusted: 0 knows nothing of this home, 1 knows how it warms and cools."""
        n = len(self._trials)
        warming = n / (n + 2.0) * max(0.0, 1.0 - self._spread)
        return float(min(1.0, max(0.0, 0.6 * warming + 0.4 * self._home.sureness())))

    def _part_of_air(self) -> float:
        share = exp(self._home.x[thermal.SHARE])
        return share / (1.0 + share)

    def _run(self, indoor: float, drives: Sequence[Drive], step_s: float, heated_for_s: float = 0.0) -> FloatArray:
        """Simulate from `indoor` now; walls and stray gain keep their distance to what the filter knows."""
        x, heats = self._home.x.copy(), list(self._heats)
        at = self._home.at if isfinite(self._home.at) else 0.0
        x[WALLS] = x[WALLS] + indoor - x[AIR] if isfinite(self._home.at) else indoor
        x[AIR] = indoor
        if heated_for_s > 0.0:
            self._plant.answer(heats, 1.0, heated_for_s / 3600.0)
        return thermal.simulate(x, self._plant, heats, at, drives, step_s)

    def predict(
        self,
        indoor: float,
        outdoor: FloatArray,
        level: FloatArray,
        step_s: float,
        heated_for_s: float = 0.0,
        setpoint: FloatArray | None = None,
    ) -> FloatArray:
        """Indoor °C after each of n steps, `(n,)`, from `indoor` now, with `outdoor` and `level` `(n,)` during them.

        `setpoint` `(n,)`, °C: what holds a modulating plant back; NaN or left out, the plant gives all of its level.
        """
        points = [inf] * len(level) if setpoint is None else [p if isfinite(p) else inf for p in setpoint.tolist()]
        drives = [Drive(o, v, p) for o, v, p in zip(outdoor.tolist(), level.tolist(), points, strict=True)]
        return self._run(indoor, drives, step_s, heated_for_s)

    def seconds_to(
        self,
        target: float,
        indoor: float,
        outdoor: float | FloatArray,
        level: float = 1.0,
        setpoint: float | None = None,
    ) -> float:
        """How long heating at `level` takes from `indoor` to `target`, s; inf if it does not get there in two days.

        `outdoor` is one temperature or one per minute from now (the last one then stays). `setpoint`: what the
        thermostat is set to; left out, the target if this plant is known to modulate.
        """
        if indoor >= target:
            return 0.0
        point = (target if self._modulates else inf) if setpoint is None else setpoint
        known = np.atleast_1d(np.asarray(outdoor, dtype=np.float64)).tolist()
        drives = [Drive(o, level, point) for o in known]
        n = int(HORIZON_S / 60.0)
        drives = (drives + [drives[-1]] * max(0, n - len(drives)))[:n]
        for steps in (90, 720, n):
            air = self._run(indoor, drives[:steps], 60.0)
            reached = np.flatnonzero(air >= target)
            if len(reached):
                i = int(reached[0])
                before = float(air[i - 1]) if i else indoor
                return (i + (target - before) / (float(air[i]) - before)) * 60.0
        return inf

    def seconds_to_quantile(self, q: float, target: float, indoor: float, outdoor: float | FloatArray) -> float:
        """How long full heating must run so that `target` is reached with chance `q`, s; inf if never in two days.

        The spread is that of the warm-ups seen so far around what the model makes of them.
        """
        middle = self.seconds_to(target, indoor, outdoor)
        return middle * exp(NormalDist().inv_cdf(q) * self._spread) if isfinite(middle) else inf

    def holding_level(self, target: float, outdoor: float) -> float:
        """The level (0..1) that keeps the home at `target` once walls and air agree, with the gains of a mean day."""
        needed = thermal.holding(self._home.x, Drive(outdoor, 1.0, target)) / self._plant.power
        heat = min(1.0, max(0.0, needed))
        return float(heat ** (1.0 / self._plant.bend)) if heat > 0.0 else 0.0

    def state(self) -> dict[str, Any]:
        """Everything learned, ready for JSON; unknown numbers are None."""
        return {
            "version": 1,
            **plain({name: getattr(self, f"_{name}") for name in _KEPT}),
            **self._home.state(),
            "heats": [round(v, 3) for v in self._heats],
            "plant": [round(v, 4) for v in astuple(self._plant)],
            "trials": trials.pack(self._trials),
            "trial": trials.pack([self._trial] if self._trial else []),
            "steps": [[round(v, 2) for v in step] for step in self._steps],
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Heating":
        """The model that `state()` was taken from; ValueError if it is not such a state."""
        if state.get("version") != 1 or len(state.get("mean", ())) != thermal.SIZE:
            raise ValueError(f"not a heating model's state: version {state.get('version')!r}; 1 would be right")
        one = cls()
        for name in _KEPT:
            setattr(one, f"_{name}", number(state[name]))
        one._home = Follower.restore(state)
        one._heats = [float(v) for v in state["heats"]]
        one._plant = Plant(*(float(v) for v in state["plant"]))
        one._trials = trials.unpack(state["trials"])
        one._trial = next(iter(trials.unpack(state["trial"])), None)
        one._steps = [(float(after), float(air)) for after, air in state["steps"]]
        return one


def _same(a: float, b: float) -> bool:
    return abs(a - b) < 1e-3 or (not isfinite(a) and not isfinite(b))
