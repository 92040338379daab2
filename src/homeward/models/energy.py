"""What a drive takes out of the battery: physics with coefficients that each car learns from its own trips.

A trip is a row of energies in kWh as a nominal car would spend them (at the wheels against air, mass and slope, given
back while slowing, for the cabin, for being on at all), and a car is one factor for each. A new car has the factors
that are usual; every trip driven moves them, by Bayesian regression over the last trips, as far as it bears them out.
Errors count relative to the trip and by size, not by square: a trip with the window open or against a storm must not
bend the rest. Two rows can be made of the same trip: from its speeds second by second (`traced`), and from what a
planner knows before it (`planned`), which is made per leg, so that a road's share can be told.
"""

from dataclasses import dataclass, field
from math import exp, sqrt
from typing import Any, Final

import numpy as np

from homeward.models.thermal import FloatArray

KWH: Final = 3.6e6  # J
GRAVITY: Final = 9.81
WARM_C: Final = 18.0  # outside, from which no heating is needed
CABIN_C: Final = 21.0
COOL_C: Final = 21.0  # outside, from which cooling is needed
SOAK_S: Final = 500.0  # in which a cabin is two thirds brought to what is asked
KEPT: Final = 80  # trips
SOFT: Final = 0.7  # standard errors below which an error counts by its square
ROUNDS: Final = 15
NOISE: Final = 0.10  # share of a trip's energy that is usually not explained

