"""Skills that only watch: they decide and explain as ever, send nothing, and act on what stands once told to go."""

import json

from tests.core.stage import LIND, Stage
from tests.core.test_commands import INDOOR, PORCH, TARGET, save, warm

from homeward.core.circle import Circle
from homeward.core.signal import Kind
from homeward.core.skill import View, skill
from homeward.core.when import signal

ACTING = "Home.Skills.Acting"


@skill(when=signal(ACTING).changes())
def bold(home: View):  # type: ignore[no-untyped-def]
    """Tries to let itself act."""
    yield home.reading(ACTING, "bold")


def watching(*skills: object, live: str = "") -> Stage:
    """A stage where only the skills in `live` act."""
    stage = Stage(*skills)  # type: ignore[arg-type]
    stage.hear(0, "lind/home", {ACTING: live})
    return stage


def test_a_watching_skill_says_what_it_would_do_once_and_sends_nothing() -> None:
    stage = watching(warm)
    for time in (1, 2, 300):
        stage.hear(time, "lind/home", {INDOOR: 18})
    stage.wait(10_000)
    shadow, expired = stage.events
    assert shadow.command.id == expired.command.id
    assert shadow.command.why == "cold"
    assert stage.told() == [(1, "shadow", "warm", 21), (900, "expired", "warm", 21)]


def test_go_sends_what_stands_under_the_id_it_was_told_by() -> None:
    stage = watching(warm)
    stage.hear(1, "lind/home", {INDOOR: 18})
    stage.hear(2, "lind/home", {INDOOR: 18})
    stage.wish(10, "lind/home", ACTING, "warm")
    shadow, _, sent = stage.events
    assert shadow.command.id == sent.command.id
    assert stage.told()[1:] == [(10, "done", "lind/ada", "warm"), (10, "sent", "warm", 21)]
    stage.wait(40)
    assert stage.told() == [(40, "again", "warm", 21)]


def test_going_back_to_watching_ends_tries_and_sends_nothing_more() -> None:
    stage = watching(warm, live="warm")
    stage.hear(1, "lind/home", {INDOOR: 18})
    stage.hear(5, "lind/home", {ACTING: ""})
    stage.wait(500)
    assert stage.told() == [(1, "sent", "warm", 21)]
    stage.hear(505, "lind/home", {ACTING: "warm"})
    assert stage.told() == [(505, "sent", "warm", 21)]


def test_who_watches_outranks_nobody_who_acts_and_says_who_would_have_come_first() -> None:
    stage = watching(warm, save, live="save")
    stage.hear(1, "lind/home", {INDOOR: 18})
    assert stage.told() == [(1, "shadow", "warm", 21), (1, "sent", "save", 17)]
    stage.hear(2, "lind/home", {INDOOR: 26})
    assert stage.told() == [(2, "withdrawn", "warm", 21)]
    stage = watching(warm, save, live="warm")
    stage.hear(1, "lind/home", {INDOOR: 18})
    assert stage.told() == [(1, "outranked", "save", 17), (1, "sent", "warm", 21)]


def test_people_are_obeyed_while_homeward_watches() -> None:
    stage = watching(warm)
    stage.hear(1, "lind/home", {INDOOR: 18})
    stage.wish(2, "lind/home", TARGET, 19.0, until=20)
    stage.wish(3, "lind/home", PORCH, True)
    asked = stage.events[-2].command
    assert [(what, by) for _, what, by, _ in stage.told()] == [
        ("shadow", "warm"), ("sent", "lind/ada"), ("sent", "lind/ada")
    ]  # fmt: skip
    stage.answer(4, asked)
    stage.wait(25)
    assert stage.told()[1:] == [(20, "expired", "lind/ada", 19)], "and the watching skill does not take over"


def test_it_is_for_each_household_by_itself_and_without_the_setting_all_act() -> None:
    stage = Stage(warm, nodes=LIND | {"berg/home": Kind.HOME})
    stage.hear(0, "lind/home", {ACTING: ""})
    stage.hear(1, "berg/home", {INDOOR: 18})
    stage.hear(1, "lind/home", {INDOOR: 18})
    assert [(event.command.node, event.what) for event in stage.events] == [
        ("berg/home", "sent"), ("lind/home", "shadow")
    ]  # fmt: skip


@skill(when=signal(INDOOR).changes())
def stepwise(home: View):  # type: ignore[no-untyped-def]
    """Wants three degrees more than it is."""
    yield home.command(TARGET, home.number(INDOOR) + 3, until=home.now + 600, why="cold")


def test_what_is_only_said_is_said_anew_when_its_value_changes() -> None:
    stage = watching(stepwise)
    for time, indoor in ((1, 16), (2, 16), (3, 17)):
        stage.hear(time, "lind/home", {INDOOR: indoor})
    assert stage.told() == [(1, "shadow", "stepwise", 19), (3, "shadow", "stepwise", 20)]


def test_a_skill_cannot_let_itself_act() -> None:
    stage = watching(bold)
    assert stage.knows("lind/home", ACTING) == ""
    assert "may not write it" in stage.problems[0]


def test_watching_outlives_a_restart() -> None:
    stage = watching(warm)
    stage.hear(1, "lind/home", {INDOOR: 18})
    kept = json.loads(json.dumps(stage.circle.standings.state()))
    again = Circle(stage.circle.twin.vocabulary, (warm,), stage.circle.twin).standings
    assert again.restore(kept) == []
    assert list(again.look_again(0, 2.0)) == []
    assert again.due(0) == 601
