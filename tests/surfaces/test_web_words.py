"""How the pages put numbers, times, plans and reasons into words."""

import json
from math import nan

import numpy as np
import pytest
from tests.surfaces.evening_house import EveningHouse

from homeward.surfaces.web import say
from homeward.surfaces.web.going import Going
from homeward.surfaces.web.plan import Plan, moved, read_plan
from homeward.surfaces.web.sentence import split, steps, tell, tell_move
from homeward.surfaces.web.sight import Sight
from homeward.words import load_vocabulary

ZONE = "Europe/Stockholm"
FIVE = 1_795_536_000.0  # Tuesday 24 November 2026, 17:00 in Stockholm
MIN = 60.0


def plan(**changes: object) -> Plan:
    """An evening at five: home at 18:00 (17:54–18:10), heating from 17:20."""
    times = [FIVE + 600 * n for n in range(20)]
    facts: dict[str, object] = {
        "at": FIVE,
        "target": 21.0,
        "times": times,
        "indoor": [min(21.0, 19.0 + 0.5 * max(0, n - 2)) for n in range(20)],
        "level": [1.0 if 2 <= n < 6 else 0.0 for n in range(20)],
        "p10": FIVE + 54 * MIN,
        "median": FIVE + 60 * MIN,
        "p90": FIVE + 70 * MIN,
        "warm_from": FIVE + 20 * MIN,
        "needs_s": 2400,
        "setback": 18.0,
        "why": "usually back at six on Tuesdays, now 24 min away (20–31); the house needs 40 min to reach 21 °C",
    }
    read = read_plan(json.dumps(facts | changes))
    assert read is not None
    return read


def test_times_are_the_households_whatever_the_zone_of_the_machine() -> None:
    assert say.clock(FIVE, ZONE) == "17:00"
    assert say.clock(FIVE, "America/New_York") == "11:00"
    assert say.clock(FIVE + 14 * 3600, ZONE, FIVE) == "tomorrow 07:00"
    assert say.clock(FIVE - 86_400, ZONE, FIVE) == "yesterday 17:00"
    assert say.clock(FIVE + 3 * 86_400, ZONE, FIVE) == "Fri 17:00"
    assert say.degrees(-0.04).startswith("0.0")
    assert say.greeting(FIVE, ZONE, "Ada") == "Good evening, Ada"
    assert say.greeting(FIVE - 9 * 3600, ZONE, "") == "Good morning"


def test_a_day_with_a_change_of_clocks_has_its_own_midnight() -> None:
    noon = 1_792_926_000.0  # 25 October 2026, 12:00 in Stockholm, the day of 25 hours
    assert say.clock(noon, ZONE) == "12:00"
    assert say.midnight(noon, ZONE, 1) - say.midnight(noon, ZONE) == 25 * 3600


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "now"), (12, "12 s ago"), (300, "5 min ago"), (7200, "2 h ago"), (200_000, "2 days ago"), (nan, "never")],
)
def test_ages(seconds: float, words: str) -> None:
    assert say.ago(seconds).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(1284.3, "1284"), (61.5, "61.5"), (0.034, "0.034"), (3.0, "3"), (True, "yes"), (None, "–"), (-0.25, "-0.25")],
)
def test_values(value: float | bool | None, words: str) -> None:
    assert say.words(value) == words


def test_what_was_done_is_said_without_paths() -> None:
    signal = load_vocabulary()["Room.Cover.Position"]

    def deed(path: str, value: float | bool | str | None) -> str:
        return say.deed(path, value, None, ZONE, FIVE).replace("\u00a0", " ")

    assert deed("Home.Climate.TargetTemperature", 19.0) == "target temperature 19.0 °C"
    assert deed("Home.Light.Porch", True) == "light porch on"
    assert deed("Home.Door.Front.IsLocked", False) == "front not locked"
    assert deed("Home.Climate.TargetTemperature", None) == "target temperature as before"
    assert say.deed(signal.path, 40.0, signal, ZONE, FIVE) == "cover position 40\u00a0%"


def test_the_sentence_gives_the_reason_first() -> None:
    told = tell(plan(), FIVE, ZONE, "", False, 19.0)
    assert told.main == (
        "Usually back at six on Tuesdays, now 24 min away (20–31): home 18:00, so heating starts at 17:20"
    )
    assert told.more == "The house needs 40 min to reach 21 °C"


