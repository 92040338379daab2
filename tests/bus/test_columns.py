"""Packed columns of gateways: the same as readings one by one, and refused whole when anything is wrong."""

import json

import numpy as np
import pytest

from homeward.bus.codec import Codec
from homeward.bus.columns import pack
from homeward.bus.decoded import Decoded
from homeward.bus.reader import Messages
from homeward.core.nodes import Nodes
from homeward.core.signal import Kind
from homeward.core.vocabulary import Vocabulary

NOW_NS = 1_800_000_000_000_000_000
NOW = NOW_NS / 1e9
PATHS = ["Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.TraveledDistance"]
CARS = ["lind/car", "lind/van", "lind/bus"]


def fleet() -> Nodes:
    """A household with a gateway and three cars, a neighbour, and an operator's gateway."""
    nodes = Nodes()
    for name in [*CARS, "berg/car"]:
        nodes.add(name, Kind.VEHICLE)
    for name in ("lind/gateway", "works/gateway"):
        nodes.add(name, Kind.DEVICE)
    nodes.add("lind/home", Kind.HOME)
    return nodes


def say(codec: Codec, *said: tuple[str, bytes]) -> Decoded:
    """What messages on these topics say."""
    messages = Messages()
    for i, (topic, payload) in enumerate(said):
        messages.append(topic.replace("/", ".").encode(), payload, NOW_NS + i, i + 1)
    return codec.decode(messages)


def values() -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Three cars' speeds, truths and distances; the van says nothing, the bus not everything."""
    return np.array([[33.5, 1, 1000], [np.nan, np.nan, np.nan], [np.nan, 0, 3000]])


def test_columns_say_the_same_as_readings_one_by_one_and_in_their_place(vocabulary: Vocabulary) -> None:
    at = np.array([NOW - 2, NOW - 1, np.nan])
    before = ("homeward/lind/van/readings", b'{"Vehicle.Speed": 1}')
    after = ("homeward/lind/car/readings", b'{"Vehicle.Speed": 2, "Vehicle.VehicleIdentification.VIN": "X"}')
    packed = ("homeward/lind/gateway/columns", pack(CARS, PATHS, at, values()))
    by_one = [
        (
            "homeward/lind/car/readings",
            json.dumps({"at": NOW - 2, **dict(zip(PATHS, [33.5, True, 1000], strict=True))}),
        ),
        ("homeward/lind/bus/readings", json.dumps(dict(zip(PATHS[1:], [False, 3000], strict=True)))),
    ]
    one = say(Codec(fleet(), vocabulary), before, packed, after)
    other = say(Codec(fleet(), vocabulary), before, *((topic, text.encode()) for topic, text in by_one), after)
    assert one.unfit == other.unfit == 0
    for column in ("node", "starts", "signal", "value"):
        assert getattr(one.batch, column).tolist() == getattr(other.batch, column).tolist(), column
    assert np.allclose(one.batch.at, other.batch.at, atol=1e-5)
    assert one.batch.texts == other.batch.texts == {7: "X"}
    assert one.sequences.tolist() == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("nodes", "paths", "cell", "says"),
    [
        (CARS, PATHS, (0, 1, 2.0), "Vehicle.IsMoving of lind/car: 2 is not true or false"),
        (CARS, PATHS, (2, 2, -1.0), "is not a whole number"),
        (CARS, PATHS, (0, 0, np.inf), "is not a number"),
        (["lind/car", "lind/van", "lind/cat"], PATHS, None, "unknown node lind/cat"),
        (["lind/car", "lind/van", "berg/car"], PATHS, None, "not of the gateway's household"),
        (["lind/car", "lind/van", "lind/van"], PATHS, None, "there twice"),
        (["lind/car", "lind/van", "lind/home"], PATHS, None, "not all nodes are of the kind"),
        (CARS, ["Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.Spede"], None, "did you mean Vehicle.Speed?"),
        (CARS, ["Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.Speed"], None, "same signal"),
        (CARS, ["Vehicle.Speed", "Vehicle.IsMoving", "Vehicle.VehicleIdentification.VIN"], None, "texts do not go"),
        (CARS[:2], PATHS, None, "bytes of columns"),
    ],
)
def test_one_wrong_thing_refuses_the_whole_payload(
    vocabulary: Vocabulary, nodes: list[str], paths: list[str], cell: tuple[int, int, float] | None, says: str
) -> None:
    numbers = values()
    if cell:
        numbers[cell[0], cell[1]] = cell[2]
    decoded = say(
        Codec(fleet(), vocabulary), ("homeward/lind/gateway/columns", pack(nodes, paths, np.full(3, NOW), numbers))
    )
    assert not len(decoded.batch) and decoded.unfit == 1
    assert says in decoded.faults[0].error


@pytest.mark.parametrize("payload", [b"", b"HWC1", b"HWC1\xff\xff\xff\xff", b"HWC1\x02\0\0\0{}", b"HWC1\x04\0\0\0null"])
def test_what_is_not_packed_columns_is_refused(vocabulary: Vocabulary, payload: bytes) -> None:
    assert say(Codec(fleet(), vocabulary), ("homeward/lind/gateway/columns", payload)).unfit == 1


def test_an_operators_gateway_may_speak_for_every_household(vocabulary: Vocabulary) -> None:
    payload = pack(["lind/car", "berg/car"], PATHS[:1], np.full(2, NOW), np.array([[1.0], [2.0]]))
    message = ("homeward/works/gateway/columns", payload)
    assert say(Codec(fleet(), vocabulary), message).unfit == 1
    assert say(Codec(fleet(), vocabulary, frozenset({"works"})), message).batch.value.tolist() == [1, 2]


def test_columns_sent_again_count_once_where_they_say_when_they_were_true(vocabulary: Vocabulary) -> None:
    codec = Codec(fleet(), vocabulary)
    timed, untimed = np.array([NOW - 2, NOW - 1, np.nan]), np.full(3, np.nan)
    for at, resent in ((timed, 1), (untimed, 0)):
        packed = ("homeward/lind/gateway/columns", pack(CARS, PATHS, at, values()))
        told = say(codec, packed, packed)
        assert (told.unfit, told.resent, len(told.batch)) == (0, resent, 4 - 2 * resent)
    other = pack(CARS, PATHS, timed, values() + np.array([1, 0, 0]))
    assert say(codec, ("homeward/lind/gateway/columns", other)).resent == 0, "of the same time, but other values"
