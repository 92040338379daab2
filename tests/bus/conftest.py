"""A bus of one's own for each test, and what people use to talk to it: mosquitto's clients."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from homeward.app.tasks import end
from homeward.bus.nats import Bus
from homeward.bus.reader import Messages
from homeward.bus.settings import Place, Settings


class Shell:
    """mosquitto_pub and mosquitto_sub, as a device's owner would type them."""

    def __init__(self, tool: Callable[..., str]) -> None:
        self.publisher, self.subscriber = tool("mosquitto_pub"), tool("mosquitto_sub")

    async def publish(self, port: int, topic: str, payload: str, *more: str) -> int:
        """The exit code of `mosquitto_pub`."""
        call = [self.publisher, "-V", "311", "-p", str(port), "-t", topic, "-m", payload, *more]
        return (await asyncio.to_thread(subprocess.run, call, capture_output=True, timeout=20)).returncode

    async def listen(self, port: int, topic: str, seconds: int, *more: str) -> list[str]:
        """What `mosquitto_sub` printed in that time, line by line."""
        call = [self.subscriber, "-V", "311", "-p", str(port), "-t", topic, "-W", str(seconds), *more]
        done = await asyncio.to_thread(subprocess.run, call, capture_output=True, text=True, timeout=20 + seconds)
        return done.stdout.splitlines()


@pytest.fixture
def shell(tool: Callable[..., str]) -> Shell:
    """Mosquitto's clients."""
    return Shell(tool)


class Heard:
    """Everything the log has said so far, and a way to wait for more of it."""

    def __init__(self) -> None:
        self.all = Messages()
        self.places: list[Place] = []
        self._news = asyncio.Event()

    async def read(self, bus: Bus) -> None:
        """Read for ever."""
        async for messages, place in bus.batches():
            for row in zip(messages.subjects, messages.payloads, messages.times_ns, messages.sequences, strict=True):
                self.all.append(*row)
            self.places.append(place)
            self._news.set()

    def payloads(self, leaf: bytes = b"readings") -> list[bytes]:
        """The payloads whose subject ends so."""
        pairs = zip(self.all.subjects, self.all.payloads, strict=True)
        return [payload for subject, payload in pairs if subject.endswith(leaf)]

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until something is so; fail when it does not come about."""
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                await self._news.wait()


async def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is so; fail when it does not come about."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - it is about other processes, which set no event of ours
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(bus: Bus, place: Place | None = None) -> AsyncIterator[Heard]:
    """The bus started from a place and being read; stopped at the end."""
    await bus.start(place)
    heard = Heard()
    reading = asyncio.create_task(heard.read(bus))
    try:
        yield heard
    finally:
        await end([reading])
        await bus.stop()


@pytest.fixture
def open_house(tmp_path: Path) -> Settings:
    """A bus on free ports that lets guests in."""
    return Settings(tmp_path / "bus", nats_port=0, mqtt_port=0, guests=True)
