"""The map of a running hub: its guide for the navigation skill, places and roads for the pages, and live traffic.

What sources tell of the roads is kept in the hub's folder, laid on the map, and told to the households that are going
somewhere, whose routes are then looked at again.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from homeward.app.cars import Cars
from homeward.app.crew import threads
from homeward.app.hub import Hub
from homeward.app.rerouting import Going, concerned
from homeward.core.signal import Kind, Refused
from homeward.core.twin import Twin
from homeward.maps.gazetteer import Gazetteer
from homeward.maps.pack import Pack, open_pack
from homeward.maps.reach import Reach, reach
from homeward.models.roads.crew import Crew
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.guide import Guide
from homeward.models.roads.network import DEGREE_M, KINDS, Column, Network
from homeward.models.roads.trip import Place
from homeward.surfaces.atlas import Line, read_event, write_event

NAME = "map.hwmap"
KEPT = "traffic.json"
MOST_EVENTS, MOST_LINES, MOST_FIRSTS = 5000, 2500, 500
LOOK_S, PROBES_S = 10.0, 300.0
MAIN = {"motorway": 0, "motorway_link": 0, "trunk": 0, "trunk_link": 0, "primary": 1, "primary_link": 1, "secondary": 1}


@dataclass(eq=False)
class Roadmap:
    """Implements `surfaces.atlas.Atlas`. `hub` is set once there is one."""

    guide: Guide
    pack: Pack
    folder: Path
    hub: Hub | None = None
    by_source: dict[str, list[RoadEvent]] = field(default_factory=dict)
    laid: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()
    feeds: Callable[[], dict[str, Any]] = dict
    crew: Crew = field(default_factory=threads)
    _firsts: dict[str, Place | None] = field(default_factory=dict)

    @classmethod
    def open(cls, pack: Path, folder: Path) -> "Roadmap":
        """Open a map and what was known of its roads. Raises Refused where the file is no map."""
        opened = open_pack(pack)
        found = cls(Guide(opened.roads()), opened, folder)
        found._read_kept()
        found.guide.warm()
        return found

    def _read_kept(self) -> None:
        try:
            said = orjson.loads((self.folder / KEPT).read_bytes())
            self.by_source = {source: [read_event(one) for one in events] for source, events in said.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, Refused):
            self.by_source = {}  # traffic of yesterday is no loss

    @cached_property
    def cars(self) -> Cars | None:
        """The hub's cars, once there is a hub."""
        return Cars.of_hub(self.hub) if self.hub else None

    @property
    def attribution(self) -> str:
        """Whose map it is."""
        return self.pack.attribution

    @property
    def network(self) -> Network:
        """The roads themselves."""
        return self.guide.network

    # places and pictures

    def find(self, text: str, limit: int = 8) -> Sequence[Place]:
        """See Atlas."""
        return self._names.find(text, limit)

    def first(self, text: str) -> Place | None:
        """The likeliest place of that name, also where more than its name is written: `Café, Landstrasse 5, Vaduz`."""
        if text not in self._firsts:
            parts = (text, *text.split(",", 1)[1:], *text.split(","))
            found = next((found for part in parts if (found := self.find(part, 1))), None)
            self._firsts = {**dict(list(self._firsts.items())[-MOST_FIRSTS:]), text: found[0] if found else None}
        return self._firsts[text]

    @cached_property
    def _names(self) -> Gazetteer:
        return Gazetteer.of(self.network, self.pack.places)

    def around(self, lat: float, lon: float, metres: float) -> Sequence[Line]:
        """See Atlas."""
        network, up = self.network, metres / DEGREE_M
        across = up / max(float(np.cos(np.radians(lat))), 0.01)
        ends = [(network.lat[end], network.lon[end]) for end in (network.tail, network.head)]
        near = np.zeros(network.arcs, dtype=bool)
        for lats, lons in ends:
            near |= (np.abs(lats - lat) < up) & (np.abs(lons - lon) < across)
        arcs = np.flatnonzero(near & ~self._second_direction())
        weights = np.array([MAIN.get(kind, 2) for kind in KINDS])[np.asarray(network.kind)[arcs]]
        if len(arcs) > MOST_LINES:
            order = np.argsort(weights, kind="stable")[:MOST_LINES]
            arcs, weights = arcs[order], weights[order]
        return [
            Line(int(weight), tuple(zip(*(column.tolist() for column in network.points(int(arc))), strict=True)))
            for arc, weight in zip(arcs.tolist(), weights.tolist(), strict=True)
        ]

    def _second_direction(self) -> Column:
        """Arcs whose street is drawn by the arc the other way already."""
        low, high = np.minimum(self.network.tail, self.network.head), np.maximum(self.network.tail, self.network.head)
        key = np.column_stack([self.network.way, low, high])
        _, first = np.unique(key, axis=0, return_index=True)
        second = np.ones(self.network.arcs, dtype=bool)
        second[first] = False
        return second

    async def reach(self, household: str) -> Reach:
        """See Atlas. Raises Refused."""
        cars = self.cars
        car = cars.of(household) if cars else ""
        place = cars.place(car) if cars and car else None
        if cars is None or place is None:
            raise Refused(f"no car of {household} says where it is")
        wish = cars.wish(cars.home(household), car)
        return await asyncio.to_thread(reach, self.pack, self.guide.roads, *place, wish)

    # traffic

    def events(self) -> Sequence[RoadEvent]:
        """See Atlas."""
        now = self.hub.clock.now() if self.hub else 0.0
        return [one for events in self.by_source.values() for one in events if one.is_on(now)]

    def health(self) -> dict[str, Any]:
        """The map in figures, and how the feeds are."""
        return {"junctions": self.network.nodes, "events": len(self.events()), "feeds": self.feeds()}

    async def put_events(self, events: Sequence[RoadEvent], source: str) -> dict[str, int]:
        """See Atlas. Raises Refused for too many."""
        if len(events) > MOST_EVENTS:
            raise Refused(f"{len(events)} events are too many at once; at most {MOST_EVENTS}")
        arcs = await asyncio.to_thread(lambda: {one.id: len(self.guide.events.arcs_of(one)) for one in events})
        self.by_source = {**self.by_source, source: list(events)}
        await self._lay()
        return arcs

    async def drop_event(self, id: str) -> None:
        """See Atlas."""
        kept = {source: [one for one in events if one.id != id] for source, events in self.by_source.items()}
        if kept == self.by_source:
            known = ", ".join(one.id for one in self.events()) or "none"
            raise Refused(f"no event {id!r} on the roads; there is {known}")
        self.by_source = kept
        await self._lay()

    async def _lay(self) -> None:
        """Lay what is on now, keep it, and let everybody who is going somewhere look again."""
        events, now = self.events(), self.hub.clock.now() if self.hub else 0.0
        _, by_arc = await asyncio.to_thread(self.guide.weights, events, now)
        before = self.guide.roads.weight_ms
        roads, later = await asyncio.to_thread(self.guide.laid, events, now, self.crew)
        self.guide.roads, self.guide.later, self.guide.by_arc = roads, later, by_arc
        self.laid = frozenset(one.id for one in events)
        kept = {source: [write_event(one) for one in those] for source, those in self.by_source.items()}
        await asyncio.to_thread(_write, self.folder / KEPT, orjson.dumps(kept))
        if self.hub is not None:
            going = list(self._going(self.hub.circle.twin))
            for home in await asyncio.to_thread(concerned, going, self.guide, before, self.crew):
                await self.hub.tell_readings(home, {"Home.Navigation.TrafficAt": self.hub.clock.now()})

    def _going(self, twin: Twin) -> Iterator[Going]:
        """The homes that have a destination, with their routes."""
        for household in list(twin.nodes.households):
            for number in list(twin.nodes.of_household(household, Kind.HOME))[:1]:
                home = twin.nodes.names[number]
                if twin.get(home, "Home.Navigation.Destination")[0]:
                    route, passed = (twin.get(home, f"Home.Navigation.{name}")[0] for name in ("Route", "Passed"))
                    yield home, str(route or ""), float(passed or 0.0)

    def _reckon(self) -> None:
        """Whose clock counts, and how many households must have driven a road: of one alone nothing can leak."""
        if self.hub is None:
            return
        nodes = self.hub.circle.twin.nodes
        fewest = 3 if len(nodes.households) > 1 else 1
        self.guide.probes.fewest = self.guide.profile.fewest = fewest
        homes = (nodes.names[n] for household in nodes.households for n in nodes.of_household(household, Kind.HOME))
        home = next(homes, None)
        offset = self.hub.circle.twin.get(home, "Home.UtcOffset")[0] if home else None
        self.guide.offset_s = float(offset) if isinstance(offset, int | float) else 0.0

    async def keep(self) -> None:
        """Lay what was kept, and go on taking off what is over, until cancelled."""
        await asyncio.to_thread(self.find, "warm")  # the names are put in order once
        laid_at, hour = -inf, -1
        while True:
            now = self.hub.clock.now() if self.hub else 0.0
            self._reckon()
            stale = self.guide.probes.heard and now - laid_at > PROBES_S
            turned = self.guide.profile.known and hour != (hour := int((now + self.guide.offset_s) // 3600.0))
            if stale or turned or frozenset(one.id for one in self.events()) != self.laid:
                await self._lay()
                laid_at = now
            await asyncio.sleep(LOOK_S / max(1.0, self.hub.clock.speed if self.hub else 1.0))


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(path)
