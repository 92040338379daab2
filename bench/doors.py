"""How many messages a second a whole hub takes through its own doors, log and history on, 10,000 households; a script.

A rate is held if every message sent was applied at the latest a second after the last was sent. The sender is a process
of its own on the same machine; for NATS and packed columns it comes with the hub's own credentials. Before the first
rate each car is heard a few times: that a household's skills meet its car for the first time is told by itself.
"""

import asyncio
import multiprocessing
import tempfile
import time
from pathlib import Path

from bench._sender import Job, send
from homeward.app.hub import Hub
from homeward.app.run import run
from homeward.app.settings import HubSettings
from homeward.app.skills import ALL
from homeward.core.signal import Kind

HOUSEHOLDS, SECONDS, LATE_S = 10_000, 4.0, 1.0
FIRST = 10e3, 3.0
DOORS = {
    "mqtt-0": ("own MQTT door, QoS 0", [60e3, 80e3, 100e3, 120e3, 150e3]),
    "mqtt-1": ("own MQTT door, QoS 1", [20e3, 30e3, 40e3, 50e3, 60e3]),
    "nats": ("NATS, JSON", [80e3, 100e3, 130e3, 160e3, 200e3]),
    "packed": ("NATS, packed columns of 500 cars", [100.0, 200.0, 300.0, 400.0, 600.0, 800.0]),
}


async def held(hub: Hub, job: Job) -> tuple[bool, str]:
    """Whether a rate was held, and what happened."""
    before, (ours, theirs) = hub.applied, multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=send, args=(job, theirs), daemon=True)
    process.start()
    while not ours.poll():  # noqa: ASYNC110 - another process ends
        await asyncio.sleep(0.01)
    sent, readings, took = ours.recv()
    due = sent * (500 if job.door == "packed" else 1)
    ended = time.perf_counter()
    while hub.applied - before < due and time.perf_counter() - ended < 20.0:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    late, lost = time.perf_counter() - ended, due - (hub.applied - before)
    process.join()
    rate = sent / took
    ok = lost == 0 and late < LATE_S and rate > 0.97 * job.rate
    told = f"{rate:9,.0f} messages/s {readings / took / 1e6:6.2f} M signals/s, {late:5.2f} s late, {lost:,} lost"
    return ok, f"{'held' if ok else 'FELL'} {told}"


async def measure(folder: Path) -> None:
    """Print a table."""
    hub = Hub(HubSettings(folder, nats_port=0, mqtt_port=0, guests=True, operators=frozenset(["fleet"])), ALL)
    async with hub:
        for i in range(HOUSEHOLDS):
            hub.add(f"h{i}/car", Kind.VEHICLE)
            hub.add(f"h{i}/home", Kind.HOME)
        hub.add("fleet/gateway", Kind.HOME)
        _, told = await held(
            hub, Job("nats", hub.bus.server.nats_port, hub.bus.server.hub_password, HOUSEHOLDS, *FIRST)
        )
        print(f"heard for the first time, at {FIRST[0]:,.0f} messages/s\n  {told}", flush=True)
        for door, (name, rates) in DOORS.items():
            print(f"{name}, {HOUSEHOLDS:,} households", flush=True)
            for rate in rates:
                port = hub.bus.server.mqtt_port if door.startswith("mqtt") else hub.bus.server.nats_port
                ok, told = await held(hub, Job(door, port, hub.bus.server.hub_password, HOUSEHOLDS, rate, SECONDS))
                print(f"  {told}", flush=True)
                await asyncio.sleep(3.0)
                if not ok:
                    break


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        run(measure(Path(place)))
