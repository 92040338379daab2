"""Places that people look for by name: towns and their parts, stations, and what a household drives to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

SETTLED: Final = ("city", "town", "village", "suburb", "hamlet", "quarter", "neighbourhood", "island")
OTHERS: Final = {
    "railway": {"station": "station", "halt": "station"},
    "aeroway": {"aerodrome": "airport", "terminal": "airport"},
    "amenity": dict.fromkeys(
        ("hospital", "university", "college", "school", "kindergarten", "townhall", "library", "theatre", "cinema",
         "ferry_terminal", "bus_station", "marketplace", "clinic", "courthouse", "arts_centre"), ""),
    "tourism": dict.fromkeys(("museum", "attraction", "zoo", "theme_park", "hotel", "camp_site"), ""),
    "shop": dict.fromkeys(("mall", "supermarket", "department_store", "furniture", "doityourself"), ""),
    "leisure": dict.fromkeys(("stadium", "sports_centre", "water_park", "swimming_pool", "ice_rink"), ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A place: its name, what it is (`town`, `station`, `hospital`), and where, in degrees."""

    name: str
    kind: str
    lat: float
    lon: float


def kind_of_place(tags: Mapping[str, str]) -> str:
    """What a thing with a name is to people who look for it; '' for nothing.

    >>> kind_of_place({"place": "village"}), kind_of_place({"railway": "station"}), kind_of_place({"amenity": "bench"})
    ('village', 'station', '')
    """
    settled = tags.get("place", "")
    if settled in SETTLED:
        return settled
    for key, values in OTHERS.items():
        value = tags.get(key, "")
        if value in values:
            return values[value] or value
    return ""


def once_each(places: Iterable[Named]) -> tuple[Named, ...]:
    """Each place once, where it is mapped as a point and as an outline, in order of name and place."""
    found: dict[tuple[str, str, int, int], Named] = {}
    for one in sorted(places, key=lambda one: (one.name, one.kind, one.lat, one.lon)):
        found.setdefault((one.name, one.kind, round(one.lat * 100), round(one.lon * 100)), one)
    return tuple(found.values())
