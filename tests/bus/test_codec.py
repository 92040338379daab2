"""Payloads become columns; what does not fit becomes a fault and harms nothing else."""

import json
from collections.abc import Callable

import numpy as np
import orjson
import pytest

from homeward.bus.codec import Codec
from homeward.bus.decoded import Decoded
from homeward.bus.faults import Allowance
from homeward.bus.reader import Messages
from homeward.bus.speech import write_command, write_wish
from homeward.core.batch import Batch
from homeward.core.nodes import Nodes
from homeward.core.signal import Command, Kind, Reading, Value, Wish
from homeward.core.vocabulary import Vocabulary

NOW_NS = 1_800_000_000_000_000_000
NOW = NOW_NS / 1e9


def lind() -> Nodes:
    """A household with a node of each kind."""
    nodes = Nodes()
    for name, kind in (("ada", Kind.PERSON), ("car", Kind.VEHICLE), ("home", Kind.HOME), ("bedroom", Kind.ROOM)):
        nodes.add(f"lind/{name}", kind)
    nodes.add("berg/ada", Kind.PERSON)
    return nodes


def raw(*said: tuple[str, bytes | str | dict[str, object]]) -> Messages:
    """Messages a millisecond apart, by topic."""
    messages = Messages()
    for i, (topic, payload) in enumerate(said):
        data = json.dumps(payload).encode() if isinstance(payload, dict) else payload
        data = data.encode() if isinstance(data, str) else data
        messages.append(topic.replace("/", ".").encode(), data, NOW_NS + i * 1_000_000, i + 1)
    return messages


@pytest.fixture
def decode(vocabulary: Vocabulary) -> Callable[..., Decoded]:
    """A function from (topic, payload) pairs to what they say in the household above."""
    return lambda *said: Codec(lind(), vocabulary).decode(raw(*said))


def only_fault(decoded: Decoded) -> str:
    """The error of the one fault there is, when nothing else was said."""
    assert decoded.unfit == len(decoded.faults) == 1
    assert not len(decoded.batch) and not decoded.wishes and not decoded.batch.outcomes
    return decoded.faults[0].error


def test_readings_arrive_as_the_core_would_have_made_them(
    decode: Callable[..., Decoded], vocabulary: Vocabulary
) -> None:
    car = {"Vehicle.Speed": 33.2, "Vehicle.IsMoving": True, "Vehicle.TraveledDistance": 40_211_200}
    home = {"Home.IsOccupied": False}
    decoded = decode(("homeward/lind/car/readings", {"at": NOW - 3, **car}), ("homeward/lind/home/readings", home))
    expected = Batch.of(
        [
            (NOW, [Reading("lind/car", path, value, NOW - 3) for path, value in car.items()]),
            (NOW + 0.001, [Reading("lind/home", path, value, NOW + 0.001) for path, value in home.items()]),
        ],
        lind(),
        vocabulary,
    )
    for column in ("node", "time", "at", "starts", "signal", "value"):
        assert np.allclose(getattr(decoded.batch, column), getattr(expected, column)), column
    assert decoded.unfit == 0


def test_words_and_texts_are_understood(decode: Callable[..., Decoded], vocabulary: Vocabulary) -> None:
    word = next(s for s in vocabulary if s.allowed and s.kind is Kind.VEHICLE)
    decoded = decode(
        ("homeward/lind/car/readings", {"Vehicle.Speed": 1, word.path: word.allowed[-1]}),
        ("homeward/lind/car/readings", "garbage"),
        ("homeward/lind/car/readings", {"Vehicle.VehicleIdentification.VIN": "WBY1Z21040V307000"}),
    )
    assert decoded.batch.value[1] == len(word.allowed) - 1
    assert decoded.batch.texts == {2: "WBY1Z21040V307000"}
    assert decoded.unfit == 1


def test_texts_keep_their_place_when_a_message_before_them_is_dropped(decode: Callable[..., Decoded]) -> None:
    vin = "Vehicle.VehicleIdentification.VIN"
    decoded = decode(
        ("homeward/lind/car/readings", {vin: "A", "Vehicle.Speed": "fast"}),
        ("homeward/lind/car/readings", {"Vehicle.Speed": 3, vin: "B:C"}),
    )
    assert decoded.batch.texts == {1: "B:C"}
    assert decoded.batch.starts.tolist() == [0, 2]


