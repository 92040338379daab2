"""The whole evening through the real circle: habits learned, the house warm, and a jam that moves both."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from homeward.app.skills import ALL
from homeward.core.circle import Circle
from homeward.demo.evening import HOME, SEED, START
from homeward.demo.headless import run_headless
from homeward.demo.lockstep import Lockstep
from homeward.demo.past import begin, resumed
from homeward.words import load_vocabulary


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """What `homeward demo --headless` prints."""
    return run_headless()


@pytest.fixture(scope="module")
def afternoon() -> Lockstep:
    """The household at three in the afternoon, with everything it has learned."""
    return begin(Circle(load_vocabulary(), ALL), START, SEED)


def number(lockstep: Lockstep, path: str) -> float:
    """What the circle knows of the home."""
    value, _ = lockstep.circle.twin.get(HOME, path)
    assert isinstance(value, float), f"{path} is not known"
    return value


def test_the_house_is_warm_when_they_come_home(figures: dict[str, Any]) -> None:
    assert figures["problems"] == []
    assert abs(figures["indoor_at_arrival_c"] - figures["target_c"]) <= 0.5
    assert figures["indoor_geofence_c"] < figures["indoor_at_arrival_c"]
    assert datetime.fromisoformat(figures["arrived_at"]).hour == 18


def test_it_costs_less_than_never_turning_down(figures: dict[str, Any]) -> None:
    assert figures["energy_kwh"] < figures["energy_always_on_kwh"]
    assert figures["energy_geofence_kwh"] < figures["energy_always_on_kwh"]


def test_every_command_says_why_and_by_whom(figures: dict[str, Any]) -> None:
    assert figures["commands"]
    for one in figures["commands"]:
        assert one["by"] == "arrival" and one["why"] and one["path"] == "Home.Climate.TargetTemperature"


def test_the_habit_was_learned_from_the_days_before(afternoon: Lockstep) -> None:
    drive = afternoon.evening.homeward_drive()
    assert drive and abs(number(afternoon, "Home.Arrival.Median") - drive.journey.ends) < 1200.0
    assert number(afternoon, "Home.Climate.Model.Sureness") > 20.0


def test_a_jam_moves_arrival_and_heating_together(afternoon: Lockstep) -> None:
    jammed = deepcopy(afternoon)
    jammed.evening.press("jam", START + 60.0)
    for one in (afternoon, jammed):
        one.run(START + 120.0)
    for path in ("Home.Arrival.Median", "Home.Arrival.WarmFrom"):
        assert number(jammed, path) - number(afternoon, path) > 600.0, path
    why, _ = jammed.circle.twin.get(HOME, "Home.Arrival.Why")
    assert "jam on Landstrasse in Vaduz" in str(why)


def test_after_a_restart_the_house_is_as_warm_as_it_was(afternoon: Lockstep) -> None:
    again = resumed(deepcopy(afternoon.circle), START)
    assert again.home.air_c == pytest.approx(afternoon.evening.home.air_c, abs=0.1)
    assert again.home.target_c == afternoon.evening.home.target_c
    assert again.car.spot() == afternoon.evening.car.spot()
