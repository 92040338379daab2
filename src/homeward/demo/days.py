"""How the simulated people spend their days: who leaves when, by car or by train, and when they come back.

Ada drives to work in Balzers on workdays and is home around ten to six; Ben takes the train to Zürich and is home
around a quarter to eight; on Saturdays both go shopping in Vaduz, on Sundays they stay.
"""

from dataclasses import dataclass
from random import Random

from homeward.demo.journey import Journey, Style, drive
from homeward.demo.track import Track, way_home
from homeward.demo.weather import DAY_S, HOUR_S

SHOPS_M = 12_900.0
"""How far the shops in Vaduz are along the way to work."""


@dataclass(frozen=True, slots=True)
class Drive:
    """The car is driven by `who`; `homeward` says which way."""

    journey: Journey
    who: tuple[str, ...]
    homeward: bool


@dataclass(frozen=True, slots=True)
class Ride:
    """Somebody takes the train from `leaves` to `arrives`, to work or home."""

    who: str
    leaves: float
    arrives: float
    homeward: bool


@dataclass(frozen=True, slots=True)
class Day:
    """One day's trips in the order they begin, and the way home from work."""

    drives: tuple[Drive, ...]
    rides: tuple[Ride, ...]
    way: Track


def midnight(at: float, offset_s: float) -> float:
    """The last local midnight before `at`, in UTC seconds."""
    return (at + offset_s) // DAY_S * DAY_S - offset_s


def weekday(at: float, offset_s: float) -> int:
    """0 for Monday (the first of January 1970 was a Thursday)."""
    return int((at + offset_s) // DAY_S + 3) % 7


def day_of(begin: float, offset_s: float, seed: int, way: Track | None = None) -> Day:
    """The day that begins at the local midnight `begin`; the same for the same seed. `way` is that home from work."""
    way = way or way_home()
    random = Random(f"{seed} day {begin:.0f}")
    which = weekday(begin, offset_s)
    if which == 6:
        return Day((), (), way)
    if which == 5:
        return _saturday(begin, random, way)
    return _workday(begin, random, way)


def _at(begin: float, hours: float, random: Random, minutes: float) -> float:
    """A time of day, give or take."""
    return float(round(begin + hours * HOUR_S + 60.0 * max(-2.0, min(2.0, random.gauss(0.0, 1.0))) * minutes))


def _style(random: Random, lights: int) -> Style:
    return Style(random.uniform(0.84, 0.92), tuple(max(0.0, random.uniform(-15.0, 45.0)) for _ in range(lights)))


def _workday(begin: float, random: Random, way: Track) -> Day:
    out = drive(way.back(), _at(begin, 7.35, random, 4), _style(random, 2))
    back = drive(way, _at(begin, 17.25, random, 6), _style(random, 2))
    leaves, sets_off = _at(begin, 6.9, random, 4), _at(begin, 18.1, random, 8)
    return Day(
        (Drive(out, ("ada",), False), Drive(back, ("ada",), True)),
        (Ride("ben", leaves, leaves + 6000.0, False), Ride("ben", sets_off, sets_off + 6000.0, True)),
        way,
    )


def _saturday(begin: float, random: Random, way: Track) -> Day:
    home = way.last(SHOPS_M)
    out = drive(home.back(), _at(begin, 10.3, random, 10), _style(random, len(home.lights_m)))
    back = drive(home, out.ends + 60.0 * random.uniform(50, 80), _style(random, len(home.lights_m)))
    both = ("ada", "ben")
    return Day((Drive(out, both, False), Drive(back, both, True)), (), way)
