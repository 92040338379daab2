"""Who is where, a line for each: people, cars, and the home's own temperature outside."""

from math import hypot, isfinite
from typing import Any

from homeward.core.signal import Kind
from homeward.surfaces.web import say
from homeward.surfaces.web.places import NEAR_M, Place, offset
from homeward.surfaces.web.sight import STALE_S, Sight

KMH_MOVING = 3.0
NO_CAR = {
    "node": "",
    "kind": "car",
    "name": "No car yet",
    "state": "name one in the household file and apply it",
    "right": "",
    "age": "",
}
BATTERY = "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"


def lines(sight: Sight) -> list[dict[str, Any]]:
    """Plain data for static/who.js: cars first, since they bring people."""
    cars = [_car(sight, node) for node in sight.of(Kind.VEHICLE)]
    return (cars or [dict(NO_CAR)]) + [_person(sight, node) for node in sight.of(Kind.PERSON)]


def _car(sight: Sight, node: str) -> dict[str, Any]:
    away, speed = sight.number(node, "Vehicle.DistanceToHome"), sight.number(node, "Vehicle.Speed")
    charge = sight.number(node, BATTERY)
    if _at_home(sight, node):
        state = "at home"
    elif speed > KMH_MOVING:
        heading = "driving home" if sight.text(node, "Vehicle.Arrival.Destination") == "home" else "driving"
        closing = sight.yes(node, "Vehicle.IsClosingOnHome")
        state = f"{heading if heading != 'driving' or not closing else 'driving towards home'}, {speed:.0f}\u00a0km/h"
    elif isfinite(away):
        state = "standing"
    else:
        state = "where is unknown, it has not said yet"
    return {
        "node": node,
        "kind": "car",
        "name": sight.name(node),
        "state": state + (f" · battery\u00a0{charge:.0f}\u00a0%" if isfinite(charge) else ""),
        "right": _away(away),
        "age": _age(sight, node, "Vehicle.CurrentLocation.Latitude"),
    }


def _at_home(sight: Sight, car: str) -> bool:
    return bool(sight.yes(car, "Vehicle.IsHome")) or sight.number(car, "Vehicle.DistanceToHome") <= 150


def _person(sight: Sight, node: str) -> dict[str, Any]:
    away, home = sight.number(node, "Person.DistanceToHome"), sight.yes(node, "Person.IsHome")
    if (car := riding(sight, node)) and not home:
        moving = sight.number(car, "Vehicle.Speed") > KMH_MOVING
        state = f"{'in' if moving else 'with'} {sight.name(car)[:1].lower()}{sight.name(car)[1:]}"
    elif home or away <= NEAR_M:
        state, away = ("asleep" if sight.yes(node, "Person.Sleeping") else "at home"), 0.0
    elif sight.yes(node, "Person.IsClosingOnHome"):
        state = "on the way home"
    elif home is False or isfinite(away):
        state = "out"
    else:
        state = "where is unknown, the phone has not said yet"
    seen = "Person.IsHome" if home is not None else "Person.CurrentLocation.Latitude"
    return {
        "node": node,
        "kind": "person",
        "name": sight.name(node),
        "state": state,
        "right": _away(away),
        "age": _age(sight, node, seen) if not home else "",
    }


def _away(metres: float) -> str:
    if not isfinite(metres):
        return say.DASH
    return "" if metres <= 150 else say.distance(metres)


def _age(sight: Sight, node: str, path: str) -> str:
    age = sight.age(node, path)
    return say.ago(age) if isfinite(age) and age > STALE_S else ""


def riding(sight: Sight, person: str) -> str:
    """The car that is where the person is, away from home; '' for none."""
    here = sight.place(person, "Person.CurrentLocation")
    if here is None:
        return ""
    for car in sight.of(Kind.VEHICLE):
        there = sight.place(car, "Vehicle.CurrentLocation")
        if there is not None and hypot(*offset(*there, here)) < NEAR_M and not _at_home(sight, car):
            return car
    return ""


def party(sight: Sight, node: str) -> str:
    """Who comes, for the one expected first: the people in a car by name, else the node's own name."""
    riders = [sight.name(person) for person in sight.of(Kind.PERSON) if node and riding(sight, person) == node]
    return " and ".join(riders) or sight.name(node)


def places(sight: Sight) -> list[Place]:
    """Everybody with a known position, for the map; who rides in a car is named with it."""
    riders = {person: riding(sight, person) for person in sight.of(Kind.PERSON)}
    found = [_place(sight, person, "person", sight.name(person)) for person, car in riders.items() if not car]
    for car in sight.of(Kind.VEHICLE):
        inside = " and ".join(sight.name(person) for person, its in riders.items() if its == car)
        found.append(_place(sight, car, "car", inside or sight.name(car)))
    return [place for place in found if place is not None]


def _place(sight: Sight, node: str, kind: str, name: str) -> Place | None:
    branch = "Vehicle.CurrentLocation" if kind == "car" else "Person.CurrentLocation"
    if (place := sight.place(node, branch)) is None:
        return None
    return Place(name, kind, *place, stale=sight.age(node, f"{branch}.Latitude") > STALE_S)
