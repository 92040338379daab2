"""A hub of one's own in a folder of one's own, and MQTT clients as people use them."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.settings import HubSettings
from homeward.app.tasks import end
from homeward.bus.settings import Device
from homeward.core.skill import Skill

LIND = """
household: lind
zone: Europe/Stockholm
people:
  ada: {}
vehicles:
  car: {}
homes:
  home:
    location: [59.33, 18.06]
    comfort: 21 °C
    acting: all
"""


@asynccontextmanager
async def running(
    folder: Path, skills: tuple[Skill, ...] = (), file: str = LIND, guests: bool = True
) -> AsyncIterator[tuple[Hub, Households]]:
    """A hub on free ports with a household file applied (unless ''), ended at the end."""
    hub = Hub(HubSettings(folder, nats_port=0, mqtt_port=0, guests=guests), skills)
    households = Households(hub)
    households.restore()
    async with hub:
        if file:
            await households.apply(file)
        try:
            yield hub, households
        finally:
            households.registry.close()


async def publish(hub: Hub, topic: str, payload: object, *options: str) -> None:
    """As a person would on the command line, at QoS 1; it must be let in."""
    assert await publishing(hub, topic, payload, *options) == 0


async def publishing(hub: Hub, topic: str, payload: object, *options: str) -> int:
    """The same; what mosquitto_pub ends with, 0 if it was let in."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    port = str(hub.bus.server.mqtt_port)
    command = ["mosquitto_pub", "-h", "127.0.0.1", "-p", port, "-q", "1", *options, "-t", topic, "-m", text]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    await asyncio.wait_for(process.communicate(), 10)
    return process.returncode or 0


@asynccontextmanager
async def listening(hub: Hub, topic: str, by: Device | None = None) -> AsyncIterator[list[dict[str, Any]]]:
    """What arrives on a topic, as JSON, while the block runs; `by` listens, or a guest."""
    heard: list[dict[str, Any]] = []

    async def read(client: aiomqtt.Client) -> None:
        async for message in client.messages:
            heard.append(json.loads(bytes(message.payload)))

    user, password = (by.user, by.password) if by else (None, None)
    port = hub.bus.server.mqtt_port
    async with aiomqtt.Client("127.0.0.1", port, username=user, password=password) as client:
        await client.subscribe(topic, qos=1)
        task = asyncio.create_task(read(client))
        try:
            yield heard
        finally:
            await end([task])


@pytest.fixture(autouse=True)
def clients(tool: Callable[..., str]) -> None:
    """These tests talk as people do on the command line."""
    tool("mosquitto_pub")
