"""Who is where: positions in metres around the home, distance rings and the track so far, as data for static/map.js."""

from dataclasses import dataclass
from math import ceil, cos, hypot, log2, radians
from typing import Any

import numpy as np

from homeward.surfaces.house import Series
from homeward.surfaces.web import say

EARTH_M = 6_371_000.0
NEAR_M = 60.0
"""Closer to home than this, somebody is drawn at the home."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is: degrees, its kind (`car`, `person`), and whether that is old news."""

    name: str
    kind: str
    latitude: float
    longitude: float
    stale: bool = False


def offset(latitude: float, longitude: float, home: tuple[float, float]) -> tuple[float, float]:
    """Metres east and north of the home (equirectangular; at 50 km it is off by less than a line's width).

    >>> offset(0.0, 0.0, (0.0, 0.0))
    (0.0, 0.0)
    """
    east = radians((longitude - home[1] + 180.0) % 360.0 - 180.0) * cos(radians(home[0])) * EARTH_M
    return east, radians(latitude - home[0]) * EARTH_M


def track(latitudes: Series, longitudes: Series, home: tuple[float, float], most: int = 160) -> list[list[float]]:
    """The way driven as metres east and north, at most about `most` points, where both coordinates are known.

    History may hand out means over spans that begin at slightly different times: longitudes are read between points.
    """
    times, values = latitudes
    if not len(times) or not len(longitudes[0]):
        return []
    kept = (times >= longitudes[0][0]) & (times <= longitudes[0][-1])
    step = max(1, int(kept.sum()) // most)
    east = np.interp(times[kept], *longitudes)[::step]
    spots = (offset(float(lat), float(lon), home) for lat, lon in zip(values[kept][::step], east, strict=True))
    return [[round(x, 1), round(y, 1)] for x, y in spots]


def rings(reach_m: float) -> list[list[Any]]:
    """Up to three round distances that help at this reach, with labels."""
    for step in (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000):
        if reach_m / step <= 3.2:
            return [[step * count, say.distance(step * count).replace(".0", "")] for count in (1, 2, 3)]
    return []


def map_data(places: list[Place], tracks: list[list[list[float]]], home: tuple[float, float]) -> dict[str, Any]:
    """The map as plain data, in metres east and north of the home.

    `view` is west, south, east, north of all that must be seen; it steps so that small moves do not shake the map.
    """
    marks: list[dict[str, Any]] = []
    for place in places:
        x, y = offset(place.latitude, place.longitude, home)
        marks.append({"name": place.name, "kind": place.kind, "x": round(x, 1), "y": round(y, 1), "stale": place.stale})
    label = describe(marks)
    spots = [(0.0, 0.0), *((x, y) for line in tracks for x, y in line)]
    spots += [(mark["x"], mark["y"]) for mark in marks if mark["kind"] == "car" or not cars_away(marks)]
    reach = max(400.0, max(hypot(x, y) for x, y in spots))
    reach = 400.0 * 2.0 ** (ceil(log2(reach / 400.0) * 2.0) / 2.0)
    spots += [bring_in(mark, reach) for mark in marks]
    step, xs, ys = reach / 4, [x for x, _ in spots], [y for _, y in spots]
    view = [np.floor(min(xs) / step) * step, np.floor(min(ys) / step) * step]
    view += [np.ceil(max(xs) / step) * step, np.ceil(max(ys) / step) * step]
    return {
        "marks": [mark for mark in marks if hypot(mark["x"], mark["y"]) > NEAR_M],
        "tracks": tracks,
        "rings": rings(reach),
        "view": [float(edge) for edge in view],
        "label": label,
    }


def cars_away(marks: list[dict[str, Any]]) -> bool:
    """A car is out: then the map is about its way home."""
    return any(mark["kind"] == "car" and hypot(mark["x"], mark["y"]) > NEAR_M for mark in marks)


def bring_in(mark: dict[str, Any], reach: float) -> tuple[float, float]:
    """Draw whoever is far beyond the map's reach at its edge, in their direction and with their distance."""
    metres = hypot(mark["x"], mark["y"])
    mark["far"] = metres > 1.2 * reach
    if mark["far"]:
        mark["name"] += f", {say.distance(metres)}"
        mark["x"], mark["y"] = (round(mark[axis] / metres * reach, 1) for axis in ("x", "y"))
    return mark["x"], mark["y"]


def describe(marks: list[dict[str, Any]]) -> str:
    """The map in words, for those who hear it."""
    if not marks:
        return "A map with the home alone."
    said = []
    for mark in marks:
        metres = hypot(mark["x"], mark["y"])
        where = "at home" if metres <= NEAR_M else f"{say.distance(metres)} {compass(mark['x'], mark['y'])} of home"
        said.append(f"{mark['name']} {where}")
    return "A map: " + ", ".join(said) + "."


def compass(east: float, north: float) -> str:
    """The direction in a word: `north-east`."""
    words = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
    return words[round(np.degrees(np.arctan2(north, east)) / 45.0) % 8]
