"""Devices speak over MQTT and NATS, the hub hears each message once and in order, and is heard."""

import asyncio
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import nats
import orjson
import pytest
from nats.errors import NoRespondersError
from tests.bus.conftest import Heard, Shell, running

from homeward.bus.faults import Fault
from homeward.bus.log import Log
from homeward.bus.nats import Bus
from homeward.bus.settings import BusError, Device, Place, Settings
from homeward.core.connector import Message
from homeward.core.signal import Command

CAR = "homeward/lind/car/readings"
DEVICES = [
    Device("car", "car-password", "lind/car"),
    Device("ada", "ada-password", "lind", author="lind/ada"),
    Device("script", "script-password", "lind/car", author="lind/ada", door="nats"),
]


def test_each_message_is_heard_once_whatever_way_it_came(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house, DEVICES)
        async with running(bus) as heard:
            for qos in ("0", "1", "2"):
                assert await shell.publish(bus.server.mqtt_port, CAR, f"mqtt {qos}", "-q", qos) == 0
            client = await nats.connect(
                f"nats://127.0.0.1:{bus.server.nats_port}", user="script", password="script-password"
            )
            await client.publish("homeward.lind.car.readings", b"nats")
            await client.flush()
            await client.close()
            await heard.until(lambda: len(heard.all) == 4)
            bus.say(Message("lind/car", {"Vehicle.Speed": 3.5}, at=12.5))
            await heard.until(lambda: len(heard.all) >= 5)
            await asyncio.sleep(0.2)
        assert heard.payloads() == [b"mqtt 0", b"mqtt 1", b"mqtt 2", b"nats"]
        assert heard.payloads(b"heard") == [b'{"at":12.5,"Vehicle.Speed":3.5}']
        assert heard.all.sequences == sorted(set(heard.all.sequences))
        assert heard.all.times_ns == sorted(heard.all.times_ns)

    asyncio.run(story())


def test_after_a_restart_exactly_what_followed_the_snapshot_is_heard_again(open_house: Settings) -> None:
    async def story() -> None:
        bus, snapshot = Bus(open_house), None
        async with running(bus) as heard:
            for i in range(10):
                await bus.store("homeward.lind.car.readings", b"%d" % i)
            await heard.until(lambda: len(heard.all) == 10)
            snapshot = Place(heard.places[-1].stream, heard.all.sequences[3], heard.all.times_ns[3] / 1e9)
            await bus.acknowledge(snapshot)
        async with running(Bus(open_house), snapshot) as heard:
            await heard.until(lambda: len(heard.all) == 6)
            assert heard.payloads() == [b"%d" % i for i in range(4, 10)]

    asyncio.run(story())


def test_a_snapshot_of_another_log_does_not_hide_what_is_in_this_one(open_house: Settings) -> None:
    async def story() -> None:
        bus = Bus(open_house)
        async with running(bus, Place("2020-01-01T00:00:00Z", 1_000_000, 1.6e9)) as heard:
            await bus.store("homeward.lind.car.readings", b"new")
            await heard.until(lambda: heard.payloads() == [b"new"])

    asyncio.run(story())


def test_a_log_shorter_than_the_snapshot_is_read_on_by_time(open_house: Settings) -> None:
    """After a power cut the log may have lost its end, and give the same numbers to other messages."""

    async def story() -> None:
        bus = Bus(open_house)
        async with running(bus) as heard:
            await bus.store("homeward.lind.car.readings", b"before")
            await heard.until(lambda: len(heard.all) == 1)
            reached = heard.places[-1]
            await asyncio.sleep(0.01)
            for i in range(5):
                await bus.store("homeward.lind.car.readings", b"after %d" % i)
        lost_its_end = Place(reached.stream, reached.sequence + 3, reached.time)
        async with running(Bus(open_house), lost_its_end) as heard:
            await heard.until(lambda: len(heard.all) == 5)
            assert heard.payloads() == [b"after %d" % i for i in range(5)]

    asyncio.run(story())


