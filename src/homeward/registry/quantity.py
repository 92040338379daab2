"""Understands values as people write them: `21 °C`, `70 °F`, `6 kW`, `10 %`, `on`."""

import re
from typing import Any

from homeward.core.signal import Refused, Signal, Type, Value
from homeward.core.vocabulary import encode, wanted
from homeward.registry.problems import nearest
from homeward.registry.tree import Item

QUANTITY = re.compile(r"([-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\s\d.,].*)?")
UNITS: dict[str, dict[str, float]] = {
    "Celsius": {"°C": 1, "C": 1, "celsius": 1},
    "percent": {"%": 1, "percent": 1},
    "kW": {"kW": 1, "W": 0.001, "MW": 1000},
    "W": {"W": 1, "kW": 1000},
    "kWh": {"kWh": 1, "Wh": 0.001, "MWh": 1000},
    "km/h": {"km/h": 1, "kph": 1, "mph": 1.609344},
    "km": {"km": 1, "m": 0.001, "mi": 1.609344},
    "m": {"m": 1, "km": 1000},
    "s": {"s": 1, "min": 60, "h": 3600},
    "degrees": {"°": 1, "degrees": 1, "deg": 1},
    "bpm": {"bpm": 1},
}
"""For each unit of the vocabulary, how people write it and related ones, and the factor to it."""

YES = {"on": True, "yes": True, "off": False, "no": False}


def understood(signal: Signal, item: Item) -> Value:
    """The value written there, in the signal's own type and unit. Raises Refused saying what would be right."""
    value = _meant(signal, item)
    encode(signal, value)
    return float(value) if signal.type in (Type.NUMBER, Type.INTEGER) else value


def _meant(signal: Signal, item: Item) -> Any:
    if item.shape != "scalar":
        raise Refused(f"{signal.path}: {item.shown()} is not {wanted(signal)}")
    if item.is_empty:
        raise Refused(f"{signal.path}: nothing is written here; write {wanted(signal)}, or take the line out")
    if signal.type in (Type.ENUM, Type.TEXT):
        return item.text
    if signal.type is Type.BOOLEAN:
        return YES.get(str(item.value).lower(), item.value)
    if isinstance(item.value, str):
        return _number(signal, item)
    return item.value


def _number(signal: Signal, item: Item) -> float:
    found = QUANTITY.fullmatch(item.text.strip())
    if not found:
        comma = "; write decimals with a point" if re.match(r"\s*[-+]?\d+,\d", item.text) else ""
        raise Refused(f"{signal.path}: {item.shown()} is not {wanted(signal)}{comma}")
    number, unit = float(found[1]), found[2] or signal.unit
    if signal.unit == "Celsius" and unit in ("°F", "F"):
        return round((number - 32) / 1.8, 2)
    spellings = UNITS.get(signal.unit, {}) | {signal.unit: 1.0}
    if unit not in spellings:
        known = [*(UNITS.get(signal.unit) or [signal.unit or "none"]), *(["°F"] if signal.unit == "Celsius" else [])]
        raise Refused(f"{signal.path}: the unit of {item.shown()} is not one of {', '.join(known)}")
    return round(number * spellings[unit], 9)


def nearest_word(signal: Signal, item: Item) -> str:
    """The word of an enumeration most like what is written there, or ''."""
    return nearest(item.text, list(signal.allowed)) if signal.allowed and item.shape == "scalar" else ""
