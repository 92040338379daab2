"""The connector to a broker that is already there, against a real Mosquitto."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.connectors.conftest import LIND, listening, publish
from tests.waiting import until

from homeward.app.tasks import end
from homeward.connectors import kinds, make
from homeward.connectors.mqtt.broker import Broker
from homeward.core.connector import ConnectorError, Message, Unread
from homeward.core.signal import Command
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import parse

TEMPLATES = """
    templates:
      - {use: owntracks, node: ada, user: ada}
      - {use: zigbee2mqtt-thermostat, node: bedroom, name: Bedroom TRV}
      - node: car
        topics:
          "car/{household}/telemetry":
            readings: {Vehicle.Speed: {field: v, unit: mph}, Vehicle.DistanceToHome: {field: dist, unit: km}}
"""


class Wall:
    """A clock that goes as the system's does."""

    speed = 1.0

    def now(self) -> float:
        return 0.0

    def of(self, wall: float) -> float:
        return wall


def connector(vocabulary: Vocabulary, port: int, folder: Path, *settings: str) -> Broker:
    """As a hub makes it from a household file."""
    own = "".join(f"\n    {setting}" for setting in settings)
    text = f"{LIND}\nconnectors:\n  broker:\n    kind: mqtt\n    port: {port}{own}{TEMPLATES}"
    household = parse(text, vocabulary, connector_kinds=kinds())
    made = make(household.connectors[0], household, vocabulary, [folder], text)
    assert isinstance(made, Broker)
    return made


class Listening:
    """A connector that senses in a task of its own; a `forgetful` one stores nothing of what it hears."""

    def __init__(self, broker: Broker, forgetful: bool = False) -> None:
        self.broker, self.forgetful = broker, forgetful
        self.heard: list[Message] = []
        self.error: ConnectorError | None = None

    async def __aenter__(self) -> "Listening":
        self.task = asyncio.create_task(self._sense())
        await until(lambda: self.broker.health()["connected"] or self.error, "connected")
        return self

    async def __aexit__(self, *_: object) -> None:
        await end([self.task])

    async def _sense(self) -> None:
        try:
            await self.broker.sense(Wall(), self._tell)
        except ConnectorError as problem:
            self.error = problem

    def _tell(self, told: Message | Unread) -> None:
        unread = told._replace(stored=None if self.forgetful else told.stored) if isinstance(told, Unread) else None
        message = unread.read() if unread else told
        if not isinstance(message, Message):
            return
        self.heard.append(message)
        if message.stored and not self.forgetful:
            message.stored()


Make = Callable[..., Any]


