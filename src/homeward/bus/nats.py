"""The bus as the hub uses it: raw messages in log order, exactly once from a place on, and messages to nodes."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import time_ns
from typing import Any, Self

from nats.aio.client import Client
from nats.errors import Error as NatsError

from homeward.bus.clients import Clients
from homeward.bus.connect import connect
from homeward.bus.faults import Fault
from homeward.bus.log import STREAM, Log, LogState
from homeward.bus.outbox import Outbox
from homeward.bus.reader import Messages, Reader
from homeward.bus.routes import as_heard
from homeward.bus.scan import MQTT_COPY, Scan
from homeward.bus.server import Server
from homeward.bus.settings import HUB, BusError, Device, Place, Settings
from homeward.bus.speech import wish_id, write_command, write_outcome, write_wish
from homeward.bus.underway import Underway
from homeward.bus.wishes import Forwarder
from homeward.core.connector import Message, Unread
from homeward.core.signal import Command, Outcome, Wish

log = logging.getLogger(__name__)
STORED_S = 10.0
QOS_1 = {"Nmqtt-Pub": "1"}
AT_QOS_1 = b"NATS/1.0\r\nNmqtt-Pub: 1\r\n\r\n"


class Bus:
    """A server of our own and the hub's connections to it; `async with Bus(settings) as bus:`.

    `lost` counts messages that left the log before they were read; `place` is how far `batches` has come.
    """

    def __init__(self, settings: Settings, devices: Iterable[Device] = ()) -> None:
        self.settings = settings
        self.server = Server(settings, devices)
        self.lost = 0
        self.place: Place | None = None
        self.state: LogState | None = None
        self._client = Client()
        self._stream = self._client.jetstream(timeout=STORED_S)
        self._log = Log(self._client, settings)
        Scan()  # compiled now, where it must be, and not while devices wait
        self._reader: Reader | None = None
        self._forwarder: Forwarder | None = None
        self._clients: Clients | None = None
        self._outbox = Outbox(settings.largest_payload_bytes)
        self.underway = Underway(self._outbox, settings.largest_payload_bytes)
        self.at_once: Callable[[Messages, Place], bool] = lambda messages, place: False
        self._behind = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, place: Place | None = None) -> None:
        """Start the server and be ready to read on from `place` (None: from the beginning). Raises BusError."""
        self.start_from(place)
        try:
            if not self._has_log():
                # The log must be ours before the first device comes, so the door for MQTT opens only the second time.
                await self.server.start(mqtt=False)
                await self._connect()
                await self._client.close()
                await self.server.stop(release=False)
            await self.server.start()
            await self._connect()
            self._forwarder = Forwarder(self.server, self._client)
            await self._forwarder.start()
            self._clients = Clients(self.server)
            await self._clients.start()
        except BaseException:
            await self.stop()
            raise

    def _has_log(self) -> bool:
        return any((self.settings.store / "log").glob(f"jetstream/*/streams/{STREAM}"))

    async def _connect(self) -> None:
        self._client = await connect(self.server, HUB, "hub")
        self._stream = self._client.jetstream(timeout=STORED_S)
        self._log = Log(self._client, self.settings)
        await self._log.make()
        self.state = await self._log.state()

    async def stop(self) -> None:
        """Close the connections and end the server."""
        for part in (self._forwarder, self._clients):
            if part:
                await part.stop()
        self._forwarder = self._clients = None
        self.start_from(self.place)
        if self._client.is_connected or self._client.is_reconnecting:
            with suppress(Exception):
                await self._client.close()
        await self.server.stop()

    def start_from(self, place: Place | None) -> None:
        """Read on behind `place`, the one kept with the snapshot; None is the beginning of the log."""
        self.place = place
        if self._reader:
            self._reader.close()
            self._reader = None

    async def batches(self, most: int = 20_000) -> AsyncIterator[tuple[Messages, Place]]:
        """Messages in log order, each once, and the place they reach; at once when it is quiet, in bulk under load.

        Goes on through restarts of the server. A batch may be empty: then only the place has moved.
        """
        pause = 0.02
        while True:
            try:
                if self._reader is None:
                    self._reader = await self._open()
                    self._behind = self.state.last if self.state else 0
                self._let_out()
                messages, sequence, time_ns = await self._reader.take(most)
                pause = 0.02
            except (OSError, TimeoutError, NatsError, BusError) as error:
                log.info("reading the log again in %.2f s: %s", pause, error)
                self.underway.shut()
                if self._reader:
                    self._reader.close()
                    self._reader = None
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
                continue
            assert self.state
            if len(messages) or sequence > (self.place.sequence if self.place else 0):
                self.place = Place(self.state.stream, sequence, time_ns / 1e9)
                yield messages, self.place

    def _offer(self, messages: Messages, sequence: int, time_ns: int) -> bool:
        """Have a message that came alone taken `at_once`, once the log has been read to its end."""
        if self.state is None or not self.underway.may_pass(messages.subjects[0]):
            return False
        place = Place(self.state.stream, sequence, time_ns / 1e9)
        if took := self.at_once(messages, place):
            self.place = place
        return took

    def _let_out(self) -> None:
        """Send what is underway once everything has been read that was there when the log was opened."""
        if self._behind >= 0 and self._behind <= self._reached():
            self._behind = -1
            self.underway.open()

    def _reached(self) -> int:
        """How far the log that there is has been read."""
        return self.place.sequence if self.place and self.state and self.place.stream == self.state.stream else 0

    def behind_ns(self) -> int:
        """How old the oldest message is that is here and has not been taken from `batches`."""
        since = self._reader.since_ns if self._reader else 0
        return time_ns() - since if since else 0

    async def _open(self) -> Reader:
        self.state = state = await self._log.state()
        begin = await self._log.after(self.place, state)
        if self.place and self.place.stream == state.stream and state.first > self.place.sequence + 1:
            self.lost += state.first - self.place.sequence - 1
            log.error("%d messages left the log before they were read", state.first - self.place.sequence - 1)
        inbox = f"_hub.log.{secrets.token_hex(8)}"
        reads = partial(Reader, HUB, self.server.hub_password, inbox, self._outbox, self._offer)
        _, reader = await asyncio.get_running_loop().create_connection(reads, "127.0.0.1", self.server.nats_port)
        try:
            async with asyncio.timeout(5):
                await reader.ready
            consumer = {
                "deliver_subject": inbox,
                "ack_policy": "none",
                "replay_policy": "instant",
                "flow_control": True,
                "idle_heartbeat": 1_000_000_000,
                "inactive_threshold": 5_000_000_000,
                "mem_storage": True,
                "num_replicas": 1,
                **begin,
            }
            answer = await self._log.ask(f"CONSUMER.CREATE.{STREAM}", {"stream_name": STREAM, "config": consumer})
            if answer.get("error"):
                raise BusError(f"the log cannot be read: {answer['error'].get('description')}")
        except BaseException:
            reader.close()
            raise
        return reader

    async def send_again(self) -> int:
        """Send again what connectors told and the log refused, or lost; how much that is. Raises BusError."""
        again = self.underway.send_refused()
        if self.underway.is_overdue and self._reached() >= (await self._log.state()).last:
            again += self.underway.send_again()
        return again

    async def acknowledge(self, place: Place) -> LogState:
        """Say that everything up to `place` is safe (snapshot and history written): the log may let go of it."""
        self.state = await self._log.trim(place)
        return self.state

    async def send(self, node: str, leaf: str, payload: bytes) -> None:
        """Publish to `homeward/{node}/{leaf}`: stored when this returns, and kept for MQTT devices that are away.

        Does what the server's MQTT door does with a message at QoS 1: a stored copy for sessions at QoS 1, a live one,
        marked as such, for everybody else. Raises BusError if it could not be stored.
        """
        await self.send_foreign(f"homeward.{node.replace('/', '.')}.{leaf}", payload)

    def say(self, message: Message | Unread) -> None:
        """Put what a connector of the hub's own heard into the log; `at` in s since 1970, None for now.

        Does not wait until it is stored. Raises TooLarge, or BusError when too much waits, as after a long absence.
        """
        if type(message) is Unread:
            self.underway.tell_unread(as_heard(message.source.node), message)
            self._outbox.go()
        elif isinstance(message, Message):
            try:
                self.underway.tell(as_heard(message.node), message)
            finally:
                if not message.more:
                    self._outbox.go()

    def answer(self, node: str, outcome: Outcome) -> None:
        """Put into the log what became of a command, after all that was heard before. Raises BusError."""
        self.underway.answer(f"homeward.{node.replace('/', '.')}.outcomes".encode(), write_outcome(outcome))
        self._outbox.go()

    def command(self, command: Command) -> Coroutine[Any, Any, int]:
        """Send a command to its node's `…/commands`, now; what is left is to store it. Raises BusError, now or then."""
        return self.send_foreign(f"homeward.{command.node.replace('/', '.')}.commands", write_command(command))

    async def ask(self, wish: Wish) -> str:
        """Put a wish whose author is known (API, page, voice) into the log, to be read in its turn; returns its id."""
        return wish_id(wish.node, await self.store(f"homeward.{wish.node.replace('/', '.')}.asked", write_wish(wish)))

    async def complain(self, faults: Iterable[Fault]) -> None:
        """Tell senders, on their `…/errors`, what was wrong; what cannot be said now is left unsaid."""
        for fault in faults:
            if fault.answer_subject:
                with suppress(NatsError):  # while the server is away, up to 2 MB wait for it
                    for subject in (MQTT_COPY.decode() + fault.answer_subject, fault.answer_subject):
                        await self._client.publish(subject, fault.encoded(), headers=QOS_1)

    async def store(self, subject: str, payload: bytes, headers: dict[str, str] | None = None) -> int:
        """Publish into the log and return its sequence. Raises BusError if it is not stored."""
        try:
            reply = await self._stream.publish(subject, payload, headers=headers)
        except (NatsError, TimeoutError) as error:
            raise BusError(f"{subject} could not be stored: {error}") from error
        return reply.seq

    async def server_is_back(self) -> None:
        """Wait until the server answers on all its ports, after it died or while it does."""
        while True:
            await self.server.up.wait()
            with suppress(NatsError, TimeoutError, OSError, BusError):
                async with asyncio.timeout(2):
                    await self._log.state()
                return
            await asyncio.sleep(0.02)

    def send_foreign(self, subject: str, payload: bytes) -> Coroutine[Any, Any, int]:
        """Publish on a foreign topic, as `send` does on homeward's own; what is left is to store it.

        Who listens at QoS 0 need not wait for the disk. Raises BusError, now or then, if it is not taken or not stored.
        """
        if self._outbox.is_open:  # else it would come when it may not stand any more
            self._outbox.publish(subject.encode(), payload, AT_QOS_1)
        return self.store(MQTT_COPY.decode() + subject, payload, QOS_1)

    def listen(self, topics: Iterable[str]) -> None:
        """Take these foreign MQTT topics into the log too, from the next start or `widen` on (guests may send them)."""
        self.settings = self.server.settings = replace(self.settings, listen=tuple(topics))

    async def widen(self) -> None:
        """Let `listen` count at once."""
        self._log = Log(self._client, self.settings)
        await self._log.make()

    def who(self, client: int, user: str) -> Device | None:
        """Whose credentials a client of the server came with, by its number there or the name in the server's log."""
        user = user or (self._clients.users.get(client, "") if self._clients else "")
        return next((device for device in self.server.devices if device.user == user), None)

    async def set_devices(self, devices: Iterable[Device]) -> None:
        """Let exactly these devices in from now on."""
        await self.server.reload(devices)
