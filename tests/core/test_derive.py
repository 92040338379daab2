"""The way home: how far, in which direction, how fast, and who is in."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.stage import Stage

from homeward.core.signal import Kind
from homeward.core.skill import View, skill
from homeward.core.way import EARTH_RADIUS_M, way
from homeward.core.when import signal

LATITUDE, LONGITUDE = "Vehicle.CurrentLocation.Latitude", "Vehicle.CurrentLocation.Longitude"
DISTANCE, SPEED_HOME = "Vehicle.DistanceToHome", "Vehicle.SpeedTowardsHome"
CLOSING, IS_HOME = "Vehicle.IsClosingOnHome", "Vehicle.IsHome"
HOME = {"Home.Location.Latitude": 60.0, "Home.Location.Longitude": 25.0}
METRE = 1 / 111_195.0  # in degrees of latitude

LATITUDES, LONGITUDES = st.floats(-90, 90), st.floats(-180, 180)


def measure(*spot: float) -> tuple[float, float]:
    distance, bearing = way(*(np.array([degrees]) for degrees in spot))
    return float(distance[0]), float(bearing[0])


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_a_distance_is_the_same_there_and_back_and_in_range(a: float, b: float, c: float, d: float) -> None:
    there, bearing = measure(a, b, c, d)
    back, _ = measure(c, d, a, b)
    assert there == pytest.approx(back, abs=1e-3)
    assert 0 <= there <= np.pi * EARTH_RADIUS_M + 1
    assert 0 <= bearing <= 360
    assert measure(a, b, a, b)[0] == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize(
    ("spot", "metres", "bearing"),
    [
        ((0.0, 179.9, 0.0, -179.9), 22_239, 90),  # over the antimeridian, the short way
        ((0.0, -179.9, 0.0, 179.9), 22_239, 270),
        ((89.9, 0.0, 89.9, 180.0), 22_239, 0),  # over the north pole
        ((-89.9, 20.0, -89.9, -160.0), 22_239, 180),
        ((90.0, 123.0, 60.0, 25.0), 3_335_853, None),  # from the pole itself
        ((0.0, 0.0, 0.0, 180.0), 20_015_115, None),  # the other side of the world
        ((60.1699, 24.9384, 60.4518, 22.2666), 150_283, None),  # Helsinki to Turku, 150 km
    ],
)
def test_distances_that_are_known(spot: tuple[float, ...], metres: float, bearing: float | None) -> None:
    found, direction = measure(*spot)
    assert found == pytest.approx(metres, rel=2e-3)
    if bearing is not None:
        assert (direction - bearing + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)


def test_unknown_stays_unknown() -> None:
    assert isnan(measure(60.0, float("nan"), 60.0, 25.0)[0])
    stage = Stage()
    stage.hear(1, "lind/car", {LATITUDE: 60.0, LONGITUDE: 25.0})
    assert stage.knows("lind/car", DISTANCE) is None
    assert stage.knows("lind/car", IS_HOME) is None
    homeless = Stage(nodes={"solo/bike": Kind.VEHICLE})
    homeless.hear(1, "solo/bike", {LATITUDE: 60.0, LONGITUDE: 25.0})
    assert homeless.knows("solo/bike", DISTANCE) is None


def test_a_car_that_comes_home_closes_in_arrives_and_leaves_with_hysteresis() -> None:
    stage = Stage()
    stage.hear(0, "lind/home", HOME)
    seen = []
    for time, metres in ((0, 5000), (60, 4000), (120, 200), (180, 100), (240, 200), (300, 299), (360, 301), (420, 200)):
        stage.hear(time, "lind/car", {LATITUDE: 60.0 + metres * METRE, LONGITUDE: 25.0})
        assert stage.knows("lind/car", DISTANCE) == pytest.approx(metres, rel=1e-3)
        assert stage.knows("lind/car", "Vehicle.BearingToHome") == pytest.approx(180)
        seen.append((stage.knows("lind/car", CLOSING), stage.knows("lind/car", IS_HOME)))
    assert [home for _, home in seen] == [False, False, False, True, True, True, False, False]
    assert [closing for closing, _ in seen][:4] == [None, True, True, True]
    speed = stage.knows("lind/car", SPEED_HOME)
    assert isinstance(speed, float) and -5 < speed < 25


def test_a_speed_is_smoothed_over_a_minute_and_forgotten_after_a_long_gap() -> None:
    stage = Stage()
    stage.hear(0, "lind/car", {DISTANCE: 10_000})
    assert stage.knows("lind/car", SPEED_HOME) is None, "one place has no speed"
    stage.hear(10, "lind/car", {DISTANCE: 9_900})
    assert stage.knows("lind/car", SPEED_HOME) == pytest.approx(10)
    stage.hear(70, "lind/car", {DISTANCE: 9_900})
    stage.hear(71, "lind/car", {DISTANCE: 9_800}, at=70)  # at the same time it cannot have moved
    assert stage.knows("lind/car", SPEED_HOME) == 10 / 2, "half of what was a minute ago"
    assert stage.knows("lind/car", CLOSING) is True
    stage.hear(5000, "lind/car", {DISTANCE: 9_000})
    assert stage.knows("lind/car", SPEED_HOME) is None, "nobody knows how it moved meanwhile"
    assert stage.knows("lind/car", CLOSING) is None
    stage.hear(5010, "lind/car", {DISTANCE: 9_100})
    assert stage.knows("lind/car", SPEED_HOME) == pytest.approx(-10)
    assert stage.knows("lind/car", CLOSING) is False


def test_a_home_found_later_or_moved_measures_everybody_anew() -> None:
    stage = Stage()
    stage.hear(1, "lind/car", {LATITUDE: 60.0, LONGITUDE: 25.0})
    stage.hear(2, "lind/ada", {"Person.CurrentLocation.Latitude": 60.0, "Person.CurrentLocation.Longitude": 25.0})
    stage.hear(3, "lind/home", HOME)
    assert (stage.knows("lind/car", IS_HOME), stage.knows("lind/ada", "Person.IsHome")) == (True, True)
    assert stage.knows("lind/home", "Home.IsOccupied") is True
    stage.hear(4, "lind/home", {"Home.Location.Latitude": 61.0})
    assert (stage.knows("lind/car", IS_HOME), stage.knows("lind/ada", "Person.IsHome")) == (False, False)
    assert stage.knows("lind/home", "Home.IsOccupied") is False
    assert stage.knows("lind/car", SPEED_HOME) is None, "it was the home that moved"


def test_a_distance_that_the_car_sends_itself_is_believed() -> None:
    stage = Stage()
    stage.hear(1, "lind/home", HOME)
    stage.hear(2, "lind/car", {LATITUDE: 61.0, LONGITUDE: 25.0, DISTANCE: 130_000.0})
    assert stage.knows("lind/car", DISTANCE) == 130_000.0
    assert stage.knows("lind/car", IS_HOME) is False
    stage.hear(3, "lind/car", {DISTANCE: 20.0})
    assert stage.knows("lind/car", IS_HOME) is True


def test_somebody_is_in_if_anybody_is_known_to_be() -> None:
    stage = Stage()
    for node, home, occupied in (
        ("lind/ada", False, False),
        ("lind/ben", True, True),
        ("lind/ada", True, True),
        ("lind/ben", False, True),
        ("lind/ada", False, False),
    ):
        stage.hear(1, node, {"Person.IsHome": home})
        assert stage.knows("lind/home", "Home.IsOccupied") is occupied


@skill(when=[signal(DISTANCE).changes(), signal("Person.DistanceToHome").changes()], kind=Kind.VEHICLE)
def moved(car: View):  # type: ignore[no-untyped-def]
    """Counts how often a distance was learned."""
    yield car.reading("Vehicle.Problem", f"{car.number(DISTANCE, -1):.0f}")


def test_what_is_not_accepted_is_no_change() -> None:
    stage = Stage(moved)
    stage.hear(1, "lind/home", HOME)
    stage.hear(100, "lind/car", {LATITUDE: 61.0, LONGITUDE: 25.0})
    stage.hear(105, "lind/home", {"Home.Location.Latitude": 60.5})  # measured anew, as of 105
    assert len(stage.readings) == 2
    stage.hear(106, "lind/car", {LATITUDE: 61.5}, at=102)  # its place is news, but older than the last measuring
    assert len(stage.readings) == 2
    stage.hear(107, "lind/car", {LATITUDE: 62.0}, at=90)
    stage.hear(108, "lind/car", {"Vehicle.Speed": 1.0})
    stage.hear(109, "lind/home", {"Home.Light.Porch": True})
    assert len(stage.readings) == 2
    stage.hear(110, "lind/car", {LATITUDE: 61.0})
    assert len(stage.readings) == 3
