"""What connectors tell is acted on at once, and the log says the same when it is read again."""

import asyncio
import os
import shutil
import signal as signals
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tests.app.conftest import LIND, running
from tests.waiting import until

from homeward.app.hub import Hub
from homeward.app.settings import HubSettings, Limits
from homeward.core.connector import Clock, Message, Tell
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.when import signal as on

SPEED, ODOMETER, PORCH = "Vehicle.Speed", "Vehicle.TraveledDistance", "Home.Light.Porch"
HOUSE = LIND + "rooms: [bedroom]\n"


@skill(when=on(SPEED) > 100)
def lamp(car: View) -> Iterator[Command | Reading]:
    """Light the porch for a moment when the car is fast, for longer when it is very fast."""
    if car.home:
        yield car.home.command(
            PORCH, True, until=car.now + (20.0 if float(car[SPEED] or 0) > 150 else 0.02), why="the car is fast"
        )


class Ear:
    """A connector that tells what a test has it tell, and carries commands out at once."""

    name = "lind/ear"

    def __init__(self) -> None:
        self.tell: Tell = lambda message: None
        self.done: list[Command] = []

    def takes(self, command: Command) -> bool:
        """All of them."""
        return True

    async def act(self, command: Command) -> str:
        """Remember it."""
        self.done.append(command)
        return "done"

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """Let the test tell."""
        self.tell = tell
        await asyncio.Event().wait()

    def says(self, node: str, **readings: Any) -> None:
        """Tell readings, by the last part of their path."""
        paths = {"speed": SPEED, "odometer": ODOMETER, "warm": "Room.Climate.Temperature", "text": "Home.Problem"}
        self.tell(Message(node, {paths.get(name, name): value for name, value in readings.items()}))


@asynccontextmanager
async def hearing(folder: Path) -> AsyncIterator[tuple[Hub, Ear]]:
    """A hub with such a connector, both in full swing."""
    async with running(folder, (lamp,), HOUSE) as (hub, _):
        ear = Ear()
        await hub.doors.put(ear)
        await until(lambda: hub.bus.underway.is_open, "the log has been read")
        await asyncio.sleep(0)
        yield hub, ear


def known(hub: Hub) -> dict[str, tuple[Any, ...]]:
    """All that the twin knows, with its times."""
    twin = hub.circle.twin
    return {
        f"{name} {signal.path}": twin.get(name, signal.path)
        for name in twin.nodes.names
        for signal in twin.vocabulary
        if signal.kind is twin.nodes.kind(twin.nodes.number(name))
    }


async def settled(hub: Hub) -> None:
    """Until everything told has been read back."""
    async with hub.ahead.settled() as all_back:
        assert all_back
    await until(lambda: not hub.bus.underway.count, "all is read back")


async def test_a_connector_is_answered_before_the_log_is_read_back(tmp_path: Path) -> None:
    async with hearing(tmp_path) as (hub, ear):
        ear.says("lind/car", speed=50.0)  # nobody has said such a thing before: it goes by the log
        assert hub.circle.twin.get("lind/car", SPEED)[0] is None
        await settled(hub)
        assert hub.circle.twin.get("lind/car", SPEED)[0] == 50.0
        await asyncio.sleep(0.01)
        ear.says("lind/car", speed=220.0)
        assert hub.circle.twin.get("lind/car", SPEED)[0] == 220.0, "known before anybody else had a turn"
        assert hub.bus.underway.count == 1
        await until(lambda: ear.done, "the command is carried out")
        await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "its outcome is known")
        await settled(hub)
        await hub.checkpoint()
        kept = hub.history.query("lind/car", SPEED)
        assert kept.values.tolist() == [50.0, 220.0], "each once"
        assert hub.applied >= 2


