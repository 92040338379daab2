"""From the circle's columns to history's rows: every reading, command event and outcome, with its place in the log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from homeward.bus.stretches import joined
from homeward.core.batch import Batch, Integers, Single
from homeward.core.circle import Turn
from homeward.core.signal import Outcome, Type
from homeward.core.twin import Twin
from homeward.history import Recorder
from homeward.history.tables import TEXT, gathered

ENOUGH = 2_000
"""Rows that are put into columns together: for one by itself that takes a hundred times as long."""
NOWHERE = np.zeros(0, np.int64)
LOG = "log"
"""The stream of what came in, numbered by the log's own sequence; `log2` and so on where that began again."""
TURNS = "turns"
"""The stream of what the circle made of it, numbered by a count that is in the snapshot."""
SAID = {"commands": ("id", "event", "at"), "readings": ("node", "path", "at")}
"""The tables of that, and by what it is known again."""


class Scribe:
    """Hands what happens to the recorder; `counted` numbers what the circle itself said.

    `turns` and `events` (of commands, by what happened) are counted since the start, for whoever watches.
    """

    def __init__(self, recorder: Recorder, twin: Twin) -> None:
        self.recorder, self._twin, self.counted, self.stream = recorder, twin, 0, LOG
        self.turns, self.events = 0, Counter[str]()
        self._paths = pa.array([signal.path for signal in twin.vocabulary], pa.string())
        self._names: Any = pa.array([], TEXT)
        self._households: Any = pa.array([], TEXT)
        types = np.array([signal.type for signal in twin.vocabulary])
        self._batches: list[tuple[Batch, Integers]] = []
        self._singles: list[tuple[Single, int]] = []
        self._outcomes: list[tuple[int, Outcome]] = []
        self._rows = 0
        self._is_worded = (types == Type.ENUM) | (types == Type.TEXT)
        self._told = Counter[tuple[Any, ...]]()
        self._resumed_at = 0

    def resume(self, since: float) -> None:
        """Go on after a crash; `since` is the time of the snapshot, or a little before.

        History may be ahead of the snapshot. What the circle says again of that stretch need not come in the same order
        or under the same number, as the log is cut otherwise now: it is known by what it says, and new numbers follow.
        """
        history, self._resumed_at = self.recorder.history, self.counted
        reached = {table: history.reached(table).get(TURNS, 0) for table in SAID}
        for table, columns in SAID.items():
            if reached[table] > self.counted:
                self._told.update(history.of_stream(table, columns, TURNS, self.counted, since))
        self.counted = max(self.counted, *reached.values())

    @property
    def kept(self) -> int:
        """The count for a snapshot: as long as history is ahead, the one from which all of that is found again."""
        return self._resumed_at if self._told else self.counted

    @property
    def waiting(self) -> int:
        """How many rows are not yet on disk, handed over or not."""
        return self._rows + self.recorder.waiting

    def resumed(self) -> None:
        """The circle has been through all that history was ahead by: what it has not said again, it will not."""
        self._told.clear()

    def _is_told(self, *said: Any) -> bool:
        if said not in self._told:
            return False
        self._told[said] -= 1
        if not self._told[said]:
            del self._told[said]
        return True

    def later(self, batch: Batch, sequences: Integers, answered: Sequence[int] = ()) -> None:
        """Everything that a batch brought, with the places in the log, to be handed over by `catch_up`."""
        self._gather()
        self._batches.append((batch, sequences))
        self._rows += len(batch.signal)
        self._outcomes += zip(answered, batch.outcomes, strict=True)

    def later_one(self, one: Single, sequence: int) -> None:
        """The same for a message that came alone, at its place in the log."""
        self._singles.append((one, sequence))
        self._rows += len(one.signals)

    def _gather(self) -> None:
        """Put what came alone into columns, in its place among the batches."""
        if self._singles:
            singles, places = zip(*self._singles, strict=True)
            self._batches.append((Batch.of_singles(singles), np.array(places, np.int64)))
            self._singles = []

    def catch_up(self, all: bool = False) -> None:
        """Hand over what waits, once it is worth it; a checkpoint has `all` handed over before it takes stock."""
        if self._rows < ENOUGH and not all:
            return
        self._gather()
        batches, sequences = [batch for batch, _ in self._batches], [places for _, places in self._batches]
        self.readings(joined(batches), np.concatenate([NOWHERE, *sequences]))
        self._batches, self._rows = [], 0
        while self._outcomes:
            place, one = self._outcomes[0]
            self.recorder.outcomes(self.stream, place, [(one.node, one)])
            del self._outcomes[0]

    def readings(self, batch: Batch, sequences: Integers) -> None:
        """Everything that a batch brought; sequences `(m,)` are its messages' places in the log."""
        if not len(batch.signal):
            return
        counts, size = np.diff(batch.starts), len(batch.signal)
        worded = self._is_worded[batch.signal]
        texts = self._texts(batch, worded) if worded.any() else None
        self.recorder.columns(
            "readings",
            pa.RecordBatch.from_arrays(
                [
                    *self._named(batch, counts),
                    pa.array(np.repeat(batch.at, counts)),
                    pa.array(np.repeat(batch.time, counts)),
                    pa.array(batch.value, mask=None if texts is None else worded),
                    pa.nulls(size, TEXT) if texts is None else texts,
                    _coded(np.zeros(size, np.int64), pa.array([self.stream], TEXT)),
                    pa.array(np.repeat(sequences, counts)),
                ],
                schema=gathered("readings"),
            ),
        )

    def _named(self, batch: Batch, counts: Integers) -> list[Any]:
        """Households, nodes and paths `(n,)`, coded: the words once, and each reading's place among them."""
        nodes = self._twin.nodes
        if len(self._names) != len(nodes):  # there are more than before
            self._names, self._households = pa.array(nodes.names, TEXT), pa.array(nodes.households, TEXT)
        household = np.repeat(nodes.households_of(batch.node), counts)
        columns = (
            (household, self._households),
            (np.repeat(batch.node, counts), self._names),
            (batch.signal, self._paths),
        )
        return [_coded(numbers, words) for numbers, words in columns]

    def _texts(self, batch: Batch, worded: Any) -> Any:
        texts = np.full(len(batch.signal), None, object)
        for i in np.flatnonzero(worded).tolist():
            texts[i] = batch.texts.get(i) or self._word(int(batch.signal[i]), int(batch.value[i]))
        return pa.array(texts, pa.string())

    def _word(self, signal: int, code: int) -> str | None:
        allowed = self._twin.vocabulary.signals[signal].allowed
        return allowed[code] if 0 <= code < len(allowed) else None

    def turn(self, turn: Turn, now: float) -> None:
        """What the circle said: events of commands and readings that skills wrote."""
        self.turns += 1
        for event in turn.events:
            self.events[event.what] += 1
            if self._told and self._is_told(event.command.id, event.what, event.at):
                continue
            self.counted += 1
            self.recorder.commands(TURNS, self.counted, event.at, event.what, [event.command], event.why)
        new = turn.readings
        if self._told:
            new = [one for one in new if not self._is_told(one.node, one.path, one.at)]
        if new:
            self.counted += 1
            self.recorder.readings(TURNS, self.counted, now, new)

    def reached(self, sequence: int) -> None:
        """Everything up to that place in the log, and all that followed from it, has been handed over."""
        self.recorder.reached(self.stream, sequence)
        self.recorder.reached(TURNS, self.counted)


def _coded(numbers: Integers, words: Any) -> Any:
    """Words `(n,)` by their numbers, coded; of many words and few numbers, only those that are needed."""
    if len(numbers) < len(words):
        used, numbers = np.unique(numbers, return_inverse=True)
        words = words.take(pa.array(used))
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), words)


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
