"""The way home lies on real streets, and a drive along it behaves like a drive."""

from importlib.resources import files

import numpy as np
import pytest

from homeward.demo.days import Drive
from homeward.demo.jams import jam_ahead
from homeward.demo.journey import Jam, Style, drive
from homeward.demo.navigation import SimulatedNavigation
from homeward.demo.track import way_home

CALM = Style(0.9, (20.0, 40.0))
JAM = Jam(10_150.0, 11_450.0, 1500.0, "Landstrasse", "Vaduz")


def test_the_way_leads_from_balzers_to_schellenberg_on_streets_that_have_names() -> None:
    track = way_home()
    assert 20_000 < track.length_m < 26_000
    assert np.diff(track.along_m).max() < 2000.0 and np.diff(track.along_m).min() > 0.0
    assert track.places[0] == "Balzers" and track.places[-1] == "Schellenberg"
    assert all(track.roads) and set(track.limit_kmh.tolist()) <= {20.0, 30.0, 40.0, 50.0, 60.0, 80.0}


def test_the_table_says_whose_streets_these_are() -> None:
    text = (files("homeward.demo") / "drive.csv").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in text and "ODbL" in text


def test_the_way_back_passes_the_same_points_the_other_way_round() -> None:
    there, back = way_home(), way_home().back()
    for along in (0.0, 5000.0, 14_321.0):
        one, other = there.spot(along), back.spot(there.length_m - along)
        assert (one.latitude, one.longitude) == pytest.approx((other.latitude, other.longitude))
    one, other = there.spot(5000.0), back.spot(there.length_m - 5000.0)
    assert (one.road, one.limit_kmh) == (other.road, other.limit_kmh)
    assert abs((one.heading - other.heading) % 360.0 - 180.0) < 1.0


def test_a_drive_takes_half_an_hour_and_keeps_to_the_limits() -> None:
    journey = drive(way_home(), 1000.0, CALM)
    assert 25 * 60 < journey.ends - journey.begins < 40 * 60
    assert np.all(np.diff(journey.at) >= 0.0) and np.all(np.diff(journey.along_m) >= 0.0)
    limits = [way_home().spot(along).limit_kmh for along in journey.along_m.tolist()]
    assert np.all(3.6 * journey.speed <= np.array(limits) + 1e-6) and np.max(journey.speed) > 18.0
    assert journey.along(0.0) == 0.0 and journey.along(journey.ends) == pytest.approx(way_home().length_m)
    assert journey.speed_kmh(900.0) == 0.0 == journey.speed_kmh(journey.ends + 1.0)


def test_a_red_light_costs_its_time() -> None:
    free, stopped = drive(way_home(), 0.0, Style(0.9, (0.0, 0.0))), drive(way_home(), 0.0, Style(0.9, (60.0, 0.0)))
    assert 60.0 < stopped.ends - free.ends < 75.0  # the stop itself, and slowing down for it


def test_a_jam_makes_the_rest_longer_and_leaves_what_was_driven() -> None:
    journey = drive(way_home(), 0.0, CALM)
    late = journey.jammed(600.0, JAM)
    assert late.ends - journey.ends == pytest.approx(JAM.delay_s, abs=10.0)
    assert [late.along(t) for t in (100.0, 350.0, 599.0)] == [journey.along(t) for t in (100.0, 350.0, 599.0)]
    inside = [late.speed_kmh(t) for t in np.linspace(1000, 1000 + JAM.delay_s, 50) if 10_200 < late.along(t) < 11_400]
    assert inside and max(inside) < 15.0


def test_a_jam_known_before_the_drive_waits_for_it() -> None:
    journey = drive(way_home(), 5000.0, CALM)
    late = journey.jammed(0.0, JAM)
    assert late.begins == 5000.0 and late.along(5000.0) == 0.0
    assert late.ends - journey.ends == pytest.approx(JAM.delay_s, abs=10.0)


def test_the_jam_that_comes_up_lies_ahead_and_none_does_at_the_door() -> None:
    home = Drive(drive(way_home(), 0.0, CALM), ("ada",), True)
    for now in (-3000.0, 0.0, 600.0, 1000.0, 1300.0):
        jammed = jam_ahead(home, now)
        assert jammed and jammed.jam.from_m > home.journey.along(now)
    assert jam_ahead(home, home.journey.ends - 60.0) is None


def test_the_navigation_is_right_within_a_few_minutes_and_learns_of_jams() -> None:
    navigation, journey = SimulatedNavigation(way_home()), drive(way_home(), 0.0, CALM)
    for now in (60.0, 600.0, 1200.0):
        told = navigation.on_the_way(now, journey.along(now), None)
        assert told.p10 < told.median < told.p90 and abs(told.median - journey.ends) < 180.0
    late = journey.jammed(300.0, JAM)
    for now in (300.0, 900.0, 2000.0, late.ends - 60.0):
        told = navigation.on_the_way(now, late.along(now), JAM)
        assert abs(told.median - late.ends) < 300.0
    assert "jam on Landstrasse in Vaduz" in navigation.on_the_way(300.0, late.along(300.0), JAM).why
    assert "jam" not in navigation.on_the_way(late.ends - 60, 22_000.0, JAM).why
