"""The twin: the latest value of every signal of every node, and when it was true.

Each kind of node has a table: a row a node, a slot a signal, values and times beside each other as float64 (a row of 60
signals is 1 KB). Signals that few nodes have would waste a slot in every row, so once a table has its first 64 they are
kept aside, cell by cell, until enough nodes have them or a `when` reads them.
"""

from collections.abc import Callable, Iterator

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.nodes import Grown, Nodes, address
from homeward.core.signal import Kind, Signal, Value
from homeward.core.vocabulary import Vocabulary, decode

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]
FIRST_SLOTS = 64
SLOT_STEP = 8
ASIDE = -1


class Table:
    """The latest values of all nodes of one kind. `values` and `times` are (rows, slots); unknown is NaN at -inf.

    `moves` is called when they lie elsewhere from then on, without there being more rows.
    """

    def __init__(self, signals: int, moves: Callable[[], None] = lambda: None) -> None:
        self._moves = moves
        self.slot = np.full(signals, ASIDE, np.int64)
        self.signal_of_slot: list[int] = []
        self.values = Grown(np.nan, np.float64, SLOT_STEP)
        self.times = Grown(-np.inf, np.float64, SLOT_STEP)
        self.aside: dict[tuple[int, int], tuple[float, float]] = {}
        self._aside_count: dict[int, int] = {}
        self.texts: dict[tuple[int, int], str] = {}

    def extend_to(self, rows: int) -> None:
        """Make room for `rows` rows."""
        self.values.extend_to(rows)
        self.times.extend_to(rows)

    def lies(self) -> tuple[int, int, int, int]:
        """Where slots, values and times lie, and how wide the latter are."""
        return address(self.slot), self.values.address, self.times.address, self.values.array.shape[1]

    def give_slot(self, signal: int) -> None:
        """Keep `signal` as a column from now on, moving in what was kept aside."""
        if self.slot[signal] != ASIDE:
            return
        slot = len(self.signal_of_slot)
        if slot == self.values.array.shape[1]:
            self.values.widen(slot + SLOT_STEP)
            self.times.widen(slot + SLOT_STEP)
            self._moves()
        self.signal_of_slot.append(signal)
        self.slot[signal] = slot
        for row in [row for row, kept in self.aside if kept == signal]:
            self.values.array[row, slot], self.times.array[row, slot] = self.aside.pop((row, signal))
        self._aside_count.pop(signal, None)

    def write(self, rows: Integers, signals: Integers, values: Floats, at: Floats) -> Bools | None:
        """Learn readings `(n,)`; a mask `(n,)` of those that were not older than what is known, None if all were.

        No (row, signal) may appear twice.
        """
        slots = self.slot[signals]
        if ASIDE in slots:
            return self._write_mixed(rows, signals, values, at)
        cells = rows * self.values.array.shape[1] + slots
        known = self.times.array.reshape(-1)
        newer: Bools = at >= known[cells]
        if False not in newer:
            known[cells] = at
            self.values.array.reshape(-1)[cells] = values
            return None
        cells = cells[newer]
        known[cells] = at[newer]
        self.values.array.reshape(-1)[cells] = values[newer]
        return newer

    def _write_mixed(self, rows: Integers, signals: Integers, values: Floats, at: Floats) -> Bools | None:
        for signal in np.unique(signals[self.slot[signals] == ASIDE]).tolist():
            count = self._aside_count.get(signal, 0)
            if len(self.signal_of_slot) < FIRST_SLOTS or (count >= 256 and count * 16 > self.values.size):
                self.give_slot(signal)
        newer = np.ones(len(rows), np.bool_)
        kept = self.slot[signals] == ASIDE
        for i in np.flatnonzero(kept).tolist():
            newer[i] = self._keep_aside((int(rows[i]), int(signals[i])), float(values[i]), float(at[i]))
        own = ~kept
        if own.any():
            written = self.write(rows[own], signals[own], values[own], at[own])
            if written is not None:
                newer[own] = written
        return None if newer.all() else newer

    def _keep_aside(self, cell: tuple[int, int], value: float, at: float) -> bool:
        known = self.aside.get(cell)
        if known is None:
            self._aside_count[cell[1]] = self._aside_count.get(cell[1], 0) + 1
        elif at < known[1]:
            return False
        self.aside[cell] = (value, at)
        return True

    def take(self, rows: Integers, signal: int) -> Floats:
        """Values `(n,)` of a signal that has a slot, NaN where unknown."""
        taken: Floats = self.values.array[rows, self.slot[signal]]
        return taken

    def take_times(self, rows: Integers, signal: int) -> Floats:
        """Times `(n,)` of a signal that has a slot, -inf where unknown."""
        taken: Floats = self.times.array[rows, self.slot[signal]]
        return taken

    def cell(self, row: int, signal: int) -> tuple[float, float]:
        """One (value, time), (NaN, -inf) where unknown."""
        slot = self.slot.item(signal)
        if slot == ASIDE:
            return self.aside.get((row, signal), (np.nan, -np.inf))
        cell = row * self.values.array.shape[1] + slot
        return self.values.plain[cell], self.times.plain[cell]

    def known_signals(self, row: int) -> list[int]:
        """The signals that the row has ever had a reading of."""
        times = self.times.array[row, : len(self.signal_of_slot)]
        found = [self.signal_of_slot[slot] for slot in np.flatnonzero(times > -np.inf).tolist()]
        return sorted(found + [signal for of, signal in self.aside if of == row])


class Twin:
    """What homeward knows: the tables of all kinds, over one directory of nodes and one vocabulary.

    `moves` counts how often something may have come to lie elsewhere in memory.
    """

    def __init__(self, vocabulary: Vocabulary, nodes: Nodes | None = None) -> None:
        self.vocabulary = vocabulary
        self.nodes = nodes or Nodes()
        self.moves = 0
        self.tables = {kind: Table(len(vocabulary), self._move) for kind in Kind}

    def add(self, name: str, kind: Kind) -> int:
        """The number of the node `name`, added if it is new. Raises Refused for a bad name or another kind."""
        number = self.nodes.add(name, kind)
        self.tables[kind].extend_to(self.nodes.node_of[kind].size)
        self._move()
        return number

    def _move(self) -> None:
        self.moves += 1

    def get(self, node: str, path: str) -> tuple[Value | None, float]:
        """A signal's (value, time): (None, -inf) where unknown. Raises UnknownSignal."""
        return self.cell(self.nodes.number(node), self.vocabulary[path])

    def cell(self, number: int, signal: Signal) -> tuple[Value | None, float]:
        """The (value, time) of a signal of the node with that number."""
        return self.cell_of(self.nodes.kind(number), self.nodes.row(number), signal)

    def cell_of(self, kind: Kind, row: int, signal: Signal) -> tuple[Value | None, float]:
        """The same for the node of that kind and row."""
        if kind is not signal.kind:
            return None, -np.inf
        table = self.tables[kind]
        value, at = table.cell(row, signal.index)
        return decode(signal, value, table.texts.get((row, signal.index))), at

    def known(self, node: str) -> Iterator[tuple[Signal, Value | None, float]]:
        """All that is known of a node: (signal, value, time), by path order of the vocabulary."""
        number = self.nodes.number(node)
        table = self.tables[self.nodes.kind(number)]
        for index in table.known_signals(self.nodes.row(number)):
            signal = self.vocabulary.signals[index]
            yield signal, *self.cell(number, signal)
