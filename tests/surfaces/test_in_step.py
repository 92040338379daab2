"""One destination on every screen: phone, car and watch open at once on a hub that really runs, with a map."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.maps.town import block
from tests.surfaces.running import Running, running_hub
from tests.surfaces.visit import FINDS_FAINT, FINDS_SMALL, FITS, SCREENS

from homeward.app.roadmap import NAME
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, save
from homeward.models.roads.order import nested_dissection

SIZES = {"/": (390, 844), "/drive": (1024, 600), "/wrist": (200, 240), "/drive?phone": (390, 844)}
HOME = {"Home.Location.Latitude": 0.005, "Home.Location.Longitude": 0.0, "Home.Climate.IndoorTemperature": 18.4}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hub with the map of a small town, its car on the diagonal street."""
    folder = tmp_path_factory.mktemp("hub")
    network, left_out = read_roads(block(folder / "town.osm"))
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    save(Pack(network, order, left_out), folder / NAME)
    with running_hub(folder) as running:
        tell(running, "lind/home", HOME)
        drive(running, 0.0005, 0.0005)
        yield running


def tell(town: Running, node: str, readings: Mapping[str, object]) -> None:
    answer = httpx.post(f"{town.url}/api/readings", json={"node": node, "readings": readings}, headers=town.changing())
    assert answer.status_code == 202, answer.text


def drive(town: Running, lat: float, lon: float, kmh: float = 40.0) -> None:
    place = {"Vehicle.CurrentLocation.Latitude": lat, "Vehicle.CurrentLocation.Longitude": lon}
    tell(town, "lind/car", {**place, "Vehicle.CurrentLocation.Heading": 45.0, "Vehicle.Speed": kmh})


@pytest.fixture
def pages(town: Running, browser: Browser) -> Iterator[dict[str, Page]]:
    """Four pages open: the phone's Today, the car's Drive, the watch's Wrist, and Drive on a second phone."""
    contexts, opened = [], {}
    for number, (path, (width, height)) in enumerate(SIZES.items()):
        scheme: Literal["dark", "light"] = "dark" if number % 2 else "light"
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        opened[path] = context.new_page()
        opened[path].goto(town.url + path.partition("?")[0])
        opened[path].wait_for_selector("#content .card:not(.trouble)")
    yield opened
    httpx.put(f"{town.url}/api/destination/lind", json={"to": ""}, headers=town.changing())
    for context in contexts:
        context.close()


def all_show(pages: dict[str, Page], text: str) -> float:
    """Wait until every page shows a text; how long that took, s."""
    began = monotonic()
    for page in pages.values():
        expect(page.locator("#content")).to_contain_text(text)
    return monotonic() - began


def test_a_destination_set_on_any_page_is_on_every_page(pages: dict[str, Page], town: Running) -> None:
    took = {}
    pages["/"].fill(".going input", "street 12")
    pages["/"].click(".going [type=submit]")
    took["phone"] = all_show(pages, "Street 12")
    drive(town, 0.0005, 0.0005, 0.0)
    pages["/drive"].click("text=Where to")
    pages["/drive"].fill(".drive input", "street 1")
    pages["/drive"].click(".drive button >> text=Street 11")
    took["car"] = all_show(pages, "Street 11")
    pages["/drive"].click("text=Stop")
    expect(pages["/wrist"].locator("button")).to_have_text("Go home")
    pages["/wrist"].click("text=Go home")
    took["watch"] = all_show({path: pages[path] for path in ("/", "/wrist", "/drive?phone")}, "Home")
    expect(pages["/"].locator(".going h2")).to_have_text("Going to")
    expect(pages["/drive"].locator(".turn")).to_contain_text("Street")
    headers = town.changing()
    httpx.put(f"{town.url}/api/destination/lind", json={"to": "0.005,0.005 The corner"}, headers=headers)
    took["api"] = all_show(pages, "The corner")
    SCREENS.mkdir(parents=True, exist_ok=True)
    (SCREENS.parent / "in-step.json").write_text(json.dumps(took))


