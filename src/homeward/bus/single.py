"""Messages that come alone, as in most homes: from their bytes to plain numbers with as few steps as it takes.

What is not as it should be is left, and nothing of it remembered: `Codec.decode` is for all of that.
"""

from collections.abc import Iterable
from math import nan
from typing import Any
from zlib import crc32

import orjson

from homeward.bus.course import LEFT, Course, prepare
from homeward.bus.flat import Flat
from homeward.bus.hearing import ELSEWHERE
from homeward.bus.rate import Rate
from homeward.bus.reader import Messages
from homeward.bus.resends import Resends
from homeward.bus.routes import HEARD, TOLD, Routes
from homeward.bus.shapes import Shape, Shapes
from homeward.core.batch import Integers, Single, trusted_one
from homeward.core.nodes import Nodes
from homeward.core.signal import Value


class Singles:
    """Reads them by what the codec has learned. `latest` is the time that was reached, s; it never falls."""

    def __init__(self, nodes: Nodes, routes: Routes, shapes: Shapes, resends: Resends, rate: Rate) -> None:
        self._nodes, self._routes, self._shapes, self._resends, self._rate = nodes, routes, shapes, resends, rate
        self.latest = 0.0
        prepare()

    def read(self, messages: Messages) -> Single | None:
        """A message with readings of a known node that are as they should be; None for any other."""
        subject, payload, time_ns = messages.subjects[0], messages.payloads[0], messages.times_ns[0]
        leaf, node = self._routes.known.get(subject, ELSEWHERE)
        if leaf > TOLD or messages.understood:
            return None
        try:
            said = orjson.loads(payload)
            at = said.pop("at", nan)
            shape = self._shapes.known.get(tuple(said))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None
        if shape is None or type(at) is not float or payload.count(b":") > len(said) + (at == at):
            return None
        return self._one((subject, leaf, node), shape, said.values(), (at, crc32(payload) if at == at else 0), time_ns)

    def translated(self, subject: bytes, paths: tuple[str, ...], said: Iterable[Value], time_ns: int) -> Single | None:
        """The same for what a template made of a message; `subject` is for its node's readings, `said` as `paths`."""
        leaf, node = self._routes.known.get(subject, ELSEWHERE)
        shape = self._shapes.known.get(paths)
        if leaf > TOLD or shape is None or shape.kind != self._nodes.kind_of_node.plain[node]:
            return None
        time, values = max(time_ns / 1e9, self.latest), shape.numbers(said)
        if values is None or not self._rate.takes(subject, int(time)):
            return None
        self.latest = time
        return Single(node, time, time, shape.signals, values)

    def course(self, subject: bytes, paths: tuple[str, ...], flat: Flat) -> Course | None:
        """The course of messages in which `flat` finds `paths`; None while they are not known, or never are numbers."""
        leaf, node = self._routes.known.get(subject, ELSEWHERE)
        shape = self._shapes.known.get(paths)
        if leaf > TOLD or shape is None or shape.kind != self._nodes.kind(node) or shape.low is None:
            return None
        return Course(node, subject, shape, flat)

    def learned(self, course: Course, payload: bytes, time_ns: int, laid: tuple[Integers, int]) -> int:
        """Learn a message on its course, as `Course.learn`; what was learned last is `last`."""
        time = max(time_ns / 1e9, self.latest)
        if not self._rate.has_room(course.topic, int(time)):
            return LEFT
        if (count := course.learn(payload, time, *laid)) != LEFT:
            self._rate.takes(course.topic, int(time))
            self.latest = time
        return count

    def last(self, course: Course) -> Single:
        """The message that was learned last, on that course."""
        return Single(course.node, self.latest, self.latest, course.signals, course.flat.row())

    def _one(
        self, whom: tuple[bytes, int, int], shape: Shape, said: Iterable[Any], when: tuple[float, int], time_ns: int
    ) -> Single | None:
        (subject, leaf, node), (at, mark) = whom, when
        time, values = max(time_ns / 1e9, self.latest), shape.numbers(said)
        if values is None or shape.kind != self._nodes.kind(node) or not self._rate.takes(subject, int(time)):
            return None
        if at != at:
            at = time_ns / 1e9 if leaf == HEARD else at
        elif self._resends.again(node, at, mark, time_ns):
            return None
        self.latest = time
        return Single(node, time, trusted_one(at, time), shape.signals, values)
