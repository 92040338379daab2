"""A command that the log could not take goes out as soon as the server is back, if it still stands."""

import asyncio
from typing import cast

import pytest

from homeward.app.clock import LifeClock
from homeward.app.doors import Doors
from homeward.app.trouble import Trouble
from homeward.bus.nats import Bus
from homeward.bus.settings import BusError, Settings
from homeward.core.signal import Command

WARM = Command("lind/home", "Home.Climate.TargetTemperature", 21.0, 2e9, "cold", "rule warm", "lind-1")


class DeadServer(Bus):
    """A bus whose server is dead when it is first asked, and back when it is `up`."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.up = asyncio.Event()
        self.sent: list[Command] = []

    async def command(self, command: Command) -> None:
        """As a bus does it."""
        if not self.up.is_set():
            raise BusError("the server died")
        self.sent.append(command)

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
