"""What is published without waiting goes out at once when it is quiet, together under load, and is never dropped."""

import asyncio
from typing import cast

import pytest

from homeward.bus.outbox import MOST_WAITING_BYTES, Outbox
from homeward.bus.settings import BusError


class Pipe:
    """A transport that keeps what is written to it, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.writes.append(data)

    def is_closing(self) -> bool:
        """It stays open."""
        return False


def transport(pipe: Pipe) -> asyncio.Transport:
    """The pipe as what it stands for."""
    return cast(asyncio.Transport, pipe)


async def test_the_first_goes_out_at_once_and_what_follows_soon_goes_together() -> None:
    pipe, outbox = Pipe(), Outbox(100)
    outbox.connect(transport(pipe))
    outbox.publish(b"a", b"1")
    await asyncio.sleep(0)
    assert pipe.writes == [b"PUB a 1\r\n1\r\n"]
    for payload in (b"22", b"3"):
        outbox.publish(b"b", payload)
        await asyncio.sleep(0)
    assert len(pipe.writes) == 1
    await asyncio.sleep(0.05)
    assert pipe.writes[1:] == [b"PUB b 2\r\n22\r\nPUB b 1\r\n3\r\n"]


async def test_what_waits_outlives_the_connection() -> None:
    first, second, outbox = Pipe(), Pipe(), Outbox(100)
    outbox.connect(transport(first))
    outbox.pause(True)
    outbox.publish(b"a", b"1")
    await asyncio.sleep(0.01)
    outbox.publish(b"a", b"2")
    outbox.disconnect(transport(first))
    outbox.connect(transport(second))
    outbox.disconnect(transport(first))
    await asyncio.sleep(0.01)
    assert first.writes == []
    assert second.writes == [b"PUB a 1\r\n1\r\nPUB a 1\r\n2\r\n"]


async def test_a_server_that_does_not_keep_up_is_waited_for_with_a_bound() -> None:
    pipe, outbox, payload = Pipe(), Outbox(1_000_000), bytes(1_000_000)
    outbox.connect(transport(pipe))
    outbox.pause(True)
    with pytest.raises(BusError, match="does not keep up"):
        for _ in range(100):
            outbox.publish(b"a", payload)
    outbox.pause(False)
    await asyncio.sleep(0.01)
    assert MOST_WAITING_BYTES < sum(map(len, pipe.writes)) < 2 * MOST_WAITING_BYTES
    outbox.publish(b"a", b"again")
    with pytest.raises(BusError, match="1,000,001 bytes; at most 1,000,000"):
        outbox.publish(b"a", bytes(1_000_001))
