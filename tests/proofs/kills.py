"""A real hub and its nats-server, killed at random moments under load: nothing acknowledged is lost, no id means two.

Every PUBACKed reading is in history once, and so is every command that a device heard. With `--outside` the readings go
to a Mosquitto, which acknowledges them, which the hub hears by a template, and which keeps what it has not stored. With
`--timeless` the template takes no time from them, as most have none: nothing tells one sent again from another then.

python -m tests.proofs.kills --kills 50 [--outside [--timeless]]
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from math import inf
from pathlib import Path
from typing import Any

from tests.app.conftest import LIND
from tests.bus.mqtt_client import Sender
from tests.proofs.lamp import RULE, Lamp, check_commands

from homeward.app.checkpoint import load
from homeward.bus.codec import Codec
from homeward.bus.ports import free_port
from homeward.bus.reader import Messages
from homeward.bus.resends import Resends
from homeward.core.circle import Circle
from homeward.core.signal import Kind
from homeward.history import History
from homeward.words import load_vocabulary

TOPIC, PATH = "homeward/lind/car/readings", "Vehicle.TraveledDistance"
PATHS = (
    PATH, "Vehicle.Speed", "Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current", "Vehicle.IsMoving",
)  # fmt: skip
WRONG: tuple[str, ...] = ("lost", "stored twice", "twin differs", "heard and not in history", "ids of two commands")
WRONG += ("commands stored twice", "in force and unheard")
"""What must not have happened, not once."""
FAST = 120
"""The last message has this speed, so that there is a command in force at the end."""
QUIET, OVERLOAD = 200, 3_000
"""Messages at QoS 1 sent at once, without waiting for an answer."""


OUTSIDE = "\n".join(
    ["connectors:", "  broker:", "    kind: mqtt", "    port: {port}", "    templates:", "      - node: car",
     "        topics:", '          "my car/telemetry":', "            at: at", "            readings:",
     *(f"""              {path}: '["{path}"]'""" for path in PATHS), ""]
)  # fmt: skip
"""A connector to a broker on that port that understands the same payloads."""
TIME = "            at: at\n"
MOSQUITTO = "listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nmax_inflight_messages 1000\n"
CONNECTS_S = 3.0


@asynccontextmanager
async def mosquitto(folder: Path) -> AsyncIterator[int]:
    """A Mosquitto that nobody kills, and its port."""
    port = free_port()
    (folder / "mosquitto.conf").write_text(MOSQUITTO.format(port=port))
    quiet = asyncio.subprocess.DEVNULL
    words = ["mosquitto", "-c", str(folder / "mosquitto.conf")]
    process = await asyncio.create_subprocess_exec(*words, stdout=quiet, stderr=quiet)
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


class Running:
    """A hub in a process of its own, started as people start it, and its server.

    Readings are sent to `topic` at the port `sent_to`: its own, or an outside broker's.
    """

    def __init__(self, folder: Path, ports: tuple[int, int], outside: int = 0, timeless: bool = False) -> None:
        self.folder, self.ports = folder, ports
        self.connector = OUTSIDE.format(port=outside).replace(TIME, "" if timeless else TIME) if outside else ""
        self.sent_to = outside or ports[1]
        self.topic = "my car/telemetry" if outside else TOPIC
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until MQTT clients are let in."""
        nats, mqtt = self.ports
        file = self.folder / "lind.yaml"
        file.write_text(LIND + RULE + self.connector)
        words = ["up", "--folder", str(self.folder / "hub"), "--household", str(file), "--guests", "--port", "0"]
        words += ["--mqtt-port", str(mqtt), "--nats-port", str(nats)]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "homeward", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert self.process.stdout
        async with asyncio.timeout(60):
            said = await self.process.stdout.readline()
        assert b"homeward is at" in said, "the hub did not start"

    def kill(self, server: bool) -> None:
        """End the hub, or its server only, at once."""
        assert self.process
        with suppress(OSError, ValueError):
            pid = int((self.folder / "hub/bus/nats.pid").read_text()) if server else self.process.pid
            os.kill(pid, signal.SIGKILL)

    async def end(self, how: int = signal.SIGINT) -> None:
        """End it in order, and wait."""
        assert self.process
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        await self.ended()

    async def ended(self) -> None:
        """Wait for its end; a hub that does not end is a fault, and not waited for."""
        assert self.process
        async with asyncio.timeout(60):
            await self.process.communicate()

    @property
    def runs(self) -> bool:
        """Whether the hub's process lives."""
        return self.process is not None and self.process.returncode is None


def message(number: int, began: float) -> bytes:
    """The reading with that number: each has an `at` and a value of its own."""
    values = (
        float(number),
        number % 130,
        59 + number % 97 / 97,
        18 + number % 89 / 89,
        20 + number % 61,
        number % 3 > 0,
    )
    return json.dumps({"at": round(began + number / 1000, 3), **dict(zip(PATHS, values, strict=True))}).encode()


async def kills(folder: Path, many: int, seed: int = 5, outside: int = 0, timeless: bool = False) -> dict[str, Any]:
    """Kill so often, at random moments of bursts that are sent again when nobody answered; the figures, checked.

    `outside` is the port of another broker that the readings are sent to.
    """
    hub = Running(folder, (free_port(), free_port()), outside, timeless)
    if outside:
        await hub.start()
        await asyncio.sleep(CONNECTS_S)  # a broker keeps messages for whoever has been there
    async with Lamp(hub.ports[1]).listening() as lamp:
        began, told = time.time() - 3600, {}
        acknowledged, told["sent again"] = await _killed(hub, many, random.Random(seed), began)
        await _settled(folder, hub, len(acknowledged))
        told["until the last command was heard, s"] = await lamp.until_heard(folder)
        await hub.end()
    told |= check(folder, acknowledged, began, timeless) | {"kills": many}
    return told | check_commands(folder, lamp)


