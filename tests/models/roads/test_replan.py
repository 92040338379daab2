"""Live routes in a batch beside planning each anew: costs, who gains, who cannot arrive, and who is left alone."""

from pathlib import Path

import numpy as np
import pytest

from homeward.app.crew import threads
from homeward.maps.osm import read_roads
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.replan import CLOSED, GAIN_MS, Routes, replan
from homeward.models.roads.roads import Roads, Spot, Way


@pytest.fixture(scope="module")
def roads(shared_data: Path) -> Roads:
    """Liechtenstein."""
    network, _ = read_roads(shared_data / "maps/liechtenstein-latest.osm.pbf")
    return Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head))


def drives(roads: Roads, many: int) -> list[tuple[Spot, Spot, Way]]:
    random = np.random.default_rng(5)
    found: list[tuple[Spot, Spot, Way]] = []
    while len(found) < many:
        a, b = (Spot(int(random.integers(roads.network.arcs)), float(random.random()), 0.0) for _ in range(2))
        if (way := roads.way([a], [b])) is not None:
            found.append((a, b, way))
    return found


@pytest.mark.parametrize("change", ["nothing", "closures and jams", "quicker somewhere"])
def test_a_batch_says_what_planning_each_anew_says(roads: Roads, change: str) -> None:
    before, random = roads.weight_ms, np.random.default_rng(6)
    all_drives = drives(roads, 300)
    routes = Routes.of([way.arcs for *_, way in all_drives], [way.shares for *_, way in all_drives])
    assert routes.cost_ms(before) == pytest.approx([way.seconds * 1000.0 for *_, way in all_drives], abs=3.0)
    after = before.copy()
    some = random.integers(len(before), size=60)
    if change == "closures and jams":
        busy = np.argsort(-np.bincount(routes.arcs, minlength=len(before)))[:40]
        after[busy[::2]], after[busy[1::2]] = NOWHERE, before[busy[1::2]] * 20
    elif change == "quicker somewhere":
        after[some] = np.maximum(1, before[some] // 10)
    now = roads.reweighted(after)
    told = replan(now, before, routes, threads(2))
    gained = 0
    for i, (a, b, way) in enumerate(all_drives):
        closed = bool((after[way.arcs] >= NOWHERE).any())
        assert (told.now_ms[i] >= CLOSED) == closed
        best = now.way([a], [b])
        if best is None:
            assert told.lost[i]
        else:
            assert told.best_ms[i] == pytest.approx(best.seconds * 1000.0, abs=3.0)
            gained += closed or told.now_ms[i] - best.seconds * 1000.0 > GAIN_MS + 3.0
    assert abs(int(told.better.sum()) - gained) <= 1
    assert told.changed.tolist() == [bool((after[way.arcs] != before[way.arcs]).any()) for *_, way in all_drives]


def test_mended_roads_are_the_same_as_roads_laid_anew(roads: Roads) -> None:
    random = np.random.default_rng(7)
    weight = roads.weight_ms.copy()
    weight[random.integers(len(weight), size=10)] = NOWHERE
    mended = roads.reweighted(weight)
    whole = roads.reweighted(weight * 1)
    whole.customise(weight)
    pairs = random.integers(len(roads.turns.junction), size=(2, 2000))
    assert (mended.ways.distances(*pairs) == whole.ways.distances(*pairs)).all()
    assert (roads.ways.distances(*pairs) != mended.ways.distances(*pairs)).any(), "the first stayed as it was"
