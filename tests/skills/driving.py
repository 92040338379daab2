"""A household of two in a small town, with a car and a map: what the stories about navigation share."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.maps.town import block

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Outcome, Reading, Value, Wish
from homeward.core.vocabulary import Vocabulary
from homeward.maps.osm import read_roads
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.guide import Guide
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.skills.arrival import arrival
from homeward.skills.navigation import navigation

HOME, CAR, ADA, BEN = "lind/home", "lind/car", "lind/ada", "lind/ben"
AT = 1_767_571_200.0
CORNERS = {1: (0.0, 0.0), 2: (0.0, 0.005), 3: (0.005, 0.005), 4: (0.005, 0.0), 5: (0.0025, 0.0025)}
GOAL = "0.005,0.005 The corner"


@dataclass
class Town:
    """A household in a town of a square and its diagonal, with a car at corner 1."""

    circle: Circle
    guide: Guide
    now: float = AT
    commands: list[Command] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def hear(self, node: str, values: dict[str, Value], wishes: tuple[Wish, ...] = ()) -> None:
        readings = [Reading(node, path, value, self.now) for path, value in values.items()]
        messages = [(self.now, readings)] if values else []
        batch = Batch.of(messages, self.circle.twin.nodes, self.circle.twin.vocabulary)
        turn = self.circle.turn(batch, self.now, wishes)
        while True:
            self.problems += turn.problems
            assert self.problems == []
            self.commands += turn.commands
            if not turn.commands:
                return
            done = [Outcome(command.id, True, "", self.now, command.node) for command in turn.commands]
            again = Batch.of([], self.circle.twin.nodes, self.circle.twin.vocabulary, done)
            turn = self.circle.turn(again, self.now)

    def wish(self, value: Value, by: str = ADA, path: str = "Home.Navigation.Destination") -> None:
        self.now += 1.0
        self.hear(HOME, {}, (Wish(HOME, path, value, self.now, by),))

    def drive(self, place: tuple[float, float], kmh: float = 40.0, after_s: float = 20.0) -> None:
        self.now += after_s
        where = {"Vehicle.CurrentLocation.Latitude": place[0], "Vehicle.CurrentLocation.Longitude": place[1]}
        self.hear(CAR, {**where, "Vehicle.Speed": kmh})
        self.now += 16.0  # the next look
        self.hear(HOME, {})

    def close(self, *events: RoadEvent) -> None:
        self.guide.set_events(events, self.now)
        self.now += 1.0
        self.hear(HOME, {"Home.Navigation.TrafficAt": self.now})

    def knows(self, path: str, node: str = HOME) -> Any:
        return self.circle.twin.get(node, path)[0]

    def route(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.knows("Home.Navigation.Route") or "{}")
        return found

    def streets(self) -> list[str]:
        return [step[2] for step in self.route()["steps"]]


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Roads:
    """The streets of the town."""
    network, _ = read_roads(block(tmp_path_factory.mktemp("town") / "town.osm"))
    return Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head))


@pytest.fixture
def town(vocabulary: Vocabulary, roads: Roads) -> Town:
    """A household of two, whose car stands at corner 1; home is at corner 4."""
    guide = Guide(roads)
    circle = Circle(vocabulary, [navigation(guide), arrival])
    for node, kind in ((HOME, Kind.HOME), (CAR, Kind.VEHICLE), (ADA, Kind.PERSON), (BEN, Kind.PERSON)):
        circle.add(node, kind)
    town = Town(circle, guide)
    town.hear(HOME, {"Home.Location.Latitude": 0.005, "Home.Location.Longitude": 0.0, "Home.UtcOffset": 0.0})
    town.drive(CORNERS[1], 0.0)
    return town
