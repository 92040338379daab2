"""One destination for the household: stories on a small town, readings and wishes in, routes and arrivals out."""

import pytest
from tests.skills.driving import ADA, BEN, CAR, CORNERS, GOAL, HOME, Town, roads, town

from homeward.models.roads.events import RoadEvent
from homeward.skills.navigation.place import SET

__all__ = ["roads", "town"]


def test_a_destination_gives_a_route_and_an_arrival_and_the_car_is_told(town: Town) -> None:
    town.wish(GOAL)
    assert town.streets() == ["Street 14", "Street 15"]
    assert town.route()["to"]["name"] == "The corner"
    assert 780 < town.route()["along_m"][-1] < 792
    assert town.now < town.knows("Home.Navigation.P10") < town.knows("Home.Navigation.Median")
    assert town.knows("Home.Navigation.Median") < town.knows("Home.Navigation.P90")
    told = {command.path: command.value for command in town.commands if command.node == CAR}
    assert told == {f"{SET}.Latitude": 0.005, f"{SET}.Longitude": 0.005}
    assert town.commands[-1].why == "the household is going to The corner"
    assert town.knows("Vehicle.Arrival.Median", CAR) is None, "it stands, and nobody said when it leaves"


def test_a_closed_street_is_driven_round_and_the_reason_is_told(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    before = town.knows("Home.Navigation.Median")
    town.close(RoadEvent("works", ((0.0035, 0.0035),)))
    assert "Street 15" not in town.streets()
    assert "a road is closed; by Street" in town.knows("Home.Navigation.Why")
    assert town.knows("Home.Navigation.Median") > before + 20
    town.drive((0.0004, 0.0004), 30.0)
    assert "a road is closed; by Street" in town.knows("Home.Navigation.Why"), "for a while it is still news"
    town.now += 1000.0
    town.drive((0.0003, 0.0003), 30.0)
    assert "closed" not in town.knows("Home.Navigation.Why")


def test_small_gains_do_not_change_a_route(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    line = tuple(CORNERS[n] for n in (5, 3))
    town.close(RoadEvent("slow", line, 20.0))
    assert town.streets() == ["Street 14", "Street 15"]
    assert town.knows("Home.Navigation.Why") == "slow on a road, 20 km/h"
    town.close(RoadEvent("slow", line, 4.0))
    assert "Street 15" not in town.streets()
    assert town.knows("Home.Navigation.Why").endswith("min sooner")


def test_who_leaves_the_route_is_led_on_from_there(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0, 0.003))
    assert town.streets() == ["Street 10", "Street 11"]
    assert town.knows("Home.Navigation.Why").startswith("another way than planned; now by Street")


def test_the_way_along_it_is_followed_without_a_new_route(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    written = town.circle.twin.get(HOME, "Home.Navigation.Route")[1]
    town.drive((0.002, 0.002))
    assert town.circle.twin.get(HOME, "Home.Navigation.Route")[1] == written
    assert town.knows("Home.Navigation.Passed") == pytest.approx(0.4 * town.route()["passed_s"][-1], rel=0.05)
    assert town.knows("Vehicle.Arrival.Destination", CAR) == "away"


def test_there_it_ends(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0025, 0.0025))
    town.drive((0.0049, 0.005), 20.0)
    assert town.route()
    town.drive((0.005, 0.005), 0.0)
    assert town.knows("Home.Navigation.Destination") == ""
    assert town.knows("Home.Navigation.Why") == "arrived at The corner"
    assert not town.route()
    assert town.circle.standings.in_force(*_setting(town)) is None, "the car is not told any more"


def _setting(town: Town) -> tuple[int, int]:
    twin = town.circle.twin
    return twin.nodes.number(CAR), twin.vocabulary[f"{SET}.Latitude"].index


def test_a_destination_set_in_the_car_counts_and_the_latest_word_wins(town: Town) -> None:
    town.wish(GOAL)
    town.now += 10.0
    town.hear(CAR, {f"{SET}.Latitude": 0.0, f"{SET}.Longitude": 0.005})
    assert town.knows("Home.Navigation.Destination") == "0.000000,0.005000 set in car"
    assert town.streets() == ["Street 10"]
    town.wish(GOAL, BEN)
    assert town.route()["to"]["name"] == "The corner"
    town.wish("")
    assert not town.route()


def test_going_home_the_house_hears_of_it(town: Town) -> None:
    town.wish("home")
    town.drive((0.0, 0.0))
    town.drive((0.001, 0.0))
    assert town.knows("Vehicle.Arrival.Destination", CAR) == "home"
    assert town.knows("Vehicle.Arrival.Source", CAR) == "navigation"
    assert town.knows("Vehicle.Arrival.Median", CAR) == pytest.approx(town.knows("Home.Navigation.Median"), abs=1)


def test_with_a_departure_told_the_arrival_is_known_before(town: Town) -> None:
    town.wish(town.now + 3600.0, path="Home.Navigation.Departure")
    town.wish("home")
    leaves = town.knows("Home.Navigation.Departure")
    assert leaves < town.knows("Vehicle.Arrival.P10", CAR) < leaves + 300.0
    before = town.knows("Vehicle.Arrival.Median", CAR)
    town.close(RoadEvent("works", ((0.0025, 0.0),)))
    assert town.knows("Vehicle.Arrival.Median", CAR) > before + 30.0


def test_the_last_stretch_on_foot_is_handed_over_and_back(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0015, 0.0015))
    town.drive((0.0025, 0.0025), 0.0)
    town.now += 60.0
    town.hear(ADA, {"Person.CurrentLocation.Latitude": 0.0035, "Person.CurrentLocation.Longitude": 0.0035})
    town.drive((0.0025, 0.0025), 0.0, after_s=60.0)
    assert town.knows("Home.Navigation.Guide") == ADA
    town.now += 60.0
    town.hear(ADA, {"Person.CurrentLocation.Latitude": 0.0025, "Person.CurrentLocation.Longitude": 0.0025})
    town.drive((0.0026, 0.0026), 30.0)
    assert town.knows("Home.Navigation.Guide") == CAR


def test_where_no_way_is_open_it_says_so(town: Town) -> None:
    town.wish(GOAL)
    ends = [
        RoadEvent(f"x{n}", (place,)) for n, place in enumerate([(0.005, 0.0045), (0.0045, 0.005), (0.0047, 0.0047)])
    ]
    town.close(*ends)
    assert "no way to The corner is open" in town.knows("Home.Navigation.Why")
    town.wish("50.0,10.0 Elsewhere")
    assert town.knows("Home.Navigation.Why") == "no way by car to Elsewhere on this map"
    town.wish("nonsense")
    assert not town.route()


def test_the_charge_at_the_destination_is_told_where_the_battery_is_known(town: Town) -> None:
    town.hear(CAR, {"Vehicle.Powertrain.TractionBattery.GrossCapacity": 40.0})
    town.hear(CAR, {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 50.0})
    town.wish(GOAL)
    assert 49.0 < town.knows("Home.Navigation.Charge") < 50.0
