"""The pages in a real browser: what a person sees, presses and hears, and that nothing leaves the machine."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.surfaces.evening_house import EVIL
from tests.surfaces.visit import DESKTOP, FINDS_FAINT, FINDS_SMALL, FITS, FOCUSED, PHONE, ROOT, Visit, free_port

expect.set_options(timeout=10_000)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A served evening; one for all tests of this module in one process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.surfaces.serve_evening", str(port)]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path})
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert server.poll() is None, "the server ended by itself"
            try:
                urllib.request.urlopen(f"{address}/-/begin?scene=evening", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def visit(browser: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit on a phone in the evening; parametrised with (scene, size, theme) where it is another."""
    scene, size, theme = getattr(request, "param", ("evening", PHONE, "light"))
    begun = Visit(browser, site, scene, size, theme)
    yield begun
    begun.context.close()
    assert begun.errors == [], "the browser met errors"
    assert begun.elsewhere == [], "a request left the machine"


LOOKS = [("evening", size, theme) for size in (PHONE, DESKTOP) for theme in ("light", "dark")]
NAMES = ["phone-light", "phone-dark", "desktop-light", "desktop-dark"]


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=NAMES)
def test_every_page_fits_is_readable_and_stays_on_the_machine(visit: Visit, request: pytest.FixtureRequest) -> None:
    look = request.node.callspec.id
    for path, name in (("/", "today"), ("/nodes", "nodes"), ("/log", "log")):
        page = visit.open(path)
        if path == "/":
            page.click("text=Instead")
        assert page.evaluate(FITS), f"{name} is wider than the screen"
        assert page.evaluate(FINDS_FAINT) == []
        assert page.evaluate(FINDS_SMALL) == []
        if path == "/":
            page.click("text=Close")
        visit.keep(f"{name}-{look}")


def test_a_jam_moves_arrival_heating_and_the_sentence_together(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.locator(".big.car")).to_have_text("17:58")
    expect(page.locator(".sentence")).to_have_text("Ada left work at 17:00: home 17:58, so heating starts at 17:16")
    expect(page.locator(".moved")).to_have_count(0)
    page.click("text=Jam ahead")
    expect(page.locator(".big.car")).to_have_text("18:12")
    jam = "Jam on the ring: home 18:12 instead of 17:58, so heating starts at 17:30"
    expect(page.locator(".sentence")).to_have_text(jam)
    assert page.locator(".sentence").evaluate("one => one.closest('[aria-live]') !== null")
    expect(page.locator(".shift.car .is")).to_have_text("18:12")
    expect(page.locator(".shift.home .is")).to_have_text("17:30")
    expect(page.locator(".shift.home")).to_contain_text("14 min later")
    expect(page.locator(".evening .loud")).to_have_text("18:12")
    visit.keep("jam-phone-light")
    reopened = visit.open("/")
    expect(reopened.locator(".sentence")).to_have_text(jam)
    reopened.click("[aria-label='Put this away']")
    expect(reopened.locator(".moved")).to_have_count(0)
    expect(reopened.locator(".sentence")).to_have_text("Jam on the ring: home 18:12, so heating starts at 17:30")


WATCHING = [("watching", PHONE, "dark"), ("watching", DESKTOP, "light")]


@pytest.mark.parametrize("visit", WATCHING, indirect=True, ids=["phone-dark", "desktop-light"])
def test_a_home_that_is_only_watched_says_so_until_told_to_go(visit: Visit, request: pytest.FixtureRequest) -> None:
    page = visit.open("/")
    expect(page.locator(".skills")).to_contain_text("Only watching")
    expect(page.locator(".sentence")).to_have_text(
        "Ada left work at 17:00: home 17:58, so heating would start at 17:16"
    )
    expect(page.locator(".steps")).to_contain_text("Heating would start")
    page.click("text=One by one")
    assert page.evaluate(FITS) and page.evaluate(FINDS_FAINT) == [] and page.evaluate(FINDS_SMALL) == []
    visit.keep(f"watching-{request.node.callspec.id}")
    page.click("text=Jam ahead")
    expect(page.locator(".sentence")).to_contain_text("so heating would start at 17:30")
    page.click("[aria-label='Let act: arrival']")
    expect(page.locator(".skills")).to_contain_text("One of two skills acts")
    expect(page.locator(".sentence")).to_contain_text("so heating starts at")
    page.click("text=Let all act")
    expect(page.locator(".skills")).to_contain_text("People come first")
    page.click(".skills >> text=Only watch >> nth=0")
    expect(page.locator(".skills h2")).to_have_text("Only watching")
    log = visit.open("/log")
    expect(log.locator(".skills")).to_contain_text("Only watching")
    visit.keep(f"watching-log-{request.node.callspec.id}")


BY_HAND = [("by-hand", PHONE, "dark"), ("by-hand", DESKTOP, "light")]


@pytest.mark.parametrize("visit", BY_HAND, indirect=True, ids=["phone-dark", "desktop-light"])
def test_what_a_person_is_asked_to_do_is_answered_where_it_stands(visit: Visit, request: pytest.FixtureRequest) -> None:
    page = visit.open("/")
    card = page.locator(".errands")
    expect(card).to_contain_text("target temperature 21.0\u00a0°C")
    expect(card).to_contain_text("the house needs 42 min")
    assert page.evaluate(FITS) and page.evaluate(FINDS_FAINT) == [] and page.evaluate(FINDS_SMALL) == []
    visit.keep(f"by-hand-{request.node.callspec.id}")
    page.click("text=Not now" if "phone" in request.node.callspec.id else "text=Done")
    expect(card).to_have_count(0)


