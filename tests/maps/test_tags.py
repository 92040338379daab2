"""What tags say to a car, rule by rule, and that no tag whatever is a surprise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.maps import tags as says
from homeward.models.roads.network import KINDS


@pytest.mark.parametrize(
    ("tags", "drives"),
    [
        ({}, True),
        ({"access": "no"}, False),
        ({"access": "no", "motor_vehicle": "yes"}, True),
        ({"access": "yes", "motorcar": "private"}, False),
        ({"vehicle": "no", "bicycle": "yes"}, False),
        ({"access": "destination"}, True),
    ],
)
def test_the_most_particular_access_counts(tags: dict[str, str], drives: bool) -> None:
    assert says.may_drive(tags) is drives


@pytest.mark.parametrize(
    ("tags", "ways"),
    [
        ({"highway": "residential"}, (True, True)),
        ({"highway": "residential", "oneway": "yes"}, (True, False)),
        ({"highway": "residential", "oneway": "-1"}, (False, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "tertiary", "junction": "roundabout"}, (True, False)),
        ({"highway": "primary", "oneway": "reversible"}, (False, False)),
        ({"highway": "primary", "oneway": "yes", "oneway:motorcar": "no"}, (True, True)),
    ],
)
def test_which_way_round(tags: dict[str, str], ways: tuple[bool, bool]) -> None:
    assert says.directions(tags) == ways


@pytest.mark.parametrize(
    ("sign", "kmh"),
    [
        ("50", 50),
        ("30 mph", 48.28),
        ("30mph", 48.28),
        ("none", 130),
        ("walk", 6),
        ("DE:urban", 50),
        ("FI:zone30", 30),
        ("FR:rural", 80),
    ],
)
def test_signs(sign: str, kmh: float) -> None:
    assert says.limit_kmh(sign) == pytest.approx(kmh, abs=0.01)


@pytest.mark.parametrize("sign", [None, "", "signals", "fast", "-5", "0", "1e9", "nan", "50 knights"])
def test_signs_that_say_nothing(sign: str | None) -> None:
    assert says.limit_kmh(sign) is None


def test_kinds() -> None:
    assert says.kind_of({"highway": "footway"}) is None
    assert says.kind_of({"highway": "service", "area": "yes"}) is None
    assert says.kind_of({"route": "ferry"}) is None
    assert says.kind_of({"route": "ferry", "motor_vehicle": "yes"}) == "ferry"
    assert set(says.USUAL_KMH) == set(KINDS)


def test_what_stops_cars() -> None:
    assert says.stops_cars({"barrier": "bollard"})
    assert not says.stops_cars({"barrier": "bollard", "motor_vehicle": "yes"})
    assert not says.stops_cars({"barrier": "lift_gate"})
    assert says.stops_cars({"barrier": "gate", "access": "private"})


@given(st.dictionaries(st.sampled_from(["highway", "maxspeed", "oneway", "access", "route", "duration"]), st.text()))
def test_no_tag_is_a_surprise(tags: dict[str, str]) -> None:
    kind = says.kind_of({**tags, "highway": "residential"})
    assert kind == "residential" or tags.get("area")
    assert says.SLOWEST_KMH <= says.speed_kmh(tags, "residential", True) <= says.FASTEST_KMH
    says.directions(tags)
    says.duration_s(tags.get("duration"))


def test_without_a_number_the_zone_of_the_country_counts() -> None:
    assert says.speed_kmh({"maxspeed:type": "DE:rural"}, "secondary", True) == pytest.approx(90.0)
    assert says.speed_kmh({"source:maxspeed": "GB:motorway"}, "motorway", True) == pytest.approx(0.9 * 112.65)
    assert says.speed_kmh({"zone:maxspeed": "DE:30"}, "residential", True) == pytest.approx(27.0)
    assert says.speed_kmh({"maxspeed": "50", "maxspeed:type": "DE:rural"}, "secondary", True) == pytest.approx(45.0)
