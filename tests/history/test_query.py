"""Stories of what can be asked of history."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from homeward.core.signal import Command, Outcome, Reading
from homeward.core.vocabulary import Vocabulary
from homeward.history import History, HistoryError, Recorder

MONDAY = 1_732_492_800.0  # 2024-11-25 00:00 UTC

WORDS = Vocabulary(
    [
        """path,type,role,unit,low,high,allowed,description,source
Home.Heating.Mode,enum,actuator,,,,off|auto|heat,,
Home.IsOccupied,boolean,sensor,,,,,,
Home.Climate.TargetTemperature,number,actuator,Celsius,5,30,,,
Person.Name,text,attribute,,,,,,
"""
    ]
)


def test_the_newest_readings_come_oldest_first(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 100), {"readings": 100})
    newest = history.query("lind/car", "Vehicle.Speed", limit=3)
    assert newest.values.tolist() == [96, 98, 100]
    assert newest.times.tolist() == [MONDAY + n - 0.5 for n in (96, 98, 100)]
    between = history.query("lind/car", "Vehicle.Speed", since=MONDAY + 9.5, until=MONDAY + 13.5)
    assert between.values.tolist() == [10, 12]
    assert len(history.query("lind/car", "Vehicle.Sped")) == len(history.query("berg/car", "Vehicle.Speed")) == 0


def test_readings_around_midnight_are_all_found(history: History) -> None:
    tuesday = MONDAY + 86_400
    recorder = Recorder(history, WORDS)
    late = [(tuesday - 7_200, tuesday + 3_600), (tuesday - 1, tuesday + 1), (tuesday + 3, tuesday - 1)]
    for sequence, (at, arrived) in enumerate(late):
        recorder.readings("s", sequence, arrived, [Reading("lind/home", "Home.IsOccupied", True, at)])
        recorder.reached("s", sequence)
    recorder.flush()
    found = history.query("lind/home", "Home.IsOccupied", tuesday - 7_200, tuesday)
    assert found.times.tolist() == [tuesday - 7_200, tuesday - 1]
    assert history.query("lind/home", "Home.IsOccupied", tuesday).times.tolist() == [tuesday + 3]


def test_words_are_stored_as_words(history: History) -> None:
    recorder = Recorder(history, WORDS)
    said: list[tuple[str, str | bool | float]] = [
        ("Home.Heating.Mode", "heat"),
        ("Home.IsOccupied", True),
        ("Home.Climate.TargetTemperature", 21),
    ]
    recorder.readings("s", 1, MONDAY, [Reading("lind/home", path, value, MONDAY) for path, value in said])
    recorder.readings("s", 1, MONDAY, [Reading("lind/ada", "Person.Name", "Åda 👋", MONDAY)])
    recorder.reached("s", 1)
    recorder.flush()
    mode = history.query("lind/home", "Home.Heating.Mode")
    assert mode.texts == ["heat"] and math.isnan(mode.values[0])
    assert history.query("lind/ada", "Person.Name").texts == ["Åda 👋"]
    occupied = history.query("lind/home", "Home.IsOccupied")
    assert occupied.values.tolist() == [1.0] and occupied.texts == [None]
    assert history.query("lind/home", "Home.Climate.TargetTemperature").values.tolist() == [21.0]


def test_a_chart_shows_lowest_mean_and_highest_of_each_span(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 400), {"readings": 400})
    chart = history.chart("lind/car", "Vehicle.Speed", MONDAY, MONDAY + 1_000, buckets=10)
    assert chart.starts.tolist() == [MONDAY, MONDAY + 100, MONDAY + 200, MONDAY + 300]
    assert (chart.low.tolist(), chart.high.tolist()) == ([2, 102, 202, 302], [100, 200, 300, 400])
    assert np.allclose(chart.mean, [51, 151, 251, 351]) and chart.counts.tolist() == [50, 50, 50, 50]
    with pytest.raises(ValueError, match="since < until"):
        history.chart("lind/car", "Vehicle.Speed", MONDAY, MONDAY)


def test_the_log_tells_what_was_decided_and_what_became_of_it(history: History) -> None:
    recorder = Recorder(history, WORDS)
    warm = Command("lind/home", "Home.Climate.TargetTemperature", 21.0, MONDAY + 600, "on their way", "arrival", "c1")
    off = Command("lind/home", "Home.Heating.Mode", "off", MONDAY + 900, "window open", "lind/ada", "c2")
    other = Command("berg/home", "Home.Heating.Mode", None, MONDAY + 900, "never mind", "berg/bo", "c3")
    recorder.commands("s", 1, MONDAY, "decided", [warm, other])
    recorder.commands("s", 1, MONDAY, "sent", [warm])
    recorder.commands("s", 2, MONDAY + 5, "decided", [off])
    recorder.commands("s", 2, MONDAY + 5, "refused", [off], why="too cold outside")
    recorder.outcomes("s", 3, [("lind/home", Outcome("c1", False, "no answer", MONDAY + 9))])
    recorder.outcomes("s", 4, [("lind/home", Outcome("c1", True, "", MONDAY + 12))])
    recorder.reached("s", 4)
    recorder.flush()

    last, first = history.last_commands("lind")
    assert (first.id, first.value, first.by, first.why) == ("c1", 21.0, "arrival", "on their way")
    assert [event for _, event, _ in first.events] == ["decided", "sent"]
    assert (first.done, first.outcome_why, first.outcome_at) == (True, "", MONDAY + 12)
    assert (last.id, last.value, last.done, last.why) == ("c2", "off", None, "window open")
    assert last.events[1] == (MONDAY + 5, "refused", "too cold outside")
    assert [one.id for one in history.last_commands("lind", limit=1)] == ["c2"]
    assert history.last_commands("berg")[0].value is None
    assert history.last_commands("nobody") == []


def test_rows_of_a_message_still_under_way_wait(history: History) -> None:
    recorder = Recorder(history, WORDS)
    for sequence in (1, 2):
        recorder.readings("s", sequence, MONDAY, [Reading("lind/home", "Home.IsOccupied", True, MONDAY)])
    recorder.reached("s", 1)
    assert recorder.flush() == {"s": 1}
    assert recorder.waiting == 1
    recorder.reached("s", 2)
    recorder.flush()
    assert (recorder.waiting, history.reached("readings")) == (0, {"s": 2})


def test_what_comes_at_once_is_taken_whole_and_only_a_full_recorder_refuses(history: History) -> None:
    recorder = Recorder(history, WORDS, most_rows=10)
    many = [Reading("lind/home", "Home.Climate.TargetTemperature", 5.0 + i % 9, 0.0) for i in range(30)]
    recorder.readings("readings", 1, 0.0, many)
    with pytest.raises(HistoryError, match="30 rows already wait for the disk"):
        recorder.readings("readings", 2, 0.0, many[:1])
    recorder.reached("readings", 1)
    recorder.flush()
    recorder.readings("readings", 2, 0.0, many[:1])
    assert recorder.waiting == 1
