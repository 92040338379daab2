"""Rows into a table: Parquet files written here, and the one commit that names them.

Arrow's writer takes coded columns as they are, a list of words and numbers into it. The Delta library's own spells
every word out and looks it up again: 250 ns a row instead of 100.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.transaction import AddAction, RemoveAction

from homeward.history.tables import CLOCKS, DAY, SCHEMAS

HARDLY_REPEAT = ("value", "sequence", "at", "arrived")
"""Columns of which a list of words costs time and saves nothing."""
ASKED_FOR = ("household", "node", "path", "stream", "at", "arrived", "sequence")
"""Columns whose least and greatest are kept of each file, for queries to pass it over."""
QUIETLY = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def append(delta: DeltaTable, root: Path, table: str, rows: Any, marks: Mapping[str, int]) -> None:
    """Add rows (as `tables.made_ready` makes them) and how far each stream got, in one commit.

    Raises OSError or DeltaError; what a failed call leaves behind is no part of the table, and tidied away later.
    """
    added: list[AddAction | RemoveAction] = [_written(root, table, day, part) for day, part in _by_day(table, rows)]
    transactions = [Transaction(stream, sequence) for stream, sequence in marks.items()]
    delta.create_write_transaction(
        added, "append", SCHEMAS[table], ["day"],
        commit_properties=CommitProperties(app_transactions=transactions), post_commithook_properties=QUIETLY,
    )  # fmt: skip
    delta.update_incremental()  # it does not know by itself of a commit that was made for it


def _by_day(table: str, rows: Any) -> Iterator[tuple[str, Any]]:
    """The rows of each UTC day; nearly always there is one."""
    days = rows[CLOCKS[table]].to_numpy() // DAY
    if len(days) and days.min() == days.max():
        yield _date(days[0]), rows
        return
    for day in np.unique(days).tolist():
        yield _date(day), rows.filter(pa.array(days == day))


def _date(day: float) -> str:
    return str(np.datetime64(int(day), "D"))


def _written(root: Path, table: str, day: str, rows: Any) -> AddAction:
    """One file of a day's rows, and what is said of it in the log."""
    names = rows.schema.names
    place = f"day={day}/part-{uuid4()}.parquet"
    file = root / place
    file.parent.mkdir(exist_ok=True)
    pq.write_table(
        rows, file, compression="lz4", store_schema=False, write_batch_size=16_384,
        use_dictionary=[name for name in names if name not in HARDLY_REPEAT],
        column_encoding={"sequence": "DELTA_BINARY_PACKED"},
        write_statistics=[name for name in names if name in ASKED_FOR],
    )  # fmt: skip
    figures = json.dumps(_figures(pq.read_metadata(file)))
    return AddAction(place, file.stat().st_size, {"day": day}, int(time() * 1e3), True, figures)


def _figures(parquet: Any) -> dict[str, Any]:
    """How many rows a file has, and the least and greatest of the columns that are asked for."""
    least: dict[str, Any] = {}
    greatest: dict[str, Any] = {}
    for group in map(parquet.row_group, range(parquet.num_row_groups)):
        for column in map(group.column, range(group.num_columns)):
            known, name = column.statistics, column.path_in_schema
            if known is not None and known.has_min_max:
                least[name] = min(known.min, least.get(name, known.min))
                greatest[name] = max(known.max, greatest.get(name, known.max))
    return {"numRecords": parquet.num_rows, "minValues": least, "maxValues": greatest, "nullCount": {}}