def test_a_server_that_dies_costs_nothing_and_the_reading_goes_on(open_house: Settings) -> None:
    async def story() -> None:
        bus = Bus(open_house)
        async with running(bus) as heard:
            await bus.store("homeward.lind.car.readings", b"before")
            await heard.until(lambda: len(heard.all) == 1)
            os.kill(bus.server.pid, signal.SIGKILL)
            await bus.server_is_back()
            await bus.store("homeward.lind.car.readings", b"after")
            await heard.until(lambda: len(heard.all) == 2)
            assert heard.payloads() == [b"before", b"after"]

    asyncio.run(story())


def test_what_is_safe_leaves_the_log_when_its_time_has_come(tmp_path: Path) -> None:
    async def story() -> None:
        bus = Bus(Settings(tmp_path, 0, 0, keep_seconds=0.0))
        async with running(bus) as heard:
            for _ in range(2):
                seen = len(heard.all) + 1
                await bus.store("homeward.lind.car.readings", b"x" * 1000)
                await heard.until(lambda seen=seen: len(heard.all) == seen)  # type: ignore[misc]
                state = await bus.acknowledge(heard.places[-1])
                await asyncio.sleep(0.01)
            assert state.first == heard.all.sequences[0] + 1
            assert (state.messages, bus.lost) == (1, 0)

    asyncio.run(story())


