"""A trigger bound to the twin, with its memory: what was true of each row, since when, and when time will change it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homeward.core.alone import Ask, ask_atom, ask_both
from homeward.core.batch import Floats, Integers
from homeward.core.bind import NEVER, Bound, bind
from homeward.core.nodes import NONE, SEVERAL, Grown
from homeward.core.signal import Kind
from homeward.core.touched import OnlyRows, Spread, Touched
from homeward.core.twin import Bools, Twin
from homeward.core.when import Atom, Both, Condition, Either, Trigger

SHORTEST_S = 0.1
"""Time alone calls a watch no sooner than that, so that a skill which keeps putting off its own due time by a hair
cannot hold up the circle."""
MOST_TOGETHER = 4096


class Readers:
    """Which watches, by their places, read something of what was touched."""

    def __init__(self, watches: "Sequence[Watch]") -> None:
        self._by_signal: dict[int, list[int]] = {}
        for place, watch in enumerate(watches):
            for signal in {signal for signals in watch.reads.values() for signal in signals}:
                self._by_signal.setdefault(signal, []).append(place)
        self._together: dict[frozenset[int], list[int]] = {}

    def of(self, touched: list[Touched]) -> list[int]:
        """The places, ascending."""
        if len(touched) == 1:
            return self.reading(touched[0].signals)
        return sorted(set[int]().union(*[self.reading(one.signals) for one in touched]))

    def reading(self, signals: frozenset[int]) -> list[int]:
        """The same for signals that come together, which mostly do so again."""
        found = self._together.get(signals)
        if found is None:
            if len(self._together) >= MOST_TOGETHER:
                self._together.clear()
            found = sorted({place for signal in signals for place in self._by_signal.get(signal, ())})
            self._together[signals] = found
        return found


class Watch:
    """One trigger of one skill, for all rows of the subject's kind. `name` keys its memory in the snapshot."""

    def __init__(self, name: str, trigger: Trigger, subject: Kind, twin: Twin) -> None:
        self.name, self.trigger, self.subject, self.twin = name, trigger, subject, twin
        atoms = trigger.condition.atoms()
        self.reads: dict[Kind, frozenset[int]] = {}
        for atom in atoms:
            defined = twin.vocabulary[atom.path]
            self.reads[defined.kind] = self.reads.get(defined.kind, frozenset()) | {defined.index}
            if getattr(atom.value, "path", None):
                self.reads[defined.kind] |= {twin.vocabulary[atom.value.path].index}
        self._holds = trigger.edge == "holds"
        self.timed = self._holds or any(atom.what != "is" for atom in atoms)
        self._true = None if trigger.edge == "changes" else self._bind(trigger.condition)
        self._ask = None if self.timed or self._true is None else self._true.ask()
        self.truth = Grown(0, np.bool_)
        self.since = Grown(NEVER, np.float64)
        self.due = Grown(NEVER, np.float64)

    def _bind(self, condition: Condition) -> "Tree":
        match condition:
            case Atom():
                return Leaf(bind(condition, self.twin, self.subject))
            case Both(left, right):
                return Fork(self._bind(left), self._bind(right), True)
            case Either(left, right):
                return Fork(self._bind(left), self._bind(right), False)
        raise TypeError(f"{condition!r} is not a condition")

    @property
    def condition(self) -> "Tree | None":
        """What it asks; None where any change calls."""
        return self._true

    def extend(self) -> None:
        """Make room for all rows there are."""
        rows = self.twin.nodes.node_of[self.subject].size
        if self.truth.size < rows:
            self.truth.extend_to(rows)
            self.since.extend_to(rows)
            self.due.extend_to(rows)

    def look_one(self, only: Sequence[int]) -> bool | None:
        """Whether it fires for a household whose only rows by kind are these, as `look` says it; remembers what it saw.

        None, with nothing remembered, where that cannot be told in plain numbers.
        """
        row = only[self.subject]
        if self._ask is None or row >= self.truth.size or row == SEVERAL:
            return None
        if row == NONE:
            return False
        true, truth = self._ask.one(only), self.truth.plain
        if true is None or true == truth[row]:
            return None if true is None else False
        truth[row] = true
        return true is (self.trigger.edge != "falls")

    def look_many(self, only: OnlyRows) -> Integers | None:
        """The places among households for which it fires, as `look` says it; remembers what it saw.

        None, with nothing remembered, where it does not only compare, or some have not just one node of a kind.
        """
        if self._ask is None or not only.suit(self._ask.kinds | {self.subject}):
            return None
        self.extend()
        rows = only.rows[self.subject]
        true = self._ask.many(only.rows)
        turned = true != self.truth.array[rows]
        places: Integers = turned.nonzero()[0]
        if not places.size:
            return places
        self.truth.array[rows] = true
        fires = true[places] if self.trigger.edge != "falls" else ~true[places]
        return places[fires]

    def concerned(self, touched: list[Touched], spread: Spread) -> tuple[Integers, Floats] | None:
        """The subject's rows and times `(n,)`, `(n,)` to look at again, or None; `spread` is for this moment."""
        found: list[tuple[Integers, Floats]] = []
        for place, one in enumerate(touched):
            rows, now = one.only(self.reads.get(one.kind, frozenset()))
            if rows.size:
                whole = place if rows is one.rows else None
                found.append(
                    (rows, now) if one.kind is self.subject else spread.to(self.subject, one, rows, now, whole)
                )
        if not found:
            return None
        if len(found) == 1:
            return found[0]
        rows, first = np.unique(np.concatenate([rows for rows, _ in found]), return_index=True)
        return rows, np.concatenate([now for _, now in found])[first]

    def look(self, rows: Integers, now: Floats) -> Integers:
        """The places in `rows (n,)` for which the trigger fires at `now (n,)`; remembers what it saw."""
        if self._true is None:
            return np.arange(len(rows))
        self.extend()
        true = self._true.true(rows, now)
        before = self.truth.array[rows]
        turned = true != before
        if any_turned := len(turned.nonzero()[0]) > 0:
            self.truth.array[rows] = true
        if self._holds:
            return self._look_held(rows, now, true, turned)
        if self.timed:
            self.due.array[rows] = self._changes_at(rows, now)
        if not any_turned:
            return rows[:0]
        fires: Integers = (turned & (before if self.trigger.edge == "falls" else true)).nonzero()[0]
        return fires

    def _look_held(self, rows: Integers, now: Floats, true: Bools, turned: Bools) -> Integers:
        since = self.since.array[rows]
        since = np.where(turned, np.where(true, now, NEVER), since)
        ends = since + self.trigger.seconds
        full = ends <= now
        # Once it has fired it waits for the condition to fall and rise again: nothing is pending.
        self.since.array[rows] = np.where(full, NEVER, since)
        pending = np.where(full, NEVER, ends)
        self.due.array[rows] = np.minimum(pending, self._changes_at(rows, now))
        return np.flatnonzero(full)

    def _changes_at(self, rows: Integers, now: Floats) -> Floats:
        assert self._true is not None
        soonest: Floats = np.maximum(self._true.changes_at(rows, now), now + SHORTEST_S)
        return soonest


