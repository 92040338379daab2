"""The hub as its users meet it: messages in over MQTT, errors and commands out, and nothing forgotten."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import orjson
from tests.app.conftest import LIND, listening, publish, publishing, running
from tests.bus.mqtt_client import Sender
from tests.waiting import until

from homeward.app.view import HubHouse
from homeward.core.signal import Command, Reading, Wish
from homeward.core.skill import View, skill
from homeward.core.when import signal as on

SPEED = "Vehicle.Speed"


@skill(when=on(SPEED) > 100)
def lamp(car: View) -> Iterator[Command | Reading]:
    """Light the porch when the car is fast: simple enough to see."""
    if car.home:
        yield car.home.command("Home.Light.Porch", True, until=car.now + 600, why="the car is fast")


async def test_a_reading_sent_over_mqtt_is_known_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, _):
        await publish(hub, "homeward/lind/car/readings", {SPEED: 33.2})
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 33.2, "the speed is known")


async def test_garbage_gets_its_error_and_harms_nobody(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, _), listening(hub, "homeward/lind/car/errors") as errors:
        await publish(hub, "homeward/lind/car/readings", "{not json")
        await publish(hub, "homeward/lind/car/readings", {"Vehicle.Sped": 3})
        await publish(hub, "homeward/lind/car/readings", {SPEED: "fast", "Vehicle.IsMoving": True})
        await publish(hub, "homeward/lind/car/readings", {SPEED: 50.0})
        await until(lambda: len(errors) == 3, "three errors")
        assert errors[1]["nearest"] == SPEED
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 50.0, "what came after it is known")
        assert hub.circle.twin.get("lind/car", "Vehicle.IsMoving")[0] is None, "nothing of the bad message was applied"


async def test_a_command_reaches_the_device_and_its_outcome_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,)) as (hub, _), listening(hub, "homeward/lind/home/commands") as commands:
        await publish(hub, "homeward/lind/car/readings", {SPEED: 120})
        await until(lambda: commands, "the command arrives")
        assert commands[0]["value"] is True
        assert commands[0]["why"] == "the car is fast"
        await publish(hub, "homeward/lind/home/outcomes", {"id": commands[0]["id"], "done": True, "why": "it is on"})
        await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "the outcome is known")


async def test_a_wish_from_a_page_is_settled_and_told(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        house = HubHouse(hub, households.zone, households.able)
        asked = Wish("lind/home", "Home.Climate.TargetTemperature", 22.0, house.now(), "lind/ada", house.now() + 60)
        too_much = Wish("lind/home", "Home.Climate.TargetTemperature", 99.0, house.now(), "lind/ada")
        good, bad = await house.wish(asked), await house.wish(too_much)
        found = await until(
            lambda: (
                {one.id: one for one in house.decisions("lind") if one.state != "asked"}.keys() >= {good, bad}
                and {one.id: one for one in house.decisions("lind")}
            ),
            "both are settled",
        )
        assert found[good].state == "sent"
        assert found[bad].state == "refused"
        assert "30" in found[bad].outcome_why, "it says what would be right"


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,)) as (hub, _):
        await publish(hub, "homeward/lind/car/readings", {SPEED: 120})
        await until(lambda: hub.decisions.of("lind", 1), "a command")
    async with running(tmp_path, (lamp,)) as (hub, _):
        assert hub.circle.twin.get("lind/car", SPEED)[0] == 120
        assert [one.path for one in hub.decisions.of("lind", 9)] == ["Home.Light.Porch"]
        await publish(hub, "homeward/lind/car/readings", {SPEED: 130})
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 130, "news after the restart")
        assert len(hub.decisions.of("lind", 9)) == 1, "it was fast before: no new moment"
        times, values = await HubHouse(hub, lambda _: "UTC", lambda _: []).history(
            "lind/car", SPEED, 0, hub.clock.now() + 10
        )
        assert values.tolist() == [120.0]
        assert len(times) == 1


CRASHING = """
import asyncio, sys
from pathlib import Path
from typing import Any
from tests.app.conftest import running
async def main():
    async with running(Path(sys.argv[1])) as (hub, _):
        print(hub.bus.server.mqtt_port, flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    for round_ in range(3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CRASHING, str(tmp_path), stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(["src", "."])},
        )  # fmt: skip
        assert process.stdout
        port = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
        for i in range(5):
            said = orjson.dumps({"Vehicle.TraveledDistance": round_ * 10 + i}).decode()
            sent = await asyncio.create_subprocess_exec(
                "mosquitto_pub", "-p", port, "-q", "1", "-t", "homeward/lind/car/readings", "-m", said
            )
            assert await sent.wait() == 0
        process.send_signal(signal.SIGKILL)
        await process.wait()
    async with running(tmp_path) as (hub, _):
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.TraveledDistance")[0] == 24, "the last one")
        await hub.checkpoint()
        found = hub.history.query("lind/car", "Vehicle.TraveledDistance", 0)
        assert found.values.tolist() == [r * 10 + i for r in range(3) for i in range(5)], "each once, in order"