async def test_what_a_broker_says_becomes_readings(vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    await publish(server.port, "zigbee2mqtt/Bedroom TRV", '{"local_temperature": 19.5}', "-r")
    async with Listening(broker) as ears:
        await publish(server.port, "owntracks/ada/phone", '{"_type":"location","lat":60.1,"lon":24.9,"tst":1732300000}')
        await publish(server.port, "car/lind/telemetry", '{"v": 60, "dist": 4.5}')
        await until(lambda: len(ears.heard) == 3, "three messages")
    assert [(one.node, one.at) for one in ears.heard] == [
        ("lind/bedroom", None),
        ("lind/ada", 1732300000.0),
        ("lind/car", None),
    ]
    assert ears.heard[0].readings == {"Room.Climate.Temperature": 19.5}, "what the broker kept comes first"
    assert ears.heard[2].readings["Vehicle.DistanceToHome"] == 4500.0
    assert ears.heard[2].readings["Vehicle.Speed"] == pytest.approx(96.56064)


async def test_a_command_goes_out_on_a_topic_with_spaces(
    vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path
) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    command = Command("lind/bedroom", "Room.Climate.TargetTemperature", 21.5, 2e9, "cold", "rule cold", "lind-1")
    other = Command("lind/kitchen", "Room.Climate.TargetTemperature", 21.5, 2e9, "cold", "rule cold", "lind-2")
    assert broker.takes(command) and not broker.takes(other)
    async with Listening(broker), listening(server.port, "zigbee2mqtt/#") as heard:
        done = await broker.act(command)
        await until(lambda: heard, "the command arrives")
    assert heard == ['zigbee2mqtt/Bedroom TRV/set {"occupied_heating_setpoint":21.5}']
    assert done == "published " + heard[0]
    with pytest.raises(ConnectorError, match="not connected"):
        await broker.act(command)


async def test_bad_payloads_are_counted_and_told_and_nothing_of_them_counts(
    vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path
) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    async with Listening(broker) as ears:
        for payload in ("{not json", '{"v": "fast", "dist": 3}', '{"v": 30, "dist": [1]}', "", "[1]", "7"):
            await publish(server.port, "car/lind/telemetry", payload)
        await publish(server.port, "car/lind/telemetry", '{"v": 0}')
        await until(lambda: ears.heard, "the good one")
    assert [one.readings for one in ears.heard] == [{"Vehicle.Speed": 0.0}]
    health = broker.health()
    assert (health["heard"], health["said"], health["unfit"]) == (7, 1, 3)
    faults = broker.take_faults()
    assert [fault.answer_subject for fault in faults] == ["homeward.lind.car.errors"] * 3
    assert "v: 'fast' is not a number km/h (Vehicle.Speed)" in faults[1].error
    assert broker.take_faults() == []


async def test_a_broker_that_is_away_and_comes_back(vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path) -> None:
    server = mosquitto()
    broker = connector(vocabulary, server.port, tmp_path)
    async with Listening(broker) as nobody:
        pass
    assert nobody.error and f"no broker at 127.0.0.1:{server.port}" in str(nobody.error)
    await server.start()
    async with Listening(broker) as ears:
        await server.end()
        await until(lambda: ears.error, "it notices")
        assert "closed the connection" in str(ears.error)
    await server.start()
    async with Listening(broker) as ears:
        await publish(server.port, "car/lind/telemetry", '{"dist": 1}')
        await until(lambda: ears.heard, "a message after it came back")


async def test_what_came_while_we_were_away_is_heard_later(
    vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path
) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    async with Listening(broker):
        pass
    for distance in range(5):
        await publish(server.port, "car/lind/telemetry", f'{{"dist": {distance}}}')
    async with Listening(broker) as ears:
        await until(lambda: len(ears.heard) == 5, "all five")
    assert [one.readings["Vehicle.DistanceToHome"] for one in ears.heard] == [0.0, 1000.0, 2000.0, 3000.0, 4000.0]


async def test_what_was_not_stored_is_not_acknowledged_and_comes_again(
    vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path
) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    async with Listening(broker, forgetful=True) as ears:
        await publish(server.port, "car/lind/telemetry", '{"dist": 3}')
        await publish(server.port, "car/lind/telemetry", '{"nothing": "of interest"}')
        await until(lambda: ears.heard, "it is heard")
    async with Listening(broker) as ears:
        await until(lambda: ears.heard, "it is heard again")
    async with Listening(broker) as ears:
        await publish(server.port, "car/lind/telemetry", '{"dist": 4}')
        await until(lambda: ears.heard, "the next")
    assert [one.readings["Vehicle.DistanceToHome"] for one in ears.heard] == [4000.0], "what was stored stays away"


async def test_user_and_password(vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path) -> None:
    server = mosquitto({"hub": "sesame"})
    await server.start()
    (tmp_path / "secret").write_text("sesame\n")
    async with Listening(connector(vocabulary, server.port, tmp_path)) as stranger:
        pass
    assert stranger.error and "user" in str(stranger.error)
    async with Listening(connector(vocabulary, server.port, tmp_path, "user: hub", "password: open")) as wrong:
        pass
    assert wrong.error and "user" in str(wrong.error)
    right = connector(vocabulary, server.port, tmp_path, "user: hub", "password_file: secret")
    async with Listening(right) as ears:
        assert ears.error is None


async def test_a_flood_comes_in_whole_and_in_order(vocabulary: Vocabulary, mosquitto: Make, tmp_path: Path) -> None:
    server = mosquitto()
    await server.start()
    broker = connector(vocabulary, server.port, tmp_path)
    async with Listening(broker) as ears:
        lines = "".join(f'{{"dist": {i}, "note": "{"x" * (i % 300)}"}}\n' for i in range(3000))
        command = [
            "mosquitto_pub",
            "-p",
            str(server.port),
            "-h",
            "127.0.0.1",
            "-q",
            "1",
            "-l",
            "-t",
            "car/lind/telemetry",
        ]
        process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        await process.communicate(lines.encode())
        await until(lambda: len(ears.heard) >= 3000, "all of them")
    assert [one.readings["Vehicle.DistanceToHome"] for one in ears.heard] == [i * 1000.0 for i in range(3000)]
