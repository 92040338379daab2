"""The usual course of a week: what rush hours cost, how little is made of one drive, and whose drives count."""

from math import log

import numpy as np
import pytest

from homeward.models.roads.network import KINDS
from homeward.models.roads.profile import Profile, hours_of

MONDAY = 1_767_571_200.0  # 2026-01-05 00:00
KIND = np.array([KINDS.index(name) for name in ("motorway", "primary", "residential", "primary")])
MAIN = np.array([1, 3])


def drive(profile: Profile, day: int, hour: float, over: float, household: str = "a") -> None:
    at = MONDAY + 86_400.0 * day + 3600.0 * hour
    profile.add(household, MAIN, np.full(2, at), np.full(2, over), np.array([60.0, 30.0]))


def at(profile: Profile, day: int, hour: float) -> float:
    return float(profile.times(MONDAY + 86_400.0 * day + 3600.0 * hour)[1])


def weeks(profile: Profile, count: int = 4) -> None:
    """Every working day at eight, slowly, and at noon."""
    for day in range(7 * count):
        if day % 7 < 5:
            drive(profile, day, 8.2, 1.6)
        drive(profile, day, 12.5, 1.1)


def test_rush_hours_take_longer_and_other_hours_less() -> None:
    profile = Profile(KIND, fewest=1)
    weeks(profile)
    assert at(profile, 1, 8.5) > 1.15 > 1.0 > at(profile, 1, 12.9)
    assert at(profile, 5, 8.5) == 1.0, "nobody drove on Saturdays at eight"
    assert profile.times(MONDAY + 3600.0 * 8.5)[[0, 2]].tolist() == [1.0, 1.0], "nor on other kinds of road"


def test_one_drive_says_little_and_the_more_the_more() -> None:
    few, many = Profile(KIND, fewest=1), Profile(KIND, fewest=1)
    weeks(few, 1)
    weeks(many, 12)
    assert 1.0 < at(few, 2, 8.5) < at(many, 2, 8.5) < 1.6


def test_an_hour_leans_on_the_same_hour_of_other_working_days() -> None:
    profile = Profile(KIND, fewest=1)
    for week in range(6):
        for day in (0, 1, 2):
            drive(profile, 7 * week + day, 8.2, 1.6)
        drive(profile, 7 * week + 5, 12.0, 1.0)
    assert at(profile, 3, 8.5) > 1.05, "Thursday, which nobody has driven yet"


def test_what_fewer_than_three_households_drove_changes_nothing() -> None:
    profile = Profile(KIND)
    weeks(profile)
    assert (profile.times(MONDAY + 3600.0 * 8.5) == 1.0).all()
    for household in ("b", "c"):
        drive(profile, 0, 8.2, 1.6, household)
        drive(profile, 0, 12.5, 1.1, household)
    assert at(profile, 0, 8.5) > 1.1


def test_what_was_learned_is_kept() -> None:
    profile, again = Profile(KIND, fewest=1), Profile(KIND, fewest=1)
    weeks(profile)
    again.restore(profile.state())
    for hour in range(0, 168, 5):
        moment = MONDAY + 3600.0 * hour
        assert again.times(moment) == pytest.approx(profile.times(moment), abs=1e-3)
    with pytest.raises((KeyError, TypeError, ValueError)):
        again.restore({"groups": [], "arcs": {}})


def test_the_week_begins_on_monday_at_midnight() -> None:
    assert hours_of(np.array([MONDAY - 1.0, MONDAY, MONDAY + 3600.0, MONDAY + 6.5 * 86_400.0])).tolist() == [
        167,
        0,
        1,
        156,
    ]


def test_no_hour_is_beyond_what_can_be() -> None:
    profile = Profile(KIND, fewest=1)
    for day in range(60):
        drive(profile, day, 3.0, 0.31)
        drive(profile, day, 9.0, 9.9)
    times = [at(profile, 2, hour) for hour in range(24)]
    assert min(times) >= 0.85 and log(max(times)) <= 1.5
