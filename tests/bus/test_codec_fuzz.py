"""Whatever bytes come on whatever topic: the codec lives on, and says what the slow and obvious way would say."""

import json
from random import Random

import numpy as np
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeward.bus.codec import Codec
from homeward.bus.reader import Messages
from homeward.core.batch import Batch
from homeward.core.nodes import Nodes
from homeward.core.signal import Kind, Reading, Refused, UnknownSignal
from homeward.core.vocabulary import Vocabulary

NOW_NS = 1_800_000_000_000_000_000
NOW = NOW_NS / 1e9


def lind() -> Nodes:
    """A household with a car and a home."""
    nodes = Nodes()
    nodes.add("lind/car", Kind.VEHICLE)
    nodes.add("lind/home", Kind.HOME)
    return nodes


LIND = lind()
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.integers(), max_size=2)
)
PATHS = st.sampled_from(
    ["Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.TraveledDistance", "Home.IsOccupied", "at", "Vehicle.Nope", ""]
)
OBJECTS = st.dictionaries(st.one_of(PATHS, st.text(max_size=10)), VALUES, max_size=4).map(
    lambda d: json.dumps(d).encode()
)
PAYLOADS = st.one_of(st.binary(max_size=60), OBJECTS)
SUBJECTS = st.one_of(
    st.sampled_from(
        [b"homeward.lind.%b.%b" % (n, w) for n in (b"car", b"home", b"x") for w in (b"readings", b"asked", b"outcomes")]
    ),
    st.binary(min_size=1, max_size=30).filter(lambda b: b" " not in b),
)


class Aging(Codec):
    """A codec that is used again and again, five batches a second, as in life."""

    clock_ns = NOW_NS
    seen: frozenset[tuple[bytes, bytes]] = frozenset()

    def once(self, subject: bytes, payload: bytes, values: list[float]) -> list[float]:
        """The values of a message, [] if it is one with a time of its own that came before: it was sent again."""
        if not values or "at" not in orjson.loads(payload):
            return values
        again, self.seen = (subject, payload) in self.seen, self.seen | {(subject, payload)}
        return [] if again else values


@pytest.fixture
def codec(vocabulary: Vocabulary) -> Aging:
    """A codec for the household above."""
    return Aging(LIND, vocabulary)


def spoilt(chance: Random, pool: list[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """A message of the pool, perhaps with another's topic, cut, joined with another, or with a byte changed."""
    subject, payload = chance.choice(pool)
    match chance.randrange(6):
        case 0:
            return subject, payload[: chance.randrange(len(payload) + 1)]
        case 1:
            return subject, payload + chance.choice((b"", b",", b" ")) + chance.choice(pool)[1]
        case 2 if payload:
            at = chance.randrange(len(payload))
            return subject, payload[:at] + bytes([chance.randrange(256)]) + payload[at + 1 :]
        case 3:
            return chance.choice(pool)[0], payload
    return subject, payload


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pool=st.lists(st.tuples(SUBJECTS, PAYLOADS), min_size=4, max_size=12), chance=st.randoms(use_true_random=False))
def test_no_message_whatsoever_breaks_the_codec_or_slips_in_half(
    vocabulary: Vocabulary, codec: Aging, pool: list[tuple[bytes, bytes]], chance: Random
) -> None:
    said = [spoilt(chance, pool) for _ in range(50)]
    messages = Messages()
    for i, (subject, payload) in enumerate(said):
        messages.append(subject, payload, codec.clock_ns + i, i)
    codec.clock_ns += 200_000_000
    decoded = codec.decode(messages)
    batch = decoded.batch
    assert batch.starts[-1] == len(batch.signal) == len(batch.value)
    assert len(decoded.sequences) == len(batch)
    assert np.isfinite(batch.value).all()
    for fault in decoded.faults:
        orjson.loads(fault.encoded())
    alone = [codec.once(*one, _said_alone(*one, vocabulary)) for one in said]
    assert batch.value.tolist() == [value for values in alone for value in values]


@settings(max_examples=200, deadline=None)
@given(pool=st.lists(st.tuples(SUBJECTS, PAYLOADS), min_size=4, max_size=12), chance=st.randoms(use_true_random=False))
def test_a_message_that_comes_alone_is_read_as_in_a_stretch(
    vocabulary: Vocabulary, pool: list[tuple[bytes, bytes]], chance: Random
) -> None:
    alone, columns = Codec(LIND, vocabulary), Codec(LIND, vocabulary)
    for i in range(30):
        messages = Messages()
        messages.append(*spoilt(chance, pool), NOW_NS + i * 10_000_000, i)
        one, batch = alone.singles.read(messages), columns.decode(messages).batch
        same(Batch.of_singles([one]) if one else alone.decode(messages).batch, batch)


@pytest.mark.parametrize(
    "said",
    [
        {"Vehicle.Speed": 3, "Vehicle.TraveledDistance": 7500.0},
        {"Vehicle.IsMoving": True, "Vehicle.Speed": 0.0, "at": NOW - 2.5},
        {"Vehicle.LowVoltageSystemState": "ON"},
    ],
)
def test_what_is_said_every_day_needs_no_columns(vocabulary: Vocabulary, said: dict[str, object]) -> None:
    codec, columns = Codec(LIND, vocabulary), Codec(LIND, vocabulary)
    for i in range(3):
        messages = Messages()
        payload = {**said, "at": NOW + i} if "at" in said else said
        messages.append(b"homeward.lind.car.readings", json.dumps(payload).encode(), NOW_NS + i * 1_000_000_000, i)
        one, batch = codec.singles.read(messages), columns.decode(messages).batch
        assert (one is None) == (i == 0), "the first time, somebody must look closer"
        same(Batch.of_singles([one]) if one else codec.decode(messages).batch, batch)


def same(one: Batch, other: Batch) -> None:
    """Both batches say the same."""
    for column in ("node", "time", "at", "starts", "signal", "value"):
        assert getattr(one, column).tolist() == getattr(other, column).tolist()


def _said_alone(subject: bytes, payload: bytes, vocabulary: Vocabulary) -> list[float]:
    """The values of one message by the slow and obvious way; [] if any of it does not fit."""
    parts = subject.split(b".")
    if parts[:2] != [b"homeward", b"lind"] or parts[3:] != [b"readings"] or parts[2] == b"x":
        return []
    node = "lind/" + parts[2].decode()
    try:
        pairs = json.loads(payload, object_pairs_hook=list)
        said = orjson.loads(payload)
        if len(pairs) != len(said):
            return []
        at = said.pop("at", NOW)
        if isinstance(at, bool) or not isinstance(at, int | float):
            return []
        kind = LIND.kind(LIND.number(node))
        signals = [vocabulary.by_path.get(vocabulary.renamed.get(path, path)) for path in said]
        if not said or any(signal is None or signal.kind is not kind for signal in signals):
            return []
        readings = [Reading(node, path, value, NOW) for path, value in said.items()]
        return list(map(float, Batch.of([(NOW, readings)], LIND, vocabulary).value))
    except (ValueError, TypeError, AttributeError, UnknownSignal, Refused, OverflowError):
        return []
