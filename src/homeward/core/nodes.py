"""Who there is: households and their nodes, as numbers that columns can use.

A household has a number; a node has a number and, within its kind, a row. The nodes of a household and kind are
chained, so that the rows of many households can be gathered without a Python loop over them.
"""

from typing import Any

import numpy as np

from homeward.core.signal import Kind, Refused, UnknownSignal, check_name, household_of

NONE = -1
SEVERAL = -2
KINDS = tuple(sorted(Kind))
Ints = np.ndarray[tuple[int], np.dtype[np.int64]]


def address(array: Any) -> int:
    """Where an array's cells are."""
    found: int = array.ctypes.data
    return found


class Grown:
    """A NumPy array that grows by an eighth, in place where the system can, so that adding never stops a big hub."""

    def __init__(self, fill: float, dtype: type, width: int | None = None, capacity: int = 64) -> None:
        self.fill, self.width, self.size = fill, width, 0
        self.array: Any = np.full(capacity if width is None else (capacity, width), fill, dtype)
        self.plain = self._plain()

    def _plain(self) -> "memoryview[Any]":
        """The same cells one after the other, as `plain`: for single ones, in a sixth of NumPy's time."""
        return memoryview(self.array).cast("B").cast(self.array.dtype.char)

    @property
    def address(self) -> int:
        """Where the cells are, until it grows."""
        return address(self.array)

    def __getstate__(self) -> tuple[float, int | None, int, Any]:
        return self.fill, self.width, self.size, self.array

    def __setstate__(self, state: tuple[float, int | None, int, Any]) -> None:
        self.fill, self.width, self.size, self.array = state
        self.plain = self._plain()

    def extend_to(self, size: int) -> None:
        """Make the first `size` rows usable; new ones hold the fill value."""
        if size > len(self.array):
            old = len(self.array)
            capacity = max(size, old + old // 8 + 64)
            self.plain.release()  # nobody may go on reading where the cells were
            # `resize` reallocates in place (mremap for large arrays): no second copy of a gigabyte is ever held.
            self.array.resize((capacity,) if self.width is None else (capacity, self.width), refcheck=False)
            self.array[old:] = self.fill
            self.plain = self._plain()
        self.size = max(self.size, size)

    def widen(self, width: int) -> None:
        """Make room for `width` columns."""
        wider = np.full((len(self.array), width), self.fill, self.array.dtype)
        wider[:, : self.array.shape[1]] = self.array
        self.array, self.width = wider, width
        self.plain = self._plain()


class Nodes:
    """The directory of households and nodes, numbered in order of arrival; numbers are never reused."""

    def __init__(self) -> None:
        self.households: list[str] = []
        self.names: list[str] = []
        self._household_number: dict[str, int] = {}
        self._number: dict[str, int] = {}
        self.kind_of_node = Grown(0, np.int8)
        self._row = Grown(0, np.int64)
        self.household_of_node = Grown(0, np.int64)
        self.node_of: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}
        self.household_of_row: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}
        self.first_of: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}
        self._last: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}
        self._next: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}
        self._only: dict[Kind, Grown] = {kind: Grown(NONE, np.int64) for kind in Kind}

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self._number

    def add(self, name: str, kind: Kind) -> int:
        """The number of the node, added if it is new. Raises Refused for a bad name or another kind than before."""
        if name in self._number:
            number = self._number[name]
            if self.kind(number) is not kind:
                raise Refused(f"{name} is a {self.kind(number).word}, not a {kind.word}")
            return number
        household = self._household_for(household_of(check_name(name)))
        number, row = len(self.names), self.node_of[kind].size
        self.names.append(name)
        self._number[name] = number
        for column, value in ((self.kind_of_node, kind), (self._row, row), (self.household_of_node, household)):
            column.extend_to(number + 1)
            column.array[number] = value
        self._chain(kind, row, number, household)
        return number

    def _household_for(self, name: str) -> int:
        if name not in self._household_number:
            self._household_number[name] = len(self.households)
            self.households.append(name)
            for kind in Kind:
                self.first_of[kind].extend_to(len(self.households))
                self._last[kind].extend_to(len(self.households))
                self._only[kind].extend_to(len(self.households))
        return self._household_number[name]

    def _chain(self, kind: Kind, row: int, number: int, household: int) -> None:
        for column, value in (
            (self.node_of[kind], number),
            (self.household_of_row[kind], household),
            (self._next[kind], NONE),
        ):
            column.extend_to(row + 1)
            column.array[row] = value
        last = self._last[kind].array[household]
        if last == NONE:
            self.first_of[kind].array[household] = self._only[kind].array[household] = row
        else:
            self._only[kind].array[household] = SEVERAL
            self._next[kind].array[last] = row
        self._last[kind].array[household] = row

    def lies(self) -> tuple[int, int, int, int]:
        """Where kind, row and household by node lie, and the first home by household."""
        return (
            self.kind_of_node.address,
            self._row.address,
            self.household_of_node.address,
            self.first_of[Kind.HOME].address,
        )

    def lies_of(self, kind: Kind) -> tuple[int, int]:
        """Where the first rows by household lie, and the next by row."""
        return self.first_of[kind].address, self._next[kind].address

    def number(self, name: str) -> int:
        """The number of a node. Raises UnknownSignal naming the nearest node of that household."""
        try:
            return self._number[name]
        except KeyError:
            from difflib import get_close_matches

            own = [self.names[n] for n in self.of_household(household_of(name))]
            near = get_close_matches(name, own, n=1, cutoff=0.4) or own[:1]
            raise UnknownSignal(name[:100], near[0] if near else "") from None

    def find(self, name: str) -> int:
        """The number of a node, or -1."""
        return self._number.get(name, NONE)

    def kind(self, number: int) -> Kind:
        """The kind of a node."""
        kind: Kind = KINDS[self.kind_of_node.plain[number]]
        return kind

    def row(self, number: int) -> int:
        """The node's row among its kind."""
        row: int = self._row.plain[number]
        return row

    def household(self, number: int) -> int:
        """The number of the node's household."""
        household: int = self.household_of_node.plain[number]
        return household

    def household_number(self, name: str) -> int:
        """The number of a household, or -1."""
        return self._household_number.get(name, NONE)

    def of_household(self, name: str, kind: Kind | None = None) -> list[int]:
        """The numbers of a household's nodes (of one kind, if given), in order of arrival within each kind."""
        household = self.household_number(name)
        if household == NONE:
            return []
        kinds = Kind if kind is None else (kind,)
        return [int(self.node_of[k].array[row]) for k in kinds for row in self.rows(k, household)]

    def rows(self, kind: Kind, household: int) -> list[int]:
        """The rows of one household's nodes of a kind."""
        found, row = [], int(self.first_of[kind].array[household])
        following = self._next[kind].array
        while row != NONE:
            found.append(row)
            row = int(following[row])
        return found

    def first_row(self, kind: Kind, household: int) -> int:
        """The row of the household's first node of a kind, -1 where there is none."""
        row: int = self.first_of[kind].plain[household]
        return row

    def only_rows(self, household: int) -> tuple[int, ...]:
        """By kind, the row of the household's only node of it; NONE where it has none, SEVERAL where it has more."""
        return tuple([self._only[kind].plain[household] for kind in KINDS])

    def only_rows_of(self, kind: Kind, households: Ints) -> Ints:
        """The same of one kind for households `(n,)`."""
        found: Ints = self._only[kind].array[households]
        return found

    def kinds_of(self, numbers: Ints) -> "np.ndarray[tuple[int], np.dtype[np.int8]]":
        """Kinds `(n,)` of nodes `(n,)`."""
        found: np.ndarray[tuple[int], np.dtype[np.int8]] = self.kind_of_node.array[numbers]
        return found

    def rows_of(self, numbers: Ints) -> Ints:
        """Rows `(n,)`, within their kinds, of nodes `(n,)`."""
        found: Ints = self._row.array[numbers]
        return found

    def households_of(self, numbers: Ints) -> Ints:
        """Household numbers `(n,)` of nodes `(n,)`."""
        found: Ints = self.household_of_node.array[numbers]
        return found

    def first_rows(self, kind: Kind, households: Ints) -> Ints:
        """The first row `(n,)` of that kind in each household, -1 where there is none."""
        found: Ints = self.first_of[kind].array[households]
        return found

    def next_rows(self, kind: Kind, rows: Ints) -> Ints:
        """The next row `(n,)` of the same household and kind, -1 at the end."""
        found: Ints = self._next[kind].array[rows]
        return found

    def all_rows(self, kind: Kind, households: Ints) -> Ints:
        """Every row of that kind in the households `(n,)`, `(m,)` in no promised order."""
        rows = self.first_rows(kind, households)
        parts = []
        while (rows := rows[rows != NONE]).size:
            parts.append(rows)
            rows = self.next_rows(kind, rows)
        return np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else rows
