"""A newly connected home: homeward decides and explains, and sends nothing until somebody says go."""

from pathlib import Path

import pytest
from tests.app.conftest import LIND, listening, publish, running
from tests.app.test_hub import SPEED, lamp
from tests.waiting import until

from homeward.app.decisions import Decisions
from homeward.app.hub import Hub
from homeward.app.view import HubHouse
from homeward.core.signal import Command, Refused
from homeward.core.standing import Event
from homeward.surfaces.letting import ACTING, letting

NEW = LIND.replace("    acting: all\n", "")
PORCH = "rules:\n  fast: {when: Vehicle.Speed > 100, then: {home: {Home.Light.Porch: on}}}\n"


def acting(hub: Hub) -> object:
    """What the twin says of the home."""
    return hub.circle.twin.get("lind/home", ACTING)[0]


async def test_a_new_home_only_watches_until_told_to_go(tmp_path: Path) -> None:
    async with (
        running(tmp_path, (lamp,), NEW) as (hub, households),
        listening(hub, "homeward/lind/home/commands") as sent,
    ):
        house = HubHouse(hub, households.zone, lambda _: [("lamp", "Light the porch.")])
        await publish(hub, "homeward/lind/car/readings", {SPEED: 120})
        await until(lambda: hub.decisions.of("lind", 1), "a decision")
        decision = house.decisions("lind")[0]
        assert (decision.state, decision.why) == ("shadow", "the car is fast")
        assert not sent
        assert [one.acts for one in house.skills("lind")] == [False]
        await house.wish(letting(house, "lind", ["lamp"], True, "tried"))
        await until(lambda: sent, "the command arrives")
        assert sent[0]["id"] == decision.id
        assert [one.acts for one in house.skills("lind")] == [True]
        assert len(sent) == 1, "it was not sent before"
        await until(lambda: {one.state for one in house.decisions("lind")} == {"sent", "done"}, "both are told")


async def test_it_outlives_a_restart_and_the_same_file_again(tmp_path: Path) -> None:
    async with running(tmp_path, file="") as (hub, households):
        assert (await households.apply(NEW))["watched"] == ["lind/home"]
        await until(lambda: acting(hub) == "none", "it watches")
        house = HubHouse(hub, households.zone, households.able)
        await house.wish(letting(house, "lind", [], True, "tried"))
        await until(lambda: acting(hub) == "all", "somebody said go")
    async with running(tmp_path, file="") as (hub, households):
        assert (await households.apply(NEW + "rooms: [hall]\n"))["watched"] == []
        assert acting(hub) == "all"


async def test_a_file_may_say_which_skills_act(tmp_path: Path) -> None:
    async with running(tmp_path, file="") as (hub, households):
        with pytest.raises(Refused, match="no skill 'rule fats'; did you mean rule fast"):
            await households.apply(NEW + "    acting: arrival, rule fats\n" + PORCH)
        await households.apply(NEW + "    acting: rule fast\n" + PORCH)
        await until(lambda: acting(hub) == "rule fast", "as the file says")
        house = HubHouse(hub, households.zone, households.able)
        assert {one.name: one.acts for one in house.skills("lind")} == {"arrival": False, "rule fast": True}
        assert letting(house, "lind", ["arrival"], True, "").value == "arrival, rule fast"
        assert letting(house, "lind", ["rule fast"], False, "").value == "none"
        assert letting(house, "lind", [], True, "").value == "all"
        with pytest.raises(Refused, match="it has arrival, rule fast"):
            letting(house, "lind", ["arival"], True, "")
        with pytest.raises(Refused, match="there is lind"):
            letting(house, "lund", [], True, "")


async def test_history_keeps_what_would_have_been_sent(tmp_path: Path) -> None:
    async with running(tmp_path, (lamp,), NEW) as (hub, _):
        await publish(hub, "homeward/lind/car/readings", {SPEED: 120})
        await until(lambda: hub.decisions.of("lind", 1), "a decision")
    async with running(tmp_path, (lamp,), file="") as (hub, _):
        assert [one.state for one in hub.decisions.of("lind", 5)] == ["shadow"]
        assert hub.decisions.of("lind", 5)[0].why == "the car is fast"


async def test_it_is_said_before_anything_of_the_new_home_can_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise OSError("the disk is full")

    async with running(tmp_path, file="") as (hub, households):
        monkeypatch.setattr("homeward.app.households.apply", breaks)
        with pytest.raises(OSError, match="full"):
            await households.apply(NEW)
        assert not households.registry.households()
        await until(lambda: acting(hub) == "none", "it watches already")


async def test_a_home_that_joins_a_household_is_watched_and_a_second_one_goes_by_the_first(tmp_path: Path) -> None:
    async with running(tmp_path, file="") as (_, households):
        car = "household: lind\nzone: UTC\nvehicles: [car]\n"
        assert (await households.apply(car))["watched"] == []
        assert (await households.apply(car + "homes: [home]\n"))["watched"] == ["lind/home"]
        assert (await households.apply(car + "homes: [home, hut]\n"))["watched"] == []
        with pytest.raises(Refused, match=r"homes.hut.acting: .*its first home says; write it at home"):
            await households.apply(car + "homes: {home: {}, hut: {acting: all}}\n")


def test_what_was_only_said_is_told_anew_when_it_is_refused_or_sent_but_not_when_it_ends() -> None:
    command = Command("lind/home", "Home.Light.Porch", True, 9.0, "dark", "porch", "lind-1")
    for what, state in (("expired", "shadow"), ("refused", "refused"), ("sent", "sent")):
        decisions = Decisions()
        decisions.take(Event(1.0, command, "shadow"))
        decisions.take(Event(2.0, command, what))
        assert decisions.of("lind", 1)[0].state == state
