"""A house to learn from: fast air, slow walls, sun by day, a plant with dead time, a thermostat and a coarse sensor."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, nan, pi, sin

import numpy as np

from homeward.models.thermal import FloatArray

START = 1_762_819_200.0  # a midnight, UTC
INNER_S = 60.0
FAHRENHEIT_STEP_C = 0.5 / 1.8


@dataclass
class Dwelling:
    """Rates per hour on the air; `step_c` is what the sensor rounds to. It is warmer by day: `away_c`, `home_c`."""

    power: float = 6.0
    mix: float = 1.2
    loss: float = 0.1
    walls_share: float = 0.15
    lag_h: float = 0.1
    dead_min: int = 5
    sun: float = 0.8
    away_c: float = 17.0
    home_c: float = 20.5
    step_c: float = 0.1
    half_stage: float = 0.5  # share of full heat that level 0.5 gives
    at: float = START
    air: float = 18.0
    walls: float = 18.5
    given: float = 0.0
    level: float = 0.0
    waiting: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.waiting = [0.0] * self.dead_min

    def setpoint(self) -> float:
        """Warm in the morning and the evening."""
        hour = self.at % 86400.0 / 3600.0
        return self.home_c if 6 <= hour < 9 or 17 <= hour < 22 else self.away_c

    def outdoor(self) -> float:
        """Colder and warmer by the hour and the day."""
        days = self.at / 86400.0
        return 5.0 + 3.0 * sin(2 * pi * (days - 0.4)) + 2.5 * sin(days)

    def sunshine(self) -> float:
        """°C/h through the windows on two days of three."""
        hour, day = self.at % 86400.0 / 3600.0, int(self.at // 86400.0)
        return self.sun * max(0.0, sin((hour - 7) / 10 * pi)) if 7 < hour < 17 and day % 3 else 0.0

    def minute(self, level: float, extra: float = 0.0) -> None:
        """One minute at a level of heating, with `extra` °C/h from somewhere."""
        self.level = level
        self.waiting.append(level if level in (0.0, 1.0) else self.half_stage)
        self.given += (self.waiting.pop(0) - self.given) * (1.0 - exp(-INNER_S / 3600.0 / self.lag_h))
        dt = INNER_S / 3600.0
        heat = self.power * self.given + self.sunshine() + extra
        flow = self.mix * (self.walls - self.air)
        self.air += dt * (flow + self.loss * (self.outdoor() - self.air) + heat)
        self.walls -= dt * flow * self.walls_share
        self.at += INNER_S

    def thermostat(self, full: float = 1.0) -> float:
        """On below the setpoint, off above it, by a quarter of a degree."""
        if self.air < self.setpoint() - 0.25:
            return full
        return 0.0 if self.air > self.setpoint() + 0.25 else self.level

    def shown(self) -> float:
        """What the sensor shows."""
        return round(self.air / self.step_c) * self.step_c

    def reading(self) -> tuple[float, float, float, float]:
        """What a model may see: time, indoor, outdoor, level."""
        return self.at, self.shown(), round(self.outdoor(), 1), self.level

    def live(
        self, days: float, every_s: float = 300.0, full: float = 1.0
    ) -> Iterator[tuple[float, float, float, float]]:
        """Live for some days, and say what the sensors show every so often and whenever the heating switches."""
        due = self.at
        for _ in range(int(days * 86400.0 / INNER_S)):
            before = self.level
            self.level = self.thermostat(full)
            if self.at >= due or self.level != before:
                yield self.reading()
                due = self.at + every_s
            self.minute(self.level)

    def seconds_to(self, target: float, level: float = 1.0) -> float:
        """How long it really takes; the house is left as it then is."""
        start = self.at
        while self.air < target and self.at - start < 2 * 86400.0:
            self.minute(level)
        return self.at - start if self.air >= target else nan


def steps(value: float, n: int) -> FloatArray:
    """The same value n times."""
    return np.full(n, value)