def test_an_older_name_of_a_signal_still_works(decode: Callable[..., Decoded], vocabulary: Vocabulary) -> None:
    renamed = vocabulary.renamed.items()
    plain = [(old, new) for old, new in renamed if vocabulary[new].type.name == "BOOLEAN"]
    old, new = plain[0]
    decoded = decode(("homeward/lind/car/readings", {old: True}))
    assert decoded.batch.signal.tolist() == [vocabulary[new].index]
    both = decode(("homeward/lind/car/readings", {old: True, new: True}))
    assert "same signal" in only_fault(both)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b'{"Vehicle.Speed": \xff}', "not JSON"),
        ('{"Vehicle.Speed": NaN}', "not JSON"),
        ('{"Vehicle.Speed": Infinity}', "not JSON"),
        ('{"Vehicle.Speed": 1e999}', ""),
        ("[1, 2]", "not a JSON object"),
        ('"Vehicle.Speed"', "not a JSON object"),
        ("null", "not a JSON object"),
        ("{}", "says nothing"),
        ('{"at": 1}', "says nothing"),
        ('{"at": true, "Vehicle.Speed": 1}', "at: 'True' is not a time"),
        ('{"at": "noon", "Vehicle.Speed": 1}', "at: 'noon' is not a time"),
        ('{"Vehicle.Speed": "fast"}', "is not a number"),
        ('{"Vehicle.Speed": true}', "is not a number"),
        ('{"Vehicle.Speed": null}', "is not a number"),
        ('{"Vehicle.Speed": [1]}', "is not a number"),
        ('{"Vehicle.Speed": {"Vehicle.Speed": 1}}', "is not a number"),
        ('{"Vehicle.TraveledDistance": 1.5}', "is not a whole number"),
        ('{"Vehicle.TraveledDistance": -1}', "out of range"),
        ('{"Vehicle.TraveledDistance": 99999999999999999999999999}', "out of range"),
        ('{"Vehicle.IsMoving": 2}', "is not true or false"),
        ('{"Vehicle.IsMoving": "yes"}', "is not true or false"),
        ('{"Vehicle.Speed": 1, "Vehicle.Speed": 2}', "there twice"),
        ('{"Home.IsOccupied": true}', "cannot be of lind/car, which is a vehicle"),
        ('{"Vehicle.Speed": 1, "Home.IsOccupied": true}', "different nodes"),
        ("[" * 100_000, "not JSON"),
        ('{"Vehicle.Speed": ' + "9" * 100_000 + "}", ""),
    ],
)
def test_what_does_not_fit_is_refused_whole_and_says_why(
    decode: Callable[..., Decoded], payload: str | bytes, says: str
) -> None:
    good = ("homeward/lind/car/readings", {"Vehicle.Speed": 7})
    decoded = decode(good, ("homeward/lind/car/readings", payload), good)
    assert decoded.batch.value.tolist() == [7, 7]
    assert decoded.unfit == len(decoded.faults) == 1
    assert says in decoded.faults[0].error
    told = orjson.loads(decoded.faults[0].encoded())
    assert list(told) == ["error", "path", "nearest", "payload"] and len(told["payload"]) <= 201
    assert decoded.faults[0].answer_subject == "homeward.lind.car.errors"


def test_a_misspelt_path_names_the_nearest_right_one(decode: Callable[..., Decoded]) -> None:
    decoded = decode(("homeward/lind/car/readings", {"Vehicle.Spede": 1, "Vehicle.IsMoving": True}))
    assert "did you mean Vehicle.Speed?" in only_fault(decoded)
    assert decoded.faults[0].nearest == "Vehicle.Speed"


def test_an_unknown_node_or_topic_names_the_nearest_right_one(decode: Callable[..., Decoded]) -> None:
    assert "did you mean lind/car?" in only_fault(decode(("homeward/lind/cat/readings", {"Vehicle.Speed": 1})))
    assert "did you mean …/readings?" in only_fault(decode(("homeward/lind/car/reading", {"Vehicle.Speed": 1})))
    assert "has 3 levels" in only_fault(decode(("homeward/lind/readings", {"Vehicle.Speed": 1})))


