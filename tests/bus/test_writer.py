"""What is published without waiting goes out at once when it is quiet, together under load, and is never dropped."""

import asyncio
from typing import cast

import pytest

from homeward.bus.writer import LARGE_BYTES, Writer


class Pipe:
    """A transport that keeps what is written to it, write by write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        """Keep it."""
        self.writes.append(data)

    def is_closing(self) -> bool:
        """As it is set."""
        return self.closing


@pytest.fixture
async def pipe() -> Pipe:
    """An open one."""
    return Pipe()


@pytest.fixture
async def writer(pipe: Pipe) -> Writer:
    """A writer on it."""
    return Writer(cast(asyncio.Transport, pipe))


async def test_the_first_goes_out_at_once_and_what_follows_soon_goes_together(pipe: Pipe, writer: Writer) -> None:
    assert writer.publish(b"a", b"1")
    await asyncio.sleep(0)
    assert pipe.writes == [b"PUB a 1\r\n1\r\n"]
    for payload in (b"22", b"3"):
        assert writer.publish(b"b", payload)
        await asyncio.sleep(0)
    assert len(pipe.writes) == 1
    await asyncio.sleep(0.05)
    assert pipe.writes[1:] == [b"PUB b 2\r\n22\r\nPUB b 1\r\n3\r\n"]


async def test_what_cannot_go_out_here_is_left_to_others(pipe: Pipe, writer: Writer) -> None:
    assert not writer.publish(b"a", bytes(LARGE_BYTES + 1))
    writer.crowded = True
    assert not writer.publish(b"a", b"1")
    writer.crowded = False
    assert writer.publish(b"a", b"2")
    pipe.closing = True
    await asyncio.sleep(0)
    assert pipe.writes == [] and writer.waiting == [(b"a", b"2")]
