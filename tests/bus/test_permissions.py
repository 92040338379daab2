"""A client may touch its own topics and nothing else: neither other households' nor the server's own."""

import asyncio
import random

import nats
import pytest
from nats.aio.msg import Msg
from tests.bus.conftest import Heard, Shell, running
from tests.bus.mqtt_client import Sender

from homeward.bus.nats import Bus
from homeward.bus.settings import Device, Settings, as_subject
from homeward.core.signal import Refused

OURS = Device("car", "secret", "lind/car")
SCRIPT = Device("script", "secret", "lind", author="lind/ada", door="nats")
THEIRS = Device("theirs", "secret", "berg")


def test_guests_may_send_readings_and_nothing_that_acts(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house, [OURS, THEIRS])
        async with running(bus) as heard:
            for topic in (
                "homeward/lind/home/wishes",
                "homeward/lind/home/asked",
                "homeward/lind/car/commands",
                "homeward/lind/car/errors",
                "$JS/API/STREAM/DELETE/$MQTT_msgs",
                "$JS/API/STREAM/PURGE/$MQTT_msgs",
                "$MQTT/msgs/homeward/lind/car/readings",
                "$SYS/REQ/SERVER/PING",
            ):
                await shell.publish(bus.server.mqtt_port, topic, "{}", "-q", "0")
            await shell.publish(bus.server.mqtt_port, "homeward/lind/car/readings", "fine", "-q", "1")
            await heard.until(lambda: heard.payloads(b"") == [b"fine"])
            assert bus.server.deaths == 0

    asyncio.run(story())


def test_without_guests_nobody_comes_in_unknown(open_house: Settings, shell: Shell) -> None:
    settings = Settings(open_house.store, 0, 0)

    async def story() -> None:
        bus = Bus(settings, [OURS])
        async with running(bus) as heard:
            port, topic = bus.server.mqtt_port, "homeward/lind/car/readings"
            assert await shell.publish(port, topic, "nobody's", "-q", "1") != 0
            assert await shell.publish(port, topic, "wrong", "-q", "1", "-u", "car", "-P", "guess") != 0
            assert await shell.publish(port, topic, "hub's", "-u", "hub", "-P", bus.server.hub_password) != 0
            assert await shell.publish(port, topic, "its own", "-q", "1", "-u", "car", "-P", "secret") == 0
            await heard.until(lambda: heard.payloads() == [b"its own"])

    asyncio.run(story())


WORDS = ["homeward", "lind", "berg", "car", "home", "readings", "commands", "wishes", "asked", "errors", "_hub", "log"]
WORDS += ["$MQTT", "msgs", "sub", "$JS", "API", "STREAM", "PURGE", "DELETE", "$MQTT_msgs", "_INBOX", "hub", "$SYS"]
OWN = {f"homeward.lind.{node}.{leaf}" for node in ("car", "home") for leaf in ("readings", "wishes")}


def attempts(many: int) -> list[str]:
    """Subjects made at random of words that might open something, none of them the attacker's own."""
    chance = random.Random(3)
    made = [".".join(chance.choices(WORDS, k=chance.randint(1, 5))) for _ in range(many)]
    return [subject for subject in made if subject not in OWN]


async def something_private(bus: Bus, shell: Shell, heard: Heard) -> None:
    """The other household lives its life; the log must have nothing but that."""
    theirs = ("-u", "theirs", "-P", "secret", "-q", "1")
    await shell.publish(bus.server.mqtt_port, "homeward/berg/car/readings", "private", *theirs)
    await bus.send("berg/car", "commands", b"private too")
    await heard.until(lambda: b"private" in heard.payloads())
    await asyncio.sleep(0.2)
    assert b"attempt" not in heard.payloads(b"")
    assert bus.server.deaths == 0


def test_a_nats_client_reaches_nothing_of_others(open_house: Settings, shell: Shell) -> None:
    got: list[bytes] = []

    async def hear(message: Msg) -> None:
        got.append(message.data)

    async def ignore(_: Exception) -> None:
        return

    async def story() -> None:
        bus = Bus(open_house, [OURS, SCRIPT, THEIRS])
        async with running(bus) as heard:
            url = f"nats://127.0.0.1:{bus.server.nats_port}"
            client = await nats.connect(url, user="script", password="secret", error_cb=ignore)
            for subject in attempts(1000):
                await client.subscribe(subject, cb=hear)
                await client.subscribe(subject.replace("car", "*"), cb=hear)
                await client.publish(subject, b"attempt")
            for subject in ("homeward.>", "$MQTT.>", "$MQTT.sub.>", "$MQTT.msgs.>", "_INBOX.>", "_hub.>", "$JS.>", ">"):
                await client.subscribe(subject, cb=hear)
            for _ in range(2):
                await client.flush()
            await something_private(bus, shell, heard)
            assert got == []
            await client.close()

    asyncio.run(story())


def test_an_mqtt_client_reaches_nothing_of_others(open_house: Settings, shell: Shell) -> None:
    async def story() -> None:
        bus = Bus(open_house, [OURS, SCRIPT, THEIRS])
        async with running(bus) as heard:
            port, mine = bus.server.mqtt_port, ("-q", "1", "-u", "car", "-P", "secret")
            for subject in attempts(150):
                await Sender(port, "car", "secret").burst(subject.replace(".", "/"), [b"attempt"])
            filters = ("#", "homeward/#", "homeward/+/+/readings", "homeward/berg/car/commands", "$MQTT/sub/#")
            hearing = [asyncio.create_task(shell.listen(port, topic, 2, *mine)) for topic in filters]
            await asyncio.sleep(1)
            await something_private(bus, shell, heard)
            assert await asyncio.gather(*hearing) == [[]] * len(filters)

    asyncio.run(story())


@pytest.mark.parametrize(
    "topic", ["a b", "$JS/API", "homeward/lind/car/readings", "#", "+/x", "a//b", "a.b", "x/#/y", ""]
)
def test_foreign_topics_cannot_reach_into_ours(topic: str) -> None:
    with pytest.raises(Refused, match="topic"):
        as_subject(topic)


@pytest.mark.parametrize("user", ["", "a b", 'x", "permissions": {}', "hub.secret", "ü", "hub", "guest", "wishes"])
def test_users_have_plain_names_and_not_the_hubs(user: str) -> None:
    with pytest.raises(Refused, match="user"):
        Device(user, "secret", "lind/car")
