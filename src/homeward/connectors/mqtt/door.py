"""Templates on the hub's own door: devices that speak foreign topics to homeward itself, and listen for them there.

Their messages stand in the log as they came; read again after a crash they mean the same. The door is one for all
households, so no two of them may listen to the same topic.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import asdict
from typing import Any

import orjson

from homeward.bus.faults import Fault
from homeward.bus.flat import Flat
from homeward.bus.reader import Messages
from homeward.bus.routes import as_readings
from homeward.bus.settings import BusError, as_subject
from homeward.connectors.mqtt.topics import Matcher, fill, overlap
from homeward.connectors.mqtt.translate import Heard, Translator
from homeward.connectors.mqtt.use import Order, Use
from homeward.core.connector import Clock, ConnectorError, Tell
from homeward.core.signal import Command, Refused, Value

Send = Callable[[str, bytes], Awaitable[Any]]
"""Publishes a payload on a NATS subject for MQTT devices; once awaited it is stored; `Bus.send_foreign`."""
OURS = b"homeward."
MOST_TOPICS = 100_000


class Door:
    """All households' uses on the hub's own door; one connector for all of them."""

    def __init__(self, send: Send) -> None:
        self.name = "door"
        self.translator = Translator()
        self._send = send
        self.changes = 0
        """How often uses came or went: what was said of topics before may not be so any more."""
        self._uses: dict[tuple[str, str], tuple[Use, ...]] = {}
        self._owners: Matcher[str] = Matcher()
        self._of: dict[str, list[str]] = {}
        self._topics: dict[bytes, str] = {}
        self._found: tuple[tuple[int, int], list[Heard]] = (0, 0), []

    @property
    def listen(self) -> tuple[str, ...]:
        """The topics that the bus must take into its log, for `bus.Settings.listen`."""
        return tuple(self.translator.filters)

    def put(self, household: str, name: str, uses: Iterable[Use]) -> None:
        """Let a household's connector of that name have these uses, in place of those it had. Raises Refused."""
        uses = tuple(uses)
        self.check(household, uses)
        self.drop(household, name)
        self._uses[household, name] = uses
        self.translator.add(uses)
        for one in _filters(uses):
            self._owners.add(one, household)
            self._of.setdefault(household, []).append(one)

    def check(self, household: str, uses: Iterable[Use]) -> None:
        """Raise Refused for a topic that this door cannot carry, or that another household has."""
        uses = tuple(uses)
        for one in _filters(uses):
            as_subject(one)
            if owner := self._other_owner(one, household):
                raise Refused(f"{one!r} overlaps with a topic of {owner}; on the hub's door a topic has one household")
        for use in uses:
            for sending, _ in use.sendings.values():
                as_subject(fill(sending.topic, {**use.parts, "value": "x", "id": "x"}))

    def topics_of(self, node: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The foreign topics that a node's device may publish, and those it may listen to."""
        own = [use for uses in self._uses.values() for use in uses if use.node == node]
        sends = [fill(sending.topic, {**use.parts, "value": "+", "id": "+"})
                 for use in own for sending, _ in use.sendings.values()]  # fmt: skip
        return tuple(_filters(tuple(own))), tuple(dict.fromkeys(sends))

    def drop(self, household: str, name: str) -> None:
        """Forget the uses of that connector, if there are any."""
        self.changes += 1
        uses = self._uses.pop((household, name), ())
        self.translator.remove(uses)
        for one in _filters(uses):
            self._owners.remove(one, household)
            self._of[household].remove(one)

    def _other_owner(self, filter: str, household: str) -> str:
        if "+" not in filter and not filter.endswith("#"):
            return next((owner for owner in self._owners.find(filter) if owner != household), "")
        others = ((owner, one) for owner, filters in self._of.items() if owner != household for one in filters)
        return next((owner for owner, one in others if overlap(filter, one)), "")

    def alone(self, messages: Messages) -> tuple[bytes, tuple[str, ...], Iterable[Value]] | None:
        """What a message by itself says of one node at the moment of arrival: the node's own subject, paths, values.

        None for any other, which `rewrite` is for.
        """
        subject, payload = messages.subjects[0], messages.payloads[0]
        if subject.startswith(OURS) or messages.understood:
            return None
        topic = self._topics.get(subject) or self._topic(subject)
        if not self.translator.concerns(topic):
            return None
        found = self.translator.hear(topic, payload)
        self._found = (messages.sequences[0], messages.times_ns[0]), found
        if len(found) != 1 or found[0][2] is not None:
            return None
        return as_readings(found[0][0]), tuple(found[0][1]), found[0][1].values()

    def straight(self, subject: bytes) -> tuple[bytes, tuple[str, ...], Flat] | None:
        """Where messages tell of one node in plain numbers: the node's own subject, paths, and what reads them."""
        if subject.startswith(OURS):
            return None
        known = self.translator.known(self._topics.get(subject) or self._topic(subject))
        if known is None or known.form.flat is None:
            return None
        return as_readings(known.node), known.form.paths, known.form.flat

    def count_one(self) -> None:
        """Count a message that was read by what `straight` gave."""
        self.translator.counts.heard += 1
        self.translator.counts.said += 1

    def rewrite(self, messages: Messages) -> Messages:
        """The messages with those that templates understand as readings of nodes, in their places in the log.

        One that says something of several nodes becomes several, at the same place; one that says nothing is left out.
        """
        if not self._uses or all(subject.startswith(OURS) for subject in messages.subjects):
            return messages
        out = Messages()
        columns = messages.subjects, messages.payloads, messages.times_ns, messages.sequences
        for i, (subject, payload, time_ns, sequence) in enumerate(zip(*columns, strict=True)):
            if i in messages.understood:
                out.understood[len(out)] = messages.understood[i]
            topic = self._concerned(subject)
            if not topic:
                out.append(subject, payload, time_ns, sequence)
                continue
            before, found = self._found
            for node, readings, at in found if (sequence, time_ns) == before else self.translator.hear(topic, payload):
                said = readings if at is None else {"at": at, **readings}
                out.append(as_readings(node), orjson.dumps(said), time_ns, sequence)
        return out

    def _concerned(self, subject: bytes) -> str:
        """The topic of a subject that templates listen to, else ''."""
        if subject.startswith(OURS):
            return ""
        topic = self._topics.get(subject) or self._topic(subject)
        return topic if self.translator.concerns(topic) else ""

    def _topic(self, subject: bytes) -> str:
        topic = as_topic(subject)
        if len(self._topics) >= MOST_TOPICS:
            self._topics.clear()
        self._topics[subject] = topic
        return topic

    def takes(self, command: Command) -> bool:
        """Whether a template has something to publish for it."""
        return self.translator.takes(command)

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """Nothing: what comes through this door is in the log already (`rewrite`)."""
        await asyncio.Event().wait()

    async def act(self, command: Command) -> str:
        """Publish what the templates have for a command. Raises ConnectorError if it could not be stored."""
        return await self.begin(command)

    def begin(self, command: Command) -> Coroutine[Any, Any, str]:
        """The same, with everything published at once; what is left is to have it stored."""
        try:
            orders = list(self.translator.orders(command))
            placed = [(as_subject(order.topic), order.payload) for order in orders]
            storing = [self._send(*one) for one in placed]
        except (Refused, BusError) as problem:
            raise ConnectorError(str(problem)) from None
        return self._stored(orders, storing)

    async def _stored(self, orders: list[Order], storing: list[Awaitable[Any]]) -> str:
        try:
            await asyncio.gather(*storing)
        except BusError as problem:
            raise ConnectorError(str(problem)) from None
        return "published " + ", ".join(f"{one.topic} {one.payload[:60].decode(errors='replace')}" for one in orders)

    def take_faults(self) -> list[Fault]:
        """What senders should be told was wrong, once."""
        faults = list(self.translator.faults)
        self.translator.faults.clear()
        return faults

    def health(self) -> dict[str, Any]:
        """Figures for pages and doctor: messages heard, said and unfit, and the last problem in words."""
        return asdict(self.translator.counts)


def _filters(uses: tuple[Use, ...]) -> list[str]:
    return list(dict.fromkeys(plan.filter for use in uses for plan in use.plans))


def as_topic(subject: bytes) -> str:
    """The MQTT topic of a NATS subject, as nats-server maps them.

    >>> as_topic(b"car.7.telemetry"), as_topic(b"a//b./.c")
    ('car/7/telemetry', 'a.b//c')
    """
    tokens = subject.decode(errors="replace").split(".")
    return "/".join("" if token == "/" else token.replace("//", ".") for token in tokens)
