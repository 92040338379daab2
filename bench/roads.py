"""How fast ways are found, beside RoutingKit's package, SciPy and networkit in the same run; a script.

Networks are tiled from real maps (`_tiled`). All of it is single-threaded but where it says two.
"""

import statistics
import time
from collections.abc import Callable

import networkit
import numpy as np
import routingkit_cch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from bench._tiled import Tiled, tiled
from homeward.app.crew import threads
from homeward.models.roads.cch import Hierarchy
from homeward.models.roads.network import Column, Network
from homeward.models.roads.replan import Replanned, Routes, replan
from homeward.models.roads.roads import Roads

SIDES, PAIRS, WAYS, FEW, REPEATS, CARS, NEAR = (4, 30), 2_000, 300, 20, 5, 100_000, 0.25


def median_s(what: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median time of a few calls, s, the first left aside."""
    what()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        what()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def row(what: str, ours: float, theirs: float, unit: str = "us", scale: float = 1e6) -> None:
    """A line of the table."""
    print(
        f"  {what:<28}{ours * scale:10.2f} {unit}   {theirs * scale:10.2f} {unit}   {ours / theirs:6.2f}x", flush=True
    )


def measure(network: Tiled) -> None:
    """Print a table for one size."""
    n, weight = len(network.lat), network.ms
    ours = Hierarchy(network.order, network.tail, network.head)
    print(f"{n:,} junctions, {len(weight):,} arcs (tiled from real maps), {len(ours.above):,} edges")
    print(f"  {'':<28}{'homeward':>13}   {'routingkit-cch':>13}   {'ratio':>7}")
    order, tail, head = (end.tolist() for end in (network.order, network.tail, network.head))
    theirs, weights, two = routingkit_cch.CCH(order, tail, head, False), weight.tolist(), threads(2)
    metric = routingkit_cch.CCHMetric(theirs, weights)
    reset = median_s(lambda: metric.reset(weights))
    row("customise, 1 core", median_s(lambda: ours.customise(weight)), reset, "ms", 1e3)
    row("customise, 2 cores", median_s(lambda: ours.customise(weight, two)), reset, "ms", 1e3)
    sources, targets = np.random.default_rng(2).integers(n, size=(2, PAIRS))
    pairs = list(zip(sources.tolist(), targets.tolist(), strict=True))
    query = routingkit_cch.CCHQuery(metric)
    asked = median_s(lambda: [query.run(a, b).distance for a, b in pairs]) / PAIRS
    row("distance, one by one", median_s(lambda: [ours.distance(a, b) for a, b in pairs]) / PAIRS, asked)
    driven = median_s(lambda: [query.run(a, b).arc_path for a, b in pairs[:WAYS]]) / WAYS
    row("way with its arcs", median_s(lambda: [ours.way(a, b) for a, b in pairs[:WAYS]]) / WAYS, driven)
    a, b = np.random.default_rng(3).integers(n, size=(2, CARS))
    batch = median_s(lambda: ours.distances(a, b), 3)
    row("100,000 pairs, a pair", batch / CARS, asked)
    print(f"  100,000 pairs: {batch:.2f} s on one core, {median_s(lambda: ours.distances(a, b, two), 3):.2f} s on two")
    others(network, sources, targets, asked)
    changing(ours, weight)


def others(network: Tiled, sources: Column, targets: Column, asked: float) -> None:
    """What SciPy and networkit take for one source and for one pair."""
    ends, n, weight = (network.tail, network.head), len(network.lat), network.ms.astype(float)
    graph = csr_matrix((weight, ends), (n, n))
    scipy = median_s(lambda: dijkstra(graph, indices=sources[:FEW]), 1) / FEW
    other = networkit.GraphFromCoo((weight, ends), n=n, weighted=True, directed=True)
    pairs = list(zip(sources[:FEW].tolist(), targets[:FEW].tolist(), strict=True))
    both = median_s(lambda: [networkit.distance.BidirectionalDijkstra(other, a, b, True).run() for a, b in pairs], 1)
    print(f"  SciPy, one source {scipy * 1e3:,.1f} ms; networkit, one pair {both / FEW * 1e3:,.2f} ms")
    print(f"  so routingkit-cch is {both / FEW / asked:,.0f} times as fast as networkit")


def changing(ours: Hierarchy, weight: Column) -> None:
    """What it takes to mend a few weights, and a table of distances with a second cost."""
    random = np.random.default_rng(4)
    arcs = random.integers(len(weight), size=20)
    jammed = ours.twin()
    turns = [np.minimum(weight[arcs] * 8, 1 << 27), weight[arcs]]
    mended = median_s(lambda: jammed.update(arcs, turns[0]) and jammed.update(arcs, turns[1])) / 2
    places = random.integers(len(ours.rank), size=1000)
    second = ours.carried(weight.astype(np.float32))
    table = median_s(lambda: ours.matrix(places, places, second), 1)
    print(f"  20 weights mended {mended * 1e3:.2f} ms; 1,000 x 1,000 with energies {table:.2f} s", flush=True)


def drives(roads: Roads) -> Routes:
    """Routes of so many cars, to places not too far away."""
    random, n, ways = np.random.default_rng(5), roads.network.nodes, list[Column]()
    order = np.lexsort((roads.network.lon, np.floor(roads.network.lat / NEAR)))
    while len(ways) < CARS:
        i = int(random.integers(n))
        j = min(n - 1, max(0, i + int(random.normal(0, n * 0.002))))
        arcs = roads.ways.way(int(order[i]), int(order[j]))[1]
        if len(arcs):
            ways.append(arcs)
    return Routes.of(ways, [(0.0, 1.0)] * CARS)


def live(network: Network, order: Column) -> None:
    """100,000 cars on their ways, and roads that close and jam where most of them are."""
    roads, two, told = Roads(network, order), threads(2), list[tuple[Replanned, Roads]]()
    routes, before = drives(roads), roads.weight_ms
    busy = np.argsort(-np.bincount(routes.arcs, minlength=network.arcs))[:40]
    weight = before.copy()
    weight[busy[:20]], weight[busy[20:]] = 1 << 30, before[busy[20:]] * 10
    km = float(network.length_m[routes.arcs].sum()) / CARS / 1000.0

    def change() -> None:
        anew = roads.reweighted(before, two)
        anew.customise(weight, two)
        told.append((replan(anew, before, routes, two), anew))

    took = median_s(change, 3)
    found, anew = told[-1]
    better = np.flatnonzero(found.better)
    starts, goals = (
        network.head[routes.arcs[routes.first[better]]],
        network.tail[routes.arcs[routes.first[better + 1] - 1]],
    )
    start = time.perf_counter()
    for a, b in zip(starts.tolist(), goals.tolist(), strict=True):
        anew.ways.way(a, b)
    more_s = time.perf_counter() - start
    print(f"{CARS:,} live routes of {km:.0f} km on average, 20 roads closed and 20 jammed where most of them are")
    print(f"  customised, summed anew, compared: {took:.2f} s on two cores; {found.changed.sum():,} routes changed")
    print(f"  {len(better):,} are told; their ways {more_s:.2f} s on one core", flush=True)


if __name__ == "__main__":
    for side in SIDES:
        measure(tiled(side))
    large = tiled(SIDES[-1])
    live(large.network(), large.order)
