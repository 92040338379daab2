"""How long a plan with charging stops takes, with 1,000 chargers on a large network tiled from real maps; a script."""

import time

import numpy as np

from bench._tiled import tiled
from homeward.app.crew import threads
from homeward.core.signal import Refused
from homeward.maps.chargers import Charger
from homeward.maps.journey import Planner, Wish
from homeward.maps.pack import Pack
from homeward.models.roads.roads import Roads, Spot
from homeward.vehicles import find, shipped

SIDE, CHARGERS, PLANS, CAR = 30, 1_000, 60, "kia e-niro 64 kwh"


def main() -> None:
    """Print a table."""
    made, random = tiled(SIDE), np.random.default_rng(1)
    network = made.network()
    quick = np.flatnonzero(np.asarray(network.speed_kmh) >= 80.0)
    nodes = network.head[random.choice(quick, CHARGERS, replace=False)]
    powers = random.choice([50.0, 150.0, 300.0], CHARGERS, p=[0.3, 0.4, 0.3])
    places = zip(network.lat[nodes].tolist(), network.lon[nodes].tolist(), powers.tolist(), strict=True)
    pack = Pack(network, made.order, {}, chargers=tuple(Charger("", lat, lon, kw, True) for lat, lon, kw in places))
    start = time.perf_counter()
    roads = Roads(network, made.order)
    print(f"{network.nodes:,} junctions (tiled from real maps), {CHARGERS:,} chargers, {CAR}")
    print(f"  roads {time.perf_counter() - start:.2f} s", flush=True)
    start = time.perf_counter()
    wish = Wish(find(CAR, shipped()), 60.0, 5.0, 10.0)
    planner = Planner(pack, roads, wish, threads(2), CHARGERS)  # all that are not too far round
    print(f"  tables of the chargers {time.perf_counter() - start:.2f} s, once", flush=True)
    took, stops, none = [], [], 0
    for _ in range(PLANS):
        a, b = (Spot(int(arc), 0.5, 0.0) for arc in random.integers(network.arcs, size=2))
        start = time.perf_counter()
        try:
            told = planner.plan([a], [b])
            stops.append(sum(leg.stop is not None for leg in told.legs))
        except Refused:
            none += 1
        took.append(time.perf_counter() - start)
    ms = np.percentile(np.array(took[1:]) * 1e3, [50, 90, 100])
    print(f"  a plan p50 {ms[0]:.0f} ms, p90 {ms[1]:.0f} ms, longest {ms[2]:.0f} ms, its first {took[0] * 1e3:.0f} ms")
    print(f"  stops {np.bincount(stops).tolist()}, not to be reached {none} of {PLANS}")


if __name__ == "__main__":
    main()
