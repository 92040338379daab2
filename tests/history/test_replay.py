"""Stories of reading the past back in the order in which it came."""

from collections.abc import Callable
from typing import Any

from homeward.history import History, messages
from homeward.history.replay import columns, span
from homeward.history.tables import from_rows

MONDAY = 1_732_492_800.0  # 2024-11-25 00:00 UTC


def test_messages_come_back_whole_and_in_order(history: History, speeds: Callable[..., Any]) -> None:
    for last in (30, 60, 90):
        history.write("readings", speeds(last - 29, last), {"readings": last})
    history.compact()
    found = list(messages(history))
    assert [message.sequence for message in found] == list(range(1, 91))
    assert found[0].node == "berg/van" and found[0].at == MONDAY + 0.5 and found[0].arrived == MONDAY + 1
    assert found[0].values == {"Vehicle.Speed": 1.0, "Vehicle.TraveledDistance": 1.0}
    assert span(history) == (MONDAY + 1, MONDAY + 90)


def test_a_span_a_household_and_a_stream_can_be_chosen(history: History, speeds: Callable[..., Any]) -> None:
    history.write("readings", speeds(1, 20), {"readings": 20})
    history.write("readings", speeds(1, 20, "skills"), {"skills": 20})
    chosen = list(messages(history, MONDAY + 5, MONDAY + 10, household="lind", streams=["readings"]))
    assert [(message.stream, message.sequence) for message in chosen] == [("readings", 6), ("readings", 8)]


def test_several_days_come_one_by_one(history: History, speeds: Callable[..., Any]) -> None:
    for day in range(3):
        rows = speeds(day * 10 + 1, day * 10 + 10, start=MONDAY + day * 86_400)
        history.write("readings", rows, {"readings": day * 10 + 10})
    assert [chunk.num_rows for chunk in columns(history)] == [20, 20, 20]
    assert [message.sequence for message in messages(history)] == list(range(1, 31))


def test_a_clock_set_back_does_not_change_the_order_of_a_stream(history: History) -> None:
    clock = {1: 100.0, 2: 130.0, 3: 70.0, 4: 80.0, 5: 140.0}
    rows = [
        {"node": "lind/car", "path": "Vehicle.Speed", "at": MONDAY + arrived, "arrived": MONDAY + arrived,
         "value": 1.0, "stream": "s", "sequence": sequence}
        for sequence, arrived in clock.items()
    ]  # fmt: skip
    history.write("readings", from_rows("readings", rows), {"s": 5})
    assert [message.sequence for message in messages(history)] == [1, 2, 3, 4, 5]


def test_words_come_back_as_words_and_two_times_of_one_message_as_two(history: History) -> None:
    rows = [
        {"node": "lind/ada", "path": path, "at": MONDAY + at, "arrived": MONDAY + 9, "value": value, "text": text,
         "stream": "s", "sequence": 1}
        for path, at, value, text in [("Person.Name", 1, None, "Ada"), ("Person.IsHome", 1, 1.0, None),
                                      ("Person.IsHome", 2, 0.0, None)]
    ]  # fmt: skip
    history.write("readings", from_rows("readings", rows), {"s": 1})
    found = [(message.at - MONDAY, message.values) for message in messages(history)]
    assert found == [(1, {"Person.Name": "Ada", "Person.IsHome": 1.0}), (2, {"Person.IsHome": 0.0})]


def test_nothing_recorded_is_nothing_replayed(history: History) -> None:
    assert list(messages(history)) == [] and span(history) is None
