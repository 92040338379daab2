"""A condition asked of one household by itself: plain numbers, no columns, for a message that comes alone.

It answers only where the household has at most one node of each kind that it reads, and nothing waits for time;
otherwise it says that it does not know, and the columns are asked.
"""

from collections.abc import Callable, Sequence

from homeward.core.bind import OPERATORS, Bound, Compare, CompareSignals
from homeward.core.nodes import NONE

Ask = Callable[[Sequence[int]], bool | None]
"""From a household's only row of each kind (`Nodes.only_rows`) to whether it is true; None where that is not known."""


def ask_one(atom: Bound) -> Ask | None:
    """The atom's question, None for one that only columns can answer."""
    test, kind = atom.test, int(atom.kind)
    if atom.node or not isinstance(test, Compare | CompareSignals):
        return None
    table, slots = atom.twin.tables[atom.kind], atom.twin.tables[atom.kind].slot
    slot, holds, values = int(slots[test.signal]), OPERATORS[test.op], table.values
    other = int(slots[test.other]) if isinstance(test, CompareSignals) else NONE
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


def ask_both(left: Ask | None, right: Ask | None, both: bool) -> Ask | None:
    """Two questions joined: by and if `both`, else by or."""
    if left is None or right is None:
        return None

    def ask(rows: Sequence[int]) -> bool | None:
        one, other = left(rows), right(rows)
        if one is None or other is None:
            return None
        return one and other if both else one or other

    return ask
