"""A road network for cars as columns: what a map pack holds and what every solver reads."""

from dataclasses import dataclass, field
from math import radians
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from homeward.core.way import EARTH_RADIUS_M

Column = npt.NDArray[Any]
DEGREE_M: Final = radians(EARTH_RADIUS_M)  # a degree of latitude

# Kinds of road, from fast to slow; `kind` holds the place in this list. Append only: packs store the number.
KINDS = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "road",
    "ferry",
)


@dataclass(frozen=True, eq=False)
class Network:
    """Junctions (n) and one-way arcs between them (m); a street with two directions is two arcs.

    Arcs are sorted by `tail`, then `head`. All points of an arc are `tail`, its shape points in driving order, `head`.
    `forbidden` holds pairs of arcs that must not follow one another, `via_…` rows of more: every restriction is brought
    to that form, also those that allow only one turn.
    """

    lat: Column  # float64 (n,), degrees
    lon: Column  # float64 (n,), degrees
    tail: Column  # int32 (m,)
    head: Column  # int32 (m,)
    length_m: Column  # float32 (m,)
    speed_kmh: Column  # float32 (m,), free flow; of a ferry, its length over its crossing time
    kind: Column  # uint8 (m,), place in KINDS
    way: Column  # int64 (m,), OpenStreetMap's number
    name: Column  # int32 (m,), place in `names`, -1 without one
    shape_first: Column  # int64 (m + 1,), where an arc's shape points begin
    shape_lat: Column  # float32 (p,), degrees, without the ends
    shape_lon: Column  # float32 (p,), degrees
    forbidden: Column  # int32 (r, 2), arc in, arc out
    height_m: Column  # float32 (n,), of the junctions; all zero on a map without heights
    names: tuple[str, ...] = ()
    via_first: Column = field(default_factory=lambda: np.zeros(1, dtype=np.int32))  # (q + 1,), where a row begins
    via_arcs: Column = field(default_factory=lambda: np.zeros(0, dtype=np.int32))  # (p,), arcs in a row

    @property
    def nodes(self) -> int:
        """How many junctions."""
        return len(self.lat)

    @property
    def arcs(self) -> int:
        """How many one-way arcs."""
        return len(self.tail)

    def seconds(self, arcs: Any = slice(None)) -> Column:
        """Free-flow time of each arc or of some, s, float64 (m,)."""
        return np.asarray(self.length_m[arcs], dtype=np.float64) / (np.asarray(self.speed_kmh[arcs], np.float64) / 3.6)

    def climbs(self, arcs: Any = slice(None)) -> Column:
        """How far each arc or some climb, m, float64 (m,); zero on a map without heights."""
        ends = (np.asarray(self.height_m[end[arcs]], dtype=np.float64) for end in (self.head, self.tail))
        return np.asarray(np.subtract(*ends))

    def all_points(self) -> tuple[Column, Column, Column]:
        """All points of all arcs, one arc after another: latitudes, longitudes (k,), and where each begins (m + 1,)."""
        first = self.shape_first + 2 * np.arange(self.arcs + 1)
        inside = np.ones(int(first[-1]), dtype=bool)
        inside[first[:-1]] = inside[first[1:] - 1] = False
        columns = []
        for ends, shape in ((self.lat, self.shape_lat), (self.lon, self.shape_lon)):
            column = np.empty(len(inside))
            column[first[:-1]], column[first[1:] - 1], column[inside] = ends[self.tail], ends[self.head], shape
            columns.append(column)
        return columns[0], columns[1], first

    def line(self, arcs: Column) -> tuple[Column, Column]:
        """All points of arcs one after another, an arc's last being the next one's first, and where each begins.

        Degrees (k, 2) as latitude and longitude, and places among them (n,).
        """
        inside = self.shape_first[arcs + 1] - self.shape_first[arcs]
        first = np.cumsum(inside + 1) - inside - 1
        points = np.empty((int(first[-1] + inside[-1]) + 2, 2))
        own = np.ones(len(points), dtype=bool)
        own[first], own[-1] = False, False
        shape = np.repeat(self.shape_first[arcs] - np.cumsum(inside) + inside, inside) + np.arange(int(inside.sum()))
        for column, (ends, bends) in enumerate(((self.lat, self.shape_lat), (self.lon, self.shape_lon))):
            points[first, column], points[-1, column] = ends[self.tail[arcs]], ends[self.head[arcs[-1]]]
            points[own, column] = bends[shape]
        return points, first

    def points(self, arc: int) -> tuple[Column, Column]:
        """All points of an arc in driving order: latitudes and longitudes, degrees, float64 (k,)."""
        inside = slice(int(self.shape_first[arc]), int(self.shape_first[arc + 1]))
        a, b = int(self.tail[arc]), int(self.head[arc])
        lat = np.concatenate([self.lat[[a]], self.shape_lat[inside], self.lat[[b]]]).astype(np.float64)
        lon = np.concatenate([self.lon[[a]], self.shape_lon[inside], self.lon[[b]]]).astype(np.float64)
        return lat, lon
