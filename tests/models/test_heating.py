"""The heating model, living in houses of known make: what it learns, what it leaves alone, how sure it says it is."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from math import inf, isfinite, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from tests.models.dwelling import FAHRENHEIT_STEP_C, Dwelling, steps

from homeward.models.heating import Heating

KINDS: dict[str, Callable[[], Dwelling]] = {
    "a heat pump": Dwelling,
    "radiators": partial(Dwelling, power=3.5, lag_h=0.4, dead_min=25, walls_share=0.12),
    "a warm floor": partial(Dwelling, power=2.0, lag_h=0.8, dead_min=50, mix=2.0, loss=0.06),
}


def lived_in(house: Dwelling, days: float, every_s: float = 300.0, home: Heating | None = None) -> Heating:
    home = home or Heating()
    for reading in house.live(days, every_s):
        home.learn_one(*reading)
    return home


def cooled(house: Dwelling, home: Heating, to: float) -> None:
    """The heating stays off until it is as cold as that, or three days."""
    for minute in range(3 * 1440):
        if house.air <= to:
            break
        house.minute(0.0)
        if minute % 5 == 0:
            home.learn_one(*house.reading())


def test_on_its_first_day_it_is_usable_and_unsure() -> None:
    home = Heating()
    assert 1800 < home.seconds_to(21.0, indoor=18.0, outdoor=5.0) < 12 * 3600
    assert home.seconds_to(21.0, indoor=21.5, outdoor=5.0) == 0.0
    assert home.sureness < 0.05
    assert 0.0 < home.holding_level(21.0, 0.0) < 1.0
    assert home.holding_level(21.0, 25.0) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_after_two_weeks_it_knows_how_long_a_warm_up_takes(kind: str) -> None:
    house = KINDS[kind]()
    home = lived_in(house, 14.0)
    errors = []
    for target in (20.0, 19.0, 20.5):
        home = lived_in(house, 0.9, home=home)
        cooled(house, home, 17.2)
        home.learn_one(*house.reading())
        said, took = home.seconds_to(target, house.air, house.outdoor()), house.seconds_to(target)
        errors.append(abs(said - took) / took)
    assert np.median(errors) < 0.25
    assert home.sureness > 0.35


def test_a_sensor_of_half_degrees_fahrenheit_is_enough() -> None:
    house = Dwelling(step_c=FAHRENHEIT_STEP_C)
    home = lived_in(house, 14.0)
    cooled(house, home, 17.0)
    said, took = home.seconds_to(20.0, house.air, house.outdoor()), house.seconds_to(20.0)
    assert said == pytest.approx(took, rel=0.35)
    assert home.sensor_step_c == pytest.approx(0.28, abs=0.1)


def test_it_tells_tomorrow_morning_from_tonight() -> None:
    house = Dwelling()
    home = lived_in(house, 10.0)
    ahead = deepcopy(house)
    outdoor, level, indoor = [], [], []
    for _ in ahead.live(0.5, every_s=60.0):
        outdoor.append(ahead.outdoor())
        level.append(ahead.level)
        indoor.append(ahead.air)
    said = home.predict(house.air, np.array(outdoor), np.array(level), 60.0)
    assert said.shape == (len(level),)
    assert abs(said[-1] - indoor[-1]) < 1.0
    assert np.sqrt(np.mean((said - indoor) ** 2)) < 0.8


def test_walls_that_are_cold_take_longer_to_warm_than_the_same_rise_from_warm_ones() -> None:
    house = Dwelling(away_c=12.0)
    home = lived_in(house, 10.0)
    per_degree = home.seconds_to(19.0, 18.0, 5.0)
    assert home.seconds_to(21.0, 15.0, 5.0) > 6 * per_degree


def test_dead_time_is_learned() -> None:
    quick, late = Dwelling(dead_min=2, lag_h=0.05), Dwelling(dead_min=40, lag_h=0.3)
    assert lived_in(late, 10.0).dead_time_s > 2 * lived_in(quick, 10.0).dead_time_s


def test_heat_that_runs_already_arrives_sooner() -> None:
    home = lived_in(Dwelling(dead_min=30, lag_h=0.3), 8.0)
    cold, warm = (home.predict(18.0, steps(5.0, 6), steps(1.0, 6), 600.0, heated_for_s=s) for s in (0.0, 3600.0))
    assert np.all(warm > cold)


def test_half_a_stage_may_give_a_fifth_of_the_heat() -> None:
    house = Dwelling(half_stage=0.2, away_c=16.0)
    home = Heating()
    for day in range(14):
        for reading in house.live(1.0, full=0.5 if day % 2 else 1.0):
            home.learn_one(*reading)
    full = home.predict(17.0, steps(5.0, 18), steps(1.0, 18), 600.0)[-1]
    half = home.predict(17.0, steps(5.0, 18), steps(0.5, 18), 600.0)[-1]
    none = home.predict(17.0, steps(5.0, 18), steps(0.0, 18), 600.0)[-1]
    assert (half - none) / (full - none) < 0.38


def test_sun_guests_and_open_windows_do_not_make_a_leaky_home_of_a_tight_one() -> None:
    quiet, loud = Dwelling(sun=0.0), Dwelling(sun=1.5)
    plain, home = lived_in(quiet, 12.0), Heating()
    for day in range(12):
        for reading in loud.live(1.0):
            home.learn_one(*reading)
        for _ in range(30):  # a window stands open for half an hour
            loud.minute(0.0, extra=-5.0 if day % 2 else 4.0)
            home.learn_one(*loud.reading())
    assert home.heat_loss_per_h == pytest.approx(plain.heat_loss_per_h, rel=0.6)
    assert 0.004 < home.heat_loss_per_h < 0.03


def test_it_never_locks_up() -> None:
    """A sensor that was moved to another room by ten degrees is believed within the day."""
    house = Dwelling()
    home = lived_in(house, 6.0)
    for at, indoor, outdoor, level in house.live(1.0):
        home.learn_one(at, indoor + 10.0, outdoor, level)
    assert home.indoor_c == pytest.approx(house.air + 10.0, abs=1.0)
    assert isfinite(home.seconds_to(house.air + 11.0, house.air + 10.0, 5.0))


def test_sureness_grows_with_what_was_seen_and_not_with_time_alone() -> None:
    house, still = Dwelling(), Heating()
    home = lived_in(house, 2.0)
    early = home.sureness
    home = lived_in(house, 8.0, home=home)
    assert home.sureness > early > 0.0
    for hour in range(240):
        still.learn_one(hour * 3600.0, 20.0, nan, nan)
    assert still.sureness < 0.2


def test_the_chance_it_names_lies_around_the_middle() -> None:
    home = lived_in(Dwelling(), 8.0)
    soon, middle, late = (home.seconds_to_quantile(q, 20.0, 18.0, 5.0) for q in (0.1, 0.5, 0.9))
    assert soon < middle < late
    assert middle == pytest.approx(home.seconds_to(20.0, 18.0, 5.0))
    assert home.seconds_to_quantile(0.9, 60.0, 18.0, 5.0) == inf


def test_readings_may_come_every_second_or_every_hour() -> None:
    house = Dwelling()
    often, seldom = Heating(), lived_in(deepcopy(house), 10.0, every_s=3600.0)
    for at, indoor, outdoor, level in house.live(10.0, every_s=60.0):
        for second in range(3):
            often.learn_one(at + second, indoor, outdoor, level)
    assert often.seconds_to(20.0, 18.0, 5.0) == pytest.approx(seldom.seconds_to(20.0, 18.0, 5.0), rel=0.5)


def test_late_news_and_unknown_values_change_nothing_that_is_known() -> None:
    house = Dwelling()
    home = lived_in(house, 5.0)
    before = home.state()
    home.learn_one(house.at - 7200.0, 99.0, 99.0, 1.0)
    home.learn_one(nan, 20.0, 5.0, 1.0)
    assert home.state() == before
    for minute in range(600):
        home.learn_one(house.at + 60.0 * minute, nan, nan, nan)
    assert isfinite(home.seconds_to(20.0, 18.0, 5.0))
    assert home.heat_up_k_per_h == pytest.approx(Heating.restore(before).heat_up_k_per_h, rel=0.01)


def test_what_it_knows_fits_two_kilobytes_and_comes_back() -> None:
    house = Dwelling(step_c=0.01)
    home = lived_in(house, 9.3)
    text = json.dumps(home.state(), separators=(",", ":"))
    again = Heating.restore(json.loads(text))
    assert len(text) < 2048
    assert again.seconds_to(20.0, 18.0, 5.0) == pytest.approx(home.seconds_to(20.0, 18.0, 5.0), rel=0.02)
    assert again.sureness == pytest.approx(home.sureness, abs=0.02)
    assert again.dead_time_s == pytest.approx(home.dead_time_s, rel=0.01)


def test_kept_and_restored_at_every_reading_it_learns_the_same() -> None:
    whole, kept = Heating(), Heating()
    for reading in Dwelling(step_c=FAHRENHEIT_STEP_C).live(5.0, every_s=600.0):
        whole.learn_one(*reading)
        kept = Heating.restore(json.loads(json.dumps(kept.state())))
        kept.learn_one(*reading)
    assert kept.seconds_to(20.0, 18.0, 5.0) == pytest.approx(whole.seconds_to(20.0, 18.0, 5.0), rel=0.1)
    assert kept.heat_loss_per_h == pytest.approx(whole.heat_loss_per_h, rel=0.2)


def test_a_state_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="version 7"):
        Heating.restore({**Heating().state(), "version": 7})


readings = some.lists(
    some.tuples(
        some.floats(1.0, 30000.0),
        some.one_of(some.floats(-40.0, 60.0), some.just(nan)),
        some.one_of(some.floats(-50.0, 50.0), some.just(nan)),
        some.one_of(some.floats(-0.5, 1.5), some.sampled_from([0.0, 0.5, 1.0, nan])),
        some.one_of(some.floats(5.0, 30.0), some.just(nan)),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(readings)
def test_whatever_it_is_told_it_stays_sane(told: list[tuple[float, float, float, float, float]]) -> None:
    home, at = Heating(), 0.0
    for after, indoor, outdoor, level, setpoint in told:
        at += after
        home.learn_one(at, indoor, outdoor, level, setpoint)
    assert 0.0 <= home.sureness <= 1.0
    assert home.seconds_to(21.0, 18.0, 5.0) > 0.0
    assert not isnan(home.seconds_to_quantile(0.9, 21.0, 18.0, 5.0))
    assert np.isfinite(home.predict(20.0, steps(0.0, 48), steps(1.0, 48), 900.0)).all()
    assert Heating.restore(json.loads(json.dumps(home.state()))).heat_loss_per_h > 0.0
