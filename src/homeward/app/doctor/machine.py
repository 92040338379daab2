"""What the hub stands on: Python and its packages, nats-server, the clock."""

import ctypes
import importlib.util
import platform
import sys
from collections.abc import Iterator

from homeward.app.doctor.finding import Finding, good, missing, wrong
from homeward.bus.binary import OLDEST, find_binary, version_of
from homeward.bus.settings import BusError

OLDEST_PYTHON = (3, 11)
PACKAGES = (
    "deltalake",
    "duckdb",
    "fastapi",
    "nats",
    "nicegui",
    "numpy",
    "orjson",
    "pyarrow",
    "rich",
    "ruamel.yaml",
    "sqlalchemy",
    "typer",
    "tzdata",
    "uvicorn",
)
TIME_ERROR = 5
"""What Linux says of a clock that nothing keeps right."""


def check_machine() -> Iterator[Finding]:
    """Everything that is the same for all hubs of this machine."""
    yield from _python()
    yield from _nats()
    yield from _clock()


def _python() -> Iterator[Finding]:
    if sys.version_info < OLDEST_PYTHON:
        said, oldest = platform.python_version(), ".".join(map(str, OLDEST_PYTHON))
        yield wrong(
            "python",
            f"this is Python {said}",
            "homeward may fail in unexpected places.",
            f"Install Python {oldest} or newer and make the environment anew.",
        )
    absent = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if absent:
        yield wrong("python", f"not installed: {', '.join(absent)}", "What needs them fails.", "Run: make install")
    else:
        yield good("python", f"Python {platform.python_version()} with all packages")


def _nats() -> Iterator[Finding]:
    try:
        binary = find_binary()
    except BusError as problem:
        yield wrong("nats-server", str(problem), "There is no broker and no log without it.", "Run: make install")
        return
    version = version_of(binary)
    said = ".".join(map(str, version))
    if version < OLDEST:
        yield wrong(
            "nats-server",
            f"{binary} does not run (it says version {said})",
            "There is no broker and no log without it.",
            "Run it by hand and see; or: make install",
        )
    else:
        yield good("nats-server", f"{binary}, version {said}")


def _clock() -> Iterator[Finding]:
    if sys.platform != "linux":
        return
    state = ctypes.CDLL(None).adjtimex(
        ctypes.create_string_buffer(512)
    )  # asks only: its first word says change nothing
    if state == TIME_ERROR:
        yield missing(
            "clock",
            "nothing keeps this machine's clock right",
            "Plans go by it, and it may drift off.",
            "Turn on time synchronisation: sudo timedatectl set-ntp true",
        )
    else:
        yield good("clock", "kept right by time synchronisation")
