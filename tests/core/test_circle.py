"""The circle while it runs: growing, restarting, and the same every time."""

import json

import numpy as np
import pytest
from tests.core.stage import LIND, Stage

from homeward.core import snapshot
from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Outcome, Wish
from homeward.core.skill import Skill, View, skill
from homeward.core.standing import Event
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import signal

SPEED, ASLEEP, PORCH = "Vehicle.Speed", "Person.Sleeping", "Home.Light.Porch"
NEXT = "Home.Arrival.NextPlan"
NEEDED = {
    "Home.Commands.ByHand",
    *(f"{word}.CurrentLocation.{name}" for word in ("Vehicle", "Person") for name in ("Latitude", "Longitude")),
    *(f"{word}.{name}" for word in ("Vehicle", "Person") for name in ("DistanceToHome", "BearingToHome", "IsHome")),
    *(f"{word}.{name}" for word in ("Vehicle", "Person") for name in ("SpeedTowardsHome", "IsClosingOnHome")),
    *("Home.Location.Latitude", "Home.Location.Longitude", "Home.IsOccupied"),
    *("Home.Skills.Paused", "Home.Skills.Acting"),
    *("Vehicle.IsMoving", "Vehicle.Speed"),
    "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected",
}
"""What the circle itself looks at."""


@skill(kind=Kind.VEHICLE, when=signal(ASLEEP).every().is_on() & (signal(SPEED) > 1))
def hush(car: View):  # type: ignore[no-untyped-def]
    """Everybody sleeps and the car moves."""
    yield car.reading("Vehicle.Problem", f"hush {len(car.people)}")


@skill(when=signal(NEXT).due())
def plan(home: View):  # type: ignore[no-untyped-def]
    """A due time."""
    yield home.command(PORCH, True, until=home.now + 60, why="due")


def test_nodes_and_households_come_while_it_runs() -> None:
    stage = Stage(hush, nodes={"lind/car": Kind.VEHICLE, "lind/ada": Kind.PERSON})
    stage.hear(1, "lind/car", {SPEED: 9})
    stage.hear(2, "lind/ada", {ASLEEP: True})
    assert [one.value for one in stage.readings] == ["hush 1"]
    stage.circle.add("lind/ben", Kind.PERSON)
    stage.circle.add("berg/car", Kind.VEHICLE)
    stage.circle.add("berg/cara", Kind.PERSON)
    assert stage.circle.add("lind/car", Kind.VEHICLE) == 0, "adding again changes nothing"
    stage.hear(3, "berg/cara", {ASLEEP: True})
    stage.hear(4, "lind/car", {SPEED: 8})  # nobody knows whether ben sleeps
    stage.hear(5, "lind/ben", {ASLEEP: True})
    stage.hear(6, "berg/car", {SPEED: 8})
    assert [(one.node, one.value) for one in stage.readings[1:]] == [("lind/car", "hush 2"), ("berg/car", "hush 1")]


def test_many_households_are_due_at_their_own_times() -> None:
    """More than one block of due times, in one turn and asked for one by one."""
    circles = [Circle(Stage().circle.twin.vocabulary, [plan]) for _ in range(2)]
    told: list[list[Event]] = [[], []]
    for circle in circles:
        numbers = np.array([circle.add(f"h{i}/home", Kind.HOME) for i in range(3000)])
        signals = np.full(3000, circle.twin.vocabulary[NEXT].index)
        times, dues = np.zeros(3000), 10.0 + (np.arange(3000) * 7919 % 3000) / 100
        circle.turn(Batch(numbers, times, times, np.arange(3001), signals, dues), 0.0)
    told[0] = circles[0].turn(Batch.empty(), 25.0).events
    while (due := circles[1].next_due()) is not None and due <= 25.0:
        told[1] += circles[1].turn(Batch.empty(), due).events
    assert len(told[0]) == 1501
    assert sorted((e.at, e.command.node, e.what) for e in told[0]) == [(e.at, e.command.node, e.what) for e in told[1]]
    assert circles[0].next_due() == circles[1].next_due()


def test_the_same_stream_gives_the_same_commands_and_names() -> None:
    lives = []
    for _ in range(2):
        stage = Stage(plan, hush)
        stage.hear(1, "lind/home", {NEXT: 50})
        stage.wish(2, "lind/home", PORCH, False, until=40)
        stage.wait(500)
        lives.append(stage.events)
    assert lives[0] == lives[1]
    assert [event.command.id for event in lives[0]][:1] == ["lind-1"]


def test_an_empty_turn_and_an_empty_circle_do_nothing() -> None:
    circle = Circle(Stage().circle.twin.vocabulary)
    turn = circle.turn(Batch.empty(), 5.0)
    assert (turn.events, turn.readings, turn.problems, turn.commands) == ([], [], [], [])
    assert circle.next_due() is None


# Restarts


def through_json(circle: Circle, *skills: Skill, vocabulary: Vocabulary | None = None) -> tuple[Circle, list[str]]:
    plain, arrays = snapshot.take(circle)
    again = Circle(vocabulary or circle.twin.vocabulary, skills)
    return again, snapshot.restore(again, json.loads(json.dumps(plain)), arrays)


