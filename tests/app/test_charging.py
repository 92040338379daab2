"""A hub whose car cannot get there without charging: the stop is planned, told, and on the household's route."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.app.conftest import publish
from tests.app.test_roadmap import hub_with, stand
from tests.maps.town import written
from tests.waiting import until

from homeward.app.cars import Cars
from homeward.app.charging import Charging
from homeward.app.hub import Hub
from homeward.maps.chargers import Charger
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, save
from homeward.models.roads.order import nested_dissection

BATTERY = "Vehicle.Powertrain.TractionBattery"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A straight road of 111 km with a junction each eleven, and a charger at its middle."""
    folder = tmp_path_factory.mktemp("map")
    nodes: Any = {n: (0.1 * n, 0.0) for n in range(11)} | {n + 20: (0.1 * n, 0.01) for n in range(11)}
    road = {"highway": "primary", "maxspeed": "90", "name": "Long road"}
    ways = {1: (list(range(11)), road)} | {n + 2: ([n, n + 20], road) for n in range(11)}
    network, left_out = read_roads(written(folder / "long.osm", nodes, ways))
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    charger = Charger("Half way", 0.5, 0.0, 100.0, True)
    save(Pack(network, order, left_out, chargers=(charger,)), folder / "map.hwmap")
    return folder / "map.hwmap"


def known(hub: Hub, name: str) -> Any:
    return hub.circle.twin.get("lind/home", f"Home.Navigation.{name}")[0]


async def charge(hub: Hub, percent: float) -> None:
    said = {f"{BATTERY}.StateOfCharge.Current": percent, "Vehicle.VehicleIdentification.Brand": "Dacia"}
    model = {"Vehicle.VehicleIdentification.Model": "Spring", f"{BATTERY}.GrossCapacity": 27}
    await publish(hub, "homeward/lind/car/readings", said | model)
    await until(lambda: hub.circle.twin.get("lind/car", next(iter(said)))[0] == percent, "the charge is known")


async def test_a_car_that_must_charge_is_led_by_a_charger(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, client):
        charging = Charging(hub, roadmap, Cars.of_hub(hub))
        await charge(hub, 55.0)
        await stand(hub, 0.0, 0.0, 30.0)
        await client.put("/api/destination/lind", json={"to": "1.0,0.0 The far end", "by": "lind/ada"})
        await until(lambda: known(hub, "Route"), "a route")
        await charging.look("lind/home")
        await until(lambda: json.loads(str(known(hub, "Route")))["halts"], "a stop on the route")
        told = (await client.get("/api/route/lind")).json()
        (stop,) = told["stops"]["stops"]
        assert (stop["name"], stop["kw"]) == ("Half way", 100.0)
        assert stop["arrives"] >= 10.0 and stop["leaves"] > stop["arrives"]
        assert told["charge"] >= 10.0 and "min at Half way" in told["why"]
        before = known(hub, "Stops")
        await charging.look("lind/home")
        assert known(hub, "Stops") == before, "nothing is new"
        await charge(hub, 99.0)
        await charging.look("lind/home")
        await until(lambda: not json.loads(str(known(hub, "Stops")))["stops"], "with a full battery nobody stops")
        await until(lambda: not json.loads(str(known(hub, "Route")))["halts"], "nor does the route")
        await client.put("/api/destination/lind", json={"to": "", "by": "lind/ada"})
        await until(lambda: known(hub, "Destination") == "", "nowhere to go")
        await charging.look("lind/home")
        await until(lambda: known(hub, "Stops") == "", "and nowhere to charge")


async def test_who_cannot_get_there_is_told_why(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, client):
        charging = Charging(hub, roadmap, Cars.of_hub(hub))
        await charge(hub, 12.0)
        await stand(hub, 0.0, 0.0, 0.0)
        await client.put("/api/destination/lind", json={"to": "1.0,0.0 The far end", "by": "lind/ada"})
        await until(lambda: known(hub, "Route"), "a route")
        await charging.look("lind/home")
        await until(lambda: "cannot get there from 12 %" in str(known(hub, "Why")), "why not")
