"""Mistakes in rules are told before anything is applied: line, column, and the nearest right word."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.rules.conftest import lind

from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry.problems import HouseholdErrors
from homeward.rules import rules_to_skills
from homeward.rules.expression import Misread, parse_expression

RIGHT = "then: good_night"
HOME_ON = "then: {home: {Home.Light.Porch: on}}"


def problems(vocabulary: Vocabulary, rule: str) -> str:
    with pytest.raises(HouseholdErrors) as told:
        rules_to_skills(lind(vocabulary, rule), vocabulary)
    return str(told.value)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("Vehicle.DistanceToHom < 5 km", "column 1: unknown signal Vehicle.DistanceToHom; did you mean Vehicle."),
        ("Vehicel.IsHome", "unknown signal Vehicel.IsHome; did you mean Vehicle.IsHome?"),
        ("Vehicle.IsHome and badroom.Room.IsOccupied", "column 20: unknown room badroom; did you mean bedroom?"),
        ("ada.Vehicle.IsHome", "ada is a person and has no Vehicle.IsHome"),
        ("Vehicle.DistanceToHome < 5 kmh", "column 26: 'kmh' cannot be turned into m"),
        ("Vehicle.DistanceToHome < near", "is a number from 0 m, not near"),
        ("Vehicle.IsHome == maybe", "Vehicle.IsHome is true or false, not maybe"),
        ("Vehicle.IsHome > 3", "it can be == or !=, but not >"),
        ("Home.Heating.Mode == hea", "did you mean heat?"),
        ("Home.Climate.TargetTemperature > 90", "out of range"),
        ("Vehicle.IsHome = true", "column 16: = sets nothing here; write == to compare; did you mean ==?"),
        ("Vehicle.IsHome adn Vehicle.IsMoving", "column 16: 'adn' where `and` or `or` should stand; did you mean and?"),
        ("(Vehicle.IsHome", "column 16: `)` is missing at the end"),
        ("Vehicle.Speed <", "the expression ends where a value should follow"),
        ("fresh(Vehicle.Speed)", "`,` should stand"),
        ("fresh(Vehicle.Speed, 5 km)", "'km' cannot be turned into s"),
        ("due(Vehicle.Speed)", "not a time that can come"),
        ("Vehicle.Speed < Vehicle.DistanceToHome", "cannot be compared: km/h and m"),
        ("Vehicle.Speed < Home.Climate.IndoorTemperature", "if they are of the same node"),
        ("any Room.IsOccupied and Room.Window.IsOpen", "write any or every before each Room signal"),
        ("__import__('os').system('true')", "is not understood"),
        ("Vehicle.Speed < 5; Vehicle.IsHome", "is not understood"),
    ],
)  # fmt: skip
def test_a_mistake_in_an_expression(vocabulary: Vocabulary, when: str, words: str) -> None:
    said = problems(vocabulary, f"r:\n  when: {json.dumps(when)}\n  {HOME_ON}")
    assert said.startswith("household.yaml:14: rules.r.when: column"), said
    assert words in said


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f"r: {{{RIGHT}}}", "household.yaml:13: rules.r: when? Write one of"),
        (f"r: {{when: Vehicle.IsHome, falls: Vehicle.IsHome, {RIGHT}}}", "when and falls do not go together"),
        (f"r: {{wenn: Vehicle.IsHome, {RIGHT}}}", "unknown field wenn; did you mean when?"),
        ("r: {when: Vehicle.IsHome}", "then what?"),
        ("r: {when: Vehicle.IsHome, then: good_nite}", "unknown scene 'good_nite'; did you mean good_night?"),
        ("r: {when: Vehicle.IsHome, then: {hom: {Home.Light.Porch: on}}}", "unknown node hom; did you mean home?"),
        ("r: {when: Vehicle.IsHome, then: {home: {Home.Light.Proch: on}}}", "did you mean Home.Light.Porch?"),
        ("r: {when: Vehicle.IsHome, then: {home: {Room.Light.IsOn: on}}}", "home is a home"),
        ("r: {when: Vehicle.IsHome, then: {home: {Home.IsOccupied: on}}}", "cannot be set"),
        ("r: {when: Vehicle.IsHome, then: {home: {Home.Heating.Mode: warm}}}", "is not one of off, auto, heat, cool"),
        ("r: {when: Vehicle.IsHome, then: {home: {Home.Climate.TargetTemperature: 99 °C}}}", "out of range"),
        ("r: {when: Vehicle.IsHome, then: {home: {Home.Door.Front.IsLocked: off}}}", "need a person who is there"),
        (
            "r: {when: Vehicle.IsHome, then: {car: {Vehicle.Chassis.ParkingBrake.IsAutoApplyEnabled: on}}}",
            "left to the",
        ),
        (f"r: {{when: Vehicle.IsHome, for: 5 parsecs, {RIGHT}}}", "'parsecs' cannot be turned into s"),
        (f"r: {{when: Vehicle.IsHome, lasts: 30 d, {RIGHT}}}", "seven days"),
        (f"r: {{falls: Vehicle.IsHome, for: 5 min, {RIGHT}}}", "`for:` goes with `when:`"),
        (f"r: {{changes: Vehicle.IsHome == true, {RIGHT}}}", "takes one signal"),
        ("r: just words", "a rule has `when:` and `then:`"),
        (f"r: {{while: Room.IsOccupied and Room.Window.IsOpen, {RIGHT}}}", "which one is meant, bedroom or kitchen?"),
    ],
)
def test_a_mistake_in_a_rule(vocabulary: Vocabulary, rule: str, words: str) -> None:
    assert words in problems(vocabulary, rule)


def test_every_mistake_is_told_at_once_and_by_its_own_line(vocabulary: Vocabulary) -> None:
    rules = """
    good: {when: Vehicle.IsHome, then: good_night}
    bad:
      when: Vehicle.IsHom
      then:
        home:
          Home.Light.Porch: maybe
        hom: {Home.Light.Porch: on}
    """
    lines = problems(vocabulary, rules).splitlines()
    where = [line.partition(": ")[0] for line in lines]
    assert where == ["household.yaml:15", "household.yaml:18", "household.yaml:19"], lines


def test_a_household_without_a_car_cannot_have_rules_about_it(vocabulary: Vocabulary) -> None:
    household = lind(vocabulary, f"r: {{when: Vehicle.IsHome, {RIGHT}}}")
    nobody = type(household)("lind", "UTC", tuple(n for n in household.nodes if n.kind != 1), (), household.rules,
                             household.scenes)  # fmt: skip
    with pytest.raises(Refused, match="the household has no vehicle"):
        rules_to_skills(nobody, vocabulary)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="VehicleHom.Is()andort<>=!5 km,\"'%°-any_\n", max_size=80))
@example("(" * 500)
@example("not " * 500 + "Vehicle.IsHome")
def test_whatever_is_written_is_understood_or_told(text: str) -> None:
    try:
        parse_expression(text)
    except Misread as problem:
        assert 1 <= problem.column <= len(text) + 1
