"""What connectors told is kept until it is read back from the log, sent again if it was not taken, and counts once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import time
from typing import cast

import pytest

from homeward.bus.codec import Codec
from homeward.bus.outbox import GATHER_S, Outbox, TooLarge
from homeward.bus.reader import Messages
from homeward.bus.routes import SUBJECT
from homeward.bus.settings import BusError
from homeward.bus.told import Sent
from homeward.bus.underway import MOST_BYTES, Underway
from homeward.core.batch import Batch, Single
from homeward.core.connector import Bools, Message, Table, Unread
from homeward.core.signal import Kind
from homeward.core.twin import Twin
from homeward.words import load_vocabulary

CAR = b"homeward.lind.car.heard"
LARGEST = 3000
DONE = b"homeward.lind.home.outcomes"
SPEED, MODEL = "Vehicle.Speed", "Vehicle.VehicleIdentification.Model"


class Server:
    """Stands for a connection: keeps the payloads that are written to it."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Take messages apart."""
        while data:
            line, _, data = data.partition(b"\r\n")
            *_, header, size = map(int, line.split(b" ")[2:])
            self.got.append(data[header:size])
            data = data[size + 2 :]

    def is_closing(self) -> bool:
        """It stays open."""
        return False


class Way:
    """An underway with an outbox, a server, a codec that has met a car and a van, and what the hub was told."""

    def __init__(self, acting: bool = True) -> None:
        self.server, self.outbox = Server(), Outbox(LARGEST)
        self.sent: list[Sent] = []
        self.stored: list[float] = []
        self.acting = acting
        twin = Twin(load_vocabulary())
        for name in ("lind/car", "lind/van"):
            twin.add(name, Kind.VEHICLE)
        self.codec = Codec(twin.nodes, twin.vocabulary)
        self.again = Codec(twin.nodes, twin.vocabulary)
        self.codec.decode(Messages([CAR, b"homeward.lind.van.heard"], [b'{"Vehicle.Speed": 0}'] * 2, [1, 2], [1, 2]))
        self.underway = Underway(self.outbox, LARGEST)
        self.underway.written = self.written
        self.underway.parcels.read_by(self.codec.ears, self.codec.bundles)
        self.connect()
        self.underway.open()

    def connect(self) -> None:
        """Have a connection, a new one."""
        self.server = Server()
        self.outbox.connect(cast(asyncio.Transport, self.server))

    def written(self, sent: list[Sent]) -> None:
        """Act on everything that is understood, or on nothing."""
        for one in sent:
            self.sent.append(one)
            one.acted = self.acting and one.news is not None

    async def tell(self, *speeds: float, node: str = "lind/car", at: float | None = None) -> None:
        """Let a connector tell these, together, when it is quiet."""
        await asyncio.sleep(3 * GATHER_S)
        for speed in speeds:
            message = Message(node, {SPEED: speed}, at, partial(self.stored.append, speed))
            self.underway.tell(f"homeward.{node.replace('/', '.')}.heard".encode(), message)
        self.outbox.go()

    def again_at(self) -> float:
        """A time that a sender may give."""
        return round(time() - 7.0, 3)

    def back(self, *sent: Sent) -> tuple[list[bytes], list[int]]:
        """Read these back: the payloads that are still to go round, and the places of those that went."""
        messages = Messages()
        for place, one in enumerate(sent, 10):
            messages.append(one.subject, one.payload, one.time_ns, place)
        rest, gone = self.underway.read_back(messages)
        return rest.payloads, [place for _, place in gone]


def said(speed: float) -> bytes:
    """A message by itself."""
    return b'{"Vehicle.Speed":%.1f}' % speed


async def test_what_was_written_is_acted_on_and_what_comes_back_counts_once() -> None:
    way = Way()
    await way.tell(1.0)
    await way.tell(2.0)
    assert way.server.got == [said(1), said(2)]
    assert [one.news.values for one in way.sent if isinstance(one.news, Single)] == [[1.0], [2.0]]
    assert way.stored == [], "the log has not said that it has them"
    assert way.back(*way.sent) == ([], [10, 11])
    assert way.stored == [1.0, 2.0]
    assert way.back(*way.sent) == ([], []), "read a second time it says nothing"
    assert way.underway.back_ns == way.sent[-1].time_ns > way.sent[0].time_ns


