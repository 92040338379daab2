"""What turns cost: left across a main road more than right, nothing on small roads, and all sums agree."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.maps.town import written

from homeward.app.crew import threads
from homeward.maps.osm import read_roads
from homeward.models.roads.guide import Guide
from homeward.models.roads.network import Network
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.replan import Routes, replan
from homeward.models.roads.roads import Roads
from homeward.models.roads.table import Table
from homeward.models.roads.trip import Place
from homeward.models.roads.turning import turn_costs


@pytest.fixture(scope="module")
def crossing(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A main road 1-2-3 from west to east, crossed at 2 by a small one 4-2-5 from south to north, with 6-4 off it."""
    nodes: Any = {1: (0.0, -0.01), 2: (0.0, 0.0), 3: (0.0, 0.01), 4: (-0.01, 0.0), 5: (0.01, 0.0), 6: (-0.01, 0.01)}
    main, small = {"highway": "primary", "maxspeed": "50"}, {"highway": "residential", "maxspeed": "50"}
    ways: Any = {1: ([1, 2, 3], main), 2: ([4, 2, 5], small), 3: ([4, 6], small)}
    return read_roads(written(tmp_path_factory.mktemp("map") / "a.osm", nodes, ways))[0]


def cost_s(network: Network, way: tuple[int, int, int], **more: bool) -> float:
    """Of driving from one junction over another to a third, by the numbers above."""
    places = {1: (0.0, -0.01), 2: (0.0, 0.0), 3: (0.0, 0.01), 4: (-0.01, 0.0), 5: (0.01, 0.0), 6: (-0.01, 0.01)}
    number = {
        (round(lat, 4), round(lon, 4)): i for i, (lat, lon) in enumerate(zip(network.lat, network.lon, strict=True))
    }
    a, b, c = (number[places[one]] for one in way)
    into = np.flatnonzero((network.tail == a) & (network.head == b))
    on = np.flatnonzero((network.tail == b) & (network.head == c))
    return float(turn_costs(network, **more).of(into, on)[0]) / 1000.0


def test_turns_across_a_main_road_wait(crossing: Network) -> None:
    assert cost_s(crossing, (1, 2, 3)) == 0.0
    assert cost_s(crossing, (1, 2, 4)) == 2.0, "right, off the main road"
    assert cost_s(crossing, (1, 2, 5)) == 5.0, "left, across who comes towards one"
    assert cost_s(crossing, (4, 2, 5)) == 3.0, "straight across it"
    assert cost_s(crossing, (4, 2, 3)) == 5.0 and cost_s(crossing, (4, 2, 1)) == 8.0
    assert cost_s(crossing, (1, 2, 1)) == 20.0
    assert cost_s(crossing, (6, 4, 2)) == 0.0, "small roads are slow enough"


def test_where_one_drives_on_the_left_it_is_the_other_way_round(crossing: Network) -> None:
    assert cost_s(crossing, (1, 2, 4), left_hand=True) == 5.0 and cost_s(crossing, (1, 2, 5), left_hand=True) == 2.0


@pytest.fixture(scope="module")
def town(shared_data: Path) -> Roads:
    """Liechtenstein with what its turns cost."""
    network, _ = read_roads(shared_data / "maps/liechtenstein-latest.osm.pbf")
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    return Roads(network, order, turn_costs(network))


def test_a_ways_time_is_that_of_its_arcs_and_its_turns(town: Roads) -> None:
    random = np.random.default_rng(4)
    turned = 0
    for a, b in random.integers(town.network.nodes, size=(300, 2)).tolist():
        ends = [town.nearest(float(town.network.lat[n]), float(town.network.lon[n])) for n in (a, b)]
        way = town.way(*ends)
        if way is None or len(way.arcs) < 2:
            continue
        turning = town.turning_ms(way.arcs)
        turned += int((turning > 0).sum())
        summed = float((town.weight_ms[way.arcs] * way.parts).sum() + turning.sum()) / 1000.0
        assert way.seconds == pytest.approx(summed, abs=0.002)
        assert way.passed_s[-1] == pytest.approx(summed, abs=0.01) and (np.diff(way.passed_s) >= -1e-9).all()
    assert turned > 500


def test_guide_table_and_replanning_count_turns_alike(town: Roads) -> None:
    guide, random = Guide(town), np.random.default_rng(9)
    ends = [
        (float(town.network.lat[n]), float(town.network.lon[n])) for n in random.integers(town.network.nodes, size=40)
    ]
    spots = [town.nearest(*place) for place in ends]
    energy = np.ones(town.network.arcs)
    quick = Table(town, town.weight_ms, energy, threads(1), "weight")
    ways = [(a, b, town.way(spots[a], spots[b])) for a in range(20) for b in range(20, 40)]
    told = quick.between(quick.leaving(spots[:20]), quick.reaching(spots[20:]))[0]
    found = [(a, b, way) for a, b, way in ways if way is not None and len(way.arcs) > 1]
    assert len(found) > 300
    for a, b, way in found:
        assert told[a, b - 20] == pytest.approx(1000.0 * way.seconds, abs=3.0)
    routes = Routes.of([way.arcs for *_, way in found], [way.shares for *_, way in found])
    again = replan(town.reweighted(town.weight_ms + 1), town.weight_ms, routes)
    seconds = np.array([way.seconds for *_, way in found])
    assert again.before_ms / 1000.0 == pytest.approx(seconds, abs=0.003)
    assert (again.now_ms - again.best_ms <= 4).all(), "the quickest stay the quickest"
    trip = guide.plan(*ends[0], float("nan"), Place(*ends[25]))
    assert trip is not None and guide.cost_s(trip) == pytest.approx(trip.seconds, abs=0.01)
    assert guide.legs(trip)[1].sum() == pytest.approx(trip.seconds, abs=0.01)


def test_the_graph_stays_far_smaller_than_that_of_all_turns(town: Roads) -> None:
    network = town.network
    out = np.bincount(network.tail, minlength=network.nodes)
    assert len(town.turns.arc) < 0.7 * int(out[network.head].sum())
    assert len(town.turns.junction) < 0.65 * network.arcs
