"""From the circle's columns to history's rows: every reading, command event and outcome, with its place in the log."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from homeward.core.batch import Batch, Integers
from homeward.core.circle import Turn
from homeward.core.signal import Outcome, Type
from homeward.core.twin import Twin
from homeward.history import Recorder
from homeward.history.tables import columns_of

FEW = 128  # rows; for fewer, repeating costs more than a list
LOG = "log"
"""The stream of what came in, numbered by the log's own sequence; `log2` and so on where that began again."""
TURNS = "turns"
"""The stream of what the circle made of it, numbered by a count that is in the snapshot."""


class Scribe:
    """Hands what happens to the recorder; `counted` numbers what the circle itself said.

    `turns` and `events` (of commands, by what happened) are counted since the start, for whoever watches.
    """

    def __init__(self, recorder: Recorder, twin: Twin) -> None:
        self.recorder, self._twin, self.counted, self.stream = recorder, twin, 0, LOG
        self.turns, self.events = 0, Counter[str]()
        self._paths = pa.array([signal.path for signal in twin.vocabulary], pa.string())
        self._names: Any = pa.array([], pa.string())
        types = np.array([signal.type for signal in twin.vocabulary])
        self._waiting: list[tuple[Batch, Integers, int]] = []
        self._is_enum, self._is_text = types == Type.ENUM, types == Type.TEXT

    def later(self, batch: Batch, sequences: Integers, place: int) -> None:
        """Everything that a batch brought, up to `place` in the log, to be handed over by `catch_up`."""
        self._waiting.append((batch, sequences, place))

    def catch_up(self) -> None:
        """Hand over all that waits; a checkpoint does so before it takes stock."""
        while self._waiting:
            batch, sequences, place = self._waiting[0]
            self.readings(batch, sequences)
            self.outcomes([(one.node, one) for one in batch.outcomes], place)
            del self._waiting[0]

    def readings(self, batch: Batch, sequences: Integers) -> None:
        """Everything that a batch brought; sequences `(m,)` are its messages' places in the log."""
        if not len(batch.signal):
            return
        counts, size = np.diff(batch.starts), len(batch.signal)
        worded = self._is_enum[batch.signal] | self._is_text[batch.signal]
        self.recorder.columns(
            "readings",
            pa.RecordBatch.from_arrays(
                [
                    *self._named(np.repeat(batch.node, counts), batch.signal),
                    pa.array(np.repeat(batch.at, counts)),
                    pa.array(np.repeat(batch.time, counts)),
                    pa.array(batch.value, mask=worded),
                    self._texts(batch, worded) if worded.any() else pa.nulls(size, pa.string()),
                    pa.array([self.stream] * size, pa.string()) if size < FEW else pa.repeat(self.stream, size),
                    pa.array(np.repeat(sequences, counts)),
                ],
                schema=columns_of("readings"),
            ),
        )

    def _named(self, node: Integers, signal: Integers) -> tuple[Any, Any]:
        """The names of nodes and the paths of signals (n,), (n,) by their numbers."""
        names = self._twin.nodes.names
        if len(self._names) != len(names):  # there are more than before
            self._names = pa.array(names, pa.string())
        return self._names.take(pa.array(node)), self._paths.take(pa.array(signal))

    def _texts(self, batch: Batch, worded: Any) -> Any:
        texts = np.full(len(batch.signal), None, object)
        for i in np.flatnonzero(worded).tolist():
            texts[i] = batch.texts.get(i) or self._word(int(batch.signal[i]), int(batch.value[i]))
        return pa.array(texts, pa.string())

    def _word(self, signal: int, code: int) -> str | None:
        allowed = self._twin.vocabulary.signals[signal].allowed
        return allowed[code] if 0 <= code < len(allowed) else None

    def outcomes(self, outcomes: list[tuple[str, Outcome]], sequence: int) -> None:
        """What devices said of commands."""
        self.recorder.outcomes(self.stream, sequence, outcomes)

    def turn(self, turn: Turn, now: float) -> None:
        """What the circle said: events of commands and readings that skills wrote."""
        self.turns += 1
        for event in turn.events:
            self.counted += 1
            self.events[event.what] += 1
            self.recorder.commands(TURNS, self.counted, event.at, event.what, [event.command], event.why)
        if turn.readings:
            self.counted += 1
            self.recorder.readings(TURNS, self.counted, now, turn.readings)

    def reached(self, sequence: int) -> None:
        """Everything up to that place in the log, and all that followed from it, has been handed over."""
        self.recorder.reached(self.stream, sequence)
        self.recorder.reached(TURNS, self.counted)


def stream_for(reached: Mapping[str, int], last: int, same_log: bool) -> str:
    """The stream to record what comes in under, given what history has `reached` and the `last` number of the log.

    The log's numbers begin again where it was deleted, or lost its end in a power cut. Under the old name history would
    take what is new for what it has already.

    >>> stream_for({"log": 7, "turns": 3}, 9, True), stream_for({"log": 7}, 2, True), stream_for({"log2": 1}, 9, False)
    ('log', 'log2', 'log3')
    """
    numbers = [int(name.removeprefix(LOG) or 1) for name in reached if is_log(name)]
    newest = max(numbers, default=1)
    name = LOG if newest == 1 else f"{LOG}{newest}"
    return name if same_log and reached.get(name, -1) <= last else f"{LOG}{newest + 1}"


def is_log(stream: str) -> bool:
    """Whether a stream of history is one of what came in."""
    return stream.startswith(LOG) and (stream[len(LOG) :] or "1").isdigit()
