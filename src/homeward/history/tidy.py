"""Keeps the tables small and quick: merges files, orders finished days, drops what no query can need any more."""

from collections import Counter
from pathlib import Path
from typing import Any

from deltalake import DeltaTable, PostCommitHookProperties, WriterProperties

from homeward.history.durable import sync, sync_file
from homeward.history.tables import ORDERS

WHOLE = 64 * 2**20
"""Files of this many bytes are left alone."""

KEEP_HOURS = 1
"""Files that were merged or left behind by a crash are kept this long, for queries still reading them."""

COLUMNS = WriterProperties(compression="ZSTD", max_row_group_size=65_536)
QUIETLY = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


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
    for checkpoint in (root / "_delta_log").glob("*.checkpoint.parquet"):
        sync_file(checkpoint)
    delta.cleanup_metadata()
    delta.vacuum(KEEP_HOURS, dry_run=False, enforce_retention_duration=False, full=True)


def _small_files(delta: DeltaTable) -> Counter[str]:
    files: Any = delta.get_add_actions(flatten=True)
    days, sizes = files["partition.day"], files["size_bytes"]
    pairs = zip(list(days), list(sizes), strict=True)
    return Counter(str(day.as_py()) for day, size in pairs if size.as_py() < WHOLE)


def _merge(delta: DeltaTable, day: str) -> None:
    delta.optimize.compact(
        [("day", "=", day)], target_size=WHOLE, writer_properties=COLUMNS, post_commithook_properties=QUIETLY
    )


def _order(delta: DeltaTable, table: str, day: str) -> None:
    delta.optimize.z_order(
        ORDERS[table], [("day", "=", day)], target_size=WHOLE, writer_properties=COLUMNS,
        post_commithook_properties=QUIETLY,
    )  # fmt: skip
