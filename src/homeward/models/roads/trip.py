"""A way that is driven: its line, its turns with their streets, and how far along it a car is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from homeward.models.roads.network import DEGREE_M, Column, Network
from homeward.models.roads.roads import Way

STRAIGHT_DEGREES: Final = 30.0
SHARP_DEGREES: Final = 120.0
LAST_M: Final = 8.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place people go to: degrees, and what it is called."""

    lat: float
    lon: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where a new street begins: after so many seconds and metres, its name, and which way one turns into it."""

    at_s: float
    at_m: float
    street: str
    turn: str


@dataclass(frozen=True, eq=False, slots=True)
class Trip:
    """A drive to a place: points (k, 2) in degrees, when and after how many metres each is passed (k,), arcs (n,).

    `shares` are where on the first and on the last arc it begins and ends.
    """

    to: Place
    points: Column
    passed_s: Column
    along_m: Column
    steps: tuple[Step, ...]
    arcs: Column
    shares: tuple[float, float]

    @property
    def seconds(self) -> float:
        """How long it takes as the roads are, s."""
        return float(self.passed_s[-1])

    @property
    def metres(self) -> float:
        """How long it is, m."""
        return float(self.along_m[-1])

    def seen(self, lat: float, lon: float) -> tuple[float, float, float]:
        """How far off the line a place is, m, and the seconds and metres driven at the nearest point of it."""
        scale = np.cos(np.radians(lat))
        x, y = (self.points[:, 1] - lon) * scale * DEGREE_M, (self.points[:, 0] - lat) * DEGREE_M
        if len(x) == 1:
            return float(np.hypot(x[0], y[0])), 0.0, 0.0
        across, up = np.diff(x), np.diff(y)
        share = np.clip(-(x[:-1] * across + y[:-1] * up) / np.maximum(across**2 + up**2, 1e-9), 0.0, 1.0)
        off = np.hypot(x[:-1] + share * across, y[:-1] + share * up)
        i = int(np.argmin(off))
        at = [float(line[i] + share[i] * (line[i + 1] - line[i])) for line in (self.passed_s, self.along_m)]
        return float(off[i]), at[0], at[1]

    def next_step(self, at_s: float) -> Step | None:
        """The next turn after so many seconds; None when only the destination is left."""
        return next((one for one in self.steps if one.at_s > at_s + 0.5 and one.turn), None)

    def state(self) -> dict[str, Any]:
        """All of it as JSON can hold it."""
        return {
            "to": {"lat": self.to.lat, "lon": self.to.lon, "name": self.to.name},
            "points": np.round(self.points, 6).tolist(),
            "passed_s": np.round(self.passed_s, 1).tolist(),
            "along_m": np.round(self.along_m, 1).tolist(),
            "steps": [[round(one.at_s, 1), round(one.at_m, 1), one.street, one.turn] for one in self.steps],
            "arcs": self.arcs.tolist(),
            "shares": self.shares,
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Trip":
        """What `state` gave. Raises KeyError, TypeError or ValueError for what it did not."""
        points, passed, along = (
            np.asarray(state[name], dtype=np.float64) for name in ("points", "passed_s", "along_m")
        )
        arcs = np.asarray(state["arcs"], dtype=np.int64)
        if not (len(points) == len(passed) == len(along) > 0 and len(arcs)):
            raise ValueError("columns of different lengths")
        steps = tuple(Step(float(s), float(m), str(street), str(turn)) for s, m, street, turn in state["steps"])
        to = Place(float(state["to"]["lat"]), float(state["to"]["lon"]), str(state["to"]["name"]))
        begin, end = state["shares"]
        return cls(to, points, passed, along, steps, arcs, (float(begin), float(end)))


def trip_of(network: Network, way: Way, to: Place) -> Trip:
    """The trip along a way of that network."""
    scale = np.cos(np.radians(way.points[0, 0]))
    gone = np.hypot(np.diff(way.points[:, 0]), np.diff(way.points[:, 1]) * scale) * DEGREE_M
    along = np.concatenate([[0.0], np.cumsum(gone)])
    return Trip(to, way.points, way.passed_s, along, tuple(_steps(network, way, along)), way.arcs, way.shares)


def _steps(network: Network, way: Way, along: Column) -> Iterator[Step]:
    """The first street, and every change of street; a stretch without a name belongs to the street before it.

    A street that is touched only where the trip ends is none.
    """
    known = ""
    for place, (arc, at) in enumerate(zip(way.arcs.tolist(), way.first.tolist(), strict=True)):
        name = network.names[network.name[arc]] if network.name[arc] >= 0 else ""
        if name and name != known and (not place or along[-1] - along[at] > LAST_M):
            yield Step(float(way.passed_s[at]), float(along[at]), name, _turn(way.points, at) if place else "")
            known = name


def _turn(points: Column, at: int) -> str:
    """Which way one turns at a point: left, right, sharply so, or straight on."""
    if not 0 < at < len(points) - 1:
        return "straight"
    scale = np.cos(np.radians(points[at, 0]))
    before, after = points[at] - points[at - 1], points[at + 1] - points[at]
    a, b = (np.degrees(np.arctan2(part[1] * scale, part[0])) for part in (before, after))
    degrees = float((b - a + 180.0) % 360.0 - 180.0)
    if abs(degrees) < STRAIGHT_DEGREES:
        return "straight"
    return f"{'sharp ' if abs(degrees) > SHARP_DEGREES else ''}{'right' if degrees > 0 else 'left'}"
