"""Commands, from wanted to done: people first, one answer, retries, and nothing unsafe however it comes about."""

import pytest
from tests.core.stage import Stage

from homeward.core.signal import Kind
from homeward.core.skill import View, skill
from homeward.core.when import signal

TARGET, PORCH, DOOR = "Home.Climate.TargetTemperature", "Home.Light.Porch", "Home.Door.Front.IsLocked"
INDOOR = "Home.Climate.IndoorTemperature"
TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"
CHARGE_LIMIT = "Vehicle.Powertrain.TractionBattery.Charging.ChargeLimit"


@skill(when=signal(INDOOR).changes())
def warm(home: View):  # type: ignore[no-untyped-def]
    """Wants 21 for ten minutes; takes it back above 25."""
    yield home.command(TARGET, None if home.number(INDOOR) > 25 else 21, until=home.now + 600, why="cold")


@skill(when=signal(INDOOR).changes())
def save(home: View):  # type: ignore[no-untyped-def]
    """Wants 17 for an hour, and comes second."""
    yield home.command(TARGET, 17, until=home.now + 3600, why="dear")


def test_a_person_comes_before_a_skill_and_the_first_skill_before_the_second() -> None:
    stage = Stage(warm, save)
    stage.hear(0, "lind/home", {INDOOR: 18})
    assert stage.told() == [(0, "outranked", "save", 17), (0, "sent", "warm", 21)]
    stage.wish(10, "lind/home", TARGET, 19.0, until=20)
    assert stage.told() == [(10, "sent", "lind/ada", 19)]
    stage.hear(11, "lind/home", {INDOOR: 18.1})
    assert stage.told() == [], "they want what they wanted before, and wait"


def test_when_the_stronger_claim_ends_the_next_takes_over() -> None:
    stage = Stage(warm, save)
    stage.hear(0, "lind/home", {INDOOR: 18})
    stage.answer(1, stage.events[-1].command)
    stage.wish(10, "lind/home", TARGET, 19.0, until=20)
    stage.answer(11, stage.events[-1].command)
    stage.told()
    stage.wait(20)
    assert stage.told() == [(20, "expired", "lind/ada", 19), (20, "sent", "warm", 21)]
    stage.answer(21, stage.circle.standings.in_force(1, stage.circle.twin.vocabulary[TARGET].index))  # type: ignore[arg-type]
    stage.wait(600)
    assert stage.told()[1:] == [(600, "expired", "warm", 21), (600, "sent", "save", 17)]
    stage.wait(3600)
    assert [what for _, what, *_ in stage.told()] == ["again", "again", "again", "failed", "expired"]
    assert stage.circle.next_due() is None


def test_of_two_people_the_later_wins_and_the_earlier_is_told_when_hers_ends() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", TARGET, 22.0, by="lind/ada", until=500)
    stage.wish(1, "lind/home", TARGET, 18.0, by="lind/ben", until=100)
    assert stage.told() == [(0, "sent", "lind/ada", 22), (1, "sent", "lind/ben", 18)]
    stage.wish(2, "lind/home", TARGET, 23.0, by="lind/ada", until=500)
    stage.wish(3, "lind/home", TARGET, None, by="lind/ada")
    assert stage.told() == [(2, "sent", "lind/ada", 23), (3, "withdrawn", "lind/ada", 23), (3, "sent", "lind/ben", 18)]


def test_the_same_value_for_longer_is_not_sent_again() -> None:
    stage = Stage(warm)
    for time in (0, 300, 600):
        stage.hear(time, "lind/home", {INDOOR: 18})
        if time == 0:
            stage.answer(1, stage.events[-1].command)
    stage.wait(1199)
    assert stage.told() == [(0, "sent", "warm", 21), (1, "done", "warm", 21)]
    stage.wait(1200)
    assert stage.told() == [(1200, "expired", "warm", 21)]


def test_a_person_who_asks_again_is_obeyed_again() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", PORCH, True)
    stage.answer(1, stage.events[-1].command)
    stage.wish(5, "lind/home", PORCH, True)
    assert [what for _, what, *_ in stage.told()] == ["sent", "done", "sent"]


def test_a_skill_takes_back_what_it_asked_for() -> None:
    stage = Stage(warm, save)
    stage.hear(0, "lind/home", {INDOOR: 18})
    stage.told()
    stage.hear(5, "lind/home", {INDOOR: 26})
    assert stage.told() == [(5, "withdrawn", "warm", 21), (5, "sent", "save", 17)]


# Answers


