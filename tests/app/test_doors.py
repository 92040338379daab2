"""A user's own template and rule on a running hub: a foreign topic in, a foreign topic out, no Python."""

from pathlib import Path

import pytest
from tests.app.conftest import listening, publish, publishing, running
from tests.waiting import until

from homeward.app.replay import replay_history
from homeward.core.signal import Refused

TEMPLATE = """
about: A car's own telemetry.
topics:
  "car/{node}/telemetry":
    readings:
      Vehicle.Speed: {field: kmh}
      Vehicle.DistanceToHome: {field: dist, unit: km}
"""
HOUSEHOLD = """
household: lind
zone: Europe/Stockholm
people: {ada: {}}
vehicles: {car: {}}
homes: {home: {location: [59.33, 18.06], acting: all}}
connectors:
  things:
    kind: door
    templates:
      - {use: my-car, node: car}
      - node: home
        commands:
          Home.Climate.TargetTemperature: {topic: "home/lind/climate/set", payload: {target: "{value}"}}
rules:
  near:
    while: Vehicle.DistanceToHome < 5 km
    then:
      home: {Home.Climate.TargetTemperature: 21 °C}
"""


async def test_a_foreign_topic_sets_off_a_rule_that_answers_on_another(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        await households.apply(HOUSEHOLD, templates={"my-car.yaml": TEMPLATE})
        async with listening(hub, "home/+/climate/set") as heard:
            await publish(hub, "car/car/telemetry", {"kmh": 50, "dist": 7.5})
            await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.DistanceToHome")[0] == 7500, "km become m")
            await publish(hub, "car/car/telemetry", {"kmh": 50, "dist": 4.5})
            await until(lambda: heard, "the rule's answer")
        assert heard == [{"target": 21}]
        decision = hub.decisions.of("lind", 1)[0]
        assert decision.why.startswith("rule near")
        await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "it counts as done once it is published")
    replayed = replay_history(tmp_path, "", 0.0, 0.0, None, lambda done, total: None)
    assert [one["by"] for one in replayed["commands"]] == ["rule near"], "played again, the day ends the same"
    async with running(tmp_path, file="") as (hub, _), listening(hub, "home/+/climate/set") as heard:
        await publish(hub, "car/car/telemetry", {"kmh": 50, "dist": 8})
        await publish(hub, "car/car/telemetry", {"kmh": 50, "dist": 3})
        await until(lambda: heard, "template and rule outlive a restart")


async def test_nothing_that_comes_by_itself_on_a_foreign_topic_takes_the_hub_down(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        await households.apply(HOUSEHOLD, templates={"my-car.yaml": TEMPLATE})
        for payload in ("{", "[]", "", "null", "5", "é\x01", '{"kmh": "fast"}', '{"other": 1}', "{}{}"):
            await publish(hub, "car/car/telemetry", payload)  # each is a stretch of the log by itself
        await publish(hub, "car/car/telemetry", {"kmh": 50, "dist": 7.5})
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.DistanceToHome")[0] == 7500, "the hub lives on")
        assert hub.doors.own.translator.counts.unfit >= 3


async def test_a_template_with_a_mistake_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (hub, households):
        wrong = TEMPLATE.replace("Vehicle.Speed", "Vehicle.Sped")
        with pytest.raises(Refused, match=r"did you mean Vehicle\.Speed"):
            await households.apply(HOUSEHOLD, templates={"my-car.yaml": wrong})
        assert not (tmp_path / "templates" / "my-car.yaml").exists()
        assert not households.registry.household("lind").connectors  # type: ignore[union-attr]
        with pytest.raises(Refused, match=r"rules\.near"):
            await households.apply(HOUSEHOLD.replace("< 5 km", "< 5 kg"), templates={"my-car.yaml": TEMPLATE})
        with pytest.raises(
            Refused, match=r"did you mean Vehicle\.Speed(.|\n)*rules\.near"
        ):  # all that is wrong at once
            await households.apply(HOUSEHOLD.replace("< 5 km", "< 5 kg"), templates={"my-car.yaml": wrong})
        assert not hub.doors.own.listen


async def test_a_device_may_send_its_own_foreign_topic_and_no_other(tmp_path: Path) -> None:
    async with running(tmp_path, guests=False) as (hub, households):
        await households.apply(HOUSEHOLD, templates={"my-car.yaml": TEMPLATE})
        given = await households.add_device("lind/car")
        assert (given["topics"], "listens" in given) == (["car/car/telemetry"], False)
        own = ("-u", str(given["user"]), "-P", str(given["password"]))
        assert await publishing(hub, "car/car/telemetry", {"kmh": 61, "dist": 7}, *own) == 0
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 61, "the car is heard")
        await publishing(hub, "car/other/telemetry", {"kmh": 99, "dist": 1}, *own)
        await publishing(hub, "car/car/telemetry", {"kmh": 62, "dist": 7}, *own)
        await until(lambda: hub.circle.twin.get("lind/car", "Vehicle.Speed")[0] == 62, "and again")
