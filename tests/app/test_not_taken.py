"""What the log could not take: a command goes out when the server is back, if it stands; a large message is told."""

import asyncio
from pathlib import Path
from typing import NoReturn, cast

import pytest

from homeward.app.clock import LifeClock
from homeward.app.doors import Doors
from homeward.app.trouble import Trouble
from homeward.bus.nats import Bus
from homeward.bus.outbox import TooLarge
from homeward.bus.settings import BusError, Settings
from homeward.core.connector import Clock, Message, Tell
from homeward.core.signal import Command

WARM = Command("lind/home", "Home.Climate.TargetTemperature", 21.0, 2e9, "cold", "rule warm", "lind-1")


class DeadServer(Bus):
    """A bus whose server is dead when it is first asked, and back when it is `up`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.up = asyncio.Event()
        self.sent: list[Command] = []

    async def command(self, command: Command) -> int:
        """As a bus does it."""
        if not self.up.is_set():
            raise BusError("the server died")
        self.sent.append(command)
        return len(self.sent)

    async def server_is_back(self) -> None:
        """Wait for it."""
        await self.up.wait()


@pytest.mark.parametrize("stands", [True, False])
async def test_a_command_goes_out_when_the_server_is_back(
    stands: bool, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeward.app.doors.FIRST_PAUSE_S", 0.01)
    bus, trouble = DeadServer(Settings(tmp_path_factory.mktemp("bus"))), Trouble()
    doors = Doors(cast(Bus, bus), LifeClock(), trouble, lambda command: stands)
    task = asyncio.create_task(doors.begin(WARM))
    await asyncio.sleep(0.05)
    assert not task.done() and "if it still stands" in trouble.by_place["bus"]
    bus.up.set()
    async with asyncio.timeout(5):
        await task
    assert bus.sent == ([WARM] if stands else [])


async def test_a_command_that_is_too_large_is_told_and_not_tried_again(tmp_path: Path) -> None:
    class Strict(DeadServer):
        """It takes nothing so large."""

        def command(self, command: Command) -> NoReturn:
            """Never."""
            raise TooLarge("at most 1,000")

    trouble = Trouble()
    doors = Doors(Strict(Settings(tmp_path)), LifeClock(), trouble, lambda command: True)
    async with asyncio.timeout(5):
        await doors.begin(WARM)
    assert trouble.by_place["bus"] == "at most 1,000"


class Loud:
    """A connector that says something too large, then something else."""

    name = "lind/loud"

    def takes(self, command: Command) -> bool:
        """Nothing."""
        return False

    async def act(self, command: Command) -> str:
        """Never asked."""
        raise AssertionError

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """Both at once."""
        tell(Message("lind/home", {"Home.Problem": "x" * 2000}))
        tell(Message("lind/home", {"Home.Climate.IndoorTemperature": 20.0}))
        await asyncio.Event().wait()


async def test_what_is_too_large_is_told_and_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bus, trouble, said = Bus(Settings(tmp_path, largest_payload_bytes=1000)), Trouble(), list[str]()
    monkeypatch.setattr(Trouble, "say", lambda self, place, words: said.append(f"{place}: {words}"))
    doors = Doors(bus, LifeClock(), trouble, lambda command: True)
    doors.add(Loud())
    await doors.start()
    await asyncio.sleep(0.05)
    await doors.stop()
    assert len(said) == 1 and "lind/loud" in said[0] and "at most 1,000; it was left out" in said[0]
