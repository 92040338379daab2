"""Foreign messages into readings: which uses a topic concerns, what its payload says, and what was wrong with it."""

import logging
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from homeward.bus.faults import Fault
from homeward.connectors.mqtt.forms import Objects, Taking
from homeward.connectors.mqtt.topics import Matcher
from homeward.connectors.mqtt.use import Order, Plan, Use
from homeward.core.connector import Message
from homeward.core.signal import Command, Refused, Value

log = logging.getLogger(__name__)
MOST_TOPICS = 100_000
AGAIN_AFTER_S = 600.0
TOO_OLD_S = 86_400.0
Heard = tuple[str, dict[str, Value], float | None]
"""The node, its readings, and when (s since 1970) by the sender's clock or None."""
Route = tuple[Use, Plan, tuple[Taking, ...]]


@dataclass(slots=True)
class Counts:
    """What became of messages: heard at all, turned into readings, unfit (nothing of them was applied)."""

    heard: int = 0
    said: int = 0
    unfit: int = 0
    last_problem: str = ""


class Translator:
    """All uses of one door."""

    def __init__(self, uses: Iterable[Use] = ()) -> None:
        self.counts = Counts()
        self.faults: deque[Fault] = deque(maxlen=200)
        self._matcher: Matcher[tuple[Use, Plan]] = Matcher()
        self._takers: dict[tuple[str, str], list[Use]] = {}
        self._filters: Counter[str] = Counter()
        self._routes: dict[str, list[Route]] = {}
        self._plain: dict[str, Plain | None] = {}
        self._told: dict[tuple[str, str], float] = {}
        self.add(uses)

    def add(self, uses: Iterable[Use]) -> None:
        """Let these count from now on."""
        for use in uses:
            for plan in use.plans:
                self._matcher.add(plan.filter, (use, plan))
                self._filters[plan.filter] += 1
            for path in use.sendings:
                self._takers.setdefault((use.node, path), []).append(use)
        self._forget()

    def remove(self, uses: Iterable[Use]) -> None:
        """Let these count no more."""
        for use in uses:
            for plan in use.plans:
                self._matcher.remove(plan.filter, (use, plan))
                self._filters[plan.filter] -= 1
            for path in use.sendings:
                self._takers[use.node, path].remove(use)
        self._filters = +self._filters
        self._takers = {key: takers for key, takers in self._takers.items() if takers}
        self._forget()

    @property
    def filters(self) -> list[str]:
        """The MQTT filters that must be listened to, each once."""
        return list(self._filters)

    def concerns(self, topic: str) -> bool:
        """Whether any use listens to that topic."""
        return bool(self._route(topic))

    def hear(self, topic: str, payload: bytes, retained: bool = False, now: float | None = None) -> list[Heard]:
        """What a message says of which nodes; never raises for what it holds.

        `retained`: the broker kept it from before; if it is of more than a day before `now` (s), it says nothing.
        """
        found: list[Heard] = []
        self.counts.heard += 1
        for use, plan, takings in self._routes.get(topic) or self._route(topic):
            if retained and not plan.topic.retained:
                continue
            try:
                body = plan.body(payload)
                readings = plan.say(body, takings) if body is not None else None
            except (Refused, RecursionError) as problem:
                self._complain(use, topic, payload, str(problem))
                continue
            if readings:
                at = plan.at(body)
                if retained and now is not None and at is not None and at < now - TOO_OLD_S:
                    continue
                found.append((use.node, readings, at))
        self.counts.said += bool(found)
        return found

    def plain(self, topic: str) -> "Plain | None":
        """Of whom a message of that topic tells and in which form, where it is read as most are.

        It is counted as one that said something, until it turns out not to fit.
        """
        if (known := self.known(topic)) is not None:
            self.counts.heard += 1
            self.counts.said += 1
        return known

    def known(self, topic: str) -> "Plain | None":
        """The same, not counted."""
        try:
            return self._plain[topic]
        except KeyError:
            if len(self._plain) >= MOST_TOPICS:
                self._plain.clear()
            known = self._plain[topic] = self._as_most(topic)
            return known

    def _as_most(self, topic: str) -> "Plain | None":
        routes = self._route(topic)
        if len(routes) != 1 or (form := routes[0][1].form) is None:
            return None
        return Plain(routes[0][0].node, form, topic, self)

    def takes(self, command: Command) -> bool:
        """Whether a use has something to publish for such a command."""
        return (command.node, command.path) in self._takers

    def orders(self, command: Command) -> Iterator[Order]:
        """What to publish for a command, by every use that has something for it. Raises Refused."""
        for use in self._takers.get((command.node, command.path), ()):
            if (order := use.order(command)) is not None:
                yield order

    def _route(self, topic: str) -> list[Route]:
        known = self._routes.get(topic)
        if known is None:
            found = [(use, plan, plan.of_field(topic)) for use, plan in self._matcher.find(topic)]
            known = [route for route in found if route[2]]
            if len(self._routes) >= MOST_TOPICS:
                self._forget()
            self._routes[topic] = known
        return known

    def _forget(self) -> None:
        self._routes.clear()
        self._plain.clear()

    def _complain(self, use: Use, topic: str, payload: bytes, problem: str) -> None:
        """Count it; tell the same of the same topic only now and then."""
        self.counts.unfit += 1
        words = f"{topic[:200]} ({use.name}): {problem}"
        self.counts.last_problem = words
        now = time.monotonic()
        if self._told.get((topic, problem), -AGAIN_AFTER_S) > now - AGAIN_AFTER_S:
            return
        if len(self._told) > 1000:
            self._told.clear()
        self._told[topic, problem] = now
        log.warning("%s; nothing of this message was applied", words)
        subject = f"homeward.{use.node.replace('/', '.')}.readings"
        self.faults.append(Fault(subject, time.time(), words, "", "", payload))


@dataclass(frozen=True, slots=True)
class Plain:
    """A topic's messages, which tell of one node in one form."""

    node: str
    form: Objects
    topic: str
    translator: Translator = field(compare=False)

    def read(self, payload: bytes) -> Message | None:
        """What one says that was taken for a plain one and does not fit the form."""
        counts = self.translator.counts
        counts.heard -= 1
        counts.said -= 1
        for node, readings, _ in self.translator.hear(self.topic, payload):
            return Message(node, readings)
        return None
