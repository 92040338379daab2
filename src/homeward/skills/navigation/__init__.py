"""One destination for the household, one route for every screen: planned, followed, and changed when the roads change.

The destination is a setting that people change wherever they are (a page, the API, a message); the latest word counts.
The car is told where to go if it can be told, and a destination set in the car counts like any other. A route is left
only for one that gains two minutes, or when it is closed. Where the destination is home, the arrival skill heats by it.
"""

from collections.abc import Iterator
from math import inf, isfinite, nan

from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import Skill, View, skill
from homeward.core.when import signal
from homeward.models.eta import DriveTimes
from homeward.models.roads.guide import Guide
from homeward.models.roads.trip import Place
from homeward.skills.navigation.errand import Find, errands, next_errand_at, nowhere
from homeward.skills.navigation.place import SET, destination, distance_m, location, vehicle
from homeward.skills.navigation.plan import OURS, Planned, look, started

ARRIVED_M, ADOPT_M = 120.0, 200.0
DRIVING_S, SILENT_S, PARKED_S, NEVER_S = 15.0, 60.0, 300.0, 6 * 3600.0
WALKS_M, ON_FOOT_M = 3000.0, 60.0
STANDS_S = 4 * 3600.0


def navigation(guide: Guide, find: Find = nowhere) -> Skill:
    """The skill on those roads; `find` looks up a place that a calendar names."""

    @skill(
        kind=Kind.HOME,
        when=[
            signal("Home.Navigation.NextLook").due(),
            signal("Home.Navigation.Destination").changes(),
            signal("Home.Navigation.Departure").changes(),
            signal("Home.Navigation.TrafficAt").changes(),
            signal("Home.Navigation.Stops").changes(),
            signal("Person.Calendar.StartsAt").changes(),
            signal("Person.Calendar.Place").changes(),
            signal(f"{SET}.Latitude").changes(),
            signal(f"{SET}.Longitude").changes(),
            signal("Vehicle.Speed") > 5.0,
            (signal("Vehicle.Speed") > 5.0).falls(),
        ],
    )
    def navigation(home: View) -> Iterator[Command | Reading]:
        """Find the way to where the household is going, and follow it."""
        adopted = list(_adopt(home)) or list(errands(home, guide, find))
        if adopted:  # heard again at once, as the destination
            yield from adopted
            return
        goal, car = destination(home), vehicle(home)
        if goal is None or car is None or location(car) is None:
            yield from _rest(home, car, goal is not None, "", next_errand_at(home, guide, find))
            return
        if _is_there(home, car, goal):
            yield home.reading("Home.Navigation.Destination", "")
            yield from _rest(home, car, False, f"arrived at {goal.name or 'the destination'}")
            return
        planned = look(home, car, goal, guide, guide.times.get(home.node.partition("/")[0]) or DriveTimes())
        yield from _tell(home, car, planned)
        yield from _send(car, goal.lat, goal.lon, goal.name)

    return navigation


def _is_there(home: View, car: View, goal: Place) -> bool:
    near = distance_m(location(car), goal) < ARRIVED_M
    return near and started(home, car) and car.number("Vehicle.Speed", 0.0) < 3.0


def _adopt(home: View) -> Iterator[Reading]:
    """A destination that was set in a car, later than ours and elsewhere, is the household's."""
    goal, ours_at = destination(home), home.at("Home.Navigation.Destination")
    for car in home.vehicles:
        lat, lon = car.number(f"{SET}.Latitude"), car.number(f"{SET}.Longitude")
        at = min(car.at(f"{SET}.Latitude"), car.at(f"{SET}.Longitude"))
        if not (isfinite(lat) and isfinite(lon)) or (isfinite(ours_at) and at <= ours_at):
            continue
        if goal is None or distance_m((lat, lon), goal) > ADOPT_M:
            yield home.reading(
                "Home.Navigation.Destination", f"{lat:.6f},{lon:.6f} set in {car.node.partition('/')[2]}"
            )


