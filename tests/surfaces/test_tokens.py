"""What a token may do over HTTP and what not, from this machine and from others."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.app.conftest import LIND
from tests.surfaces.running import Running, homeward

from homeward.app.figures import Figures
from homeward.app.households import Households
from homeward.app.hub import Hub
from homeward.app.keys import Keyring
from homeward.app.serve import Door, make_app
from homeward.app.settings import HubSettings
from homeward.core.signal import Refused

WARM = {"node": "lind/home", "path": "Home.Climate.TargetTemperature", "value": 21.0, "by": "lind/ada"}
FAR = ("192.0.2.7", 40_000)
"""An address of another machine (TEST-NET)."""


def made(hub: Running, name: str, *words: str) -> dict[str, str]:
    """A token made on the command line, as headers."""
    done = hub.run("token", "add", name, *words, "--json")
    assert done.returncode == 0, done.stderr
    return {"Authorization": f"Bearer {json.loads(done.stdout)['token']}"}


@pytest.fixture(autouse=True)
def no_tokens_left(hub: Running) -> Iterator[None]:
    yield
    for one in json.loads(hub.run("token", "list", "--json").stdout)["tokens"]:
        hub.run("token", "remove", one["name"])


def test_each_scope_opens_its_own_doors_and_no_others(hub: Running) -> None:
    looks, tells = made(hub, "wall", "--scope", "look"), made(hub, "gate", "--scope", "readings")
    url = f"{hub.url}/api"
    assert httpx.get(f"{url}/households", headers=looks).status_code == 200
    refused = httpx.post(f"{url}/wishes", json=WARM, headers=looks)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "this token may look, and this needs the scope wish",
    )
    heard = {"node": "lind/car", "readings": {"Vehicle.Speed": 3.0}}
    assert httpx.post(f"{url}/readings", json=heard, headers=tells).status_code == 202
    assert httpx.get(f"{url}/households", headers=tells).status_code == 403
    assert httpx.post(f"{url}/devices/lind/car", headers=tells).status_code == 403
    asks = made(hub, "remote", "--scope", "wish", "--scope", "look")
    assert httpx.post(f"{url}/wishes", json=WARM, headers=asks).status_code == 202


def test_a_token_of_a_person_speaks_as_nobody_else_and_sees_one_household(hub: Running) -> None:
    (hub.folder / "berg.yaml").write_text("household: berg\nzone: UTC\nhomes: {home: {}}\npeople: {eve: {}}\n")
    assert hub.run("apply", str(hub.folder / "berg.yaml")).returncode == 0
    ada = made(hub, "ada's phone", "--scope", "look", "--scope", "wish", "--person", "lind/ada")
    url = f"{hub.url}/api"
    assert [one["name"] for one in httpx.get(f"{url}/households", headers=ada).json()] == ["lind"]
    assert httpx.get(f"{url}/decisions/berg", headers=ada).status_code == 404
    assert httpx.get(f"{url}/nodes/berg/home", headers=ada).status_code == 404
    assert httpx.get(f"{url}/health", headers=ada).status_code == 403
    assert httpx.get(f"{hub.url}/metrics", headers=ada).status_code == 403
    assert httpx.post(f"{url}/wishes", json=WARM, headers=ada).status_code == 202
    other = {**WARM, "node": "berg/home", "by": "berg/eve"}
    assert httpx.post(f"{url}/wishes", json=other, headers=ada).status_code == 404
    assert httpx.post(f"{url}/wishes", json={**WARM, "by": "berg/eve"}, headers=ada).status_code == 403
    assert httpx.put(f"{url}/destination/berg", json={"to": "home"}, headers=ada).status_code == 404


def test_a_removed_token_is_worth_nothing_at_once_and_a_wrong_one_never_was(hub: Running) -> None:
    wall = made(hub, "wall", "--scope", "look", "--days", "2")
    listed = hub.run("token", "list").stdout
    assert "wall: look; all households; until 20" in listed
    assert wall["Authorization"].removeprefix("Bearer ") not in listed
    assert httpx.get(f"{hub.url}/api/households", headers=wall).status_code == 200
    assert hub.run("token", "remove", "wall").returncode == 0
    assert httpx.get(f"{hub.url}/api/households", headers=wall).status_code == 401
    for wrong in ("Bearer x", "Basic x", "Bearer"):
        assert httpx.get(f"{hub.url}/api/households", headers={"Authorization": wrong}).status_code == 401
    assert "no token 'wall'" in hub.run("token", "remove", "wall").stderr
    assert "no scope" in hub.run("token", "add", "x", "--scope", "everything").stderr


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[FastAPI, Keyring]]:
    """The application of a hub that is open to other machines, and its tokens."""
    hub = Hub(HubSettings(folder, nats_port=0, mqtt_port=0))
    households = Households(hub)
    households.restore()
    async with hub:
        await households.apply(LIND)
        yield make_app(hub, households, Figures(hub), is_open=True), Keyring(folder, households.registry)
    households.registry.close()


async def test_from_another_machine_nobody_gets_in_without_a_token(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, ring):
        far = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=FAR), base_url="http://hub.lan:8420")
        for path in ("/", "/drive", "/wrist", "/nodes", "/log", "/metrics"):
            answer = await far.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
        assert (await far.get("/api/households")).status_code == 401
        assert (await far.post("/sign-in", data={"token": "guess"})).status_code == 401
        secret = ring.add_token("ada", ["look", "wish"], "lind", "lind/ada", None)
        entered = await far.post("/sign-in", data={"token": secret, "next": "//evil.example"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/")
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=strict" in cookie
        assert (await far.get("/api/households")).status_code == 200
        foreign = await far.put("/api/destination/lind", json={"to": ""}, headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403
        await far.aclose()
        nobody = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=FAR), base_url="http://hub.lan:8420")
        assert (await nobody.get("/api/households", headers={"Authorization": f"Bearer {secret}"})).status_code == 200
        await nobody.aclose()


async def test_an_open_hub_still_keeps_foreign_pages_out_of_browsers_on_its_own_machine(tmp_path: Path) -> None:
    async with opened(tmp_path) as (app, _):
        near = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rebound.example")
        assert (await near.get("/api/households")).status_code == 403
        await near.aclose()


def test_guests_and_half_a_certificate_do_not_go_with_an_open_door(tmp_path: Path) -> None:
    wrong = homeward("up", "--guests", "--host", "0.0.0.0", "--folder", str(tmp_path / "hub"), "--port", "0")
    assert "guests are for this machine alone" in wrong.stderr
    assert not (tmp_path / "hub").exists()
    with pytest.raises(Refused, match="belong together"):
        Door(certificate=tmp_path / "c.pem").open()