def test_a_command_nobody_answers_is_sent_four_times_and_then_has_failed() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", PORCH, True)
    stage.wait(10_000)
    assert [(at, what) for at, what, *_ in stage.told()] == [
        (0, "sent"),
        (30, "again"),
        (90, "again"),
        (210, "again"),
        (450, "failed"),
    ]


def test_a_failed_command_is_tried_anew_when_a_skill_asks_again_later() -> None:
    stage = Stage(warm)
    stage.hear(0, "lind/home", {INDOOR: 18})
    stage.answer(1, stage.events[-1].command, done=False, why="no power")
    assert stage.events[-1].why == "no power"
    stage.hear(300, "lind/home", {INDOOR: 18})
    stage.told()
    stage.hear(601, "lind/home", {INDOOR: 18})
    assert stage.told() == [(601, "sent", "warm", 21)]


def test_answers_count_once_and_only_for_what_was_sent_last() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", PORCH, True)
    first = stage.events[-1].command
    stage.wish(1, "lind/home", PORCH, False)
    stage.answer(2, first)
    assert stage.told()[2:] == [], "nobody waits for that any more"
    second = stage.circle.standings.in_force(1, stage.circle.twin.vocabulary[PORCH].index)
    assert second is not None
    for done, told in ((True, ["done"]), (True, []), (False, ["failed"]), (False, []), (True, ["done"])):
        stage.answer(3, second, done)
        assert [what for _, what, *_ in stage.told()] == told
    stage.wait(1000)
    assert stage.told() == []


def test_an_answer_for_nobody_is_told_and_one_from_another_household_does_nothing() -> None:
    stage = Stage(nodes={"lind/home": Kind.HOME, "berg/home": Kind.HOME})
    stage.wish(0, "lind/home", PORCH, True)
    command = stage.events[-1].command
    stage.answer(1, command._replace(node="berg/home"))
    assert [what for _, what, *_ in stage.told()] == ["sent"]
    stage.answer(2, command._replace(node="nobody/home"))
    assert "no household 'nobody'" in stage.problems[0]
    stage.answer(3, command._replace(node=""))  # who cannot say so is recognised by the command's own name
    assert [what for _, what, *_ in stage.told()] == ["done"]


# Safety, over time


def test_unlocking_does_not_come_back_when_somebody_has_locked_in_between() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", DOOR, False, by="lind/ada", present=True)
    stage.answer(1, stage.events[-1].command)
    stage.wish(100, "lind/home", DOOR, True, by="lind/ben", until=200)
    stage.answer(101, stage.events[-1].command)
    stage.told()
    stage.wait(10_000)
    assert stage.told() == [(200, "expired", "lind/ben", True), (200, "refused", "lind/ada", False)]


@skill(when=signal("Device.IsMotion").is_on())
def lock_up(device: View):  # type: ignore[no-untyped-def]
    """Wants the door locked for a day."""
    assert device.home
    yield device.home.command(DOOR, True, until=device.now + 86_400, why="night")


def test_when_the_next_may_not_take_over_the_one_after_does() -> None:
    stage = Stage(lock_up)
    stage.hear(0, "lind/lamp", {"Device.IsMotion": True})
    stage.answer(1, stage.events[-1].command)
    stage.wish(2, "lind/home", DOOR, False, by="lind/ada", present=True)
    stage.answer(3, stage.events[-1].command)
    stage.wish(102, "lind/home", DOOR, True, by="lind/ben", until=200)
    stage.answer(103, stage.events[-1].command)
    stage.told()
    stage.wait(300)
    assert stage.told() == [(200, "expired", "lind/ben", True), (200, "refused", "lind/ada", False)]
    stage.wish(301, "lind/home", DOOR, False, by="lind/ada", until=320, present=True)
    stage.answer(302, stage.events[-1].command)
    stage.wait(320)
    assert stage.told()[-1] == (320, "sent", "lock_up", True)


def test_when_the_first_may_not_be_tried_again_the_next_is_sent() -> None:
    stage = Stage(lock_up)
    stage.hear(0, "lind/lamp", {"Device.IsMotion": True})
    stage.answer(1, stage.events[-1].command)
    stage.wish(2, "lind/home", DOOR, False, by="lind/ada", present=True)
    stage.told()
    stage.wait(93)
    assert stage.told() == [
        (32, "again", "lind/ada", False),
        (92, "refused", "lind/ada", False),
        (92, "sent", "lock_up", True),
    ], "nobody knows whether it was unlocked, so it is locked again"


