"""The last gate: what may be done to which actuator, by whom, while parked, moving or unknown.

Each test takes the module it judges, so that the same tests judge its mutants (test_settle_mutants.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from math import inf, nan
from typing import Any

import pytest
from tests.core.actuators import MAY, SAFE

from homeward.core import settle as the_gate
from homeward.core.signal import Command, Kind, Role, Signal, Type, Value
from homeward.words import load_vocabulary

Settle = Any  # the module, or a mutant of it
NOW = 1_000_000.0
DAY = 86_400.0

PORCH = load_vocabulary()["Home.Light.Porch"]
TARGET = load_vocabulary()["Home.Climate.TargetTemperature"]
MODE = load_vocabulary()["Home.Heating.Mode"]
LOCK = load_vocabulary()["Home.Door.Front.IsLocked"]
LIMIT = load_vocabulary()["Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"]
MESSAGE = load_vocabulary()["Person.Message"]


@pytest.fixture
def settle() -> Settle:
    return the_gate


def asked(settle: Settle, signal: Signal, value: object, **different: Any) -> str:
    """Settle's objection to a skill's command that is in order but for what is different."""
    person, present = different.pop("person", False), different.pop("present", False)
    still, paused, at = different.pop("still", True), different.pop("paused", ()), different.pop("at", NOW)
    node = f"lind/{signal.kind.word.lower()}"
    command = Command(node, signal.path, True, NOW + 60, "because", "lind/ada" if person else "arrival")
    command = command._replace(**{"value": value, **different})
    ask = settle.Ask(command, 0 if person else 1, at, person=person, present=present)
    said = settle.objection(ask, signal, settle.Situation(NOW, still, frozenset(paused)))
    assert isinstance(said, str)
    return said


# Who may ask, and for what


def test_a_command_in_order_passes(settle: Settle) -> None:
    assert asked(settle, PORCH, True) == ""
    assert asked(settle, PORCH, False) == ""
    assert asked(settle, TARGET, 21.5) == ""


def test_only_actuators_can_be_set(settle: Settle) -> None:
    assert "read but not set" in asked(settle, replace(PORCH, role=Role.SENSOR), True)
    assert "read but not set" in asked(settle, replace(PORCH, role=Role.ATTRIBUTE), True, person=True)


def test_a_command_cannot_be_judged_by_another_signal(settle: Settle) -> None:
    assert LOCK.path in asked(settle, PORCH, False, path=LOCK.path)
    assert LOCK.path in asked(settle, PORCH, False, path=LOCK.path, person=True)


def test_people_ask_in_their_own_household(settle: Settle) -> None:
    assert asked(settle, PORCH, True, person=True) == ""
    assert asked(settle, PORCH, True, person=True, by="berg/cara") == "only people of the household may ask"
    assert "only people of the household" in asked(settle, PORCH, True, person=True, by="lindberg/ada")
    assert "only people of the household" in asked(settle, PORCH, True, person=True, by="")
    assert "only people of the household" in asked(settle, PORCH, None, person=True, by="berg/cara")


def test_a_household_pauses_skills_but_nobody_of_its_own(settle: Settle) -> None:
    assert asked(settle, PORCH, True, paused=["arrival"]) == "the household has paused arrival"
    assert asked(settle, PORCH, None, paused=["arrival"]) == "the household has paused arrival"
    assert asked(settle, PORCH, True, paused=["guard"]) == ""
    assert asked(settle, PORCH, True, person=True, paused=["lind/ada"]) == ""


def test_a_skill_says_why_and_a_person_need_not(settle: Settle) -> None:
    assert asked(settle, PORCH, True, why="") == "a skill must say why"
    assert asked(settle, PORCH, True, why="", person=True) == ""


def test_taking_back_needs_no_more_than_the_right_to_ask(settle: Settle) -> None:
    assert asked(settle, LOCK, None, until=0.0) == ""
    assert asked(settle, LIMIT, None, still=False) == ""


# Until when


def test_every_command_ends(settle: Settle) -> None:
    assert asked(settle, PORCH, True, until=NOW) == "its time is over"
    assert asked(settle, PORCH, True, until=NOW - 1) == "its time is over"
    assert asked(settle, PORCH, True, until=NOW + 0.001) == ""
    assert asked(settle, PORCH, True, until=NOW + 7 * DAY) == ""
    assert asked(settle, PORCH, True, until=NOW + 7 * DAY + 0.001) == "it may stand for seven days at most"
    for never in (inf, -inf, nan, 1e300, -1e300, 10**400, None, "tomorrow", [NOW + 60]):
        assert asked(settle, PORCH, True, until=never) == "it must say until when", never
    assert asked(settle, PORCH, True, until=-9.995e299) == "its time is over"
    assert asked(settle, PORCH, True, until=9.995e299) == "it may stand for seven days at most"


# Which value


def test_values_fit_their_signal(settle: Settle) -> None:
    not_boolean: list[object] = [1, 0, 1.0, "on", [True]]
    for wrong in not_boolean:
        assert asked(settle, PORCH, wrong) == "Home.Light.Porch takes true or false", wrong
    not_a_mode: list[object] = ["warm", "", True, 2, ["heat"]]
    for wrong in not_a_mode:
        assert asked(settle, MODE, wrong) == "Home.Heating.Mode takes one of off, auto, heat, cool", wrong
    for word in MODE.allowed:
        assert asked(settle, MODE, word) == ""
    assert asked(settle, MESSAGE, "hello") == ""
    assert asked(settle, MESSAGE, "x" * 65_536) == ""
    not_text: list[object] = ["x" * 65_537, 5, True, ["hello"]]
    for wrong in not_text:
        assert asked(settle, MESSAGE, wrong) == "Person.Message takes text of at most 65536 characters"


def test_numbers_are_numbers_within_their_bounds(settle: Settle) -> None:
    not_numbers: list[object] = [True, False, "21", nan, inf, -inf, 1e300, -1e300, 10**400, -(10**400), [21], {}]
    for wrong in not_numbers:
        assert asked(settle, TARGET, wrong) == "Home.Climate.TargetTemperature takes a number", wrong
    for fine in (5, 30, 5.0, 30.0, 21.25):
        assert asked(settle, TARGET, fine) == ""
    assert asked(settle, TARGET, 4.9) == "4.9 is outside 5 to 30 Celsius"
    assert asked(settle, TARGET, 30.1) == "30.1 is outside 5 to 30 Celsius"
    assert asked(settle, TARGET, 9.995e299) == "9.995e+299 is outside 5 to 30 Celsius"
    assert asked(settle, TARGET, -9.995e299) == "-9.995e+299 is outside 5 to 30 Celsius"
    assert asked(settle, replace(TARGET, unit=""), 40) == "40 is outside 5 to 30"
    assert asked(settle, replace(TARGET, low=nan, high=nan), -1e6) == ""


def test_whole_numbers_are_whole(settle: Settle) -> None:
    assert asked(settle, LIMIT, 80) == ""
    assert asked(settle, LIMIT, 80.0) == ""
    assert asked(settle, LIMIT, 80.5) == f"{LIMIT.path} takes a whole number"
    assert asked(settle, LIMIT, 101) == "101 is outside 0 to 100 percent"


# Where it could hurt


def test_the_proof_of_being_there_is_good_for_a_minute(settle: Settle) -> None:
    no = "unlocking, opening, disarming and moving seats need a person who is there and has just proved it"
    assert asked(settle, LOCK, False, person=True, present=True) == ""
    assert asked(settle, LOCK, False, person=True, present=True, at=NOW - 60) == ""
    assert asked(settle, LOCK, False, person=True, present=True, at=NOW - 60.001) == no
    assert asked(settle, LOCK, False, person=True, present=False) == no
    assert asked(settle, LOCK, False, person=False, present=True) == no
    assert asked(settle, LOCK, True) == ""


def test_what_is_not_known_yet_is_safe_by_its_name(settle: Settle) -> None:
    """Signals that a later vocabulary may bring."""
    for path, type_, opening, shutting in (
        ("Home.Gate.Position", Type.NUMBER, 10.0, 0),
        ("Home.Garage.Left.Position", Type.NUMBER, 10.0, 0),
        ("Home.Gate.IsOpen", Type.BOOLEAN, True, False),
        ("Room.Window.Left.Position", Type.NUMBER, 1.0, 0),
        ("Home.FrontDoor.Lock.Position", Type.NUMBER, 1.0, 0),
        ("Home.Alarm.IsNightArmed", Type.BOOLEAN, False, True),
        ("Device.IsChildLockEngaged", Type.BOOLEAN, False, True),
    ):
        signal = Signal(0, path, Kind[path.partition(".")[0].upper()], type_, Role.ACTUATOR)
        assert "need a person" in asked(settle, signal, opening), path
        assert asked(settle, signal, shutting) == "", path
        assert asked(settle, signal, opening, person=True, present=True) == ""


def test_names_that_only_begin_or_end_alike_are_left_to_the_driver(settle: Settle) -> None:
    for path in (
        "Vehicle.Chassis.SteeringWheel.HeatingCoolingMode",
        "Vehicle.Cabin.HVACOverride",
        "Vehicle.Cabin.Infotainment.MediaLock",
        "Vehicle.Cabin.Infotainment.HMILock",
        "Vehicle.Cabin.DoorCount",
        "Vehicle.Body.HoodLatch",
        "Vehicle.Powertrain.TractionBattery.ChargingOverride",
        "Vehicle.Trailer.Vehicle.Cabin.HVAC.IsOn",
        "Vehicle.Cabin.IsWindowChildLockEngagedBySpeed",
        "Vehicle.Trailer.IsConnected",
        "Vehicle.Engine.IsRemoteStarted",
    ):
        signal = Signal(0, path, Kind.VEHICLE, Type.BOOLEAN, Role.ACTUATOR)
        assert asked(settle, signal, True, person=True, present=True) == f"{path} is left to the vehicle and its driver"


def test_comfort_is_not_what_only_begins_like_it(settle: Settle) -> None:
    signal = Signal(0, "Vehicle.Cabin.Light.AmbientLightTest", Kind.VEHICLE, Type.BOOLEAN, Role.ACTUATOR)
    no = "the vehicle may be moving; only comfort and navigation can be set now"
    assert asked(settle, signal, True, still=False) == no
    assert asked(settle, signal, True) == ""
    blind = Signal(0, "Room.WindowBlind.Position", Kind.ROOM, Type.NUMBER, Role.ACTUATOR)
    assert asked(settle, blind, 50) == ""


def values_of(signal: Signal) -> list[Value]:
    """Values that tell whether a rule looks at the value: all there are, or the ends and the middle."""
    match signal.type:
        case Type.BOOLEAN:
            return [True, False]
        case Type.ENUM:
            return list(signal.allowed)
        case Type.TEXT:
            return ["some text"]
    low = 0.0 if signal.low != signal.low else signal.low
    high = low + 100 if signal.high != signal.high else signal.high
    return [value for value in dict.fromkeys([low, 0.0, 1.0, high]) if low <= value <= high]


def actuators() -> Iterator[tuple[Signal, str]]:
    """Every actuator and what may be done with it."""
    for signal in load_vocabulary():
        if signal.role is Role.ACTUATOR:
            matching = {may for pattern, may in MAY if fnmatchcase(signal.path, pattern)}
            assert len(matching) == 1, f"actuators.py must say once what may be done with {signal.path}: {matching}"
            yield signal, matching.pop()


def cases() -> Iterator[tuple[Signal, str, bool, Command, Command]]:
    """Every actuator with every kind of value: what may be done, is the value safe, as a skill and as a person ask."""
    for signal, may in actuators():
        for value in values_of(signal):
            by_skill = Command(f"lind/{signal.kind.word}", signal.path, value, NOW + 60, "because", "arrival")
            yield (
                signal,
                may,
                value in SAFE.get(may, (value,)) and may != "moves",
                by_skill,
                by_skill._replace(by="lind/ada"),
            )


CASES = list(cases())


def test_every_actuator_does_what_the_table_says(settle: Settle) -> None:
    parked, moving = settle.Situation(NOW, True), settle.Situation(NOW, False)
    for signal, may, safe, by_skill, by_person in CASES:
        skill, absent = settle.Ask(by_skill, 1, NOW), settle.Ask(by_person, 0, NOW, person=True)
        person = settle.Ask(by_person, 0, NOW, person=True, present=True)
        seen = f"{signal.path} = {by_skill.value}"
        if may == "driver":
            for ask in (skill, absent, person):
                assert "left to the vehicle" in settle.objection(ask, signal, parked), seen
                assert "left to the vehicle" in settle.objection(ask, signal, moving), seen
            continue
        assert settle.objection(person, signal, parked) == "", seen
        assert (settle.objection(skill, signal, parked) == "") is safe, seen
        assert (settle.objection(absent, signal, parked) == "") is safe, seen
        parked_only = signal.kind is Kind.VEHICLE and may != "comfort"
        for ask in (skill, absent, person):
            assert ("may be moving" in settle.objection(ask, signal, moving)) is parked_only, seen


# The strongest


def test_people_come_first_then_skills_in_order_then_who_spoke_last(settle: Settle) -> None:
    command = Command("lind/home", PORCH.path, True, NOW, "")
    ada, ben = settle.Ask(command, 0, 1.0, person=True), settle.Ask(command, 0, 2.0, person=True)
    first, second = settle.Ask(command, 1, 3.0), settle.Ask(command, 2, 4.0)
    assert settle.strongest([]) is None
    assert settle.strongest([second]) is second
    assert settle.strongest([first, second]) is first
    assert settle.strongest(iter([second, first])) is first
    assert settle.strongest([ada, first, ben, second]) is ben
    assert settle.strongest([ben, second, ada]) is ada


def test_what_is_not_said_is_no(settle: Settle) -> None:
    ask = settle.Ask(Command("lind/home", PORCH.path, True, NOW, ""), 0, NOW)
    assert (ask.person, ask.present) == (False, False)
    assert settle.Situation(NOW, True).paused == frozenset()
