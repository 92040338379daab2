"""What a way takes from a battery: more when it is long, cold or quick, and the way that spares energy takes least."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.maps.town import block

from homeward.maps.charge import SURE, drive, seconds_of, weights_by_energy
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack, save
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads, Way
from homeward.vehicles import find, shipped

ENDS = ((0.0, 0.0), (0.005, 0.005))


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """A small town."""
    network, left_out = read_roads(block(tmp_path_factory.mktemp("town") / "town.osm"))
    return Pack(network, nested_dissection(network.lat, network.lon, network.tail, network.head), left_out)


@pytest.fixture
def roads(pack: Pack) -> Roads:
    return Roads(pack.network, pack.order)


def way_of(roads: Roads) -> Way:
    way = roads.way(*(roads.nearest(*place) for place in ENDS))
    assert way is not None
    return way


def test_the_charge_falls_along_the_way_by_what_it_takes(pack: Pack, roads: Roads) -> None:
    car, way = find("kia e-niro 64 kWh", shipped()), way_of(roads)
    told = drive(pack, roads, way, car, 60.0, 15.0)
    assert len(told.charge) == len(way.points)
    assert told.charge[0] == 60.0 and np.all(np.diff(told.charge) <= 0.0)
    assert told.charge[-1] == pytest.approx(60.0 - 100.0 * told.kwh / car.usable_kwh)
    assert told.arrives(SURE, car.usable_kwh) < told.charge[-1] < told.arrives(-SURE, car.usable_kwh)
    assert 0.05 < told.kwh < 0.4, "786 m"


def test_winter_and_heavier_cars_take_more(pack: Pack, roads: Roads) -> None:
    way = way_of(roads)
    small, large = find("dacia spring", shipped()), find("kia ev9", shipped())
    mild = drive(pack, roads, way, small, 60.0, 18.0).kwh
    assert drive(pack, roads, way, small, 60.0, -10.0).kwh > 1.1 * mild
    assert drive(pack, roads, way, large, 60.0, 18.0).kwh > mild


def test_the_way_that_spares_energy_takes_no_more_than_any_other(pack: Pack, roads: Roads) -> None:
    car = find("fiat 500e", shipped())
    quick = way_of(roads)
    roads.customise(weights_by_energy(pack, car, 10.0))
    thrifty = way_of(roads)
    assert drive(pack, roads, thrifty, car, 60.0, 10.0).kwh <= drive(pack, roads, quick, car, 60.0, 10.0).kwh + 1e-6
    assert seconds_of(roads, thrifty) >= seconds_of(roads, quick) - 0.1


def test_the_command_tells_energy_charge_and_arrival(pack: Pack, tmp_path: Path) -> None:
    save(pack, tmp_path / "town.hwmap")
    ends = ["--map", str(tmp_path / "town.hwmap"), "--from", "0.0,0.0", "--to", "0.005,0.005"]

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "homeward", "route", *ends, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    done = run("--car", "su7", "--soc", "11", "--at", "2026-01-20T18:05", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["car"] == "Xiaomi SU7"
    assert told["soc_arrival_p10"] < told["soc_arrival"] < told["soc_arrival_p90"] < 11.0
    assert told["enough"] is True and told["arrives"] == "2026-01-20T18:06"
    assert len(told["soc"]) == len(told["points"])
    low = run("--car", "su7", "--soc", "10.1", "--by", "energy")
    assert "not sure to keep 10 %" in low.stdout
    for words, said in (
        (["--by", "energy"], "--car NAME"),
        (["--by", "beauty"], "there is time and energy"),
        (["--car", "teslo"], "no car 'teslo'"),
        (["--at", "soon"], "is no time"),
    ):
        wrong = run(*words)
        assert wrong.returncode != 0 and said in wrong.stderr, wrong.stderr