async def test_what_is_told_together_goes_as_one_and_means_the_same_when_it_is_read() -> None:
    way = Way()
    await way.tell(1.0, 2.0)
    await way.tell(4.0, node="lind/van", at=way.sent[0].time_ns / 1e9 - 7)
    way.outbox.pause(True)
    await way.tell(5.0, node="lind/van", at=way.sent[0].time_ns / 1e9 - 6)
    await way.tell(6.0)
    way.outbox.pause(False)
    assert [one.subject for one in way.sent] == [SUBJECT, b"homeward.lind.van.heard", SUBJECT]
    for one in (way.sent[0], way.sent[2]):
        live = one.news
        assert isinstance(live, Batch)
        read = way.again.decode(Messages([one.subject], [one.payload], [one.time_ns], [9]))
        assert not read.unfit and read.sequences.tolist() == [9, 9]
        for column in ("node", "time", "at", "starts", "signal", "value"):
            assert getattr(read.batch, column).tolist() == getattr(live, column).tolist(), column
    resent = way.again.decode(Messages([SUBJECT], [way.sent[2].payload], [way.sent[2].time_ns + 5], [10]))
    assert resent.resent == 1 and resent.batch.value.tolist() == [6.0], "what had a time is known again"
    assert way.back(*way.sent) == ([], [10, 11, 12]) and way.stored == [1.0, 2.0, 4.0, 5.0, 6.0]


async def test_what_was_said_before_is_left_to_be_found_when_it_is_read_back() -> None:
    way = Way(acting=False)
    at = way.again_at()
    await way.tell(4.0, 5.0, at=at)
    marks = way.sent[0].marks
    assert len(marks) == 2 and not way.codec.resends.knows(*marks[0]), "a snapshot taken now would not know of it"
    now = way.sent[0].time_ns
    assert way.codec.resends.are_new(marks[:1], now) and not way.codec.resends.are_new(marks, now)
    assert way.codec.resends.knows(*marks[0]) and not way.codec.resends.knows(*marks[1]), "all or nothing"
    assert not way.codec.resends.are_new((marks[1], marks[1]), now)
    rest, gone = way.underway.read_back(Messages([SUBJECT], [way.sent[0].payload], [way.sent[0].time_ns], [7]))
    decoded = way.codec.decode(rest)
    assert gone == [] and decoded.resent == 1 and decoded.batch.value.tolist() == [5.0]
    await way.tell(5.0, at=at)
    assert way.sent[1].news is None, "known by now"


async def test_a_bundle_of_nodes_that_are_no_more_says_the_rest() -> None:
    way = Way()
    await way.tell(1.0, 2.0)
    payload = way.sent[0].payload
    assert payload.count(b"lind/car") == 1
    read = way.again.decode(Messages([SUBJECT], [payload.replace(b"lind/car", b"lind/cab")], [5], [1]))
    assert read.unfit == 2 and not len(read.batch)
    read = way.again.decode(Messages([SUBJECT], [payload.replace(b"Vehicle.Speed", b"Vehicle.Spoed")], [5], [1]))
    assert read.unfit == 2 and not len(read.batch)
    broken = [payload[:-3], payload[:-8], b"HWC1" + payload[4:], b"HWB1", payload]
    read = way.again.decode(Messages([SUBJECT] * 5, broken, [5, 6, 7, 8, 9], [1, 2, 3, 4, 5]))
    assert read.unfit == 4 and read.batch.value.tolist() == [1.0, 2.0]


async def test_what_was_left_goes_round_when_it_is_read_back() -> None:
    way = Way(acting=False)
    await way.tell(1.0)
    rest, gone = way.underway.read_back(Messages([CAR], [said(1)], [way.sent[0].time_ns], [7]))
    assert rest.payloads == [said(1)] and gone == []
    decoded = way.codec.decode(rest)
    assert decoded.batch.value.tolist() == [1.0] and decoded.sequences.tolist() == [7]
    stranger = Sent(CAR, b"{of another life}", 5, None, True)
    assert way.back(stranger) == ([b"{of another life}"], []), "what an earlier life of the hub wrote"
    own = Sent(b"homeward.lind.car.readings", b"{2}", way.sent[0].time_ns, None, False)
    assert way.back(own) == ([b"{2}"], [])


