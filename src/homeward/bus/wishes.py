"""Who asked: wishes get their author from the credentials they were sent with, never from what they say.

The server itself tells: a wish is handed to a second account (a service import with `share`), and on the way the
server writes the client's user into a header, replacing any that the client forged. The hub listens there and puts the
wish into the log as `…/asked`, author first, so that wishes have their place in the one order of everything. (A stream
in that account would be no safer: the server takes the header off whatever it stores.)
"""

import json
import logging
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from homeward.bus.connect import connect
from homeward.bus.permissions import WISHES
from homeward.bus.server import Server
from homeward.bus.settings import ASKING

log = logging.getLogger(__name__)


class Forwarder:
    """Moves wishes, with their authors, from where they come in to the log."""

    def __init__(self, server: Server, client: Client) -> None:
        self._server, self._client = server, client
        self._asking: Client | None = None

    async def start(self) -> None:
        """Connect and begin."""
        self._asking = await connect(self._server, ASKING, "wishes")
        await self._asking.subscribe(WISHES, cb=self._move)
        for _ in range(2):  # the client sends its first PING before what waits to be sent: only the second proves it
            await self._asking.flush()

    async def stop(self) -> None:
        """End."""
        if self._asking:
            with suppress(Exception):
                await self._asking.close()

    async def _move(self, message: Msg) -> None:
        author = self._author(message)
        base = message.subject.rpartition(".")[0]
        try:
            await self._client.jetstream(timeout=10).publish(f"{base}.asked", author.encode() + b"\n" + message.data)
        except (NatsError, TimeoutError) as error:
            log.error("a wish by %s could not be stored: %s", author, error)

    def _author(self, message: Msg) -> str:
        with suppress(ValueError, AttributeError):
            user = json.loads((message.headers or {}).get("Nats-Request-Info", "{}")).get("user", "")
            return next((device.author for device in self._server.devices if device.user == user), "")
        return ""
