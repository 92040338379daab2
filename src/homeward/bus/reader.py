"""A small reader of the log: NATS' own wire protocol straight into lists, with flow control, 1 µs a message.

The server pushes what its consumer finds. Now and then it asks whether we keep up, and is answered only when everything
before has been taken. So what waits here stays bounded (the server's window is 32 MB) and a slow hub slows the reading,
never the server.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import cast

from homeward.bus.outbox import Outbox
from homeward.bus.scan import MOST, Scan
from homeward.core.batch import Batch

HEARTBEAT_S = 2.0
MOST_BYTES = 3_000_000


@dataclass(slots=True, eq=False)
class Messages:
    """Raw messages in log order: subjects (`homeward.lind.car.readings`), payloads, stream times (ns), sequences.

    `understood` has what some of them say, by their index, where that is known already.
    """

    subjects: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    times_ns: list[int] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    understood: dict[int, Batch] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.sequences)

    def split(self, most: int) -> "tuple[Messages, Messages]":
        """The first `most` messages, and the rest."""
        first = Messages(self.subjects[:most], self.payloads[:most], self.times_ns[:most], self.sequences[:most])
        rest = Messages(self.subjects[most:], self.payloads[most:], self.times_ns[most:], self.sequences[most:])
        return first, rest

    def each(self) -> "Iterator[Messages]":
        """Every message by itself."""
        columns = self.subjects, self.payloads, self.times_ns, self.sequences
        for i, (subject, payload, time_ns, sequence) in enumerate(zip(*columns, strict=True)):
            known = {0: self.understood[i]} if i in self.understood else {}
            yield Messages([subject], [payload], [time_ns], [sequence], known)

    def extend(self, subjects: list[bytes], payloads: list[bytes], times_ns: list[int], sequences: list[int]) -> None:
        """Add many."""
        self.subjects += subjects
        self.payloads += payloads
        self.times_ns += times_ns
        self.sequences += sequences

    def append(self, subject: bytes, payload: bytes, time_ns: int, sequence: int) -> None:
        """Add one message."""
        self.subjects.append(subject)
        self.payloads.append(payload)
        self.times_ns.append(time_ns)
        self.sequences.append(sequence)


AtOnce = Callable[[Messages, int, int], bool]
"""Takes a message over, or says no."""


def never(messages: Messages, sequence: int, time_ns: int) -> bool:
    """No."""
    return False


class Reader(asyncio.Protocol):
    """One connection that receives what a push consumer delivers to `inbox`, and by which the outbox goes out.

    A jump in the consumer's own count closes the connection. A message that comes alone while `take` waits is offered
    to `at_once`, with the sequence and time (ns) reached by it, before it wakes anybody.
    """

    def __init__(self, user: str, password: str, inbox: str, outbox: Outbox, at_once: AtOnce = never) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._scan = Scan()
        self._hello = _connect(user, password, inbox)
        self._rest = b""
        self._waiting = Messages()
        self._answer = b""
        self._news = asyncio.Event()
        self._heard = True
        self._is_awaited = False
        self._at_once = at_once
        self._silences = 0
        self._outbox = outbox
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return self._transport is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection; the server speaks first."""
        self._transport = cast(asyncio.Transport, transport)
        self._watch = asyncio.get_running_loop().call_later(HEARTBEAT_S, self._check)

    def connection_lost(self, error: Exception | None) -> None:
        """Wake whoever waits; what was received and not taken is delivered again to the next reader."""
        self._outbox.disconnect(self._transport)
        self._transport = None
        if self._watch:
            self._watch.cancel()
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError("the server closed the connection"))
        self._news.set()

    def close(self) -> None:
        """Close the connection."""
        if self._transport:
            self._transport.abort()

    async def take(self, most: int) -> tuple[Messages, int, int]:
        """The messages that wait (at most `most`, and some MB), the sequence reached by them and its time (ns).

        Waits for some. Raises ConnectionError when the connection is gone.
        """
        while not self._waiting.sequences and not self._answer:
            if not self._transport:
                raise ConnectionError("the log's connection is gone")
            self._news.clear()
            self._is_awaited = True
            try:
                await self._news.wait()
            finally:
                self._is_awaited = False
        if not self._transport:
            raise ConnectionError("the log's connection is gone")
        if len(self._waiting) > 1 and len(self._waiting) > (most := min(most, self._most_by_size())):
            taken, self._waiting = self._waiting.split(most)
            return taken, taken.sequences[-1], taken.times_ns[-1]
        taken, self._waiting = self._waiting, Messages()
        if self._answer:
            self._transport.write(self._answer)
            self._answer = b""
        return taken, self._scan.position, self._scan.time_ns

    @property
    def since_ns(self) -> int:
        """Of when the oldest message is that waits here, 0 for none."""
        return self._waiting.times_ns[0] if self._waiting.times_ns else 0

    def pause_writing(self) -> None:
        """The server does not keep up with what is published on this connection."""
        self._outbox.pause(True)

    def resume_writing(self) -> None:
        """It does again."""
        self._outbox.pause(False)

    def _most_by_size(self) -> int:
        """How many of the messages that wait are MOST_BYTES, at least one: packed ones hold thousands of readings."""
        sizes = accumulate(map(len, self._waiting.payloads))
        return max(1, next((i for i, size in enumerate(sizes) if size > MOST_BYTES), len(self._waiting)))

    def _check(self) -> None:
        """Close when nothing, not even a heartbeat, came for a while (twice, in case we were the ones who slept)."""
        self._silences = 0 if self._heard else self._silences + 1
        self._heard = False
        if self._silences >= 3:
            self.close()
            return
        self._watch = asyncio.get_running_loop().call_later(HEARTBEAT_S, self._check)

    def data_received(self, data: bytes) -> None:
        """Take the stream of bytes apart; keep what is incomplete for later."""
        self._heard = True
        if self._rest:
            data = self._rest + data
        at, size = 0, len(data)
        while True:
            at = self._scan.find(data, at)
            if self._scan.found:
                self._waiting.extend(*self._scan.parts(data))
            if self._scan.found == MOST:
                continue
            if at == size:
                break
            line = data.find(b"\r\n", at)
            if line < 0:
                break
            word = data[at : at + 4]
            if word == b"HMSG" or word == b"MSG ":
                fields = data[at:line].split(b" ")
                start = line + 2
                end = start + int(fields[-1])
                if end + 2 > size:
                    break
                reply = fields[3] if len(fields) == (6 if word == b"HMSG" else 5) else b""
                self._message(reply, data[start : start + int(fields[-2])] if word == b"HMSG" else b"")
                at = end + 2
            else:
                self._other(data[at:line])
                at = line + 2
        self._rest = data[at:]
        if self._is_awaited and len(self._waiting) == 1 and not self._answer:
            self._offer()
        if self._waiting.sequences or self._answer:
            self._news.set()

    def _offer(self) -> None:
        """Hand what came over where it is waited for: waking a task costs a fifth of a millisecond when it is quiet."""
        alone, self._waiting = self._waiting, Messages()
        took = False
        try:
            took = self._at_once(alone, self._scan.position, self._scan.time_ns)
        finally:
            if not took:
                self._waiting = alone
                self._news.set()

    def _message(self, reply: bytes, header: bytes) -> None:
        """What is no message of the log, or not the next one."""
        if reply.startswith(b"$JS.ACK."):
            self.close()  # something was missed on the way: begin again behind the last one that came
            return
        if reply:  # "do you keep up?"
            self._answer += b"PUB %b 0\r\n\r\n" % reply
        elif (at := header.find(b"Nats-Consumer-Stalled: ")) >= 0:
            stalled = header[at + 23 : header.find(b"\r\n", at)]
            self._answer += b"PUB %b 0\r\n\r\n" % stalled

    def _other(self, line: bytes) -> None:
        if line.startswith(b"INFO") and self._hello and self._transport:
            self._transport.write(self._hello)
            self._hello = b""
        elif line.startswith(b"PONG"):
            if not self.ready.done() and self._transport:
                self._outbox.connect(self._transport)
                self.ready.set_result(None)
        elif line.startswith(b"PING") and self._transport:
            self._transport.write(b"PONG\r\n")
        elif line.startswith(b"-ERR"):
            if not self.ready.done():
                self.ready.set_exception(ConnectionError(line.decode(errors="replace")))
            self.close()


def _connect(user: str, password: str, inbox: str) -> bytes:
    options = {
        "verbose": False,
        "pedantic": False,
        "user": user,
        "pass": password,
        "lang": "python",
        "version": "1",
        "name": "log",
        "protocol": 1,
        "headers": True,
        "no_responders": True,
    }
    return b"CONNECT %b\r\nSUB %b 1\r\nPING\r\n" % (json.dumps(options).encode(), inbox.encode())
