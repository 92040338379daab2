"""The house is warm when they come home: stories of a household, readings in, commands out."""

import json
from typing import Any

import pytest
from tests.skills.living import ADA, CAR, DAY_S, HOME, HOUR_S, MONDAY, TARGET, WORK_M, Household, after_a_week, at

from homeward.core.signal import Kind, Wish
from homeward.core.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def week(vocabulary: Vocabulary) -> dict[str, Any]:
    """What a week has taught, as signals: all that a household needs to go on from."""
    household = after_a_week(vocabulary)
    paths = ("Home.Arrival.Model.State", "Home.Climate.Model.State")
    return {path: household.knows(path) for path in paths}


@pytest.fixture
def monday(vocabulary: Vocabulary, week: dict[str, Any]) -> Household:
    """The Monday after: the car is at work, the house knows its people."""
    household = Household.of(vocabulary)
    household.now = MONDAY + 7 * DAY_S
    household.hear(HOME, week)
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.live(MONDAY + 7 * DAY_S + HOUR_S)
    household.go_to_work(7)
    return household


def test_it_cools_by_day_and_is_warm_when_the_car_is_home(monday: Household) -> None:
    monday.live(at(13.0))
    assert monday.setpoint < 19.0
    assert monday.air < 20.0
    monday.come_home(at(18.0))
    assert monday.air == pytest.approx(21.0, abs=0.5)
    assert monday.knows("Vehicle.IsHome", CAR) is True


def test_it_says_why_in_plain_words(monday: Household) -> None:
    monday.live(at(12.0))
    why = monday.knows("Home.Arrival.Why")
    assert "usually back at 18:00" in why
    assert "starts at" in why
    monday.come_home(at(17.9))
    said = [command.why for command in monday.commands if command.value == 21.0]
    assert any("the house needs" in why and "to reach 21 °C" in why for why in said)


def test_the_plan_can_be_drawn(monday: Household) -> None:
    monday.live(at(14.0))
    plan = json.loads(monday.knows("Home.Arrival.Plan"))
    assert len(plan["times"]) == len(plan["indoor"]) == len(plan["outdoor"]) == len(plan["level"]) <= 150
    assert plan["p10"] < plan["median"] < plan["p90"]
    assert abs(plan["median"] - at(18.0)) < 1800.0
    assert plan["at"] < plan["warm_from"] < plan["median"]
    assert set(plan) >= {"at", "target", "needs_s", "setback", "why"}


def test_an_early_drive_home_starts_the_heating_at_once(monday: Household) -> None:
    monday.live(at(13.0))
    waiting = monday.setpoint
    monday.come_home(at(13.5))
    first = next(command for command in monday.commands if command.value == 21.0)
    assert waiting < 21.0
    assert "min away" in first.why


def test_a_car_that_sets_off_is_planned_for_a_second_later(monday: Household) -> None:
    """What else waits for the same message need not wait for it; stop and go is planned for every five seconds."""
    monday.live(at(13.0))

    def planned() -> float:
        return float(json.loads(monday.knows("Home.Arrival.Plan"))["at"])

    def after(seconds: float, speed: float | None = None) -> float:
        monday.now = began + seconds
        monday.hear(
            CAR,
            {"Vehicle.Speed": speed} if speed is not None else {"Vehicle.Cabin.HVAC.AmbientAirTemperature": seconds},
        )
        return planned()

    began = monday.now = monday.now + 20.0
    before = planned()
    assert after(0.0, 30.0) == before
    assert after(1.5) == began + 1.0
    assert (after(2.0, 0.0), after(3.0, 30.0), after(7.5)) == (began + 1.0, began + 1.0, began + 1.0)
    assert after(8.5) == began + 8.0


def test_it_stands_down_when_they_turn_away(monday: Household) -> None:
    monday.live(at(11.0))
    monday.hear(CAR, {"Vehicle.Speed": 60.0})
    monday.live(at(11.2), (WORK_M, 60.0), 8_000.0)
    assert monday.setpoint == 21.0
    monday.live(at(11.45), (8_000.0, 60.0), WORK_M)
    monday.live(at(12.2), (WORK_M, 0.0), WORK_M)
    assert monday.setpoint < 21.0
    assert monday.knows("Home.Arrival.Median") > at(16.0)


def test_a_persons_own_setting_is_left_alone(monday: Household) -> None:
    monday.live(at(12.0))
    monday.wish(Wish(HOME, TARGET, 17.5, monday.now, ADA, until=at(22.0)))
    monday.commands.clear()
    monday.come_home(at(18.0))
    assert [command for command in monday.commands if command.path == TARGET and command.by != ADA] == []
    assert monday.setpoint == 17.5
    assert "themselves" in monday.knows("Home.Arrival.Why")


