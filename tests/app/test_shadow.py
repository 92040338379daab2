"""A newly connected home: homeward decides and explains, and sends nothing until somebody says go."""

from pathlib import Path

import pytest
from tests.app.conftest import LIND, listening, publish, running
from tests.app.test_hub import SPEED, lamp
from tests.waiting import until

from homeward.app.hub import Hub
from homeward.app.view import HubHouse
from homeward.core.signal import Refused
from homeward.surfaces.letting import LIVE, letting

NEW = LIND.replace("    live: all\n", "")
PORCH = "rules:\n  fast: {when: Vehicle.Speed > 100, then: {home: {Home.Light.Porch: on}}}\n"


def live(hub: Hub) -> object:
    """What the twin says of the home."""
    return hub.circle.twin.get("lind/home", LIVE)[0]


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
        await until(lambda: {one.state for one in house.decisions("lind")} == {"sent", "done"}, "both are told")


async def test_it_outlives_a_restart_and_the_same_file_again(tmp_path: Path) -> None:
    async with running(tmp_path, file="") as (hub, households):
        assert (await households.apply(NEW))["watching"] == ["lind/home"]
        await until(lambda: live(hub) == "none", "it watches")
        house = HubHouse(hub, households.zone, households.able)
        await house.wish(letting(house, "lind", [], True, "tried"))
        await until(lambda: live(hub) == "all", "somebody said go")
    async with running(tmp_path, file="") as (hub, households):
        assert "watching" not in await households.apply(NEW + "rooms: [hall]\n")
        assert live(hub) == "all"


async def test_a_file_may_say_which_skills_act(tmp_path: Path) -> None:
    async with running(tmp_path, file="") as (hub, households):
        with pytest.raises(Refused, match="no skill 'rule fats'; did you mean rule fast"):
            await households.apply(NEW + "    live: arrival, rule fats\n" + PORCH)
        await households.apply(NEW + "    live: rule fast\n" + PORCH)
        await until(lambda: live(hub) == "rule fast", "as the file says")
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
