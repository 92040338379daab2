"""What a device got a PUBACK for is heard exactly once, whoever is killed and whenever."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from tests.bus.conftest import eventually, running
from tests.bus.mqtt_client import Sender

from homeward.bus.nats import Bus
from homeward.bus.settings import Settings

TOPIC = "homeward/lind/car/readings"
BURST = 400


async def send_and_kill(sender: Sender, burst: int, kill: "list[int]", after_s: float) -> None:
    """Send a burst and kill processes somewhere within it."""
    sending = asyncio.create_task(sender.burst(TOPIC, [b"%d-%d" % (burst, i) for i in range(BURST)]))
    await asyncio.sleep(after_s)
    for pid in kill:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await sending


def test_acknowledged_readings_survive_a_server_killed_in_the_middle_of_bursts(open_house: Settings) -> None:
    """Pins that this version of the server stores in our log before it acknowledges."""
    chance = random.Random(7)

    async def story() -> None:
        bus = Bus(open_house)
        async with running(bus) as heard:
            sender = Sender(bus.server.mqtt_port)
            for burst in range(8):
                kill = [bus.server.pid] if burst % 2 else []
                await send_and_kill(sender, burst, kill, chance.uniform(0.0, 0.06))
                await eventually(lambda kill=kill: kill != [bus.server.pid])  # type: ignore[misc]
                await bus.server_is_back()
            acknowledged = set(sender.acknowledged)
            assert len(acknowledged) > 4 * BURST - 1, "the bursts that nobody disturbed went through"
            await heard.until(lambda: acknowledged <= set(heard.payloads()))
            assert max(Counter(heard.payloads()).values()) == 1

    asyncio.run(story())


HUB = """
import asyncio, json, os, pathlib, sys
from homeward.bus.nats import Bus
from homeward.bus.settings import Place, Settings

async def hub(folder, nats_port, mqtt_port):
    snapshot = folder / "snapshot.json"
    kept = json.loads(snapshot.read_text()) if snapshot.exists() else {"place": None, "heard": []}
    place = Place(*kept["place"]) if kept["place"] else None
    bus = Bus(Settings(folder / "bus", nats_port, mqtt_port, guests=True))
    await bus.start(place)
    print(bus.server.pid, flush=True)
    async for messages, place in bus.batches(most=50):
        kept["heard"] += [payload.decode() for payload in messages.payloads]
        kept["place"] = [place.stream, place.sequence, place.time]
        fresh = snapshot.with_suffix(".new")
        fresh.write_text(json.dumps(kept))
        os.replace(fresh, snapshot)
        await bus.acknowledge(place)

asyncio.run(hub(pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


class KilledHub:
    """A hub in a process of its own whose whole memory is its snapshot."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        call = [sys.executable, "-c", HUB, str(folder), *map(str, ports)]
        self.process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.server = int(self.process.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the server with its hub")
def test_a_hub_killed_at_any_moment_has_each_acknowledged_reading_once(tmp_path: Path, free_port) -> None:  # type: ignore[no-untyped-def]
    ports, chance = (free_port(), free_port()), random.Random(11)
    sender = Sender(ports[1])

    def heard() -> list[str]:
        with suppress(FileNotFoundError):
            return list(json.loads((tmp_path / "snapshot.json").read_text())["heard"])
        return []

    async def story() -> None:
        for burst in range(4):
            hub = await asyncio.to_thread(KilledHub, tmp_path, ports)
            both = [hub.process.pid, hub.server] if burst % 2 else [hub.process.pid]
            await send_and_kill(sender, burst, both, chance.uniform(0.01, 0.15))
            await asyncio.to_thread(hub.process.wait)
        hub = await asyncio.to_thread(KilledHub, tmp_path, ports)
        try:
            expected = {payload.decode() for payload in sender.acknowledged}
            await eventually(lambda: expected <= set(heard()), 30)
            assert max(Counter(heard()).values()) == 1
            assert len(expected) > 50
        finally:
            hub.process.kill()
            await asyncio.to_thread(hub.process.wait)

    asyncio.run(story())
