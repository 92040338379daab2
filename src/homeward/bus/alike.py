"""Homeward's own messages that say the same things, read together in machine code.

A node is expected to say again what it said last. The messages of a stretch that say just that, in numbers and truths,
become rows of one table; any other is left to be read by itself, and decides what its node is expected to say next.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from homeward.bus.flat import Flat
from homeward.bus.reader import Messages
from homeward.bus.routes import HEARD, TOLD, Route
from homeward.bus.shapes import Bounds, Shape
from homeward.bus.stretches import of_table
from homeward.core.batch import Batch, Floats, Integers, trusted
from homeward.core.connector import Bools, Table
from homeward.core.nodes import NONE, Nodes
from homeward.core.signal import Type

FEW = 8
"""Fewer of a kind are read faster one by one."""
LONGEST = 16_384
"""Bytes of a payload: no device says so little in more, and looking for what is expected in it takes its time."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Messages of one shape: their places in the stretch `(m,)`, rising, nodes `(m,)` and values `(m, p)`.

    at `(m,)` is what they say of their time, NaN for nothing.
    """

    shape: Shape
    source: Integers
    node: Integers
    at: Floats
    values: Table

    def where(self, chosen: Bools) -> "Rows":
        """Those chosen `(m,)`."""
        if chosen.all():
            return self
        return Rows(self.shape, self.source[chosen], self.node[chosen], self.at[chosen], self.values[chosen])

    def batch(self, times: Floats) -> Batch:
        """The same as a batch; `times` are those of the whole stretch."""
        time = times[self.source]
        return of_table(self.node, time, trusted(self.at, time), self.shape.signal, self.values)


@dataclass(slots=True, eq=False)
class Together:
    """What of a stretch was read together, by messages' places in it.

    times are those that such messages give; resent is to be filled with those of them that were sent again; rest are,
    in order, the messages still to be looked at: the ones with a time, and all that were not read.
    """

    rows: list[Rows] = field(default_factory=list)
    times: dict[int, float] = field(default_factory=dict)
    rest: Sequence[int] = ()
    resent: list[int] = field(default_factory=list)

    def columns(self, begin: int, end: int, times: Floats) -> list[tuple[Batch, Integers]]:
        """What the messages from `begin` to `end` say, without those sent again; `times` are of the whole stretch."""
        parts = []
        for rows in self.rows:
            due = (rows.source >= begin) & (rows.source < end)
            if self.resent:
                due &= ~np.isin(rows.source, self.resent)
            if due.any():
                part = rows.where(due)
                parts.append((part.batch(times), part.source))
        return parts


class Alike:
    """What nodes are expected to say, and the readers for that."""

    def __init__(self, nodes: Nodes, bounds: Bounds) -> None:
        self._nodes, self._bounds = nodes, bounds
        self._expected = np.full(1024, NONE, np.int64)
        self._readers: dict[int, tuple[Shape, Flat]] = {}

    def expect(self, node: Integers, shapes: Sequence[Shape]) -> None:
        """Nodes `(n,)` have just said something of these shapes."""
        if len(node) and (most := int(node.max())) >= len(self._expected):
            self._expected = np.append(self._expected, np.full(most + 1, NONE, np.int64))
        self._expected[node] = [shape.number for shape in shapes]
        for shape in set(shapes):
            known = self._readers.get(shape.number)
            if shape.number != NONE and (known is None or known[0] is not shape):
                types = zip(shape.paths, self._bounds.type[shape.signal].tolist(), strict=True)
                truths = {path for path, type in types if type == Type.BOOLEAN}
                self._readers[shape.number] = shape, Flat((*shape.paths, "at"), truths)

    def read(self, messages: Messages, routes: Sequence[Route], apart: Collection[int]) -> Together:
        """What is said that was expected, by messages that lead to these routes, but for those to be kept apart."""
        found = Together(rest=range(len(routes)))
        if len(routes) < FEW or not self._readers:
            return found
        leaf, node = np.array(routes, np.int64).T
        known = (leaf <= TOLD) & (node != NONE) & (node < len(self._expected))
        known[[*apart, *messages.understood]] = False
        known &= np.fromiter(map(len, messages.payloads), np.int64, len(known)) <= LONGEST
        number = np.where(known, self._expected[np.where(known, node, 0)], NONE)
        unread = np.ones(len(routes), np.bool_)
        for one in np.flatnonzero(np.bincount(number + 1)[1:] >= FEW).tolist():
            rows = self._rows(messages.payloads, node, np.flatnonzero(number == one), *self._readers[one])
            unread[rows.source] = has_time = rows.at == rows.at
            found.times.update(zip(rows.source[has_time].tolist(), rows.at[has_time].tolist(), strict=True))
            heard = ~has_time & (leaf[rows.source] == HEARD)
            rows.at[heard] = [messages.times_ns[i] / 1e9 for i in rows.source[heard].tolist()]
            found.rows.append(rows)
        found.rest = np.flatnonzero(unread).tolist()
        return found

    def _rows(self, payloads: Sequence[bytes], node: Integers, source: Integers, shape: Shape, reader: Flat) -> Rows:
        values, members = reader.members([payloads[i] for i in source.tolist()])
        at, said, node = values[:, -1], np.ascontiguousarray(values[:, :-1]), node[source]
        fits = members == shape.size + ~np.isnan(at)
        fits &= ~np.logical_or.reduce(self._bounds.unfit(said, shape.signal), axis=1)
        fits &= self._nodes.kinds_of(node) == shape.kind
        return Rows(shape, source, node, at, said).where(fits)
