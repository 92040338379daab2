"""How the hub itself connects to its server: for ever, coming back at once when the server does."""

import logging

import nats
from nats.aio.client import Client

from homeward.bus.server import Server

log = logging.getLogger(__name__)


async def connect(server: Server, user: str, name: str) -> Client:
    """A connection as one of the hub's own users; `name` marks it in logs and keeps its inboxes apart."""

    async def note(error: Exception) -> None:
        log.info("%s: %s", name, error)

    return await nats.connect(
        f"nats://127.0.0.1:{server.nats_port}",
        user=user,
        password=server.hub_password,
        name=name,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.05,
        error_cb=note,
        inbox_prefix=f"_INBOX.{name}",
    )