async def test_what_a_lost_connection_did_not_bring_back_is_sent_again_before_what_is_new() -> None:
    way = Way()
    await way.tell(1.0)
    await way.tell(2.0)
    way.back(way.sent[0])
    way.outbox.disconnect(cast(asyncio.Transport, way.server))
    way.underway.shut()
    await way.tell(3.0)
    way.connect()
    assert way.server.got == []
    way.underway.open()
    await asyncio.sleep(0.01)
    assert way.server.got == [said(2), said(3)]
    assert way.back(*way.sent[1:]) == ([said(3)], [10]), "the new one was not understood: older ones were to be read"
    assert len(way.sent) == 3, "each is acted on once"


async def test_what_the_log_refused_is_sent_again_when_it_has_been_read() -> None:
    way = Way()
    for speed in (1.0, 2.0, 3.0):
        await way.tell(speed)
    assert way.back(way.sent[2]) == ([], [10])
    assert way.stored == [3.0]
    await way.tell(4.0)
    way.underway.send_refused()
    await asyncio.sleep(0.01)
    assert way.server.got[3:] == [said(4), said(1), said(2)], "what is still on its way is not sent twice"
    assert not way.underway.is_overdue
    way.underway.send_again()
    await asyncio.sleep(0.01)
    assert way.server.got[6:] == [said(4), said(1), said(2)]
    assert way.back(way.sent[3], *way.sent[:2]) == ([], [10, 11, 12])
    assert way.back(way.sent[3]) == ([], []), "its second copy says nothing"
    assert way.underway.count == 0


async def test_outcomes_are_known_by_what_they_say() -> None:
    way = Way()
    way.underway.answer(DONE, b"{done}")
    way.outbox.go()
    await way.tell(1.0)
    assert [one.payload for one in way.sent] == [said(1)], "nobody acts on them ahead of the log"
    done = Sent(DONE, b"{done}", 7, None, False)
    assert way.back(done, way.sent[0]) == ([b"{done}"], [11])
    way.underway.send_again()
    assert way.server.got == [b"{done}", said(1)]


async def test_what_waits_is_bounded_and_what_is_too_large_is_not_taken_over() -> None:
    way = Way()
    with pytest.raises(TooLarge):
        way.underway.tell(CAR, Message("lind/car", {MODEL: "x" * LARGEST}))
    way.underway.shut()
    with pytest.raises(BusError, match="takes nothing"):
        for _ in range(MOST_BYTES // 400 + 2):
            way.underway.tell(CAR, Message("lind/car", {SPEED: 1.0}))


@dataclass
class Wide:
    """Says something of so many signals, each as large as it can be."""

    paths: tuple[str, ...]
    node: str = "lind/car"

    @property
    def form(self) -> "Wide":
        """Its own."""
        return self

    def numbers(self, payloads: Sequence[bytes]) -> tuple[Table, Bools]:
        """Nothing is read together here."""
        raise AssertionError

    def one(self, payload: bytes) -> list[float] | None:
        """It takes a closer look."""
        return None

    def read(self, payload: bytes) -> Message | None:
        """All of it."""
        return Message(self.node, dict.fromkeys(self.paths, -1.2345678901234567e-200))


async def test_what_is_read_later_must_not_be_too_large_either() -> None:
    way = Way()
    wide = Wide(tuple(signal.path for signal in load_vocabulary() if signal.path.startswith("Vehicle."))[:60])
    with pytest.raises(TooLarge):
        way.underway.tell_unread(CAR, Unread(wide, b"{}"))
    assert way.underway.count == 0
    way.underway.shut()
    with pytest.raises(BusError, match="takes nothing"):
        for _ in range(MOST_BYTES // 400 + 2):
            way.underway.tell_unread(CAR, Unread(Wide((SPEED,)), b"{}"))


async def test_a_bundle_is_no_larger_than_the_server_takes() -> None:
    way = Way()
    await way.tell(*range(20))
    assert len(way.server.got) > 3 and max(map(len, way.server.got)) < LARGEST
    values = [value for one in way.sent if isinstance(one.news, Batch) for value in one.news.value.tolist()]
    assert values == list(range(20))
