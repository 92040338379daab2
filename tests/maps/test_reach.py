"""How far a car gets: the outline holds what is reached and nothing far from it, and grows with charge and warmth."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.maps.test_journey import pack, roads  # noqa: F401

from homeward.core.signal import Refused
from homeward.maps.journey import Wish
from homeward.maps.pack import Pack
from homeward.maps.reach import _area, _holds, _outline, reach
from homeward.models.roads.roads import Roads
from homeward.vehicles import find, shipped

TOWN = (42.507, 1.522)


def wish(charge: float, outside_c: float = 15.0) -> Wish:
    return Wish(find("dacia spring", shipped()), charge, outside_c, 10.0)


def inside(shape: dict[str, Any], lat: float, lon: float) -> bool:
    rings = [ring for polygon in shape["coordinates"] for ring in polygon]
    return sum(_holds(ring, [lon, lat]) for ring in rings) % 2 == 1


def test_the_outline_holds_what_is_reached_and_nothing_far_from_it(pack: Pack, roads: Roads) -> None:  # noqa: F811
    told = reach(pack, roads, *TOWN, wish(20.0, -5.0))
    there = 10.0 / 100.0 * wish(20.0).vehicle.usable_kwh / (1.0 + 1.2816 * 0.06)
    shape, network = told.geojson(), pack.network
    reached = np.flatnonzero(told.kwh <= there)
    assert 100 < len(reached) < network.nodes - 100
    held = [inside(shape, float(network.lat[n]), float(network.lon[n])) for n in reached[::5]]
    assert np.mean(held) > 0.97
    far = np.flatnonzero((told.kwh > 1.6 * there) & np.isfinite(told.kwh))
    assert np.mean([inside(shape, float(network.lat[n]), float(network.lon[n])) for n in far]) < 0.05


def test_more_charge_and_more_warmth_get_farther_and_an_empty_car_nowhere(pack: Pack, roads: Roads) -> None:  # noqa: F811
    some, more, cold = (reach(pack, roads, *TOWN, one).km for one in (wish(16.0), wish(24.0), wish(16.0, -15.0)))
    assert cold < some < more
    empty = reach(pack, roads, *TOWN, wish(10.0))
    assert (empty.rings, empty.km) == ((), 0.0)
    assert empty.geojson()["coordinates"] == []
    with pytest.raises(Refused, match="far from any road"):
        reach(pack, roads, 50.0, 8.0, wish(50.0))


def test_downhill_is_farther_than_uphill(pack: Pack, roads: Roads) -> None:  # noqa: F811
    told = reach(pack, roads, 42.625, 1.485, wish(40.0))  # from the top of a valley
    network = pack.network
    below = int(np.argmin(network.height_m))
    up = reach(pack, roads, float(network.lat[below]), float(network.lon[below]), wish(40.0))
    top = int(np.argmin(np.hypot(network.lat - 42.625, network.lon - 1.485)))
    assert told.kwh[below] < up.kwh[top]


@given(st.lists(st.tuples(st.floats(0.0, 0.3), st.floats(0.0, 0.3)), min_size=1, max_size=60))
def test_any_points_give_closed_rings_with_the_points_inside(points: list[tuple[float, float]]) -> None:
    rings = _outline(np.array(points), 0.01)
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
    lines = [[[lon, lat] for lat, lon in ring] for ring in rings]
    assert sum(_area(line) for line in lines) > 0.0
    for lat, lon in points:
        assert sum(_holds(line, [lon, lat]) for line in lines) % 2 == 1
