"""Skills may do anything, and must stop nothing: they raise, ramble, meddle, or set each other off."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.core.stage import LIND, Stage

from homeward.core.signal import Command, Kind, Reading, UnknownSignal, Wish
from homeward.core.skill import Skill, View, skill
from homeward.core.when import signal

SPEED, PROBLEM, PORCH = "Vehicle.Speed", "Vehicle.Problem", "Home.Light.Porch"
MOVED = signal(SPEED).changes()


def saying(*said: Any, name: str = "says") -> Skill:
    """A skill that says that, for its car, at every new speed."""

    def decide(car: View) -> Iterator[Any]:
        for one in said:
            yield one(car) if callable(one) else one

    decide.__name__ = name
    return skill(when=MOVED)(decide)


class Unspeakable(Exception):
    """Cannot even say what is wrong."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Panic(BaseException):
    """What compiled code raises when it has lost its mind."""


def raising(problem: BaseException) -> Skill:
    """A skill that says something and then raises that."""

    def decide(car: View) -> Iterator[Command | Reading]:
        yield car.reading("Vehicle.Arrival.Why", "half said")
        raise problem

    return skill(when=MOVED)(decide)


AFTER = saying(lambda car: car.reading("Vehicle.Arrival.Source", "went on"), name="after")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ValueError("no such road"), "decide: ValueError: no such road"),
        (SystemExit(3), "decide: SystemExit: 3"),
        (Panic("lost"), "decide: Panic: lost"),
        (Unspeakable(), "decide: Unspeakable: (it cannot be put into words)"),
        (MemoryError("x" * 10_000), "decide: MemoryError: " + "x" * 479),
    ],
)
def test_a_skill_that_raises_is_reported_and_stops_nothing_else(problem: BaseException, words: str) -> None:
    stage = Stage(raising(problem), AFTER)
    stage.hear(1, "lind/car", {SPEED: 5})
    assert stage.knows("lind/car", PROBLEM) == words
    assert stage.problems == [f"lind/car: {words}"]
    assert stage.knows("lind/car", "Vehicle.Arrival.Why") is None, "nothing of what it said counts"
    assert stage.knows("lind/car", "Vehicle.Arrival.Source") == "went on"


def test_a_person_at_the_keyboard_may_still_stop_everything() -> None:
    with pytest.raises(KeyboardInterrupt):
        Stage(raising(KeyboardInterrupt())).hear(1, "lind/car", {SPEED: 5})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (lambda car: Reading("berg/car", PROBLEM, "mine", car.now), "belongs to another household"),
        (lambda car: Command("berg/home", PORCH, True, car.now + 5, "mine"), "belongs to another household"),
        (lambda car: Command("lind/car", PORCH, True, car.now + 5, "odd"), "Home.Light.Porch of lind/car"),
        (lambda car: Command("lind/nobody", PORCH, True, car.now + 5, "odd"), "unknown: lind/nobody"),
        (lambda car: car.reading("Vehicle.Porblem", "odd"), "did you mean Vehicle.Problem"),
        (lambda car: car.reading("Home.Problem", "odd"), "Home.Problem of lind/car, which is a Vehicle"),
        (lambda car: car.command(PORCH, True, until=car.now + 5, why="odd"), "which is a Vehicle"),
        (lambda car: car.reading("Vehicle.DistanceToHome", "far"), "is not a number"),
        (lambda car: car.reading("Vehicle.DistanceToHome", float("nan")), "is not a number"),
        (lambda car: car.reading(SPEED, 0.0), "says what is safe"),
        (lambda car: Reading("lind/home", "Home.Skills.Paused", "", car.now), "says what is safe"),
        (lambda car: car.home.command(PORCH, [True], until=car.now + 5, why="odd"), "[True] is a list"),
        (lambda car: car.home.command(PORCH, np.zeros(2), until=car.now + 5, why="odd"), "is a ndarray"),
        (lambda car: car.home.command(PORCH, True, until=None, why="odd"), "TypeError"),
        (lambda car: Wish("lind/home", PORCH, True, car.now, "lind/ada"), "neither a command nor a reading"),
        ("hello", "neither a command nor a reading"),
        (None, "neither a command nor a reading"),
    ],
)
def test_what_a_skill_may_not_say_makes_all_it_said_void(said: Any, words: str) -> None:
    before = saying(lambda car: car.reading("Vehicle.Arrival.Why", "before"), said)
    stage = Stage(before, AFTER, nodes=LIND | {"berg/home": Kind.HOME, "berg/car": Kind.VEHICLE})
    stage.hear(1, "lind/car", {SPEED: 5})
    assert words in str(stage.knows("lind/car", PROBLEM))
    assert stage.knows("lind/car", "Vehicle.Arrival.Why") is None
    assert stage.knows("lind/car", "Vehicle.Arrival.Source") == "went on"
    assert stage.events == [] and stage.knows("berg/car", PROBLEM) is None


