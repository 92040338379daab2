"""Atoms bound to the twin: questions about signals as operations on columns."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Protocol

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.nodes import NONE
from homeward.core.signal import Kind, Refused, Type
from homeward.core.twin import Bools, Table, Twin
from homeward.core.vocabulary import encode
from homeward.core.when import Atom, Term

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
NEVER = np.inf


class Test(Protocol):
    """An atom's question about rows of one table, bound to the twin."""

    def true(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """Whether it is certainly true of `rows (n,)` at `now (n,)`."""

    def changes_at(self, table: Table, rows: Integers, now: Floats) -> Floats | None:
        """When, after `now`, time alone will change the answer `(n,)`; None if it never does."""


def bind(atom: Atom, twin: Twin, subject: Kind) -> "Bound":
    """An atom as columns, for subjects of a kind. Raises UnknownSignal, or Refused for its value."""
    signal = twin.vocabulary[atom.path]
    twin.tables[signal.kind].give_slot(signal.index)
    return Bound(_test(atom, twin), twin, subject, signal.kind, atom.each, atom.node)


def _test(atom: Atom, twin: Twin) -> Test:
    signal = twin.vocabulary[atom.path]
    if atom.what == "fresh":
        return Fresh(signal.index, float(atom.value), atom.op == "<")
    if atom.what == "due":
        return Due(signal.index, atom.op == "<")
    if signal.type is Type.TEXT and atom.op not in ("==", "!="):
        raise Refused(f"{signal.path} is text: it can be equal or not, but not {atom.op}")
    if not isinstance(atom.value, Term):
        return Compare(signal.index, atom.op, encode(signal, atom.value))
    other = twin.vocabulary[atom.value.path]
    if other.kind is not signal.kind:
        raise ValueError(f"{signal.path} can only be compared with a signal of the same kind, not {other.path}")
    twin.tables[other.kind].give_slot(other.index)
    return CompareSignals(signal.index, atom.op, other.index)


NOBODY: Integers = np.array([NONE])


@dataclass(frozen=True, slots=True)
class Compare:
    """A signal's value against a number."""

    signal: int
    op: str
    number: float

    def true(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """See Test."""
        values = table.take(rows, self.signal)
        answer: Bools = OPERATORS[self.op](values, self.number)
        # NaN != x is true in IEEE 754; unknown must not be.
        return answer & (values == values) if self.op == "!=" else answer

    def changes_at(self, table: Table, rows: Integers, now: Floats) -> None:
        """See Test."""


@dataclass(frozen=True, slots=True)
class CompareSignals:
    """A signal's value against another of the same node."""

    signal: int
    op: str
    other: int

    def true(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """See Test."""
        left, right = table.take(rows, self.signal), table.take(rows, self.other)
        known: Bools = (left == left) & (right == right)
        answer: Bools = OPERATORS[self.op](left, right)
        return answer & known

    def changes_at(self, table: Table, rows: Integers, now: Floats) -> None:
        """See Test."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The last reading is younger than `seconds` (or, if not `yes`, known and older)."""

    signal: int
    seconds: float
    yes: bool

    def true(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """See Test."""
        ends = table.take_times(rows, self.signal) + self.seconds
        return now < ends if self.yes else (now >= ends) & (ends > -np.inf)

    def changes_at(self, table: Table, rows: Integers, now: Floats) -> Floats:
        """See Test."""
        ends = table.take_times(rows, self.signal) + self.seconds
        return np.where(ends > now, ends, NEVER)


@dataclass(frozen=True, slots=True)
class Due:
    """The time in the signal has been reached (or, if not `yes`, lies ahead)."""

    signal: int
    yes: bool

    def true(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """See Test."""
        times = table.take(rows, self.signal)
        return now >= times if self.yes else now < times

    def changes_at(self, table: Table, rows: Integers, now: Floats) -> Floats:
        """See Test."""
        times = table.take(rows, self.signal)
        return np.where(times > now, times, NEVER)


@dataclass(frozen=True, slots=True)
class Bound:
    """An atom bound to a twin and to the kind of its subject."""

    test: Test
    twin: Twin
    subject: Kind
    kind: Kind
    each: bool
    node: str = ""

    def true(self, rows: Integers, now: Floats) -> Bools:
        """Whether it is certainly true of the subject's `rows (n,)`."""
        table = self.twin.tables[self.kind]
        if self.kind is self.subject:
            return self.test.true(table, rows, now)
        if len(rows) == 1:
            return self._true_of_one(table, rows, now)
        answer = np.full(len(rows), self.each, np.bool_)
        others = self._first(rows)
        if self.each:
            answer &= others != NONE
        while (there := np.flatnonzero(others != NONE)).size:
            found = self.test.true(table, others[there], now[there])
            answer[there] = answer[there] & found if self.each else answer[there] | found
            others[there] = NONE if self.node else self.twin.nodes.next_rows(self.kind, others[there])
        return answer

    def _true_of_one(self, table: Table, rows: Integers, now: Floats) -> Bools:
        """The same for a single row, as it is when a message comes alone."""
        others = self._first(rows)
        yes = self.each and bool(others[0] != NONE)
        while others[0] != NONE and yes is self.each:  # one that is not so decides for all, one that is so for any
            yes = bool(self.test.true(table, others, now)[0])
            others = NOBODY if self.node else self.twin.nodes.next_rows(self.kind, others)
        return np.array([yes])

    def changes_at(self, rows: Integers, now: Floats) -> Floats:
        """When time alone will next change the answer `(n,)`; inf for never."""
        table = self.twin.tables[self.kind]
        if self.kind is self.subject:
            soonest = self.test.changes_at(table, rows, now)
            return np.full(len(rows), NEVER) if soonest is None else soonest
        soonest = np.full(len(rows), NEVER)
        others = self._first(rows)
        while (there := np.flatnonzero(others != NONE)).size:
            found = self.test.changes_at(table, others[there], now[there])
            if found is None:
                return soonest
            soonest[there] = np.minimum(soonest[there], found)
            others[there] = NONE if self.node else self.twin.nodes.next_rows(self.kind, others[there])
        return soonest

    def _first(self, rows: Integers) -> Integers:
        households: Any = self.twin.nodes.household_of_row[self.subject].array[rows]
        if self.node:
            return self._named(households)
        return self.twin.nodes.first_rows(self.kind, households)

    def _named(self, households: Integers) -> Integers:
        """The row of the node of that name in each household `(n,)`, NONE where there is none of the kind."""
        nodes = self.twin.nodes
        numbers = [nodes.find(f"{nodes.households[household]}/{self.node}") for household in households.tolist()]
        rows = [nodes.row(n) if n != NONE and nodes.kind(n) is self.kind else NONE for n in numbers]
        return np.array(rows, np.int64)
