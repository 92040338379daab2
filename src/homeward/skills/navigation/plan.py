"""One look at the route: keep it, or take another one, and when the car is there."""

import json
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np

from homeward.core.skill import View
from homeward.models.energy import PLANNED, Air, Car, Consumption, planned
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import Guide
from homeward.models.roads.trip import CHARGE, Place, Trip
from homeward.skills.navigation.place import FRESH_S, distance_m, location, moving
from homeward.skills.navigation.stops import is_kept, stops_of

OURS = "navigation"
OFF_M, GAIN_S = 70.0, 120.0
NEWS_S = 900.0
"""For so long the reason for another route is told."""
BATTERY = "Vehicle.Powertrain.TractionBattery"
USUAL_OUTSIDE_C = 10.0


@dataclass(frozen=True, slots=True)
class Planned:
    """What a look found: a new route as JSON (None: the old one stays, '': there is none), when one arrives, and why.

    `counts`: the car drives, or its departure is told, so that the arrival means something.
    """

    route: str | None
    passed_s: float
    p10: float
    median: float
    p90: float
    charge: float
    why: str
    driving: bool
    counts: bool
    home: bool


def started(home: View, car: View) -> bool:
    """Whether the car has driven since the destination was set."""
    return moving(car) or (
        car.at("Vehicle.Speed") > home.at("Home.Navigation.Destination")
        and home.number("Home.Navigation.Passed", 0.0) > 0.0
    )


def kept_route(home: View, goal: Place) -> Trip | None:
    """The route as it is written down, if it leads there."""
    try:
        trip = Trip.restore(json.loads(str(home["Home.Navigation.Route"] or "{}")))
    except (ValueError, KeyError, TypeError):
        return None
    return trip if distance_m((trip.to.lat, trip.to.lon), goal) < 20.0 else None


def look(home: View, car: View, goal: Place, guide: Guide, times: DriveTimes) -> Planned:
    """Follow the route that is kept, or plan one."""
    lat, lon = location(car) or (nan, nan)
    heading = car.number("Vehicle.CurrentLocation.Heading") if moving(car) else nan
    kept, stops = kept_route(home, goal), stops_of(home, goal)
    off, passed, _ = kept.seen(lat, lon) if kept else (inf, 0.0, 0.0)
    ahead = _ahead(home, car)
    left = guide.cost_s(kept, passed, ahead) if kept and off < OFF_M else inf
    fresh = guide.plan(lat, lon, heading, goal, ahead, stops.halts)
    stays = kept is not None and isfinite(left) and is_kept(kept, passed, stops)
    if kept and stays and (fresh is None or fresh.seconds > left - GAIN_S):
        return _planned(home, car, kept, passed, None, _words(home, kept, guide, passed), guide, times)
    if fresh is None:
        return _nowhere(home, kept, guide, goal)
    changed = "" if kept and not stays and isfinite(left) else _changed(kept, fresh, passed, left, off, guide)
    why = changed or _words(home, fresh, guide, 0.0)
    return _planned(home, car, fresh, 0.0, json.dumps(fresh.state(), separators=(",", ":")), why, guide, times)


def _ahead(home: View, car: View) -> float:
    """In how many seconds they leave, as far as they told; 0 for a car that drives."""
    return 0.0 if moving(car) else max(0.0, home.number("Home.Navigation.Departure", 0.0) - home.now)


def _changed(kept: Trip | None, fresh: Trip, passed: float, left: float, off: float, guide: Guide) -> str:
    """Why the route is another one than before; '' for a first one."""
    if kept is None:
        return ""
    met = guide.in_the_way(kept, passed)
    by = _main_street(fresh)
    if off >= OFF_M:
        return f"another way than planned; now by {by}" if by else "another way than planned"
    if not isfinite(left):
        more = round((fresh.seconds - (kept.seconds - passed)) / 60.0)
        what = met[0].told() if met else "the way is closed"
        return f"{what}; by {by or 'another way'}" + (f", {more} min longer" if more > 0 else "")
    gain = round((left - fresh.seconds) / 60.0)
    return f"{met[0].told() if met else 'slow ahead'}; by {by or 'another way'}, {gain} min sooner"


def _words(home: View, trip: Trip, guide: Guide, passed: float) -> str:
    """What there is to say of a route that stays: why it was taken, while that is so, or what lies on it."""
    met = guide.in_the_way(trip, passed)
    if met:
        return met[0].told()
    stops = stops_of(home, trip.to)
    if stops.why:
        return stops.why
    before = str(home["Home.Navigation.Why"] or "")
    news = any(mark in before for mark in ("; by ", "; now by "))
    if news and home.age("Home.Navigation.Route") < NEWS_S:
        return before
    street, halts = _main_street(trip), trip.halts_after(passed)
    if halts:
        return halts[0].told()
    return f"by {street}" if street else "on the way"


def _main_street(trip: Trip) -> str:
    """The street that most of a trip follows."""
    ends = [one.at_m for one in trip.steps[1:]] + [trip.metres]
    lengths: dict[str, float] = {}
    for step, end in zip(trip.steps, ends, strict=False):
        if step.turn != CHARGE:
            lengths[step.street] = lengths.get(step.street, 0.0) + end - step.at_m
    return max(lengths, key=lambda name: lengths[name]) if lengths else ""


def _nowhere(home: View, kept: Trip | None, guide: Guide, goal: Place) -> Planned:
    met = guide.in_the_way(kept) if kept else []
    why = (
        f"no way to {goal.name or 'the destination'} is open: {met[0].told()}"
        if met
        else (f"no way by car to {goal.name or 'the destination'} on this map")
    )
    return Planned("" if kept is None else None, 0.0, nan, nan, nan, nan, why, False, False, goal.name == "home")


def _planned(
    home: View, car: View, trip: Trip, passed: float, route: str | None, why: str, guide: Guide, times: DriveTimes
) -> Planned:
    eta = guide.eta(trip, times, passed, _ahead(home, car))
    driving = moving(car) or (car.age("Vehicle.Speed") < FRESH_S and started(home, car))
    leaves = home.number("Home.Navigation.Departure", 0.0)
    begins = home.now if driving else max(home.now, leaves)
    return Planned(
        route,
        passed,
        begins + eta.p10,
        begins + eta.p50,
        begins + eta.p90,
        _charge(home, car, trip, passed, guide),
        why,
        driving,
        driving or leaves > home.now - 1800.0,
        trip.to.name == "home",
    )


def _charge(home: View, car: View, trip: Trip, passed: float, guide: Guide) -> float:
    """The battery's charge at the destination, percent; NaN where its size or charge is not known."""
    stops = stops_of(home, trip.to)
    if isfinite(stops.charge):
        return stops.charge
    charge, capacity = car.number(f"{BATTERY}.StateOfCharge.Current"), car.number(f"{BATTERY}.GrossCapacity")
    if not (isfinite(charge) and isfinite(capacity) and capacity > 1.0):
        return nan
    outside = home.number("Home.Climate.OutdoorTemperature", USUAL_OUTSIDE_C)
    length, seconds = guide.legs(trip, passed, _ahead(home, car))
    air = Air(outside, car.number("Vehicle.Cabin.HVAC.AmbientAirTemperature", outside), max(outside, 10.0))
    rows = planned(Car(), air, length, seconds, np.zeros(len(length)))
    return charge - 100.0 * float(Consumption(PLANNED).legs(rows).sum()) / capacity
