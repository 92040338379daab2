"""Where a calendar sends the household: taken for its destination an hour before they must leave, if it has none.

Each appointment is taken once; who stops it is not asked again.
"""

from collections.abc import Callable, Iterator
from math import inf, isfinite, nan
from typing import Final

from homeward.core.signal import Reading
from homeward.core.skill import View
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import Guide
from homeward.models.roads.trip import Place
from homeward.skills.navigation.place import destination, distance_m, location, read_place, vehicle

NOTICE_S, EARLY_S = 3600.0, 300.0
NEAR_M: Final = 300.0
TAKEN: Final = "Home.Navigation.Errand"
Find = Callable[[str], Place | None]


def nowhere(_: str) -> Place | None:
    """Finds nothing: where there are no names to look up."""
    return None


def errands(home: View, guide: Guide, find: Find) -> Iterator[Reading]:
    """The destination and the departure for an appointment that it is time for."""
    if destination(home) is not None:
        return
    for key, goal, starts in sorted(_coming(home, find), key=lambda one: one[2]):
        leaves = starts - _drive_s(home, guide, goal) - EARLY_S
        if leaves - NOTICE_S <= home.now and isfinite(leaves):
            yield home.reading(TAKEN, key)
            yield home.reading("Home.Navigation.Departure", max(home.now, round(leaves)))
            yield home.reading("Home.Navigation.Destination", f"{goal.lat:.6f},{goal.lon:.6f} {goal.name}".strip())
            return


def next_errand_at(home: View, guide: Guide, find: Find) -> float:
    """When the first appointment is to be looked at; inf for none."""
    times = [starts - _drive_s(home, guide, goal) - EARLY_S - NOTICE_S for _, goal, starts in _coming(home, find)]
    return min((moment for moment in times if moment > home.now), default=inf)


def _coming(home: View, find: Find) -> Iterator[tuple[str, Place, float]]:
    """Appointments that are not over, not taken yet, and away from here: how they are told apart, where, and when."""
    for person in home.people:
        starts, said = person.number("Person.Calendar.StartsAt", 0.0), str(person["Person.Calendar.Place"] or "")
        key = f"{person.node} {starts:.0f}"
        if not said or starts <= home.now or key == home[TAKEN]:
            continue
        goal = read_place(said) or find(said)
        car = vehicle(home)
        if goal is not None and car is not None and distance_m(location(car), goal) > NEAR_M:
            yield key, Place(goal.lat, goal.lon, goal.name or str(person["Person.Calendar.Title"] or "")), starts


def _drive_s(home: View, guide: Guide, goal: Place) -> float:
    """How long the way there takes at most nine times in ten, s; inf where there is none."""
    car = vehicle(home)
    here = location(car) if car else None
    trip = guide.plan(*here, nan, goal) if here else None
    times = guide.times.get(home.node.partition("/")[0]) or DriveTimes()
    return guide.eta(trip, times).p90 if trip else inf