def test_a_thermostat_turned_by_hand_is_left_alone_until_somebody_is_back(monday: Household) -> None:
    monday.live(at(12.0))
    monday.setpoint = 19.0
    monday.feel()
    monday.commands.clear()
    monday.live(at(17.0))
    assert monday.commands == []
    assert monday.setpoint == 19.0
    assert "themselves" in monday.knows("Home.Arrival.Why")


def test_while_it_only_watches_the_thermostats_own_ways_are_nobodys_word(monday: Household) -> None:
    monday.hear(HOME, {"Home.Skills.Acting": "none"})
    monday.setpoint = 19.0
    monday.live(at(12.0))
    monday.setpoint = 17.0  # a timer of the thermostat's own
    monday.feel()
    monday.live(at(14.0))
    assert monday.setpoint == 17.0
    assert "themselves" not in monday.knows("Home.Arrival.Why")
    monday.hear(HOME, {"Home.Skills.Acting": "all"})
    monday.come_home(at(18.0))
    assert "themselves" not in monday.knows("Home.Arrival.Why")
    assert monday.setpoint == 21.0


def test_what_navigation_says_counts_and_is_not_overwritten(monday: Household) -> None:
    monday.live(at(12.0))
    arrives = monday.now + 45 * 60.0
    monday.hear(
        CAR,
        {
            "Vehicle.Arrival.Source": "navigation",
            "Vehicle.Arrival.Destination": "home",
            "Vehicle.Arrival.P10": arrives - 300.0,
            "Vehicle.Arrival.P90": arrives + 600.0,
            "Vehicle.Arrival.Median": arrives,
        },
    )
    assert monday.knows("Home.Arrival.Median") == pytest.approx(arrives, abs=60.0)
    assert monday.setpoint == 21.0
    assert "navigation" in monday.knows("Home.Arrival.Why")
    assert monday.knows("Vehicle.Arrival.Median", CAR) == arrives
    assert monday.knows("Vehicle.Arrival.Source", CAR) == "navigation"


def test_a_jam_told_by_navigation_moves_the_heating_too(monday: Household) -> None:
    monday.live(at(10.0))
    starts = []
    for delay in (0.0, 1800.0):
        arrives = at(15.0) + delay
        said = {"P10": arrives - 300.0, "P90": arrives + 300.0, "Median": arrives}
        monday.hear(CAR, {"Vehicle.Arrival.Source": "navigation", "Vehicle.Arrival.Destination": "home"})
        monday.hear(CAR, {f"Vehicle.Arrival.{name}": time for name, time in said.items()})
        starts.append(monday.knows("Home.Arrival.WarmFrom"))
    assert starts[1] - starts[0] == pytest.approx(1800.0, abs=700.0)


def test_somebody_at_home_keeps_it_as_they_like(vocabulary: Vocabulary, week: dict[str, Any]) -> None:
    household = Household.of(vocabulary, (ADA, Kind.PERSON))
    household.hear(HOME, week)
    household.hear(ADA, {"Person.IsHome": True})
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.commands.clear()
    household.go_to_work(0)
    household.live(at(15.0, 0))
    assert household.commands == []


def test_when_they_are_home_it_is_theirs_again(monday: Household) -> None:
    monday.come_home(at(18.0))
    monday.commands.clear()
    monday.live(at(18.3))
    monday.setpoint = 19.0
    monday.live(at(22.0))
    assert monday.commands == []


def test_without_an_indoor_sensor_it_estimates_and_leaves_the_heating_alone(vocabulary: Vocabulary) -> None:
    household = Household.of(vocabulary)
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.now += 8 * HOUR_S
    household.hear(CAR, {"Vehicle.DistanceToHome": WORK_M, "Vehicle.Speed": 50.0})
    household.now += HOUR_S
    household.hear(CAR, {"Vehicle.DistanceToHome": WORK_M, "Vehicle.Speed": 0.0})
    assert household.commands == []
    assert household.knows("Home.Arrival.Median") > household.now
    assert "not known" in household.knows("Home.Arrival.Why")


def test_the_same_day_twice_gives_the_same_commands(vocabulary: Vocabulary) -> None:
    days = []
    for _ in range(2):
        household = Household.of(vocabulary)
        household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
        household.go_to_work(0)
        household.come_home(at(16.0, 0))
        days.append([(command.value, command.until, command.why) for command in household.commands])
    assert days[0] == days[1]
    assert days[0]


def test_what_an_older_release_has_kept_is_no_obstacle(vocabulary: Vocabulary) -> None:
    household = Household.of(vocabulary)
    household.hear(HOME, {"Home.Arrival.Model.State": '{"habits": 7}', "Home.Climate.Model.State": "[1]"})
    household.hear(HOME, {"Home.Arrival.Outings": "not even JSON"})
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.go_to_work(0)
    assert household.knows("Home.Arrival.Median") > household.now
