"""Evenings made of real drives: when a car is where, and what of it the home hears.

The drives are real; when they begin is not recorded, so each evening gets a departure from a plausible habit: five
o'clock from Monday to Thursday, half past three on Fridays, half past four at weekends, spread by 25 minutes and one
evening in ten by 75. All chance is seeded by the file's name, so that the same files give the same evenings.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homeward.core.signal import Refused

Floats = NDArray[np.float64]
KINDS = ("plain", "unknown", "detour", "turn_away", "stop", "leave_again", "late", "never")
"""How an evening may go: as usual; destination not known; a detour; turning away half-way and coming later; a stop on
the way; leaving again at once; hearing of the car only late on the way, or not at all."""

DAY_S, MINUTE_S = 86_400.0, 60.0
PARKED_EVERY_S = 600.0


@dataclass(frozen=True, slots=True)
class Trip:
    """A recorded drive: every minute (the last point at its end) seconds `(n,)`, metres left `(n,)` and km/h `(n,)`."""

    name: str
    second: Floats
    left_m: Floats
    speed_kmh: Floats

    @property
    def took_s(self) -> float:
        """How long it took, s."""
        return float(self.second[-1])


@dataclass(frozen=True, slots=True)
class Heard:
    """What the home hears of the car at `at`, seconds after departure; `destination` is said once, at departure."""

    at: float
    left_m: float
    speed_kmh: float
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Evening:
    """One evening: its kind, when the car departs (local s after midnight), what is heard, and when it arrives.

    Times in `heard` and `arrivals` count from departure.
    """

    trip: str
    kind: str
    departs: float
    left_home: float
    heard: tuple[Heard, ...]
    arrivals: tuple[float, ...]


@dataclass(slots=True)
class Track:
    """A way put together from legs: seconds since departure, metres from home, km/h."""

    second: list[float] = field(default_factory=list)
    left_m: list[float] = field(default_factory=list)
    speed: list[float] = field(default_factory=list)

    def add(self, second: Floats, left_m: Floats, speed: Floats) -> "Track":
        """Go on with a leg that begins at 0 s."""
        begin = self.second[-1] if self.second else 0.0
        self.second += (begin + second).tolist()
        self.left_m += left_m.tolist()
        self.speed += speed.tolist()
        return self

    def stay(self, seconds: float) -> "Track":
        """Stand where it is."""
        at = np.append(np.arange(MINUTE_S, seconds, PARKED_EVERY_S if seconds > 1500 else MINUTE_S), seconds)
        return self.add(at, np.full(len(at), self.left_m[-1]), np.zeros(len(at)))

    def drive(self, metres: float, kmh: float) -> "Track":
        """Drive away from home (`metres` > 0) or towards it at a steady speed."""
        took = abs(metres) / kmh * 3.6
        at = np.append(np.arange(MINUTE_S, took, MINUTE_S), took)
        left = np.maximum(0.0, self.left_m[-1] + metres * at / took)
        speed = np.full(len(at), kmh)
        speed[-1] = 0.0
        return self.add(at, left, speed)


def read_trips(folder: Path) -> list[Trip]:
    """The recorded drives in a folder, by name. Raises Refused if there are none."""
    files = (
        sorted(path for path in folder.iterdir() if re.search(r"\.csv(\.gz)?$", path.name)) if folder.is_dir() else []
    )
    trips = [trip for path in files if (trip := read_trip(path)) is not None]
    if not trips:
        raise Refused(
            f"{folder} holds no drives; it needs CSV files with 'Time [s]' and 'Velocity [km/h]', parted by ;"
        )
    return trips


def read_trip(path: Path) -> Trip | None:
    """A drive of the BMW i3 set; None where the file holds no drive of a minute and half a kilometre or more."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("latin-1").splitlines()
    header = [name.strip() for name in lines[0].split(";")] if lines else []
    if "Time [s]" not in header or "Velocity [km/h]" not in header:
        return None
    time, speed = header.index("Time [s]"), header.index("Velocity [km/h]")
    rows = [line.split(";", max(time, speed) + 1) for line in lines[1::5]]
    pairs = np.array([(row[time], row[speed]) for row in rows if len(row) > speed and row[time] and row[speed]], float)
    if len(pairs) < 120:
        return None
    seconds, kmh = pairs[:, 0] - pairs[0, 0], pairs[:, 1]
    way = np.concatenate([[0.0], np.cumsum(np.diff(seconds) * (kmh[1:] + kmh[:-1]) / 7.2)])
    if way[-1] < 500.0 or seconds[-1] < MINUTE_S:
        return None
    at = np.append(np.arange(0.0, seconds[-1], MINUTE_S), seconds[-1])
    left = way[-1] - np.interp(at, seconds, way)
    return Trip(path.name.partition(".")[0], at, left, np.interp(at, seconds, kmh))


