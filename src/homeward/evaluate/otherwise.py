"""A recorded house, heated otherwise: what the same days would have been with another thermostat.

A dwelling is fitted to the recording. Sun, people and open windows are not in it, but they were the same either way: so
only the difference that other heating makes is worked out, and added to what was recorded. Where the heating is the
same, the house is exactly as recorded.

    d Δair   = mix (Δwalls - Δair) - loss Δair + power · Δheat
    d Δwalls = slow (Δair - Δwalls)
"""

from dataclasses import dataclass, field
from math import isfinite, nan

import numpy as np

from homeward.core.signal import Refused
from homeward.evaluate.dwelling import STEP_S, Dwelling, Floats, even_out, fit_dwelling
from homeward.evaluate.house import House

GAP_S = 3600.0
"""Where nothing is known for longer, a recording is two."""
LONGEST_S = 60 * 86_400.0
SLACK_C = 0.1


@dataclass(frozen=True, slots=True)
class Thermometer:
    """What was recorded of a home's climate, a row a minute `(n,)`: °C, heat 0..1 and setpoint °C, NaN in gaps."""

    at: Floats
    indoor: Floats
    outdoor: Floats
    level: Floats
    setpoint: Floats

    def row(self, at: float) -> int:
        """The row of an instant; the nearest one outside."""
        return int(np.clip((at - self.at[0]) // 60.0, 0, len(self.at) - 1))


def minutes(series: dict[str, tuple[Floats, Floats]]) -> Thermometer:
    """Readings as they came, by the last word of their path, as even minutes. Raises Refused without a temperature."""
    indoor = series.get("IndoorTemperature")
    if indoor is None or len(indoor[0]) < 2:
        raise Refused("nothing is recorded of the home's temperature, Home.Climate.IndoorTemperature")
    at = np.arange(indoor[0][0], indoor[0][-1] + 60.0, 60.0)
    near = np.interp(at, *indoor)
    near[_age(at, indoor[0]) + _ahead(at, indoor[0]) > GAP_S] = nan
    outdoor = series.get("OutdoorTemperature")
    outside = np.interp(at, *outdoor) if outdoor is not None and len(outdoor[0]) else np.full(len(at), nan)
    return Thermometer(
        at, near, outside, _held(at, series.get("HeatingLevel")) / 100.0, _held(at, series.get("TargetTemperature"))
    )


def _held(at: Floats, series: tuple[Floats, Floats] | None) -> Floats:
    if series is None or not len(series[0]):
        return np.full(len(at), nan)
    series = series[0][np.isfinite(series[1])], series[1][np.isfinite(series[1])]
    place = np.searchsorted(series[0], at, side="right") - 1
    return np.where(place >= 0, series[1][np.maximum(place, 0)], nan)


def _age(at: Floats, times: Floats) -> Floats:
    return at - times[np.maximum(np.searchsorted(times, at, side="right") - 1, 0)]


def _ahead(at: Floats, times: Floats) -> Floats:
    return times[np.minimum(np.searchsorted(times, at), len(times) - 1)] - at


def dwelling_of(recorded: Thermometer) -> Dwelling | None:
    """The dwelling that explains the longest stretch without a gap, at most its last 60 days; None if nothing can."""
    known = np.isfinite(recorded.indoor) & np.isfinite(recorded.outdoor) & np.isfinite(recorded.level)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(int)))
    if not len(edges):
        return None
    first, last = max(edges.reshape(-1, 2).tolist(), key=lambda ends: ends[1] - ends[0])
    part = slice(max(first, last - int(LONGEST_S / 60.0)), last)
    columns = (recorded.at, recorded.indoor, recorded.outdoor, recorded.level, recorded.setpoint)
    try:
        return fit_dwelling(even_out(House("recorded", *(column[part] for column in columns))))
    except Refused:
        return None


@dataclass(slots=True)
class Otherwise:
    """The house as it would be at `at`: what was recorded plus what other heating changed, °C, and the heat 0..1."""

    recorded: Thermometer
    dwelling: Dwelling | None
    at: float
    air: float = 0.0
    walls: float = 0.0
    heat: float = nan
    on: bool = False
    pending: list[float] = field(default_factory=list)

    def indoor(self) -> float:
        """The temperature inside, °C."""
        return float(self.recorded.indoor[self.recorded.row(self.at)]) + self.air

    def step(self, setpoint: float | None) -> None:
        """Let a minute pass under a setpoint, °C; None is the recorded one, with its heat while nothing differs."""
        row = self.recorded.row(self.at)
        was = float(self.recorded.level[row])
        self.at += 60.0
        if self.dwelling is None or not isfinite(self.recorded.indoor[row]) or not isfinite(was):
            self.air, self.walls, self.heat = 0.0, 0.0, was
            self.pending.clear()
            return
        if setpoint is None and abs(self.air) > SLACK_C and isfinite(self.recorded.setpoint[row]):
            setpoint = float(self.recorded.setpoint[row])
        self.heat = was if setpoint is None else float(self._thermostat(setpoint))
        self._warm(self.dwelling, self.heat**self.dwelling.half - was**self.dwelling.half)

    def _thermostat(self, setpoint: float) -> bool:
        warm = self.indoor()
        self.on = warm < setpoint - SLACK_C or (self.on and warm < setpoint + SLACK_C)
        return self.on

    def _warm(self, one: Dwelling, more: float) -> None:
        self.pending.append(more)
        heat = self.pending.pop(0) if len(self.pending) > one.delay * STEP_S / 60.0 else 0.0
        air = self.air + (one.mix * (self.walls - self.air) - one.loss * self.air + one.power * heat) / 60.0
        self.walls += one.slow * (self.air - self.walls) / 60.0
        self.air = air
