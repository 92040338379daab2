"""Collects what happens, in memory, until it is flushed to history in a few large commits.

    recorder = Recorder(history, vocabulary)
    recorder.readings("readings", 7, arrived, [Reading("lind/car", "Vehicle.Speed", 33.2, at)])
    recorder.reached("readings", 7)                      # message 7 is complete
    recorder.flush()                                     # about once a second, in a thread

Take the snapshot of the twin and acknowledge the stream only up to what a flush has returned for: what is still in
memory when the process dies is then sent again by the stream.
"""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from homeward.core.signal import Command, Outcome, Reading, Type, Value, household_of
from homeward.core.vocabulary import Vocabulary
from homeward.history.store import History
from homeward.history.tables import HistoryError, ends_of, gathered, joined

MOST_ROWS = 1_000_000
"""Rows kept in memory while the disk refuses; once there are so many, recording raises: nothing is acknowledged."""

MUCH, CROWDED = 0.2, 0.6
"""What part of that is worth a flush of its own, and from what on whoever brings more had better wait for one."""


class Recorder:
    """Rows waiting for the disk. `trouble` is why the last flush failed, or ''. Safe across threads."""

    def __init__(self, history: History, vocabulary: Vocabulary, most_rows: int = MOST_ROWS) -> None:
        self.trouble = ""
        self.history, self._vocabulary, self._most_rows = history, vocabulary, most_rows
        self._batches: dict[str, list[Any]] = {"readings": [], "commands": [], "outcomes": []}
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in self._batches}
        self._marks: dict[str, int] = {}
        self._filling, self._flushing = threading.Lock(), threading.Lock()
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many rows are not yet on disk."""
        return self._waiting

    @property
    def has_much(self) -> bool:
        """Whether so many wait that they are worth a flush before it is time for one."""
        return self._waiting > MUCH * self._most_rows

    @property
    def crowded(self) -> bool:
        """Whether so many wait that whoever brings more had better wait for a flush."""
        return self._waiting > CROWDED * self._most_rows

    def readings(self, stream: str, sequence: int, arrived: float, readings: Iterable[Reading]) -> None:
        """Add readings that a message brought, or under a stream of their own that skills wrote in answer to it."""
        rows = [
            {"household": household_of(reading.node), "node": reading.node, "path": reading.path, "at": reading.at,
             "arrived": arrived} | self._cell(reading.path, reading.value)
            for reading in readings
        ]  # fmt: skip
        self._add_rows("readings", stream, sequence, rows)

    def commands(
        self, stream: str, sequence: int, at: float, event: str, commands: Iterable[Command], why: str = ""
    ) -> None:
        """Add what happened to commands at that moment: `decided`, `sent`, `refused`, `expired`, `withdrawn`.

        `why` replaces the command's own, to say why it was refused.
        """
        rows = [
            {"id": command.id, "node": command.node, "path": command.path, "until": command.until, "at": at,
             "why": why or command.why, "by": command.by, "event": event} | self._cell(command.path, command.value)
            for command in commands
        ]  # fmt: skip
        self._add_rows("commands", stream, sequence, rows)

    def outcomes(self, stream: str, sequence: int, outcomes: Iterable[tuple[str, Outcome]]) -> None:
        """Add outcomes, each with the node that told it."""
        rows = [
            {"id": outcome.id, "node": node, "done": outcome.done, "why": outcome.why, "at": outcome.at}
            for node, outcome in outcomes
        ]
        self._add_rows("outcomes", stream, sequence, rows)

    def columns(self, table: str, batch: Any) -> None:
        """Add a pyarrow RecordBatch that has the columns of `tables.gathered(table)`: the fast way, for bulk."""
        with self._filling:
            self._make_room(batch.num_rows)
            self._gather(table)  # what was added before stays before it
            self._batches[table].append(batch)

    def _make_room(self, rows: int) -> None:
        if self._waiting >= self._most_rows:  # one stretch of news, however long, is taken whole
            cause = self.trouble or "it is too slow for this stream"
            raise HistoryError(f"{self._waiting} rows already wait for the disk: {cause}")
        self._waiting += rows

    def _gather(self, table: str) -> None:
        """Make a batch of the single rows there are: one for many costs little more than one for one."""
        rows, self._rows[table] = self._rows[table], []
        if rows:
            self._batches[table].append(pa.RecordBatch.from_pylist(rows, schema=gathered(table)))

    def reached(self, stream: str, sequence: int) -> None:
        """Say that everything of the stream up to this sequence has been added."""
        with self._filling:
            self._marks[stream] = max(sequence, self._marks.get(stream, -1))

    def flush(self, durable: bool = True) -> dict[str, int]:
        """Store what is complete; returns how far each stream is now safely on disk, if it is to be `durable`.

        Rows of messages not yet said to be reached wait for a later flush. Raises HistoryError, with everything kept
        for the next try, when the disk refuses; `trouble` then says why until a flush works again.
        """
        with self._flushing:
            with self._filling:
                for table in self._rows:
                    self._gather(table)
                marks, taken = dict(self._marks), self._batches
                self._batches = {table: [] for table in taken}
            try:
                for table in ("outcomes", "commands", "readings"):
                    self._flush_table(table, taken, marks)
                if durable:
                    self.history.sync()
            except HistoryError as error:
                self.trouble = str(error)
                raise
            finally:
                with self._filling:
                    for table, batches in taken.items():
                        self._batches[table] = batches + self._batches[table]
            self.trouble = ""
            return marks

    def _flush_table(self, table: str, taken: dict[str, list[Any]], marks: Mapping[str, int]) -> None:
        if not taken[table]:
            return
        rows = joined(table, taken[table])
        ready, early = _parted(rows, marks)
        if ready.num_rows:
            self.history.write(table, ready, marks, durable=False)
        taken[table] = early.to_batches()
        with self._filling:
            self._waiting -= ready.num_rows

    def _add_rows(self, table: str, stream: str, sequence: int, rows: list[dict[str, Any]]) -> None:
        if rows:
            place = {"stream": stream, "sequence": sequence}
            with self._filling:
                self._make_room(len(rows))
                self._rows[table] += [row | place for row in rows]

    def _cell(self, path: str, value: Value | None) -> dict[str, Any]:
        """How a row holds a value; one that was refused because it did not fit is written down as it was asked."""
        signal = self._vocabulary.by_path.get(path)
        if value is None or isinstance(value, str) or signal is None or signal.type in (Type.ENUM, Type.TEXT):
            return {"text": value if value is None else str(value)}
        return {"value": float(value)}


def _parted(rows: Any, marks: Mapping[str, int]) -> tuple[Any, Any]:
    """The rows whose messages are complete, and those that must wait for the rest of theirs."""
    if all(last <= marks.get(stream, -1) for stream, (_, last) in ends_of(rows).items()):
        return rows, rows.slice(0, 0)
    complete = pa.array([False] * rows.num_rows)
    for stream, mark in marks.items():
        own = pc.and_(pc.equal(rows["stream"], stream), pc.less_equal(rows["sequence"], mark))
        complete = pc.or_(complete, own)
    return rows.filter(complete), rows.filter(pc.invert(complete))
