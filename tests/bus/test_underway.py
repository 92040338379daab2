"""What connectors told is kept until it is read back from the log, sent again if it was not taken, and counts once."""

import asyncio
from functools import partial
from typing import cast

import pytest

from homeward.bus.outbox import Outbox, TooLarge
from homeward.bus.reader import Messages
from homeward.bus.settings import BusError
from homeward.bus.underway import MOST_BYTES, Sent, Underway
from homeward.core.batch import Single
from homeward.core.connector import Message

CAR = b"homeward.lind.car.heard"
DONE = b"homeward.lind.home.outcomes"


class Server:
    """Stands for a connection: keeps what is written to it, message by message."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Take messages apart by their payload lines."""
        self.got += [line for line in data.split(b"\r\n") if line.startswith(b"{")]

    def is_closing(self) -> bool:
        """It stays open."""
        return False


class Way:
    """An underway with an outbox, a server, and what the hub was told."""

    def __init__(self, acting: bool = True) -> None:
        self.server, self.outbox = Server(), Outbox(1000)
        self.acted: list[Sent] = []
        self.stored: list[bytes] = []
        self.acting = acting
        self.underway = Underway(self.outbox, self.written)
        self.connect()
        self.underway.open()

    def connect(self) -> None:
        """Have a connection, a new one."""
        self.server = Server()
        self.outbox.connect(cast(asyncio.Transport, self.server))

    def written(self, sent: list[Sent]) -> None:
        """Act on everything, or on nothing."""
        for one in sent:
            self.acted.append(one)
            if self.acting:
                one.single = Single(1, one.time_ns / 1e9, one.time_ns / 1e9, (1,), [1.0])

    def tell(self, *payloads: bytes) -> None:
        """Let a connector tell these."""
        for payload in payloads:
            self.underway.put(CAR, payload, Message("lind/car", {}, stored=partial(self.stored.append, payload)))
        self.outbox.go()

    def back(self, *sent: Sent) -> tuple[list[bytes], list[int]]:
        """Read these back: the payloads that are still to go round, and the places of those that went."""
        messages = Messages()
        for place, one in enumerate(sent, 10):
            messages.append(one.subject, one.payload, one.time_ns, place)
        rest, gone = self.underway.read_back(messages)
        return rest.payloads, [place for _, place in gone]


async def test_what_was_written_is_acted_on_and_what_comes_back_counts_once() -> None:
    way = Way()
    way.tell(b"{1}", b"{2}")
    assert [one.payload for one in way.acted] == [b"{1}", b"{2}"] and way.server.got == [b"{1}", b"{2}"]
    assert way.stored == [], "the log has not said that it has them"
    assert way.back(*way.acted) == ([], [10, 11])
    assert way.stored == [b"{1}", b"{2}"]
    assert way.back(*way.acted) == ([], []), "read a second time it says nothing"
    assert way.underway.back_ns == way.acted[-1].time_ns
    assert way.acted[0].time_ns < way.acted[1].time_ns


async def test_what_was_left_goes_round_when_it_is_read_back() -> None:
    way = Way(acting=False)
    way.tell(b"{1}")
    assert way.back(way.acted[0]) == ([b"{1}"], [])
    stranger = Sent(CAR, b"{of another life}", 5, None)
    assert way.back(stranger) == ([b"{of another life}"], []), "what an earlier life of the hub wrote"
    assert way.back(Sent(b"homeward.lind.car.readings", b"{2}", way.acted[0].time_ns, None)) == ([b"{2}"], [])


async def test_what_a_lost_connection_did_not_bring_back_is_sent_again_before_what_is_new() -> None:
    way = Way()
    way.tell(b"{1}", b"{2}")
    way.back(way.acted[0])
    way.outbox.disconnect(cast(asyncio.Transport, way.server))
    way.underway.shut()
    way.tell(b"{3}")
    way.connect()
    assert way.server.got == []
    way.underway.open()
    await asyncio.sleep(0.01)
    assert way.server.got == [b"{2}", b"{3}"]
    assert [one.payload for one in way.acted] == [b"{1}", b"{2}", b"{3}"], "each is acted on once"
    assert way.back(*way.acted[1:]) == ([], [10, 11])


async def test_what_the_log_refused_is_sent_again_when_it_has_been_read() -> None:
    way = Way()
    way.tell(b"{1}", b"{2}", b"{3}")
    assert way.back(way.acted[2]) == ([], [10])
    assert way.stored == [b"{3}"]
    way.tell(b"{4}")
    way.underway.send_again()
    await asyncio.sleep(0.01)
    assert way.server.got[3:] == [b"{4}", b"{1}", b"{2}"]
    assert way.back(way.acted[3], *way.acted[:2]) == ([], [10, 11, 12])


async def test_outcomes_are_known_by_what_they_say() -> None:
    way = Way()
    way.underway.put(DONE, b"{done}")
    way.outbox.go()
    way.tell(b"{1}")
    await asyncio.sleep(0.01)
    assert [one.payload for one in way.acted] == [b"{1}"], "nobody acts on them ahead of the log"
    done = Sent(DONE, b"{done}", 7, None)
    assert way.back(done, way.acted[0]) == ([b"{done}"], [11])
    way.underway.send_again()
    assert way.server.got == [b"{done}", b"{1}"]


async def test_what_waits_is_bounded_and_what_is_too_large_is_not_taken_over() -> None:
    way = Way()
    with pytest.raises(TooLarge):
        way.tell(bytes(1001))
    way.underway.shut()
    with pytest.raises(BusError, match="takes nothing"):
        for _ in range(MOST_BYTES // 1000 + 2):
            way.tell(bytes(1000))
