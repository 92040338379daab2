"""What is sent again counts once, however the stream is cut and whoever was started anew; what is new always counts."""

import json
from collections.abc import Mapping

import numpy as np
import pytest
from tests.bus.test_codec_fuzz import NOW, NOW_NS, lind

from homeward.bus.codec import Codec
from homeward.bus.decoded import Decoded
from homeward.bus.reader import Messages
from homeward.bus.resends import MOST_REMEMBERED, Resends
from homeward.core.vocabulary import Vocabulary

SECOND_NS = 1_000_000_000


@pytest.fixture
def codec(vocabulary: Vocabulary) -> Codec:
    """A codec for a household with a car and a home."""
    return Codec(lind(), vocabulary)


def hear(
    codec: Codec, *said: Mapping[str, object], node: str = "car", leaf: str = "readings", after_s: float = 0
) -> Decoded:
    """Decode messages of a node, all in one batch."""
    messages = Messages()
    for i, one in enumerate(said):
        payload = json.dumps(one).encode()
        if leaf == "asked":
            payload = b"lind/ada\n" + payload
        messages.append(f"homeward.lind.{node}.{leaf}".encode(), payload, NOW_NS + int(after_s * SECOND_NS) + i, i + 1)
    return codec.decode(messages)


def test_the_same_message_of_the_same_instant_counts_once_and_is_no_fault(codec: Codec) -> None:
    fast = {"at": NOW - 1, "Vehicle.Speed": 50.0}
    first = hear(codec, fast, fast)
    later = hear(codec, fast, after_s=59)
    assert (len(first.batch), first.resent, len(later.batch), later.resent) == (1, 1, 0, 1)
    assert first.unfit == later.unfit == 0


def test_another_value_another_instant_and_no_instant_at_all_are_news(codec: Codec) -> None:
    heard = hear(
        codec,
        {"at": NOW - 1, "Vehicle.Speed": 50.0},
        {"at": NOW - 1, "Vehicle.Speed": 51.0},
        {"at": NOW - 2, "Vehicle.Speed": 50.0},
        {"Vehicle.Speed": 50.0},
        {"Vehicle.Speed": 50.0},
    )
    assert len(heard.batch) == 5
    assert len(hear(codec, {"at": NOW - 1, "Vehicle.Speed": 50.0}, after_s=121).batch) == 1, "forgotten by then"


def test_an_id_says_that_it_is_the_same_message_whatever_else_it_says(codec: Codec) -> None:
    heard = hear(
        codec, {"id": "a", "Vehicle.Speed": 50.0}, {"id": "a", "Vehicle.Speed": 51}, {"id": "b", "Vehicle.Speed": 50.0}
    )
    assert heard.batch.value.tolist() == [50.0, 50.0]
    assert heard.resent == 1
    wrong = hear(codec, {"id": 7, "Vehicle.Speed": 50.0}, {"id": "", "Vehicle.Speed": 50.0}, {"id": "x" * 201})
    assert wrong.unfit == 3
    assert "1 to 200 characters" in wrong.faults[0].error


def test_a_wish_with_an_id_is_one_wish_and_one_without_is_another_each_time(codec: Codec) -> None:
    named, plain = {"id": "tap-1", "path": "Home.IsOccupied", "value": True}, {"path": "Home.IsOccupied", "value": True}
    heard = hear(codec, named, named, plain, plain, node="home", leaf="asked")
    assert len(heard.wishes) == 3
    assert heard.resent == 1


def test_what_is_remembered_is_bounded_and_survives_in_the_snapshot() -> None:
    before = Resends()
    for i in range(3 * MOST_REMEMBERED):
        assert not before.again(0, float(i), 7, NOW_NS)
    arrays = before.taken()
    assert len(arrays["resends.marks"]) <= 2 * MOST_REMEMBERED
    after = Resends()
    after.restore({name: np.array(column) for name, column in arrays.items()})
    last = 3 * MOST_REMEMBERED - 1
    assert after.again(0, float(last), 7, NOW_NS) and not after.again(0, 0.0, 7, NOW_NS)
    assert not before.again(0, 0.0, 7, NOW_NS), "the oldest are forgotten, here as there"
