"""Lists of chargers: columns by many names, sites from plugs and sessions, OCPI, and what is left out told."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.maps.town import written as osm

from homeward.core.signal import Refused
from homeward.maps.chargers import UNTOLD_AC_KW, UNTOLD_DC_KW, Charger, of_tags, read_chargers, within
from homeward.maps.osm import read_map


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_ones_own_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "mine.csv", "name,lat,lon,kw\nAt the pass,42.54,1.73,150\nHotel,42.51,1.53,11\n")
    assert read_chargers(file) == (
        (Charger("At the pass", 42.54, 1.73, 150.0, True), Charger("Hotel", 42.51, 1.53, 11.0, False)),
        {},
    )


def test_plugs_of_one_place_are_one_site_with_the_power_of_the_quickest(tmp_path: Path) -> None:
    file = written(tmp_path / "plugs.csv", "Latitude;Longitude;Power_kW\n42,5;1,5;22\n42,5;1,5;150\n42,6;1,5;50\n")
    sites, _ = read_chargers(file)
    assert [(one.kw, one.direct) for one in sites] == [(150.0, True), (50.0, True)]


def test_an_untold_power_is_a_stated_guess_and_yields_to_a_told_one(tmp_path: Path) -> None:
    rows = "lat,lon,kw,current\n1,1,,AC\n2,2,0,AC/DC\n3,3,,DC\n3,3,60,DC\n"
    sites, _ = read_chargers(written(tmp_path / "some.csv", rows))
    assert [(one.kw, one.told) for one in sites] == [(UNTOLD_AC_KW, False), (UNTOLD_DC_KW, False), (60.0, True)]


def test_ocpi_locations_are_read_plug_by_plug_and_those_out_of_order_are_not_offered(tmp_path: Path) -> None:
    def site(lat: str, status: str, **plug: Any) -> dict[str, Any]:
        evse = {"status": status, "connectors": [plug]}
        return {"name": f"Site {lat}", "coordinates": {"latitude": lat, "longitude": "1.5"}, "evses": [evse]}

    quick = site("42.1", "AVAILABLE", power_type="DC", max_voltage=920, max_amperage=500, max_electric_power=350_000)
    slow = site("42.2", "CHARGING", power_type="AC_3_PHASE", max_voltage=230, max_amperage=16)
    broken = site("42.3", "OUTOFORDER", power_type="DC", max_electric_power=50_000)
    sites, left_out = read_chargers(written(tmp_path / "ocpi.json", json.dumps({"data": [quick, slow, broken]})))
    assert [(one.name, one.kw, one.direct) for one in sites] == [
        ("Site 42.1", 350.0, True),
        ("Site 42.2", pytest.approx(11.04), False),
    ]
    assert left_out == {"out of order": 1}


def test_rows_without_a_place_are_counted(tmp_path: Path) -> None:
    file = written(tmp_path / "odd.csv", "lat,lon,kw\n42,1,22\n,,50\n0,0,50\nnorth,east,50\n95,1,50\n42,2,99999\n")
    sites, left_out = read_chargers(file)
    assert len(sites) == 1
    assert left_out == {"no place on Earth": 4, "a power that cannot be": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("where,how\nhere,fast\n", "no columns for latitude and longitude"),
        ("", "no charger with a place"),
        ("{", "not JSON"),
        ('{"data": 3}', "no list of chargers"),
        ("[1, 2]", "no charger with a place"),
        ("lat,lon\n,\n", "no charger with a place"),
    ],
)
def test_what_is_no_list_of_chargers_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_chargers(written(tmp_path / "list", text))
    with pytest.raises(Refused, match="cannot be read"):
        read_chargers(tmp_path / "none.csv")


def test_the_lists_of_authorities_are_read(shared_data: Path) -> None:
    folder = shared_data / "chargers"
    catalonia, _ = read_chargers(folder / "catalunya_estacions.csv")
    assert len(catalonia) > 900 and sum(one.direct for one in catalonia) > 250
    assert {one.kw for one in catalonia if not one.told} == {UNTOLD_AC_KW, UNTOLD_DC_KW}
    barcelona, _ = read_chargers(folder / "barcelona_2023_1T.json")
    assert len(barcelona) > 100 and not any(one.told for one in barcelona)
    (basel,), _ = read_chargers(folder / "switzerland_100047.csv")
    assert (round(basel.lat, 2), basel.kw) == (47.54, 22.0)
    with pytest.raises(Refused, match="no columns for latitude"):
        read_chargers(folder / "sessions_perth_kinross_2017_18.csv")


@pytest.mark.parametrize(
    ("tags", "kw", "direct", "told"),
    [
        ({"socket:type2_combo": "2", "socket:type2_combo:output": "150 kW"}, 150.0, True, True),
        ({"socket:type2": "2", "socket:type2:output": "22 kW", "name": "Hall"}, 22.0, False, True),
        ({"socket:chademo": "1"}, UNTOLD_DC_KW, True, False),
        ({"socket:type2": "1", "socket:chademo": "no"}, UNTOLD_AC_KW, False, False),
        ({"charging_station:output": "50000 W"}, 50.0, True, True),
    ],
)
def test_a_charging_station_of_the_map_is_what_its_tags_say(
    tags: dict[str, str], kw: float, direct: bool, told: bool
) -> None:
    found = of_tags({"amenity": "charging_station", **tags}, 42.5, 1.5)
    assert found == Charger(tags.get("name", ""), 42.5, 1.5, kw, direct, told)


@pytest.mark.parametrize("tags", [{"access": "private"}, {"motorcar": "no"}, {"amenity": "fuel"}])
def test_what_is_not_for_the_publics_cars_is_none(tags: dict[str, str]) -> None:
    assert of_tags({"amenity": "charging_station", **tags}, 42.5, 1.5) is None


def test_a_map_brings_its_stations_and_lists_add_those_that_lie_on_it(tmp_path: Path) -> None:
    nodes: dict[int, Any] = {
        1: (0.0, 0.0), 2: (0.0, 0.01), 3: (0.01, 0.01),
        7: (0.001, 0.005, {"amenity": "charging_station", "socket:type2_combo:output": "100 kW"}),
        8: (0.002, 0.005, {"amenity": "charging_station", "access": "private"}),
        11: (0.004, 0.004), 12: (0.004, 0.006), 13: (0.006, 0.005),
    }  # fmt: skip
    ways: dict[int, Any] = {
        10: ([1, 2], {"highway": "primary"}),
        11: ([2, 3], {"highway": "primary"}),
        12: ([11, 12, 13, 11], {"amenity": "charging_station", "name": "Yard"}),
    }
    read = read_map(osm(tmp_path / "town.osm", nodes, ways))
    network, sites, left_out = read.network, read.chargers, read.left_out
    assert [(one.name, one.kw) for one in sites] == [("", 100.0), ("Yard", UNTOLD_AC_KW)]
    assert left_out["chargers that are private or not for cars"] == 1
    listed = (Charger("Here", 0.005, 0.008, 22.0, False), Charger("Far", 5.0, 5.0, 22.0, False))
    both, lacking = within(network, sites, [(listed, {"out of order": 2})])
    assert [one.name for one in both] == ["", "Yard", "Here"]
    assert lacking == {"chargers: out of order": 2, "chargers: not on this map": 1}
