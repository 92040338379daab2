"""Traces matched: drives over a real map with the errors that receivers make, and the arcs they were driven on."""

from pathlib import Path

import numpy as np
import pytest

from homeward.maps.osm import read_roads
from homeward.models.roads.match import Matcher
from homeward.models.roads.network import DEGREE_M, Column
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads, Way


@pytest.fixture(scope="module", params=["liechtenstein-latest.osm.pbf", "Helsinki.osm.pbf", "andorra.osm.pbf"])
def matcher(request: pytest.FixtureRequest, shared_data: Path) -> Matcher:
    network, _ = read_roads(shared_data / "maps" / request.param)
    return Matcher(Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head)))


def drives(matcher: Matcher, many: int, seed: int = 1) -> list[Way]:
    random, found = np.random.default_rng(seed), list[Way]()
    network = matcher.roads.network
    while len(found) < many:
        ends = [(float(network.lat[n]), float(network.lon[n])) for n in random.integers(network.nodes, size=2)]
        way = matcher.roads.way(*(matcher.roads.nearest(*end) for end in ends))
        if way is not None and way.metres > 800.0:
            found.append(way)
    return found


def trace(way: Way, every_s: float, error_m: float, seed: int) -> tuple[Column, Column, Column]:
    """Places every so many seconds, off by what a receiver is off, and the times."""
    random, at = np.random.default_rng(seed), np.arange(0.0, way.seconds, every_s)
    lat, lon = (np.interp(at, way.passed_s, way.points[:, k]) for k in (0, 1))
    noise = random.normal(0.0, error_m / DEGREE_M, (2, len(at)))
    return lat + noise[0], lon + noise[1] / np.cos(np.radians(lat)), at


@pytest.mark.parametrize(("every_s", "error_m", "least"), [(2.0, 3.0, 0.97), (5.0, 8.0, 0.9), (20.0, 5.0, 0.85)])
def test_the_roads_that_were_driven_are_found(matcher: Matcher, every_s: float, error_m: float, least: float) -> None:
    length, right, wrong, took = matcher.length_m, 0.0, 0.0, []
    for seed, way in enumerate(drives(matcher, 12)):
        told = matcher.match(*trace(way, every_s, error_m, seed))
        assert told is not None and told.share > 0.9 and told.off_m < 3.0 * error_m
        driven, found = set(way.arcs.tolist()), set(told.arcs.tolist())
        right += float(length[list(driven & found)].sum())
        wrong += float(length[list(found - driven)].sum())
        free = matcher.roads.weight_ms[told.arcs] / 1000.0
        took.append(float(told.took_s.sum() / free.sum()))
        whole = float(length[way.arcs[1:-1]].sum())
        wrong += max(0.0, whole - float(length[list(driven & found)].sum()) - 300.0)
    assert right / (right + wrong) > least
    assert np.median(took) == pytest.approx(1.0, abs=0.08), "the times are those of the drive"


def test_standing_still_is_time_on_the_road_where_one_stood(matcher: Matcher) -> None:
    way = max(drives(matcher, 5, 3), key=lambda one: one.metres)
    lat, lon, at = trace(way, 2.0, 2.0, 1)
    half = len(at) // 2
    wait = np.arange(0.0, 120.0, 2.0)
    lat, lon = (np.concatenate([one[:half], np.full(len(wait), one[half]), one[half:]]) for one in (lat, lon))
    times = np.concatenate([at[:half], at[half] + wait, at[half:] + 120.0])
    told = matcher.match(lat, lon, times)
    assert told is not None
    free = matcher.roads.weight_ms[told.arcs] / 1000.0
    assert float((told.took_s - free).max()) == pytest.approx(120.0, abs=15.0)
    assert (told.took_s >= 0.0).all() and (np.diff(told.at_s) >= 0.0).all()


def test_a_trace_off_the_map_or_of_one_place_is_none(matcher: Matcher) -> None:
    at = np.arange(10.0)
    assert matcher.match(np.linspace(10.0, 10.1, 10), np.linspace(10.0, 10.1, 10), at) is None
    node = float(matcher.roads.network.lat[0]), float(matcher.roads.network.lon[0])
    assert matcher.match(np.full(10, node[0]), np.full(10, node[1]), at) is None