def test_a_skill_that_is_no_generator_is_told() -> None:
    stage = Stage(replace(AFTER, decide=lambda car: None))  # type: ignore[arg-type,return-value]
    stage.hear(1, "lind/car", {SPEED: 5})
    assert "not iterable" in str(stage.knows("lind/car", PROBLEM))


def test_a_skill_that_never_ends_is_stopped() -> None:
    def ramble(car: View) -> Iterator[Reading]:
        while True:
            yield car.reading("Vehicle.Arrival.Why", "and another thing")

    stage = Stage(skill(when=MOVED)(ramble), AFTER)
    stage.hear(1, "lind/car", {SPEED: 5})
    assert "more than 1000" in str(stage.knows("lind/car", PROBLEM))
    assert len(stage.readings) == 2


def test_skills_that_set_each_other_off_are_stopped_and_named_by_household() -> None:
    price, solar = "Home.Electricity.Price", "Home.Electricity.SolarPower"

    @skill(when=signal(price).changes())
    def ping(home: View) -> Iterator[Reading]:
        yield home.reading(solar, home.number(solar, 0) + 1)

    @skill(when=signal(solar).changes())
    def pong(home: View) -> Iterator[Reading]:
        yield home.reading(price, 0.1)

    stage = Stage(ping, pong, nodes=LIND | {"berg/home": Kind.HOME})
    stage.hear(1, "lind/home", {price: 0.1})
    stage.hear(2, "berg/home", {"Home.Light.Porch": True})
    assert stage.problems == ["lind: skills kept setting each other off; stopped after 16 rounds at one instant"]
    assert stage.knows("lind/home", solar) == 8
    stage.hear(3, "lind/home", {"Home.Light.Porch": True})
    assert len(stage.problems) == 1


def test_numbers_from_numpy_become_plain_ones() -> None:
    stage = Stage(
        saying(lambda car: car.home.command("Home.Climate.TargetTemperature", np.float64(20), until=9, why=""))
    )
    stage.hear(1, "lind/car", {SPEED: 5})
    assert type(stage.events[0].command.value) is float
    assert stage.events[0].why == "a skill must say why"


def test_of_two_readings_of_one_signal_the_later_stands() -> None:
    word = "Vehicle.Arrival.Why"
    stage = Stage(saying(lambda car: car.reading(word, "first"), lambda car: car.reading(word, "second")))
    stage.hear(1, "lind/car", {SPEED: 5})
    assert stage.knows("lind/car", word) == "second"
    assert [one.value for one in stage.readings] == ["first", "second"]


# What a skill sees


def test_a_view_shows_the_household_and_nothing_else() -> None:
    seen: dict[str, Any] = {}

    def look(car: View) -> Iterator[Reading]:
        seen.update(
            node=car.node,
            kind=car.kind,
            household=car.household,
            others=[other.node for other in (*car.vehicles, *car.people, *car.rooms, *car.devices)],
            home=car.home and car.home.node,
            speed=(car[SPEED], car.number(SPEED), car.at(SPEED), car.age(SPEED)),
            unknown=(car["Vehicle.IsMoving"], car.number("Vehicle.IsMoving", -1), car.age("Vehicle.IsMoving")),
            text=(car["Vehicle.Arrival.Why"], car.number("Vehicle.Arrival.Why", -2)),
            foreign=car["Home.IsOccupied"],
            standing=car.home and car.home.standing(PORCH),
            shown=repr(car),
        )
        with pytest.raises(UnknownSignal, match=r"did you mean Vehicle\.Speed"):
            car["Vehicle.Sped"]
        yield from ()

    stage = Stage(skill(when=MOVED)(look), nodes={"berg/car": Kind.VEHICLE} | LIND | {"berg/home": Kind.HOME})
    stage.wish(1, "lind/home", PORCH, True, until=50)
    stage.hear(10, "lind/car", {SPEED: 5, "Vehicle.Arrival.Why": "a jam"}, at=8)
    assert stage.problems == []
    assert seen == {
        "node": "lind/car",
        "kind": Kind.VEHICLE,
        "household": "lind",
        "others": ["lind/car", "lind/ada", "lind/ben", "lind/bedroom", "lind/lamp"],
        "home": "lind/home",
        "speed": (5.0, 5.0, 8.0, 2.0),
        "unknown": (None, -1, float("inf")),
        "text": ("a jam", -2),
        "foreign": None,
        "standing": stage.events[0].command,
        "shown": "View('lind/car' at 10.0)",
    }


def test_a_home_is_none_where_there_is_none() -> None:
    stage = Stage(saying(lambda car: car.reading(PROBLEM, str(car.home))), nodes={"solo/bike": Kind.VEHICLE})
    stage.hear(1, "solo/bike", {SPEED: 5})
    assert stage.knows("solo/bike", PROBLEM) == "None"
