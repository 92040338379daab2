"""Makes commits outlive a power cut: forces them to the disk, and sets aside a torn one at the end of a log.

A Delta table is files named by commits. The files a commit names may reach the disk after the commit does; if the power
fails in between, the last commits name files that are empty. Nobody has been told that those were stored (that is said
after `sync`), so they are put aside on opening and the stream brings the messages again.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

TAIL = 50
"""How many of the last commits are looked at on opening; all but a few of them were synced long ago."""


def sync(root: Path, versions: Iterable[int]) -> None:
    """Force the commits of these versions, and the files they added, to the disk. Raises OSError."""
    folders = {root / "_delta_log"}
    for version in versions:
        commit = _commit(root, version)
        if not commit.exists():
            continue
        for add in _actions(commit, "add"):
            file = root / unquote(add["path"])
            if file.exists():
                sync_file(file)
                folders.update((file.parent, root))
        sync_file(commit)
    for folder in folders:
        sync_file(folder)


def sync_checkpoints(root: Path) -> None:
    """Force the checkpoints in the table's log, and what says which is the last, to the disk. Raises OSError."""
    log = root / "_delta_log"
    for file in (*log.glob("*.checkpoint.parquet"), *log.glob("_last_checkpoint"), log):
        sync_file(file)


def sync_file(path: Path) -> None:
    """Force one file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def mend(root: Path) -> list[int]:
    """Set aside torn commits at the end of the table's log, and a torn checkpoint; returns the versions set aside."""
    log = root / "_delta_log"
    for checkpoint in log.glob("*.checkpoint.parquet"):
        if not _whole(checkpoint):
            _set_aside(checkpoint)
            (log / "_last_checkpoint").unlink(missing_ok=True)
    versions = sorted(int(file.stem) for file in log.glob("*.json") if file.stem.isdigit())[-TAIL:]
    removed: set[str] = set()
    torn: list[int] = []
    for version in reversed(versions):
        try:
            removed.update(action["path"] for action in _actions(_commit(root, version), "remove"))
            good = all(_present(root, add, removed) for add in _actions(_commit(root, version), "add"))
        except ValueError:
            good = False
        if not good:
            torn = [later for later in versions if later >= version]
    for version in torn:
        _set_aside(_commit(root, version))
    return torn


def _present(root: Path, add: dict[str, Any], removed: set[str]) -> bool:
    file = root / unquote(add["path"])
    return add["path"] in removed or (file.exists() and file.stat().st_size == add["size"] and _whole(file))


def _whole(parquet: Path) -> bool:
    with parquet.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 4))
        return file.read() == b"PAR1"


def _commit(root: Path, version: int) -> Path:
    return root / "_delta_log" / f"{version:020d}.json"


def _actions(commit: Path, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in commit.read_bytes().split(b"\n") if line]
    if not lines or not all(isinstance(line, dict) for line in lines):
        raise ValueError(f"{commit.name} is not whole")
    return [line[kind] for line in lines if kind in line]


def _set_aside(file: Path) -> None:
    file.rename(file.with_name(file.name + ".torn"))
