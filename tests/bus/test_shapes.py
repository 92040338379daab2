"""Whether values may be said: asked of plain floats at once, the same as one by one."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.bus.shapes import Bounds, Shapes
from homeward.words import load_vocabulary

VOCABULARY = load_vocabulary()
SHAPES = Shapes(VOCABULARY, Bounds(VOCABULARY))
SPEED, CHARGE, LATITUDE = (
    "Vehicle.Speed",
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
    "Vehicle.CurrentLocation.Latitude",
)
DRIVEN = "Vehicle.TraveledDistance"
EDGES = (-90.0, 90.0, 90.00001, 0.0, -0.0, 100.0, 100.5, 250.0, 1e308, -1e308, inf, -inf, nan)


@given(st.lists(st.floats() | st.sampled_from(EDGES), min_size=4, max_size=4))
def test_floats_fit_where_each_does(values: list[float]) -> None:
    shape = SHAPES.learn((SPEED, CHARGE, DRIVEN, LATITUDE))
    assert shape.fits(values) == (shape.numbers(tuple(values)) is not None)


@pytest.mark.parametrize(
    "path",
    [
        "Vehicle.ADAS.ABS.IsEnabled",
        "Vehicle.ADAS.ActiveAutonomyLevel",
        "Vehicle.Body.BodyType",
    ],
)
def test_truths_words_and_texts_are_looked_at_one_by_one(path: str) -> None:
    assert not SHAPES.learn((SPEED, path)).fits([1.0, 1.0])
