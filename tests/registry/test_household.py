"""Stories of household files: what a good one says, and how a wrong one is told what would be right."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.core.signal import Kind
from homeward.core.vocabulary import Vocabulary
from homeward.registry import Household, HouseholdErrors, Node, parse

EXAMPLE = Path(__file__).parents[2] / "examples" / "household.yaml"

GOOD = """\
household: lind
zone: Europe/Helsinki
people:
  ada: {name: Ada, role: owner}
  ben:
vehicles:
  car:
    battery: 60 kWh
    drivers: [ada]
    signals:
      Vehicle.Speed: 30 mph
      Vehicle.IsMoving: no
homes:
  home:
    location: [60.17, 24.94]
    comfort: 70 °F
    lowest: 16
    heating: 6500 W
    signals: {Home.Heating.Mode: auto}
rooms: [bedroom, kitchen]
devices:
  lamp: {in: bedroom}
  meter:
connectors:
  broker:
    kind: mqtt
    address: mqtt://10.0.0.2
    topics: [a, {b: 1}]
rules:
  porch:   # when somebody comes
    when: lind/car is near
    then:
      - Home.Light.Porch: on   # light

  # the next one
  quiet: {when: night}
scenes:
  dark: {bedroom: {Room.Light.IsOn: off}, home: {Home.Climate.TargetTemperature: 18 °C}}
