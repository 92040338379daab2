"""Random attempts of one household's clients to touch another's topics or the server's own: none may succeed.

python -m tests.proofs.break_in --attempts 10000
"""

import argparse
import asyncio
import random
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import nats
from nats.aio.msg import Msg
from tests.bus.conftest import Heard, running
from tests.bus.mqtt_client import Sender, packet, text

from homeward.app.tasks import end
from homeward.bus.nats import Bus
from homeward.bus.settings import Device, Settings

OURS = Device("car", "secret", "lind/car", author="lind/ada")
SCRIPT = Device("script", "secret", "lind", author="lind/ada", door="nats")
THEIRS = Device("theirs", "secret", "berg")
DEVICES = (OURS, SCRIPT, THEIRS)
AT_ONCE = 50
SCREEN = "screen"
"""The id of a session of the other household that is kept while it is away, with what it subscribed to."""
PRIVATE, ATTEMPT = b"private", b"attempt"
NODES = ("car", "home", "ada", "theirs", "+", "#")
LEAVES = ("readings", "commands", "errors", "outcomes", "columns", "wishes", "asked", "told", "heard", "+", "#")
SERVER = (
    "$JS/API/STREAM/DELETE/$MQTT_msgs",
    "$JS/API/STREAM/PURGE/$MQTT_msgs",
    "$JS/API/CONSUMER/CREATE/$MQTT_msgs",
    "$JS/API/STREAM/MSG/GET/$MQTT_msgs",
    "$SYS/REQ/SERVER/PING",
    "$SYS/ACCOUNT/HOMEWARD/CONNECT",
    "$MQTT/msgs/homeward/berg/car/readings",
    "$MQTT/sub/#",
    "homeward/heard",
    "$MQTT/rmsgs",
    "$MQTT/JSA/x/SL/y",
    "_hub/log/#",
    "_INBOX/#",
    "#",
    "homeward/#",
    "+/berg/#",
)


def topic(chance: random.Random) -> str:
    """A topic that is not ours: another household's, with wildcards or without, or the server's."""
    if chance.random() < 0.3:
        return chance.choice(SERVER)
    household = chance.choice(("berg", "berg", "+", "hub"))
    node, leaf = chance.choice(NODES), chance.choice(LEAVES)
    return f"homeward/{household}/#" if node == "#" else f"homeward/{household}/{node}/{leaf}"


def plain(said: str) -> str:
    """The topic without wildcards, for publishing."""
    return said.replace("+", "berg").replace("#", "car")


def connect(client: str, user: str, password: str, will: str = "", keep: bool = False) -> bytes:
    """An MQTT CONNECT, with a retained will if one is named, to a session that is kept if asked."""
    flags = (0xC0 if keep else 0xC2) | (0x2C if will else 0)
    last = text(will) + struct.pack(">H", len(ATTEMPT)) + ATTEMPT if will else b""
    body = text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + text(client) + last + text(user) + text(password)
    return packet(0x10, body)


