"""A condition asked of one household by itself says what its columns say, or that it does not know."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.core.batch import Batch, Single
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import Condition, Trigger, signal

SPEED, CHARGE = "Vehicle.Speed", "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"
INSIDE, TARGET = "Home.Climate.IndoorTemperature", "Home.Climate.TargetTemperature"
CONDITIONS: list[Condition | Trigger] = [
    signal(SPEED) > 20.0,
    (signal(SPEED) != 20.0) & (signal(INSIDE) <= 20.0),
    (signal(CHARGE) < 30.0) | (signal(INSIDE) == 20.0),
    signal(INSIDE) < signal(TARGET),
    (signal(SPEED) > 20.0).falls(),
]


def circle_of(vocabulary: Vocabulary, cars: int) -> Circle:
    @skill(kind=Kind.HOME, when=CONDITIONS)
    def watched(home: View) -> Iterator[Command | Reading]:
        """Nothing: only what fires counts."""
        yield from ()

    circle = Circle(vocabulary, [watched])
    circle.add("lind/home", Kind.HOME)
    for i in range(cars):
        circle.add(f"lind/car{i}", Kind.VEHICLE)
    return circle


@pytest.mark.parametrize("cars", [0, 1, 2])
@given(data=st.data())
def test_what_it_says_is_what_the_columns_say(vocabulary: Vocabulary, cars: int, data: st.DataObject) -> None:
    circle, values = circle_of(vocabulary, cars), st.sampled_from([10.0, 20.0, 30.0])
    nodes = [("lind/home", path) for path in (INSIDE, TARGET)]
    nodes += [(f"lind/car{i}", path) for i in range(cars) for path in (SPEED, CHARGE)]
    only = circle.twin.nodes.only_rows(0)
    for step in range(data.draw(st.integers(1, 8))):
        node, path = data.draw(st.sampled_from(nodes))
        reading = Reading(node, path, data.draw(values), 1000.0 + step)
        batch = Batch.of([(1000.0 + step, [reading])], circle.twin.nodes, circle.twin.vocabulary)
        circle.turn(batch, 1000.0 + step)
        for _, watch in circle.watches:
            if not (watch._ask and watch._true):
                continue
            said = watch._ask.one(only)
            truth = bool(watch._true.true(np.array([0]), np.array([1000.0 + step]))[0])
            assert said is None or said == truth
            assert said is not None or cars == 2, "it need not know only where there are several"
            looked = watch.truth.size > 0
            turned = watch.look_one(only)
            assert turned is (False if looked and said is not None else None), "what turned has been looked at"


def test_the_only_rows_follow_as_nodes_are_added(vocabulary: Vocabulary) -> None:
    circle = circle_of(vocabulary, 1)
    assert circle.twin.nodes.only_rows(0)[Kind.VEHICLE] == 0
    circle.add("lind/van", Kind.VEHICLE)
    assert circle.twin.nodes.only_rows(0)[Kind.VEHICLE] == -2
    assert circle.twin.nodes.only_rows(0)[Kind.PERSON] == -1


PLACE = ("Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude", "Vehicle.DistanceToHome")


@given(data=st.data())
def test_messages_one_by_one_are_what_they_are_together(vocabulary: Vocabulary, data: st.DataObject) -> None:
    """In plain numbers and in columns: the same events, the same twin; some messages are older than those before."""
    told: list[list[tuple[float, list[Reading]]]] = []
    for step in range(data.draw(st.integers(1, 12))):
        node = data.draw(st.sampled_from(["a/car", "b/car", "b/van", "a/home"]))
        paths = [TARGET, INSIDE] if node.endswith("home") else [SPEED, CHARGE, *PLACE]
        said = data.draw(st.lists(st.sampled_from(paths), min_size=1, unique=True))
        at = 1000.0 + step * 20 - data.draw(st.sampled_from([0.0, 0.0, 50.0]))
        values = {path: data.draw(st.sampled_from([10.0, 20.0, 30.0])) for path in said}
        told.append([(1000.0 + step * 20, [Reading(node, path, value, at) for path, value in values.items()])])
    one, together, until = circle_of_two(vocabulary), circle_of_two(vocabulary), 1000.0 + len(told) * 20
    alone = []
    for (message,) in told:
        alone += one.turn_one(single(Batch.of([message], one.twin.nodes, vocabulary)), message[0]).events
    alone += one.turn(Batch.empty(), until).events
    batch = Batch.of([message for (message,) in told], together.twin.nodes, vocabulary)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("homeward.core.circle.MANY", 0)
        at_once = together.turn(batch, until).events
    for household in ("a", "b"):
        assert [event for event in alone if event.command.node.startswith(household)] == [
            event for event in at_once if event.command.node.startswith(household)
        ]
    for name in one.twin.nodes.names:
        assert list(one.twin.known(name)) == list(together.twin.known(name))


def single(batch: Batch) -> Single:
    return Single(
        batch.node.item(0), batch.time.item(0), batch.at.item(0), tuple(batch.signal.tolist()), batch.value.tolist()
    )


def circle_of_two(vocabulary: Vocabulary) -> Circle:
    @skill(kind=Kind.VEHICLE, when=[signal(SPEED) > 15.0, (signal(PLACE[2]) < 15.0).falls(), signal(CHARGE).changes()])
    def climate(car: View) -> Iterator[Command | Reading]:
        """What is known of the car, as a command that can be compared."""
        warm = 18.0 + car.number("Vehicle.SpeedTowardsHome", 0.0) % 4
        yield car.command("Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature", warm, until=car.now + 50, why="test")

    circle = Circle(vocabulary, [climate])
    for name, kind in (
        ("a/car", Kind.VEHICLE),
        ("b/car", Kind.VEHICLE),
        ("b/van", Kind.VEHICLE),
        ("a/home", Kind.HOME),
    ):
        circle.add(name, kind)
    return circle
