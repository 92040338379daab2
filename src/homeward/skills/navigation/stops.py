"""Where to charge on the way, as it stands in the home's signals: written by whoever plans it, read by the navigation.

`Home.Navigation.Stops` is JSON: `{"to": [lat, lon], "charge": 41.0, "why": "", "stops": [{"lat", "lon", "name", "kw",
"arrives", "leaves", "seconds"}]}`; charges in percent.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Any

from homeward.core.skill import View
from homeward.models.roads.trip import Halt, Place, Trip
from homeward.skills.navigation.place import distance_m

STOPS = "Home.Navigation.Stops"
SAME_M, SAME_S, SAME_PERCENT = 50.0, 120.0, 1.5


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops, the charge at the destination, percent (NaN: unknown), and why there is no plan, if so."""

    halts: tuple[Halt, ...] = ()
    charge: float = nan
    why: str = ""


def read_stops(text: str, goal: Place) -> Stops:
    """The plan as it is written down, if it is for that destination and can be read; else none.

    >>> read_stops('{"to": [60.0, 24.0], "charge": 41, "why": "", "stops": []}', Place(60.0, 24.0)).charge
    41.0
    >>> read_stops("garbage", Place(60.0, 24.0)).halts
    ()
    """
    try:
        said = json.loads(text or "{}")
        if distance_m((float(said["to"][0]), float(said["to"][1])), goal) > SAME_M:
            return Stops()
        halts = tuple(
            Halt(
                Place(float(one["lat"]), float(one["lon"]), str(one["name"])),
                *(float(one[name]) for name in ("seconds", "arrives", "leaves")),
            )
            for one in said["stops"]
        )
        charge = nan if said["charge"] is None else float(said["charge"])
        return Stops(halts, charge, str(said["why"]))
    except (ValueError, KeyError, TypeError, IndexError):
        return Stops()


def write_stops(goal: Place, stops: Stops, kw: Sequence[float] = ()) -> str:
    """The same the other way round; `kw` are the powers of the chargers."""
    said: list[dict[str, Any]] = [
        {
            "lat": round(one.place.lat, 6),
            "lon": round(one.place.lon, 6),
            "name": one.place.name,
            "kw": power,
            "arrives": round(one.arrives, 1),
            "leaves": round(one.leaves, 1),
            "seconds": round(one.seconds),
        }
        for one, power in zip(stops.halts, [*kw, *[None] * (len(stops.halts) - len(kw))], strict=True)
    ]
    charge = round(stops.charge, 1) if isfinite(stops.charge) else None
    return json.dumps(
        {"to": [round(goal.lat, 6), round(goal.lon, 6)], "charge": charge, "why": stops.why, "stops": said},
        separators=(",", ":"),
    )


def stops_of(home: View, goal: Place) -> Stops:
    """The plan for the household's destination."""
    return read_stops(str(home[STOPS] or ""), goal)


def is_kept(trip: Trip, passed_s: float, stops: Stops) -> bool:
    """Whether a trip still stops where it should, about as long as it should."""
    return _alike(trip.halts_after(passed_s), stops.halts)


def is_same(one: Stops, other: Stops) -> bool:
    """Whether two plans say about the same, so that nobody need hear of it."""
    charge = abs(one.charge - other.charge) < SAME_PERCENT or (isnan(one.charge) and isnan(other.charge))
    return charge and one.why == other.why and _alike(one.halts, other.halts)


def _alike(some: Sequence[Halt], others: Sequence[Halt]) -> bool:
    return len(some) == len(others) and all(
        distance_m((a.place.lat, a.place.lon), b.place) < SAME_M and abs(a.seconds - b.seconds) < SAME_S
        for a, b in zip(some, others, strict=True)
    )
