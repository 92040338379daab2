"""What is known of somebody who is out: since when, where they stand, and the drive they are on.

It is fed with sightings (distance to home, speed), tells drives from stops, and at the end gives what the models of
habit and drive learn from. All times are UTC seconds; unknown numbers are NaN.
"""

from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

from homeward.models.drive import Drives, Moving, Point

MOVING_KMH = 5.0
MOVED_M = 200.0
STOP_S = 1200.0
"""Standing for longer ends a drive; shorter is a stop on the way."""
GAP_S = 900.0
MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Sighting:
    """At `at` they were `distance_m` from home, moving at `speed_kmh`."""

    at: float
    distance_m: float
    speed_kmh: float = nan


@dataclass(frozen=True, slots=True)
class Drive:
    """A drive since `began`, from `from_m` away; `least_m` the closest so far, last moving at `moved_at`."""

    began: float
    from_m: float
    least_m: float
    moved_at: float
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Outing:
    """Somebody is out since `left`; last seen at `seen_at`, `seen_m` from home; they last stood at `place_m`."""

    left: float
    seen_at: float = nan
    seen_m: float = nan
    place_m: float = nan
    drive: Drive | None = None

    def see(self, sighting: Sighting, now: float, drives: Drives) -> "Outing":
        """Take in the newest sighting there is at `now`; `drives` learns from a drive that has ended elsewhere."""
        if not isfinite(sighting.distance_m) or sighting.at <= self.seen_at:
            lost = self.drive is not None and now - self.seen_at > STOP_S
            return replace(self, drive=None, place_m=self.seen_m) if lost else self
        gap = sighting.at - self.seen_at
        shift = abs(sighting.distance_m - self.seen_m)
        moving = sighting.speed_kmh > MOVING_KMH or (isfinite(shift) and shift > MOVED_M)
        seen = replace(self, seen_at=sighting.at, seen_m=sighting.distance_m)
        if not moving:
            return seen._stand(sighting.at, drives)
        drive = self.drive
        if drive is None or gap > GAP_S:
            began = self.seen_at if gap < 300.0 else sighting.at
            start = self.place_m if isfinite(self.place_m) and gap < GAP_S else sighting.distance_m
            drive = Drive(began, start, sighting.distance_m, sighting.at)
        return replace(seen, drive=_onward(drive, sighting, drives))

    def _stand(self, now: float, drives: Drives) -> "Outing":
        """They do not move; after a while the drive is over and this is a place."""
        if self.drive is None:
            return replace(self, place_m=self.seen_m)
        if now - self.drive.moved_at < STOP_S:
            return self
        drives.learn_end(self.drive.from_m, at_home=False)
        return replace(self, place_m=self.seen_m, drive=None)

    def arrive(self, now: float, drives: Drives) -> None:
        """They are back: `drives` learns from the drive that brought them."""
        if self.drive is not None and now - self.drive.moved_at < STOP_S:
            drives.learn_end(self.drive.from_m, at_home=True)
            drives.learn_one(list(self.drive.points), now - self.drive.began)

    def moving(self, now: float, destination: str = "") -> Moving | None:
        """The drive they are on as of `now`, if they are and it is known well enough."""
        if self.drive is None or now - self.seen_at > GAP_S:
            return None
        drive = self.drive
        still = max(0.0, self.seen_at - drive.moved_at)
        return Moving(now - drive.began, drive.from_m, self.seen_m, drive.least_m, still, destination)

    def state(self) -> dict[str, Any]:
        """All of it, ready for JSON; unknown numbers are None."""
        drive = self.drive
        return {
            "left": self.left,
            "seen": [_plain(self.seen_at), _plain(self.seen_m)],
            "place_m": _plain(self.place_m),
            "drive": None
            if drive is None
            else {
                "begin": [drive.began, drive.from_m, drive.least_m, drive.moved_at],
                "points": [[round(p.elapsed_s), round(p.left_m), round(p.pace, 3)] for p in drive.points],
            },
        }

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "Outing":
        """The outing that `state` was taken from."""
        drive = state["drive"]
        seen_at, seen_m = state["seen"]
        return cls(
            float(state["left"]),
            _number(seen_at),
            _number(seen_m),
            _number(state["place_m"]),
            drive and _drive(drive["begin"], drive["points"]),
        )


def _onward(drive: Drive, sighting: Sighting, drives: Drives) -> Drive:
    elapsed, left = sighting.at - drive.began, sighting.distance_m
    points = drive.points
    if not points or elapsed - points[-1].elapsed_s >= 120.0 or left < 0.85 * points[-1].left_m:
        points = (*points, Point(elapsed, left, drives.pace(elapsed, drive.from_m, left)))
    if len(points) > MOST_POINTS:
        points = points[::2]
    return replace(drive, least_m=min(drive.least_m, left), moved_at=sighting.at, points=points)


def _drive(begin: list[float], points: list[list[float]]) -> Drive:
    began, from_m, least_m, moved_at = begin
    return Drive(began, from_m, least_m, moved_at, tuple(Point(*one) for one in points))


def _plain(number: float) -> float | None:
    return round(number, 1) if isfinite(number) else None


def _number(plain: float | None) -> float:
    return nan if plain is None else float(plain)