# What is usual of each factor, and its spread. From the physics of drive trains: nine tenths of the battery's energy
# reach the wheels, two thirds of what braking offers come back, a car draws half a kW for being on, heat pumps and
# resistance heaters give 0.1 kW for each degree held.
TRACED: Final = {
    "drive": (1.15, 0.1),
    "regained": (0.7, 0.15),
    "rolling": (0.0, 0.3),
    "air": (0.0, 0.2),
    "on": (0.5, 0.3),
    "standing": (0.0, 0.5),
    "heat_held": (1.0, 0.6),
    "heat_up": (0.3, 0.3),
    "cool_held": (0.5, 0.4),
    "cool_down": (0.1, 0.1),
    "cold_battery": (1.0, 1.0),
}
PLANNED: Final = {
    "rolling": (1.2, 0.3),
    "air": (1.2, 0.3),
    "slope": (1.0, 0.2),
    "climb": (0.1, 0.2),
    "on": (0.6, 0.4),
    "crawling": (0.02, 0.05),
    "town": (0.02, 0.02),
    "changes": (0.3, 0.3),
    "heat_held": (1.0, 0.6),
    "heat_up": (0.3, 0.3),
    "cool_held": (0.5, 0.4),
    "cool_down": (0.1, 0.1),
    "cold_battery": (1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Car:
    """The nominal car: mass with one person in kg, drag area cd·A in m², rolling resistance."""

    mass_kg: float = 1420.0
    drag_area_m2: float = 0.69
    rolling: float = 0.010
    regains_w: float = 25_000.0  # the most that braking gives back, W
    regains_from_m_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Air:
    """What is known of warmth at departure, °C; `headwind_m_s` along the way."""

    outside_c: float
    cabin_c: float
    battery_c: float
    headwind_m_s: float = 0.0

    @property
    def density(self) -> float:
        """Of the air outside, kg/m³."""
        return 1.225 * 288.0 / (273.0 + self.outside_c)


def traced(car: Car, air: Air, speed_m_s: FloatArray, height_m: FloatArray) -> FloatArray:
    """The row of a trip whose speed and height (n,) are known every second, (len(TRACED),)."""
    speed = np.convolve(speed_m_s, np.ones(3) / 3.0, "same")
    height = np.convolve(np.pad(height_m, 15, "edge"), np.ones(31) / 31.0, "valid")
    rolling = car.mass_kg * GRAVITY * car.rolling * speed_m_s
    against = speed_m_s + air.headwind_m_s
    drag = 0.5 * air.density * car.drag_area_m2 * against * np.abs(against) * speed_m_s
    inertia = 1.05 * car.mass_kg * np.gradient(speed) * speed
    power = rolling + drag + inertia + car.mass_kg * GRAVITY * np.gradient(height)
    braked = np.where(speed_m_s > car.regains_from_m_s, np.clip(power, -car.regains_w, 0.0), 0.0)
    seconds, metres = float(len(speed_m_s)), float(speed_m_s.sum())
    work = [np.maximum(power, 0.0).sum(), braked.sum(), rolling.sum(), drag.sum()]
    standing = float((speed_m_s < 0.5).sum()) / 3600.0
    comfort = _comfort(air, np.array([0.0]), np.array([seconds]), np.array([metres]))[0]
    return np.array([*(w / KWH for w in work), seconds / 3600.0, standing, *comfort])


def planned(car: Car, air: Air, length_m: FloatArray, seconds: FloatArray, climb_m: FloatArray) -> FloatArray:
    """A row for each leg (k, len(PLANNED)), given their lengths, times and climbs (k,); a trip is their sum."""
    speed = length_m / np.maximum(seconds, 1.0)
    against = speed + air.headwind_m_s
    lift = car.mass_kg * GRAVITY / KWH
    change = np.abs(np.diff(speed**2, prepend=0.0)) * 0.5 * car.mass_kg / KWH
    km = length_m / 1000.0
    begins = np.cumsum(seconds) - seconds
    return np.column_stack(
        [
            car.rolling * lift * length_m,
            0.5 * air.density * car.drag_area_m2 * against * np.abs(against) * length_m / KWH,
            lift * climb_m,
            lift * np.maximum(climb_m, 0.0),
            seconds / 3600.0,
            km * np.exp(-speed / 8.0),
            km * np.exp(-(((speed - 14.0) / 6.0) ** 2)),
            change,
            _comfort(air, begins, seconds, length_m),
        ]
    )


def _comfort(air: Air, begins: FloatArray, seconds: FloatArray, metres: FloatArray) -> FloatArray:
    """What cabin and battery ask of each leg (k, 5): to hold warmth, to make it, the same for coolness, and cold."""
    hours = seconds / 3600.0
    soaked = np.exp(-begins / SOAK_S) - np.exp(-(begins + seconds) / SOAK_S)
    cold, hot = max(WARM_C - air.outside_c, 0.0), max(air.outside_c - COOL_C, 0.0)
    return np.column_stack(
        [
            cold * hours / 10.0,
            max(CABIN_C - air.cabin_c, 0.0) * soaked / 10.0,
            hot * hours / 10.0,
            max(air.cabin_c - 25.0, 0.0) * soaked / 10.0,
            max(20.0 - air.battery_c, 0.0) * metres / 1e6,
        ]
    )


@dataclass(slots=True, eq=False)
class Consumption:
    """A car's factors, learned trip by trip; `usual` is TRACED, PLANNED or what a class of cars has."""

    usual: dict[str, tuple[float, float]]
    rows: list[list[float]] = field(default_factory=list)
    kwh: list[float] = field(default_factory=list)
    factors: FloatArray = field(init=False)
    spread: float = NOISE
    _doubt: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self._fit()

    def learn_one(self, row: FloatArray, kwh: float) -> None:
        """Learn a trip by its row and what it took; what cannot be (not finite, nothing driven) is left aside."""
        if not (np.isfinite(row).all() and np.isfinite(kwh) and kwh > 0.01):
            return
        self.rows = [*self.rows[1 - KEPT :], row.tolist()]
        self.kwh = [*self.kwh[1 - KEPT :], float(kwh)]
        self._fit()

    def predict_one(self, row: FloatArray) -> tuple[float, float]:
        """What a trip will take and the standard deviation of that, kWh."""
        kwh = float(row @ self.factors)
        return kwh, sqrt(float(row @ self._doubt @ row) + (self.spread * kwh) ** 2)

    def legs(self, rows: FloatArray) -> FloatArray:
        """What each leg takes, kWh (k,); negative where it gives back."""
        return np.asarray(rows @ self.factors)

    def state(self) -> dict[str, Any]:
        """All that was learned, as JSON can hold it."""
        return {"usual": self.usual, "rows": self.rows, "kwh": self.kwh}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Consumption":
        """What `state` gave."""
        usual = {name: (float(mean), float(spread)) for name, (mean, spread) in state["usual"].items()}
        return cls(usual, [list(map(float, row)) for row in state["rows"]], [float(k) for k in state["kwh"]])

    def _fit(self) -> None:
        mean, spread = (np.array(column) for column in zip(*self.usual.values(), strict=True))
        anchor = np.diag(1.0 / spread**2)
        self.factors, self._doubt, self.spread = mean, np.asarray(np.linalg.inv(anchor), dtype=np.float64), NOISE
        if not self.rows:
            return
        seen, took = np.array(self.rows), np.array(self.kwh)
        counts = np.ones(len(took))
        for _ in range(ROUNDS):
            weighted = seen * (counts / (NOISE * took) ** 2)[:, None]
            precision = weighted.T @ seen + anchor
            self.factors = mean + np.linalg.solve(precision, weighted.T @ (took - seen @ mean))
            counts = 1.0 / np.maximum(np.abs(took - seen @ self.factors) / (NOISE * took), SOFT)
        self._doubt = np.asarray(np.linalg.inv(precision), dtype=np.float64)
        wrong = np.abs(seen @ self.factors / took - 1.0)
        known = 1.0 - exp(-len(took) / 10.0)  # a few trips say little of how well trips are foretold
        self.spread = (1.0 - known) * NOISE + known * 1.25 * float(wrong.mean())
