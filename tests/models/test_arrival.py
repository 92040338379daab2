"""When somebody is back: habits, drives, and several of them together."""

import gzip
from math import isfinite, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.models.arrival import Arrival, first_back, from_quantiles, mix, not_before
from homeward.models.drive import Drives, Moving, Point
from homeward.models.habit import DAY_S, HOUR_S, Absence, Habit
from homeward.models.outing import Outing, Sighting

MONDAY = 4 * DAY_S
"""The fifth of January 1970, in local time."""


def workdays(days: int, back: float = 17.5, spread_min: float = 15.0, seed: int = 1) -> Habit:
    """Somebody who leaves at eight and is back at `back`, give or take, from Monday to Friday."""
    random, habit = np.random.default_rng(seed), Habit()
    for day in range(days):
        if day % 7 < 5:
            start = MONDAY + day * DAY_S
            end = back * HOUR_S + random.normal() * spread_min * 60.0
            habit.learn_one(Absence(start + 8 * HOUR_S + random.normal() * 600.0, start + end, 20_000.0))
    return habit


def seen(habit: Habit, day: int, hour: float, left: float = 8.0) -> Arrival:
    """The estimate at an hour of a day for one who left at `left`."""
    start = MONDAY + day * DAY_S
    return habit.predict_one(start + hour * HOUR_S, start + left * HOUR_S, 20_000.0)


def hour(time: float, day: int) -> float:
    return (time - MONDAY - day * DAY_S) / HOUR_S


def test_three_quantiles_make_a_distribution_that_gives_them_back() -> None:
    arrival = from_quantiles(0.0, 900.0, 1200.0, 1800.0)
    assert [round(arrival.quantile(q) / 60.0) for q in (0.1, 0.5, 0.9)] == [15, 20, 30]
    assert arrival.chance_before(1200.0) == pytest.approx(0.5, abs=0.01)


def test_the_first_of_two_strangers_is_back_sooner_than_either() -> None:
    one, other = from_quantiles(0.0, 3000.0, 4000.0, 5000.0), from_quantiles(0.0, 3000.0, 4200.0, 5400.0)
    both = first_back([[one], [other]])
    assert both.median < min(one.median, other.median) - 120.0


def test_a_phone_and_the_car_it_sits_in_are_one_way_home() -> None:
    car, phone = from_quantiles(0.0, 3000.0, 4000.0, 5000.0), from_quantiles(0.0, 3000.0, 4000.0, 5000.0)
    assert first_back([[car, phone]]).median == pytest.approx(car.median)


def test_nobody_out_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match="nobody is out"):
        first_back([])


def test_who_cannot_be_home_before_six_is_not() -> None:
    arrival = not_before(from_quantiles(0.0, 3000.0, 4000.0, 5000.0), 4500.0)
    assert arrival.chance_before(4500.0) == 0.0
    assert 4500.0 < arrival.median < 5500.0


def test_on_the_first_day_a_commuter_is_expected_in_the_evening_with_doubt() -> None:
    arrival = seen(Habit(), 0, 12.0)
    assert 15.0 < hour(arrival.median, 0) < 19.5
    assert arrival.p90 - arrival.p10 > 3 * HOUR_S


def test_a_few_days_already_help() -> None:
    arrival = seen(workdays(4), 4, 12.0)
    assert hour(arrival.median, 4) == pytest.approx(17.5, abs=0.4)
    assert arrival.p90 - arrival.p10 < 3.5 * HOUR_S


def test_many_days_make_it_sharp() -> None:
    few, many = seen(workdays(4), 4, 12.0), seen(workdays(60), 60, 12.0)
    assert many.p90 - many.p10 < 0.5 * (few.p90 - few.p10)
    assert hour(many.median, 60) == pytest.approx(17.5, abs=0.2)


def test_fridays_are_learned_apart() -> None:
    habit = Habit()
    for day in range(35):
        if day % 7 < 5:
            start = MONDAY + day * DAY_S
            habit.learn_one(Absence(start + 8 * HOUR_S, start + (14.0 if day % 7 == 4 else 18.0) * HOUR_S, 20_000.0))
    assert hour(seen(habit, 35, 10.0).median, 35) == pytest.approx(18.0, abs=0.3)
    assert hour(seen(habit, 39, 10.0).median, 39) == pytest.approx(14.0, abs=0.3)
    assert "14:00 on Fridays" in seen(habit, 39, 10.0).why


