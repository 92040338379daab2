"""A home in which nothing can be switched: a command becomes a message to its people, and their answer its outcome."""

from pathlib import Path

import pytest
from tests.app.conftest import LIND, listening, publish, running
from tests.app.test_hub import SPEED, lamp
from tests.waiting import until

from homeward.app.by_hand import BY_HAND
from homeward.app.hub import Hub
from homeward.app.view import HubHouse
from homeward.bus.settings import Device
from homeward.core.signal import Refused


async def drive(hub: Hub, car: Device, speed: float = 120.0) -> None:
    await publish(hub, "homeward/lind/car/readings", {SPEED: speed}, "-u", car.user, "-P", car.password)


def by_hand(hub: Hub) -> object:
    return hub.circle.twin.get("lind/home", BY_HAND)[0]


async def test_people_are_asked_where_nothing_can_be_switched_and_their_answer_counts(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,), guests=False) as (hub, households):
        await until(lambda: by_hand(hub) == "home", "nobody could carry out its commands")
        for node in ("lind/car", "lind/ada"):
            await households.add_device(node)
        ada = hub.devices.all["lind/ada"]
        async with listening(hub, "homeward/lind/ada/messages", ada) as messages:
            await drive(hub, hub.devices.all["lind/car"])
            await until(lambda: messages, "Ada is asked")
            house = HubHouse(hub, households.zone, households.able)
            [errand] = house.errands("lind")
            assert messages[0]["id"] == errand.id
            assert messages[0]["text"].startswith("Please set home's light porch to on now, at ")
            assert messages[0]["why"] == "the car is fast"
            own = ("-u", ada.user, "-P", ada.password)
            done = {"id": errand.id, "done": True, "why": "switched it on"}
            await publish(hub, "homeward/lind/ada/outcomes", done, *own)
            await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "her answer is the outcome")
            assert hub.decisions.of("lind", 1)[0].outcome_why == "switched it on"
            assert house.errands("lind") == []
            assert len(messages) == 1


async def test_a_no_on_the_page_is_a_failure_that_is_not_asked_again(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,), guests=False) as (hub, households):
        await households.add_device("lind/car")
        car = hub.devices.all["lind/car"]
        await drive(hub, car)
        house = HubHouse(hub, households.zone, households.able)
        await until(lambda: house.errands("lind"), "somebody is asked")
        [errand] = house.errands("lind")
        with pytest.raises(Refused, match=f"nobody waits for lind-99; open are {errand.id}"):
            await house.answer("lind", "lind-99", True, "lind/ada")
        await house.answer("lind", errand.id, False, "lind/ada")
        await until(lambda: hub.decisions.of("lind", 1)[0].state == "failed", "the answer is known")
        assert hub.decisions.of("lind", 1)[0].outcome_why == "ada said no"
        await drive(hub, car, 10.0)
        await drive(hub, car, 130.0)
        await until(lambda: hub.circle.twin.get("lind/car", SPEED)[0] == 130.0, "the car is fast again")
        assert house.errands("lind") == []
        with pytest.raises(Refused, match="nothing is open"):
            await house.answer("lind", errand.id, True, "lind/ada")


async def test_what_people_were_asked_outlives_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,), guests=False) as (hub, households):
        await households.add_device("lind/car")
        await drive(hub, hub.devices.all["lind/car"])
        await until(lambda: HubHouse(hub, households.zone, households.able).errands("lind"), "somebody is asked")
    async with running(tmp_path, (lamp,), file="", guests=False) as (hub, households):
        house = HubHouse(hub, households.zone, households.able)
        [errand] = house.errands("lind")
        await house.answer("lind", errand.id, True, "lind/ada")
        await until(lambda: hub.decisions.of("lind", 1)[0].state == "done", "the answer counts")


async def test_something_that_could_ends_it_and_a_file_may_insist(tmp_path: Path) -> None:
    async with running(tmp_path, guests=False) as (hub, households):
        await until(lambda: by_hand(hub) == "home", "by hand")
        await households.add_device("lind/home")
        await until(lambda: by_hand(hub) == "none", "a thing has credentials")
        await households.remove_device("lind/home")
        await until(lambda: by_hand(hub) == "home", "by hand again")
        await households.apply(LIND + "    by_hand: all\n")
        await until(lambda: by_hand(hub) == "all", "as the file says")
        await households.add_device("lind/home")
        assert by_hand(hub) == "all"