def test_a_flood_of_garbage_is_counted_but_only_some_of_it_answered(vocabulary: Vocabulary) -> None:
    codec = Codec(lind(), vocabulary)
    flood = [("homeward/lind/car/readings", {f"Vehicle.Nonsense{i}": 1}) for i in range(900)]
    decoded = codec.decode(
        raw(
            *[(topic, json.dumps(said)) for topic, said in flood], ("homeward/lind/home/readings", {"Home.Nonsense": 1})
        )
    )
    assert decoded.unfit == 901
    assert len(decoded.faults) == 21
    assert decoded.faults[-1].subject == "homeward.lind.home.readings", "another node's error is still told"


def test_a_stretch_over_two_seconds_is_told_of_in_order_and_no_more_than_each_allows(vocabulary: Vocabulary) -> None:
    topic, second = "homeward/lind/car/readings", NOW_NS // 10**9
    bad = [(topic, said) for _ in range(30) for said in ("{", '{"Vehicle.Speed": "fast"}')]
    messages = raw(*bad, (topic, "{"))
    messages.times_ns = [second * 10**9] * 60 + [(second + 1) * 10**9]
    decoded = Codec(lind(), vocabulary).decode(messages)
    assert [int(fault.time) - second for fault in decoded.faults] == [0] * 20 + [1]
    assert [fault.payload for fault in decoded.faults[:2]] == [b"{", b'{"Vehicle.Speed": "fast"}'], "as they came"


def test_a_text_longer_than_a_reading_may_hold_is_refused_and_says_what_would_be_right(vocabulary: Vocabulary) -> None:
    codec = Codec(lind(), vocabulary, longest_text=300)
    topic = "homeward/lind/car/readings"
    told = codec.decode(
        raw(*[(topic, {"Vehicle.VehicleIdentification.Model": "x" * n, "Vehicle.Speed": 1.0}) for n in (300, 301)])
    )
    assert len(told.batch) == 1, "the one with 300 stands, of the other not even the speed"
    assert told.faults[0].error == (
        "Vehicle.VehicleIdentification.Model: text of 301 characters; at most 300 (homeward up --longest-text)"
    )


@pytest.mark.parametrize("path", ["Home.Skills.Acting", "Home.Skills.Paused", "Home.Commands.ByHand"])
def test_whether_homeward_may_act_is_not_for_devices_to_say(decode: Callable[..., Decoded], path: str) -> None:
    said = {"Home.IsOccupied": True, path: "all"}
    refused = decode(("homeward/lind/home/readings", said), ("homeward/lind/home/readings", said))
    assert (len(refused.batch), refused.unfit) == (0, 2), "not even the rest of it, and not the second time either"
    assert refused.faults[0].error.startswith(f"{path} is for people to set")
    told = decode(("homeward/lind/home/told", said), ("homeward/lind/home/readings", said))
    assert (len(told.batch), told.unfit) == (1, 1), "the hub itself may; its clients cannot write there"


def test_a_node_added_later_is_heard_from_then_on(vocabulary: Vocabulary) -> None:
    nodes = lind()
    codec = Codec(nodes, vocabulary)
    message = raw(("homeward/lind/van/readings", {"Vehicle.Speed": 1}))
    assert codec.decode(message).unfit == 1
    nodes.add("lind/van", Kind.VEHICLE)
    assert codec.decode(message).batch.node.tolist() == [nodes.number("lind/van")]


def test_device_clocks_are_trusted_only_as_far_as_the_core_does(decode: Callable[..., Decoded]) -> None:
    said = [("homeward/lind/car/readings", {"at": at, "Vehicle.Speed": 1}) for at in (NOW - 5, int(NOW) - 90_000, 9e12)]
    at = decode(*said).batch.at
    assert at[0] == NOW - 5 and np.allclose(at[1:], [NOW + 0.001, NOW + 0.002])


def test_stream_time_never_falls_even_when_the_servers_clock_does(vocabulary: Vocabulary) -> None:
    codec = Codec(lind(), vocabulary)
    late, early = raw(("homeward/lind/car/readings", {"Vehicle.Speed": 1})), Messages()
    early.append(late.subjects[0], late.payloads[0], NOW_NS - 10**12, 2)
    assert codec.decode(late).batch.time[0] == codec.decode(early).batch.time[0]


