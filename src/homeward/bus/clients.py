"""Which client of the server came with which credentials: the server says so, in an account that only the hub is in.

Its log names an MQTT client by a number only, and it is in the log that it tells whom it cut off.
"""

import json
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

from homeward.bus.connect import connect
from homeward.bus.permissions import ACCOUNT
from homeward.bus.server import Server
from homeward.bus.settings import WATCHING

CONNECTED = f"$SYS.ACCOUNT.{ACCOUNT}.CONNECT"
MOST_REMEMBERED = 20_000


class Clients:
    """The users of the clients that connected since the start, by the server's number; the oldest are forgotten."""

    def __init__(self, server: Server) -> None:
        self.users: dict[int, str] = {}
        self._server = server
        self._client: Client | None = None

    async def start(self) -> None:
        """Connect and begin."""
        self._client = await connect(self._server, WATCHING, "clients")
        await self._client.subscribe(CONNECTED, cb=self._note)
        for _ in range(2):  # as for wishes: only the second proves that the server has it
            await self._client.flush()

    async def stop(self) -> None:
        """End."""
        if self._client:
            with suppress(Exception):
                await self._client.close()

    async def _note(self, message: Msg) -> None:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            client = json.loads(message.data)["client"]
            if len(self.users) >= MOST_REMEMBERED:
                del self.users[next(iter(self.users))]
            self.users[int(client["id"])] = str(client["user"])