"""


def problems(text: str, vocabulary: Vocabulary, kinds: list[str] | None = None) -> list[str]:
    with pytest.raises(HouseholdErrors) as raised:
        parse(text, vocabulary, connector_kinds=kinds)
    assert str(raised.value) == "\n".join(str(problem) for problem in raised.value.problems)
    return [str(problem).removeprefix("household.yaml:") for problem in raised.value.problems]


def with_lines(vocabulary: Vocabulary, *lines: str) -> list[str]:
    """The problems of a file with the two lines it needs and these from line 3 on."""
    return problems("\n".join(["household: lind", "zone: Europe/Helsinki", *lines]), vocabulary)


def node(household: Household, name: str) -> Node:
    return next(one for one in household.nodes if one.name == name)


def test_a_file_says_who_and_what_there_is(vocabulary: Vocabulary) -> None:
    found = parse(GOOD, vocabulary, connector_kinds=["mqtt"])
    assert (found.name, found.zone, len(found.nodes)) == ("lind", "Europe/Helsinki", 8)
    ada = node(found, "lind/ada")
    assert (ada.kind, ada.attributes, ada.line) == (Kind.PERSON, {"name": "Ada", "role": "owner"}, 4)
    assert ada.signals == {"Person.Name": "Ada"}
    assert node(found, "lind/ben").attributes == {"role": "member"}
    car = node(found, "lind/car")
    assert car.attributes == {"drivers": ["lind/ada"]}
    assert car.signals == {
        "Vehicle.Powertrain.TractionBattery.GrossCapacity": 60.0,
        "Vehicle.Speed": pytest.approx(48.28032),
        "Vehicle.IsMoving": False,
    }
    assert node(found, "lind/home").signals == {
        "Home.Location.Latitude": 60.17,
        "Home.Location.Longitude": 24.94,
        "Home.Climate.ComfortTemperature": 21.11,
        "Home.Climate.LowestTemperature": 16.0,
        "Home.Climate.FullPower": 6.5,
        "Home.Heating.Mode": "auto",
    }


def test_rooms_and_devices_know_where_they_are(vocabulary: Vocabulary) -> None:
    found = parse(GOOD, vocabulary)
    inside = {one.name: one.inside for one in found.nodes if one.inside}
    assert inside == {
        "lind/bedroom": "lind/home",
        "lind/kitchen": "lind/home",
        "lind/lamp": "lind/bedroom",
        "lind/meter": "lind/home",
    }


def test_connectors_rules_and_scenes_are_kept(vocabulary: Vocabulary) -> None:
    found = parse(GOOD, vocabulary)
    assert found.connectors[0].kind == "mqtt"
    assert found.connectors[0].settings == {"address": "mqtt://10.0.0.2", "topics": ["a", {"b": 1}]}
    porch, quiet = found.rules
    assert porch.text == "when: lind/car is near\nthen:\n  - Home.Light.Porch: on"
    assert GOOD.splitlines()[porch.line - 1].strip() == porch.text.splitlines()[0]
    assert quiet.text == "{when: night}"
    assert found.scenes[0].commands == (
        ("lind/bedroom", "Room.Light.IsOn", False),
        ("lind/home", "Home.Climate.TargetTemperature", 18.0),
    )


def test_the_example_is_right(vocabulary: Vocabulary) -> None:
    found = parse(EXAMPLE.read_text(encoding="utf-8"), vocabulary)
    assert {one.kind for one in found.nodes} == set(Kind) and found.scenes


def test_a_misspelt_signal_names_its_line_and_the_nearest(vocabulary: Vocabulary) -> None:
    assert with_lines(vocabulary, "vehicles:", "  car:", "    signals:", "      Vehicle.Sped: 3") == [
        "6: vehicles.car.signals: unknown signal Vehicle.Sped; did you mean Vehicle.Speed?"
    ]


def test_an_older_name_of_a_signal_is_understood(vocabulary: Vocabulary) -> None:
    old, new = next((old, new) for old, new in vocabulary.renamed.items() if vocabulary[new].type.name == "NUMBER")
    found = parse(f"household: a\nzone: UTC\nvehicles: {{car: {{signals: {{{old}: 1}}}}}}", vocabulary)
    assert found.nodes[0].signals == {new: 1.0}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["peple: [ada]"], "3: unknown field peple; did you mean people?"),
        (["home: {}"], "3: unknown field home; did you mean homes?"),
        (["people:", "  ada:", "    rolle: owner"], "5: people.ada: unknown field rolle; did you mean role?"),
        (["people:", "  ada: {role: ownr}"], "4: people.ada.role: unknown role 'ownr'; did you mean owner?"),
        (["people:", "  ada: 3"], "4: people.ada: '3' does not belong here; write its fields, indented"),
        (["people: 3"], "3: people: '3' does not belong here; write one `name:` a line, indented"),
        (["people:", "  ada:", "  ada:"], "5: people: 'ada' stands here twice, first on line 4"),
        (["people: [ada,", "  ada]"], "4: people: 'ada' stands here twice, first on line 3"),
        (
            ["people: [car]", "vehicles:", "  car:"],
            "5: vehicles.car: the name is taken by people.car on line 3; every node needs its own",
        ),
        (
            ["people:", "  Ada Lind:"],
            "4: people.Ada Lind: 'Ada Lind' cannot be a name; use up to 48 letters a-z, digits, - and _",
        ),
        (["vehicles:", "  car: {drivers: [ad]}", "people: [ada]"],
         "4: vehicles.car.drivers: unknown person ad; did you mean ada?"),
        (["vehicles:", "  car: {drivers: ada}", "people: [ada]"],
         "4: vehicles.car.drivers: 'ada' is not a list of people; write `drivers: [ada, ben]`"),
        (["homes:", "  home: {location: here}"],
         "4: homes.home.location: 'here' is not a place; write [latitude, longitude]: [60.17, 24.94]"),
        (["homes:", "  home:", "    location: [91, 24]"],
         "5: homes.home.location: Home.Location.Latitude: 91 is out of range; it is a number from -90 to 90 degrees"),
        (["homes:", "  home:", "    comfort: warm"],
         "5: homes.home.comfort: Home.Climate.ComfortTemperature: 'warm' is not a number from 10 to 30 Celsius"),
        (["homes: {home: {comfort: '21,5 °C'}}"],
         "3: homes.home.comfort: Home.Climate.ComfortTemperature: '21,5 °C' is not a number from 10 to 30 Celsius; "
         "write decimals with a point"),
        (["homes: {home: {comfort: 21 K}}"],
         "3: homes.home.comfort: Home.Climate.ComfortTemperature: the unit of '21 K' is not one of °C, C, celsius, "
         "°F"),
        (["people:", "  ada: {name: }"],
         "4: people.ada.name: Person.Name: nothing is written here; write text, or take the line out"),
        (["homes: {home: {comfort: 40 °C}}"],
         "3: homes.home.comfort: Home.Climate.ComfortTemperature: 40 is out of range; it is a number from 10 to 30 "
         "Celsius"),
        (["homes: {home: {comfort: true}}"],
         "3: homes.home.comfort: Home.Climate.ComfortTemperature: True is not a number from 10 to 30 Celsius"),
        (["homes: {home: {signals: {Home.Heating.Mode: haet}}}"],
         "3: homes.home.signals: Home.Heating.Mode: 'haet' is not one of off, auto, heat, cool; did you mean heat?"),
        (["homes: {home: {signals: {Home.IsOccupied: maybe}}}"],
         "3: homes.home.signals: Home.IsOccupied: 'maybe' is not true or false"),
        (["homes: {home: {signals: {Vehicle.Speed: 3}}}"],
         "3: homes.home.signals: Vehicle.Speed is a signal of a vehicle, not of a home"),
        (["homes: {home: {comfort: 21, signals: {Home.Climate.ComfortTemperature: 21}}}"],
         "3: homes.home.signals: Home.Climate.ComfortTemperature is already given by a field of homes.home; "
         "write it once"),
        (["rooms: [bedroom]"], "3: rooms.bedroom: a room needs a home; write one under `homes:`"),
        (["rooms: [bedroom]", "homes: [flat, hut]"],
         "3: rooms.bedroom: there are several homes (flat, hut); write `home:` and which"),
        (["rooms: {bedroom: {home: hat}}", "homes: [flat, hut]"],
         "3: rooms.bedroom.home: unknown home hat; did you mean hut?"),
        (["devices: {lamp: {in: bedrom}}", "rooms: [bedroom]", "homes: [home]"],
         "3: devices.lamp.in: unknown room or home bedrom; did you mean bedroom?"),
        (["connectors: {broker: {address: x}}"],
         "3: connectors.broker: a connector needs its kind, such as `kind: mqtt`"),
        (["rules:", "  porch:"], "4: rules.porch: the rule says nothing; write what it does, or take it out"),
        (["scenes: {dark: {hoem: {Home.Light.Porch: off}}}", "homes: [home]"],
         "3: scenes.dark: unknown node hoem; did you mean home?"),
        (["scenes: {dark: {home: {Home.IsOccupied: off}}}", "homes: [home]"],
         "3: scenes.dark.home: Home.IsOccupied cannot be set; it is only measured or given"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_what_would_be_right(vocabulary: Vocabulary, lines: list[str], said: str) -> None:
    assert with_lines(vocabulary, *lines) == [said]


def test_the_household_needs_a_name_and_a_zone(vocabulary: Vocabulary) -> None:
    assert problems("people: [ada]", vocabulary) == [
        "1: household: missing; write the household's name: `household: lind`",
        "1: zone: missing; write the household's time zone, such as `zone: Europe/Helsinki`",
    ]
    wrong = problems("household: a b\nzone: Helsinki", vocabulary)
    assert wrong[0].startswith("1: household: 'a b' cannot be a name")
    assert wrong[1] == (
        "2: zone: 'Helsinki' is not a time zone; write one such as Europe/Helsinki; did you mean Europe/Helsinki?"
    )


def test_an_unknown_connector_names_the_nearest(vocabulary: Vocabulary) -> None:
    text = "household: a\nzone: UTC\nconnectors: {c: {kind: mqqt}, d: {kind: zzz}}"
    assert problems(text, vocabulary, ["mqtt", "kuksa"]) == [
        "3: connectors.c.kind: unknown connector mqqt; did you mean mqtt?",
        "3: connectors.d.kind: unknown connector zzz; there is kuksa, mqtt",
    ]


def test_everything_wrong_is_told_at_once(vocabulary: Vocabulary) -> None:
    found = with_lines(vocabulary, "homes:", "  home:", "    comfort: hot", "    lowest: cold", "people:", "  a b:")
    assert [one.partition(":")[0] for one in found] == ["5", "6", "8"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1: a household file begins with `household: name`; see docs/household-file.md"),
        ("- a\n- b", "1: a household file begins with `household: name`; see docs/household-file.md"),
        ("household: a\n\tzone: UTC", "2: a tab before the first word; indent with spaces"),
        ("people:\n\tada:", "2: a tab before the first word; indent with spaces"),
        ("a: b: c", "1: a second colon, or an indentation that fits no line above; put text with a colon into quotes"),
        ("household: [a", "1: this cannot be read as YAML: expected ',' or ']', but got '<stream end>'"),
        ("household: a\n---\nhousehold: b", "2: a second document begins here; write one household a file"),
        ("a: \x07", "1: this cannot be read as YAML: unacceptable character #x0007: special characters are not "
         'allowed in "<unicode string>", position 3'),
        ("a: &x [1]\nb: *x", "1: a: anchors (&) and aliases (*) are not used here; write it out, or put the text into "
         "quotes"),
        ("a: *x", "1: a: anchors (&) and aliases (*) are not used here; write it out, or put the text into quotes"),
        ("a: " + "[" * 500, "1: a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: nested deeper than 20 "
         "levels"),
        ("x" * 300_000, "1: the file has 300,000 characters; at most 262,144"),
        ("a: [" + "1," * 30_000 + "]", "1: a[19997]: more than 20,000 values; a household file is smaller"),
    ],
)  # fmt: skip
def test_what_is_not_yaml_or_would_hurt_is_refused(vocabulary: Vocabulary, text: str, said: str) -> None:
    assert problems(text, vocabulary)[:1] == [said]


def test_tags_and_merge_keys_are_refused(vocabulary: Vocabulary) -> None:
    assert with_lines(vocabulary, "connectors:", "  c: {kind: mqtt, password: !secret p}") == [
        "4: connectors.c.password: tags such as !secret are not used here; write the value alone"
    ]
    assert with_lines(vocabulary, "homes:", "  home:", "    <<: {comfort: 21}") == [
        "5: homes.home: a field's name is one plain word here"
    ]


def test_a_bomb_costs_no_time(vocabulary: Vocabulary) -> None:
    bomb = "a0: &a0 [x, x]\n" + "\n".join(f"a{n}: &a{n} [{'*a' + str(n - 1)}, *a{n - 1}]" for n in range(1, 60))
    start = time.process_time()
    assert "anchors" in problems(bomb, vocabulary)[0]
    assert time.process_time() - start < 60  # two to the sixtieth would never end


def test_signs_that_would_confuse_a_terminal_are_not_repeated(vocabulary: Vocabulary) -> None:
    (said,) = with_lines(vocabulary, '"peo\\e[2Jple\\n": {}')
    assert said == "3: unknown field peo�[2Jple�; did you mean people?"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_is_broken_in_a_file_only_problems_come_of_it(vocabulary: Vocabulary, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 40)))
    text = GOOD[:start] + data.draw(st.text(alphabet=" \n:-[]{}'\"#&*!|>%@,\tab0.~", max_size=8)) + GOOD[end:]
    try:
        parse(text, vocabulary)
    except HouseholdErrors as errors:
        last = text.count("\n") + 2
        assert errors.problems and all(1 <= problem.line <= last for problem in errors.problems)
