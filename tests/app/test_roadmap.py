"""A hub with a map: a destination over the API or MQTT, a closure, and everybody hears of the new way."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.app.conftest import LIND, publish
from tests.maps.town import block
from tests.waiting import until

from homeward.app.figures import Figures
from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.keys import token_of
from homeward.app.roadmap import NAME, Roadmap
from homeward.app.run import open_map, skills_with
from homeward.app.serve import make_app
from homeward.app.settings import HubSettings
from homeward.core.signal import Refused
from homeward.maps.gazetteer import plain
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, save
from homeward.models.roads.order import nested_dissection

PLACE = "Vehicle.CurrentLocation"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town of a square and its diagonal as a map."""
    folder = tmp_path_factory.mktemp("map")
    network, left_out = read_roads(block(folder / "town.osm"))
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    save(Pack(network, order, left_out), folder / NAME)
    return folder / NAME


@asynccontextmanager
async def hub_with(pack: Path, folder: Path) -> AsyncIterator[tuple[Hub, Roadmap, httpx.AsyncClient]]:
    """A running hub with that map, and a client of its API that may change things."""
    roadmap = open_map(folder, pack)
    assert roadmap
    hub = Hub(HubSettings(folder, nats_port=0, mqtt_port=0, guests=True), skills_with(roadmap))
    roadmap.hub = hub
    households = Households(hub)
    households.restore()
    async with hub:
        await households.apply(LIND.replace("[59.33, 18.06]", "[0.005, 0.0]"))
        app = make_app(hub, households, Figures(hub), roadmap=roadmap)
        headers = {"Authorization": f"Bearer {token_of(folder)}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
            yield hub, roadmap, client
        households.registry.close()


async def stand(hub: Hub, lat: float, lon: float, kmh: float = 0.0) -> None:
    readings = {f"{PLACE}.Latitude": lat, f"{PLACE}.Longitude": lon, "Vehicle.Speed": kmh}
    await publish(hub, "homeward/lind/car/readings", readings)


def streets(hub: Hub) -> list[str]:
    route: dict[str, Any] = json.loads(
        str(hub.circle.twin.get("lind/home", "Home.Navigation.Route")[0] or "{}") or "{}"
    )
    return [step[2] for step in route.get("steps", [])]


async def test_a_destination_and_a_closure_over_the_api(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, client):
        await stand(hub, 0.0005, 0.0005, 30.0)
        answer = await client.put("/api/destination/lind", json={"to": "0.005,0.005 The corner", "by": "lind/ada"})
        assert answer.status_code == 202, answer.text
        await until(lambda: streets(hub) == ["Street 14", "Street 15"], "a route")
        told = (await client.get("/api/route/lind")).json()
        assert (told["destination"], told["vehicle"]) == ("0.005000,0.005000 The corner", "lind/car")
        works = {"id": "works", "line": [[0.0035, 0.0035]], "words": "Street 15 is closed"}
        answer = await client.put("/api/traffic", json={"events": [works]})
        assert answer.json() == {"roads": {"works": 2}}
        await until(lambda: streets(hub) and "Street 15" not in streets(hub), "another way")
        assert "Street 15 is closed; by " in (await client.get("/api/route/lind")).json()["why"]
        assert [one["id"] for one in (await client.get("/api/traffic")).json()] == ["works"]
        assert (await client.delete("/api/traffic/work")).status_code == 404
        assert (await client.delete("/api/traffic/works")).status_code == 204
        assert (await client.get("/api/traffic")).json() == []
        assert roadmap.guide.by_arc == {}


async def test_traffic_outlives_a_restart_and_ends_when_it_is_over(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, _, client):
        until_s = hub.clock.now() + 3600.0
        works = {"id": "works", "line": [[0.0035, 0.0035]], "until": until_s}
        await client.put("/api/traffic", json={"events": [works, {**works, "id": "old", "until": 1.0}]})
        assert [one["id"] for one in (await client.get("/api/traffic")).json()] == ["works"]
    again = Roadmap.open(pack, tmp_path / "hub")
    assert [one.id for one in again.by_source["api"]] == ["works", "old"]


async def test_what_is_wrong_changes_nothing_and_is_told(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, roadmap, client):
        good = {"id": "works", "line": [[0.0035, 0.0035]]}
        for wrong, said in (
            ({**good, "line": [[95.0, 0.0]]}, "not on Earth"),
            ({**good, "speed_kmh": 900.0}, "no speed of a road"),
            ({**good, "speed_kmh": -5.0}, "no speed of a road"),
        ):
            answer = await client.put("/api/traffic", json={"events": [good, wrong]})
            assert (answer.status_code, said in answer.text) == (422, True), answer.text
        twice = await client.put("/api/traffic", json={"events": [good, good]})
        assert twice.status_code == 422
        assert (roadmap.by_source, roadmap.guide.by_arc) == ({}, {})
        nowhere = await client.put("/api/destination/lind", json={"to": "Nosuchstreet"})
        assert "no street or place 'Nosuchstreet'" in nowhere.json()["detail"]
        assert (await client.put("/api/destination/berg", json={"to": "home"})).status_code == 404
        elsewhere = await client.put("/api/traffic", json={"events": [{**good, "line": [[50.0, 10.0]]}]})
        assert elsewhere.json() == {"roads": {"works": 0}}
        stranger = await client.put("/api/traffic", json={"events": []}, headers={"Authorization": "Bearer x"})
        assert stranger.status_code == 401
        assert hub.circle.twin.get("lind/home", "Home.Navigation.Destination")[0] is None


async def test_streets_are_found_by_name_and_roads_around_are_drawn_once(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (_, roadmap, client):
        found = (await client.get("/api/places", params={"q": "street 1"})).json()
        assert [one["name"] for one in found] == [
            "Street 10",
            "Street 11",
            "Street 12",
            "Street 13",
            "Street 14",
            "Street 15",
        ]
        named = await client.put("/api/destination/lind", json={"to": "street 12"})
        assert named.json()["to"].endswith(" Street 12")
        assert len(roadmap.around(0.0025, 0.0025, 2000.0)) == 6
        assert roadmap.around(1.0, 1.0, 500.0) == []
        assert plain("  Mäkelän  KATU") == "makelan katu"


async def test_without_a_map_there_is_none_and_it_says_so(tmp_path: Path) -> None:
    assert open_map(tmp_path, None) is None
    (tmp_path / NAME).write_bytes(b"no map")
    with pytest.raises(Refused, match="not a map"):
        open_map(tmp_path, None)


async def test_an_appointment_of_a_calendar_is_where_the_household_goes(pack: Path, tmp_path: Path) -> None:
    async with hub_with(pack, tmp_path / "hub") as (hub, _, client):
        await stand(hub, 0.0005, 0.0005)
        begins = datetime.fromtimestamp(hub.clock.now() + 1800.0, UTC).strftime("%Y%m%dT%H%M%SZ")
        place = "LOCATION:Practice\\, Street 12 7\\, Town"
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", f"DTSTART:{begins}", place]
        lines += ["END:VEVENT", "END:VCALENDAR", ""]
        (tmp_path / "hub" / "ada.ics").write_text("\r\n".join(lines))
        house = LIND.replace("[59.33, 18.06]", "[0.005, 0.0]")
        house += "connectors:\n  calendar: {kind: calendar, person: ada, file: ada.ics}\n"
        assert (await client.put("/api/households", json={"text": house})).status_code == 200
        await until(lambda: streets(hub), "a route")
        told = (await client.get("/api/route/lind")).json()
        assert told["destination"].endswith("Street 12") and told["departure"] > hub.clock.now() - 60.0
