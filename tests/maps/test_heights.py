"""Heights from tiles: taken between their points, voids and missing tiles filled, smoothed between near junctions."""

import gzip
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.maps.town import block

from homeward.core.signal import Refused
from homeward.maps.charge import drive, weights_by_energy
from homeward.maps.heights import Tiles, heights_of, read_tile
from homeward.maps.osm import read_roads
from homeward.maps.pack import Pack
from homeward.models.roads.order import nested_dissection
from homeward.models.roads.roads import Roads
from homeward.vehicles import find, shipped

SIDE = 1201


def slope(folder: Path, name: str = "N00E000.hgt", per_degree: float = 20_000.0, void: bool = False) -> Path:
    """A tile that rises to the north, as raw bytes."""
    folder.mkdir(exist_ok=True)
    north = np.linspace(1.0, 0.0, SIDE)
    tile = np.repeat(np.round(per_degree * north)[:, None], SIDE, axis=1).astype(">i2")
    if void:
        tile[-3:, :3] = -32768
    (folder / name).write_bytes(tile.tobytes())
    return folder / name


def test_heights_are_taken_between_the_points_of_a_tile(tmp_path: Path) -> None:
    slope(tmp_path / "srtm")
    lat, lon = np.array([0.0, 0.00041, 0.5, 0.9999]), np.array([0.0, 0.3, 0.5, 0.9])
    heights = Tiles.of(tmp_path / "srtm").at(lat, lon)
    assert heights == pytest.approx(20_000.0 * lat, abs=1.0)


def test_tiles_may_be_zipped_or_gzipped_and_south_and_west_are_negative(tmp_path: Path) -> None:
    raw = slope(tmp_path / "raw", "S01W001.hgt").read_bytes()
    folder = tmp_path / "srtm"
    folder.mkdir()
    with zipfile.ZipFile(folder / "S01W001.hgt.zip", "w") as packed:
        packed.writestr("S01W001.hgt", raw)
    assert Tiles.of(folder).at(np.array([-0.5]), np.array([-0.5])) == pytest.approx([10_000.0], abs=2.0)
    (folder / "S01W001.hgt.zip").rename(folder / "old")
    (folder / "s01w001.hgt.gz").write_bytes(gzip.compress(raw))
    assert Tiles.of(folder).at(np.array([-0.5]), np.array([-0.5])) == pytest.approx([10_000.0], abs=2.0)


def test_what_is_no_tile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds no heights"):
        Tiles.of(tmp_path)
    (tmp_path / "N00E000.hgt").write_bytes(b"short")
    with pytest.raises(Refused, match="5 bytes"):
        read_tile(tmp_path / "N00E000.hgt")
    (tmp_path / "N00E001.hgt.zip").write_bytes(b"no zip")
    with pytest.raises(Refused, match="cannot be read"):
        read_tile(tmp_path / "N00E001.hgt.zip")


def test_voids_are_filled_from_around_and_a_missing_tile_is_told(tmp_path: Path) -> None:
    network, _ = read_roads(block(tmp_path / "town.osm"))
    slope(tmp_path / "srtm", void=True)
    heights, left_out = heights_of(network, Tiles.of(tmp_path / "srtm"))
    assert left_out == {"junctions whose height no tile tells": 1}
    assert np.isfinite(heights).all() and 0.0 < heights.max() <= 101.0
    slope(tmp_path / "elsewhere", "N10E010.hgt")
    level, left_out = heights_of(network, Tiles.of(tmp_path / "elsewhere"))
    assert not level.any()
    assert "tile of heights N00E000, which is not there" in left_out


def test_uphill_takes_more_than_downhill_and_energy_weights_may_be_negative(tmp_path: Path) -> None:
    network, left_out = read_roads(block(tmp_path / "town.osm"))
    slope(tmp_path / "srtm")
    network = replace(network, height_m=heights_of(network, Tiles.of(tmp_path / "srtm"))[0])
    pack = Pack(network, nested_dissection(network.lat, network.lon, network.tail, network.head), left_out)
    roads, car = Roads(network, pack.order), find("kia e-niro", shipped())
    weights = weights_by_energy(pack, car, 18.0)
    assert weights.min() < 0 < weights.max()
    ends = [roads.nearest(*place) for place in ((0.0, 0.0), (0.005, 0.005))]
    up, down = roads.way(*ends), roads.way(*reversed(ends))
    assert up is not None and down is not None
    assert drive(pack, roads, up, car, 60.0, 18.0).kwh > 0.2
    assert drive(pack, roads, down, car, 60.0, 18.0).kwh < 0.0
    roads.customise(weights)
    assert roads.way(*ends) is not None


def test_a_real_country_gets_real_heights(shared_data: Path, tmp_path: Path) -> None:
    pack = tmp_path / "andorra.hwmap"
    source = shared_data / "maps" / "andorra.osm.pbf"
    words = ["map", "build", str(source), "--elevation", str(shared_data / "maps"), "-o", str(pack), "--json"]
    done = subprocess.run([sys.executable, "-m", "homeward", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    low, high = json.loads(done.stdout)["heights_m"]
    assert 780 < low < 900 and 2000 < high < 2500
    words = [
        "route",
        "--map",
        str(pack),
        "--from",
        "42.5078,1.5211",
        "--to",
        "42.5676,1.4893",
        "--car",
        "su7",
        "--json",
    ]
    done = subprocess.run([sys.executable, "-m", "homeward", *words], capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert told["climb_m"] - told["descent_m"] > 100.0
