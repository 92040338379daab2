"""The course that a topic's messages take from their bytes to whom they call, in one step of machine code.

It is for topics whose messages tell of one node at the moment they arrive, in flat JSON of numbers. What is not as
it should be is left as if it had not come.
"""

from typing import Any

import numpy as np
from numba import njit

from homeward.bus.flat import Flat, read_row
from homeward.bus.shapes import Shape
from homeward.core import kernel
from homeward.core.batch import Integers
from homeward.core.memory import byte_at, number_at, put_number, put_whole
from homeward.core.nodes import address

LEFT = -2
"""In place of how many are called: the message was not read, or does not fit."""
FLAT = 6
"""So many of the places are those of a `Flat`."""


class Course:
    """Of messages about one node: what `flat` reads is `shape`'s signals, numbers all, in its order.

    `topic` is what they are counted under.
    """

    def __init__(self, node: int, topic: bytes, shape: Shape, flat: Flat) -> None:
        self.node, self.topic, self.signals, self.flat = node, topic, shape.signals, flat
        whole = np.zeros(shape.size, np.uint8)
        whole[list(shape.whole)] = 1
        self._kept = np.array(shape.low), np.array(shape.high), whole, shape.signal
        self._places = np.array([*flat.places, *map(address, self._kept), node], np.int64)

    def learn(self, payload: bytes, time: float, lies: Integers, called: int) -> int:
        """Learn a payload at that time by what `Quick.laid` gives: as `kernel.learn_one`, or LEFT."""
        count: int = _learn(payload, time, self._places, lies, called)
        return count


def prepare() -> None:
    """Compile it now; where it was never used before, that takes seconds."""
    nothing = np.zeros(FLAT + 5, np.int64)
    _learn(b"", 0.0, nothing, nothing, 0)


@njit(cache=True)
def _learn(data: bytes, time: float, places: Any, lies: Any, called: int) -> Any:
    if not read_row(np.frombuffer(data, np.uint8).ctypes.data, len(data), places):
        return LEFT
    size, row = places[0], places[4]
    low, high, whole, signal, node = (
        places[FLAT],
        places[FLAT + 1],
        places[FLAT + 2],
        places[FLAT + 3],
        places[FLAT + 4],
    )
    for field in range(size):
        value = number_at(row, field)
        if not number_at(low, field) <= value <= number_at(high, field):
            return LEFT
        if byte_at(whole, field) and value != np.floor(value):
            return LEFT
        put_number(lies[kernel.VALUE], field, value)
    put_whole(lies[kernel.NODE], 0, node)
    put_number(lies[kernel.TIME], 0, time)
    put_number(lies[kernel.AT], 0, time)
    put_whole(lies[kernel.STARTS], 0, 0)
    put_whole(lies[kernel.STARTS], 1, size)
    lies[kernel.SIGNAL] = signal
    return kernel.learn_one(0, lies, called, kernel.MOST_TURNS)