@dataclass(frozen=True, slots=True)
class Leaf:
    """An atom in a bound condition."""

    atom: Bound

    def true(self, rows: Integers, now: Floats) -> Bools:
        """Whether it is certainly true `(n,)`."""
        return self.atom.true(rows, now)

    def changes_at(self, rows: Integers, now: Floats) -> Floats:
        """When time alone next changes it `(n,)`."""
        return self.atom.changes_at(rows, now)

    def ask(self) -> Ask | None:
        """The same for one household by itself."""
        return ask_atom(self.atom)


@dataclass(frozen=True, slots=True)
class Fork:
    """Two bound conditions joined: by and if `both`, else by or."""

    left: "Tree"
    right: "Tree"
    both: bool

    def true(self, rows: Integers, now: Floats) -> Bools:
        """Whether it is certainly true `(n,)`."""
        left, right = self.left.true(rows, now), self.right.true(rows, now)
        return left & right if self.both else left | right

    def changes_at(self, rows: Integers, now: Floats) -> Floats:
        """When time alone next changes it `(n,)`."""
        soonest: Floats = np.minimum(self.left.changes_at(rows, now), self.right.changes_at(rows, now))
        return soonest

    def ask(self) -> Ask | None:
        """The same for one household by itself."""
        return ask_both(self.left.ask(), self.right.ask(), self.both)


Tree = Leaf | Fork
