"""What is published without waiting for it to be stored: at once when it is quiet, some together under load.

The server takes many messages that come together for a third of what they cost one by one, which under load is more
than the millisecond that they wait.
"""

import asyncio

GATHER_S = 0.001
LARGE_BYTES = 65_536
"""More than what devices say; a payload that the server does not take would cost the connection."""


class Writer:
    """Publishes over a transport in NATS' own protocol; one a connection. `waiting`: subjects and payloads."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self.crowded = False
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self.waiting: list[tuple[bytes, bytes]] = []
        self._wrote_at = 0.0

    def publish(self, subject: bytes, payload: bytes) -> bool:
        """Publish soon; False, with nothing done, if the server does not keep up or the payload is a large one."""
        if self.crowded or len(payload) > LARGE_BYTES:
            return False
        self.waiting.append((subject, payload))
        if len(self.waiting) == 1:
            wait = self._wrote_at + GATHER_S - self._loop.time()
            if wait > 0:
                self._loop.call_later(wait, self._write)
            else:
                self._loop.call_soon(self._write)
        return True

    def _write(self) -> None:
        if self._transport.is_closing():
            return  # whoever closed it sees to what waits
        waiting, self.waiting = self.waiting, []
        self._wrote_at = self._loop.time()
        self._transport.write(b"".join([b"PUB %b %d\r\n%b\r\n" % (to, len(one), one) for to, one in waiting]))