def test_the_sentence_for_each_hour_of_the_evening() -> None:
    on_the_way = tell(plan(), FIVE + 30 * MIN, ZONE, "Light traffic", False, 19.3, FIVE + 21 * MIN).main
    assert on_the_way == "Light traffic: home 18:00, heating since 17:21"
    assert tell(plan(), FIVE + 30 * MIN, ZONE, "", False, 19.3).main.endswith("home 18:00, so heating starts now")
    assert tell(plan(warm_from=None), FIVE, ZONE, "", False, 21.0).main.endswith("the house is warm enough as it is")
    assert tell(plan(), FIVE + 65 * MIN, ZONE, "", True, 21.0).main == "Home since 18:00, and it is 21.0\u00a0°C inside"
    nobody = tell(plan(p10=None, median=None, p90=None), FIVE, ZONE, "", False, 18.0).main
    assert nobody == "Nobody is expected yet, so the house rests at 18.0\u00a0°C"
    assert tell(None, FIVE, ZONE, "", None, nan).main == "No plan yet"


def test_a_long_reason_is_parted_and_nothing_of_it_lost() -> None:
    long = (
        "the house is slow today because the kitchen window stood open until four"
        ", and it blows hard from the cold sea all day"
    )
    head, rest = split(long)
    assert len(head) <= 110 and head + ", " + rest == long
    assert split("short; and more") == ("short", "and more")
    assert split("") == ("", "")


def test_what_happens_next_comes_in_order() -> None:
    lines = [
        (say.clock(step.at, ZONE), step.text.replace("\u00a0", " ")) for step in steps(plan(), FIVE, ZONE, "Ada", False)
    ]
    assert lines == [
        ("17:20", "Heating starts, for 40 min"),
        ("18:00", "Ada home (17:54–18:10)"),
        ("18:00", "21.0 °C inside"),
    ]
    assert [step.text for step in steps(plan(), FIVE + 90 * MIN, ZONE, "Ada", False)] == []


def test_arrival_and_heating_that_move_together_are_told_with_the_reason() -> None:
    old, new = plan(), plan(p10=FIVE + 66 * MIN, median=FIVE + 74 * MIN, p90=FIVE + 90 * MIN, warm_from=FIVE + 34 * MIN)
    move = moved(old, new, "jam on the ring; it clears slowly")
    assert move is not None
    told = tell_move(move, FIVE, ZONE)
    assert told.main == "Jam on the ring: home 18:14 instead of 18:00, so heating starts at 17:34"
    assert told.more == "It clears slowly"
    warming = plan(warm_from=FIVE)
    waits = moved(warming, new, "jam")
    assert waits is not None
    assert tell_move(waits, FIVE, ZONE).main == "Jam: home 18:14 instead of 18:00, so heating waits until 17:34"
    at_once = moved(new, warming, "road clear")
    assert at_once is not None and tell_move(at_once, FIVE, ZONE).main.endswith("so heating starts now")


def test_heating_that_is_on_already_is_told_by_when_it_is_warm() -> None:
    slower = [min(21.0, 19.0 + 0.3 * max(0, n - 2)) for n in range(20)]
    move = moved(plan(warm_from=FIVE), plan(median=FIVE + 74 * MIN, warm_from=FIVE, indoor=slower), "jam")
    assert move is not None
    told = tell_move(move, FIVE, ZONE).main
    assert told == "Jam: home 18:14 instead of 18:00, so the house is warm at 18:20 instead of 18:00"
    same = moved(plan(), plan(median=FIVE + 74 * MIN), "jam")
    assert same is not None and tell_move(same, FIVE, ZONE).main.endswith("and the heating goes on as it was")
    assert tell_move(same, FIVE, ZONE, warm=True).main.endswith("and the house stays warm until then")


def test_what_hardly_moves_is_no_news() -> None:
    assert moved(plan(), plan(median=FIVE + 64 * MIN, warm_from=FIVE + 24 * MIN), "") is None
    assert moved(None, plan(), "") is None
    assert moved(plan(median=None), plan(), "") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        '{"target": "warm"}',
        '{"target": 21, "times": [3, 2]}',
        '{"target": 21, "times": "x"}',
        None,
        3.0,
    ],
)
def test_what_is_no_plan_is_none(text: object) -> None:
    assert read_plan(text) is None


def test_a_plan_with_a_broken_column_loses_that_column_alone() -> None:
    read = plan(indoor=[1, 2], level=[None] * 20, outdoor=[2.5] * 20)
    assert len(read.indoor) == 0 and len(read.level) == 0 and np.all(read.outdoor == 2.5)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.0, ("Home will be warm by", "17:58")),
        (20.0, ("Home is warming up,", "19.6\xa0°C")),
        (60.0, ("Home is warm,", "21.0\xa0°C")),
        (120.0, ("Home,", "21.0\xa0°C")),
    ],
)
def test_the_home_in_two_words(minutes: float, words: tuple[str, str]) -> None:
    assert Going(Sight(EveningHouse(minutes=minutes), "lind"), None).home_state() == words
    assert Going(Sight(EveningHouse("quiet"), "lind"), None).home_state() == ("", "")
