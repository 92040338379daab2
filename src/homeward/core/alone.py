"""A condition asked of households that have one node of each kind: plain numbers for one, short columns for many.

It is for conditions that only compare signals, where nothing waits for time. Households with several nodes of a kind
(any of two cars, all people) are asked by `bind.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.bind import OPERATORS, Bound, Compare, CompareSignals
from homeward.core.nodes import NONE
from homeward.core.signal import Kind
from homeward.core.twin import Bools

AskOne = Callable[[Sequence[int]], bool | None]
"""From a household's only row of each kind (`Nodes.only_rows`) to whether it is true; None where that is not known."""
AskMany = Callable[[Mapping[Kind, Integers]], Bools]
"""From the only rows `(n,)` of each kind of many households, all of which have one, to whether it is true `(n,)`."""


NO_TIME: Floats = np.zeros(0)
"""The time of questions that do not ask for it."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A condition as both questions, and the kinds that it reads."""

    one: AskOne
    many: AskMany
    kinds: frozenset[Kind]


def ask_atom(atom: Bound) -> Ask | None:
    """The atom's questions, None for one that must be asked another way."""
    if atom.node or not isinstance(atom.test, Compare | CompareSignals):
        return None
    return Ask(_one(atom, atom.test), _many(atom, atom.test), frozenset({atom.kind}))


def _one(atom: Bound, test: Compare | CompareSignals) -> AskOne:
    table, kind = atom.twin.tables[atom.kind], int(atom.kind)
    slot, holds, values = table.slot.item(test.signal), OPERATORS[test.op], table.values
    other = table.slot.item(test.other) if isinstance(test, CompareSignals) else NONE
    number = test.number if isinstance(test, Compare) else 0.0

    def ask(rows: Sequence[int]) -> bool | None:
        row = rows[kind]
        if row < 0:
            return False if row == NONE else None
        cells, start = values.plain, row * values.array.shape[1]
        left = cells[start + slot]
        right = number if other == NONE else cells[start + other]
        return bool(left == left and right == right and holds(left, right))  # what is not known is not true

    return ask


def _many(atom: Bound, test: Compare | CompareSignals) -> AskMany:
    table, kind = atom.twin.tables[atom.kind], atom.kind
    return lambda rows: test.true(table, rows[kind], NO_TIME)


def ask_both(left: Ask | None, right: Ask | None, both: bool) -> Ask | None:
    """Two questions joined: by and if `both`, else by or."""
    if left is None or right is None:
        return None
    first, second = left, right

    def one(rows: Sequence[int]) -> bool | None:
        here, there = first.one(rows), second.one(rows)
        if here is None or there is None:
            return None
        return here and there if both else here or there

    def many(rows: Mapping[Kind, Integers]) -> Bools:
        return first.many(rows) & second.many(rows) if both else first.many(rows) | second.many(rows)

    return Ask(one, many, left.kinds | right.kinds)
