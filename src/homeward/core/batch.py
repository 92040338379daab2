"""A stretch of the stream as columns: messages in stream order, each with readings of one node."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain

import numpy as np

from homeward.core.nodes import Nodes
from homeward.core.signal import Outcome, Reading, Type
from homeward.core.vocabulary import Vocabulary, encode

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Integers = np.ndarray[tuple[int], np.dtype[np.int64]]

OLDEST_S = 86_400.0
NEWEST_S = 5.0


@dataclass(slots=True)
class Single:
    """A message by itself, in plain numbers: the readings of one node, without texts; all else as in `Batch`.

    signals are vocabulary indices, none twice; messages that say the same things share one tuple.
    """

    node: int
    time: float
    at: float
    signals: tuple[int, ...]
    values: list[float]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Messages `(m,)` in stream order; message i holds the readings `starts[i]:starts[i + 1]` of node `node[i]`.

    node (m,) numbers from `Nodes`; time (m,) stream time, never falling; at (m,) when the readings were true, by the
    sender's clock after `trusted`; starts (m + 1,); signal (n,) vocabulary indices, none twice in a message;
    value (n,) encoded floats; texts: reading index -> text of text signals.
    """

    node: Integers
    time: Floats
    at: Floats
    starts: Integers
    signal: Integers
    value: Floats
    texts: Mapping[int, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()

    def __len__(self) -> int:
        return len(self.node)

    @classmethod
    def of_singles(cls, singles: Sequence[Single]) -> "Batch":
        """Messages that came alone, as a batch."""
        sizes = [len(one.signals) for one in singles]
        return cls(
            np.array([one.node for one in singles], np.int64),
            np.array([one.time for one in singles], np.float64),
            np.array([one.at for one in singles], np.float64),
            np.array([0, *accumulate(sizes)], np.int64),
            np.array(list(chain.from_iterable([one.signals for one in singles])), np.int64),
            np.array(list(chain.from_iterable([one.values for one in singles])), np.float64),
        )

    @classmethod
    def empty(cls) -> "Batch":
        """A batch without messages."""
        none, nothing = np.zeros(0, np.int64), np.zeros(0)
        return cls(none, nothing, nothing, np.zeros(1, np.int64), none, nothing)

    @classmethod
    def of(
        cls,
        messages: Iterable[tuple[float, list[Reading]]],
        nodes: Nodes,
        vocabulary: Vocabulary,
        outcomes: Iterable[Outcome] = (),
    ) -> "Batch":
        """A batch of (stream time, readings of one node) pairs: for tests, stories and skills, not for bulk.

        Raises UnknownSignal or Refused for a reading that does not fit the vocabulary.
        """
        node, time, at, starts = [], [], [], [0]
        signal: list[int] = []
        value: list[float] = []
        texts: dict[int, str] = {}
        for arrived, readings in messages:
            node.append(nodes.number(readings[0].node))
            time.append(arrived)
            at.append(readings[0].at)
            # A signal said twice, perhaps by an older name too: the later one stands.
            last = {vocabulary[reading.path].index: reading for reading in readings}
            for index, reading in last.items():
                defined = vocabulary.signals[index]
                if defined.type is Type.TEXT:
                    texts[len(signal)] = str(reading.value)
                signal.append(defined.index)
                value.append(encode(defined, reading.value))
            starts.append(len(signal))
        times = np.array(time, np.float64)
        return cls(
            np.array(node, np.int64),
            times,
            trusted(np.array(at, np.float64), times),
            np.array(starts, np.int64),
            np.array(signal, np.int64),
            np.array(value, np.float64),
            texts,
            tuple(outcomes),
        )


def trusted_one(at: float, arrived: float) -> float:
    """The same as `trusted` for one time.

    >>> trusted_one(99.0, 100.0), trusted_one(200.0, 100.0), trusted_one(float("nan"), 100.0)
    (99.0, 100.0, 100.0)
    """
    return at if arrived - OLDEST_S <= at <= arrived + NEWEST_S else arrived


def trusted(at: Floats, arrived: Floats) -> Floats:
    """The times `(n,)` to order readings by: the sender's; arrival if that is NaN, a day old or 5 s ahead.

    >>> trusted(np.array([99.0, 200.0]), np.array([100.0, 100.0]))
    array([ 99., 100.])
    """
    return np.where((at >= arrived - OLDEST_S) & (at <= arrived + NEWEST_S), at, arrived)