async def test_the_log_read_again_says_the_same(tmp_path: Path) -> None:
    chance = Random(5)
    async with hearing(tmp_path) as (hub, ear):
        for i in range(600):
            match chance.randrange(12):
                case 0:
                    ear.says("lind/bedroom", warm=chance.uniform(15, 25))
                case 1:
                    ear.says("lind/home", text=f"trouble {i}")
                case 2:
                    ear.says("lind/car", speed=-1e9)
                case 3:
                    ear.says("lind/car", **{f"Vehicle.Sped{i % 3}": 3.0})
                case 4:
                    ear.says("lind/elsewhere", speed=3.0)
                case 5:
                    await asyncio.sleep(chance.choice([0.0, 0.001, 0.01]))
                case _:
                    ear.says("lind/car", speed=chance.uniform(0, 130), odometer=float(i))
            if i == 300:
                await hub.checkpoint()
        await settled(hub)
        live, unfit = known(hub), hub.unfit
        await hub.checkpoint()
        kept = hub.history.query("lind/car", ODOMETER).values.tolist()
        sent = len(ear.done)
    assert unfit > 50 and sent > 2
    (tmp_path / "twin.npz").unlink()
    shutil.rmtree(tmp_path / "history")
    async with running(tmp_path, (lamp,), "") as (hub, _):
        await until(lambda: hub._caught_up.is_set(), "the log has been read")
        again = known(hub)
        await hub.checkpoint()
        assert hub.history.query("lind/car", ODOMETER).values.tolist() == kept
    assert live["lind/car Vehicle.Speed"][0] is not None
    differs = {name: (value, live[name]) for name, value in again.items() if repr(value) != repr(live[name])}
    assert differs == {}


async def test_a_server_that_dies_loses_nothing_that_was_told(tmp_path: Path) -> None:
    stored: list[float] = []
    async with hearing(tmp_path) as (hub, ear):
        ear.says("lind/car", odometer=0.0)
        await settled(hub)
        for i in range(1, 401):
            ear.tell(Message("lind/car", {ODOMETER: float(i)}, None, partial(stored.append, float(i))))
            if i % 100 == 50:
                await hub.bus.server_is_back()
                os.kill(hub.bus.server.pid, signals.SIGKILL)
            await asyncio.sleep(0.0 if i % 7 else 0.002)
        await until(lambda: len(stored) == 400, "all are stored", 30)
        await settled(hub)
        assert hub.circle.twin.get("lind/car", ODOMETER)[0] == 400.0
        await hub.checkpoint()
        kept = hub.history.query("lind/car", ODOMETER).values.tolist()
    assert sorted(kept) == [float(i) for i in range(401)], "each once"
    assert sorted(stored) == [float(i) for i in range(1, 401)]


async def test_what_a_full_log_refuses_is_acted_on_and_stored_when_there_is_room(tmp_path: Path) -> None:
    stored: list[float] = []
    limits = Limits(largest_message_bytes=4096, most_log_bytes=60_000)
    hub, ear = Hub(HubSettings(tmp_path, nats_port=0, mqtt_port=0, limits=limits)), Ear()
    hub.add("lind/car", Kind.VEHICLE)
    async with hub:
        await hub.doors.put(ear)
        await until(lambda: hub.bus.underway.is_open, "the log has been read")
        await asyncio.sleep(0)
        for i in range(2001):
            ear.tell(Message("lind/car", {ODOMETER: float(i)}, None, partial(stored.append, float(i))))
            await asyncio.sleep(0.0005)
        await until(lambda: hub.circle.twin.get("lind/car", ODOMETER)[0] == 2000.0, "it goes on without the log", 0.5)
        await until(lambda: "log" in hub.trouble.by_place, "somebody is told")
        assert len(stored) < 2001
        await until(lambda: len(stored) == 2001, "all are stored", 60)
        await hub.checkpoint()
        kept = hub.history.query("lind/car", ODOMETER).values.tolist()
        await until(lambda: "log" not in hub.trouble.by_place, "all is well again")
    assert sorted(kept) == [float(i) for i in range(2001)], "each once"


async def test_what_is_sent_again_is_acted_on_once_and_nothing_after_the_end(tmp_path: Path) -> None:
    async with hearing(tmp_path) as (hub, ear):
        ear.says("lind/car", odometer=0.0)
        await settled(hub)
        turns = hub.scribe.turns
        async with hub.ahead.settled():
            ear.says("lind/car", odometer=1.0)
            await asyncio.sleep(0)
            hub.bus.underway.send_again()
            assert hub.scribe.turns == turns, "a snapshot is being taken"
            await asyncio.sleep(0)
        await settled(hub)
        assert hub.circle.twin.get("lind/car", ODOMETER)[0] == 1.0 and hub.scribe.turns == turns + 1
        hub.ahead.stop()
        ear.says("lind/car", odometer=2.0)
        await asyncio.sleep(0)
        assert hub.circle.twin.get("lind/car", ODOMETER)[0] == 1.0, "it goes by the log"
        await until(lambda: hub.circle.twin.get("lind/car", ODOMETER)[0] == 2.0, "it came by the log")
