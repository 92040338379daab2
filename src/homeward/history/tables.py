"""What the three tables of history look like, and how rows are made ready for them.

A row carries the `stream` and `sequence` of the message it came from: that is how a message sent again after a crash is
recognised. Rows are kept apart by `day`, the UTC day of the row's trusted clock (arrival for readings, the hub's own
time for commands and outcomes), never the device's clock, which could name any day it likes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from homeward.core.signal import Broken

DAY = 86_400.0
"""Seconds in a day."""

AHEAD = 5.0
"""How many seconds before its arrival a reading's own time may claim to be later than it."""

LAST_SECOND = 4_102_444_800.0
"""2100-01-01: a clock beyond it is broken."""

TEXT, FLOAT, COUNT = pa.string(), pa.float64(), pa.int64()
CODED = pa.dictionary(pa.int32(), TEXT)
"""Text as numbers into a list of words: what many rows say is said once, in memory and in the file."""
CODES = ("household", "node", "path", "stream")
"""What is coded in readings."""


def _schema(**fields: Any) -> Any:
    return pa.schema([pa.field("day", pa.date32()), pa.field("household", TEXT), *fields.items()])


SCHEMAS: Mapping[str, Any] = {
    "readings": _schema(
        node=TEXT, path=TEXT, at=FLOAT, arrived=FLOAT, value=FLOAT, text=TEXT, stream=TEXT, sequence=COUNT
    ),
    "commands": _schema(
        id=TEXT, node=TEXT, path=TEXT, value=FLOAT, text=TEXT, until=FLOAT, why=TEXT, by=TEXT, at=FLOAT, event=TEXT,
        stream=TEXT, sequence=COUNT,
    ),
    "outcomes": _schema(id=TEXT, node=TEXT, done=pa.bool_(), why=TEXT, at=FLOAT, stream=TEXT, sequence=COUNT),
}  # fmt: skip
"""The columns of each table; `day`, which is in the files' folders, and `household` are filled in on writing."""

CLOCKS: Mapping[str, str] = {"readings": "arrived", "commands": "at", "outcomes": "at"}
"""The column of each table whose time can be trusted."""

ORDERS: Mapping[str, tuple[str, ...]] = {
    "readings": ("node", "path", "at"),
    "commands": ("household", "at"),
    "outcomes": ("household", "at"),
}
"""By what a finished day of each table is put in order, so that a query reads little of it."""


class HistoryError(Broken):
    """History could not be written or read; the text says where, why, and what would mend it."""


def columns_of(table: str) -> Any:
    """The schema of the rows that `History.write` takes: the table's, without `day` and `household`."""
    return pa.schema([field for field in SCHEMAS[table] if field.name not in ("day", "household")])


def gathered(table: str) -> Any:
    """The schema of rows on their way: for readings with coded names, and the household beside the node."""
    if table != "readings":
        return columns_of(table)
    fields = [field for field in SCHEMAS[table] if field.name != "day"]
    return pa.schema([pa.field(field.name, CODED) if field.name in CODES else field for field in fields])


def joined(table: str, batches: Sequence[Any]) -> Any:
    """Record batches of `gathered(table)` as one pyarrow Table, each coded column with one list of words."""
    rows = pa.Table.from_batches(batches, gathered(table))
    for i, field in enumerate(rows.schema):
        if field.type == CODED and rows[i].num_chunks > 1:
            rows = rows.set_column(i, field, rows[i].combine_chunks())
    return rows


def ends_of(rows: Any) -> dict[str, tuple[int, int]]:
    """The first and the last sequence of each stream that rows come from. Raises ValueError where one is missing."""
    if rows["stream"].null_count or rows["sequence"].null_count:
        raise ValueError("every row needs the stream and the sequence of the message it came from")
    coded = rows["stream"] if rows["stream"].type == CODED else rows["stream"].cast(TEXT).dictionary_encode()
    column = coded.combine_chunks()
    numbers, sequences = column.indices.to_numpy(), rows["sequence"].to_numpy()
    used = np.flatnonzero(np.bincount(numbers))
    ends: dict[str, tuple[int, int]] = {}
    for number in used.tolist():
        own = sequences if len(used) == 1 else sequences[numbers == number]
        ends[column.dictionary[number].as_py()] = (int(own.min()), int(own.max()))
    return ends


def from_rows(table: str, rows: Iterable[Mapping[str, Any]]) -> Any:
    """A record batch of rows given as dictionaries; missing fields become null. For few rows, not for bulk."""
    return pa.RecordBatch.from_pylist(list(rows), schema=columns_of(table))


def made_ready(table: str, columns: Any) -> Any:
    """Rows as they are stored, a pyarrow Table: with `household`, and times nobody can trust put right.

    Names may be coded, and rows may bring their household, which else is worked out.
    A reading's `at` holds if it lies between a day before and five seconds after its arrival; else arrival stands for
    it. Raises ValueError for rows that lack a column or a time.
    """
    wanted = columns_of(table)
    if missing := [name for name in wanted.names if name not in columns.schema.names]:
        raise ValueError(f"rows for {table} lack {', '.join(missing)}; they need {', '.join(wanted.names)}")
    rows = pa.table({field.name: _cast(columns.column(field.name), field.type) for field in wanted})
    clock = rows[CLOCKS[table]]
    sane = pc.fill_null(pc.and_(pc.greater_equal(clock, 0.0), pc.less(clock, LAST_SECOND)), False)
    if len(rows) and not pc.all(sane).as_py():
        raise ValueError(f"{table}: every row needs {CLOCKS[table]} in seconds since 1970, before the year 2100")
    if table == "readings":
        rows = rows.set_column(rows.schema.get_field_index("at"), "at", _trusted(rows["at"], clock))
    household = columns.column("household") if "household" in columns.schema.names else _households(rows["node"])
    return rows.append_column("household", household).select(SCHEMAS[table].names[1:])


def _cast(column: Any, type: Any) -> Any:
    return column if column.type == CODED and type == TEXT else column.cast(type)


def _households(node: Any) -> Any:
    return pc.struct_field(pc.extract_regex(node.cast(TEXT), r"^(?P<household>[^/]*)"), "household")


def _trusted(at: Any, arrived: Any) -> Any:
    recent = pc.and_(pc.greater_equal(at, pc.subtract(arrived, DAY)), pc.less_equal(at, pc.add(arrived, AHEAD)))
    return pc.if_else(pc.fill_null(recent, False), at, arrived)
