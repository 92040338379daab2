"""What a household would do without the heating model: a constant slope, and one RC model fitted by least squares."""

from math import exp, inf, isfinite, log

import numpy as np

from homeward.evaluate.house import House, WarmUp
from homeward.models.thermal import FloatArray

STRETCH_S = 3600.0
FIRST_GUESS_C_PER_H = 1.0


class Slope:
    """A constant °C/h: the median over the warm-ups so far."""

    def __init__(self) -> None:
        self._rates: list[float] = []

    def learn_one(self, warm_up: WarmUp) -> None:
        """Take in a warm-up that is over."""
        self._rates.append((warm_up.target - warm_up.indoor) / warm_up.seconds * 3600.0)

    def seconds_to(self, target: float, indoor: float) -> float:
        """How long from `indoor` to `target`, s."""
        rate = float(np.median(self._rates)) if self._rates else FIRST_GUESS_C_PER_H
        return max(0.0, target - indoor) / rate * 3600.0


class ResistorCapacitor:
    """d indoor = loss (outdoor − indoor) + power · level + base, by least squares over all that was seen so far.

    Fitted to the changes over stretches of up to an hour in which the level stayed the same, each warm-up up to the
    reading that reached its setpoint. Stretches in which a setpoint held the plant back are left out.
    """

    def __init__(self) -> None:
        self._square, self._side = np.diag([1e-3, 1e-3, 1e-3]), 1e-3 * np.array([0.016, 1.0, 0.0])

    def learn(self, house: House, known: FloatArray, first: int, last: int) -> int:
        """Take in rows `first` to before `last`; `known` `(n,)` is 1 where level says what the plant gave.

        Returns the row to go on from: the start of the stretch that is not over yet.
        """
        i = first
        for j in range(first + 1, last):
            seconds = house.at[j] - house.at[i]
            if known[i] and known[j] and house.level[j] == house.level[i] and seconds < STRETCH_S:
                continue
            if known[i] and seconds <= 2 * STRETCH_S:
                self._take(house, i, j)
            i = j
        return i

    def _take(self, house: House, i: int, j: int) -> None:
        hours = float(house.at[j] - house.at[i]) / 3600.0
        colder = float((house.outdoor[i:j] - house.indoor[i:j]).mean())
        change = float(house.indoor[j] - house.indoor[i])
        if isfinite(colder) and isfinite(change):
            inputs = hours * np.array([colder, float(house.level[i]), 1.0])
            self._square += np.outer(inputs, inputs)
            self._side += inputs * change

    def _rates(self) -> tuple[float, float, float]:
        loss, power, base = np.linalg.solve(self._square, self._side).tolist()
        return max(1e-4, loss), power, base

    def seconds_to(self, target: float, indoor: float, outdoor: float, level: float) -> float:
        """How long heating at `level` takes from `indoor` to `target`, s; inf if it stays below."""
        loss, power, base = self._rates()
        end = outdoor + (power * level + base) / loss
        if indoor >= target:
            return 0.0
        return log((end - indoor) / (end - target)) / loss * 3600.0 if end > target else inf

    def predict(
        self, indoor: float, outdoor: FloatArray, level: FloatArray, setpoint: FloatArray, step_s: float
    ) -> FloatArray:
        """Indoor °C `(n,)` after each of n steps; the thermostat holds the setpoint (NaN: heats on)."""
        loss, power, base = self._rates()
        keep = exp(-loss * step_s / 3600.0)
        result = np.empty(len(level))
        for i, (out, share, point) in enumerate(zip(outdoor.tolist(), level.tolist(), setpoint.tolist(), strict=True)):
            free = out + base / loss + (indoor - out - base / loss) * keep
            heated = free + power * share / loss * (1.0 - keep)
            indoor = min(heated, max(free, point)) if isfinite(point) else heated
            result[i] = indoor
        return result
