"""Consumption: physics that points the right way, and a car that is learned from its own trips."""

import json
from dataclasses import replace

import numpy as np
import pytest

from homeward.models.energy import PLANNED, TRACED, Air, Car, Consumption, planned, traced
from homeward.models.thermal import FloatArray

MILD = Air(outside_c=20.0, cabin_c=22.0, battery_c=20.0)
LENGTHS, TIMES, FLAT = np.full(10, 1000.0), np.full(10, 60.0), np.zeros(10)


def trip_kwh(air: Air = MILD, times: FloatArray = TIMES, climbs: FloatArray = FLAT) -> float:
    return Consumption(dict(PLANNED)).predict_one(planned(Car(), air, LENGTHS, times, climbs).sum(axis=0))[0]


def test_ten_kilometres_take_what_small_cars_take() -> None:
    assert 1.0 < trip_kwh() < 2.0


def test_cold_heat_wind_height_and_haste_take_more() -> None:
    base = trip_kwh()
    assert trip_kwh(Air(-5.0, -5.0, -5.0)) > 1.2 * base
    assert trip_kwh(Air(35.0, 45.0, 30.0)) > base
    assert trip_kwh(replace(MILD, headwind_m_s=10.0)) > base
    assert trip_kwh(climbs=np.full(10, 20.0)) > base > trip_kwh(climbs=np.full(10, -20.0))
    assert trip_kwh(times=np.full(10, 28.0)) > base


def test_legs_add_up_and_a_descent_gives_back() -> None:
    car = Consumption(dict(PLANNED))
    rows = planned(Car(), MILD, LENGTHS, TIMES, np.array([0.0] * 9 + [-80.0]))
    assert car.legs(rows).sum() == pytest.approx(car.predict_one(rows.sum(axis=0))[0])
    assert car.legs(rows)[-1] < 0 < car.legs(rows)[0]


def test_warming_up_is_paid_once_however_the_way_is_cut() -> None:
    air = Air(0.0, 0.0, 5.0)
    many = planned(Car(), air, LENGTHS, TIMES, FLAT).sum(axis=0)
    few = planned(Car(), air, np.full(2, 5000.0), np.full(2, 300.0), np.zeros(2)).sum(axis=0)
    same = [i for i, name in enumerate(PLANNED) if name.startswith(("heat", "cool", "cold", "on", "rolling"))]
    assert many[same] == pytest.approx(few[same])


def test_stop_and_go_takes_more_than_an_even_drive() -> None:
    seconds = np.arange(1200)
    even, jerky = np.full(1200, 10.0), 10.0 + 10.0 * np.sin(seconds / 6.0)
    car, height = Consumption(dict(TRACED)), np.zeros(1200)
    told = [car.predict_one(traced(Car(), MILD, speed, height))[0] for speed in (even, jerky)]
    assert told[1] > 1.1 * told[0]


def driven(count: int, seed: int, thirst: float) -> list[tuple[FloatArray, float]]:
    random, trips = np.random.default_rng(seed), []
    for _ in range(count):
        times = random.uniform(35.0, 110.0, 10)
        row = planned(Car(), Air(*random.uniform(-5.0, 30.0, 3)), LENGTHS, times, random.normal(0.0, 8.0, 10)).sum(
            axis=0
        )
        usual = np.array([mean for mean, _ in PLANNED.values()])
        trips.append((row, float(row @ usual) * thirst * float(np.exp(random.normal(0.0, 0.04)))))
    return trips


def test_a_thirsty_car_is_learned_from_its_trips_and_says_how_sure_it_is() -> None:
    car, asked = Consumption(dict(PLANNED)), driven(60, 2, 1.25)
    before = np.mean([abs(car.predict_one(row)[0] / kwh - 1.0) for row, kwh in asked])
    for row, kwh in driven(30, 1, 1.25):
        car.learn_one(row, kwh)
    told = [(car.predict_one(row), kwh) for row, kwh in asked]
    after = np.mean([abs(guess / kwh - 1.0) for (guess, _), kwh in told])
    assert after < 0.5 * before
    within = np.mean([abs(guess - kwh) <= 1.2816 * spread for (guess, spread), kwh in told])
    assert 0.7 <= within <= 0.95


def test_one_odd_trip_and_nonsense_change_little() -> None:
    car = Consumption(dict(PLANNED))
    for row, kwh in driven(20, 1, 1.0):
        car.learn_one(row, kwh)
    row = driven(1, 9, 1.0)[0][0]
    before = car.predict_one(row)[0]
    for nonsense in (float("nan"), -3.0, 0.0, float("inf")):
        car.learn_one(row, nonsense)
    assert car.predict_one(row)[0] == before
    car.learn_one(row, 4.0 * before)
    assert car.predict_one(row)[0] == pytest.approx(before, rel=0.1)


def test_what_was_learned_is_kept_and_no_more_than_is_needed() -> None:
    car = Consumption(dict(PLANNED))
    for row, kwh in driven(100, 1, 1.1):
        car.learn_one(row, kwh)
    again = Consumption.restore(json.loads(json.dumps(car.state())))
    assert len(again.rows) == 80
    assert again.factors == pytest.approx(car.factors)
