"""Learning as most messages allow it: at once, and with it whom they call. What the kernel reads, and where it lies.

A message is learned here if nothing fell due before it, all of its signals have their slots and no text, it is not of a
person nor moves a home, and what reads it, or what follows from it, only compares values. All others are left.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Any

import numpy as np

from homeward.core import kernel
from homeward.core.batch import Batch, Integers, Single
from homeward.core.bind import Bound, Compare, CompareSignals
from homeward.core.decide import Fired
from homeward.core.derive import WayHome
from homeward.core.due import Due
from homeward.core.gate import Gate
from homeward.core.nodes import KINDS, NONE, Grown, address
from homeward.core.signal import Type
from homeward.core.twin import Twin
from homeward.core.watch import Leaf, Tree, Watch

NOTHING: Integers = np.zeros(0, np.int64)
MOST_SHAPES = 8192
NOWHERE = -1
BEFORE_VALUES = 5
"""Of a message by itself: node, time, at and where its readings begin and end."""

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
CALLS = {"rises": 1, "falls": 0, "holds": kernel.HOLDING, "changes": kernel.ALWAYS}
DEEPEST = 60
"""So many answers wait for others at most: each is a bit."""


class Asks:
    """All conditions as the kernel reads them.

    reader_start (v + 1,), reader (r,): the watches that read each signal. step_start (w + 1,), step (s, 5) and
    number (s,): each watch's condition. subject (w,): its kind. calls (w,): the answer with which it calls, HOLDING for
    one that takes a closer look then, ALWAYS for one that is called by any news.
    """

    def __init__(self, watches: Sequence[Watch], twin: Twin) -> None:
        self._watches = watches
        by_signal: dict[int, list[int]] = {}
        for place, watch in enumerate(watches):
            for signal in {signal for signals in watch.reads.values() for signal in signals}:
                by_signal.setdefault(signal, []).append(place)
        readers = [by_signal.get(signal, []) for signal in range(len(twin.vocabulary))]
        steps = [_steps(watch.condition) if watch.condition else [] for watch in watches]
        self._plain = [some is not None and len(some) < DEEPEST for some in steps]
        self.columns = (
            _starts(readers),
            np.array([place for places in readers for place in places], np.int64),
            _starts([some or () for some in steps]),
            np.array([one[:5] for some in steps for one in some or ()], np.int64).reshape(-1, 5),
            np.array([one[5] for some in steps for one in some or ()], np.float64),
            np.array([watch.subject for watch in watches], np.int64),
            np.array([CALLS[watch.trigger.edge] for watch in watches], np.int64),
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


class Quick:
    """Learns by the kernel."""

    def __init__(self, twin: Twin, way: WayHome, gate: Gate, clock: Grown, due: Due) -> None:
        self._twin, self._clock, self._due = twin, clock, due
        self._way = np.array(way.signals, np.int64)
        self._closer = np.array([signal.type is Type.TEXT for signal in twin.vocabulary])
        self._closer[[*way.homes, gate.acting]] = True
        room = len(twin.vocabulary)
        self._undo = np.empty(room, np.int64), np.empty(room), np.empty(room)
        self._turned = np.empty(kernel.MOST_TURNS, np.int64), np.empty(kernel.MOST_TURNS, np.int64)
        self._one = bytearray(8 * (BEFORE_VALUES + room))
        self._called = np.empty((kernel.MOST_TURNS, 3), np.int64)
        self._shapes: dict[tuple[int, ...], tuple[Struct, int, Integers]] = {}
        self._lies, self._laid_for = np.zeros(kernel.PLACES, np.int64), NOWHERE
        self.set_watches(())
        self.learn(Batch.empty(), NOTHING)  # where the kernel was never used before, it takes seconds to compile

    def __getstate__(self) -> dict[str, Any]:
        """A copy has everything elsewhere."""
        return {**self.__dict__, "_shapes": {}, "_laid_for": NOWHERE}

    def set_watches(self, watches: Sequence[tuple[int, Watch]]) -> None:
        """Ask these, each with the place of its skill, from now on."""
        self._asks, self._orders = Asks([watch for _, watch in watches], self._twin), [order for order, _ in watches]
        self._seen, self._laid_for = np.zeros(len(watches), np.int64), NOWHERE

    def learn(self, batch: Batch, messages: Integers) -> tuple[Integers, Integers, list[Fired]]:
        """Learn of these messages, in order, what can be learned here, of each household up to the first that calls.

        Returns the first of each household that needs a closer look; all behind those, and behind those that call, at
        which nobody has looked; and who is called.
        """
        first, behind, called = kernel.learn(
            _own(batch.node),
            _own(batch.time),
            _own(batch.at),
            _own(batch.starts),
            _own(batch.signal),
            _own(batch.value),
            messages,
            np.zeros(len(self._twin.nodes.households), np.bool_),
            self._lay(),
        )
        return first, behind, self._fired(called, batch.node) if len(called) else []

    def learn_one(self, one: Single) -> list[Fired] | None:
        """The same for a message by itself: who is called; None if it needs a closer look."""
        lies = self._lay() if self._twin.moves != self._laid_for else self._lies
        layout, lies[kernel.SIGNAL], _ = self._shapes.get(one.signals) or self._shape(one.signals)
        layout.pack_into(self._one, 0, one.node, one.time, one.at, 0, len(one.values), *one.values)
        return self.called(kernel.learn_one(0, lies, self._called_at, kernel.MOST_TURNS), one.node)

    def laid(self) -> tuple[Integers, int]:
        """For machine code that itself lays down a message: where everything lies, and where those called are put."""
        return self._lay(), self._called_at

    def called(self, count: int, node: int) -> list[Fired] | None:
        """Who is called by a message of a node, if the kernel has told so many; None if it needs a closer look."""
        if count <= 0:
            return None if count else []
        household = self._twin.nodes.household_of_node.plain[node]
        now = self._clock.plain[household]
        return [Fired(self._orders[ask], household, row, now) for _, ask, row in self._called[:count].tolist()]

    def _fired(self, called: Any, node: Integers) -> list[Fired]:
        found, households = list[Fired](), self._twin.nodes.household
        for message, ask, row in called.tolist():
            household = households(node.item(message))
            found.append(Fired(self._orders[ask], household, row, self._clock.plain[household]))
        return found

    def _shape(self, signals: tuple[int, ...]) -> tuple[Struct, int, Integers]:
        """How a message of these signals by itself is laid down, and where they are."""
        if len(self._shapes) >= MOST_SHAPES:
            self._shapes.clear()
        column = np.array(signals, np.int64)
        self._shapes[signals] = Struct(f"=qdd2q{len(signals)}d"), address(column), column
        return self._shapes[signals]

    def _lay(self) -> Integers:
        """Where everything lies, as the kernel wants it. Things move only with more nodes or wider tables."""
        if self._twin.moves != self._laid_for:
            nodes, tables = self._twin.nodes, self._twin.tables
            self._clock.extend_to(len(nodes.households))
            self._due.extend_to(len(nodes.households))
            self._truth = self._asks.addresses()
            asks = (*self._asks.columns, self._truth)
            arrays = (self._closer, self._way, *asks, *self._undo, *self._turned, self._seen)
            own = [*nodes.lies(), self._clock.address, self._due.address, *[address(array) for array in arrays]]
            self._lies[kernel.KIND : kernel.SERIAL] = own
            self._lies[kernel.TABLES :] = [
                one for kind in KINDS for one in (*tables[kind].lies(), *nodes.lies_of(kind))
            ]
            one = address(np.frombuffer(self._one, np.int64))
            self._lies[: kernel.SIGNAL] = [one, one + 8, one + 16, one + 24, one + 8 * BEFORE_VALUES]
            self._called_at, self._laid_for = address(self._called), self._twin.moves
        return self._lies


def _own(column: Any) -> Any:
    """The column as the kernel takes it: one after the other, and not of somebody who lets it only be read."""
    return column if column.flags.carray else column.copy()
