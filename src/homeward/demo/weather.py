"""The simulated winter, from a seed: outdoor temperature, sun on the windows, the price of electricity."""

import json
from dataclasses import dataclass
from functools import cache
from math import cos, exp, pi, sin
from random import Random

DAY_S, HOUR_S = 86_400.0, 3600.0
MEAN_C, SWING_C, SPELL_C = -2.0, 2.2, 1.6
PRICES = (
    *(0.19, 0.18, 0.18, 0.17, 0.18, 0.20, 0.26, 0.31, 0.32, 0.29, 0.26, 0.24),
    *(0.22, 0.22, 0.23, 0.26, 0.31, 0.36, 0.37, 0.34, 0.30, 0.26, 0.23, 0.21),
)
"""EUR/kWh by the hour of day: dear at breakfast and in the evening, as most days are."""


@dataclass(frozen=True, slots=True)
class Weather:
    """A winter of cold and milder days; `offset_s` is what local time adds to UTC."""

    seed: int
    offset_s: float

    def outdoor_c(self, at: float) -> float:
        """The outdoor temperature: coldest before sunrise, with spells of a few days."""
        local = at + self.offset_s
        hour = local % DAY_S / HOUR_S
        day, part = divmod(local, DAY_S)
        spell = self._chance("spell", day) * (1 - part / DAY_S) + self._chance("spell", day + 1) * (part / DAY_S)
        return MEAN_C - SWING_C * cos(2 * pi * (hour - 3.5) / 24) + SPELL_C * spell

    def sun_kw(self, at: float) -> float:
        """Heat from the sun through the windows: around noon, less under clouds."""
        local = at + self.offset_s
        hour = local % DAY_S / HOUR_S
        clear = 0.5 + 0.5 * self._chance("clouds", local // DAY_S)
        return 1.4 * clear * max(0.0, sin(pi * (hour - 8.3) / 8.4)) if 8.3 < hour < 16.7 else 0.0

    def price(self, at: float) -> float:
        """What a kilowatt-hour costs, EUR; it changes on the hour."""
        local = at + self.offset_s
        lift = 1.0 + 0.12 * self._chance("price", local // DAY_S)
        return round(PRICES[int(local % DAY_S // HOUR_S)] * lift, 3)

    def forecast(self, at: float) -> str:
        """The outdoor temperature of the next day and a half as JSON; wrong by a little more the farther ahead."""
        hours = range(0, 37, 3)
        off = self._chance("forecast", at // (6 * HOUR_S))
        pairs = [
            [round(at + h * HOUR_S), round(self.outdoor_c(at + h * HOUR_S) + off * (1 - exp(-h / 12)), 1)]
            for h in hours
        ]
        return json.dumps(pairs, separators=(",", ":"))

    def _chance(self, what: str, which: float) -> float:
        """A number in -1..1 that belongs to a day."""
        return _drawn(self.seed, what, round(which))


@cache
def _drawn(seed: int, what: str, which: int) -> float:
    return Random(f"{seed} {what} {which}").uniform(-1.0, 1.0)
