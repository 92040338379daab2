"""Plans where to charge on the way to a household's destination, and tells its home; the navigation goes by it.

Planning takes longer than a turn of the circle may, so it is done beside it: when a destination is new, the charge is
another than was reckoned with, the roads have changed, and every few minutes.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from homeward.app.cars import Cars
from homeward.app.hub import Hub
from homeward.app.roadmap import Roadmap
from homeward.core.signal import Broken, Kind, Refused
from homeward.maps.journey import Journey, Planner, Wish
from homeward.models.energy import Consumption
from homeward.models.roads.roads import Roads
from homeward.models.roads.trip import Halt, Place
from homeward.skills.navigation.place import read_destination
from homeward.skills.navigation.stops import STOPS, Stops, is_same, read_stops, write_stops
from homeward.vehicles import Vehicle

log = logging.getLogger(__name__)
LOOK_S, AGAIN_S, STEP, FEW, MOST_PLANNERS = 2.0, 120.0, 3.0, 64, 4


@dataclass(frozen=True, slots=True)
class Ask:
    """A home whose car is to get somewhere: from where, with what."""

    home: str
    goal: Place
    at: tuple[float, float]
    wish: Wish


@dataclass(eq=False)
class Charging:
    """Looks after all households of a hub with a map; `asked` is what each home's plan was made for, and when."""

    hub: Hub
    roadmap: Roadmap
    cars: Cars
    asked: dict[str, tuple[Ask, float, Roads]] = field(default_factory=dict)
    _planners: dict[tuple[Vehicle, float, Consumption], Planner] = field(default_factory=dict)

    async def keep(self) -> None:
        """Look, until cancelled."""
        while True:
            for number, home in enumerate(self._homes()):
                try:
                    await self.look(home)
                except (OSError, Broken) as problem:  # the way there is known without it
                    log.warning("where to charge is not known for %s: %s", home, problem)
                except Exception:  # a fault of ours: one household may suffer, the others must not
                    log.exception("where to charge is not known for %s; please report this", home)
                if number % FEW == 0:
                    await asyncio.sleep(0)
            await asyncio.sleep(LOOK_S / max(1.0, self.hub.clock.speed))

    def _homes(self) -> Iterator[str]:
        nodes = self.hub.circle.twin.nodes
        for household in list(nodes.households):
            for number in list(nodes.of_household(household, Kind.HOME))[:1]:
                yield nodes.names[number]

    async def look(self, home: str) -> None:
        """Plan for a home if it is time to, and tell what is new."""
        ask, before = self._ask(home), str(self.cars.value(home, STOPS) or "")
        if ask is None:
            self.asked.pop(home, None)
            if before:
                await self.hub.tell_readings(home, {STOPS: ""})
        elif self._is_due(ask):
            self.asked[home] = ask, self.hub.clock.now(), self.roadmap.guide.roads
            text = await asyncio.to_thread(self._plan, ask)
            if not is_same(read_stops(before, ask.goal), read_stops(text, ask.goal)):
                await self.hub.tell_readings(home, {STOPS: text})

    def _is_due(self, ask: Ask) -> bool:
        last = self.asked.get(ask.home)
        if last is None:
            return True
        then, at, roads = last
        same = then.goal == ask.goal and replace(then.wish, charge=0.0) == replace(ask.wish, charge=0.0)
        near = abs(then.wish.charge - ask.wish.charge) < STEP and roads is self.roadmap.guide.roads
        return not (same and near and self.hub.clock.now() - at < AGAIN_S)

    def _ask(self, home: str) -> Ask | None:
        """What to plan; None without a destination, or where the car, its place or its charge is not known."""
        goal, car = self._goal(home), str(self.cars.value(home, "Home.Navigation.Vehicle") or "")
        at = self.cars.place(car) if goal else None
        try:
            return Ask(home, goal, at, self.cars.wish(home, car)) if goal and at else None
        except Refused:
            return None

    def _goal(self, home: str) -> Place | None:
        lat, lon = (self.cars.number(home, f"Home.Location.{axis}") for axis in ("Latitude", "Longitude"))
        return read_destination(str(self.cars.value(home, "Home.Navigation.Destination") or ""), (lat, lon))

    def _plan(self, ask: Ask) -> str:
        try:
            told = self._planner(ask.wish).plan(*self._spots(ask))
        except Refused as problem:
            return write_stops(ask.goal, Stops(why=str(problem)))
        halts = tuple(_halts(told))
        return write_stops(ask.goal, Stops(halts, told.charge), [leg.charger.kw for leg in told.legs if leg.charger])

    def _spots(self, ask: Ask) -> Any:
        roads = self.roadmap.guide.roads
        spots = roads.nearest(*ask.at), roads.nearest(ask.goal.lat, ask.goal.lon)
        if not all(spots):
            raise Refused("there is no road of the map near")
        return spots

    def _planner(self, wish: Wish) -> Planner:
        """The planner for that car and weather on the roads as they are; its tables take a while to make."""
        roads, key = self.roadmap.guide.roads, (wish.vehicle, wish.outside_c, wish.takes)
        found = self._planners.pop(key, None)
        if found is None or found.roads is not roads:
            found = Planner(self.roadmap.pack, roads, wish, self.roadmap.crew)
        self._planners = {**dict(list(self._planners.items())[1 - MOST_PLANNERS :]), key: found}
        found.wish = wish
        return found


def _halts(told: Journey) -> Iterator[Halt]:
    for leg in told.legs:
        if leg.charger and leg.stop:
            place = Place(leg.charger.lat, leg.charger.lon, leg.charger.name or "a charger")
            yield Halt(place, leg.stop.seconds, leg.stop.arrives, leg.stop.leaves)
