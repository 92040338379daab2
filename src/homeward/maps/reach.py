"""How far a car gets: the area its charge reaches in this weather, as rings of degrees.

Every junction is asked what the quickest way there takes out of the battery. Squares of the map that hold or touch a
reached stretch are in, and the outline of those is the answer: an area of roads, not of land.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.maps.charge import energy_of_arcs
from homeward.maps.journey import Wish
from homeward.maps.pack import Pack
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import DEGREE_M, Column
from homeward.models.roads.roads import Roads

SQUARES: Final = 160  # on the longer side
LEAST_M: Final = 150.0
NEARLY_ALL: Final = 0.995
Ring = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False, slots=True)
class Reach:
    """The outline as rings of (latitude, longitude), closed, the outer ones counter-clockwise, holes the other way.

    `km` is the length of reached roads, `farthest_km` how far off the farthest junction is as the crow flies;
    `kwh` (n,) is what each junction takes, inf where there is no way; `whole`: all that there is of the map is reached.
    """

    rings: tuple[Ring, ...]
    km: float
    farthest_km: float
    kwh: Column
    whole: bool = False

    def geojson(self) -> dict[str, Any]:
        """The outline as GeoJSON, longitude first."""
        lines = [[[round(lon, 6), round(lat, 6)] for lat, lon in ring] for ring in self.rings]
        outer = [line for line in lines if _area(line) > 0.0]
        holes = [line for line in lines if _area(line) <= 0.0]
        polygons = [[line, *(hole for hole in holes if _holds(line, hole[0]))] for line in outer]
        return {"type": "MultiPolygon", "coordinates": polygons}


def reach(pack: Pack, roads: Roads, lat: float, lon: float, wish: Wish) -> Reach:
    """The area reached from a place with the charge above the reserve. Raises Refused far from any road."""
    near = roads.nearest(lat, lon)
    if not near or near[0].off_m > 1000.0:
        raise Refused(f"{lat},{lon} is far from any road of the map")
    network, arcs_kwh = pack.network, energy_of_arcs(pack, wish.vehicle, wish.outside_c, wish.takes)
    carried = roads.ways.carried(arcs_kwh[roads.turns.arc])
    kwh = np.full(network.nodes, np.inf)
    for spot in near[:2]:
        told, spent = roads.ways.everywhere(int(roads.turns.end_of[spot.arc]), carried)
        spent = np.where(told < NOWHERE, spent + (1.0 - spot.share) * arcs_kwh[spot.arc], np.inf)
        np.minimum.at(kwh, roads.turns.junction, spent)
    there = (
        max(0.0, wish.charge - wish.reserve) / 100.0 * wish.vehicle.usable_kwh / (1.0 + wish.sure * wish.takes.spread)
    )
    is_in = (kwh <= there) & (there > 0.0)
    arcs = np.flatnonzero(is_in[network.tail] & is_in[network.head] & (roads.weight_ms < NOWHERE))
    place = np.array([[lat, lon]])
    if not len(arcs):
        return Reach((), 0.0, 0.0, kwh)
    nodes = np.flatnonzero(is_in)
    width = cos(radians(lat))
    off = DEGREE_M * np.hypot(network.lat[nodes] - lat, (network.lon[nodes] - lon) * width)
    km = float(network.length_m[arcs].sum()) / 1000.0
    whole = bool(is_in.mean() > NEARLY_ALL)
    return Reach(_outline(*_points(network, arcs, place)), km, float(off.max()) / 1000.0, kwh, whole)


def _points(network: Any, arcs: Column, place: Column) -> tuple[Column, float]:
    """Points along the reached arcs, close enough for the squares (k, 2), and the side of a square, degrees north."""
    lat, lon, begins = network.all_points()
    own = np.zeros(network.arcs, dtype=bool)
    own[arcs] = True
    kept = np.repeat(own, np.diff(begins))[:-1]
    kept[begins[1:-1] - 1] = False  # from the end of one arc to the begin of the next leads no road
    pieces = np.flatnonzero(kept)
    ends = np.stack([np.column_stack([lat[at], lon[at]]) for at in (pieces, pieces + 1)])
    width = cos(radians(float(place[0, 0])))
    span = np.ptp(ends.reshape(-1, 2), axis=0) * (1.0, width)
    side = max(float(span.max()) / SQUARES, LEAST_M / DEGREE_M)
    long = np.abs(ends[1] - ends[0]).max(axis=1)
    count = np.minimum(np.ceil(2.0 * long / side).astype(np.int64) + 1, 1000)
    which = np.repeat(np.arange(len(pieces)), count)
    share = (np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)) / np.maximum(count - 1, 1)[which]
    return ends[0][which] + share[:, None] * (ends[1] - ends[0])[which], side


def _outline(points: Column, side: float) -> tuple[Ring, ...]:
    """The rings around the squares that hold a point or lie beside one that does."""
    south, west = points.min(axis=0)
    width = side / cos(radians(float(points[:, 0].mean())))
    rows = ((points[:, 0] - south) / side).astype(np.int64) + 2
    columns = ((points[:, 1] - west) / width).astype(np.int64) + 2
    held = np.zeros((int(rows.max()) + 4, int(columns.max()) + 4), dtype=bool)
    held[rows, columns] = True
    full = held.copy()
    for axis in (0, 1):
        full |= np.roll(full, 1, axis) | np.roll(full, -1, axis)
    return tuple(
        tuple((float(south + (row - 2) * side), float(west + (column - 2) * width)) for row, column in ring)
        for ring in _walked(full)
    )


def _walked(full: Column) -> list[list[tuple[float, float]]]:
    """The lines around full squares, with what is full to the left."""
    onward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for move, a, b in (
        ((-1, 0), (0, 0), (0, 1)),
        ((0, 1), (0, 1), (1, 1)),
        ((1, 0), (1, 1), (1, 0)),
        ((0, -1), (1, 0), (0, 0)),
    ):
        edge = full & ~np.roll(full, (-move[0], -move[1]), (0, 1))
        for row, column in np.argwhere(edge).tolist():
            onward.setdefault((row + a[0], column + a[1]), []).append((row + b[0], column + b[1]))
    rings: list[list[tuple[float, float]]] = []
    while onward:
        start = next(iter(onward))
        ring, here = [start], start
        while True:
            there = _next(onward, ring, here)
            if there == start:
                break
            ring.append(there)
            here = there
        rings.append(_smooth(ring))
    return rings


def _next(
    onward: dict[tuple[int, int], list[tuple[int, int]]], ring: list[tuple[int, int]], here: tuple[int, int]
) -> tuple[int, int]:
    """The corner after this one; where two rings touch, turn left, so that they stay two."""
    ways = onward[here]
    if len(ways) > 1 and len(ring) > 1:
        before = ring[-2]
        came = (here[0] - before[0], here[1] - before[1])
        ways.sort(key=lambda way: came[1] * (way[0] - here[0]) - came[0] * (way[1] - here[1]))
    there = ways.pop()
    if not ways:
        del onward[here]
    return there


def _smooth(ring: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """The ring by the middles of its edges, closed: what was a staircase is a slope; without corners that are none."""
    corners = np.array(ring, dtype=np.float64)
    middles = (corners + np.roll(corners, -1, 0)) / 2.0
    came, goes = middles - np.roll(middles, 1, 0), np.roll(middles, -1, 0) - middles
    kept = middles[np.abs(came[:, 0] * goes[:, 1] - came[:, 1] * goes[:, 0]) > 1e-9]
    return [(row, column) for row, column in [*kept.tolist(), kept[0].tolist()]]


def _area(line: list[list[float]]) -> float:
    """Twice the area of a ring of longitude and latitude, positive if counter-clockwise."""
    x, y = np.array(line).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())


def _holds(line: list[list[float]], point: list[float]) -> bool:
    """Whether a point lies in a ring."""
    inside = False
    for (ax, ay), (bx, by) in pairwise(line):
        if (ay > point[1]) != (by > point[1]) and point[0] < (bx - ax) * (point[1] - ay) / (by - ay) + ax:
            inside = not inside
    return inside
