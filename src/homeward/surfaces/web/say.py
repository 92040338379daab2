"""Numbers, times and paths in the words people use: everything the pages say goes through here."""

import re
from datetime import datetime, timedelta
from math import isfinite
from zoneinfo import ZoneInfo

from homeward.core.signal import Signal, Type, Value

DASH = "–"
"""What stands for a value that nobody knows."""

_UNITS = {"Celsius": "°C", "percent": "%", "degrees": "°", "celsius": "°C", "K": "K", "s since 1970": ""}
_SPACE = "\u00a0"  # no-break: a number never parts from its unit at the end of a line


def local(at: float, zone: str) -> datetime:
    """The household's wall clock at an instant (seconds since 1970 UTC)."""
    return datetime.fromtimestamp(at, ZoneInfo(zone))


def clock(at: float, zone: str, now: float | None = None) -> str:
    """A time of day: `18:24`; with `now` given, also the day when it is another one: `Wed 07:00`."""
    moment = local(at, zone)
    if now is None or local(now, zone).date() == moment.date():
        return f"{moment:%H:%M}"
    days = (moment.date() - local(now, zone).date()).days
    if days == 1:
        return f"tomorrow {moment:%H:%M}"
    if days == -1:
        return f"yesterday {moment:%H:%M}"
    return f"{moment:%a %H:%M}" if abs(days) < 7 else f"{moment:%d %b %H:%M}"


def midnight(at: float, zone: str, days: int = 0) -> float:
    """The start of the household's day in which `at` lies, or of one `days` later.

    >>> midnight(1_767_300_000.0, "UTC") % 86400
    0.0
    """
    day = local(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=days)).timestamp()


def greeting(at: float, zone: str, name: str) -> str:
    """`Good evening, Ada`, by the household's time of day."""
    hour = local(at, zone).hour
    part = "morning" if 5 <= hour < 12 else "afternoon" if 12 <= hour < 17 else "evening"
    word = f"Good {part}" if hour >= 5 else "Hello"
    return f"{word}, {name}" if name else word


def duration(seconds: float) -> str:
    """A span as people say it: `42 min`, `2 h 10`.

    >>> duration(7800).replace("\\u00a0", " ")
    '2 h 10'
    """
    minutes = round(abs(seconds) / 60)
    if minutes < 60:
        return f"{minutes}{_SPACE}min"
    hours, rest = divmod(minutes, 60)
    return f"{hours}{_SPACE}h{_SPACE}{rest:02d}" if rest else f"{hours}{_SPACE}h"


def ago(seconds: float) -> str:
    """How long since: `now`, `12 s ago`, `5 min ago`, `3 h ago`, `2 days ago`."""
    if not isfinite(seconds):
        return "never"
    if seconds < 1.5:
        return "now"
    for limit, unit, size in ((90, "s", 1), (5400, "min", 60), (129_600, "h", 3600)):
        if seconds < limit:
            return f"{round(seconds / size)}{_SPACE}{unit} ago"
    return f"{round(seconds / 86400)} days ago"


def degrees(celsius: float) -> str:
    """A temperature to the tenth: `20.4 °C`."""
    return f"{round(celsius, 1) + 0.0:.1f}{_SPACE}°C"  # + 0.0 makes -0.0 a plain 0.0


def distance(metres: float) -> str:
    """A distance at the precision people use: `850 m`, `3.4 km`, `24 km`."""
    if metres < 1000:
        return f"{round(metres, -1):.0f}{_SPACE}m"
    return f"{metres / 1000:.1f}{_SPACE}km" if metres < 10_000 else f"{metres / 1000:.0f}{_SPACE}km"


def unit(signal: Signal) -> str:
    """The unit as people write it: `°C` for `Celsius`."""
    return _UNITS.get(signal.unit, signal.unit)


def words(value: Value | None) -> str:
    """A value without its unit; a dash where unknown."""
    match value:
        case None:
            return DASH
        case bool():
            return "yes" if value else "no"
        case float() | int():
            return number(float(value))
        case _:
            return value


def number(value: float) -> str:
    """A number in as many digits as help: `1284`, `61.5`, `0.034`."""
    if not isfinite(value):
        return DASH
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value)}"
    if abs(value) < 1:
        return f"{value:.3g}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def deed(path: str, value: Value | None, signal: Signal | None, zone: str, now: float) -> str:
    """What was to happen, in words: `target temperature 21.0 °C`, `light porch on`, `door front not locked`."""
    what = title(path)
    if value is None:
        return f"{what} as before"
    if isinstance(value, bool):
        if path.rpartition(".")[2].startswith("Is"):
            return what.replace("is ", "" if value else "not ", 1)
        return f"{what} {'on' if value else 'off'}"
    if isinstance(value, str):
        return f"{what} {value}"
    if path.endswith("Temperature"):
        return f"{what} {degrees(float(value))}"
    if signal is not None:
        text, its = shown(signal, value, zone, now)
        return f"{what} {text}{_SPACE if its else ''}{its}"
    return f"{what} {number(float(value))}"


def title(path: str) -> str:
    """A path as people would call it: `target temperature`; a last word that says little takes the one before.

    >>> title("Home.Arrival.Median"), title("Room.Window.IsOpen"), title("Vehicle.Speed")
    ('arrival median', 'window is open', 'speed')
    """
    parts = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", part).lower() for part in path.split(".")]
    alone = " " in parts[-1] and not parts[-1].startswith("is ")
    return parts[-1] if alone or len(parts) < 3 else " ".join(parts[-2:])


def shown(signal: Signal, value: Value | None, zone: str, now: float) -> tuple[str, str]:
    """A signal's value and unit as a list shows them; moments become wall-clock times, long text is cut."""
    if signal.unit == "s since 1970" and isinstance(value, int | float) and isfinite(value):
        return clock(float(value), zone, now), ""
    if signal.path.endswith(("Latitude", "Longitude")) and isinstance(value, float):
        return f"{value:.5f}", unit(signal)
    text = words(value)
    if signal.type is Type.TEXT and len(text) > 160:
        text = text[:157] + "…"
    return text, unit(signal) if value is not None else ""


def name_of(node: str) -> str:
    """What to call a node nobody named: `lind/living-room` is `Living room`."""
    return node.partition("/")[2].replace("-", " ").replace("_", " ").capitalize()
