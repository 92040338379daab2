"""Shortest ways beside other solvers: SciPy's Dijkstra and Johnson, and RoutingKit, on grids with one-ways."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra, johnson

from homeward.app.crew import threads
from homeward.models.roads.cch import HEAVIEST, Hierarchy
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.order import by_places, nested_dissection

Column = npt.NDArray[Any]


def town(side: int, seed: int) -> tuple[Column, Column, Column, Column]:
    """Places and arcs of a grid whose streets are here and there one-way, missing or doubled."""
    random = np.random.default_rng(seed)
    at = np.arange(side * side)
    east, north = at[at % side < side - 1], at[at < side * (side - 1)]
    tail = np.concatenate([east, east + 1, north, north + side])
    head = np.concatenate([east + 1, east, north + side, north])
    kept = random.random(len(tail)) < 0.9
    doubled = random.integers(len(tail), size=side)
    tail, head = (np.concatenate([end[kept], end[doubled]]) for end in (tail, head))
    lat, lon = 60.0 + (at // side) * 1e-3, 24.0 + (at % side) * 1e-3
    return lat + random.normal(0, 1e-4, len(at)), lon + random.normal(0, 1e-4, len(at)), tail, head


def matrix(n: int, tail: Column, head: Column, weight: Column) -> Any:
    """The lightest arc of each pair; a zero is stored as such."""
    lightest = np.lexsort((weight, head, tail))
    first = np.unique(tail[lightest] * n + head[lightest], return_index=True)[1]
    kept = lightest[first]
    return csr_matrix((weight[kept].astype(float), (tail[kept], head[kept])), (n, n))


def as_told(distances: Column) -> Column:
    return np.where(np.isinf(distances), float(NOWHERE), distances).astype(np.int64)


def downhill(lat: Column, tail: Column, head: Column, seed: int) -> Column:
    """Energies: a length, and a height that is paid uphill and given back downhill, so that no circle gains."""
    random = np.random.default_rng(seed)
    height = random.integers(0, 400, len(lat))
    return (random.integers(20, 100, len(tail)) + height[head] - height[tail]).astype(np.int32)


@pytest.mark.parametrize("order", [nested_dissection, by_places])
def test_times_are_those_of_dijkstra(order: Any) -> None:
    lat, lon, tail, head = town(40, 1)
    ways, n = Hierarchy(order(lat, lon, tail, head), tail, head), len(lat)
    for seed in range(2):
        weight = np.random.default_rng(seed).integers(1, 60_000, len(tail)).astype(np.int32)
        ways.customise(weight)
        sources = np.random.default_rng(seed).integers(n, size=5)
        told = ways.distances(np.repeat(sources, n), np.tile(np.arange(n), 5)).reshape(5, n)
        assert (told == as_told(dijkstra(matrix(n, tail, head, weight), indices=sources))).all()


def test_energies_below_zero_are_those_of_johnson() -> None:
    lat, lon, tail, head = town(18, 2)
    weight, n = downhill(lat, tail, head, 3), len(lat)
    assert (weight < 0).any()
    ways = Hierarchy(nested_dissection(lat, lon, tail, head), tail, head)
    ways.customise(weight)
    every = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    truth = as_told(johnson(matrix(n, tail, head, weight)))
    assert (ways.distances(*every).reshape(n, n) == truth).all()
    assert (ways.distances(*every, threads(2)).reshape(n, n) == truth).all()


def test_routingkit_says_the_same() -> None:
    routingkit = pytest.importorskip("routingkit_cch")
    lat, lon, tail, head = town(30, 4)
    order = nested_dissection(lat, lon, tail, head)
    weight = np.random.default_rng(5).integers(1, 60_000, len(tail)).astype(np.int32)
    theirs = routingkit.CCH(order.tolist(), tail.tolist(), head.tolist(), False)
    query = routingkit.CCHQuery(routingkit.CCHMetric(theirs, weight.tolist()))
    ours = Hierarchy(order, tail, head)
    ours.customise(weight)
    sources, targets = np.random.default_rng(6).integers(len(lat), size=(2, 3000))
    told = ours.distances(sources, targets)
    for source, target, least in zip(sources.tolist(), targets.tolist(), told.tolist(), strict=True):
        found = query.run(source, target).distance
        assert least == (NOWHERE if found is None else found)


@pytest.mark.parametrize("below_zero", [False, True])
def test_ways_are_driven_in_order_and_sum_up(below_zero: bool) -> None:
    lat, lon, tail, head = town(30, 7)
    weight = downhill(lat, tail, head, 8) if below_zero else np.arange(len(tail), dtype=np.int32) % 97 + 1
    ways = Hierarchy(nested_dissection(lat, lon, tail, head), tail, head)
    ways.customise(weight)
    for source, target in np.random.default_rng(9).integers(len(lat), size=(200, 2)).tolist():
        least, arcs = ways.way(source, target)
        assert least == ways.distance(source, target)
        if least == NOWHERE or source == target:
            assert len(arcs) == 0
            continue
        assert (tail[arcs[0]], head[arcs[-1]]) == (source, target)
        assert (head[arcs[:-1]] == tail[arcs[1:]]).all()
        assert weight[arcs].sum() == least


def test_a_closed_road_is_not_driven_and_opens_again() -> None:
    lat, lon, tail, head = town(20, 10)
    weight = np.full(len(tail), 1000, dtype=np.int32)
    ways = Hierarchy(nested_dissection(lat, lon, tail, head), tail, head)
    ways.customise(weight)
    least, arcs = ways.way(0, 399)
    closed = weight.copy()
    closed[arcs[len(arcs) // 2]] = NOWHERE
    ways.customise(closed)
    assert arcs[len(arcs) // 2] not in ways.way(0, 399)[1]
    closed[:] = NOWHERE
    ways.customise(closed)
    assert ways.way(0, 399)[0] == ways.distance(0, 399) == NOWHERE
    assert ways.distance(7, 7) == 0
    ways.customise(weight)
    assert ways.distance(0, 399) == least


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_small_network_and_any_order_give_what_dijkstra_gives(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 8))
    junctions = st.integers(0, n - 1)
    arcs = data.draw(st.lists(st.tuples(junctions, junctions, st.integers(0, 9)), max_size=24))
    order = np.array(data.draw(st.permutations(range(n))))
    tail, head, weight = (np.array([arc[i] for arc in arcs], dtype=np.int64) for i in range(3))
    ways = Hierarchy(order, tail, head)
    ways.customise(weight)
    known = np.full((n, n), int(NOWHERE))
    for a, b, w in arcs:
        known[a, b] = min(known[a, b], w)
    np.fill_diagonal(known, 0)
    for middle in range(n):
        known = np.minimum(known, known[:, [middle]] + known[[middle], :])
    known = np.minimum(known, int(NOWHERE))
    told = ways.distances(np.repeat(np.arange(n), n), np.tile(np.arange(n), n))
    assert (told.reshape(n, n) == known).all()


def test_orders_name_every_junction_once() -> None:
    lat, lon, tail, head = town(25, 11)
    for order in (nested_dissection, by_places):
        assert sorted(order(lat, lon, tail, head).tolist()) == list(range(len(lat)))


def test_what_cannot_be_is_refused() -> None:
    tail, head = np.array([0, 1]), np.array([1, 0])
    with pytest.raises(ValueError, match="exactly once"):
        Hierarchy(np.array([0, 0]), tail, head)
    with pytest.raises(ValueError, match="outside"):
        Hierarchy(np.array([0, 1]), tail, np.array([1, 2]))
    ways = Hierarchy(np.array([0, 1]), tail, head)
    with pytest.raises(ValueError, match="3 weights for 2 arcs"):
        ways.customise(np.array([1, 2, 3]))
    for wrong in (np.array([1.5, 2.0]), np.array([HEAVIEST, 1]), np.array([1, -HEAVIEST])):
        with pytest.raises(ValueError, match="whole numbers"):
            ways.customise(wrong)


def test_several_threads_lay_the_same_weights() -> None:
    lat, lon, tail, head = town(60, 4)
    order = nested_dissection(lat, lon, tail, head)
    one, many = Hierarchy(order, tail, head), Hierarchy(order, tail, head)
    for weight in (downhill(lat, tail, head, 1), np.arange(1, len(tail) + 1)):
        one.customise(weight)
        many.customise(weight, threads(3))
        sources, targets = np.random.default_rng(1).integers(len(lat), size=(2, 2000))
        told = one.distances(sources, targets)
        assert (told == many.distances(sources, targets, threads(2))).all()
        some = int(np.flatnonzero(told < NOWHERE)[0])
        cost, arcs = many.way(int(sources[some]), int(targets[some]))
        assert weight[arcs].sum() == cost


@pytest.mark.parametrize("below_zero", [False, True])
def test_mending_a_few_weights_is_the_same_as_laying_all(below_zero: bool) -> None:
    lat, lon, tail, head = town(40, 6)
    ways = Hierarchy(nested_dissection(lat, lon, tail, head), tail, head)
    random = np.random.default_rng(6)
    weight = downhill(lat, tail, head, 6) if below_zero else random.integers(1, 9_999, len(tail)).astype(np.int32)
    ways.customise(weight)
    anew = ways.twin()
    for _ in range(20):
        arcs = random.integers(len(tail), size=8)
        weight = weight.copy()
        weight[arcs] = np.where(random.random(8) < 0.4, NOWHERE, np.abs(weight[arcs]) % HEAVIEST // 2 + 400)
        ways.update(arcs, weight[arcs])
        anew.customise(weight)
        sources, targets = random.integers(len(lat), size=(2, 500))
        assert (ways.distances(sources, targets) == anew.distances(sources, targets)).all()
        cost, found = ways.way(int(sources[0]), int(targets[0]))
        assert cost == NOWHERE or weight[found].sum() == cost


def test_a_second_cost_is_summed_along_the_ways_that_are_driven() -> None:
    lat, lon, tail, head = town(40, 7)
    ways, random = Hierarchy(nested_dissection(lat, lon, tail, head), tail, head), np.random.default_rng(7)
    ways.customise(random.integers(1_000, 9_999_999, len(tail)))  # so varied that no two ways weigh the same
    cost = random.normal(0.0, 1.0, len(tail))
    sources, targets = random.integers(len(lat), size=30), random.integers(len(lat), size=40)
    told, costs = ways.matrix(sources, targets, ways.carried(cost), threads(2))
    for i, source in enumerate(sources.tolist()):
        assert (told[i] == ways.distances(np.full(40, source), targets)).all()
        for j, target in enumerate(targets.tolist()):
            _, arcs = ways.way(source, target)
            assert costs[i, j] == pytest.approx(cost[arcs].sum() if told[i, j] < NOWHERE else 0.0, abs=1e-9)
    assert (ways.matrix(sources, targets)[0] == told).all()


@pytest.mark.parametrize("count", [256, 300, 1_001])
def test_pairs_in_lanes_are_those_one_by_one(count: int) -> None:
    lat, lon, tail, head = town(50, 8)
    kept = (tail < 2_000) & (head < 2_000)  # what is beyond is reached by nobody
    ways = Hierarchy(nested_dissection(lat, lon, tail, head), tail[kept], head[kept])
    weight = np.random.default_rng(8).integers(0, 90_000, int(kept.sum()))
    weight[::40] = NOWHERE
    ways.customise(weight)
    sources, targets = np.random.default_rng(count).integers(len(lat), size=(2, count))
    one_by_one = [ways.distance(a, b) for a, b in zip(sources.tolist(), targets.tolist(), strict=True)]
    told = ways.distances(sources, targets, threads(2))
    assert told.tolist() == one_by_one and int(NOWHERE) in one_by_one
