"""The simulated household tells what is so in the vocabulary's words, obeys, and can be pressed."""

from collections.abc import Iterator

import pytest

from homeward.core.connector import ConnectorError, Message
from homeward.core.signal import Command, Kind
from homeward.core.vocabulary import Vocabulary, encode
from homeward.demo.evening import CAR, HOME, NODES, START, Evening, next_start
from homeward.demo.weather import DAY_S, HOUR_S

TARGET = "Home.Climate.TargetTemperature"


def told(messages: list[Message], node: str, path: str) -> Iterator[tuple[float, object]]:
    """What was said of one signal, with its time."""
    return ((one.at or 0.0, one.readings[path]) for one in messages if one.node == node and path in one.readings)


def command(path: str, value: float | bool | str | None, node: str = HOME) -> Command:
    """A command of some skill."""
    return Command(node, path, value, START + DAY_S, "for a test", "test", "demo-1")


def test_all_that_is_said_fits_the_vocabulary(vocabulary: Vocabulary) -> None:
    kinds = dict(NODES)
    evening = Evening()
    messages = evening.step(START + 1.0)
    evening.press("jam", START + 60.0)
    messages += evening.step(START + 6 * HOUR_S)
    for message in messages:
        for path, value in message.readings.items():
            encode(vocabulary[path], value)
            assert vocabulary[path].kind is kinds[message.node] and path in vocabulary
    assert {message.node for message in messages} == set(kinds)
    assert Kind.ROOM in {kinds[message.node] for message in messages}


def test_the_car_leaves_work_and_comes_home() -> None:
    evening = Evening()
    drive = evening.homeward_drive()
    assert drive
    messages = evening.step(drive.journey.ends + 60.0)
    speeds = dict(told(messages, CAR, "Vehicle.Speed"))
    assert max(float(str(speed)) for speed in speeds.values()) > 60.0
    assert [value for _, value in told(messages, CAR, "Vehicle.IsMoving")][-1] is False
    assert [value for _, value in told(messages, HOME, "Home.IsOccupied")][-1] is True
    charge = [
        float(str(value))
        for _, value in told(messages, CAR, "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current")
    ]
    assert 3.0 < charge[0] - min(charge) < 15.0
    assert [at for at, where in told(messages, CAR, "Vehicle.Arrival.Destination") if where == "home"]
    assert [value for _, value in told(messages, CAR, "Vehicle.Arrival.Destination")][-1] == ""


def test_the_same_seed_lives_the_same_evening_however_it_is_cut() -> None:
    until = START + 3 * HOUR_S
    whole = Evening().step(until)
    cut, evening, now = [], Evening(), START
    while now < until:
        now = min(until, now + 137.0)
        cut += evening.step(now)
    assert cut == whole
    assert Evening(seed=8).step(until) != whole


def test_a_jam_moves_the_estimate_at_once_and_the_arrival_really() -> None:
    evening = Evening()
    drive = evening.homeward_drive()
    assert drive
    before = evening.step(drive.journey.begins + 300.0)
    (_, expected) = list(told(before, CAR, "Vehicle.Arrival.Median"))[-1]
    assert evening.buttons() == [("jam", "Jam ahead")]
    assert "jam on" in evening.press("jam", drive.journey.begins + 301.0)
    (at, now_expected), *_ = told(evening.step(drive.journey.begins + 302.0), CAR, "Vehicle.Arrival.Median")
    late = evening.homeward_drive()
    assert late and at == drive.journey.begins + 301.0
    assert float(str(now_expected)) - float(str(expected)) > 1200.0
    assert late.journey.ends - drive.journey.ends > 1200.0
    assert abs(float(str(now_expected)) - late.journey.ends) < 300.0
    assert evening.buttons() == []
    with pytest.raises(ConnectorError, match="cannot be pressed"):
        evening.press("jam", drive.journey.begins + 400.0)


def test_before_the_drive_the_navigation_speaks_only_of_a_jam() -> None:
    evening = Evening()
    assert not list(told(evening.step(START + 600.0), CAR, "Vehicle.Arrival.Median"))
    evening.press("jam", START + 660.0)
    messages = evening.step(START + 661.0)
    assert [value for _, value in told(messages, CAR, "Vehicle.Arrival.Source")] == ["navigation (simulated)"]
    again = list(told(evening.step(START + 1500.0), CAR, "Vehicle.Arrival.Median"))
    assert len(again) >= 2, "what it said must not grow old before she leaves"


def test_a_commanded_target_is_followed_and_shown() -> None:
    evening = Evening()
    evening.step(START + 30.0)
    assert "23 °C" in evening.act(command(TARGET, 23.0))
    messages = evening.step(START + 31.0)
    assert [value for _, value in told(messages, HOME, TARGET)] == [23.0]
    level = [float(str(value)) for _, value in told(evening.step(START + HOUR_S), HOME, "Home.Climate.HeatingLevel")]
    assert max(level) == 100.0


def test_lights_cabin_and_phone_obey_and_what_is_not_there_says_so() -> None:
    evening = Evening()
    assert "on" in evening.act(command("Home.Light.Porch", True))
    assert list(told(evening.step(START + 1.0), HOME, "Home.Light.Porch"))[-1][1] is True
    assert "warmed" in evening.act(command("Vehicle.Cabin.HVAC.IsAirConditioningActive", True, CAR))
    assert "shows" in evening.act(command("Person.Message", "Home is warm", "demo/ada"))
    with pytest.raises(ConnectorError, match=r"cannot set Home\.Security\.IsArmed; it can Home"):
        evening.act(command("Home.Security.IsArmed", True))


def test_the_evening_ends_and_the_next_one_is_a_workday() -> None:
    evening = Evening()
    evening.step(START + 2 * HOUR_S)
    assert not evening.over()
    evening.step(START + 5 * HOUR_S)
    assert evening.over() and evening.buttons() == [("again", "Next evening")]
    assert next_start(START) == START + DAY_S
    friday = START + 3 * DAY_S
    assert next_start(friday) == friday + 3 * DAY_S
