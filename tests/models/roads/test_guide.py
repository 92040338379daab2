"""The roads as they will be: a closure that ends, a jam that fades, and what that does to a route and its time."""

from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from tests.maps.town import block

from homeward.maps.osm import read_roads
from homeward.models.eta import DriveTimes
from homeward.models.roads.events import RoadEvent
from homeward.models.roads.guide import Guide
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.models.roads.trip import Place

CORNER, NOW = Place(0.005, 0.005), 1_000_000.0
ON_THE_WAY = ((0.0035, 0.0035),)


@pytest.fixture
def guide(tmp_path: Path) -> Guide:
    network, _ = read_roads(block(tmp_path / "town.osm"))
    return Guide(Roads(network, nested_dissection(network.lat, network.lon, network.tail, network.head)))


def test_whoever_leaves_after_a_closure_has_ended_takes_the_road(guide: Guide) -> None:
    straight = guide.plan(0.0005, 0.0005, nan, CORNER)
    guide.set_events([RoadEvent("works", ON_THE_WAY, until=NOW + 1500.0)], NOW)
    now, soon, later = (guide.plan(0.0005, 0.0005, nan, CORNER, ahead) for ahead in (0.0, 600.0, 1800.0))
    assert straight and now and soon and later
    assert now.metres > straight.metres and soon.metres == now.metres
    assert later.metres == straight.metres
    assert guide.cost_s(straight) == inf
    assert guide.cost_s(straight, 0.0, 1800.0) == pytest.approx(straight.seconds, rel=0.01)


def test_a_jam_from_probes_counts_less_the_later_one_leaves(guide: Guide) -> None:
    trip = guide.plan(0.0005, 0.0005, nan, CORNER)
    assert trip
    arcs = np.array(trip.arcs)
    for household in ("a", "b", "c"):
        slow = guide.events.free_ms[arcs] * 4.0 / 1000.0
        guide.probes.add(household, arcs, np.full(len(arcs), NOW), slow)
    guide.set_events([], NOW)
    medians = [guide.eta(trip, DriveTimes(), 0.0, ahead).p50 for ahead in (0.0, 900.0, 1800.0, 3600.0)]
    assert medians == sorted(medians, reverse=True) and medians[0] > medians[-1] * 1.2


def test_without_anything_on_the_roads_later_is_as_now(guide: Guide) -> None:
    guide.set_events([], NOW)
    assert all(roads is guide.roads for roads in guide.later.values())
    assert guide.roads_in(10_000.0) is guide.roads