class Attacker:
    """An MQTT client with credentials of its own that tries what it must not; `got` is what it was sent."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self.port, self.chance = port, chance
        self.got, self.tried, self.entered = b"", Counter[str](), 0

    async def session(self) -> None:
        """One connection with one attempt (a second would not count: the server may have cut us off)."""
        kind = self.chance.choice(("topic", "topic", "will", "takeover", "guess"))
        user, password = ("car", "secret") if kind != "guess" else (self.chance.choice(("hub", "theirs", "")), "guess")
        client = SCREEN if kind == "takeover" else f"a{self.chance.randrange(10**9)}"
        will = plain(topic(self.chance)) if kind == "will" else ""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with suppress(OSError, TimeoutError):
            writer.write(connect(client, user, password, will, kind == "takeover"))
            async with asyncio.timeout(10):
                answer = await reader.read(4)
            entered = answer[:1] == b"\x20" and answer[3:4] == b"\x00"
            self.tried.update([kind] if kind != "topic" else [])
            self.entered += kind == "guess" and entered
            self.got += answer[4:]
            if kind == "topic" and entered:
                self._one(writer)
                await writer.drain()
            async with asyncio.timeout(0.3):
                while data := await reader.read(65_536):
                    self.got += data
        writer.close()  # without DISCONNECT: a will is due now

    def _one(self, writer: asyncio.StreamWriter) -> None:
        there = topic(self.chance)
        what = self.chance.choice(("subscribe", "publish", "retained"))
        self.tried[what] += 1
        if what == "subscribe":
            writer.write(packet(0x82, struct.pack(">H", 1) + text(there) + bytes([self.chance.randrange(2)])))
        else:
            head = 0x30 | (1 if what == "retained" else 0) | (2 if (qos := self.chance.randrange(2)) else 0)
            writer.write(packet(head, text(plain(there)) + (struct.pack(">H", 1) if qos else b"") + ATTEMPT))


@asynccontextmanager
async def victim(bus: Bus) -> AsyncIterator[list[int]]:
    """The other household lives its life meanwhile: readings come, commands go; how often its screen got one."""
    heard = [0]

    async def live() -> None:
        sender = Sender(bus.server.mqtt_port, "theirs", "secret")
        while True:
            with suppress(OSError, AssertionError, asyncio.IncompleteReadError):
                await sender.burst("homeward/berg/car/readings", [PRIVATE])
            await bus.send("berg/car", "commands", PRIVATE)
            await asyncio.sleep(0.05)

    async def look() -> None:
        while True:
            with suppress(OSError, TimeoutError):
                heard[0] += await _screen(bus.server.mqtt_port)
            await asyncio.sleep(0.1)

    tasks = [asyncio.create_task(live()), asyncio.create_task(look())]
    try:
        yield heard
    finally:
        await end(tasks)


async def _screen(port: int) -> int:
    """The other household's screen comes, subscribes to its commands for ever, and leaves; how many it got."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(connect(SCREEN, "theirs", "secret", keep=True))
    writer.write(packet(0x82, struct.pack(">H", 1) + text("homeward/berg/car/commands") + b"\1"))
    got = b""
    try:
        async with asyncio.timeout(0.2):
            while data := await reader.read(65_536):
                got += data
    except TimeoutError:
        pass
    finally:
        writer.close()
    return got.count(PRIVATE)


async def over_nats(bus: Bus, chance: random.Random, attempts: int) -> list[bytes]:
    """As many attempts by a client of the NATS door; what it heard that is not its own."""
    got: list[bytes] = []

    async def hear(message: Msg) -> None:
        got.append(message.data)

    async def ignore(_: Exception) -> None:
        return

    url = f"nats://127.0.0.1:{bus.server.nats_port}"
    client = await nats.connect(url, user="script", password="secret", error_cb=ignore)
    for number in range(attempts // 2):
        there = topic(chance)
        subject = there.replace("/", ".").replace("+", "*").replace("#", ">")
        await client.subscribe(subject, cb=hear)
        await client.publish(plain(there).replace("/", "."), ATTEMPT)
        if number % 500 == 499:
            await client.flush()
    await asyncio.sleep(0.5)
    await client.close()
    return got


async def break_in(folder: Path, attempts: int, seed: int = 3) -> dict[str, int]:
    """Try so often through both doors; the figures."""
    chance = random.Random(seed)
    bus = Bus(Settings(folder / "bus", 0, 0), DEVICES)
    async with running(bus) as heard, victim(bus) as screen:
        attacker = Attacker(bus.server.mqtt_port, chance)
        while attacker.tried.total() < attempts // 2:
            await asyncio.gather(*(attacker.session() for _ in range(AT_ONCE)))
        got = await over_nats(bus, chance, attempts // 2)
        await heard.until(lambda: PRIVATE in heard.payloads())
        await asyncio.sleep(0.5)
        return dict(attacker.tried) | {
            "over NATS": attempts // 2,
            "heard by whom it is for": screen[0],
            "read": attacker.got.count(PRIVATE) + attacker.got.count(ATTEMPT) + len(got),
            "let in by a guess": attacker.entered,
            "written": written(heard),
            "server deaths": bus.server.deaths,
        }


def written(heard: Heard) -> int:
    """How many attempts are in the log."""
    return sum(ATTEMPT in payload for payload in heard.all.payloads)


def main() -> None:
    """Try, and print the figures; ends with 1 if anything was read or written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=10_000)
    many = parser.parse_args().attempts
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(break_in(Path(folder), many))
    print("break in: " + ", ".join(f"{count:,} {what}" for what, count in told.items()))
    sys.exit(bool(told["read"] or told["written"] or told["let in by a guess"] or told["server deaths"]))


if __name__ == "__main__":
    main()
