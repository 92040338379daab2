"""Fuzzed messages through a real hub over MQTT at QoS 1: it lives, nothing is half-applied, senders are told, bounded.

python -m tests.proofs.garbage --messages 100000
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.app.conftest import running
from tests.bus.mqtt_client import Sender
from tests.bus.test_codec_fuzz import spoilt

from homeward.app.hub import Hub
from homeward.bus.faults import Fault

SIGNALS = ("Vehicle.Speed", "Vehicle.TraveledDistance", "Vehicle.IsMoving")
AT_ONCE = 500
RIGHT = "homeward/lind/car/readings"
TOPICS: tuple[str, ...] = (RIGHT, "homeward/lind/home/readings", "homeward/lind/boat/readings", "homeward/x/y/readings")
TOPICS += ("homeward/lind/car/outcomes", "homeward/lind/ca\u0308r/readings")
ODD: tuple[Any, ...] = (None, "fast", [], {}, -5, 1e308, True, "x" * 5000, {"a": [1]}, 2**70)
MARK = "Vehicle.CurrentLocation.Latitude"
"""Said with a longitude that cannot be in one message: if it ever is known, a message was half-applied."""


def made(chance: random.Random, now: float) -> tuple[bytes, bytes]:
    """A message as somebody careless or malicious might send it."""
    path = chance.choice(
        (*SIGNALS, *SIGNALS, "Vehicle.Sped", "", "Home.IsOccupied", "Vehicle." + "x" * chance.randrange(300))
    )
    said: dict[str, Any] = {path: chance.choice(ODD) if chance.random() < 0.4 else chance.random() * 100}
    if chance.random() < 0.3:
        said["at"] = chance.choice((now, now + 1e6, -1, "noon", 1e308, None))
    if chance.random() < 0.3:
        said |= {MARK: 59.3, "Vehicle.CurrentLocation.Longitude": "east"}
    kind = chance.random()
    if kind < 0.1:
        return b"homeward/lind/car/readings", chance.randbytes(chance.randrange(200))
    if kind < 0.12:
        return b"homeward/lind/car/readings", b"[" * chance.randrange(5000)
    return chance.choice(TOPICS).encode(), json.dumps(said).encode()


async def garbage(folder: Path, many: int, seed: int = 9) -> dict[str, Any]:
    """Send so many, and a right one after each burst; the figures."""
    chance, told = random.Random(seed), Counter[tuple[str, int]]()
    async with running(folder) as (hub, _):
        complain, sent = hub.bus.complain, 0

        async def noting(faults: list[Fault]) -> None:
            told.update((fault.subject, int(fault.time)) for fault in faults)
            await complain(faults)

        hub.bus.complain = noting  # type: ignore[method-assign,assignment]
        sender = Sender(hub.bus.server.mqtt_port)
        while sent < many:
            pool = [made(chance, hub.clock.now()) for _ in range(30)]
            wild = [spoilt(chance, pool) for _ in range(AT_ONCE)]
            for topic in TOPICS:
                await sender.burst(topic, [payload for at, payload in wild if at.decode() == topic])
            sent += AT_ONCE
        before = len(sender.acknowledged)
        await sender.burst(RIGHT, [b'{"Vehicle.Speed": 77.5}'])
        await _until_known(hub)
        return {
            "sent": sent,
            "acknowledged": before,
            "unfit": hub.unfit,
            "applied": hub.applied,
            "told": sum(told.values()),
            "most told a second and topic": max(told.values(), default=0),
            "half applied": int(hub.circle.twin.get("lind/car", MARK)[0] is not None),
            "troubles": "; ".join(f"{place}: {text}" for place, text in hub.trouble.by_place.items()) or "no",
            "server deaths": hub.bus.server.deaths,
        }


async def _until_known(hub: Hub) -> None:
    async with asyncio.timeout(60):
        while hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] != 77.5:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def main() -> None:
    """Send, and print the figures; ends with 1 if the hub suffered."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    many = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        told = asyncio.run(garbage(Path(folder), many))
    print(
        "garbage: "
        + ", ".join(f"{count if isinstance(count, str) else format(count, ',')} {what}" for what, count in told.items())
    )
    sys.exit(suffered(told))


def suffered(told: dict[str, Any]) -> bool:
    """Whether anything was not as it must be; that the broker had much to do on a busy machine is none of it."""
    own = any(f"{place}: " in told["troubles"] for place in ("circle", "disk", "history"))
    bad = told["half applied"] or own or told["server deaths"] or told["most told a second and topic"] > 20
    return bool(bad or not told["unfit"])


if __name__ == "__main__":
    main()
