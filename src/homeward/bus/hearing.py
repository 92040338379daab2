"""What connectors heard, in plain numbers, before it is in the log and while older messages may wait there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from homeward.bus.flat import Flat
from homeward.bus.rate import Rate
from homeward.bus.resends import Resends
from homeward.bus.routes import FOREIGN, TOLD, Routes
from homeward.bus.shapes import Bounds, Shape, Shapes
from homeward.bus.stretches import of_table
from homeward.core.batch import Batch, Floats, Integers, Single, trusted_one
from homeward.core.connector import Bools, Form, Message, Table, Unread
from homeward.core.nodes import NONE, Nodes

ELSEWHERE = (FOREIGN, NONE)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """What messages of one form say: nodes `(n,)`, times `(n,)`, values `(n, p)` of the shape's signals.

    All of that stands only for those that are not to be looked at `closer` `(n,)`.
    """

    node: Integers
    time: Floats
    values: Table
    shape: Shape
    closer: Bools

    def fitting(self) -> "Columns":
        """Those that need not be looked at closer."""
        if not self.closer.any():
            return self
        fits = ~self.closer
        return Columns(self.node[fits], self.time[fits], self.values[fits], self.shape, self.closer[fits])

    def batch(self) -> Batch:
        """The same as a batch, of the moment of arrival."""
        return of_table(self.node, self.time, self.time, self.shape.signal, self.values)


class Hearing(Protocol):
    """Understands what connectors told."""

    def one(self, subject: bytes, message: Message, mark: int, time_ns: int) -> Single | None:
        """A message in plain numbers; None where that does not go. Nothing is remembered of it."""

    def unread(self, subject: bytes, unread: Unread, time_ns: int) -> Single | None:
        """The same of one that has not been read; None where it takes a closer look."""

    def many(
        self, form: Form, subjects: Sequence[bytes], payloads: Sequence[bytes], times_ns: Sequence[int]
    ) -> Columns | None:
        """Messages of one form, at those times; None where all of them take a closer look."""


class Ears:
    """The same by what the codec has learned; the log is who learns something new."""

    def __init__(
        self, nodes: Nodes, routes: Routes, shapes: Shapes, bounds: Bounds, resends: Resends, rate: Rate
    ) -> None:
        self._nodes, self._routes, self._shapes, self._bounds = nodes, routes, shapes, bounds
        self._resends, self._rate = resends, rate
        Flat(()).numbers([b"{}"]), Flat(()).one(b"{}")  # where it was never used before, it takes seconds to compile

    def one(self, subject: bytes, message: Message, mark: int, time_ns: int) -> Single | None:
        """A message in plain numbers; None where that does not go.

        It is not remembered as said: that is for when it goes round, so that a snapshot knows only what it has.
        """
        leaf, node = self._routes.known.get(subject, ELSEWHERE)
        shape = self._shapes.known.get(tuple(message.readings))
        if leaf > TOLD or shape is None or shape.kind != self._nodes.kind(node):
            return None
        time, values = time_ns / 1e9, shape.numbers(message.readings.values())
        if values is None or not self._rate.takes(subject, int(time)):
            return None
        if message.at is None:
            return Single(node, time, time, shape.signals, values)
        if trusted_one(message.at, time) != message.at or self._resends.knows(node, message.at, mark):
            return None
        return Single(node, time, message.at, shape.signals, values)

    def unread(self, subject: bytes, unread: Unread, time_ns: int) -> Single | None:
        """The same of one that has not been read; None where it takes a closer look."""
        leaf, node = self._routes.known.get(subject, ELSEWHERE)
        form = unread.source.form
        shape, said = self._shapes.known.get(form.paths), form.one(unread.payload)
        if leaf > TOLD or shape is None or said is None or shape.kind != self._nodes.kind(node):
            return None
        time, values = time_ns / 1e9, shape.numbers(said)
        if values is None or not self._rate.takes(subject, int(time)):
            return None
        return Single(node, time, time, shape.signals, values)

    def many(
        self, form: Form, subjects: Sequence[bytes], payloads: Sequence[bytes], times_ns: Sequence[int]
    ) -> Columns | None:
        """Messages of one form, at those times; None where all of them take a closer look."""
        shape, known = self._shapes.known.get(form.paths), self._routes.known
        if shape is None or not shape.bounds:
            return None
        leaf, node = np.array([known.get(subject, ELSEWHERE) for subject in subjects], np.int64).T
        time = np.array(times_ns, np.float64) / 1e9
        values, closer = form.numbers(payloads)
        closer |= np.logical_or.reduce(self._bounds.unfit(values, shape.signal), axis=1)
        closer |= (leaf > TOLD) | (self._nodes.kinds_of(node) != shape.kind)
        if beyond := self._rate.beyond(list(subjects), time):
            closer[list(beyond)] = True
        return Columns(node, time, values, shape, closer)
