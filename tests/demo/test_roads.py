"""The demo on a map: two ends of it are work and home, the hub's own navigation guides, and the car does as it says."""

import json
from math import nan
from pathlib import Path

import numpy as np
import pytest
from tests.maps.town import block

from homeward.app.roadmap import NAME, Roadmap
from homeward.app.run import skills_with
from homeward.core.circle import Circle
from homeward.core.vocabulary import Vocabulary
from homeward.demo.evening import CAR, HOME, START, Evening
from homeward.demo.journey import Style, drive
from homeward.demo.lockstep import Lockstep
from homeward.demo.past import begin
from homeward.demo.roads import DemoRoads, track_of
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, save
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.trip import Place, Trip


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> DemoRoads:
    """A small town as the demo's map."""
    folder = tmp_path_factory.mktemp("map")
    network, left_out = read_roads(block(folder / "town.osm"))
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    save(Pack(network, order, left_out), folder / NAME)
    return DemoRoads(Roadmap.open(folder / NAME, folder))


def trip_over(roads: DemoRoads) -> Trip:
    trip = roads.roadmap.guide.plan(0.0, 0.0, nan, Place(0.005, 0.005))
    assert trip is not None
    return trip


def test_the_way_lies_between_far_ends_of_the_map(roads: DemoRoads) -> None:
    way = roads.way(7)
    assert way.length_m > 500.0
    assert np.all(np.diff(way.along_m) > 0.0)
    assert len(way.roads) == len(way.limit_kmh) == len(way.along_m) - 1
    assert roads.way(7).latitude.tolist() == way.latitude.tolist(), "the same for the same seed"


def test_a_drive_along_a_trip_takes_about_what_the_map_says(roads: DemoRoads) -> None:
    trip = trip_over(roads)
    journey = drive(track_of(trip), 0.0, Style(0.9))
    assert trip.seconds <= journey.ends < 1.4 * trip.seconds + 30.0
    assert track_of(trip).roads[0] == "Street 14"


def test_on_a_jammed_road_the_car_crawls(roads: DemoRoads) -> None:
    guide = roads.roadmap.guide
    line = tuple((0.0005 * n, 0.0005 * n) for n in range(11))
    sides = [((0.0, 0.0025),), ((0.0025, 0.0),)]
    closed = [RoadEvent(f"side {n}", side) for n, side in enumerate(sides)]
    guide.set_events([RoadEvent("jam", line, 10.0), *closed], 0.0)
    slow = trip_over(roads)
    guide.set_events([], 0.0)
    quick = trip_over(roads)
    assert drive(track_of(slow), 0.0, Style(0.9)).ends > 3.0 * drive(track_of(quick), 0.0, Style(0.9)).ends


def test_an_evening_is_guided_by_our_own_navigation_and_follows_its_route(
    roads: DemoRoads, vocabulary: Vocabulary
) -> None:
    way = roads.way(7)
    lockstep = begin(Circle(vocabulary, skills_with(roads.roadmap)), START, 7, way=way)
    knows = lockstep.circle.twin.get
    lockstep.run(START + 900.0)
    assert knows(HOME, "Home.Navigation.Destination")[0] == "home"
    assert json.loads(str(knows(HOME, "Home.Navigation.Route")[0]))["to"]["name"] == "home"
    told = knows(CAR, "Vehicle.Arrival.Median")[0]
    evening: Evening = lockstep.evening
    drives = evening.homeward_drive()
    assert drives is not None
    assert abs(float(told or 0.0) - drives.journey.ends) < 1200.0
    assert knows(CAR, "Vehicle.Arrival.Source")[0] == "navigation"
    detour = Trip.restore(json.loads(str(knows(HOME, "Home.Navigation.Route")[0])))
    evening.follow(track_of(detour))
    assert evening.homeward_drive() is not drives
    _arrives(lockstep)
    assert knows(HOME, "Home.Navigation.Why")[0] == "arrived at home"
    assert lockstep.problems == []


def _arrives(lockstep: Lockstep) -> None:
    last = lockstep.evening.homeward_drive()
    assert last is not None
    lockstep.run(last.journey.ends + 600.0)


async def test_its_buttons_put_something_on_what_is_left_of_the_route(roads: DemoRoads, tmp_path: Path) -> None:
    mine = DemoRoads(Roadmap(roads.roadmap.guide, roads.roadmap.pack, tmp_path))
    evening = Evening(way=roads.way(7))
    assert mine.buttons(evening) == []
    way = evening.way
    goal = Place(float(way.latitude[-1]), float(way.longitude[-1]))
    trip = roads.roadmap.guide.plan(float(way.latitude[0]), float(way.longitude[0]), nan, goal)
    assert trip is not None
    mine.followed = json.dumps(trip.state())
    assert [name for name, _ in mine.buttons(evening)] == ["jam", "close"]
    await mine.press("close", evening)
    [event] = mine.roadmap.events()
    assert event.closed and event.words.endswith("is closed")
    assert mine.buttons(evening) == []
