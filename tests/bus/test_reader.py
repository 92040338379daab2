"""The log's stream of bytes, wherever it is cut, becomes the messages in it."""

import asyncio
from dataclasses import dataclass
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.bus.outbox import Outbox
from homeward.bus.reader import Messages, Reader
from homeward.bus.scan import MOST, Scan

TIME_NS = 1_800_000_000_123_456_789
Told = tuple[bytes, bytes, int, int]
"""Subject, payload, time and sequence."""


@dataclass(slots=True)
class Line:
    """A transport that only notes what is written, and whether it was closed."""

    written: bytes = b""
    closed: bool = False

    def write(self, data: bytes) -> None:
        """Note it."""
        self.written += data

    def abort(self) -> None:
        """Note it."""
        self.closed = True


KINDS = [
    "MSG",
    "HMSG",
    "QoS 0",
    "QoS 1 live",
    "QoS 1 live, ours",
    "QoS 2 live",
    "QoS 1 copy",
    "heard",
    "domain",
    "keeps up?",
    "stalled",
    "PING",
    "+OK",
]
PAYLOADS = st.one_of(st.binary(max_size=40), st.sampled_from([b"", b"\r\n", b"HMSG a 1 $JS.ACK.", b"x" * 3000]))


def piece(kind: str, payload: bytes, n: int) -> tuple[bytes, Told | None, bytes]:
    """Bytes of the protocol with the consumer's n-th message, the message it is, and what is to be answered."""
    subject, sequence, time = b"homeward.h%d.car.readings" % n, n * 3 + 1, TIME_NS + n
    reply = b"$JS.ACK.log.hub.1.%d.%d.%d.7" % (sequence, n, time)
    header = b"NATS/1.0\r\n\r\n"
    told: Told | None = (subject, payload, time, sequence)
    if kind == "domain":
        reply = b"$JS.ACK.leaf.AbC.log.hub.1.%d.%d.%d.7.rnd" % (sequence, n, time)
    if kind in ("MSG", "domain"):
        return b"MSG %b 1 %b %d\r\n%b\r\n" % (subject, reply, len(payload), payload), told, b""
    if kind.startswith("QoS"):
        blank = b" " if "ours" in kind else b""  # as the client library writes it, and as the server does
        header = b"NATS/1.0\r\nNmqtt-Pub:%b%b\r\n\r\n" % (blank, kind[4:5].encode())
        told = None if "live" in kind else told
        subject = b"$MQTT.msgs." + subject if kind == "QoS 1 copy" else subject
    if kind == "heard":
        subject = b"homeward.h%d.car.heard" % n
        header, told = b"NATS/1.0\r\nHeard: %d\r\n\r\n" % (time - 5), (subject, payload, time - 5, sequence)
    if kind == "keeps up?":
        return b"HMSG in 1 _fc 30 30\r\nNATS/1.0 100 FlowControl Req\r\n\r\n", None, b"PUB _fc 0\r\n\r\n"
    if kind == "stalled":
        header = b"NATS/1.0 100 Idle\r\nNats-Consumer-Stalled: _st\r\n\r\n"
        return b"HMSG in 1 %d %d\r\n%b\r\n" % (len(header), len(header), header), None, b"PUB _st 0\r\n\r\n"
    if kind in ("PING", "+OK"):
        return kind.encode() + b"\r\n", None, b""
    body = header + payload
    return b"HMSG %b 1 %b %d %d\r\n%b\r\n" % (subject, reply, len(header), len(body), body), told, b""


async def taken(chunks: list[bytes]) -> tuple[list[Told], bytes, bool]:
    """What a reader makes of these bytes: messages, what it answers, and whether it closed."""
    line, reader = Line(), Reader("hub", "secret", "in", Outbox(1 << 20))
    reader.ready.cancel()  # nobody waits for it here
    reader.connection_made(cast(asyncio.Transport, line))
    try:
        for chunk in chunks:
            reader.data_received(chunk)
        waiting = reader._waiting
        told = list(zip(waiting.subjects, waiting.payloads, waiting.times_ns, waiting.sequences, strict=True))
        if waiting.sequences or reader._answer:
            await reader.take(1_000_000)
    finally:
        reader.connection_lost(None)
    return told, line.written.replace(b"PONG\r\n", b""), line.closed


@given(st.lists(st.tuples(st.sampled_from(KINDS), PAYLOADS), max_size=30), st.lists(st.integers(1, 400), max_size=30))
@settings(max_examples=400, deadline=None)
def test_wherever_the_stream_is_cut_it_is_the_same(said: list[tuple[str, bytes]], cuts: list[int]) -> None:
    stream, expected, answers, n = b"", [], b"", 0
    for kind, payload in said:
        n += kind not in ("keeps up?", "stalled", "PING", "+OK")
        data, told, answer = piece(kind, payload, n)
        stream += data
        answers += answer
        expected += [told] if told else []
    chunks, rest = [], stream
    for size in cuts:
        chunks.append(rest[:size])
        rest = rest[size:]
    assert asyncio.run(taken([chunk for chunk in (*chunks, rest) if chunk])) == (expected, answers, False)