def test_a_restart_forgets_nothing() -> None:
    stage = Stage(plan, hush)
    stage.hear(1, "lind/home", {NEXT: 50, "Home.Problem": "none", "Home.Heating.Mode": "auto"})
    stage.wish(2, "lind/home", PORCH, False, until=40)
    stage.circle, problems = through_json(stage.circle, plan, hush)
    assert problems == []
    assert stage.knows("lind/home", "Home.Problem") == "none"
    stage.wait(500)
    assert stage.told()[:4] == [
        (2, "sent", "lind/ada", False),
        (32, "again", "lind/ada", False),
        (40, "expired", "lind/ada", False),
        (50, "sent", "plan", True),
    ]
    stage.hear(1, "lind/home", {"Home.Problem": "old news"}, at=0.5)
    assert stage.knows("lind/home", "Home.Problem") == "none"


@skill(when=signal(NEXT).changes())
def insist(home: View):  # type: ignore[no-untyped-def]
    """Asks for the same again and again."""
    yield home.command(PORCH, True, until=home.now + 3600, why="dark")


def test_a_restart_does_not_try_again_sooner_what_has_failed() -> None:
    stage = Stage(insist)
    stage.hear(1, "lind/home", {NEXT: 50})
    stage.answer(2, stage.events[-1].command, done=False)
    stage.circle, _ = through_json(stage.circle, insist)
    stage.hear(300, "lind/home", {NEXT: 51})
    assert [what for _, what, *_ in stage.told()] == ["sent", "failed"]
    stage.hear(602, "lind/home", {NEXT: 52})
    assert [what for _, what, *_ in stage.told()] == ["sent"]


def test_a_time_that_was_due_is_not_lost_when_the_skill_is_changed() -> None:
    @skill(when=signal(NEXT).due())
    def plan_better(home: View):  # type: ignore[no-untyped-def]
        """The skill of the next release."""
        yield home.reading("Home.Problem", f"planned at {home.now:g}")

    stage = Stage(nodes=LIND)
    stage.hear(1, "lind/home", {NEXT: 50})
    stage.circle, problems = through_json(stage.circle, plan_better)
    assert problems == ["plan_better:0 is new or says something else now; it starts afresh"]
    assert stage.circle.next_due() == 1
    stage.wait(49)
    assert not stage.readings
    stage.circle, _ = through_json(stage.circle, plan_better)
    stage.wait(60)
    assert [one.value for one in stage.readings] == ["planned at 50"]
    stage.circle, _ = through_json(stage.circle)
    stage.circle, _ = through_json(stage.circle, plan_better)
    stage.wait(61)
    assert [one.value for one in stage.readings][1:] == ["planned at 50"], "and it is looked at once more"


def test_a_signal_that_is_gone_is_left_out_and_told() -> None:
    vocabulary = Stage().circle.twin.vocabulary
    head = "path,type,role,unit,low,high,allowed,description,source\n"
    kept = "Home.Problem,text,sensor,,,,,.,\n" + f"{PORCH},boolean,actuator,,,,,.,\n"
    gone = "Home.Old.Colour,text,sensor,,,,,.,\nHome.Old.Switch,boolean,actuator,,,,,.,\n"
    needed = "".join(f"{one.path},{one.type.name},{one.role.name},,,,,.,\n" for one in vocabulary if one.path in NEEDED)
    older, newer = (Vocabulary([head + text + kept + needed]) for text in (gone, ""))
    stage = Stage()
    stage.circle = Circle(older)
    stage.circle.add("lind/home", Kind.HOME)
    stage.hear(1, "lind/home", {"Home.Old.Colour": "red", "Home.Problem": "kept"})
    stage.wish(2, "lind/home", "Home.Old.Switch", True)
    stage.wish(2, "lind/home", PORCH, True)
    stage.circle, problems = through_json(stage.circle, vocabulary=newer)
    assert len(problems) == 2
    assert "Home.Old.Colour" in problems[0] and "left out" in problems[0]
    assert "Home.Old.Switch, which is gone" in problems[1]
    assert stage.knows("lind/home", "Home.Problem") == "kept"
    stage.told()
    stage.wait(32)
    assert stage.told() == [(32, "again", "lind/ada", True)]


def test_a_snapshot_of_another_version_is_refused() -> None:
    plain, arrays = snapshot.take(Stage().circle)
    with pytest.raises(ValueError, match="has version 0; this homeward reads 1"):
        snapshot.restore(Stage(nodes={}).circle, plain | {"version": 0}, arrays)


def test_wishes_and_answers_of_many_households_in_one_turn_are_all_heard() -> None:
    nodes = {f"h{i}/home": Kind.HOME for i in range(5)}
    stage = Stage(nodes=nodes)
    wishes = [Wish(node, PORCH, True, 1.0, f"h{i}/ada") for i, node in enumerate(nodes)]
    sent = stage.circle.turn(Batch.empty(), 1.0, wishes).commands
    assert [command.node for command in sent] == list(nodes)
    answers = [Outcome(command.id, True, "", 2.0, command.node) for command in sent]
    batch = Batch.of([], stage.circle.twin.nodes, stage.circle.twin.vocabulary, answers)
    assert [event.what for event in stage.circle.turn(batch, 2.0).events] == ["done"] * 5