async def _killed(hub: Running, many: int, chance: random.Random, began: float) -> tuple[set[bytes], int]:
    """What was acknowledged, and how many were sent again."""
    number = 0
    acknowledged, waiting, resent = set[bytes](), list[bytes](), 0
    for point in range(many):
        if not hub.runs:
            await hub.start()
        size = OVERLOAD if point % 3 == 2 else QUIET
        fresh = [message(number + i, began) for i in range(size)]
        number, resent = number + size, resent + len(waiting)
        sender = Sender(hub.sent_to)
        burst = asyncio.create_task(_burst(hub, sender, [*waiting, *fresh]))
        await asyncio.sleep(chance.uniform(0.0, 0.5 if size == OVERLOAD else 0.1))
        server = point % 2 == 1
        hub.kill(server)
        if not server and hub.process:
            await hub.ended()
        await burst
        acknowledged |= set(sender.acknowledged)
        waiting = [one for one in (*waiting, *fresh) if one not in acknowledged][:QUIET]
        await asyncio.sleep(chance.uniform(0.0, 0.3))
    if not hub.runs:
        await hub.start()
    sender = Sender(hub.sent_to)  # what nobody answered is sent once more, and this time nobody is killed
    await _burst(hub, sender, [*waiting, message(number + (FAST - number) % 130, began)])
    acknowledged |= set(sender.acknowledged)
    resent += len(waiting)
    return acknowledged, resent


async def _burst(hub: Running, sender: Sender, payloads: list[bytes]) -> None:
    """Send once the server lets clients in again, unless the hub was killed before."""
    async with asyncio.timeout(30):
        while hub.runs:
            try:
                return await sender.burst(hub.topic, payloads)
            except (OSError, AssertionError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.02)


async def _settled(folder: Path, hub: Running, least: int) -> None:
    """Wait until history has at least so many rows, or has not grown for ten seconds."""
    most, since = -1, time.monotonic()
    while time.monotonic() - since < 10:
        await asyncio.sleep(1)
        count = await asyncio.to_thread(lambda: sum(stored(folder).values()))
        if count > most:
            most, since = count, time.monotonic()
        elif count >= least and time.monotonic() - since > 2.5:
            return


def stored(folder: Path) -> "Counter[float]":
    """How often each value is in history."""
    with History(folder / "hub/history") as history:
        found: Any = history.select(f"select value from readings where path = '{PATH}'", {}, (0.0, inf), "readings")
        return Counter(found["value"].to_pylist())


def check(folder: Path, acknowledged: set[bytes], began: float, timeless: bool = False) -> dict[str, Any]:
    """Compare history with what was acknowledged, and the twin with that of an uninterrupted circle."""
    found = stored(folder)
    due = {json.loads(one)[PATH] for one in acknowledged}
    twins = twin_after_crashes(folder), twin_without(found, began)
    if timeless:
        twins = tuple(tuple(value for value, _ in twin) for twin in twins)  # type: ignore[assignment]
    return {
        "acknowledged": len(due),
        "lost": len(due - found.keys()),
        "stored again, unknown" if timeless else "stored twice": sum(count > 1 for count in found.values()),
        "twin differs": int(twins[0] != twins[1]),
    }


def twin_after_crashes(folder: Path) -> tuple[Any, ...]:
    """Value and time of each signal that the hub's snapshot has."""
    circle = Circle(load_vocabulary(), [])
    load(folder / "hub", circle, Resends())
    return tuple(circle.twin.get("lind/car", path) for path in PATHS)


def twin_without(found: "Counter[float]", began: float) -> tuple[Any, ...]:
    """The same by a circle that nobody interrupts, over the messages that are in history, a millisecond apart."""
    circle = Circle(load_vocabulary(), [])
    circle.add("lind/car", Kind.VEHICLE)
    codec, now, messages = Codec(circle.twin.nodes, circle.twin.vocabulary), time.time(), Messages()
    for sequence, number in enumerate(sorted(found), 1):
        payload = message(int(number), began)
        messages.append(b"homeward.lind.car.readings", payload, int(now * 1e9) + sequence * 1_000_000, sequence)
    circle.turn(codec.decode(messages).batch, now + len(found) / 1000 + 1)
    return tuple(circle.twin.get("lind/car", path) for path in PATHS)


def main() -> None:
    """Kill, and print the figures; ends with 1 if anything is as it must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--outside", action="store_true", help="by way of a Mosquitto")
    parser.add_argument("--timeless", action="store_true", help="whose messages are read without a time of theirs")
    asked = parser.parse_args()

    async def proof(folder: Path) -> dict[str, Any]:
        if not asked.outside:
            return await kills(folder, asked.kills)
        async with mosquitto(folder) as port:
            return await kills(folder, asked.kills, outside=port, timeless=asked.timeless)

    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(proof(Path(folder)))
    print("kill -9: " + ", ".join(f"{count:,} {what}" for what, count in told.items()))
    sys.exit(any(told.get(word) for word in WRONG))


if __name__ == "__main__":
    main()
