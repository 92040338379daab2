"""After a crash between history and snapshot, what comes again is in history once, however the log is cut."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from homeward.app.record import NOWHERE, SAID, TURNS, Scribe
from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Outcome, Reading
from homeward.core.skill import View, skill
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import signal
from homeward.history import History, Recorder

SPEED, PORCH, PLAN = "Vehicle.Speed", "Home.Light.Porch", "Home.Arrival.NextPlan"
CARS = ("a", "b")


def circle(vocabulary: Vocabulary) -> Circle:
    @skill(kind=Kind.HOME, when=[signal(SPEED) > 50.0, (signal(SPEED) > 50.0).falls()])
    def porch(home: View) -> Iterator[Command | Reading]:
        """Say something and ask for something, each time."""
        yield home.reading(PLAN, home.now)
        yield home.command(PORCH, home.now % 80 < 40, until=home.now + 1000, why="for a test")

    made = Circle(vocabulary, [porch])
    for name in CARS:
        made.add(f"{name}/car", Kind.VEHICLE)
        made.add(f"{name}/home", Kind.HOME)
    return made


def lived(made: Circle, scribe: Scribe, messages: range, together: int) -> None:
    """Messages of both cars by turns, 10 s apart, cut into stretches."""
    for start in range(messages.start, messages.stop, together):
        part = range(start, min(start + together, messages.stop))
        told = [
            (i * 10.0, [Reading(f"{CARS[i % 2]}/car", SPEED, 100.0 if i // 2 % 2 else 0.0, i * 10.0)]) for i in part
        ]
        batch = Batch.of(told, made.twin.nodes, made.twin.vocabulary)
        scribe.turn(made.turn(batch, part[-1] * 10.0), part[-1] * 10.0)


def stored(scribe: Scribe) -> None:
    """As a checkpoint does it, up to where it writes the snapshot."""
    scribe.reached(0)
    scribe.recorder.flush()


def same(one: Scribe, other: Scribe) -> None:
    """Their histories say the same, each thing as often."""
    for table, columns in SAID.items():
        found, right = (scribe.recorder.history.of_stream(table, columns, TURNS, 0, 0.0) for scribe in (one, other))
        assert Counter(found) == Counter(right) and len(right) > 30


@pytest.mark.parametrize(("before", "after"), [(1, 40), (40, 1), (3, 7)])
@pytest.mark.parametrize("again", [False, True], ids=["once", "twice"])
def test_it_is_there_once(vocabulary: Vocabulary, tmp_path: Path, before: int, after: int, again: bool) -> None:
    def begun(folder: str, made: Circle, counted: int = 0) -> Scribe:
        scribe = Scribe(Recorder(History(tmp_path / folder), vocabulary), made.twin)
        scribe.counted = counted
        scribe.resume(0.0)
        return scribe

    made = circle(vocabulary)
    scribe = begun("crashed", made)
    lived(made, scribe, range(2, 21), before)
    stored(scribe)  # the snapshot of it was never written
    scribe.recorder.history.close()
    made = circle(vocabulary)
    scribe = begun("crashed", made)
    lived(made, scribe, range(2, 11), after)
    if again:
        stored(scribe)  # this time it was, on the way to where history had been, and then there was a crash again
        scribe.recorder.history.close()
        scribe = begun("crashed", made, scribe.kept)
    lived(made, scribe, range(11, 41), after)
    scribe.resumed()
    assert scribe.kept == scribe.counted
    stored(scribe)
    other = circle(vocabulary)
    whole = begun("whole", other)
    lived(other, whole, range(2, 41), 40)
    stored(whole)
    same(scribe, whole)


@pytest.mark.parametrize(("before", "after"), [(1, 7), (7, 1), (4, 5)])
def test_an_outcome_is_there_once(vocabulary: Vocabulary, tmp_path: Path, before: int, after: int) -> None:
    def told(scribe: Scribe, places: range, together: int) -> None:
        for start in range(places.start, places.stop, together):
            part = list(places)[start - places.start :][:together]
            outcomes = tuple(Outcome(f"a-{i}", True, "", float(i), "a/home") for i in part)
            scribe.later(replace(Batch.empty(), outcomes=outcomes), NOWHERE, part)
        scribe.catch_up(all=True)
        scribe.reached(places[-1])
        scribe.recorder.flush()

    for places, together in ((range(1, 14), before), (range(4, 21), after)):  # the snapshot was of the third
        with History(tmp_path) as history:
            told(Scribe(Recorder(history, vocabulary), circle(vocabulary).twin), places, together)
    with History(tmp_path) as history:
        found = history.select("SELECT id FROM outcomes", {}, (0.0, inf), "outcomes")
        assert Counter(found.column("id").to_pylist()) == Counter(f"a-{i}" for i in range(1, 21))