def _rest(
    home: View, car: View | None, wanted: bool, why: str = "", errand_at: float = inf
) -> Iterator[Command | Reading]:
    """Nothing to guide: no destination, or no car whose place is known."""
    if wanted:
        why = "no car of the household says where it is" if car is None or location(car) is None else why
    if home["Home.Navigation.Route"] or why:
        yield home.reading("Home.Navigation.Route", "")
        yield home.reading("Home.Navigation.Guide", "")
        yield home.reading("Home.Navigation.Why", why)
        for name in ("P10", "Median", "P90"):
            yield home.reading(f"Home.Navigation.{name}", 0.0)
    if car is not None and (stands := car.standing(f"{SET}.Latitude")) is not None and stands.by == OURS:
        for axis in ("Latitude", "Longitude"):
            yield car.command(f"{SET}.{axis}", None, until=home.now + STANDS_S, why="nowhere to go any more")
    yield home.reading("Home.Navigation.NextLook", min(errand_at, home.now + (PARKED_S if wanted else NEVER_S)))


def _tell(home: View, car: View, planned: Planned) -> Iterator[Reading]:
    """Write down the route where it is new, and where on it the car is, always."""
    if planned.route is not None:
        yield home.reading("Home.Navigation.Route", planned.route)
    yield home.reading("Home.Navigation.Vehicle", car.node)
    yield home.reading("Home.Navigation.Guide", _guiding(home, car))
    yield home.reading("Home.Navigation.Why", planned.why)
    yield home.reading("Home.Navigation.Passed", round(planned.passed_s, 1))
    for name, moment in (("P10", planned.p10), ("Median", planned.median), ("P90", planned.p90)):
        yield home.reading(f"Home.Navigation.{name}", round(moment) if isfinite(moment) else 0.0)
    if isfinite(planned.charge):
        yield home.reading("Home.Navigation.Charge", round(min(max(planned.charge, -100.0), 100.0), 1))
    if planned.counts and isfinite(planned.median):
        yield from _arrival(car, planned)
    silent = car.number("Vehicle.Speed", 0.0) > 3.0  # it drove when it was last heard
    pause = DRIVING_S if planned.driving else SILENT_S if silent else PARKED_S
    yield home.reading("Home.Navigation.NextLook", home.now + pause)


def _arrival(car: View, planned: Planned) -> Iterator[Reading]:
    """The car's arrival, for the arrival skill and the pages."""
    yield car.reading("Vehicle.Arrival.Destination", "home" if planned.home else "away")
    yield car.reading("Vehicle.Arrival.Source", OURS)
    yield car.reading("Vehicle.Arrival.Why", planned.why)
    for name, moment in (("P10", planned.p10), ("P90", planned.p90), ("Median", planned.median)):
        yield car.reading(f"Vehicle.Arrival.{name}", round(moment))


def _guiding(home: View, car: View) -> str:
    """Who guides: the car, or for the last stretch on foot a person who has left it."""
    goal, place = destination(home), location(car)
    if goal is None or place is None or car.number("Vehicle.Speed", 0.0) > 3.0:
        return car.node
    if not (ARRIVED_M < distance_m(place, goal) < WALKS_M and started(home, car)):
        return car.node
    for person in home.people:
        here = location(person)
        if here is not None and distance_m(here, place) > ON_FOOT_M and distance_m(here, goal) < WALKS_M:
            return person.node
    return car.node


def _send(car: View, lat: float, lon: float, name: str) -> Iterator[Command]:
    """Tell the car, unless it says that it is going there already."""
    known = (car.number(f"{SET}.Latitude", nan), car.number(f"{SET}.Longitude", nan))
    if isfinite(known[0]) and isfinite(known[1]) and distance_m(known, (lat, lon)) < ADOPT_M:
        return
    why = f"the household is going {'to ' + name if name and name != 'home' else 'home' if name else 'there'}"
    for axis, value in (("Latitude", lat), ("Longitude", lon)):
        yield car.command(f"{SET}.{axis}", round(value, 6), until=car.now + STANDS_S, why=why)
