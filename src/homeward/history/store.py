"""The history itself: three Delta tables under one folder, with a single writer and any number of readers.

Exactly once: every commit carries, as Delta application transactions, how far it got in each stream. Delta does not
refuse a repeat by itself, so the marks are read back before each write and rows at or below them are dropped. Marks and
rows are one commit, so a crash leaves both or neither.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from homeward.history.durable import TAIL, mend, sync, sync_checkpoints
from homeward.history.files import append
from homeward.history.query import Buckets, Logged, Series, Span, chart, last_commands, narrowed, of_stream, series
from homeward.history.tables import SCHEMAS, HistoryError, ends_of, made_ready
from homeward.history.tidy import tidy_all, tidy_apart

STREAMS = "homeward.streams"
MOST_COMMITS = 25
"""So many commits are followed one by one; then the table is put down whole (a checkpoint of Delta's) and read from
there: to follow 200 took 70 ms each time."""
MOST_UNSYNCED = TAIL // 2
SETTINGS = {
    "delta.logRetentionDuration": "interval 1 days",
    "delta.deletedFileRetentionDuration": "interval 1 hours",
}


class History:
    """Readings, commands and outcomes in `root`; made on the first write, which also takes the writer's lock.

    Reading needs no lock and works from any process while another one writes. All methods may be called from any
    thread. Raises HistoryError wherever the disk does not let it read or write.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        if "%" in str(self.root):  # the Delta library takes it for an escape and looks elsewhere
            raise HistoryError(f"history cannot be kept in {self.root}; choose a folder without % in its path")
        self._lock: int | None = None
        self._writing, self._reading, self._tidying = threading.Lock(), threading.Lock(), threading.Lock()
        self._writers: dict[str, DeltaTable] = {}
        self._readers: dict[str, DeltaTable] = {}
        self._synced: dict[str, int] = {}
        self._began: dict[str, int] = {}
        self._read_from: dict[str, int] = {}
        self._duck = duckdb.connect()

    def __enter__(self) -> "History":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the writer's lock and of the tables, once a compaction under way has ended."""
        with self._tidying, self._writing:
            self._writers.clear()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def write(self, table: str, columns: Any, reached: Mapping[str, int], durable: bool = True) -> int:
        """Store rows (pyarrow, with the columns of `tables.columns_of`) in one commit; returns how many were new.

        `reached` says for each stream the last sequence that is now complete; rows at or below what an earlier write
        reached are dropped. Raises ValueError for rows outside `reached`: they would be stored twice after a crash.
        When it raises HistoryError nothing was stored, or all was and the next call finds that out: call it again.
        What is not `durable` outlives this process and not yet a power cut, until `sync` or a call that is.
        """
        rows = made_ready(table, columns)
        ends = ends_of(rows)
        _check_within(ends, reached)
        with self._writing, self._explained("write"):
            delta = self._writer(table)
            delta.update_incremental()
            before = {stream: _mark(delta, stream) for stream in reached}
            further = {stream: sequence for stream, sequence in reached.items() if sequence > before[stream]}
            if further:
                rows = _beyond(rows, ends, before)
                _name_streams(delta, further)
                append(delta, self.root / table, table, rows, further)
            if durable or delta.version() - self._synced[table] >= MOST_UNSYNCED:
                self._sync(table)  # also what an earlier call stored and then failed to sync
            return int(rows.num_rows) if further else 0

    def sync(self) -> None:
        """Force to the disk what was written without being durable. Raises HistoryError."""
        with self._writing, self._explained("write"):
            for table in self._synced:
                self._sync(table)

    def reached(self, table: str) -> dict[str, int]:
        """The last sequence of each stream that the table holds completely; streams never written are absent."""
        delta = self._reader(table)
        names = delta.metadata().configuration.get(STREAMS, "").split() if delta else []
        return {name: mark for name in names if delta and (mark := _mark(delta, name)) >= 0}

    def compact(self, apart: bool = False) -> None:
        """Merge small files, order finished days, drop files nobody needs.

        Call it every ten minutes or so, in a thread. Writes and queries go on meanwhile. Without it each commit costs
        more than the last. `apart` does it in a process of its own, whose memory goes with it.
        """
        with self._tidying, self._explained("tidy"):
            for table in SCHEMAS:
                with self._writing:
                    self._writer(table)
            (tidy_apart if apart else tidy_all)(self.root)

    def query(
        self, node: str, path: str, since: float = 0.0, until: float | None = None, limit: int = 10_000
    ) -> Series:
        """The newest `limit` readings of a signal in since <= at < until (seconds since 1970), oldest first."""
        return series(self, node, path, since, until, limit)

    def chart(self, node: str, path: str, since: float, until: float, buckets: int = 300) -> Buckets:
        """A number signal in equal spans of time, for a chart: lowest, mean and highest reading of each span."""
        return chart(self, node, path, since, until, buckets)

    def last_commands(self, household: str, limit: int = 100, since: float = 0.0) -> list[Logged]:
        """What was decided last in a household, newest first, with what became of each."""
        return last_commands(self, household, limit, since)

    def of_stream(self, table: str, columns: Sequence[str], stream: str, after: int, since: float) -> list[Any]:
        """Some columns of what came by a stream after that sequence, and not before `since`, as tuples."""
        return of_stream(self, table, columns, stream, after, since)

    def select(self, sql: str, parameters: Mapping[str, Any], span: Span, *tables: str, only: Any = None) -> Any:
        """Run DuckDB SQL over these tables as they are now; returns a pyarrow Table.

        Only days of `span` (since, until) are opened, and `only` (a pyarrow dataset expression) is asked of the files
        themselves: they skip most of what does not match, which DuckDB's prepared parameters do not make them do.
        """
        with self._explained("read"), self._duck.cursor() as cursor:
            for table in tables:
                delta = self._reader(table)
                cursor.register(table, narrowed(delta, table, span, only))
            return cursor.sql(sql, params=dict(parameters)).to_arrow_table()

    def _writer(self, table: str) -> DeltaTable:
        if self._lock is None:
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = take_lock(self.root / "writer.lock")
        if table not in self._writers:
            place = self.root / table
            mend(place)
            delta = DeltaTable.create(
                place, SCHEMAS[table], mode="ignore", partition_by=["day"], name=table, configuration=SETTINGS
            )
            self._writers[table] = delta
            self._synced[table] = delta.version() - TAIL  # whoever wrote before may have been killed
            self._began[table] = max(0, delta.version() - MOST_COMMITS)
        return self._writers[table]

    def _sync(self, table: str) -> None:
        delta, place = self._writer(table), self.root / table
        newest = delta.version()
        if newest > self._synced[table]:
            sync(place, range(max(0, self._synced[table] + 1), newest + 1))
            self._synced[table] = newest
        if newest - self._began[table] >= MOST_COMMITS:
            delta.create_checkpoint()
            sync_checkpoints(place)
            self._writers[table], self._began[table] = DeltaTable(place), newest

    def _reader(self, table: str) -> DeltaTable | None:
        """The table as it is on disk now, or None where nothing was ever written."""
        place = self.root / table
        with self._reading, self._explained("read"):
            if table not in self._readers:
                if not DeltaTable.is_deltatable(str(place)):
                    return None
                self._readers[table] = DeltaTable(place)
            try:
                self._readers[table].update_incremental()
                is_long = self._readers[table].version() - self._read_from.setdefault(table, 0) >= MOST_COMMITS
            except (DeltaError, OSError):  # its place in the log was tidied away since
                is_long = True
            if is_long:  # read it anew
                self._readers[table] = DeltaTable(place)
                self._read_from[table] = self._readers[table].version()
            return self._readers[table]

    @contextmanager
    def _explained(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (OSError, DeltaError, duckdb.IOException, pa.ArrowException) as error:
            if verb == "write":
                self._writers.clear()
            mend_it = {"write": "free space there or let homeward write to it"}.get(verb, "check that folder")
            raise HistoryError(f"cannot {verb} history in {self.root}: {_brief(error)}; {mend_it}") from error


def take_lock(path: Path) -> int:
    """Become the only writer: returns a handle whose closing, or whose process's end, lets go. Raises HistoryError."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(handle, 20).decode(errors="replace").strip()
        os.close(handle)
        raise HistoryError(
            f"another homeward (process {owner}) already writes to {path.parent}; stop it or choose another folder"
        ) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def _mark(delta: DeltaTable, stream: str) -> int:
    version = delta.transaction_version(stream)
    return -1 if version is None else version


def _check_within(ends: Mapping[str, tuple[int, int]], reached: Mapping[str, int]) -> None:
    for stream in reached:
        if not stream or any(character.isspace() for character in stream):
            raise ValueError(f"{stream!r} is not a stream's name; it needs at least a letter and no spaces")
    for stream, (_, last) in ends.items():
        if last > reached.get(stream, -1):
            raise ValueError(
                f"rows of stream {stream!r} go to sequence {last} but the write says it reached {reached.get(stream)};"
                " write whole messages only"
            )


def _beyond(rows: Any, ends: Mapping[str, tuple[int, int]], before: Mapping[str, int]) -> Any:
    """The rows behind these marks; nearly always all of them, which is found out without looking at each."""
    if all(first > before.get(stream, -1) for stream, (first, _) in ends.items()):
        return rows
    keep = pa.array([True] * rows.num_rows)
    for stream, mark in before.items():
        old = pc.and_(pc.equal(rows["stream"], stream), pc.less_equal(rows["sequence"], mark))
        keep = pc.and_(keep, pc.invert(old))
    return rows.filter(keep)


def _name_streams(delta: DeltaTable, reached: Mapping[str, int]) -> None:
    known = delta.metadata().configuration.get(STREAMS, "").split()
    if new := [stream for stream in reached if stream not in known]:
        delta.alter.set_table_properties({STREAMS: " ".join([*known, *new])}, raise_if_not_exists=False)


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
