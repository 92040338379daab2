"""All that a hub knows in one file, taken while it runs: a tar, compressed with zstd, its manifest at the end.

What is taken first may be older than what is taken later, never newer: devices and registry, then the snapshot, then
history, then the log. So what the snapshot does not have yet the log brings again, and history, which knows how far it
came, takes nothing twice; it is as if the hub had been killed at that moment. `homeward.app.restore` is the way back.
"""

import asyncio
import hashlib
import io
import os
import re
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

import orjson
import pyarrow as pa
from deltalake import DeltaTable

from homeward import __version__
from homeward.app import checkpoint
from homeward.bus.copies import copy_log
from homeward.bus.reach import reach
from homeward.core.signal import Refused
from homeward.history.durable import sync_file
from homeward.history.tables import SCHEMAS
from homeward.surfaces.remote import ADDRESS

FORMAT = 1
SQLITE = b"SQLite format 3\0"
MANIFEST = "manifest.json"
LOG = "log.bytes"
PASSING = (".new", ".part", "-wal", "-shm", "-journal", ".lock", ADDRESS)
"""Ends of names of files that mean nothing without the process that uses them."""

Step = Callable[[float, float], None]


@dataclass(slots=True)
class Packer:
    """Writes files into a tar and remembers what they were."""

    tar: tarfile.TarFile
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, file: IO[bytes]) -> None:
        """Add an open file as it is now; what it grows by meanwhile is left out."""
        hashing = _Hashing(file)
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = os.fstat(file.fileno()).st_size, 0o600, int(os.fstat(file.fileno()).st_mtime)
        self.tar.addfile(info, hashing)  # type: ignore[arg-type]
        self.files[name] = {"bytes": info.size, "sha256": hashing.sum.hexdigest()}

    def add_bytes(self, name: str, said: bytes) -> None:
        """Add what is in memory."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(said), 0o600
        self.tar.addfile(info, io.BytesIO(said))
        self.files[name] = {"bytes": len(said), "sha256": hashlib.sha256(said).hexdigest()}


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sum = file, hashlib.sha256()

    def read(self, size: int) -> bytes:
        """The next bytes."""
        said = self._file.read(size)
        self.sum.update(said)
        return said


def back_up(folder: Path, file: Path, step: Step = lambda done, total: None) -> dict[str, Any]:
    """Write all that the hub in `folder` knows into `file`, which only its owner can read; tells what is in it.

    Works whether that hub runs or not; in an event loop, call it in a thread. Raises Refused or BusError, and leaves no
    file then.
    """
    folder, file = folder.resolve(), file.resolve()
    if not (folder / "bus" / "log").is_dir():
        raise Refused(f"{folder} is no hub's folder, there is no log in it; name the hub's folder with --folder")
    if file.exists():
        raise Refused(f"{file} exists; remove it, or give another name")
    if file.is_relative_to(folder):
        raise Refused(f"{file} would lie in the hub's own folder and be lost with it; keep it elsewhere")
    fresh = file.with_name(file.name + ".part")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        with pa.output_stream(str(fresh), compression="zstd") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
            told = _pack(folder, Packer(tar), file.parent, step)
        sync_file(fresh)
        fresh.rename(file)
    finally:
        fresh.unlink(missing_ok=True)
    return {"file": str(file), "bytes": file.stat().st_size, **told}


def _pack(folder: Path, packer: Packer, beside: Path, step: Step) -> dict[str, Any]:
    for path in _others(folder):
        _pack_other(path, path.relative_to(folder).as_posix(), packer)
    place = _pack_snapshot(folder, packer)
    step(1, 4)
    for table in SCHEMAS:
        _pack_table(folder, table, packer)
    step(2, 4)
    with tempfile.TemporaryFile(dir=beside) as spooled:
        log = asyncio.run(_copy_log(folder, spooled))
        step(3, 4)
        spooled.flush()
        spooled.seek(0)
        packer.add(LOG, spooled)
    if place and not log["state"]["first_seq"] - 1 <= place["sequence"] <= log["state"]["last_seq"]:
        raise Refused("the log was emptied beyond the snapshot while it was copied; try again")
    manifest = {
        "format": FORMAT,
        "homeward": __version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "place": place,
        "log": log,
        "files": packer.files,
    }
    told = {"files": len(packer.files), "log_messages": log["state"]["messages"], "homeward": __version__}
    packer.add_bytes(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    step(4, 4)
    return told


async def _copy_log(folder: Path, into: IO[bytes]) -> dict[str, Any]:
    async with reach(folder / "bus") as client:
        return await copy_log(client, into.write)


def _others(folder: Path) -> Iterator[Path]:
    """Files of the hub's folder that are neither snapshot, history nor the bus's own: registry, devices, token, …"""
    for top in sorted(folder.iterdir()):
        if top.name in ("bus", "history", checkpoint.NAME) or top.is_symlink():
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.endswith(PASSING):
                yield path


def _pack_other(path: Path, name: str, packer: Packer) -> None:
    with suppress(FileNotFoundError), path.open("rb") as file:
        if file.read(len(SQLITE)) == SQLITE:
            with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
                with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy.name)) as kept:
                    live.backup(kept)
                packer.add(name, copy.file)
            return
        file.seek(0)
        packer.add(name, file)


def _pack_snapshot(folder: Path, packer: Packer) -> dict[str, Any] | None:
    """The snapshot, which is replaced as a whole: an opened one stays what it was. Its place in the log, if any."""
    if not (folder / checkpoint.NAME).exists():
        return None
    with (folder / checkpoint.NAME).open("rb") as file:
        packer.add(checkpoint.NAME, file)
        file.seek(0)
        place: dict[str, Any] | None = checkpoint.unpack(file)[0]["place"]
        return place


def _pack_table(folder: Path, table: str, packer: Packer) -> None:
    """One version of a table: its files never change, and outlive being merged for an hour."""
    root = folder / "history" / table
    if not DeltaTable.is_deltatable(str(root)):
        return
    delta = DeltaTable(root)
    for file in _commits(root / "_delta_log", delta.version()):
        packer.add_bytes(f"history/{table}/_delta_log/{file.name}", file.read_bytes())
    with suppress(FileNotFoundError):
        last = (root / "_delta_log" / "_last_checkpoint").read_bytes()
        if orjson.loads(last)["version"] <= delta.version():
            packer.add_bytes(f"history/{table}/_delta_log/_last_checkpoint", last)
    for name in _data_files(delta):
        with (root / name).open("rb") as opened:
            packer.add(f"history/{table}/{name}", opened)


def _commits(log: Path, newest: int) -> Iterator[Path]:
    for file in sorted(log.iterdir()):
        found = re.fullmatch(r"(\d{20})(\.checkpoint\.parquet|\.json)", file.name)
        if found and int(found[1]) <= newest:
            yield file


def _data_files(delta: DeltaTable) -> list[str]:
    actions: Any = delta.get_add_actions()
    return sorted(unquote(path.as_py()) for path in actions["path"])
