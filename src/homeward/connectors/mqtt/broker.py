"""The connector to an MQTT broker that is already there (Mosquitto): templates say what its topics mean."""

import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import asdict
from functools import partial
from typing import Any

from homeward.bus.faults import Fault
from homeward.connectors.mqtt.link import Address, Awaited, Link
from homeward.connectors.mqtt.translate import Translator
from homeward.connectors.mqtt.use import Order, Use
from homeward.connectors.mqtt.wire import Delivery
from homeward.core.connector import Clock, ConnectorError, Message, Tell, Unread
from homeward.core.signal import Command, Refused


class Broker:
    """A broker and the templates in use on it; `name` is `household/connector`, as in health and log."""

    def __init__(self, name: str, address: Address, uses: Iterable[Use]) -> None:
        self.name, self.address = name, address
        self.translator = Translator(uses)
        self._link: Link | None = None

    def takes(self, command: Command) -> bool:
        """Whether a template has something to publish for it."""
        return self.translator.takes(command)

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """Connect, and tell everything heard as it comes.

        At QoS 1 the broker is told that we have a message once it is stored. Raises ConnectorError when there is no
        connection or it is lost; called again, it connects anew, and the broker sends what it has kept.
        """

        link = await Link.open(
            self.address,
            self.translator.filters,
            lambda link, deliveries: self.hear(deliveries, clock, tell, link.acknowledge),
        )
        self._link = link
        try:
            await link.ended
        finally:
            self._link = None
            link.close()

    def hear(
        self, deliveries: Iterable[Delivery], clock: Clock, tell: Tell, acknowledge: Callable[[int], None]
    ) -> None:
        """Tell what came, and have it acknowledged once it is stored."""
        plain, hear, now = self.translator.plain, self.translator.hear, time.time()
        for topic, payload, retained, packet in deliveries:
            stored = partial(acknowledge, packet) if packet else None
            if not retained and (source := plain(topic)):
                tell(Unread(source, payload, stored))
                continue
            found = hear(topic, payload, retained, now)
            left = len(found)
            for node, readings, at in found:
                left -= 1
                when = None if at is None else clock.of(at)
                tell(Message(node, readings, when, None if left else stored, left > 0))
            if stored and not found:
                stored()

    async def act(self, command: Command) -> str:
        """Publish what the templates have for a command. Raises ConnectorError if the broker did not take it."""
        return await self.begin(command)

    def begin(self, command: Command) -> Coroutine[Any, Any, str]:
        """The same, with everything written out at once; what is left is to hear that the broker has it."""
        link, orders = self._orders(command)
        answers = [link.send(one.topic, one.payload, one.qos, one.retain) for one in orders]
        return self._taken(link, orders, [one for one in answers if one])

    async def _taken(self, link: Link, orders: list[Order], answers: list[Awaited]) -> str:
        for one in answers:
            await link.answered(*one)
        return "published " + ", ".join(f"{one.topic} {one.payload[:60].decode(errors='replace')}" for one in orders)

    def _orders(self, command: Command) -> tuple[Link, list[Order]]:
        if self._link is None:
            raise ConnectorError(f"not connected to the broker at {self.address}")
        try:
            orders = list(self.translator.orders(command))
        except Refused as problem:
            raise ConnectorError(str(problem)) from None
        if not orders:
            raise ConnectorError(f"no template has anything to publish for {command.path} of {command.node}")
        return self._link, orders

    def take_faults(self) -> list[Fault]:
        """What senders should be told was wrong, once."""
        faults, self.translator.faults = list(self.translator.faults), type(self.translator.faults)(maxlen=200)
        return faults

    def health(self) -> dict[str, Any]:
        """Figures for pages and doctor: connected, messages heard, said and unfit, and the last problem in words."""
        connected = self._link is not None and not self._link.lost
        return {"connected": connected, "address": str(self.address), **asdict(self.translator.counts)}
