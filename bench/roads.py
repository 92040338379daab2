"""How fast ways are found, beside RoutingKit's package, SciPy and networkit in the same run; a script.

The network is made here, not real: a grid of streets with one-ways, gaps and a quick avenue every tenth street.
"""

import statistics
import time
from collections.abc import Callable

import networkit
import numpy as np
import routingkit_cch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from homeward.models.roads.cch import Hierarchy
from homeward.models.roads.network import Column
from homeward.models.roads.order import nested_dissection

SIDES, PAIRS, FEW, REPEATS = (60, 250), 2_000, 30, 5


def town(side: int) -> tuple[Column, Column, Column, Column, Column]:
    """Places, arcs and times in ms of a made network."""
    random, at = np.random.default_rng(1), np.arange(side * side)
    east, north = at[at % side < side - 1], at[at < side * (side - 1)]
    tail = np.concatenate([east, east + 1, north, north + side])
    head = np.concatenate([east + 1, east, north + side, north])
    kept = random.random(len(tail)) < 0.85
    tail, head = tail[kept], head[kept]
    row = np.where(np.abs(tail - head) == 1, tail // side, tail % side)
    weight = (random.integers(5_000, 15_000, len(tail)) // np.where(row % 10 == 0, 3, 1)).astype(np.int32)
    return 60.0 + at // side * 1e-3, 24.0 + at % side * 2e-3, tail, head, weight


def median_s(what: Callable[[], object]) -> float:
    """The median time of a few calls, s, the first left aside."""
    what()
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        what()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def measure(side: int) -> None:
    """Print a table for one size."""
    lat, lon, tail, head, weight = town(side)
    n, start = len(lat), time.perf_counter()
    order = nested_dissection(lat, lon, tail, head)
    ordered = time.perf_counter() - start
    ours = Hierarchy(order, tail, head)
    sources, targets = np.random.default_rng(2).integers(n, size=(2, PAIRS))
    pairs = list(zip(sources.tolist(), targets.tolist(), strict=True))
    theirs = routingkit_cch.CCH(order.tolist(), tail.tolist(), head.tolist(), False)
    weights = weight.tolist()
    lay = median_s(lambda: ours.customise(weight)), median_s(lambda: routingkit_cch.CCHMetric(theirs, weights))
    query = routingkit_cch.CCHQuery(routingkit_cch.CCHMetric(theirs, weights))
    batch = median_s(lambda: ours.distances(sources, targets)) / PAIRS
    asked = median_s(lambda: [query.run(a, b).distance for a, b in pairs]) / PAIRS
    ways = median_s(lambda: [ours.way(a, b) for a, b in pairs]) / PAIRS
    driven = median_s(lambda: [query.run(a, b).arc_path for a, b in pairs]) / PAIRS
    graph = csr_matrix((weight.astype(float), (tail, head)), (n, n))
    scipy = median_s(lambda: dijkstra(graph, indices=sources[:FEW])) / FEW
    other = networkit.GraphFromCoo((weight.astype(float), (tail, head)), n=n, weighted=True, directed=True)
    both = median_s(lambda: [networkit.distance.BidirectionalDijkstra(other, a, b, True).run() for a, b in pairs[:FEW]])
    print(f"{n:,} junctions, {len(tail):,} arcs (made), order {ordered:.2f} s, {len(ours.above):,} edges")
    print(f"  customise      {lay[0] * 1e3:9.2f} ms   routingkit-cch {lay[1] * 1e3:9.2f} ms   {lay[0] / lay[1]:.2f}x")
    print(f"  pairs, 1 core  {batch * 1e6:9.1f} us   routingkit-cch {asked * 1e6:9.1f} us   {batch / asked:.2f}x")
    print(f"  way with arcs  {ways * 1e6:9.1f} us   routingkit-cch {driven * 1e6:9.1f} us   {ways / driven:.2f}x")
    print(f"  SciPy, one source {scipy * 1e6:9.0f} us   networkit, one pair {both / FEW * 1e6:9.0f} us", flush=True)


if __name__ == "__main__":
    for size in SIDES:
        measure(size)
