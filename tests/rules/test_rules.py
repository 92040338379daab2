"""Rules as people write them: what sets them off, what follows, and that they end at their own household's door."""

from tests.rules.conftest import T0, World, lind

from homeward.core.settle import LONGEST_S
from homeward.core.vocabulary import Vocabulary
from homeward.rules import RuleBook, rules_to_skills

PORCH = """
porch:
  when: Vehicle.DistanceToHome < 5 km and Person.Sleeping == false
  then:
    home: {Home.Light.Porch: on}
  lasts: 20 min
"""


def world(vocabulary: Vocabulary, rules: str) -> World:
    household = lind(vocabulary, rules)
    return World(vocabulary, rules_to_skills(household, vocabulary), [household])


def test_the_porch_light_goes_on_when_the_car_comes_near(vocabulary: Vocabulary) -> None:
    home = world(vocabulary, PORCH)
    assert home.hear(0, "lind/ada", {"Person.Sleeping": False}) == []
    assert home.hear(1, "lind/car", {"Vehicle.DistanceToHome": 9000.0}) == []
    [command] = home.hear(2, "lind/car", {"Vehicle.DistanceToHome": 4900.0})
    assert (command.node, command.path, command.value) == ("lind/home", "Home.Light.Porch", True)
    assert command.until == T0 + 2 + 1200
    assert command.by == "rule porch"
    assert command.why == "rule porch: car is within 5 km of home and a person is not sleeping"
    assert home.hear(3, "lind/car", {"Vehicle.DistanceToHome": 4000.0}) == [], (
        "it fires when it becomes true, not while"
    )


def test_unknown_is_not_false(vocabulary: Vocabulary) -> None:
    home = world(vocabulary, PORCH)
    assert home.hear(1, "lind/car", {"Vehicle.DistanceToHome": 100.0}) == [], "nobody knows whether ada sleeps"


def test_it_must_hold_for_a_while(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        window:
          when: bedroom.Room.Window.IsOpen
          for: 5 min
          then: {ada: {Person.Message: The bedroom window is open}}
        """,
    )
    home.hear(0, "lind/bedroom", {"Room.Window.IsOpen": True})
    home.hear(200, "lind/bedroom", {"Room.Window.IsOpen": False})
    home.hear(220, "lind/bedroom", {"Room.Window.IsOpen": True})
    assert home.wait(519) == []
    [command] = home.wait(521)
    assert command.value == "The bedroom window is open"
    assert command.why == "rule window: bedroom's window is open for 5 min"


def test_a_rule_that_names_a_room_is_about_that_room(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        cold:
          when: bedroom.Room.Climate.Temperature < 64.4 °F
          then: {bedroom: {Room.Climate.TargetTemperature: 21 °C}}
        """,
    )
    assert home.hear(0, "lind/kitchen", {"Room.Climate.Temperature": 10.0}) == []
    assert home.hear(1, "lind/bedroom", {"Room.Climate.Temperature": 18.1}) == []
    [command] = home.hear(2, "lind/bedroom", {"Room.Climate.Temperature": 17.9})
    assert (command.node, command.value) == ("lind/bedroom", 21.0)


def test_any_and_every(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        dark: {when: not any Person.IsHome, then: good_night}
        asleep: {when: every Person.Sleeping, then: {home: {Home.Security.IsArmed: on}}}
        """,
    )
    home.hear(0, "lind/ada", {"Person.IsHome": True, "Person.Sleeping": True})
    assert home.hear(1, "lind/ben", {"Person.IsHome": False, "Person.Sleeping": False}) == []
    [armed] = home.hear(2, "lind/ben", {"Person.Sleeping": True})
    assert armed.path == "Home.Security.IsArmed"
    scene = home.hear(3, "lind/ada", {"Person.IsHome": False})
    assert {(one.path, one.value) for one in scene} == {("Room.Light.IsOn", False), ("Home.Light.Porch", False)}


def test_several_questions_about_rooms_are_about_the_same_room(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        stuffy:
          when: Room.IsOccupied and Room.Climate.CarbonDioxide > 1200
          then: {ben: {Person.Message: Open a window}}
        """,
    )
    home.hear(0, "lind/bedroom", {"Room.IsOccupied": True, "Room.Climate.CarbonDioxide": 600.0})
    assert home.hear(1, "lind/kitchen", {"Room.IsOccupied": False, "Room.Climate.CarbonDioxide": 2000.0}) == []
    assert home.hear(2, "lind/bedroom", {"Room.Climate.CarbonDioxide": 1300.0}) != []


