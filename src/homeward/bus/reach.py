"""Coming to the log of a hub's folder from another process: through the hub's server, or one started for the while."""

import fcntl
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from homeward.bus.server import Server
from homeward.bus.settings import HUB, BusError, Settings


def is_running(store: Path) -> bool:
    """Whether a hub holds this folder of a bus now. Raises OSError where its lock may not be looked at."""
    lock = store / "lock"
    if not lock.exists():
        return False
    with lock.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def ports(store: Path) -> tuple[int, int]:
    """The NATS and MQTT ports that the bus's server was last told to use; 0 where none was."""
    try:
        said = json.loads((store / "nats.conf").read_text())
        nats_port = int(said["listen"].rpartition(":")[2])
        mqtt_port = int(said["mqtt"]["listen"].rpartition(":")[2]) if "mqtt" in said else 0
    except (OSError, ValueError, KeyError):
        return 0, 0
    return nats_port, mqtt_port


@asynccontextmanager
async def reach(store: Path) -> AsyncIterator[Client]:
    """A connection as the hub to the server of that folder. Raises BusError if it cannot be had."""
    if is_running(store):
        async with _connected(ports(store)[0], (store / "hub.secret").read_text().strip()) as client:
            yield client
        return
    server = Server(Settings(store, nats_port=0, mqtt_port=0))
    try:
        await server.start(mqtt=False)
        async with _connected(server.nats_port, server.hub_password) as client:
            yield client
    finally:
        await server.stop()


@asynccontextmanager
async def _connected(port: int, password: str) -> AsyncIterator[Client]:
    try:
        client = await nats.connect(
            f"nats://127.0.0.1:{port}", user=HUB, password=password, name="visit", allow_reconnect=False
        )
    except (NatsError, OSError, TimeoutError) as problem:
        raise BusError(f"the hub's server on port {port} cannot be reached: {problem}") from None
    try:
        yield client
    finally:
        await client.close()