async def test_a_household_file_is_applied_to_a_running_hub(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        changes = await households.apply(LIND.replace("car: {}", "car: {}\n  van: {}"))
        assert changes["added"] == ["vehicle lind/van"]
        await publish(hub, "homeward/lind/van/readings", {SPEED: 5})
        await until(lambda: hub.circle.twin.get("lind/van", SPEED)[0] == 5, "the new car is heard")
        home = "lind/home"
        await until(lambda: hub.circle.twin.get(home, "Home.Location.Latitude")[0] == 59.33, "the home's place")
        await until(lambda: hub.circle.twin.get(home, "Home.UtcOffset")[0] in (3600.0, 7200.0), "the zone's offset")


async def test_credentials_open_the_broker_for_one_node_only(tmp_path: Path) -> None:
    async with running(tmp_path, guests=False) as (hub, households):
        said = {SPEED: 50.0}
        assert await publishing(hub, "homeward/lind/car/readings", said) != 0, "nobody gets in without credentials"
        given = await households.add_device("lind/car")
        own = ("-u", str(given["user"]), "-P", str(given["password"]))
        await publish(hub, str(given["topic"]), said, *own)
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 50, "the car speaks for itself")
        await publishing(hub, "homeward/lind/home/readings", {"Home.Light.Porch": True}, *own)
        await publish(hub, "homeward/lind/car/readings", {SPEED: 51.0}, *own)
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 51, "and goes on")
        assert hub.circle.twin.get("lind/home", "Home.Light.Porch")[0] is None, "but not for the home"
    async with running(tmp_path, guests=False) as (hub, households):
        assert await publishing(hub, "homeward/lind/car/readings", said, *own) == 0, "they outlive a restart"
        await households.remove_device("lind/car")
        assert await publishing(hub, "homeward/lind/car/readings", said, *own) != 0
        again = await households.add_device("lind/car")
        own = ("-u", str(again["user"]), "-P", str(again["password"]))
        await households.apply(LIND.replace("vehicles:\n  car: {}\n", ""))
        assert await publishing(hub, "homeward/lind/car/readings", said, *own) != 0, (
            "a car that is gone is let in no more"
        )


async def test_a_log_that_begins_again_loses_no_history(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, _):
        for speed in (1.0, 2.0, 3.0):
            await publish(hub, "homeward/lind/car/readings", {SPEED: speed})
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 3, "the last one")
    shutil.rmtree(tmp_path / "bus")
    for speed in (4.0, 5.0):
        async with running(tmp_path) as (hub, _):
            await publish(hub, "homeward/lind/car/readings", {SPEED: speed})
            await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == speed, "what is new")  # noqa: B023
            await hub.checkpoint()
            kept = hub.history.query("lind/car", SPEED).values.tolist()
    assert kept == [1, 2, 3, 4, 5], "each once"


async def test_a_flood_that_the_disk_cannot_follow_waits_in_the_log_and_nothing_is_lost(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, _):
        recorder, flush = hub.scribe.recorder, hub.scribe.recorder.flush
        recorder._most_rows = 4_000

        def slow(durable: bool = True) -> dict[str, int]:
            sleep(0.3)  # so that a whole flood comes in meanwhile, more than the recorder would hold
            return flush(durable)

        recorder.flush = slow  # type: ignore[method-assign]
        sender = Sender(hub.bus.server.mqtt_port)
        for burst in range(40):
            told = [b'{"Vehicle.Speed": %d, "Vehicle.TraveledDistance": %d}' % (i, burst * 200 + i) for i in range(100)]
            await sender.burst("homeward/lind/car/readings", told)
        assert len(sender.acknowledged) == 4_000
        last = 39 * 200 + 99
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.TraveledDistance")[0] == last, "all is taken", 90)
        assert hub.trouble.by_place.get("disk", "") == ""
        await hub.checkpoint()
        count = "select count(*) as n from readings where path = 'Vehicle.TraveledDistance'"
        kept: Any = await asyncio.to_thread(hub.history.select, count, {}, (0.0, 9e9), "readings")
        assert kept["n"].to_pylist() == [4_000]
