"""The kernel learns a message with all that follows; one that needs a closer look is left, and all is as it was."""

from collections.abc import Iterator, Mapping
from copy import deepcopy

import numpy as np
import pytest

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import Condition, Trigger, signal

SPEED, LATITUDE, LONGITUDE = "Vehicle.Speed", "Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude"
INSIDE, DISTANCE, TEXT = "Home.Climate.IndoorTemperature", "Vehicle.DistanceToHome", "Vehicle.VehicleIdentification.VIN"
CALLING: list[Condition | Trigger] = [
    signal(SPEED) > 20.0,
    (signal(DISTANCE) < 5000.0) & (signal(INSIDE) < 18.0),
    ((signal(SPEED) > 50.0) | (signal(INSIDE) != 20.0)).falls(),
    signal("Person.IsHome").changes(),
]


@skill(kind=Kind.HOME, when=CALLING)
def watched(home: View) -> Iterator[Command | Reading]:
    """Nothing: only what calls it counts."""
    yield from ()


@skill(kind=Kind.VEHICLE, when=(signal(SPEED) > 80.0).holds(60.0))
def lasting(car: View) -> Iterator[Command | Reading]:
    """Nothing, too."""
    yield from ()


@pytest.fixture
def circle(vocabulary: Vocabulary) -> Circle:
    circle = Circle(vocabulary, [watched])
    add_household(circle, "lind")
    return circle


def add_household(circle: Circle, name: str) -> None:
    for node, kind in (("car", Kind.VEHICLE), ("home", Kind.HOME), ("ada", Kind.PERSON)):
        circle.add(f"{name}/{node}", kind)
    say(circle, f"{name}/home", {"Home.Location.Latitude": 60.0, "Home.Location.Longitude": 25.0, INSIDE: 20.0}, 0.0)
    say(circle, f"{name}/car", {SPEED: 0.0, LATITUDE: 60.1, LONGITUDE: 25.0}, 0.0)


def batch_of(circle: Circle, *messages: tuple[str, Mapping[str, float | str], float]) -> Batch:
    said = [
        (time, [Reading(node, path, value, time) for path, value in values.items()]) for node, values, time in messages
    ]
    return Batch.of(said, circle.twin.nodes, circle.twin.vocabulary)


def say(circle: Circle, node: str, values: Mapping[str, float | str], time: float) -> None:
    circle.turn(batch_of(circle, (node, values, time)), time)


Learned = tuple[list[int], list[int], list[tuple[int, int, float]]]


def quick(circle: Circle, *messages: tuple[str, Mapping[str, float | str], float]) -> Learned:
    """Which are left for a closer look, which have not been looked at, and who is called: skill, row, time."""
    batch = batch_of(circle, *messages)
    first, behind, fired = circle.quick.learn(batch, np.arange(len(batch)))
    return first.tolist(), behind.tolist(), [(one.order, one.row, one.now) for one in fired]


LEARNED: Learned = ([], [], [])
LEFT: Learned = ([0], [], [])


def test_what_calls_nobody_is_learned(circle: Circle) -> None:
    assert quick(circle, ("lind/car", {SPEED: 10.0}, 1.0), ("lind/car", {SPEED: 12.0}, 2.0)) == LEARNED
    assert circle.twin.get("lind/car", SPEED) == (12.0, 2.0)
    assert circle.clock.array[0] == 2.0


def test_what_follows_is_learned_with_it(circle: Circle) -> None:
    one_by_one = deepcopy(circle)
    assert quick(circle, ("lind/car", {LATITUDE: 60.09, LONGITUDE: 25.01}, 60.0)) == LEARNED
    say(one_by_one, "lind/car", {LATITUDE: 60.09, LONGITUDE: 25.01}, 60.0)
    for name in ("DistanceToHome", "BearingToHome", "SpeedTowardsHome", "IsClosingOnHome", "IsHome"):
        assert circle.twin.get("lind/car", f"Vehicle.{name}") == one_by_one.twin.get("lind/car", f"Vehicle.{name}")
    assert circle.twin.get("lind/car", "Vehicle.IsClosingOnHome") == (True, 60.0)


def test_who_is_called_is_told_and_what_is_behind_is_left(circle: Circle) -> None:
    said = ("lind/car", {SPEED: 10.0}, 1.0), ("lind/car", {SPEED: 30.0}, 2.0), ("lind/car", {SPEED: 11.0}, 3.0)
    assert quick(circle, *said) == ([], [2], [(0, 0, 2.0)])
    assert circle.twin.get("lind/car", SPEED) == (30.0, 2.0)
    assert circle.clock.array[0] == 2.0
    assert circle.watches[0][1].truth.array[0]


def test_what_is_left_has_touched_nothing(circle: Circle) -> None:
    circle.set_skills([watched, lasting])
    truths = [watch.truth.array.copy() for _, watch in circle.watches]
    calling = {LATITUDE: 60.05, LONGITUDE: 25.0, SPEED: 90.0}  # it begins to hold, which is not for the kernel
    said = ("lind/car", {SPEED: 10.0}, 1.0), ("lind/car", calling, 2.0), ("lind/car", {SPEED: 11.0}, 3.0)
    assert quick(circle, *said) == ([1], [2], [])
    assert circle.twin.get("lind/car", SPEED) == (10.0, 1.0)
    assert circle.twin.get("lind/car", LATITUDE) == (60.1, 0.0)
    assert circle.twin.get("lind/car", "Vehicle.SpeedTowardsHome") == (None, -np.inf)
    assert circle.clock.array[0] == 1.0
    assert all((watch.truth.array == was).all() for (_, watch), was in zip(circle.watches, truths, strict=True))