async def heard(pieces: list[tuple[bytes, bool]], wanted: int) -> list[tuple[str, int]]:
    """How each message was heard, and its sequence, in order; after some pieces whoever waits gets a chance to run."""
    order: list[tuple[str, int]] = []

    def offered(messages: Messages, sequence: int, time_ns: int) -> bool:
        assert messages.sequences == [sequence] and messages.times_ns == [time_ns]
        if sequence % 2 == 0:  # every other one
            order.append(("at once", sequence))
        return sequence % 2 == 0

    reader = Reader("hub", "secret", "in", Outbox(1 << 20), offered)
    reader.ready.cancel()
    reader.connection_made(cast(asyncio.Transport, Line()))

    async def take() -> None:
        while True:
            messages, sequence, _ = await reader.take(1_000_000)
            assert not messages.sequences or messages.sequences[-1] == sequence
            order.extend(("taken", one) for one in messages.sequences)

    task = asyncio.create_task(take())
    for data, pause in pieces:
        reader.data_received(data)
        if pause:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
    for _ in range(3):
        await asyncio.sleep(0)
    assert len(order) == wanted
    task.cancel()
    reader.connection_lost(None)
    return order


@given(st.lists(st.tuples(st.sampled_from(["MSG", "MSG", "HMSG", "keeps up?"]), st.booleans()), max_size=20))
@settings(max_examples=200, deadline=None)
def test_what_is_offered_at_once_and_what_is_taken_come_in_order_and_once(said: list[tuple[str, bool]]) -> None:
    pieces, sequences, n = [], [], 0
    for kind, pause in said:
        n += kind != "keeps up?"
        data, told, _ = piece(kind, b"x", n)
        pieces.append((data, pause))
        sequences += [told[3]] if told else []
    order = asyncio.run(heard(pieces, len(sequences)))
    assert [sequence for _, sequence in order] == sequences


def test_a_message_that_comes_alone_is_offered_at_once_and_one_of_many_is_not() -> None:
    one, two, three = (piece("MSG", b"x", n)[0] for n in (1, 2, 3))
    order = asyncio.run(heard([(b"", True), (one, True), (two + three, True)], 3))
    assert order == [("at once", 4), ("taken", 7), ("taken", 10)]


async def test_what_could_not_be_heard_at_once_is_taken() -> None:
    def stumbles(messages: Messages, sequence: int, time_ns: int) -> bool:
        raise ValueError("a fault of ours")

    reader = Reader("hub", "secret", "in", Outbox(1 << 20), stumbles)
    reader.ready.cancel()
    reader.connection_made(cast(asyncio.Transport, Line()))
    task = asyncio.create_task(reader.take(10))
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="a fault of ours"):
        reader.data_received(piece("MSG", b"x", 1)[0])
    messages, _, _ = await asyncio.wait_for(task, 5)
    reader.connection_lost(None)
    assert messages.payloads == [b"x"]


@pytest.mark.parametrize("count", [MOST - 1, MOST, MOST + 1, 3 * MOST])
def test_many_at_once(count: int) -> None:
    pieces = [piece("MSG", b"%d" % n, n) for n in range(1, count + 1)]
    told, _, closed = asyncio.run(taken([b"".join(data for data, _, _ in pieces)]))
    assert told == [one for _, one, _ in pieces] and not closed


def test_a_jump_in_the_count_closes_and_gives_nothing_that_came_behind_it() -> None:
    data = b"".join(piece("MSG", b"x", n)[0] for n in (1, 2, 4, 5))
    told, _, closed = asyncio.run(taken([data]))
    assert [sequence for *_, sequence in told] == [4, 7] and closed


@given(st.binary(max_size=80), st.integers(0, 200), st.binary(max_size=4))
@settings(max_examples=400, deadline=None)
def test_broken_lines_are_not_taken_for_messages(noise: bytes, at: int, other: bytes) -> None:
    scan = Scan()
    assert scan.find(noise, 0) == 0 and not scan.found
    whole = piece("HMSG", b"payload", 1)[0]
    at %= len(whole)
    broken = whole[:at] + other + whole[at + len(other) :]
    behind = scan.find(broken, 0)
    found = scan.found
    assert behind <= len(broken) and found == (1 if behind else 0)
    for payload in scan.parts(broken)[1]:
        assert payload == broken[behind - 2 - len(payload) : behind - 2]