def test_readings_keep_their_own_time_whatever_else_is_in_the_batch(decode: Callable[..., Decoded]) -> None:
    decoded = decode(
        ("homeward/lind/car/readings", {"Vehicle.Speed": 1}),
        ("homeward/lind/car/outcomes", {"id": "lind-c1", "done": True}),
        ("homeward/lind/car/readings", {"Vehicle.Speed": 2}),
    )
    assert np.allclose(decoded.batch.time, [NOW, NOW + 0.002], atol=1e-5)
    assert decoded.batch.outcomes[0].at == pytest.approx(NOW + 0.001, abs=1e-5)
    assert decoded.answered == [2], "its place in the log"


def test_a_wish_carries_its_author_and_is_checked(decode: Callable[..., Decoded], vocabulary: Vocabulary) -> None:
    path = next(s.path for s in vocabulary if s.kind is Kind.HOME and s.role.name == "ACTUATOR" and not s.allowed)
    value: Value = True if vocabulary[path].type.name == "BOOLEAN" else 20.0

    def line(by: str, path: str = path, value: object = value, present: bool = False) -> bytes:
        return write_wish(Wish("", path, value, 0, by, NOW + 60, "cold", present))  # type: ignore[arg-type]

    decoded = decode(("homeward/lind/home/asked", line("lind/ada", present=True)))
    assert decoded.wishes == [Wish("lind/home", path, value, NOW, "lind/ada", NOW + 60, "cold", True, "lind-w1")]
    assert "speak for nobody" in only_fault(decode(("homeward/lind/home/asked", line(""))))
    assert "not of the household" in only_fault(decode(("homeward/lind/home/asked", line("berg/ada"))))
    unfit = decode(("homeward/lind/home/asked", line("lind/ada", value="very")))
    assert unfit.wishes[0].value == "very", "whether a value fits is said where the asker hears of it: in settling"
    assert "cannot be of lind/car" in only_fault(decode(("homeward/lind/car/asked", line("lind/ada"))))
    forged = b'lind/ada\n{"path": "Home.X", "value": 1, "by": "lind/eve"}'
    assert "by: nobody knows that here" in only_fault(decode(("homeward/lind/home/asked", forged)))
    assert decode(("homeward/lind/home/wishes", "anything")).unfit == 0, "the copy without an author counts for nothing"


def test_outcomes_are_read(decode: Callable[..., Decoded]) -> None:
    decoded = decode(("homeward/lind/car/outcomes", {"id": "lind-c1", "done": False, "why": "offline"}))
    (outcome,) = decoded.batch.outcomes
    assert (outcome.id, outcome.done, outcome.why, outcome.at) == ("lind-c1", False, "offline", NOW)
    assert "done" in only_fault(decode(("homeward/lind/car/outcomes", {"id": "lind-c1", "done": "yes"})))
    theirs = decode(("homeward/lind/car/outcomes", {"id": "berg-c1", "done": True}))
    assert "no command to this household" in only_fault(theirs)


def test_a_command_is_written_as_the_contract_says() -> None:
    said = orjson.loads(write_command(Command("lind/car", "Vehicle.Speed", 1.5, NOW, "because", "arrival", "c7")))
    assert said == {
        "id": "c7", "path": "Vehicle.Speed", "value": 1.5, "until": NOW, "why": "because", "by": "arrival"
    }  # fmt: skip


def test_foreign_topics_are_handed_on_untouched(decode: Callable[..., Decoded]) -> None:
    decoded = decode(("car/7/telemetry", "anything"), ("homeward/lind/car/readings", {"Vehicle.Speed": 1}))
    assert decoded.foreign.payloads == [b"anything"] and decoded.foreign.subjects == [b"car.7.telemetry"]
    assert len(decoded.batch) == 1 and decoded.unfit == 0


def test_the_allowance_of_a_second_is_not_given_twice_when_an_earlier_one_is_asked_for_again() -> None:
    allowance = Allowance(each=2, all=10)
    asked = [100.1, 100.9, 101.0, 100.2, 100.3, 101.1, 101.2]
    assert [allowance.take(b"car", time) for time in asked] == [True, True, True, True, False, False, False]