def test_unlocking_is_tried_again_for_a_minute_only() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", DOOR, False, present=True)
    stage.wait(10_000)
    assert [(at, what) for at, what, *_ in stage.told()] == [(0, "sent"), (30, "again"), (90, "refused")]
    assert stage.circle.next_due() is None


def test_what_was_safe_while_parked_is_not_tried_again_on_the_road() -> None:
    stage = Stage()
    stage.hear(0, "lind/car", {"Vehicle.Speed": 0.0})
    stage.wish(1, "lind/car", CHARGE_LIMIT, 80)
    stage.hear(10, "lind/car", {"Vehicle.Speed": 50.0})
    stage.wait(1000)
    assert [(at, what) for at, what, *_ in stage.told()] == [(1, "sent"), (31, "refused")]


@pytest.mark.parametrize(
    ("known", "opens"),
    [
        ({}, False),
        ({"Vehicle.Speed": 0.0}, True),
        ({"Vehicle.Speed": 0.9}, True),
        ({"Vehicle.Speed": -5.0}, False),
        ({"Vehicle.IsMoving": False}, True),
        ({"Vehicle.IsMoving": False, "Vehicle.Speed": 30.0}, False),
        ({"Vehicle.IsMoving": True, "Vehicle.Speed": 0.0}, False),
    ],
)
def test_a_vehicle_must_be_known_to_stand_still(known: dict[str, float | bool], opens: bool) -> None:
    cable = "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"
    for plugged in (False, True):
        stage = Stage()
        stage.hear(0, "lind/car", {**known, cable: plugged})
        stage.wish(1, "lind/car", TRUNK, True, present=True)
        expected = opens or (plugged and not known)
        assert [what for _, what, *_ in stage.told()] == ["sent" if expected else "refused"]


def test_a_paused_skill_may_not_act_and_what_it_asked_is_not_tried_again() -> None:
    stage = Stage(warm)
    stage.hear(0, "lind/home", {INDOOR: 18})
    stage.wish(1, "lind/home", "Home.Skills.Paused", "guard, warm")
    stage.hear(2, "lind/home", {INDOOR: 18})
    stage.wait(1000)
    assert [(at, what) for at, what, *_ in stage.told()] == [(0, "sent"), (1, "done"), (2, "refused"), (30, "refused")]


# Wishes


def test_a_wish_for_an_attribute_is_a_setting() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", "Home.Climate.ComfortTemperature", 22.5)
    assert stage.knows("lind/home", "Home.Climate.ComfortTemperature") == 22.5
    assert [reading.value for reading in stage.readings] == [22.5]
    for value, by in ((99.0, "lind/ada"), ("warm", "lind/ada"), (None, "lind/ada"), (21.0, "berg/cara")):
        stage.wish(1, "lind/home", "Home.Climate.ComfortTemperature", value, by=by)
    assert [what for _, what, *_ in stage.told()] == ["done"] + ["refused"] * 4
    assert stage.knows("lind/home", "Home.Climate.ComfortTemperature") == 22.5


def test_a_wish_that_makes_no_sense_is_refused_in_words() -> None:
    stage = Stage()
    for node, path, value, why in (
        ("lind/home", "Home.Light.Porsche", True, "did you mean Home.Light.Porch"),
        ("lind/house", PORCH, True, "did you mean lind/home"),
        ("lind/car", PORCH, True, "Home.Light.Porch of lind/car"),
        ("lind/home", INDOOR, 20.0, "read but not set"),
        ("lind/home", TARGET, 10**400, "takes a number"),
        ("lind/home", TARGET, [21], "takes a number"),
        ("lind/home", PORCH, "on", "takes true or false"),
        ("lind/home", "Home.Climate.ComfortTemperature", 10**400, "a number"),
    ):
        stage.wish(1, node, path, value)  # type: ignore[arg-type]
        assert stage.events[-1].what == "refused"
        assert why in stage.events[-1].why, (path, stage.events[-1].why)
    stage.wish(2, "lind/home", TARGET, 20.0, until="tomorrow")  # type: ignore[arg-type]
    assert stage.events[-1].why == "it must say until when"
    stage.wish(3, "nobody/home", PORCH, True)
    assert "no household 'nobody'" in stage.problems[0]


def test_zero_and_one_pass_for_off_and_on() -> None:
    stage = Stage()
    stage.wish(0, "lind/home", PORCH, 1)
    stage.wish(1, "lind/home", PORCH, 0)
    assert [event.command.value for event in stage.events] == [True, False]
    assert all(isinstance(event.command.value, bool) for event in stage.events)
