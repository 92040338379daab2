"""The nats-server child: found, configured, started, watched, restarted when it dies, and never left behind."""

import asyncio
import ctypes
import fcntl
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO

from homeward.bus.binary import find_binary
from homeward.bus.permissions import configuration
from homeward.bus.ports import check_free, free_port
from homeward.bus.settings import BusError, Device, Settings

log = logging.getLogger(__name__)
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


class Server:
    """A nats-server on loopback that lives exactly as long as this process wants it to.

    `nats_port` and `mqtt_port` are known once it has started; `deaths` counts how often it had to be restarted;
    `up` is set while it answers on its ports, as far as we know.
    """

    def __init__(self, settings: Settings, devices: Iterable[Device] = ()) -> None:
        self.settings, self.devices = settings, tuple(devices)
        self.nats_port, self.mqtt_port = settings.nats_port, settings.mqtt_port
        self.deaths = 0
        self.up = asyncio.Event()
        self.hub_password = ""
        self._process: asyncio.subprocess.Process | None = None
        self._lock: IO[str] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._binary = ""

    @property
    def pid(self) -> int:
        """The child's process id, 0 while it is down."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    async def start(self, mqtt: bool = True) -> None:
        """Start the server and return when it answers. Raises BusError saying what is in the way."""
        store = self.settings.store
        if self._lock is None:
            store.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(store)
            self.hub_password = _secret(store / "hub.secret")
            await _end_left_over(store)
            self._binary = await asyncio.to_thread(find_binary)
            self._choose_ports()
        await self._launch(mqtt)
        self._watch = asyncio.create_task(self._restart_when_it_dies(mqtt))

    def _choose_ports(self) -> None:
        self.nats_port = self.settings.nats_port or free_port()
        self.mqtt_port = self.settings.mqtt_port or free_port(self.nats_port)
        check_free(self.nats_port, "NATS", "nats_port")
        check_free(self.mqtt_port, "MQTT", "mqtt_port")

    async def stop(self, release: bool = True) -> None:
        """End the server and wait for it. With `release` the folder is free for another hub then."""
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
        if release and self._lock:
            self._lock.close()
            self._lock = None

    def renew(self) -> None:
        """End the child so that it is started again: after a full disk it does not go on by itself."""
        if self._process and self._process.returncode is None:
            self._process.terminate()

    async def reload(self, devices: Iterable[Device]) -> None:
        """Give the running server another list of devices; those no longer on it are cut off."""
        self.devices = tuple(devices)
        self._write_configuration(mqtt=True)
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    def _write_configuration(self, mqtt: bool) -> Path:
        path = self.settings.store / "nats.conf"
        ports = (self.nats_port, self.mqtt_port)
        text = configuration(self.settings, ports, self.devices, self.hub_password, mqtt)
        fresh = path.with_suffix(".new")
        with open(fresh, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        fresh.replace(path)
        return path

    async def _launch(self, mqtt: bool) -> None:
        config = self._write_configuration(mqtt)
        began = _size(self.settings.store / "nats.log")
        self._process = await asyncio.create_subprocess_exec(
            self._binary,
            "-c",
            str(config.absolute()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the hub, which then ends the server in order
            preexec_fn=_die_with(os.getpid()),
            # The hub beside it needs a core all the time: with more than half, the two take turns, and both hold less.
            env={"GOMAXPROCS": str(max(1, cores() // 2)), **os.environ},
        )
        ports = (self.nats_port, self.mqtt_port) if mqtt else (self.nats_port,)
        deadline = time.monotonic() + 30
        while not (self._is_ours() and all([await _answers(port) for port in ports])):
            if self._process.returncode is not None:
                raise BusError(await self._why_it_ended(began))
            if time.monotonic() > deadline:
                self._process.kill()
                raise BusError(f"nats-server did not answer within 30 s; see {self.settings.store / 'nats.log'}")
            await asyncio.sleep(0.01)
        self.up.set()

    def _is_ours(self) -> bool:
        """Whether the server that runs in this folder is the child just started, not somebody else on its ports."""
        with suppress(OSError):
            return (self.settings.store / "nats.pid").read_text().strip() == str(self.pid)
        return False

    async def _why_it_ended(self, began: int) -> str:
        assert self._process and self._process.stderr
        said = (await self._process.stderr.read()).decode(errors="replace")
        path = self.settings.store / "nats.log"
        if path.exists():
            with path.open(errors="replace") as file:
                file.seek(began if began <= path.stat().st_size else 0)
                said += file.read()
        for port, name, setting in ((self.nats_port, "NATS", "nats_port"), (self.mqtt_port, "MQTT", "mqtt_port")):
            if f":{port}" in said and "address already in use" in said:
                check_free(port, name, setting)
        wrong = [line for line in said.splitlines() if "[FTL]" in line or "[ERR]" in line or "nats-server:" in line]
        return f"nats-server ended at once (code {self._process.returncode}): {' '.join(wrong[-3:]) or said[-300:]}"

    async def _restart_when_it_dies(self, mqtt: bool) -> None:
        pause = 0.05
        while True:
            assert self._process
            lived_from = time.monotonic()
            code = await self._process.wait()
            self.deaths += 1
            self.up.clear()
            log.warning("nats-server ended (code %s); starting it again in %.2f s", code, pause)
            if time.monotonic() - lived_from > 60:
                pause = 0.05
            while True:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                try:
                    await self._launch(mqtt)
                    break
                except (BusError, OSError) as error:
                    log.error("nats-server: %s", error)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _die_with(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes nats-server: ask Linux to end it when its parent ends, even killed."""
    if _libc is None:
        return None

    def before() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent ended in between
            os._exit(1)

    return before


def _lock(store: Path) -> IO[str]:
    """Take the folder for this process; the system gives it back whatever happens to us."""
    file = open(store / "lock", "a")  # noqa: SIM115 - held as long as the server is ours
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise BusError(f"another hub is running with {store}; end it first, or use another folder") from None
    return file


def _secret(path: Path) -> str:
    """The hub's own password: random, made once, readable by its owner only."""
    if path.exists() and (kept := path.read_text().strip()):
        return kept
    made = secrets.token_hex(32)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(made)
    return made


async def _end_left_over(store: Path) -> None:
    """End a server that an earlier hub of this folder left behind (where the system does not do it for us)."""
    config = str((store / "nats.conf").absolute())
    for pid in _candidates(store):
        for end, seconds in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            waited = 0.0
            while config in _command_of(pid) and waited < seconds:
                if waited == 0.0:
                    log.warning("ending a nats-server (process %d) that an earlier hub left behind", pid)
                    with suppress(OSError):
                        os.kill(pid, end)
                await asyncio.sleep(0.02)
                waited += 0.02


def _candidates(store: Path) -> list[int]:
    """Processes that may be a server of this folder: on Linux all there are, elsewhere the one that said so."""
    if sys.platform == "linux":
        return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if int(folder.name) != os.getpid()]
    with suppress(OSError, ValueError):
        return [int((store / "nats.pid").read_text())]
    return []


def _command_of(pid: int) -> str:
    """The command line of a process, '' if there is none: a process id alone may be somebody else's by now."""
    if sys.platform == "linux":
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    return subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False).stdout


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, family=socket.AF_INET)
    except OSError:
        return False
    writer.close()
    return True


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