def test_an_answer_that_calls_nobody_is_remembered(circle: Circle) -> None:
    say(circle, "lind/car", {SPEED: 30.0}, 1.0)
    fast = circle.watches[0][1]
    assert fast.truth.array[0]
    assert quick(circle, ("lind/car", {SPEED: 5.0}, 2.0)) == LEARNED
    assert not fast.truth.array[0]
    assert quick(circle, ("lind/car", {SPEED: 30.0}, 3.0)) == ([], [], [(0, 0, 3.0)])


def test_conditions_over_several_nodes_and_signals(circle: Circle) -> None:
    assert quick(circle, ("lind/car", {DISTANCE: 100.0}, 1.0)) == LEARNED  # it is warm inside
    assert quick(circle, ("lind/home", {INSIDE: 17.0}, 2.0)) == ([], [], [(0, 0, 2.0)])  # cold, and the car is near
    assert quick(circle, ("lind/home", {INSIDE: 21.0}, 3.0)) == LEARNED
    assert quick(circle, ("lind/home", {INSIDE: 20.0}, 4.0)) == ([], [], [(0, 0, 4.0)])  # it falls


@pytest.mark.parametrize(
    ("node", "values"),
    [
        ("lind/ada", {"Person.IsHome": True}),
        ("lind/home", {"Home.Location.Latitude": 61.0}),
        ("lind/car", {TEXT: "WVWZZZ1JZXW000001"}),
        ("lind/car", {"Vehicle.Cabin.Door.Row1.DriverSide.IsOpen": True}),
    ],
    ids=["a person", "a home that moves", "a text", "a signal without a slot"],
)
def test_what_it_leaves_to_others(circle: Circle, node: str, values: Mapping[str, float | str]) -> None:
    assert quick(circle, (node, values, 1.0)) == LEFT


def test_what_is_older_is_not_learned(circle: Circle) -> None:
    say(circle, "lind/car", {SPEED: 10.0}, 5.0)
    batch = batch_of(circle, ("lind/car", {SPEED: 15.0}, 3.0))
    first, _, fired = circle.quick.learn(batch, np.arange(1))
    assert not first.size and not fired
    assert circle.twin.get("lind/car", SPEED) == (10.0, 5.0)
    assert circle.clock.array[0] == 5.0


def test_of_several_cars_any_counts(circle: Circle) -> None:
    circle.add("lind/van", Kind.VEHICLE)
    say(circle, "lind/van", {SPEED: 30.0}, 2.0)
    assert quick(circle, ("lind/car", {SPEED: 40.0}, 3.0)) == LEARNED  # one was fast before
    assert quick(circle, ("lind/van", {SPEED: 10.0}, 4.0)) == LEARNED  # and one is still
    assert quick(circle, ("lind/car", {SPEED: 10.0}, 5.0)) == LEARNED
    assert quick(circle, ("lind/van", {SPEED: 21.0}, 6.0)) == ([], [], [(0, 0, 6.0)])


def test_more_households_move_everything(circle: Circle) -> None:
    assert quick(circle, ("lind/car", {SPEED: 10.0}, 1.0)) == LEARNED
    for i in range(500):
        add_household(circle, f"h{i}")
    said = [(f"h{i}/car", {SPEED: 30.0 if i % 2 else 10.0}, 2.0) for i in range(500)]
    assert quick(circle, ("lind/car", {SPEED: 11.0}, 2.0), *said) == (
        [], [], [(0, i + 1, 2.0) for i in range(1, 500, 2)],
    )  # fmt: skip
    assert [circle.twin.get(f"h{i}/car", SPEED)[0] for i in range(4)] == [10.0, 30.0, 10.0, 30.0]


def test_a_copy_learns_by_itself(circle: Circle) -> None:
    assert quick(circle, ("lind/car", {SPEED: 10.0}, 1.0)) == LEARNED
    copy = deepcopy(circle)
    assert quick(copy, ("lind/car", {SPEED: 15.0}, 2.0)) == LEARNED
    assert circle.twin.get("lind/car", SPEED) == (10.0, 1.0)
    assert copy.twin.get("lind/car", SPEED) == (15.0, 2.0)


def test_columns_that_may_only_be_read_are_taken(circle: Circle) -> None:
    batch = batch_of(circle, ("lind/car", {SPEED: 10.0}, 1.0))
    for column in (batch.node, batch.time, batch.at, batch.starts, batch.signal, batch.value):
        column.flags.writeable = False
    first, _, fired = circle.quick.learn(batch, np.arange(1))
    assert not first.size and not fired


def test_households_that_only_the_twin_was_told_of_have_their_room(circle: Circle) -> None:
    for i in range(200):
        circle.twin.add(f"h{i}/car", Kind.VEHICLE)
    assert quick(circle, ("h199/car", {SPEED: 30.0}, 2.0)) == LEARNED
    assert circle.clock.array[200] == 2.0
