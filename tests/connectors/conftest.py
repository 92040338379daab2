"""A household with many things, templates in use for it, and a real Mosquitto on a free port."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from getpass import getuser
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from homeward.app.tasks import end
from homeward.connectors.mqtt.settings import understand
from homeward.connectors.mqtt.translate import Translator
from homeward.core.signal import Command, Value
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import Household, parse

LIND = """
household: lind
zone: Europe/Helsinki
people: [ada, ben]
vehicles: [car]
homes:
  home:
    acting: all
rooms: [bedroom, kitchen]
devices:
  socket:
  sensor:
"""

MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous {anonymous}
persistence false
max_queued_messages 0
log_type error
user {user}
"""


def with_templates(*entries: str) -> str:
    """The household's file with a broker and these entries, each written in YAML's flow style."""
    listed = "".join(f"\n      - {entry}" for entry in entries)
    return f"{LIND}\nconnectors:\n  broker:\n    kind: mqtt\n    templates:{listed}\n"


@pytest.fixture
def translator(vocabulary: Vocabulary, tmp_path: Path) -> Callable[..., Translator]:
    """A function that puts entries of a household file to use."""

    def make(*entries: str) -> Translator:
        text = with_templates(*entries)
        household = parse(text, vocabulary)
        uses, _ = understand(household.connectors[0], household, vocabulary, [tmp_path], text)
        return Translator(uses)

    return make


def told(translator: Translator, topic: str, payload: str | bytes) -> dict[str, Value]:
    """All readings in a message, by path; of whatever node."""
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return {path: value for _, readings, _ in translator.hear(topic, raw) for path, value in readings.items()}


def published(translator: Translator, node: str, path: str, value: Value, id: str = "lind-7") -> list[tuple[str, str]]:
    """What is published for a command: topics and payloads."""
    command = Command(f"lind/{node}", path, value, 2e9, "because", "lind/ada", id)
    return [(order.topic, order.payload.decode()) for order in translator.orders(command)]


@pytest.fixture
def household(vocabulary: Vocabulary) -> Household:
    """The household without connectors."""
    return parse(LIND, vocabulary)


class Mosquitto:
    """A broker that can be started, ended and started again on the same port."""

    def __init__(self, program: str, port: int, folder: Path, users: dict[str, str] | None = None) -> None:
        self.port = port
        self._program, self._folder = program, folder
        config = MOSQUITTO.format(port=port, user=getuser(), anonymous="false" if users else "true")
        if users:
            for name, password in users.items():
                made = ["mosquitto_passwd", "-b", *([] if (folder / "users").exists() else ["-c"])]
                subprocess.run([*made, str(folder / "users"), name, password], check=True, capture_output=True)
            config += f"password_file {folder / 'users'}\n"
        (folder / "mosquitto.conf").write_text(config)
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it answers."""
        command = [self._program, "-c", str(self._folder / "mosquitto.conf")]
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        for _ in range(500):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.02)
        raise AssertionError("Mosquitto did not start")

    async def end(self) -> None:
        """End it, as a power cut would."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@pytest.fixture
async def mosquitto(
    tool: Callable[..., str], free_port: Callable[[], int], tmp_path: Path
) -> AsyncIterator[Callable[..., Any]]:
    """A function that makes a broker; all are ended afterwards."""
    made: list[Mosquitto] = []
    tool("mosquitto_pub")

    def make(users: dict[str, str] | None = None) -> Mosquitto:
        folder = tmp_path / f"mosquitto{len(made)}"
        folder.mkdir()
        if users:
            tool("mosquitto_passwd")
        made.append(Mosquitto(tool("mosquitto"), free_port(), folder, users))
        return made[-1]

    yield make
    for one in made:
        await one.end()


async def publish(port: int, topic: str, payload: str, *more: str) -> None:
    """As a person would on the command line."""
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-m", payload, *more]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0, errors


@asynccontextmanager
async def listening(
    port: int, topic: str, user: str | None = None, password: str | None = None
) -> AsyncIterator[list[str]]:
    """Lines `topic payload` that arrive while the block runs."""
    heard: list[str] = []

    async def read(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            heard.append(f"{message.topic} {bytes(message.payload).decode()}")

    async with aiomqtt.Client("127.0.0.1", port, username=user, password=password) as client:
        await client.subscribe(topic, qos=1)
        task = asyncio.create_task(read(client))
        try:
            yield heard
        finally:
            await end([task])
