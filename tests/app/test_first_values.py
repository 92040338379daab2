"""What a household file says of its nodes reaches the twin, also when the hub dies in the middle of applying it."""

from pathlib import Path

import pytest
from tests.app.conftest import LIND, running
from tests.waiting import until

from homeward.app.hub import Hub
from homeward.bus.settings import BusError
from homeward.core.signal import Refused

COMFORT = "Home.Climate.ComfortTemperature"
WARMER = LIND.replace("21 °C", "22 °C")


def comfort(hub: Hub) -> object:
    """As the twin knows it."""
    return hub.circle.twin.get("lind/home", COMFORT)[0]


async def test_values_that_were_cut_off_between_registry_and_log_are_told_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as (hub, households):
        await until(lambda: comfort(hub) == 21.0, "the first comfort")

        async def dead(*_: object) -> None:
            raise BusError("the server has died")

        with monkeypatch.context() as cut, pytest.raises(BusError):
            cut.setattr(hub, "tell_readings", dead)
            await households.apply(WARMER)
        assert comfort(hub) == 21.0
        assert not (await households.apply(WARMER))["changed"], "the registry has it"
        await until(lambda: comfort(hub) == 22.0, "applying it again tells it")
        with monkeypatch.context() as cut, pytest.raises(BusError):
            cut.setattr(hub, "tell_readings", dead)
            await households.apply(LIND)
    async with running(tmp_path, file="") as (hub, households):
        assert comfort(hub) == 22.0
        await households.tell_first()
        await until(lambda: comfort(hub) == 21.0, "the start tells it")
        assert households.registry.untold() == []


async def test_readings_over_the_api_cannot_say_what_people_must(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, households):
        with pytest.raises(Refused, match="for people to set"):
            await households.hear("lind/home", {COMFORT: 20.0, "Home.Skills.Acting": "all"})
