"""Messages that call nobody, learned at once: most are. What the kernel reads, and where it lies.

A message is learned here if nothing fell due before it, all of its signals have their slots and no text, and every
condition that reads what it brings, or what follows from that, answers as it did. All others are left to be heard.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from homeward.core import kernel
from homeward.core.batch import Batch, Integers
from homeward.core.bind import Bound, Compare, CompareSignals
from homeward.core.derive import WayHome
from homeward.core.due import Due
from homeward.core.gate import Gate
from homeward.core.nodes import KINDS, NONE, Grown
from homeward.core.signal import Type
from homeward.core.twin import Twin
from homeward.core.watch import Leaf, Tree, Watch

NOTHING: Integers = np.zeros(0, np.int64)

Step = tuple[int, int, int, int, bool, float]
"""What is asked of which kind and signal; what it is compared with, another signal or, where that is NONE, a number; of
any node of the kind, or of each."""
STEPS = {
    "<": kernel.LESS,
    "<=": kernel.AT_MOST,
    ">": kernel.MORE,
    ">=": kernel.AT_LEAST,
    "==": kernel.EQUAL,
    "!=": kernel.UNEQUAL,
}
CALLS = {"rises": 1, "falls": 0}
DEEPEST = 60
"""So many answers wait for others at most: each is a bit."""


class Asks:
    """All conditions as the kernel reads them.

    reader_start (v + 1,), reader (r,): the watches that read each signal. step_start (w + 1,), step (s, 5) and
    number (s,): each watch's condition. subject (w,): its kind. calls (w,): the answer with which it calls, or BOTH.
    """

    def __init__(self, watches: Sequence[Watch], twin: Twin) -> None:
        self._watches = watches
        by_signal: dict[int, list[int]] = {}
        for place, watch in enumerate(watches):
            for signal in {signal for signals in watch.reads.values() for signal in signals}:
                by_signal.setdefault(signal, []).append(place)
        readers = [by_signal.get(signal, []) for signal in range(len(twin.vocabulary))]
        steps = [_steps(watch.condition) if watch.condition else None for watch in watches]
        self._plain = [some is not None and len(some) < DEEPEST for some in steps]
        self.columns = (
            _starts(readers),
            np.array([place for places in readers for place in places], np.int64),
            _starts([some or () for some in steps]),
            np.array([one[:5] for some in steps for one in some or ()], np.int64).reshape(-1, 5),
            np.array([one[5] for some in steps for one in some or ()], np.float64),
            np.array([watch.subject for watch in watches], np.int64),
            np.array([CALLS.get(watch.trigger.edge, kernel.BOTH) for watch in watches], np.int64),
        )

    def addresses(self) -> Integers:
        """Where each watch keeps what was true of its rows `(w,)`; 0 for those that the kernel cannot ask."""
        found = np.zeros(len(self._watches), np.int64)
        for place, watch in enumerate(self._watches):
            watch.extend()
            if self._plain[place]:
                found[place] = watch.truth.address
        return found


def _steps(condition: Tree) -> list[Step] | None:
    """A condition as steps, in the order they are worked out; None where it looks at more than the last values."""
    if isinstance(condition, Leaf):
        return _steps_of(condition.atom)
    left, right = _steps(condition.left), _steps(condition.right)
    if left is None or right is None:
        return None
    return [*left, *right, (kernel.AND if condition.both else kernel.OR, 0, 0, 0, False, 0.0)]


def _steps_of(atom: Bound) -> list[Step] | None:
    test = atom.test
    if atom.node or not isinstance(test, Compare | CompareSignals):
        return None
    other, number = (NONE, test.number) if isinstance(test, Compare) else (test.other, 0.0)
    return [(STEPS[test.op], atom.kind, test.signal, other, atom.each, number)]


def _starts(some: Sequence[Sequence[Any]]) -> Integers:
    return np.array([0, *np.cumsum([len(one) for one in some])], np.int64)


class Quiet:
    """Learns what calls nobody."""

    def __init__(self, twin: Twin, way: WayHome, gate: Gate, clock: Grown, due: Due) -> None:
        self._twin, self._clock, self._due = twin, clock, due
        self._way = np.array(way.signals, np.int64)
        self._closer = np.array([signal.type is Type.TEXT for signal in twin.vocabulary])
        self._closer[[*way.homes, gate.acting]] = True
        self._asks = Asks((), twin)
        self._laid_for: tuple[int, ...] = ()
        self._laid: tuple[Any, Integers]
        self.learn(Batch.empty(), NOTHING)  # where the kernel was never used before, it takes seconds to compile

    def __getstate__(self) -> dict[str, Any]:
        """A copy has everything elsewhere."""
        return {**self.__dict__, "_laid_for": ()}

    def set_watches(self, watches: Sequence[Watch]) -> None:
        """Ask these from now on."""
        self._asks, self._laid_for = Asks(watches, self._twin), ()

    def learn(self, batch: Batch, messages: Integers) -> tuple[Integers, Integers]:
        """Learn of these messages, in order, what calls nobody; what is left: the first of each household, all others.

        Those behind the first of their household have not been looked at.
        """
        tables, truth = self._addresses()
        columns = batch.node, batch.time, batch.at, batch.starts, batch.signal, batch.value
        first, behind = kernel.learn(
            tuple([_own(column) for column in columns]),
            messages,
            self._twin.nodes.columns,
            tables,
            self._way,
            self._closer,
            (*self._asks.columns, truth),
            (self._clock.array, self._due.times),
        )
        return first, behind

    def _addresses(self) -> tuple[Any, Integers]:
        """Where everything lies: by kind slots, values, times, the width of these two, first and next rows; and truths.

        They move only with more nodes or wider tables.
        """
        nodes, tables = self._twin.nodes, self._twin.tables
        laid_for = (len(nodes), *[table.values.array.shape[1] for table in tables.values()])
        if laid_for != self._laid_for:
            lies = [(*tables[kind].lies(), *nodes.lies(kind)) for kind in KINDS]
            self._laid, self._laid_for = (np.array(lies, np.int64), self._asks.addresses()), laid_for
        return self._laid


def _own(column: Any) -> Any:
    """The column as the kernel takes it: one after the other, and not of somebody who lets it only be read."""
    return column if column.flags.carray else column.copy()
