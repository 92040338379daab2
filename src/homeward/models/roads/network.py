"""A road network for cars as columns: what a map pack holds and what every solver reads."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]

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
    `forbidden` holds pairs of arcs that must not follow one another: every restriction is brought to that form,
    also those that allow only one turn. Restrictions by way of further ways are chains in `chains`, one per row,
    padded with -1.
    """

    lat: Column  # float64 (n,), degrees
    lon: Column  # float64 (n,), degrees
    height_m: Column  # float32 (n,), smoothed; NaN where no elevation is known
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
    chains: Column  # int32 (c, k), three arcs or more, padded with -1
    names: tuple[str, ...] = ()

    @property
    def nodes(self) -> int:
        """How many junctions."""
        return len(self.lat)

    @property
    def arcs(self) -> int:
        """How many one-way arcs."""
        return len(self.tail)

    def seconds(self) -> Column:
        """Free-flow time of each arc, s, float64 (m,)."""
        return np.asarray(self.length_m, dtype=np.float64) / (np.asarray(self.speed_kmh, dtype=np.float64) / 3.6)

    def points(self, arc: int) -> tuple[Column, Column]:
        """All points of an arc in driving order: latitudes and longitudes, degrees, float64 (k,)."""
        inside = slice(int(self.shape_first[arc]), int(self.shape_first[arc + 1]))
        a, b = int(self.tail[arc]), int(self.head[arc])
        lat = np.concatenate([self.lat[[a]], self.shape_lat[inside], self.lat[[b]]]).astype(np.float64)
        lon = np.concatenate([self.lon[[a]], self.shape_lon[inside], self.lon[[b]]]).astype(np.float64)
        return lat, lon
