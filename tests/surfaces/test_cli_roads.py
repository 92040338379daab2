"""`map build`, `route` and `range` as people type them, on a real map with a list of chargers of their own."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.surfaces.running import homeward

SOUTH, NORTH = "42.44,1.47", "42.625,1.485"
CHARGERS = "name,lat,lon,kw\nValley,42.506,1.524,50\nQuick,42.545,1.510,150\nFar away,48.1,11.5,300\n"


@pytest.fixture(scope="module")
def pack(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Andorra with its heights and two chargers."""
    folder = tmp_path_factory.mktemp("andorra")
    (folder / "mine.csv").write_text(CHARGERS)
    maps = shared_data / "maps"
    words = ["map", "build", str(maps / "andorra.osm.pbf"), "--elevation", str(maps)]
    words += ["--chargers", str(folder / "mine.csv"), "-o", str(folder / "andorra.hwmap")]
    told = homeward(*words, "--json")
    assert told.returncode == 0, told.stderr
    built = json.loads(told.stdout)
    assert built["chargers"] == 2 and built["left_out"]["chargers: not on this map"] == 1
    return folder / "andorra.hwmap"


def route(pack: Path, *words: str) -> Any:
    told = homeward("route", "--map", str(pack), "--from", SOUTH, "--to", NORTH, *words, "--json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_a_car_with_little_charge_is_sent_to_a_charger_on_the_way(pack: Path, tmp_path: Path) -> None:
    car = ["--car", "dacia spring", "--outside", "-5"]
    full, low = route(pack, *car, "--soc", "90"), route(pack, *car, "--soc", "40", "--png", str(tmp_path / "way.png"))
    assert full["enough"] and full["stops"] == []
    (stop,) = low["stops"]
    assert stop["name"] in ("Valley", "Quick") and stop["soc_departure"] > stop["soc_arrival"] > 9.0
    assert low["seconds"] > full["seconds"] + stop["seconds"] - 60.0
    assert min(low["soc"]) > 9.0 and len(low["soc"]) == len(low["points"])
    assert (tmp_path / "way.png").stat().st_size > 10_000
    without = route(pack, *car, "--soc", "40", "--no-stops")
    assert without["stops"] == [] and not without["enough"]


def test_what_no_charger_can_mend_is_said_in_words(pack: Path) -> None:
    told = homeward("route", "--map", str(pack), "--from", SOUTH, "--to", NORTH, "--car", "dacia spring", "--soc", "11")
    assert told.returncode == 0
    assert "not sure to keep 10 %" in told.stdout and "cannot get there from 11 %" in told.stdout


def test_the_range_is_a_polygon_and_a_picture(pack: Path, tmp_path: Path) -> None:
    words = ["range", "--map", str(pack), "--from", "42.507,1.522", "--car", "dacia spring", "--soc"]
    small, large = (json.loads(homeward(*words, soc, "--json").stdout) for soc in ("15", "25"))
    assert 0.0 < small["roads"] < large["roads"]
    assert large["polygon"]["type"] == "MultiPolygon" and len(large["polygon"]["coordinates"][0][0]) > 10
    drawn = homeward(*words, "25", "--png", str(tmp_path / "range.png"))
    assert "in reach" in drawn.stdout and (tmp_path / "range.png").stat().st_size > 10_000
    wrong = homeward(*words[:-3], "--car", "dacia sprung")
    assert wrong.returncode == 1 and "Dacia Spring" in wrong.stderr and "Traceback" not in wrong.stderr