def make_evenings(trips: list[Trip], run: int) -> list[Evening]:
    """Two evenings for each drive, one of them plain, in an order of chance; day 0 of a run is a Monday."""
    wanted = [(trip, kind) for trip in trips for kind in ("plain", _mixed(trip, run))]
    wanted.sort(key=lambda one: _chance(one[0].name, one[1], run, "order").random())
    return [_evening(trip, kind, run, day) for day, (trip, kind) in enumerate(wanted)]


def _mixed(trip: Trip, run: int) -> str:
    return KINDS[1 + (int(_chance(trip.name, "mixed").integers(1 << 30)) + run * 3) % (len(KINDS) - 1)]


def _chance(*words: object) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(blake2b("|".join(map(str, words)).encode(), digest_size=8).digest()))


def _evening(trip: Trip, kind: str, run: int, day: int) -> Evening:
    random = _chance(trip.name, kind, run)
    hour = {4: 15.5, 5: 16.5, 6: 16.5}.get(day % 7, 17.0)
    spread = 75.0 if random.random() < 0.1 else 25.0
    departs = float(np.clip(hour * 3600.0 + random.normal() * spread * 60.0, 12.5 * 3600.0, 21 * 3600.0))
    left_home = 8 * 3600.0 + random.normal() * 900.0
    track, arrivals = _way(trip, kind, random)
    return Evening(trip.name, kind, departs, left_home, tuple(_heard(track, trip, kind, arrivals, random)), arrivals)


def _way(trip: Trip, kind: str, random: np.random.Generator) -> tuple[Track, tuple[float, ...]]:
    """The car's way from departure to the last arrival, and when it arrives."""
    track = Track()
    cut = int(len(trip.second) * (0.5 if kind == "turn_away" else random.uniform(0.3, 0.7)))
    cut = min(max(cut, 1), len(trip.second) - 1)
    first = slice(0, cut)
    if kind in ("detour", "turn_away", "stop"):
        track.add(trip.second[first], trip.left_m[first], trip.speed_kmh[first])
        if kind == "stop":
            track.stay(random.uniform(600.0, 1500.0))
        elif kind == "detour":
            metres = random.uniform(3000.0, 7000.0)
            track.drive(metres, 40.0).drive(-metres, 40.0)
        else:
            back = trip.second[cut - 1] - trip.second[first][::-1]
            track.add(back, trip.left_m[first][::-1], trip.speed_kmh[first][::-1])
            track.stay(random.uniform(2700.0, 5400.0)).add(trip.second, trip.left_m, trip.speed_kmh)
        if kind != "turn_away":
            track.add(trip.second[cut:] - trip.second[cut - 1], trip.left_m[cut:], trip.speed_kmh[cut:])
    else:
        track.add(trip.second, trip.left_m, trip.speed_kmh)
    arrived = track.second[-1]
    if kind != "leave_again":
        return track, (arrived,)
    metres = random.uniform(3000.0, 8000.0)
    track.stay(random.uniform(180.0, 360.0)).drive(metres, 30.0).stay(random.uniform(600.0, 1400.0))
    track.drive(-metres, 30.0)
    return track, (arrived, track.second[-1])


def _heard(
    track: Track, trip: Trip, kind: str, arrivals: tuple[float, ...], random: np.random.Generator
) -> Iterator[Heard]:
    """What gets through to the home: all of it, or only the last part, or only that the car is there."""
    deaf_until = {"late": random.uniform(0.4, 0.8) * trip.took_s, "never": arrivals[0]}.get(kind, 0.0)
    if kind != "never":
        for at in np.arange(-3 * 3600.0, 0.0, PARKED_EVERY_S).tolist():
            yield Heard(at, float(trip.left_m[0]), 0.0)
    said = kind in ("unknown", "turn_away")
    for at, left_m, speed in zip(track.second, track.left_m, track.speed, strict=True):
        if at >= deaf_until:
            yield Heard(at, left_m, speed, "" if said else "home")
            said = True
