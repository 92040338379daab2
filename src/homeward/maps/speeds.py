"""A plain feed of speeds: CSV with a header, or a JSON list of objects with the same names.

    id,lat,lon,to_lat,to_lon,speed_kmh,road,until
    a1,60.1699,24.9384,60.1712,24.9441,18,Mannerheimintie,

`speed_kmh` 0 or `closed` is a closure. `to_lat,to_lon`, or `line` (`60.17 24.93; 60.18 24.94`), says which stretch and
which way along it; a single point counts both ways. Rows that cannot be are counted; where most cannot, nothing counts.
"""

import csv
from collections import Counter
from collections.abc import Mapping
from math import isfinite, nan
from typing import Any, Final

import orjson

from homeward.core.signal import Refused
from homeward.models.roads.events import RoadEvent

NEEDED: Final = {"speed_kmh"}
FASTEST_KMH: Final = 150.0
MOST_POINTS: Final = 500
MOST_ROWS: Final = 5000


def read_speeds(data: bytes, now: float) -> tuple[list[RoadEvent], dict[str, int]]:
    """The stretches that are on now, and how many rows were left out for which reason. Raises Refused."""
    rows = _rows(data)
    if len(rows) > MOST_ROWS:
        raise Refused(f"{len(rows)} rows are too many; at most {MOST_ROWS}")
    events, left_out = dict[str, RoadEvent](), Counter[str]()
    for number, row in enumerate(rows, 1):
        try:
            event = _event(row, number)
        except (ValueError, TypeError, KeyError) as problem:
            left_out[str(problem) if isinstance(problem, Unfit) else "a figure is missing or is none"] += 1
            continue
        if event.is_on(now):
            events[event.id] = event
    unfit = left_out.total()
    if rows and unfit > len(rows) / 2:
        why = left_out.most_common(1)[0][0]
        raise Refused(f"{unfit} of {len(rows)} rows cannot be used ({why}): this is no feed of speeds")
    return list(events.values()), dict(left_out)


class Unfit(ValueError):
    """A row that cannot be; the text says why."""


def _rows(data: bytes) -> list[dict[str, Any]]:
    try:
        if data.lstrip()[:1] == b"[":
            said = orjson.loads(data)
            return [one if isinstance(one, dict) else {} for one in said]
        text = data.decode("utf-8-sig")
    except ValueError as problem:
        raise Refused(f"neither JSON nor text: {problem}") from None
    lines = text.splitlines()
    comma = max(",;\t", key=lambda sign: lines[0].count(sign)) if lines else ","
    reader = csv.DictReader(lines, delimiter=comma)
    names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
    if not (names >= NEEDED and (names >= {"lat", "lon"} or "line" in names)):
        known = ", ".join(sorted(names))[:200] or "nothing"
        raise Refused(f"its first line names {known}; a feed of speeds has speed_kmh, and lat and lon or a line")
    try:
        return [{(key or "").strip().lower(): value for key, value in row.items()} for row in reader]
    except csv.Error as problem:
        raise Refused(f"no CSV: {problem}") from None


def _event(row: Mapping[str, Any], number: int) -> RoadEvent:
    line = _line(row)
    until = float(row.get("until") or nan)
    return RoadEvent(
        str(row.get("id") or f"row {number}").strip()[:100],
        line,
        _speed(row["speed_kmh"]),
        str(row.get("road") or "").strip()[:200],
        until,
        len(line) > 1,
    )


def _speed(said: Any) -> float:
    if isinstance(said, str) and said.strip().lower() == "closed":
        return nan
    speed = float(said)
    if not 0.0 <= speed <= FASTEST_KMH:
        raise Unfit("a speed that no road has")
    return speed or nan


def _line(row: Mapping[str, Any]) -> tuple[tuple[float, float], ...]:
    said = row.get("line")
    if said:
        pairs = [pair.split() for pair in said.split(";")] if isinstance(said, str) else said
        points = tuple((float(lat), float(lon)) for lat, lon in pairs[: MOST_POINTS + 1])
    else:
        ends = (("lat", "lon"), ("to_lat", "to_lon"))
        points = tuple((float(row[a]), float(row[b])) for a, b in ends if row.get(a) not in (None, ""))
    if not 0 < len(points) <= MOST_POINTS:
        raise Unfit("a line without points, or with too many")
    if not all(isfinite(lat) and isfinite(lon) and abs(lat) <= 90.0 and abs(lon) <= 180.0 for lat, lon in points):
        raise Unfit("a place that is not on Earth")
    return points
