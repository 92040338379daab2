"""The map as pages and the API see it: places by name, roads to draw, and what happens on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

from homeward.core.signal import Refused, Wish
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.trip import Place
from homeward.surfaces.house import House

DESTINATION, DEPARTURE = "Home.Navigation.Destination", "Home.Navigation.Departure"
MOST_POINTS, LONGEST_TEXT = 2000, 200


@dataclass(frozen=True, slots=True)
class Line:
    """A road to draw: how much it matters (0 motorways, 1 main roads, 2 the rest), and its points in degrees."""

    weight: int
    points: tuple[tuple[float, float], ...]


class Area(Protocol):
    """What a car reaches: rings of (latitude, longitude), closed, and how far the farthest place is, km."""

    @property
    def rings(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """The outline; holes among them."""

    @property
    def farthest_km(self) -> float:
        """As the crow flies."""

    @property
    def whole(self) -> bool:
        """Whether all of the map is within reach."""

    def geojson(self) -> dict[str, Any]:
        """The outline as GeoJSON, longitude first."""


class Atlas(Protocol):
    """A map, and the traffic on it."""

    @property
    def attribution(self) -> str:
        """Whose map it is."""

    def find(self, text: str, limit: int = 8) -> Sequence[Place]:
        """Streets and places of that name or beginning so, the likeliest first."""

    def around(self, lat: float, lon: float, metres: float) -> Sequence[Line]:
        """The roads within so many metres, the less important left out where they would be too many."""

    async def reach(self, household: str) -> Area:
        """How far the household's car gets now. Raises Refused where its model, charge or place is not known."""

    def events(self) -> Sequence[RoadEvent]:
        """What happens on the roads now."""

    def health(self) -> dict[str, Any]:
        """The map in figures, and how its traffic feeds are."""

    async def put_events(self, events: Sequence[RoadEvent], source: str) -> dict[str, int]:
        """Let these be all that a source knows; how many roads each changed. Nothing is changed when it raises."""

    async def drop_event(self, id: str) -> None:
        """Take one back. Raises Refused where there is none of that id."""


def going(house: House, atlas: Atlas | None, household: str, to: str, by: str, departure: float | None) -> list[Wish]:
    """The wishes after which the household goes there: `home`, degrees and a name, a street's name, or '' for nowhere.

    Raises Refused for what names no place.
    """
    homes = [node for node, kind in house.nodes(household) if kind.word == "Home"]
    if not homes:
        raise Refused(f"{household} has no home; its destination is kept with a home")
    said, now = _place(atlas, to.strip()[:LONGEST_TEXT]), house.now()
    wishes = [Wish(homes[0], DESTINATION, said, now, by, None, "where to go")]
    if departure is not None:
        wishes.insert(0, Wish(homes[0], DEPARTURE, departure, now, by, None, "when to leave"))
    return wishes


def _place(atlas: Atlas | None, to: str) -> str:
    if to.casefold() in ("", "home"):
        return to.casefold()
    where, _, name = to.partition(" ")
    parts = where.split(",")
    if len(parts) == 2:
        try:
            lat, lon = float(parts[0]), float(parts[1])
        except ValueError:
            lat = lon = float("nan")
        if isfinite(lat) and isfinite(lon):
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise Refused(f"{to!r} is not on Earth: latitude comes first, from -90 to 90")
            return f"{lat:.6f},{lon:.6f} {name.strip()}".strip()
    if atlas is None:
        raise Refused(f"{to!r} cannot be looked up: this hub has no map; write home, or latitude,longitude and a name")
    found = atlas.find(to, 1)
    if not found:
        raise Refused(f"no street or place {to!r} on this map; write home, a street's name, or latitude,longitude")
    return f"{found[0].lat:.6f},{found[0].lon:.6f} {found[0].name}"


def read_event(said: dict[str, Any]) -> RoadEvent:
    """An event as the API takes it. Raises Refused saying what is wrong."""
    line = said["line"]
    if not 1 <= len(line) <= MOST_POINTS:
        raise Refused(f"{said['id']}: a line has from 1 to {MOST_POINTS} points, not {len(line)}")
    for lat, lon in line:
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise Refused(f"{said['id']}: {lat},{lon} is not on Earth: latitude comes first, from -90 to 90")
    speed = said.get("speed_kmh")
    if speed is not None and not 0 <= speed <= 150:
        raise Refused(f"{said['id']}: {speed:g} km/h is no speed of a road; leave it out for a closure")
    return RoadEvent(
        said["id"],
        tuple((float(lat), float(lon)) for lat, lon in line),
        float("nan") if speed is None else float(speed),
        said.get("road", ""),
        float("nan") if said.get("until") is None else float(said["until"]),
        bool(said.get("one_way")),
        said.get("words", ""),
    )


def write_event(event: RoadEvent) -> dict[str, Any]:
    """The same the other way round."""
    return {
        "id": event.id,
        "line": [list(point) for point in event.line],
        "speed_kmh": event.speed_kmh if isfinite(event.speed_kmh) else None,
        "road": event.road,
        "until": event.until if isfinite(event.until) else None,
        "one_way": event.one_way,
        "words": event.words,
        "told": event.told(),
    }
