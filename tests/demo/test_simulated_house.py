"""The simulated house cools, warms and holds like a house with a heat pump."""

import pytest

from homeward.demo.house import SimulatedHome
from homeward.demo.weather import DAY_S, HOUR_S, Weather

WINTER = Weather(7, 3600.0)


def cold_house() -> SimulatedHome:
    """A house that nobody has heated since the morning."""
    house = SimulatedHome(WINTER, 7 * HOUR_S, target_c=17.0, people=0)
    house.live(16 * HOUR_S)
    return house


def test_it_cools_by_degrees_in_a_day_out_and_warms_by_about_one_an_hour() -> None:
    house = cold_house()
    assert 16.5 < house.air_c < 19.5 and house.level == 0.0
    before, house.target_c = house.air_c, 21.0
    house.live(house.at + HOUR_S)
    assert 0.7 < house.air_c - before < 2.2 and house.level == 1.0


def test_it_reaches_the_target_and_holds_it() -> None:
    house = cold_house()
    house.target_c = 21.0
    house.live(house.at + 4 * HOUR_S)
    for _ in range(12):
        house.live(house.at + HOUR_S / 2)
        assert house.air_c == pytest.approx(21.0, abs=0.3)
        assert 0.0 < house.level < 1.0


def test_it_matters_not_how_often_one_looks() -> None:
    one, other = SimulatedHome(WINTER, 0.0), SimulatedHome(WINTER, 0.0)
    one.live(DAY_S)
    for t in range(0, int(DAY_S) + 1, 97):
        other.live(float(t))
    other.live(DAY_S)
    assert (one.air_c, one.energy_kwh) == (other.air_c, other.energy_kwh)


def test_staying_warm_costs_more_than_cooling_down() -> None:
    warm, frugal = SimulatedHome(WINTER, 0.0), SimulatedHome(WINTER, 0.0, target_c=17.0)
    warm.live(DAY_S)
    frugal.live(DAY_S)
    assert 10.0 < warm.energy_kwh < 60.0 and frugal.energy_kwh < 0.85 * warm.energy_kwh


def test_switched_off_it_does_not_heat() -> None:
    house = SimulatedHome(WINTER, 0.0, mode="off")
    house.live(DAY_S)
    assert house.energy_kwh == 0.0 and house.air_c < 19.0


def test_winter_is_cold_dark_and_dearest_in_the_evening() -> None:
    temperatures = [WINTER.outdoor_c(t * HOUR_S) for t in range(240)]
    assert -12.0 < min(temperatures) < max(temperatures) < 8.0
    assert WINTER.sun_kw(11.5 * HOUR_S) > 0.0 == WINTER.sun_kw(22 * HOUR_S)
    assert max(range(24), key=lambda hour: WINTER.price(hour * HOUR_S)) == 17  # 18:00 local
