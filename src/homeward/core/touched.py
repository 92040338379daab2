"""What was touched: rows that just learned something, and the way from them to households and to other kinds' rows."""

from dataclasses import dataclass

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.nodes import NONE
from homeward.core.signal import Kind
from homeward.core.twin import Twin


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows of one kind that just learned something, and what: the food of a watch.

    rows (n,), now (n,) the stream time of each; signals: those that came; of (r,) and which (r,): for each accepted
    reading the position in `rows` and the signal.
    """

    kind: Kind
    rows: Integers
    now: Floats
    signals: frozenset[int]
    of: Integers
    which: Integers

    def only(self, signals: frozenset[int]) -> tuple[Integers, Floats]:
        """The rows and times `(k,)` of those that one of `signals` came to; the others must not even be looked at."""
        if self.signals.isdisjoint(signals):
            return self.rows[:0], self.now[:0]
        # Every row learned the same (a signal comes once to a row), or there is one row: nothing to tell apart.
        if len(self.of) == len(self.rows) * len(self.signals):
            return self.rows, self.now
        came = np.zeros(len(self.rows), np.bool_)
        came[self.of[np.isin(self.which, list(signals))]] = True
        return self.rows[came], self.now[came]


def only_household(touched: list[Touched], twin: Twin) -> int:
    """The household that something happened in, NONE if there are several."""
    if any(len(one.rows) != 1 for one in touched):
        return NONE
    households = {twin.nodes.household_of_row[one.kind].array.item(one.rows.item()) for one in touched}
    return households.pop() if len(households) == 1 else NONE


def households_of(touched: list[Touched], twin: Twin) -> Integers:
    """The households `(n,)` that something happened in, where the same came to all of them; none if that is not so.

    Where it is not so, what came to one must not have conditions of another looked at: how messages are cut into
    rounds would show.
    """
    first = touched[0]
    for one in touched:
        if one.kind is not first.kind or len(one.of) != len(first.rows) * len(one.signals):
            return first.rows[:0]
    households: Integers = twin.nodes.household_of_row[first.kind].array[first.rows]
    return households


class Spread:
    """From touched rows of one kind to another kind's rows in the same households; many watches ask the same."""

    def __init__(self, twin: Twin) -> None:
        self._nodes = twin.nodes
        self._known: dict[tuple[int, Kind], tuple[Integers, Floats]] = {}

    def to(
        self, subject: Kind, touched: Touched, rows: Integers, now: Floats, whole: int | None
    ) -> tuple[Integers, Floats]:
        """The subject's rows and times; `whole` is the place of `touched` where `rows` are all of its rows."""
        if whole is not None and (known := self._known.get((whole, subject))) is not None:
            return known
        found = self._rows(subject, touched.kind, rows, now)
        if whole is not None:
            self._known[whole, subject] = found
        return found

    def _rows(self, subject: Kind, kind: Kind, rows: Integers, now: Floats) -> tuple[Integers, Floats]:
        if len(rows) == 1:
            own = self._nodes.all_rows(subject, self._nodes.household_of_row[kind].array[rows])
            return own, now if len(own) == 1 else np.full(len(own), now[0])
        households, first = np.unique(self._nodes.household_of_row[kind].array[rows], return_index=True)
        own = self._nodes.all_rows(subject, households)
        of = self._nodes.household_of_row[subject].array[own]
        return own, now[first[np.searchsorted(households, of)]]


class OnlyRows:
    """The only rows by kind of households `(n,)`, looked up as they are asked for."""

    def __init__(self, households: Integers, twin: Twin) -> None:
        self.rows: dict[Kind, Integers] = {}
        self._households, self._nodes = households, twin.nodes
        self._fit: dict[Kind, bool] = {}

    def suit(self, kinds: frozenset[Kind]) -> bool:
        """Whether all households have exactly one node of each of these kinds; then `rows` has them."""
        return all(self._suits(kind) for kind in kinds)

    def _suits(self, kind: Kind) -> bool:
        fit = self._fit.get(kind)
        if fit is None:
            self.rows[kind] = self._nodes.only_rows_of(kind, self._households)
            fit = self._fit[kind] = bool(self.rows[kind].min() >= 0)
        return fit
