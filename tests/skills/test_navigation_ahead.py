"""What lies ahead on the way: where to charge, and where a calendar sends the household."""

import json
from typing import Any

import pytest
from tests.skills.driving import ADA, GOAL, HOME, Town, roads, town

from homeward.core.signal import Value

__all__ = ["roads", "town"]


def stops(**more: Any) -> str:
    """A plan to charge at corner 5 on the way to the corner."""
    halt = {"lat": 0.0025, "lon": 0.0025, "name": "Middle", "kw": 50, "arrives": 12.0, "leaves": 40.0, "seconds": 900}
    return json.dumps({"to": [0.005, 0.005], "charge": 37.5, "why": "", "stops": [halt | more]})


def test_the_route_stops_where_one_must_charge_and_the_arrival_counts_it(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    before, metres = town.knows("Home.Navigation.Median"), town.route()["along_m"][-1]
    town.now += 1.0
    town.hear(HOME, {"Home.Navigation.Stops": stops()})
    assert [step[3] for step in town.route()["steps"]].count("charge") == 1
    assert town.knows("Home.Navigation.Why") == "charge 15 min at Middle, 12 to 40 %"
    assert town.knows("Home.Navigation.Charge") == 37.5
    assert town.knows("Home.Navigation.Median") == pytest.approx(before + 900.0, abs=3.0)
    assert town.route()["along_m"][-1] == pytest.approx(0.9 * metres, abs=2.0), "it lies on what is left of the way"
    kept = town.knows("Home.Navigation.Route")
    town.now += 1.0
    town.hear(HOME, {"Home.Navigation.Stops": stops(seconds=960)})
    assert town.knows("Home.Navigation.Route") == kept, "a minute more is no other route"


def test_a_stop_that_lies_behind_is_done(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    town.now += 1.0
    town.hear(HOME, {"Home.Navigation.Stops": stops()})
    town.drive((0.002, 0.002))
    with_stop = town.knows("Home.Navigation.Median")
    town.now += 1.0
    town.hear(HOME, {"Home.Navigation.Stops": json.dumps({"to": [0.005, 0.005], "charge": 37, "why": "", "stops": []})})
    town.drive((0.004, 0.004))
    assert town.knows("Home.Navigation.Median") < with_stop - 800.0
    assert town.route()["halts"] == []


def test_a_charger_off_the_way_is_driven_to_and_back(town: Town) -> None:
    town.wish(GOAL)
    town.drive((0.0005, 0.0005))
    town.now += 1.0
    town.hear(HOME, {"Home.Navigation.Stops": stops(lat=0.005, lon=0.001)})
    assert "Street 12" in town.streets()
    assert town.knows("Home.Navigation.Why").startswith("charge 15 min at Middle")


def test_stops_of_another_destination_or_garbage_change_nothing(town: Town) -> None:
    town.wish(GOAL)
    kept = town.knows("Home.Navigation.Route")
    for said in (stops().replace("0.005", "0.0001", 2), "{", '{"to": 5}', json.dumps({"to": [0.005, 0.005]})):
        town.now += 1.0
        town.hear(HOME, {"Home.Navigation.Stops": said})
        assert town.knows("Home.Navigation.Route") == kept
    town.now += 1.0
    why = "Dacia Spring cannot get there"
    town.hear(
        HOME, {"Home.Navigation.Stops": json.dumps({"to": [0.005, 0.005], "charge": None, "why": why, "stops": []})}
    )
    assert town.knows("Home.Navigation.Why") == why


def appointment(town: Town, minutes: float, place: str = GOAL, who: str = ADA) -> None:
    town.now += 1.0
    said: dict[str, Value] = {"Person.Calendar.Title": "Dentist", "Person.Calendar.Place": place}
    town.hear(who, {**said, "Person.Calendar.StartsAt": town.now + 60.0 * minutes})


def test_an_appointment_is_the_destination_an_hour_before_they_must_leave(town: Town) -> None:
    appointment(town, 240.0)
    assert not town.knows("Home.Navigation.Destination")
    look = town.knows("Home.Navigation.NextLook")
    assert 160 * 60.0 < look - town.now < 178 * 60.0, "three hours on, less the drive"
    town.now = look + 1.0
    town.hear(HOME, {})
    assert town.knows("Home.Navigation.Destination") == "0.005000,0.005000 The corner"
    leaves = town.knows("Home.Navigation.Departure")
    starts = town.knows("Person.Calendar.StartsAt", ADA)
    assert 3500.0 < leaves - town.now < 3601.0 and leaves < starts - 300.0
    assert town.knows("Home.Navigation.P90") <= starts


def test_who_stops_an_appointment_is_not_asked_again(town: Town) -> None:
    appointment(town, 30.0)
    assert town.knows("Home.Navigation.Destination")
    town.wish("")
    town.now += 300.0
    town.hear(HOME, {"Home.Navigation.TrafficAt": town.now})
    assert town.knows("Home.Navigation.Destination") == ""
    appointment(town, 40.0)
    assert town.knows("Home.Navigation.Destination"), "it was moved, or is another one"


def test_a_destination_that_somebody_set_stays(town: Town) -> None:
    town.wish("home")
    appointment(town, 30.0)
    assert town.knows("Home.Navigation.Destination") == "home"


def test_a_place_that_nobody_knows_or_where_they_are_is_no_destination(town: Town) -> None:
    appointment(town, 30.0, "Somewhere 5")
    appointment(town, 30.0, "0.0,0.0 Here")
    assert not town.knows("Home.Navigation.Destination")
