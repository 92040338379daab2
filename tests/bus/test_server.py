"""The nats-server child: it starts, says what is in its way, comes back when it dies and never outlives its hub."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.bus.conftest import eventually

from homeward.bus.binary import find_binary, version_of
from homeward.bus.server import Server
from homeward.bus.settings import BusError, Settings


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    with suppress(OSError):
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def gone_within(pid: int, seconds: float) -> bool:
    """Wait for a process to end."""
    deadline = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def listening(pid: int) -> set[str]:
    """The addresses a process listens on, as Linux writes them (hexadecimal)."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            inodes.add(os.readlink(link).removeprefix("socket:[").removesuffix("]"))
    rows = [
        line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and row[9] in inodes}


def test_the_server_is_new_enough_and_listens_on_loopback_only(open_house: Settings) -> None:
    assert version_of(find_binary()) >= (2, 12)

    async def story() -> None:
        server = Server(open_house)
        await server.start()
        assert listening(server.pid) == {"0100007F"}
        secret = open_house.store / "hub.secret"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600 and len(server.hub_password) == 64
        assert stat.S_IMODE((open_house.store / "nats.conf").stat().st_mode) == 0o600
        pid = server.pid
        await server.stop()
        assert not alive(pid)

    asyncio.run(story())


@pytest.mark.parametrize("which", ["nats_port", "mqtt_port"])
def test_a_port_that_is_taken_is_named_with_who_has_it(tmp_path: Path, which: str) -> None:
    async def story() -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            ports = {"nats_port": 0, "mqtt_port": 0, which: port}
            server = Server(Settings(tmp_path, **ports))
            with pytest.raises(BusError, match=rf"port {port} .*process {os.getpid()} .*{which}"):
                await server.start()
            await server.stop()

    asyncio.run(story())


def test_what_the_server_itself_says_when_it_fails_is_passed_on(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file where the server wants a folder")

    async def story() -> None:
        server = Server(Settings(tmp_path, 0, 0))
        with pytest.raises(BusError, match="storage directory is not a directory"):
            await server.start()
        await server.stop()

    asyncio.run(story())


def test_two_hubs_do_not_share_a_folder(open_house: Settings) -> None:
    async def story() -> None:
        first, second = Server(open_house), Server(open_house)
        await first.start()
        with pytest.raises(BusError, match="another hub is running"):
            await second.start()
        await second.stop()
        assert alive(first.pid), "the first one's server is left alone"
        await first.stop()
        await second.start()
        await second.stop()

    asyncio.run(story())


def test_it_comes_back_on_the_same_ports_when_it_dies(open_house: Settings) -> None:
    async def story() -> None:
        server = Server(open_house)
        await server.start()
        for deaths in (1, 2):
            pid, port = server.pid, server.mqtt_port
            os.kill(pid, signal.SIGKILL)
            async with asyncio.timeout(20):
                await eventually(lambda pid=pid: server.pid not in (0, pid))  # type: ignore[misc]
                await server.up.wait()
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            assert server.deaths == deaths
        pid = server.pid
        await server.stop()
        assert not alive(pid)

    asyncio.run(story())


HUB = """
import asyncio, pathlib, sys
from homeward.bus.server import Server
from homeward.bus.settings import Settings
async def hub():
    server = Server(Settings(pathlib.Path(sys.argv[1]), 0, 0))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(hub())
"""


def start_hub(store: Path) -> tuple["subprocess.Popen[str]", int]:
    """A hub in a process of its own, and the process id of its server."""
    hub = subprocess.Popen([sys.executable, "-c", HUB, str(store)], stdout=subprocess.PIPE, text=True)
    assert hub.stdout
    return hub, int(hub.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_hub_that_is_killed_leaves_no_server_behind(tmp_path: Path) -> None:
    hub, server = start_hub(tmp_path)
    hub.kill()
    hub.wait()
    assert gone_within(server, 15)


def test_a_server_left_behind_is_ended_at_the_next_start(open_house: Settings, free_port: Callable[[], int]) -> None:
    async def story() -> None:
        server = Server(open_house)
        await server.start()
        await server.stop()
        config = open_house.store / "nats.conf"
        orphan = await asyncio.to_thread(subprocess.Popen, [find_binary(), "-c", str(config.absolute())])
        try:
            async with asyncio.timeout(20):
                await eventually(lambda: (open_house.store / "nats.pid").read_text().strip() == str(orphan.pid))
            waiting = asyncio.create_task(asyncio.to_thread(orphan.wait))
            await server.start()
            async with asyncio.timeout(20):
                await waiting
            assert alive(server.pid)
            await server.stop()
        finally:
            orphan.kill()
            orphan.wait()

    asyncio.run(story())


def test_a_process_that_only_has_the_old_servers_number_is_left_alone(open_house: Settings) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])

    async def story() -> None:
        open_house.store.mkdir()
        (open_house.store / "nats.pid").write_text(str(bystander.pid))
        server = Server(open_house)
        await server.start()
        assert bystander.poll() is None
        await server.stop()

    try:
        asyncio.run(story())
    finally:
        bystander.kill()
        bystander.wait()