def test_an_errand_in_the_evening_is_not_taken_for_a_day_at_work() -> None:
    habit = workdays(20)
    for day in (1, 3, 8, 10, 15):
        start = MONDAY + day * DAY_S + 19 * HOUR_S
        habit.learn_one(Absence(start, start + 1.5 * HOUR_S, 4_000.0))
    arrival = habit.predict_one(MONDAY + 22 * DAY_S + 19.2 * HOUR_S, MONDAY + 22 * DAY_S + 19 * HOUR_S, 4_000.0)
    assert hour(arrival.median, 22) == pytest.approx(20.5, abs=0.5)


def test_who_is_late_is_expected_ever_later_and_with_ever_more_doubt() -> None:
    habit = workdays(30)
    at_six, at_nine = seen(habit, 30, 18.0), seen(habit, 30, 21.0)
    assert at_six.p10 >= MONDAY + 30 * DAY_S + 18 * HOUR_S
    assert at_nine.p90 - at_nine.p10 > 2 * (at_six.p90 - at_six.p10)
    assert "not yet today" in at_nine.why


def test_a_holiday_misleads_neither_while_it_lasts_nor_afterwards() -> None:
    habit = workdays(26)
    before = seen(habit, 42, 12.0)
    left = MONDAY + 26 * DAY_S + 9 * HOUR_S
    during = habit.predict_one(left + 5.2 * DAY_S, left, 900_000.0)
    assert during.chance_before(left + 5.2 * DAY_S + 3 * HOUR_S) < 0.1
    assert "5 days" in during.why
    habit.learn_one(Absence(left, left + 12 * DAY_S, 900_000.0))
    after = seen(habit, 42, 12.0)
    assert after.median == pytest.approx(before.median, abs=300.0)


@pytest.mark.parametrize("spread_min", [10.0, 30.0, 60.0])
def test_one_in_ten_comes_earlier_and_one_in_ten_later(spread_min: float) -> None:
    levels = []
    for seed in range(12):
        habit = workdays(140, spread_min=spread_min, seed=seed)
        for count in range(10, 100, 3):
            one = habit.absences[count]
            seen_then = Habit(habit.absences[:count]).predict_one(one.left + 4 * HOUR_S, one.left, 20_000.0)
            levels.append(float(seen_then.chance_before(one.back)))
    early, late = np.mean(np.array(levels) < 0.1), np.mean(np.array(levels) > 0.9)
    assert 0.02 < early < 0.15
    assert 0.02 < late < 0.15


@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(0.1, 60), st.floats(0, 90_000)), max_size=12),
    st.floats(0, 40),
    st.floats(0, 48),
)
def test_the_chance_of_being_back_never_falls(past: list[tuple[float, float, float]], now: float, away: float) -> None:
    habit = Habit()
    for day, hours, place in past:
        habit.learn_one(Absence(day * DAY_S, day * DAY_S + hours * HOUR_S, place))
    arrival = habit.predict_one(now * DAY_S, now * DAY_S - away * HOUR_S, nan)
    assert np.all(np.diff(arrival.before) >= 0.0)
    assert arrival.before[0] >= 0.0
    assert arrival.before[-1] <= 1.0
    assert all(isfinite(time) for time in (arrival.p10, arrival.median, arrival.p90))


def test_what_was_learned_can_be_put_away_and_taken_out_again() -> None:
    habit, drives = workdays(10), Drives()
    drives.learn_one([Point(60.0 * i, 20_000.0 - 900.0 * i, 0.0) for i in range(20)], 1500.0)
    drives.learn_end(20_000.0, at_home=True)
    assert seen(Habit.restore(habit.state()), 10, 12.0).median == pytest.approx(seen(habit, 10, 12.0).median, abs=1.0)
    again = Drives.restore(drives.state())
    assert again.usual_s(8_000.0) == pytest.approx(drives.usual_s(8_000.0), rel=1e-4)
    assert again.ends == drives.ends


def test_drives_learn_how_slow_the_roads_home_are() -> None:
    drives = Drives()
    before = drives.usual_s(10_000.0)
    for _ in range(8):
        drives.learn_one([Point(60.0 * i, 18_000.0 - 300.0 * i, 0.0) for i in range(50)], 3600.0)
    assert drives.usual_s(10_000.0) > 1.5 * before
    assert drives.usual_s(9_000.0) == pytest.approx(1800.0, rel=0.25)


def test_nearing_home_makes_it_likely_and_turning_away_unlikely() -> None:
    drives = Drives()
    setting_off = drives.homeward_chance(Moving(60.0, 20_000.0, 19_500.0, 19_500.0))
    half_way = drives.homeward_chance(Moving(900.0, 20_000.0, 9_000.0, 9_000.0))
    turned = drives.homeward_chance(Moving(1300.0, 20_000.0, 14_000.0, 9_000.0))
    assert half_way > 0.85 > setting_off > 0.4
    assert turned < 0.3