def test_what_stands_while_something_is_so_is_taken_back_when_it_is_over(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        light: {while: Vehicle.DistanceToHome < 1 km, then: {home: {Home.Light.Porch: on}}}
        """,
    )
    home.hear(0, "lind/car", {"Vehicle.DistanceToHome": 5000.0})
    [on] = home.hear(1, "lind/car", {"Vehicle.DistanceToHome": 900.0})
    assert on.until == T0 + 1 + LONGEST_S
    [back] = home.hear(2, "lind/car", {"Vehicle.DistanceToHome": 1100.0})
    assert back.path == "Home.Light.Porch"
    assert home.circle.standings.in_force(*_target(home, "lind/home", "Home.Light.Porch")) is None
    [again] = home.hear(3, "lind/car", {"Vehicle.DistanceToHome": 800.0})
    assert again.value is True, "each time anew"


def _target(home: World, node: str, path: str) -> tuple[int, int]:
    return home.circle.twin.nodes.number(node), home.vocabulary[path].index


def test_falls_and_changes(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        left: {falls: Vehicle.IsHome, then: {home: {Home.Door.Garage.IsOpen: off}}}
        button: {changes: Device.Button, then: {socket: {Device.IsOn: on}}, lasts: 10 s}
        """,
    )
    home.hear(0, "lind/car", {"Vehicle.IsHome": True})
    [shut] = home.hear(1, "lind/car", {"Vehicle.IsHome": False})
    assert shut.value is False
    assert shut.why == "rule left: it is over that car is home"
    assert len(home.hear(2, "lind/socket", {"Device.Button": "single"})) == 1
    home.wait(13)
    assert len(home.hear(14, "lind/socket", {"Device.Button": "single"})) == 1, "the same word is heard again"


def test_fresh_news_only(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        lost:
          when: not fresh(Vehicle.CurrentLocation.Latitude, 10 min)
          then: {ada: {Person.Message: Where is the car?}}
        """,
    )
    home.hear(0, "lind/car", {"Vehicle.CurrentLocation.Latitude": 60.0})
    assert home.wait(590) == []
    assert len(home.wait(601)) == 1


def test_signals_of_one_node_compared(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        cool:
          when: Home.Climate.IndoorTemperature > Home.Climate.ComfortTemperature
          then: {home: {Home.Heating.Mode: off}}
        """,
    )
    home.hear(0, "lind/home", {"Home.Climate.ComfortTemperature": 21.0})
    assert home.hear(1, "lind/home", {"Home.Climate.IndoorTemperature": 20.9}) == []
    [command] = home.hear(2, "lind/home", {"Home.Climate.IndoorTemperature": 21.2})
    assert command.value == "off"
    assert "home's climate indoor temperature is above its climate comfort temperature" in command.why


def test_commands_may_each_last_their_own_time_and_say_their_own_why(vocabulary: Vocabulary) -> None:
    home = world(
        vocabulary,
        """
        both:
          when: Vehicle.IsHome
          why: welcome
          lasts: 1 h
          then:
            - good_night
            - home: {Home.Climate.TargetTemperature: {value: 21, lasts: 10 min}}
            - scene: good_night
        """,
    )
    commands = {one.path: one for one in home.hear(0, "lind/car", {"Vehicle.IsHome": True})}
    assert commands["Home.Climate.TargetTemperature"].until == T0 + 600
    assert commands["Home.Light.Porch"].until == T0 + 3600
    assert {one.why for one in commands.values()} == {"welcome"}


def test_rules_of_one_household_touch_no_other(vocabulary: Vocabulary) -> None:
    one, other = lind(vocabulary, PORCH), lind(vocabulary, "quiet: {when: Vehicle.IsHome, then: good_night}", "berg")
    book = RuleBook(vocabulary)
    book.put(one)
    book.put(other)
    town = World(vocabulary, book.skills(), [one, other])
    town.hear(0, "berg/ada", {"Person.Sleeping": False})
    assert town.hear(1, "berg/car", {"Vehicle.DistanceToHome": 400.0}) == [], "lind's rule is not berg's"
    assert {command.node for command in town.hear(2, "berg/car", {"Vehicle.IsHome": True})} == {
        "berg/bedroom",
        "berg/home",
    }
    town.hear(3, "lind/ada", {"Person.Sleeping": False})
    assert [command.node for command in town.hear(4, "lind/car", {"Vehicle.DistanceToHome": 100.0})] == ["lind/home"]


def test_the_same_rule_in_many_households_is_one_skill_and_can_come_and_go(vocabulary: Vocabulary) -> None:
    book = RuleBook(vocabulary)
    households = [lind(vocabulary, PORCH, f"h{i}") for i in range(20)]
    assert [book.put(household) for household in households] == [True] + [False] * 19
    assert len(book.skills()) == 1
    town = World(vocabulary, book.skills(), households)
    book.drop("h7")
    assert not book.put(households[3]), "applying a file again changes nothing"
    for i in (3, 7):
        town.hear(1, f"h{i}/ada", {"Person.Sleeping": False})
    assert town.hear(2, "h7/car", {"Vehicle.DistanceToHome": 100.0}) == []
    assert [one.node for one in town.hear(3, "h3/car", {"Vehicle.DistanceToHome": 100.0})] == ["h3/home"]
    assert book.put(lind(vocabulary, "quiet: {when: Vehicle.IsHome, then: good_night}", "h7"))
    assert len(book.skills()) == 2
