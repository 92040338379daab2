"""A real hub at twice the rate it acknowledges at QoS 1, sent at QoS 0: its memory, each ten seconds.

python -m tests.proofs.soak --minutes 10
"""

import argparse
import asyncio
import struct
import tempfile
import time
from pathlib import Path

from tests.bus.mqtt_client import Sender, packet, text
from tests.proofs.kills import TOPIC, Running, message

from homeward.app.figures import resident
from homeward.bus.ports import free_port

MEASURE_S, LOOK_S, STEP_S = 10.0, 10.0, 0.05


async def sustainable(port: int, began: float) -> float:
    """Messages a second that are acknowledged at QoS 1, measured over some seconds."""
    sender, number, start = Sender(port), 0, time.monotonic()
    while time.monotonic() - start < MEASURE_S:
        await sender.burst(TOPIC, [message(number + i, began) for i in range(2_000)])
        number += 2_000
    return len(sender.acknowledged) / (time.monotonic() - start)


async def flood(port: int, rate: float, seconds: float, began: float) -> int:
    """Send at QoS 0 at that rate, whatever becomes of it; how many were sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(packet(0x10, text("MQTT") + bytes([4, 2]) + struct.pack(">H", 0) + text("flood")))
    await reader.readexactly(4)
    sent, start = 0, time.monotonic()
    while (now := time.monotonic() - start) < seconds:
        due = int(rate * now)
        writer.write(b"".join(packet(0x30, text(TOPIC) + message(number, began)) for number in range(sent, due)))
        sent = due
        await writer.drain()
        await asyncio.sleep(STEP_S)
    writer.close()
    return sent


async def soak(folder: Path, minutes: float) -> None:
    """Measure, flood, and print."""
    hub, began = Running(folder, (free_port(), free_port())), time.time() - 3600
    await hub.start()
    assert hub.process
    rate = 2 * await sustainable(hub.ports[1], began)
    print(f"soak: {rate:,.0f} messages a second, twice what is acknowledged at QoS 1", flush=True)
    flooding = asyncio.create_task(flood(hub.ports[1], rate, minutes * 60, began))
    start = time.monotonic()
    while not flooding.done():
        await asyncio.wait([flooding], timeout=LOOK_S)
        server = int((folder / "hub/bus/nats.pid").read_text())
        both = " ".join(f"{resident(pid) / 1e6:,.0f} MB" for pid in (hub.process.pid, server))
        print(f"{time.monotonic() - start:6.0f} s  hub and nats-server: {both}", flush=True)
    print(f"soak: {await flooding:,} sent, the hub {'lives' if hub.runs else 'died'}")
    await hub.end()


def main() -> None:
    """Soak for so long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(soak(Path(folder), minutes))


if __name__ == "__main__":
    main()
