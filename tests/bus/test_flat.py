"""Flat objects are read in machine code as orjson reads them, or not at all."""

import json
import math
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from homeward.bus.flat import Flat

KEYS = ("speed", "soc", "dist", "a")
FLAT = Flat(KEYS)

NUMBERS = st.one_of(
    st.integers(-(2**54), 2**54),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000, 1000, places=5).map(float),
)
VALUES = NUMBERS | st.booleans() | st.none() | st.text(max_size=8) | st.lists(NUMBERS, max_size=2)
OBJECTS = st.lists(st.tuples(st.sampled_from((*KEYS, "other", "spee", "speedy", "")), VALUES), max_size=7)
LAYOUT = st.sampled_from(("", " ", "\n\t ", "\r"))


def expected(payload: bytes) -> list[float] | None:
    """What orjson makes of the fields; None where it makes nothing of it."""
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    return [float(said[key]) if type(said.get(key)) in (int, float) else math.nan for key in KEYS]


def same(payload: bytes) -> bool:
    """Whether it was read at all; what was read is as orjson has it, to the bit."""
    values, read = FLAT.numbers([b'{"a":1}', payload, b'{"a":2}'])
    assert read[0] and read[2] and values[0, 3] == 1 and values[2, 3] == 2, "its neighbours are read for themselves"
    alone = FLAT.one(payload)
    has_all = read[1] and not any(map(math.isnan, values[1].tolist()))
    assert (alone is not None) == has_all, payload
    assert alone is None or [one.hex() for one in alone] == [one.hex() for one in values[1].tolist()], payload
    if not read[1]:
        return False
    right = expected(payload)
    assert right is not None, payload
    assert [one.hex() for one in values[1].tolist()] == [one.hex() for one in right], payload
    return True


@given(OBJECTS, LAYOUT, LAYOUT, st.integers(0, 400), st.sampled_from(b'{}[]",:\\ 0e-+.\x00\x80tn'), st.integers(0, 400))
@settings(max_examples=600, deadline=None)
def test_whole_or_broken_it_is_read_as_orjson_does(
    fields: list[tuple[str, Any]], blank: str, between: str, at: int, sign: int, cut: int
) -> None:
    members = [f"{json.dumps(key)}{blank}:{between}{json.dumps(value)}" for key, value in fields]
    payload = f"{blank}{{{blank}{(between + ',' + blank).join(members)}{between}}}{blank}".encode()
    same(payload)
    spot = at % (len(payload) + 1)
    same(payload[:spot] + bytes((sign,)) + payload[spot:])
    same(payload[:spot] + bytes((sign,)) + payload[spot + 1 :])
    same(payload[: cut % (len(payload) + 1)])


@given(st.text("0123456789.eE+-", max_size=24))
@settings(max_examples=1500, deadline=None)
@example("-0")
@example("-0.0")
@example("0123")
@example("1.")
@example("1e22")
@example("9007199254740993")
@example("0.1e-22")
def test_numbers(number: str) -> None:
    same(b'{"speed":%b}' % number.encode())
    same(b'{"other":%b,"a":1}' % number.encode())


@pytest.mark.parametrize(
    "payload",
    [
        b'{"speed":33.2,"soc":80,"dist":5.2,"a":-1e3}',
        b'{"a":1,"speed":2}',
        b'{"speed":1,"speed":null,"soc":3}',
        b"{}",
        b' { "speed" : 12.5 , "x":"a text","b":true,"c":false,"d":null } ',
        b'{"dist":123456.789012,"speed":0.3000000000000}',
    ],
)
def test_what_devices_send_is_read(payload: bytes) -> None:
    assert same(payload)


def test_nothing_is_read_of_no_payloads() -> None:
    values, read = FLAT.numbers([])
    assert values.shape == (0, 4) and read.shape == (0,)
    assert not same(b"") and not same(b'{"speed":{"v":1}}') and not same('{"ü":1}'.encode())
    assert not same(b'{"speed":0.30000000000000004}'), "more digits than can be told by this"