def test_a_full_log_refuses_rather_than_forgets_and_recovers_when_read(tmp_path: Path, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(Settings(tmp_path, 0, 0, guests=True, most_log_bytes=200_000))
        async with running(bus) as heard:
            stored = 0
            with pytest.raises(Exception, match="could not be stored"):
                for _ in range(100):
                    await bus.store("homeward.lind.car.readings", b"x" * 10_000)
                    stored += 1
            port = bus.server.mqtt_port
            assert await shell.publish(port, CAR, "x" * 10_000, "-q", "1") != 0, "no PUBACK for what is not stored"
            await heard.until(lambda: len(heard.all) == stored)
            assert (await bus.acknowledge(heard.places[-1])).full < 0.1
            await bus.store("homeward.lind.car.readings", b"there is room again")
            await heard.until(lambda: heard.payloads()[-1] == b"there is room again")

    asyncio.run(story())


def test_commands_reach_devices_that_are_away_and_nobody_twice(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house, DEVICES)
        topic, session = "homeward/lind/car/commands", ("-u", "car", "-P", "car-password", "-i", "car", "-c", "-q", "1")
        async with running(bus):
            port = bus.server.mqtt_port
            await shell.listen(port, topic, 1, *session)
            for i in range(2):
                await bus.command(Command("lind/car", "Vehicle.X", i, 9e9, "while away", id=f"c{i}"))
            assert [orjson.loads(line)["id"] for line in await shell.listen(port, topic, 1, *session)] == ["c0", "c1"]
            there = asyncio.create_task(shell.listen(port, topic, 2, *session))
            at_qos_0 = asyncio.create_task(shell.listen(port, topic, 2, "-u", "ada", "-P", "ada-password"))
            await asyncio.sleep(1)
            await bus.command(Command("lind/car", "Vehicle.X", 2, 9e9, "while there", id="c2"))
            for lines in (await there, await at_qos_0):
                assert [orjson.loads(line)["id"] for line in lines] == ["c2"]

    asyncio.run(story())


def test_a_sender_is_told_what_was_wrong(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house, DEVICES)
        async with running(bus):
            listening = asyncio.create_task(shell.listen(bus.server.mqtt_port, "homeward/lind/car/errors", 2))
            await asyncio.sleep(1)
            fault = Fault("homeward.lind.car.readings", 1.0, "no", "Vehicle.Spede", "Vehicle.Speed", b"{")
            await bus.complain([fault, Fault("homeward.x", 1.0, "a topic that names no node")])
            (line,) = await listening
            assert orjson.loads(line)["nearest"] == "Vehicle.Speed"

    asyncio.run(story())


def test_a_wish_is_by_whom_the_credentials_say(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus, topic = Bus(open_house, DEVICES), "homeward/lind/home/wishes"

        async def over_nats() -> None:
            client = await nats.connect(
                f"nats://127.0.0.1:{bus.server.nats_port}", user="script", password="script-password"
            )
            forged = {"Nats-Request-Info": '{"user": "car"}'}
            await client.publish("homeward.lind.home.wishes", b"three", headers=forged)
            await client.flush()
            await client.close()

        async with running(bus) as heard:
            port = bus.server.mqtt_port
            await shell.publish(port, topic, "one", "-q", "1", "-u", "ada", "-P", "ada-password")
            await shell.publish(port, topic, "a guest's", "-q", "1")
            await shell.publish(port, topic, "a car's", "-q", "1", "-u", "car", "-P", "car-password")
            await over_nats()
            await heard.until(lambda: len(heard.payloads(b"asked")) == 2)
            await asyncio.sleep(0.3)
            assert heard.payloads(b"asked") == [b"lind/ada\none", b"lind/ada\nthree"]

    asyncio.run(story())


def test_devices_come_and_go_without_a_restart(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house)
        van = ("-u", "van", "-P", "secret", "-q", "1")
        async with running(bus) as heard:
            port, topic = bus.server.mqtt_port, "homeward/lind/van/readings"
            assert await shell.publish(port, topic, "a stranger's", *van) != 0
            await bus.set_devices([Device("van", "secret", "lind/van")])
            async with asyncio.timeout(20):
                while await shell.publish(port, topic, "mine", *van):
                    pass
            await bus.set_devices([])
            async with asyncio.timeout(20):
                while not await shell.publish(port, topic, "mine", *van):
                    pass
            await heard.until(lambda: set(heard.payloads()) == {b"mine"})
            assert bus.server.deaths == 0

    asyncio.run(story())


def test_many_messages_come_in_few_batches_and_in_order(open_house: Settings) -> None:
    async def story() -> None:
        bus = Bus(open_house)
        async with running(bus) as heard:
            for i in range(30_000):
                await bus._client.publish("homeward.lind.car.readings", b"%d" % i)
            await heard.until(lambda: len(heard.all) == 30_000, 60)
        assert heard.payloads() == [b"%d" % i for i in range(30_000)]
        assert len(heard.places) < 3_000

    asyncio.run(story())


def test_further_topics_can_be_taken_into_the_log(tmp_path: Path, shell: Shell) -> None:
    async def story() -> None:
        async def hear(settings: Settings, place: Place | None, payload: str) -> Heard:
            bus = Bus(settings, [Device("tracker", "secret", "lind/car", topics=("car/+/telemetry",))])
            async with running(bus, place) as heard:
                mine = ("-u", "tracker", "-P", "secret")
                await shell.publish(bus.server.mqtt_port, "car/7/telemetry", payload, *mine)
                await heard.until(lambda: len(heard.all) == 1)
                return heard

        bare = Settings(tmp_path, 0, 0)
        async with running(Bus(bare)):
            pass
        heard = await hear(Settings(tmp_path, 0, 0, listen=("car/+/telemetry",)), None, "hello")
        assert heard.all.subjects == [b"car.7.telemetry"]

    asyncio.run(story())


async def test_a_moment_without_an_answer_is_waited_out_and_a_long_one_told(open_house: Settings) -> None:
    class Quiet:
        """A connection to a server that is busy with new credentials for so many questions."""

        def __init__(self, silent: int) -> None:
            self.silent = silent

        async def request(self, *_: object, **__: object) -> object:
            self.silent -= 1
            if self.silent >= 0:
                raise NoRespondersError
            return SimpleNamespace(data=b'{"answered": true}')

    assert await Log(Quiet(3), open_house).ask("INFO") == {"answered": True}  # type: ignore[arg-type]
    with pytest.raises(BusError, match="nobody answers"):
        await Log(Quiet(1_000), open_house).ask("INFO")  # type: ignore[arg-type]