def test_a_closure_is_on_every_page_with_its_reason(pages: dict[str, Page], town: Running) -> None:
    drive(town, 0.0005, 0.0005)
    headers = town.changing()
    httpx.put(f"{town.url}/api/destination/lind", json={"to": "0.005,0.005 The corner"}, headers=headers)
    all_show(pages, "The corner")
    works = {"id": "works", "line": [[0.0035, 0.0035]], "words": "Street 15 is closed"}
    httpx.put(f"{town.url}/api/traffic", json={"events": [works]}, headers=headers)
    all_show(pages, "Street 15 is closed; by Street")
    for number, (path, page) in enumerate(pages.items()):
        assert page.evaluate(FITS), path
        assert page.evaluate(FINDS_FAINT) == [], path
        assert page.evaluate(FINDS_SMALL) == [], path
        page.screenshot(path=SCREENS / f"in-step-{number}.png")
    httpx.put(f"{town.url}/api/traffic", json={"events": []}, headers=headers)


def test_the_car_shows_how_far_it_gets_or_what_it_must_be_told(pages: dict[str, Page], town: Running) -> None:
    drive(town, 0.0005, 0.0005, 0.0)
    page = pages["/drive"]
    page.click(".acts >> text=Range")
    expect(page.locator(".drive [role=alert]")).to_contain_text("which model lind/car is has not been told")
    charge = {"Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 60.0}
    tell(town, "lind/car", {"Vehicle.VehicleIdentification.Model": "SU7 Max", **charge})
    page.click(".acts >> text=Range")
    expect(page.locator(".turn")).to_contain_text("All of this map is in reach")
    assert page.evaluate(FITS) and page.evaluate(FINDS_SMALL) == []
    page.click(".acts >> text=Back")
    expect(page.locator(".turn")).to_contain_text("Where to?")
    told = httpx.get(f"{town.url}/api/range/lind").json()
    assert told["whole_map"] and told["polygon"]["type"] == "MultiPolygon"


def test_while_driving_nobody_types_and_nothing_scrolls(pages: dict[str, Page], town: Running) -> None:
    drive(town, 0.0005, 0.0005, 45.0)
    expect(pages["/drive"].locator("text=Where to").nth(0)).to_be_visible()
    expect(pages["/drive"].locator(".acts >> text=Where to")).to_have_count(0)
    heights = "document.documentElement.scrollHeight <= innerHeight"
    assert pages["/drive"].evaluate(heights) and pages["/wrist"].evaluate(heights)


def test_a_shared_link_shows_the_arrival_and_nothing_else(
    pages: dict[str, Page], town: Running, browser: Browser
) -> None:
    drive(town, 0.0005, 0.0005)
    headers = town.changing()
    httpx.put(f"{town.url}/api/destination/lind", json={"to": "0.005,0.005 The corner"}, headers=headers)
    all_show(pages, "The corner")
    pages["/"].click("text=Share")
    link = pages["/"].locator(".going .link").get_attribute("href")
    assert link
    page = browser.new_page()
    page.goto(link)
    expect(page.locator(".wrist")).to_contain_text("Arrives at")
    seen = page.locator("body").inner_text()
    assert not [word for word in ("corner", "Street", "Ada", "car", "lind") if word in seen]
    assert httpx.delete(f"{town.url}/api/share/lind", headers=headers).json() == {"ended": 1}
    page.reload()
    expect(page.locator(".wrist")).to_contain_text("This link has ended")
    page.goto(f"{town.url}/share/guessed")
    expect(page.locator(".wrist")).to_contain_text("This link has ended")
    page.close()


def test_links_end_and_open_nothing_from_the_file(town: Running, tmp_path: Path) -> None:
    from homeward.core.signal import Refused
    from homeward.surfaces.shares import Shares

    shares = Shares(tmp_path / "shares.json")
    token, until = shares.make("lind", 1000.0, 3600.0)
    assert (shares.household(token, 2000.0), until) == ("lind", 4600.0)
    assert shares.household(token, 4600.0) == "" == shares.household("x" * 10_000, 2000.0)
    assert token not in (tmp_path / "shares.json").read_text()
    assert Shares(tmp_path / "shares.json").household(token, 2000.0) == "lind"
    with pytest.raises(Refused, match="from a minute to 24 hours"):
        shares.make("lind", 0.0, 1e6)
