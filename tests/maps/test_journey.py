"""Journeys with stops on a real map: the reserve is kept on every leg as driven, and nobody stops for nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from homeward.core.signal import Refused
from homeward.maps.chargers import Charger
from homeward.maps.heights import Tiles, heights_of
from homeward.maps.journey import Journey, Planner, Wish
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.vehicles import find, shipped

NORTH, SOUTH = (42.625, 1.485), (42.44, 1.47)
SITES = (
    Charger("Valley", 42.506, 1.524, 50.0, True),
    Charger("South", 42.463, 1.491, 22.0, False),
    Charger("Quick", 42.545, 1.510, 150.0, True),
)


@pytest.fixture(scope="module")
def pack(shared_data: Path) -> Pack:
    """Andorra, with its slopes, and three chargers."""
    network, left_out = read_roads(shared_data / "maps/andorra.osm.pbf")
    height_m, _ = heights_of(network, Tiles.of(shared_data / "maps"))
    network = replace(network, height_m=height_m)
    order = nested_dissection(network.lat, network.lon, network.tail, network.head)
    return Pack(network, order, left_out, chargers=SITES)


@pytest.fixture(scope="module")
def roads(pack: Pack) -> Roads:
    return Roads(pack.network, pack.order)


def planner(pack: Pack, roads: Roads, charge: float, reserve: float = 10.0, **more: Any) -> Planner:
    wish = Wish(find("dacia spring", shipped()), charge, -5.0, reserve, **more)
    return Planner(pack, roads, wish)


def journey(
    pack: Pack, roads: Roads, ends: tuple[tuple[float, float], tuple[float, float]], *wish: float, **more: Any
) -> Journey:
    return planner(pack, roads, *wish, **more).plan(*(roads.nearest(*place) for place in ends))


def test_with_enough_charge_nobody_stops(pack: Pack, roads: Roads) -> None:
    told = journey(pack, roads, (SOUTH, NORTH), 90.0)
    assert len(told.legs) == 1 and told.legs[0].stop is None


@pytest.mark.parametrize("charge", [24.0, 30.0, 40.0])
def test_uphill_one_charges_on_the_way_and_keeps_the_reserve(pack: Pack, roads: Roads, charge: float) -> None:
    told = journey(pack, roads, (SOUTH, NORTH), charge)
    usable = find("dacia spring", shipped()).usable_kwh
    stops = [leg.stop for leg in told.legs if leg.stop]
    assert stops and all(one.leaves > one.arrives for one in stops)
    for leg in told.legs:
        spread = 100.0 * 1.2816 * leg.drive.spread_kwh / usable * np.linspace(0.0, 1.0, len(leg.drive.charge))
        assert float((leg.drive.charge - spread).min()) >= 9.9
    assert told.seconds > sum(leg.seconds for leg in told.legs) + 300.0


def test_downhill_from_the_same_charge_one_needs_none(pack: Pack, roads: Roads) -> None:
    assert len(journey(pack, roads, (NORTH, SOUTH), 40.0).legs) == 1


def test_more_certainty_never_takes_less_time(pack: Pack, roads: Roads) -> None:
    sure, unsure = (journey(pack, roads, (SOUTH, NORTH), 40.0, sure=sure).seconds for sure in (2.3, 0.0))
    assert sure >= unsure


def test_a_warm_battery_charges_quicker_and_a_car_without_direct_current_uses_none(pack: Pack, roads: Roads) -> None:
    cold, warm = (planner(pack, roads, 30.0, precondition=it) for it in (False, True))
    assert cold.wish.battery_c() < warm.wish.battery_c() and warm.wish.warming_kwh > 0.0
    slow = Wish(replace(find("dacia spring", shipped()), dc_kw=0.0), 40.0, -5.0, 10.0)
    assert {one.name for one in Planner(pack, roads, slow).sites} == {"South"}


def test_what_cannot_be_reached_is_refused_with_what_may_help(pack: Pack, roads: Roads) -> None:
    with pytest.raises(Refused, match=r"cannot get there from 11 % .* chargers"):
        journey(pack, roads, (SOUTH, NORTH), 11.0)
    bare = replace(pack, chargers=())
    with pytest.raises(Refused, match="no charger"):
        journey(bare, roads, (SOUTH, NORTH), 24.0)
