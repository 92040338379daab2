"""Tables between places beside finding each way for itself: weights, and the second cost along that very way."""

from pathlib import Path

import numpy as np
import pytest

from homeward.app.crew import threads
from homeward.maps.osm import read_roads
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads, Spot
from homeward.models.roads.table import Table


@pytest.fixture(scope="module")
def roads(shared_data: Path) -> Roads:
    """Liechtenstein."""
    network, _ = read_roads(shared_data / "maps/liechtenstein-latest.osm.pbf")
    return Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head))


def groups(roads: Roads, many: int, seed: int) -> list[list[Spot]]:
    random = np.random.default_rng(seed)
    node = random.integers(roads.network.nodes, size=many)
    return [roads.nearest(float(roads.network.lat[n]) + 1e-4, float(roads.network.lon[n])) for n in node]


def test_a_table_says_what_each_way_says(roads: Roads) -> None:
    random = np.random.default_rng(3)
    weight = roads.weight_ms + random.integers(0, 500, len(roads.weight_ms))
    weight[random.integers(len(weight), size=30)] = NOWHERE
    cost = random.normal(0.0, 1.0, len(weight))
    table, laid = Table(roads, weight, cost, threads(2)), roads.reweighted(weight)
    starts, goals = groups(roads, 12, 1), groups(roads, 15, 2)
    told, costs = table.between(table.leaving(starts), table.reaching(goals))
    for i, start in enumerate(starts):
        for j, goal in enumerate(goals):
            way = laid.way(start, goal)
            if way is None:
                assert told[i, j] == np.inf and costs[i, j] == 0.0
                continue
            assert told[i, j] == pytest.approx(way.seconds * 1000.0, abs=3.0)
            share = np.ones(len(way.arcs))
            share[0] -= way.shares[0]
            share[-1] -= 1.0 - way.shares[1]
            assert costs[i, j] == pytest.approx(float((cost[way.arcs] * share).sum()), abs=0.02)


def test_places_behind_one_another_on_one_arc(roads: Roads) -> None:
    table = Table(roads, roads.weight_ms, np.ones(len(roads.weight_ms)))
    arc = int(np.argmax(roads.network.length_m))
    ends = [[Spot(arc, 0.2, 0.0)], [Spot(arc, 0.7, 0.0)]]
    told, costs = table.between(table.leaving(ends), table.reaching(ends))
    assert told[0, 1] == pytest.approx(0.5 * float(roads.weight_ms[arc]))
    assert costs[0, 1] == pytest.approx(0.5)
    assert told[1, 0] > told[0, 1], "back one has to drive round"
    assert table.between(table.leaving([]), table.reaching(ends))[0].shape == (0, 2)
