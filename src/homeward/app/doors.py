"""The connectors of a running hub: they sense into the log and carry commands out, and may come and go at any time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from homeward.app.tasks import end
from homeward.app.trouble import Trouble
from homeward.bus.nats import Bus
from homeward.bus.outbox import TooLarge
from homeward.bus.settings import BusError
from homeward.connectors.calendar.connector import Calendar
from homeward.connectors.mqtt.broker import Broker
from homeward.connectors.mqtt.door import Door
from homeward.core.connector import Clock, Connector, ConnectorError, Message, Unread
from homeward.core.signal import Command, Outcome

NO_DOORS: Mapping[str, Connector] = {}
FAULTS_S = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0


class Doors:
    """Connectors by name, each with a task that senses; `own` is for foreign topics on the hub's own broker."""

    def __init__(self, bus: Bus, clock: Clock, trouble: Trouble, stands: Callable[[Command], bool]) -> None:
        self._bus, self._clock, self._trouble, self._stands = bus, clock, trouble, stands
        self.own = Door(bus.send_foreign)
        self.all: dict[str, Connector] = {}
        self._of: dict[str, dict[str, Connector]] = {}
        self.add(self.own)
        self._senses: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Let all connectors sense."""
        for name in self.all:
            self._begin(name)
        self._senses["faults"] = asyncio.create_task(self._tell_faults())

    async def stop(self) -> None:
        """End their sensing."""
        senses, self._senses = list(self._senses.values()), {}
        await end(senses)

    def add(self, connector: Connector) -> None:
        """Have a connector under its name before all start to sense."""
        self.all[connector.name] = self._of.setdefault(_owner(connector.name), {})[connector.name] = connector

    async def put(self, connector: Connector) -> None:
        """Open a door under its name, in place of one that was there."""
        await self.drop(connector.name)
        self.add(connector)
        if self._senses:
            self._begin(connector.name)

    async def drop(self, name: str) -> None:
        """Close a door; nothing happens where there is none of that name."""
        self.all.pop(name, None)
        self._of.get(_owner(name), {}).pop(name, None)
        if task := self._senses.pop(name, None):
            await end([task])
        self._trouble.say(name, "")

    def _begin(self, name: str) -> None:
        self._senses[name] = asyncio.create_task(self._sense(name, self.all[name]))

    async def _sense(self, name: str, connector: Connector) -> None:
        pause = FIRST_PAUSE_S

        def tell(message: Message | Unread) -> None:
            nonlocal pause
            try:
                self._bus.say(message)
            except TooLarge as problem:  # it would come again and again: others must not suffer from it
                self._trouble.say(name, f"{problem}; it was left out")
                if message.stored:
                    message.stored()
                return
            pause = FIRST_PAUSE_S
            if name in self._trouble.by_place:
                self._trouble.say(name, "")

        while True:
            try:
                await connector.sense(self._clock, tell)
                return
            except (ConnectorError, BusError, OSError) as problem:
                self._trouble.say(name, str(problem))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _tell_faults(self) -> None:
        """Tell senders of foreign topics what was wrong, as senders of our own are told; clear what is well again."""
        while True:
            await asyncio.sleep(FAULTS_S)
            for name, one in self.all.items():
                if isinstance(one, Door | Broker):
                    with suppress(BusError):
                        await self._bus.complain(one.take_faults())
                if isinstance(one, Broker | Calendar) and one.health().get("connected"):
                    self._trouble.say(name, "")

    def taking(self, command: Command) -> Connector | None:
        """The door that takes a command: one for everybody, or one of its household."""
        for owner in ("", _owner(command.node)):
            for one in self._of.get(owner, NO_DOORS).values():
                if one.takes(command):
                    return one
        return None

    def begin(self, command: Command) -> Coroutine[Any, Any, None]:
        """Do at once of a command what can be done without waiting; what is left to do."""
        connector = self.taking(command)
        if connector is None:
            return self._send(command, self._published(command))
        if not isinstance(connector, Broker | Door):
            return self.act(command)
        try:
            return self._finish(command, connector.begin(command))
        except ConnectorError as problem:
            return self._answer(command, False, str(problem))

    async def act(self, command: Command) -> None:
        """Through the door that takes it, else over MQTT to whoever listens for the node."""
        connector = self.taking(command)
        if connector is None:
            await self._send(command)
            return
        await self._finish(command, connector.act(command))

    async def _finish(self, command: Command, acting: Coroutine[Any, Any, str]) -> None:
        try:
            done, why = True, await acting
        except ConnectorError as problem:
            done, why = False, str(problem)
        await self._answer(command, done, why)

    def _published(self, command: Command) -> Coroutine[Any, Any, int] | None:
        """What is left of sending a command over MQTT; None if it could not even be published."""
        try:
            return self._bus.command(command)
        except BusError:
            return None

    async def _send(self, command: Command, storing: Coroutine[Any, Any, int] | None = None) -> None:
        """Over MQTT; what could not be stored is sent once the server is back, if it is still in force."""
        while True:
            try:
                await (storing or self._bus.command(command))
                return
            except TooLarge as problem:
                self._trouble.say("bus", str(problem))
                return
            except BusError as problem:
                self._trouble.say("bus", f"{problem}; the command is sent when the server is back, if it still stands")
            storing = None
            await asyncio.sleep(FIRST_PAUSE_S)
            await self._bus.server_is_back()
            if not self._stands(command):
                return

    async def _answer(self, command: Command, done: bool, why: str) -> None:
        """Put into the log what became of a command."""
        try:
            self._bus.answer(command.node, Outcome(command.id, done, why, 0.0))
        except BusError as problem:
            self._trouble.say("bus", f"{problem}; the command is sent again when nobody answers")


def _owner(name: str) -> str:
    """The household that a connector (`lind/broker`) or node is of; '' where it is there for everybody."""
    return name.partition("/")[0] if "/" in name else ""
