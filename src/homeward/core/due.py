"""When each household next needs a turn without news: the earliest of what its watches and commands wait for.

Kept as lower bounds: a time may turn out to be too early (then it is worked out again), never too late. Blocks of
households keep their minimum, so that asking costs the same for one household and for a million.
"""

import numpy as np

from homeward.core.batch import Floats, Integers
from homeward.core.bind import NEVER
from homeward.core.nodes import Grown

BLOCK = 10  # households to a block, as a power of two
NOBODY: Integers = np.zeros(0, np.int64)


class Due:
    """The next due time of every household, inf where nothing is awaited."""

    def __init__(self) -> None:
        self._time = Grown(NEVER, np.float64)
        self._block = Grown(NEVER, np.float64)
        self._soonest = NEVER

    def extend_to(self, households: int) -> None:
        """Make room for that many households."""
        self._time.extend_to(households)
        self._block.extend_to((households >> BLOCK) + 1)

    @property
    def address(self) -> int:
        """Where the due times of all are, until there are more."""
        return self._time.address

    def of(self, households: Integers) -> Floats:
        """The due times `(n,)` of households `(n,)`."""
        times: Floats = self._time.array[households]
        return times

    def of_one(self, household: int) -> float:
        """The due time of one household."""
        time: float = self._time.plain[household]
        return time

    def lower_one(self, household: int, time: float) -> None:
        """Take note that a household needs a turn at `time` at the latest."""
        times, blocks = self._time.plain, self._block.plain
        if time < times[household]:
            times[household] = time
            blocks[household >> BLOCK] = min(blocks[household >> BLOCK], time)
            self._soonest = min(self._soonest, time)

    def lower(self, households: Integers, times: Floats) -> None:
        """Take note that households `(n,)` (repeats allowed) need a turn at `times (n,)` at the latest."""
        if len(households) == 1:
            self.lower_one(households.item(), times.item())
            return
        self._soonest = min(self._soonest, times.min(initial=NEVER))
        np.minimum.at(self._time.array, households, times)
        np.minimum.at(self._block.array, households >> BLOCK, times)

    def put(self, households: Integers, times: Floats) -> None:
        """Set the due times of distinct households."""
        self._soonest = min(self._soonest, times.min(initial=NEVER))
        self._time.array[households] = times
        np.minimum.at(self._block.array, households >> BLOCK, times)

    def until(self, time: float) -> Integers:
        """The households due at `time` or before, ascending."""
        if time < self._soonest:
            return NOBODY
        found = []
        for block in (self._block.array[: self._block.size] <= time).nonzero()[0].tolist():
            start = block << BLOCK
            times = self._time.array[start : min(start + (1 << BLOCK), self._time.size)]
            self._block.array[block] = times.min(initial=NEVER)
            found.append(np.flatnonzero(times <= time) + start)
        self._soonest = self._block.array[: self._block.size].min(initial=NEVER)
        return np.concatenate(found) if found else NOBODY

    def next(self) -> float:
        """The earliest due time, inf if nothing is awaited."""
        while True:
            block = int(self._block.array[: self._block.size].argmin()) if self._block.size else 0
            noted = float(self._block.array[block])
            if noted == NEVER:
                return NEVER
            start = block << BLOCK
            actual = float(self._time.array[start : min(start + (1 << BLOCK), self._time.size)].min(initial=NEVER))
            self._block.array[block] = actual
            if actual == noted:
                return actual