def test_the_picture_is_told_to_those_who_hear_it_and_read_by_keyboard(visit: Visit) -> None:
    page = visit.open("/")
    picture = page.get_by_role("img", name="Arrival is expected at 17:58")
    expect(picture).to_be_visible()
    picture.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".evening [aria-live]")).to_contain_text("17:2")
    expect(page.get_by_role("img", name="Ada 22\u00a0km south-west of home")).to_be_visible()


def test_a_wish_is_acknowledged_settled_and_taken_back(visit: Visit) -> None:
    page = visit.open("/")
    page.click("text=Instead")
    page.click("text=Warm now")
    asked = page.locator(".asked li")
    expect(asked).to_contain_text("Warm now, 21.0\u00a0°C until 18:08")
    expect(asked).to_contain_text("s ago")
    visit.settle("done")
    expect(asked.locator(".small")).to_have_text("done")
    visit.keep("wish-phone-light")
    page.click("[aria-label^='Undo']")
    expect(asked.locator(".small")).to_have_text("taken back")
    page.click("text=midnight")
    page.click("[aria-label='Half a degree warmer']")
    expect(page.locator("output")).to_have_text("21.5\u00a0°C")
    visit.settle("refused", "electricity is dear until ten")
    expect(asked.filter(has_text="21.5")).to_contain_text("refused: electricity is dear until ten")


@pytest.mark.parametrize("visit", [("evening", DESKTOP, "light")], indirect=True)
def test_nodes_are_found_live_and_tell_their_past(visit: Visit) -> None:
    page = visit.open("/nodes")
    page.fill("#seek", "car speed")
    line = page.locator(".line").filter(has_text="Vehicle.Speed")
    expect(line).to_contain_text("61")
    expect(line).to_contain_text("km/h")
    urllib.request.urlopen(f"{visit.site}/-/press?button=jam").close()
    expect(line).to_contain_text("34")
    line.click()
    expect(page.locator(".detail .chart")).to_be_visible()
    expect(page.locator(".detail")).to_contain_text("Vehicle: speed")
    visit.keep("nodes-open-desktop-light")
    page.fill("#seek", "horn")
    expect(page.locator(".empty")).to_contain_text("Nothing by that name")
    page.click("text=never heard")
    expect(page.locator(".line").first).to_contain_text("–")
    expect(page.locator(".line").first).to_contain_text("never heard")


def test_the_log_says_who_why_and_what_came_of_it(visit: Visit) -> None:
    page = visit.open("/log")
    refused = page.locator(".day li").filter(has_text="front not locked")
    for words in ("asked by Ben", "refused", "nobody who may open it is at the door"):
        expect(refused).to_contain_text(words)
    expect(page.locator(".day li")).to_have_count(5)
    page.click("button:text-is('Not done')")
    expect(page.locator(".day li")).to_have_count(2)
    page.fill("#sift", "lamp")
    expect(page.locator(".day li")).to_have_count(1)
    page.fill("#sift", "no such thing")
    expect(page.locator(".empty")).to_contain_text("Nothing fits")


@pytest.mark.parametrize("visit", [("hostile", PHONE, "light")], indirect=True)
def test_what_devices_send_is_shown_as_text_and_never_run(visit: Visit) -> None:
    for path, shown in (("/", ".who"), ("/nodes", ".group"), ("/log", ".day")):
        page = visit.open(path)
        expect(page.locator(shown).first).to_be_visible()
        expect(page.locator("#content")).to_contain_text(EVIL[:20])
        assert page.locator("#content img, #content script").count() == 0
        assert page.evaluate("window.hurt") is None
        assert page.evaluate(FITS), f"{path} is wider than the screen"


@pytest.mark.parametrize("visit", [("quiet", PHONE, "dark")], indirect=True)
def test_unknown_is_a_dash_with_its_reason(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.locator(".numbers")).to_contain_text("–")
    expect(page.locator(".numbers")).to_contain_text("no thermometer has reported")
    expect(page.locator(".sentence")).to_have_text("No plan yet")
    expect(page.locator(".note")).to_have_count(0)
    expect(page.locator(".evening svg")).to_have_count(0)
    visit.keep("quiet-phone-dark")
    expect(visit.open("/log").locator(".empty")).to_contain_text("Nothing was done yet")


@pytest.mark.parametrize("visit", [("empty", PHONE, "light")], indirect=True)
def test_a_household_without_a_home_says_the_next_step(visit: Visit) -> None:
    expect(visit.open("/").locator(".empty")).to_contain_text("homeward apply household.yaml")


def test_the_theme_follows_the_system_until_somebody_chooses(visit: Visit) -> None:
    page = visit.open("/")
    root = page.locator(":root")
    expect(root).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "dark")
    page.click("[aria-label='Switch between light and dark']")
    expect(root).to_have_attribute("data-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")


def test_the_keyboard_reaches_everything_in_reading_order(visit: Visit) -> None:
    page = visit.open("/")
    reached = []
    for _ in range(10):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    assert reached[0] == "Skip to content"
    for name in ("homeward", "Today", "Drive", "Nodes", "Log", "Jam ahead", "Instead"):
        assert name in reached
    page.keyboard.press("Enter")
    expect(page.locator("#instead")).to_be_visible()


def test_a_home_that_cannot_be_read_is_said_to_be_so_and_comes_back(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.locator(".trouble")).to_be_hidden()
    urllib.request.urlopen(f"{visit.site}/-/begin?scene=broken").close()
    expect(page.locator(".trouble")).to_contain_text("cannot read the home")
    expect(page.locator(".trouble")).to_contain_text("the twin is being restored")
    urllib.request.urlopen(f"{visit.site}/-/begin?scene=evening").close()
    expect(page.locator(".trouble")).to_be_hidden()
