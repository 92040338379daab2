"""Where things are and where the household is going, as the navigation reads it from signals."""

from math import cos, hypot, isfinite, radians
from typing import Final

from homeward.core.skill import View
from homeward.models.roads.network import DEGREE_M
from homeward.models.roads.trip import Place

SET: Final = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"
FRESH_S: Final = 180.0
Spot = tuple[float, float]


def read_place(text: str) -> Place | None:
    """A place as people and devices write it; None for what is none.

    >>> read_place("60.1699,24.9384 Central station")
    Place(lat=60.1699, lon=24.9384, name='Central station')
    >>> read_place("somewhere") is None
    True
    """
    where, _, name = text.strip().partition(" ")
    try:
        lat, lon = (float(part) for part in where.split(","))
    except ValueError:
        return None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return None
    return Place(lat, lon, name.strip())


def destination(home: View) -> Place | None:
    """Where the household is going; None for nowhere, or what cannot be read."""
    lat, lon = home.number("Home.Location.Latitude"), home.number("Home.Location.Longitude")
    return read_destination(str(home["Home.Navigation.Destination"] or ""), (lat, lon))


def read_destination(said: str, home: Spot) -> Place | None:
    """A destination as it is written: `home`, which is at those degrees (NaN: unknown), or a place."""
    if said.strip().casefold() != "home":
        return read_place(said)
    return Place(*home, "home") if all(map(isfinite, home)) else None


def location(one: View) -> Spot | None:
    """Where a vehicle or a person is; None where it is not known."""
    word = one.kind.word
    lat, lon = (one.number(f"{word}.CurrentLocation.{axis}") for axis in ("Latitude", "Longitude"))
    return (lat, lon) if isfinite(lat) and isfinite(lon) else None


def distance_m(a: Spot | Place | None, b: Spot | Place) -> float:
    """As the crow flies, m; inf from an unknown place."""
    if a is None:
        return float("inf")
    (lat, lon), (other_lat, other_lon) = ((one.lat, one.lon) if isinstance(one, Place) else one for one in (a, b))
    return hypot(lat - other_lat, (lon - other_lon) * cos(radians(lat))) * DEGREE_M


def moving(car: View) -> bool:
    """Whether a car drives, as far as it has said lately."""
    return car.age("Vehicle.Speed") < FRESH_S and car.number("Vehicle.Speed", 0.0) > 3.0


def vehicle(home: View) -> View | None:
    """The vehicle that goes: one that drives, else one that is out, else the first whose place is known."""
    cars = [one for one in home.vehicles if location(one) is not None] or home.vehicles
    ranked = sorted(cars, key=lambda one: (not moving(one), one["Vehicle.IsHome"] is not False))
    return ranked[0] if ranked else None
