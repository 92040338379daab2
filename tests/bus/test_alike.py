"""Messages that say the same things are read together: as if each had come by itself, in its order."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.bus.alike import FEW, LONGEST
from homeward.bus.codec import Codec
from homeward.bus.columns import pack
from homeward.bus.decoded import Decoded
from homeward.bus.reader import Messages
from homeward.bus.shapes import MOST_TOGETHER
from homeward.bus.stretches import joined
from homeward.core.batch import Batch
from homeward.core.gate import FOR_PEOPLE
from homeward.core.nodes import Nodes
from homeward.core.signal import Kind, Type
from homeward.core.vocabulary import Vocabulary

NOW_NS = 1_800_000_000_000_000_000
NOW = NOW_NS / 1e9
CARS = 4
CAR, OTHER, HOME = (
    ("Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.TraveledDistance"),
    ("Vehicle.Speed",),
    ("Home.Humidity",),
)

Said = tuple[int, str, tuple[str, ...], Any, Any, int]
"""A car, where it says something, the paths, the time, one value, and a number that makes it odd."""

VALUES = st.sampled_from([1, 0, True, False, 12.5, -0.0, 1e3, 2**60, "text", None, 1e9, [1]])
TIMES = st.sampled_from([None, NOW - 2, NOW - 1.5, int(NOW) - 1, NOW + 60, "noon", True])
LEAVES = st.sampled_from(["readings"] * 6 + ["heard", "asked", "columns", "nothing"])
SAID = st.tuples(
    st.integers(0, CARS - 1), LEAVES, st.sampled_from([CAR, CAR, CAR, OTHER, HOME]), TIMES, VALUES, st.integers(0, 19)
)


def households() -> Nodes:
    """Cars, each of its own household."""
    nodes = Nodes()
    for i in range(CARS):
        nodes.add(f"h{i}/car", Kind.VEHICLE)
    return nodes


def payload(paths: tuple[str, ...], at: Any, value: Any, oddity: int) -> bytes:
    """What a device may send, now and then a little odd."""
    said: dict[str, Any] = dict.fromkeys(paths, 1)
    said[paths[oddity % len(paths)]] = value
    if at is not None:
        said = {"at": at, **said} if oddity % 2 else {**said, "at": at}
    if oddity == 1:
        said["id"] = "one"
    if oddity == 2:
        said = dict(reversed(said.items()))
    text = json.dumps(said, indent=1 if oddity == 3 else None)
    if oddity == 4:
        text = text[:-1] + f', "{paths[0]}": 1}}'
    return (text[:-1] if oddity == 5 else text).encode()


def stretch(said: Sequence[Said]) -> Messages:
    """Messages a millisecond apart."""
    messages = Messages()
    for i, (car, leaf, paths, at, value, oddity) in enumerate(said):
        body = payload(paths, at, value, oddity)
        if leaf == "columns":
            body = pack([f"h{car}/car"], ["Vehicle.Speed"], np.full(1, np.nan), np.full((1, 1), float(oddity)))
        messages.append(f"homeward.h{car}.car.{leaf}".encode(), body, NOW_NS + i * 1_000_000, i + 1)
    return messages


def one_by_one(codec: Codec, messages: Messages) -> list[Decoded]:
    """What each says that comes by itself."""
    found = []
    while len(messages):
        first, messages = messages.split(1)
        found.append(codec.decode(first))
    return found


def readings(batch: Batch) -> list[dict[int, str]]:
    """What each message says, in whatever order."""
    signal, value = batch.signal.tolist(), [one.hex() for one in batch.value.tolist()]
    return [dict(zip(signal[i:j], value[i:j], strict=True)) for i, j in pairwise(batch.starts.tolist())]


@given(st.lists(SAID, max_size=40), st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_they_are_read_as_if_each_had_come_by_itself(vocabulary: Vocabulary, said: list[Said], times: int) -> None:
    usual = [(car, "readings", CAR, None, 1, 0) for car in range(CARS)] * FEW
    messages = stretch(usual + said * times)
    quick, slow = Codec(households(), vocabulary), Codec(households(), vocabulary)
    quick.decode(stretch(usual))
    slow.decode(stretch(usual))
    together, alone = quick.decode(messages), one_by_one(slow, messages)
    apart = joined([one.batch for one in alone])
    for column in ("node", "time", "at", "starts"):
        assert getattr(together.batch, column).tolist() == getattr(apart, column).tolist(), column
    assert readings(together.batch) == readings(apart)
    assert together.sequences.tolist() == [place for one in alone for place in one.sequences.tolist()]
    assert (together.resent, together.unfit) == (sum(one.resent for one in alone), sum(one.unfit for one in alone))
    assert [fault.error for fault in together.faults] == [fault.error for one in alone for fault in one.faults]
    assert together.wishes == [wish for one in alone for wish in one.wishes]


@pytest.mark.parametrize("at", [None, NOW - 3.25])
def test_what_was_said_before_is_not_looked_at_by_itself_again(
    vocabulary: Vocabulary, at: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    codec = Codec(households(), vocabulary)
    codec.decode(stretch([(0, "readings", CAR, None, 1, 0)]))
    monkeypatch.setattr("homeward.bus.codec.orjson", None)
    decoded = codec.decode(stretch([(0, "readings", CAR, at and at - i, i % 2, 0) for i in range(FEW)]))
    assert len(decoded.batch) == FEW and not decoded.unfit
    assert decoded.batch.value[::3].tolist() == [i % 2 for i in range(FEW)]


def test_a_resend_counts_once_among_messages_read_together(vocabulary: Vocabulary) -> None:
    codec = Codec(households(), vocabulary)
    codec.decode(stretch([(0, "readings", CAR, NOW - 9, 1, 0)]))
    said = [(0, "readings", CAR, NOW - i % FEW, 1, 0) for i in range(2 * FEW)]
    decoded = codec.decode(stretch(said))
    assert decoded.resent == FEW and decoded.sequences.tolist() == list(range(1, FEW + 1))


def test_shapes_may_be_forgotten_and_learned_anew(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.bus.shapes.MOST_SHAPES", 2)
    codec = Codec(households(), vocabulary)
    for turn in range(3):
        for paths in (CAR, OTHER, ("Vehicle.TraveledDistance",), CAR[1:], CAR[::-1]):
            decoded = codec.decode(stretch([(turn, "readings", paths, None, 1, 0)] * 2 * FEW))
            assert len(decoded.batch) == 2 * FEW and not decoded.unfit
            assert decoded.batch.signal[: len(paths)].tolist() == [vocabulary[path].index for path in paths]


def test_very_long_messages_are_read_by_themselves(vocabulary: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    codecs = [Codec(households(), vocabulary) for _ in range(2)]
    monkeypatch.setattr("homeward.bus.flat.Flat.members", None)
    numbers = [one for one in vocabulary if one.kind is Kind.VEHICLE and one.type in (Type.NUMBER, Type.INTEGER)]
    many = tuple(one.path for one in numbers if one.path not in FOR_PEOPLE)[: MOST_TOGETHER + 1]
    values = {one.path: max(one.low, 0.0) if one.low == one.low else 0 for one in numbers}
    long = ((dict.fromkeys(CAR, 1), " " * LONGEST), ({path: int(values[path]) for path in many}, ""))
    for codec, (said, blank) in zip(codecs, long, strict=True):
        messages = Messages()
        for i in range(2 * FEW):
            body = json.dumps(dict(sorted(said.items(), reverse=i % 2 == 1))) + blank
            messages.append(b"homeward.h0.car.readings", body.encode(), NOW_NS + i, i + 1)
        for _ in range(2):
            decoded = codec.decode(messages)
            assert not decoded.unfit, decoded.faults[0].error
            assert len(decoded.batch) == 2 * FEW and not decoded.resent
