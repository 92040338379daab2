"""A way that is driven: its line, its turns with their streets, and how far along it a car is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from homeward.models.roads.network import DEGREE_M, Column, Network
from homeward.models.roads.roads import Way

STRAIGHT_DEGREES: Final = 30.0
SHARP_DEGREES: Final = 120.0
LAST_M: Final = 8.0
AT_S: Final = 20.0
CHARGE: Final = "charge"


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


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop to charge: where, for how long, s, how charged one comes and leaves, percent; `at_s` of driving."""

    place: Place
    seconds: float
    arrives: float
    leaves: float
    at_s: float = 0.0

    def told(self) -> str:
        """In words: `charge 12 min at Valley, 14 to 62 %`."""
        minutes = max(1, round(self.seconds / 60.0))
        return f"charge {minutes} min at {self.place.name or 'a charger'}, {self.arrives:.0f} to {self.leaves:.0f} %"


@dataclass(frozen=True, eq=False, slots=True)
class Trip:
    """A drive to a place: points (k, 2) in degrees, when and after how many metres each is passed (k,), arcs (n,).

    `parts` (n,) is how much of each arc is driven. Times are of driving; what `halts` take comes on top.
    """

    to: Place
    points: Column
    passed_s: Column
    along_m: Column
    steps: tuple[Step, ...]
    arcs: Column
    parts: Column
    halts: tuple[Halt, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it takes as the roads are, charging in it, s."""
        return float(self.passed_s[-1]) + sum(halt.seconds for halt in self.halts)

    def halts_after(self, at_s: float) -> tuple[Halt, ...]:
        """The stops that are still ahead after so many seconds of driving, or where one is."""
        return tuple(halt for halt in self.halts if halt.at_s > at_s - AT_S)

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
            "parts": [[i, round(float(self.parts[i]), 6)] for i in np.flatnonzero(self.parts < 1.0).tolist()],
            "halts": [
                [one.place.lat, one.place.lon, one.place.name, one.seconds, one.arrives, one.leaves, one.at_s]
                for one in self.halts
            ],
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
        parts = np.ones(len(arcs))
        for i, part in state["parts"]:
            parts[i] = part
        halts = tuple(
            Halt(Place(float(lat), float(lon), str(name)), *map(float, figures))
            for lat, lon, name, *figures in state["halts"]
        )
        return cls(to, points, passed, along, steps, arcs, parts, halts)


def trip_of(network: Network, way: Way, to: Place) -> Trip:
    """The trip along a way of that network."""
    scale = np.cos(np.radians(way.points[0, 0]))
    gone = np.hypot(np.diff(way.points[:, 0]), np.diff(way.points[:, 1]) * scale) * DEGREE_M
    along = np.concatenate([[0.0], np.cumsum(gone)])
    return Trip(to, way.points, way.passed_s, along, tuple(_steps(network, way, along)), way.arcs, way.parts)


def joined(trips: Sequence[Trip], halts: Sequence[Halt]) -> Trip:
    """One trip of several, with a stop after each but the last."""
    if len(trips) == 1:
        return trips[0]
    seconds = np.cumsum([0.0, *(float(one.passed_s[-1]) for one in trips)])
    metres = np.cumsum([0.0, *(one.metres for one in trips)])
    steps: list[Step] = []
    for i, one in enumerate(trips):
        steps += [replace(step, at_s=step.at_s + seconds[i], at_m=step.at_m + metres[i]) for step in one.steps]
        if i < len(halts):
            steps.append(Step(float(seconds[i + 1]), float(metres[i + 1]), halts[i].place.name, CHARGE))
    return Trip(
        trips[-1].to,
        np.concatenate([one.points for one in trips]),
        np.concatenate([one.passed_s + seconds[i] for i, one in enumerate(trips)]),
        np.concatenate([one.along_m + metres[i] for i, one in enumerate(trips)]),
        tuple(steps),
        np.concatenate([one.arcs for one in trips]),
        np.concatenate([one.parts for one in trips]),
        tuple(replace(halt, at_s=float(seconds[i + 1])) for i, halt in enumerate(halts)),
    )


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
