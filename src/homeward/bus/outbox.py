"""What is published without waiting for it to be stored: at once when it is quiet, some together under load.

The server takes many messages that come together for a third of what they cost one by one, which under load is more
than the millisecond that they wait. While the server is away, or does not keep up, a bounded number waits.
"""

import asyncio
from collections.abc import Callable

from homeward.bus.settings import BusError

GATHER_S = 0.001
GATHER_BUSY_S, BUSY = 0.005, 20
"""Longer where so many came within the last time: the circle takes many together for half of what few cost."""
MOST_WAITING_BYTES = 8_000_000


class TooLarge(BusError):
    """A payload that the server would not take, nor let the connection that brought it stand."""


class Outbox:
    """Publishes in NATS' own protocol over the connection that there is; what waits outlives connections.

    `fill` puts what is left to the last moment, and says how much that was; `written` is told when what was put has
    been handed to the connection.
    """

    def __init__(self, largest_payload_bytes: int) -> None:
        self.fill: Callable[[], int] = lambda: 0
        self._gather_s = GATHER_S
        self.written: Callable[[], None] = lambda: None
        self._largest = largest_payload_bytes
        self._transport: asyncio.Transport | None = None
        self._paused = self._set_off = False
        self._waiting: list[bytes] = []
        self._size = 0
        self._wrote_at = 0.0

    def publish(self, subject: bytes, payload: bytes, header: bytes = b"") -> None:
        """Publish at once or very soon, in order. Raises TooLarge, or BusError when too much waits already."""
        self.check(subject, payload)
        self.put(subject, payload, header)
        self.go()

    def check(self, subject: bytes, payload: bytes) -> None:
        """Raise TooLarge for what no server would take, BusError when too much waits already."""
        if len(payload) > self._largest:
            raise TooLarge(f"{subject.decode()}: a message of {len(payload):,} bytes; at most {self._largest:,}")
        if self._size > MOST_WAITING_BYTES:
            raise BusError(f"{subject.decode()} could not be published: the server is away, or does not keep up")

    def put(self, subject: bytes, payload: bytes, header: bytes = b"") -> None:
        """Have it published with the next `go`."""
        if header:
            sizes = len(header), len(header) + len(payload)
            self._waiting.append(b"HPUB %b %d %d\r\n%b%b\r\n" % (subject, *sizes, header, payload))
        else:
            self._waiting.append(b"PUB %b %d\r\n%b\r\n" % (subject, len(payload), payload))
        self._size += len(payload)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection to go out by."""
        return self._transport is not None

    def connect(self, transport: asyncio.Transport) -> None:
        """Go out by this connection from now on."""
        self._transport, self._paused = transport, False
        self.go()

    def disconnect(self, transport: asyncio.Transport | None) -> None:
        """This connection is gone."""
        if self._transport is transport:
            self._transport = None

    def pause(self, paused: bool) -> None:
        """The server does not keep up; or (False) it does again."""
        self._paused = paused
        self.go()

    def go(self) -> None:
        """Write out what waits: now if it is quiet, else some of it together."""
        if self._set_off or self._paused or self._transport is None:
            return
        self._set_off = True
        loop = asyncio.get_running_loop()
        wait = self._wrote_at + self._gather_s - loop.time()
        if wait > 0:
            loop.call_later(wait, self._write)
        else:
            self._write()

    def _write(self) -> None:
        self._set_off = False
        if self._paused or self._transport is None or self._transport.is_closing():
            return
        self._gather_s = GATHER_S if self.fill() < BUSY else GATHER_BUSY_S
        if not self._waiting:
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        self._wrote_at = asyncio.get_running_loop().time()
        self._transport.write(b"".join(waiting))
        self.written()