def test_a_destination_said_is_believed_until_the_car_drives_elsewhere() -> None:
    drives = Drives()
    assert drives.homeward_chance(Moving(60.0, 20_000.0, 19_900.0, 19_900.0, destination="home")) > 0.95
    assert drives.homeward_chance(Moving(60.0, 20_000.0, 19_900.0, 19_900.0, destination="away")) < 0.05
    assert drives.homeward_chance(Moving(2000.0, 20_000.0, 19_900.0, 9_000.0, destination="home")) < 0.5


def test_where_such_drives_ended_before_counts() -> None:
    drives = Drives()
    for _ in range(10):
        drives.learn_end(20_000.0, at_home=False)
        drives.learn_end(5_000.0, at_home=True)
    far, near = Moving(60.0, 20_000.0, 19_900.0, 19_900.0), Moving(60.0, 5_000.0, 4_950.0, 4_950.0)
    assert drives.homeward_chance(far) < 0.3
    assert drives.homeward_chance(near) > 0.7


def test_a_stop_on_the_way_delays_and_a_long_one_ends_the_drive() -> None:
    drives = Drives()
    driving = drives.predict_one(0.0, Moving(600.0, 20_000.0, 10_000.0, 10_000.0))
    standing = drives.predict_one(0.0, Moving(1200.0, 20_000.0, 10_000.0, 10_000.0, still_s=600.0))
    assert standing.median > driving.median + 240.0
    outing = Outing(left=0.0)
    for minute in range(1, 10):
        outing = outing.see(Sighting(60.0 * minute, 20_000.0 - 1000.0 * minute, 60.0), 60.0 * minute, drives)
    assert outing.drive is not None
    for minute in range(10, 40):
        outing = outing.see(Sighting(60.0 * minute, 11_000.0, 0.0), 60.0 * minute, drives)
    assert outing.drive is None
    assert outing.place_m == 11_000.0
    assert drives.ends[-1][1] is False


def test_an_outing_survives_being_written_down() -> None:
    outing, drives = Outing(left=0.0), Drives()
    for minute in range(1, 30):
        outing = outing.see(Sighting(60.0 * minute, 500.0 * minute, 30.0), 60.0 * minute, drives)
    assert Outing.restore(outing.state()).state() == outing.state()
    assert outing.moving(1800.0) is not None


def test_mixing_two_futures_lies_between_them() -> None:
    soon, late = from_quantiles(0.0, 900.0, 1000.0, 1100.0), from_quantiles(0.0, 9000.0, 9100.0, 9200.0)
    both = mix([(0.7, soon), (0.3, late)])
    assert both.chance_before(5000.0) == pytest.approx(0.7, abs=0.01)


def real_drives(folder: Path) -> list[list[tuple[float, float]]]:
    """(seconds, metres left) every minute of each recorded drive."""
    drives = []
    for path in sorted(folder.glob("Trip*.csv.gz")):
        lines = gzip.decompress(path.read_bytes()).decode("latin-1").splitlines()
        rows = [line.split(";", 2)[:2] for line in lines[1::50]]
        table = np.array(rows, dtype=float)
        way = np.concatenate([[0.0], np.cumsum(np.diff(table[:, 0]) * table[1:, 1] / 3.6)])
        at = np.arange(0.0, table[-1, 0], 60.0)
        drives.append(list(zip(at.tolist(), (way[-1] - np.interp(at, table[:, 0], way)).tolist(), strict=True)))
    return drives


def test_real_drives_are_foretold_with_honest_intervals(shared_data: Path) -> None:
    """Each drive is foretold by the model that has learned from the drives before it alone."""
    drives, levels, errors = Drives(), [], []
    for drive in real_drives(shared_data / "bmw_i3"):
        took = drive[-1][0]
        points = [Point(at, left, drives.pace(at, drive[0][1], left)) for at, left in drive[1:]]
        for one in points[2:-2:4]:
            arrival = drives.predict_one(one.elapsed_s, Moving(one.elapsed_s, drive[0][1], one.left_m, one.left_m))
            levels.append(float(arrival.chance_before(took)))
            errors.append(abs(arrival.median - took) / max(took - one.elapsed_s, 60.0))
        drives.learn_one(points, took)
    inside = np.mean((np.array(levels) > 0.1) & (np.array(levels) < 0.9))
    assert 0.7 < inside < 0.93
    assert np.median(errors) < 0.25
