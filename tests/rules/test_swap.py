"""Rules that come and go while the circle turns: what others remember stays."""

from tests.rules.conftest import World, lind

from homeward.core.vocabulary import Vocabulary
from homeward.rules import RuleBook

WINDOW = """
window:
  when: bedroom.Room.Window.IsOpen
  for: 5 min
  then: {ada: {Person.Message: The window is open}}
"""
NEAR = "near: {when: Vehicle.DistanceToHome < 5 km, then: {home: {Home.Light.Porch: on}}}"


def test_a_rule_that_comes_leaves_the_memory_of_the_others_alone(vocabulary: Vocabulary) -> None:
    book = RuleBook(vocabulary)
    before = lind(vocabulary, WINDOW)
    book.put(before)
    home = World(vocabulary, book.skills(), [before])
    home.hear(0, "lind/bedroom", {"Room.Window.IsOpen": True})
    home.hear(100, "lind/car", {"Vehicle.DistanceToHome": 4000.0})
    assert book.put(lind(vocabulary, WINDOW + NEAR))
    home.circle.set_skills(book.skills())
    assert home.hear(110, "lind/car", {"Vehicle.DistanceToHome": 3000.0}) == [], "it was true before the rule came"
    home.hear(120, "lind/car", {"Vehicle.DistanceToHome": 6000.0})
    assert [one.by for one in home.hear(130, "lind/car", {"Vehicle.DistanceToHome": 3000.0})] == ["rule near"]
    assert home.wait(299) == []
    assert [one.by for one in home.wait(301)] == ["rule window"], "it has been open since 0"
    assert book.put(lind(vocabulary, "other: {when: Vehicle.IsHome, then: good_night}"))
    home.circle.set_skills(book.skills())
    home.hear(400, "lind/car", {"Vehicle.DistanceToHome": 6000.0})
    assert home.hear(410, "lind/car", {"Vehicle.DistanceToHome": 3000.0}) == [], "the rule is gone"


def test_one_rule_may_name_several_nodes(vocabulary: Vocabulary) -> None:
    book = RuleBook(vocabulary)
    both = "bedroom.Room.Climate.Temperature < 18 and kitchen.Room.Climate.Temperature > 21"
    house = lind(vocabulary, f"both: {{when: {both}, then: good_night}}")
    book.put(house)
    home = World(vocabulary, book.skills(), [house])
    assert home.hear(0, "lind/bedroom", {"Room.Climate.Temperature": 22.0}) == []
    assert home.hear(1, "lind/kitchen", {"Room.Climate.Temperature": 17.0}) == []
    assert home.hear(2, "lind/bedroom", {"Room.Climate.Temperature": 17.0}) == []
    assert len(home.hear(3, "lind/kitchen", {"Room.Climate.Temperature": 22.0})) == 2
