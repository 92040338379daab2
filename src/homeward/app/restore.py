"""A backup made into a hub's folder again: checked whole, put together beside, and only then given its name."""

import asyncio
import hashlib
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson
import pyarrow as pa

from homeward import __version__
from homeward.app import checkpoint
from homeward.app.backup import FORMAT, LOG, MANIFEST, Step
from homeward.bus.copies import CHUNK_BYTES, restore_log
from homeward.bus.reach import reach
from homeward.bus.resends import Resends
from homeward.core.circle import Circle
from homeward.core.signal import Refused
from homeward.history import History
from homeward.registry import Registry
from homeward.words import load_vocabulary

Manifest = dict[str, Any]


def restore(file: Path, folder: Path, step: Step = lambda done, total: None) -> dict[str, Any]:
    """Make `folder` (new or empty) what was backed up into `file`; tells what it holds.

    Either the folder is whole at the end or it is as before. Raises Refused, BusError or OSError, in words.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; nothing is restored over what is there: name a new folder")
    if folder.is_mount():
        raise Refused(f"{folder} is a mount point and cannot be replaced as a whole; restore into a folder in it")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".{folder.name}.restoring")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    try:
        manifest = unpack(file, beside)
        step(1, 3)
        asyncio.run(_restore_log(beside, manifest))
        step(2, 3)
        told = _look(beside)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    step(3, 3)
    return {"folder": str(folder), "made": manifest["made"], "homeward": manifest["homeward"], **told}


def unpack(file: Path, into: Path) -> Manifest:
    """Unpack a backup and check every file against its manifest. Raises Refused for one that is not whole."""
    found: dict[str, dict[str, Any]] = {}
    said = b""
    try:
        with pa.input_stream(str(file), compression="zstd") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is None or not _is_fit(member.name):
                    raise Refused(f"{file} holds {member.name!r}, which no backup of homeward does")
                if member.name == MANIFEST:
                    said = content.read()
                else:
                    found[member.name] = _write(content, into / member.name)
        manifest: Manifest = orjson.loads(said)
        if manifest["format"] > FORMAT:
            theirs, ours = manifest["homeward"], __version__
            raise Refused(f"{file} was made by homeward {theirs}, newer than this one ({ours}); update homeward first")
        wanted = manifest["files"]
    except FileNotFoundError:
        raise Refused(f"{file} is not there") from None
    except (OSError, EOFError, tarfile.TarError, pa.ArrowException, ValueError, KeyError, TypeError) as problem:
        raise Refused(f"{file} is damaged, cut short, or no backup ({problem}); nothing was restored") from None
    if wrong := [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]:
        raise Refused(f"{file} is damaged: {wrong[0]} is not what was backed up; nothing was restored")
    return manifest


def _is_fit(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.parts[:1] != ("bus",) and "\\" not in name


def _write(content: IO[bytes], path: Path) -> dict[str, Any]:
    """Write a file as its owner's alone; its size and hash, as the manifest has them."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, sum_ = 0, hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for piece in _pieces(content):
            file.write(piece)
            sum_.update(piece)
            size += len(piece)
    return {"bytes": size, "sha256": sum_.hexdigest()}


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    read: Callable[[], bytes] = lambda: content.read(CHUNK_BYTES)  # noqa: E731
    return iter(read, b"")


async def _restore_log(folder: Path, manifest: Manifest) -> None:
    """The log gets a new name in its new server; the snapshot's place is said in that name."""
    async with reach(folder / "bus") as client:
        with (folder / LOG).open("rb") as file:
            stream = await restore_log(client, manifest["log"], _pieces(file))
    (folder / LOG).unlink()
    (folder / "bus" / "nats.log").unlink(missing_ok=True)
    if (folder / checkpoint.NAME).exists():
        with (folder / checkpoint.NAME).open("rb") as file:
            plain, arrays = checkpoint.unpack(file)
        if plain["place"]:
            plain["place"]["stream"] = stream
            checkpoint.save(folder, plain, arrays)


def _look(folder: Path) -> dict[str, Any]:
    """Open everything once as a hub would; raises Refused or HistoryError if something cannot be read."""
    circle = Circle(load_vocabulary())
    checkpoint.load(folder, circle, Resends())
    registry = Registry(folder / "registry.sqlite")
    try:
        households = registry.households()
    finally:
        registry.close()
    with History(folder / "history") as history:
        reached = history.reached("readings")
    return {"households": households, "nodes": len(circle.twin.nodes), "history_reached": reached.get("log", 0)}
