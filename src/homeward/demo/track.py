"""The way home along real streets, read from `drive.csv`, and where one is after so many metres of it."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from homeward.core.way import way

Column = np.ndarray[tuple[int], np.dtype[np.float64]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spot:
    """A point of the track: degrees, the heading from true north, the limit in km/h, and what the road is called."""

    latitude: float
    longitude: float
    heading: float
    limit_kmh: float
    road: str
    place: str


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A line of n points in degrees, `along_m` from its begin, all `(n,)`; n - 1 limits, roads and places between."""

    along_m: Floats
    latitude: Floats
    longitude: Floats
    limit_kmh: Floats
    roads: tuple[str, ...]
    places: tuple[str, ...]
    lights_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """From one end to the other."""
        return float(self.along_m[-1])

    def spot(self, along_m: float) -> Spot:
        """The point after so many metres; beyond an end, that end."""
        i = self.piece(along_m)
        here = self._between(along_m)
        _, heading = way(*self._point(i), *self._point(i + 1))
        return Spot(*here, float(heading[0]), float(self.limit_kmh[i]), self.roads[i], self.places[i])

    def piece(self, along_m: float) -> int:
        """Which piece between two points that is, 0 to n - 2."""
        found = int(np.searchsorted(self.along_m, along_m, side="right")) - 1
        return min(max(found, 0), len(self.roads) - 1)

    def _between(self, along_m: float) -> tuple[float, float]:
        latitude, longitude = (
            float(np.interp(along_m, self.along_m, axis)) for axis in (self.latitude, self.longitude)
        )
        return latitude, longitude

    def _point(self, i: int) -> tuple[Column, Column]:
        return np.array([self.latitude[i]]), np.array([self.longitude[i]])

    def back(self) -> "Track":
        """The same way in the other direction."""
        return Track(
            self.length_m - self.along_m[::-1],
            self.latitude[::-1],
            self.longitude[::-1],
            self.limit_kmh[::-1],
            self.roads[::-1],
            self.places[::-1],
            tuple(self.length_m - light for light in self.lights_m[::-1]),
        )

    def last(self, metres: float) -> "Track":
        """The last so many metres of it, from the next point on."""
        first = int(np.searchsorted(self.along_m, self.length_m - metres))
        begin = float(self.along_m[first])
        return Track(
            self.along_m[first:] - begin,
            self.latitude[first:],
            self.longitude[first:],
            self.limit_kmh[first:],
            self.roads[first:],
            self.places[first:],
            tuple(light - begin for light in self.lights_m if light > begin),
        )


def read_track(text: str) -> Track:
    """The track in a table of latitude, longitude, limit_kmh, road, place, light; lines with `#` are remarks."""
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    latitude, longitude, limit = (
        np.array([float(row[name]) for row in rows]) for name in ("latitude", "longitude", "limit_kmh")
    )
    steps, _ = way(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    lights = tuple(float(m) for m, row in zip(along, rows, strict=True) if row["light"] == "1")
    roads, places = (tuple(row[name] for row in rows[:-1]) for name in ("road", "place"))
    return Track(along, latitude, longitude, limit[:-1], roads, places, lights)


@cache
def way_home() -> Track:
    """The way from Ada's work in Balzers to the home in Schellenberg: 23 km, read once."""
    return read_track((files("homeward.demo") / "drive.csv").read_text(encoding="utf-8"))
