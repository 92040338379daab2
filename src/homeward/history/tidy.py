"""Keeps the tables small and quick: merges files, orders finished days, drops what no query can need any more."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, WriterProperties
from deltalake.exceptions import DeltaError

from homeward.history.durable import sync, sync_checkpoints
from homeward.history.files import QUIETLY
from homeward.history.tables import ORDERS, SCHEMAS

WHOLE = 64 * 2**20
"""Files of this many bytes are left alone."""

KEEP_HOURS = 1
"""Files that were merged or left behind by a crash are kept this long, for queries still reading them."""

MEMORY = 192 * 2**20
"""What ordering a day may take of memory: eight million readings took 1.3 GB without a bound, 0.2 GB with it."""

COLUMNS = WriterProperties(compression="ZSTD", max_row_group_size=65_536)


def tidy_all(root: Path) -> None:
    """Tidy every table of a history that exists."""
    for table in SCHEMAS:
        if DeltaTable.is_deltatable(str(root / table)):
            tidy(root / table, table)


def tidy_apart(root: Path) -> None:
    """The same in a process of its own: what it takes of memory, and the libraries keep, is given back when it ends.

    Raises OSError with what it said if it failed.
    """
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, "-m", "homeward.history.tidy", str(root)],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
    if done.returncode:
        raise OSError((done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1])


def tidy(root: Path, table: str) -> None:
    """Tidy one table while it is being written to; nothing is deleted before what replaces it is safe on disk."""
    delta = DeltaTable(root)
    start = delta.version()
    small = _small_files(delta)
    newest = max(small, default=None)
    for day, count in sorted(small.items()):
        if count < 2:
            continue
        if day == newest:
            _merge(delta, day)
        else:
            _order(delta, table, day)
    sync(root, range(start + 1, delta.version() + 1))
    delta.create_checkpoint()
    sync_checkpoints(root)
    delta.cleanup_metadata()
    delta.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False, full=True)


def _small_files(delta: DeltaTable) -> Counter[str]:
    files: Any = delta.get_add_actions(flatten=True)
    days, sizes = files["partition.day"], files["size_bytes"]
    pairs = zip(list(days), list(sizes), strict=True)
    return Counter(str(day.as_py()) for day, size in pairs if size.as_py() < WHOLE)


def _merge(delta: DeltaTable, day: str) -> None:
    delta.optimize.compact(
        [("day", "=", day)], target_size=WHOLE, writer_properties=COLUMNS, post_commithook_properties=QUIETLY,
        max_concurrent_tasks=1,
    )  # fmt: skip


def _order(delta: DeltaTable, table: str, day: str) -> None:
    """Order a finished day, with what does not fit into little memory on the disk meanwhile; else only merge it."""
    try:
        delta.optimize.z_order(
            ORDERS[table], [("day", "=", day)], target_size=WHOLE, writer_properties=COLUMNS,
            post_commithook_properties=QUIETLY, max_concurrent_tasks=1, max_spill_size=MEMORY,
        )  # fmt: skip
    except DeltaError as error:
        if "Resources exhausted" not in str(error):
            raise
        _merge(delta, day)


if __name__ == "__main__":
    os.nice(10)  # whoever is waiting for a reading goes first
    tidy_all(Path(sys.argv[1]))
