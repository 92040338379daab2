"""Units as people and devices write them, and the way from each to the vocabulary's own.

The vocabulary has one unit for each signal and never converts; what comes from outside (templates, rules) does, here.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from homeward.core.signal import Refused

KELVIN = 273.15
LENGTH = {"m": 1.0, "km": 1000.0, "mi": 1609.344, "ft": 0.3048, "yd": 0.9144, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
TIME = {"s": 1.0, "ms": 0.001, "min": 60.0, "h": 3600.0, "d": 86_400.0}
SPEED = {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "kn": 0.514444}
POWER = {"W": 1.0, "kW": 1000.0, "MW": 1e6, "hp": 745.7}
ENERGY = {"kWh": 1.0, "Wh": 0.001, "MWh": 1000.0, "MJ": 1 / 3.6, "Wmin": 1 / 60_000}
PRESSURE = {"kPa": 1.0, "Pa": 0.001, "hPa": 0.1, "bar": 100.0, "psi": 6.894757}
VOLTAGE, CURRENT, CHARGE = {"V": 1.0, "mV": 0.001}, {"A": 1.0, "mA": 0.001}, {"Ah": 1.0, "mAh": 0.001}
SHARE = {"percent": 1.0, "share": 100.0, "byte": 100 / 255}
FAMILIES = (LENGTH, TIME, SPEED, POWER, ENERGY, PRESSURE, VOLTAGE, CURRENT, CHARGE, SHARE)
"""Units that measure the same thing, with the factor to the first of them."""

SPELLINGS = {
    "°C": "Celsius", "C": "Celsius", "celsius": "Celsius", "°F": "Fahrenheit", "F": "Fahrenheit",
    "fahrenheit": "Fahrenheit", "%": "percent", "pct": "percent", "kph": "km/h", "kmh": "km/h", "miles": "mi",
    "mile": "mi", "metres": "m", "meters": "m", "in": "inch", "sec": "s", "second": "s", "seconds": "s",
    "minute": "min", "minutes": "min", "hour": "h", "hours": "h", "day": "d", "days": "d", "°": "degrees",
    "deg": "degrees", "Kelvin": "K", "watts": "W",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """How to get from one unit to another: times `factor`, plus `offset`; upside down first if `inverse` (mired)."""

    factor: float = 1.0
    offset: float = 0.0
    inverse: bool = False

    def __call__(self, number: float) -> float:
        if self.inverse:
            number = 1.0 / number if number else 0.0
        return number * self.factor + self.offset

    @property
    def changes_nothing(self) -> bool:
        """Whether the two units are the same."""
        return self == SAME


SAME = Way()


def way(of: str, to: str) -> Way:
    """The way from a unit as people write it to one of the vocabulary's. Raises Refused naming what would do.

    >>> round(way("mph", "km/h")(60), 2), round(way("°F", "Celsius")(70), 2), way("km", "m")(5)
    (96.56, 21.11, 5000.0)
    """
    start, end = SPELLINGS.get(of, of), SPELLINGS.get(to, to)
    if start == end:
        return SAME
    special = {
        ("Fahrenheit", "Celsius"): Way(1 / 1.8, -32 / 1.8),
        ("Celsius", "Fahrenheit"): Way(1.8, 32.0),
        ("K", "Celsius"): Way(1.0, -KELVIN),
        ("Celsius", "K"): Way(1.0, KELVIN),
        ("mired", "K"): Way(1e6, 0.0, True),
        ("K", "mired"): Way(1e6, 0.0, True),
    }
    if found := special.get((start, end)):
        return found
    for family in FAMILIES:
        if start in family and end in family:
            return Way(family[start] / family[end])
    raise Refused(f"{of[:30]!r} cannot be turned into {to or 'a number without a unit'}{_hint(of, end)}")


def spellings(unit: str) -> list[str]:
    """Every way to write a unit that can be turned into this one.

    >>> "mph" in spellings("km/h")
    True
    """
    end = SPELLINGS.get(unit, unit)
    same = {end} | {one for family in FAMILIES if end in family for one in family}
    same |= {"Celsius": {"Fahrenheit", "K"}, "K": {"Celsius", "mired"}}.get(end, set())
    return [*(written for written, meant in SPELLINGS.items() if meant in same), *sorted(same)]


def _hint(of: str, end: str) -> str:
    known = spellings(end) if end else []
    close = get_close_matches(of.lower(), [one.lower() for one in known], n=1, cutoff=0.5)
    if close:
        return f"; did you mean {next(one for one in known if one.lower() == close[0])}?"
    return f"; write {' or '.join(known[:6])}" if known else ""
