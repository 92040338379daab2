"""A bare MQTT 3.1.1 client that remembers which QoS 1 messages were acknowledged: for tests that kill the server."""

import asyncio
import struct
from collections.abc import Iterable
from itertools import count

NUMBERS = count()


def packet(head: int, body: bytes) -> bytes:
    """An MQTT packet with its length in front."""
    size, length = len(body), b""
    while True:
        size, low = divmod(size, 128)
        length += bytes([low | (128 if size else 0)])
        if not size:
            return bytes([head]) + length + body


def text(said: str) -> bytes:
    """A length-prefixed string."""
    return struct.pack(">H", len(said.encode())) + said.encode()


class Sender:
    """Sends bursts at QoS 1 without waiting in between; `acknowledged` are the payloads that got their PUBACK.

    Each burst is a client of its own: the server may end one whose id is still in use by the burst before.
    """

    def __init__(self, port: int, user: str = "", password: str = "") -> None:
        self.port, self.user, self.password = port, user, password
        self.acknowledged: list[bytes] = []

    async def burst(self, topic: str, payloads: Iterable[bytes]) -> None:
        """Connect, send all, read PUBACKs until all are there or the connection is lost."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sent: dict[int, bytes] = {}
        try:
            flags = 0xC2 if self.user else 0x02
            who = text(self.user) + text(self.password) if self.user else b""
            writer.write(
                packet(
                    0x10, text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + text(f"burst{next(NUMBERS)}") + who
                )
            )
            assert (await reader.readexactly(4))[3] == 0, "the server did not let us in"
            for number, payload in enumerate(payloads, 1):
                sent[number] = payload
                writer.write(packet(0x32, text(topic) + struct.pack(">H", number) + payload))
            while sent:
                answer = await reader.readexactly(4)
                assert answer[0] == 0x40
                self.acknowledged.append(sent.pop(struct.unpack(">H", answer[2:])[0]))
        except (OSError, asyncio.IncompleteReadError):
            return  # cut off: what was not acknowledged may or may not have arrived
        finally:
            writer.close()
