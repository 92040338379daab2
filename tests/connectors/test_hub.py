"""Foreign topics through a whole hub: a user's template and a user's rule, by Mosquitto and by the hub's own door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tests.connectors.conftest import LIND, listening, publish
from tests.waiting import until

from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.settings import HubSettings
from homeward.bus.codec import Codec
from homeward.bus.nats import Bus
from homeward.bus.scan import MQTT_COPY
from homeward.bus.settings import Device, Settings
from homeward.connectors import make
from homeward.connectors.mqtt.door import Door
from homeward.core.signal import Command
from homeward.core.twin import Twin
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import parse
from homeward.rules import rules_to_skills

HOUSE = (
    LIND
    + """
connectors:
  broker:
    kind: {kind}
    templates:
      - node: car
        topics:
          "{car}":
            readings: {{Vehicle.DistanceToHome: {{field: dist, unit: km}}}}
      - node: home
        commands:
          Home.Climate.TargetTemperature: {{topic: "{home}", payload: {{goal: "{{value}}"}}}}
rules:
  warm:
    while: Vehicle.DistanceToHome < 5 km
    then:
      home: {{Home.Climate.TargetTemperature: 21 °C}}
"""
)


async def test_a_rule_answers_on_another_foreign_topic_of_a_mosquitto(
    vocabulary: Vocabulary, mosquitto: Callable[..., Any], tmp_path: Path
) -> None:
    server = mosquitto()
    await server.start()
    text = HOUSE.format(kind="mqtt", car="my car/telemetry", home="my home/climate/set")
    text = text.replace("kind: mqtt", f"kind: mqtt\n    port: {server.port}")
    household = parse(text, vocabulary)
    broker = make(household.connectors[0], household, vocabulary, [tmp_path], text)
    settings = HubSettings(tmp_path / "hub", nats_port=0, mqtt_port=0)
    hub = Hub(settings, rules_to_skills(household, vocabulary), [broker])
    households = Households(hub)
    households.restore()
    try:
        async with hub, listening(server.port, "my home/#") as heard:
            await households.apply(text)
            for distance in (9.0, 4.9, 4.0, 6.0, 3.0):
                await publish(server.port, "my car/telemetry", f'{{"dist": {distance}}}')
            await until(lambda: len(heard) == 2, "both times the car came near")
            assert heard == ['my home/climate/set {"goal":21}'] * 2
            await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "the outcome is known")
            why = hub.decisions.of("lind", 1)[0].why
    finally:
        households.registry.close()
    assert why == "rule warm: car is within 5 km of home"


async def test_the_hubs_own_door_understands_foreign_topics_in_log_order(
    vocabulary: Vocabulary, tool: Callable[..., str], tmp_path: Path
) -> None:
    tool("mosquitto_pub")
    text = HOUSE.format(kind="door", car="car/{household}/telemetry", home="home/{household}/climate/set")
    household = parse(text, vocabulary)
    buses: list[Bus] = []

    async def send(subject: str, payload: bytes) -> None:
        await buses[0].store(MQTT_COPY.decode() + subject, payload, {"Nmqtt-Pub": "1"})

    door = Door(send)
    make(household.connectors[0], household, vocabulary, [tmp_path], text, door)
    device = Device("box", "sesame", "lind", topics=door.listen, hears=("home/lind/climate/set",))
    buses.append(Bus(Settings(tmp_path / "bus", 0, 0, listen=door.listen), [device]))
    twin = Twin(vocabulary)
    for node in household.nodes:
        twin.add(node.name, node.kind)
    codec = Codec(twin.nodes, vocabulary)
    distances: list[float] = []
    async with buses[0] as bus:
        box = ("-u", "box", "-P", "sesame")
        for payload, qos in (('{"dist": 9}', "0"), ("{bad", "1"), ('{"dist": 4.5}', "1")):
            await publish(bus.server.mqtt_port, "car/lind/telemetry", payload, *box, "-q", qos)
        async for messages, _ in bus.batches():
            decoded = codec.decode(door.rewrite(messages))
            distances += np.asarray(decoded.batch.value).tolist()
            assert not decoded.foreign
            if len(distances) == 2:
                break
        assert distances == [9000.0, 4500.0]
        assert door.health()["unfit"] == 1
        assert [fault.answer_subject for fault in door.take_faults()] == ["homeward.lind.car.errors"]
        command = Command("lind/home", "Home.Climate.TargetTemperature", 21.0, 2e9, "near", "rule warm", "lind-1")
        assert door.takes(command)
        async with listening(bus.server.mqtt_port, "home/lind/climate/set", "box", "sesame") as heard:
            assert await door.act(command) == 'published home/lind/climate/set {"goal":21}'
            await until(lambda: heard, "the device hears it")
        assert heard == ['home/lind/climate/set {"goal":21}']
