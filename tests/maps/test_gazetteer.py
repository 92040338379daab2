"""Places by what people write."""

from pathlib import Path

import pytest
from tests.maps.town import block, written
from typer.testing import CliRunner

from homeward.maps.country import country_of
from homeward.maps.gazetteer import Gazetteer
from homeward.maps.osm import read_map
from homeward.maps.tags import speed_kmh
from homeward.surfaces.cli import app

STREET = {"highway": "residential"}


@pytest.fixture
def names(tmp_path: Path) -> Gazetteer:
    """Two villages thirty kilometres apart, each with a Bahnhofstraße, and some things in them."""
    nodes = {
        1: (47.0, 9.0), 2: (47.0, 9.01), 3: (47.2, 9.3), 4: (47.2, 9.31),
        5: (47.001, 9.004, {"place": "village", "name": "Sœur-Müli"}),
        6: (47.201, 9.304, {"place": "town", "name": "Grossau"}),
        7: (47.2005, 9.308, {"railway": "station", "name": "Grossau Bahnhof"}),
        8: (47.2006, 9.309, {"amenity": "hospital", "name": "Kantonsspital"}),
        9: (47.2007, 9.309, {"amenity": "bench", "name": "Bank"}),
    }  # fmt: skip
    ways = {
        1: ([1, 2], {**STREET, "name": "Bahnhofstraße"}),
        2: ([3, 4], {**STREET, "name": "Bahnhofstraße"}),
        3: ([2, 3], {"highway": "primary", "name": "Landstrasse"}),
    }
    read = read_map(written(tmp_path / "a.osm", {k: (*v,) for k, v in nodes.items()}, ways))  # type: ignore[misc]
    return Gazetteer.of(read.network, read.places)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("grossau", "Grossau"),
        ("GROSSAU bahnhof", "Grossau Bahnhof"),
        ("bahnhofstrasse, grossau", "Bahnhofstraße, Grossau"),
        ("bahnhofstrasse muli", "Bahnhofstraße, Sœur-Müli"),
        ("Muli Bahnhofstr. 12b", "Bahnhofstraße, Sœur-Müli"),
        ("kantonsspital", "Kantonsspital, Grossau"),
    ],
)
def test_a_place_is_found_by_words_in_any_order(names: Gazetteer, text: str, found: str) -> None:
    assert names.find(text)[0].name == found


def test_what_is_not_there_is_not_found_but_the_nearest_name_is_told(names: Gazetteer) -> None:
    assert names.find("bank") == names.find("") == names.find("12") == names.find("?!") == []
    assert names.nearest("Landstrase").startswith("Landstrasse")
    assert len(names.find("bahnhofstrasse")) == 2


def test_the_commands_take_names(tmp_path: Path) -> None:
    pack, run = str(tmp_path / "a.hwmap"), CliRunner()
    assert run.invoke(app, ["map", "build", str(block(tmp_path / "a.osm")), "-o", pack]).exit_code == 0
    found = run.invoke(app, ["map", "search", pack, "street 14"])
    assert found.exit_code == 0 and "Street 14" in found.stdout
    told = run.invoke(app, ["route", "--map", pack, "--from", "street 10", "--to", "Street 12", "--json"])
    assert told.exit_code == 0 and '"Street 1' in told.stdout
    wrong = run.invoke(app, ["route", "--map", pack, "--from", "street 10", "--to", "Strait 12"])
    assert wrong.exit_code == 2 and "did you mean Street 12?" in wrong.output.replace("\n", " ").replace(
        "│", ""
    ).replace("  ", " ")


def test_the_country_is_told_by_its_border_or_its_addresses(tmp_path: Path) -> None:
    path = block(tmp_path / "a.osm")
    assert country_of(path) == ""
    border = (
        '<relation id="9" version="1"><member type="way" ref="{}" role="outer"/>{}<tag k="admin_level" v="2"/>'
        '<tag k="ISO3166-1" v="{}"/></relation>'
    )
    far = '<member type="way" ref="999" role="outer"/><member type="way" ref="998" role="outer"/>'
    text = path.read_text()
    both = border.format(10, "", "SE") + border.format(11, far, "NO").replace('id="9"', 'id="10"')
    path.write_text(text.replace("</osm>", both + "</osm>"))
    assert country_of(path) == "se"
    path.write_text(text.replace("</osm>", border.format(998, far, "NO") + "</osm>"))
    assert country_of(path) == "no", "the only one that is named"
    address = '<tag k="addr:country" v="FI"/></node>'
    houses = "".join(f'<node id="{100 + n}" version="1" lat="0.001" lon="0.00{n}">{address}' for n in range(1, 10))
    path.write_text(text.replace('<way id="10"', houses.replace("0.001", "0.002") + '<way id="10"', 1))
    assert country_of(path) == "", "nine are too few"


def test_without_a_sign_the_countrys_limit_counts() -> None:
    motorway = {"highway": "motorway"}
    kmh = {land: speed_kmh(motorway, "motorway", True, land) for land in ("de", "fi", "us", "")}
    assert kmh == {"de": 117.0, "fi": 108.0, "us": 94.15, "": 110.0}
    assert speed_kmh({"maxspeed": "80"}, "motorway", True, "de") == 72.0
