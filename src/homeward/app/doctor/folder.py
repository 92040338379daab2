"""The hub's folder: may it be written, is there room, can only its owner read secrets, can all in it be read."""

import os
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from deltalake import DeltaTable

from homeward.app import checkpoint
from homeward.app.devices import Devices
from homeward.app.doctor.finding import Finding, good, missing, wrong
from homeward.bus.resends import Resends
from homeward.core.circle import Circle
from homeward.core.signal import Broken, Refused
from homeward.history import History
from homeward.history.tables import SCHEMAS

GB = 1e9
LITTLE_BYTES, TOO_LITTLE_BYTES = 2 * GB, 0.3 * GB
SECRET = ("api-token", "devices.json", "registry.sqlite", "bus/hub.secret", "bus/nats.conf")
AHEAD_S = 60.0
MANY_FILES = 2_000


def check_folder(folder: Path, circle: Circle) -> Iterator[Finding]:
    """Everything that can be seen in the folder; fills the circle from its snapshot."""
    if not folder.is_dir():
        yield missing("folder", f"{folder} is not there", "Nothing is known yet.", "Start a hub: homeward up")
        return
    yield from _rights(folder)
    yield from _room(folder)
    yield from _snapshot(folder, circle)
    yield from _registry(folder)
    yield from _devices(folder)
    yield from _history(folder)


def _rights(folder: Path) -> Iterator[Finding]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield wrong(
            "folder",
            f"{folder} cannot be written by you",
            "The hub can keep nothing.",
            f"sudo chown -R $(id -un) {folder}, or run as its owner",
        )
    open_files = []
    for name in SECRET:
        path = folder / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            open_files.append(str(path))
    for path_name in open_files:
        yield wrong(
            "secrets",
            f"others on this machine can read {path_name}",
            "They can act as you, or as your devices.",
            f"chmod 600 {path_name}",
        )
    if not open_files:
        yield good("folder", f"{folder} is writable, its secrets are its owner's alone")


def _room(folder: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(folder).free
    said, means = f"{free / GB:.1f} GB are free", "When the disk is full the hub takes nothing more in."
    mend = f"Free space on the disk of {folder}, or move the folder to another."
    if free < TOO_LITTLE_BYTES:
        yield wrong("disk", said, means, mend)
    elif free < LITTLE_BYTES:
        yield missing("disk", said, means, mend)
    else:
        yield good("disk", said)


def _snapshot(folder: Path, circle: Circle) -> Iterator[Finding]:
    path = folder / checkpoint.NAME
    if not path.exists():
        yield missing(
            "snapshot", "there is none yet", "Nothing was heard so far.", "Connect a device, or apply a file."
        )
        return
    try:
        place, _, _ = checkpoint.load(folder, circle, Resends())
    except Refused as problem:
        yield wrong(
            "snapshot",
            str(problem),
            "The hub does not start with it.",
            f"mv {path} {path}.bad, and start the hub: it reads the log from its beginning",
        )
        return
    age = time.time() - path.stat().st_mtime
    if age < -AHEAD_S:
        yield wrong(
            "clock",
            f"the snapshot was written {-age / 60:.0f} minutes in the future",
            "The clock of this machine went back; until it catches up, news looks older than what is known.",
            "Set the clock right: sudo timedatectl set-ntp true",
        )
    said = f"message {place.sequence} of the log" if place else "no message yet"
    yield good("snapshot", f"{len(circle.twin.nodes)} nodes, as of {said}")


def _registry(folder: Path) -> Iterator[Finding]:
    path = folder / "registry.sqlite"
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            said = str(database.execute("pragma quick_check").fetchone()[0])
    except sqlite3.Error as problem:
        said = str(problem)
    if said == "ok":
        yield good("registry", "readable and whole")
    else:
        yield wrong(
            "registry",
            f"{path} is damaged ({said})",
            "Households and credentials may be lost.",
            "Restore the last backup: homeward restore FILE --folder NEW",
        )


def _devices(folder: Path) -> Iterator[Finding]:
    try:
        yield good("devices", f"{len(Devices(folder).all)} nodes have credentials")
    except Refused as problem:
        yield wrong("devices", str(problem), "The hub does not start with it.", "Mend or remove the file.")


def _history(folder: Path) -> Iterator[Finding]:
    root = folder / "history"
    if not root.is_dir():
        return
    try:
        with History(root) as history:
            reached = history.reached("readings").get("log", 0)
        many = [name for name in SCHEMAS if _files(root / name) > MANY_FILES]
    except Broken as problem:
        yield wrong(
            "history",
            str(problem),
            "What was cannot be asked, and may not be kept.",
            "Check the disk; restore the last backup if it is damaged.",
        )
        return
    if many:
        yield wrong(
            "history",
            f"{', '.join(many)} lie in more than {MANY_FILES} small files",
            "They were not merged for long; each commit costs more than the last.",
            "See what the hub says of it: homeward up --verbose",
        )
    else:
        yield good("history", f"readable, with everything up to message {reached} of the log")


def _files(root: Path) -> int:
    return len(DeltaTable(root).file_uris()) if DeltaTable.is_deltatable(str(root)) else 0
