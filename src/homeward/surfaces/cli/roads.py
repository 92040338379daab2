"""Commands about maps: `map build` and `map info`."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import Json
from homeward.surfaces.cli.said import progress, say

maps = typer.Typer(help="Road maps: build one from OpenStreetMap, or look into one.", no_args_is_help=True)


@maps.command("build")
def map_build(
    source: Annotated[Path, typer.Argument(help="An OpenStreetMap file.", metavar="FILE.osm.pbf")],
    to: Annotated[Path, typer.Option("-o", "--output", help="The map to write.", metavar="PACK")],
    elevation: Annotated[Path | None, typer.Option(help="A folder of SRTM tiles: N42E001.hgt, .hgt.zip.")] = None,
    chargers: Annotated[
        list[Path] | None, typer.Option(help="More places to charge: CSV, JSON or OCPI; may be given several times.")
    ] = None,
    country: Annotated[
        str, typer.Option(help="Whose limits count where no sign tells them: fi, de …; found out unless told.")
    ] = "",
    json: Json = False,
) -> None:
    """Make a map that cars find their way on, with the places where they charge."""
    from homeward.core.signal import Refused
    from homeward.maps.chargers import read_chargers, within
    from homeward.maps.heights import Tiles, heights_of
    from homeward.maps.osm import read_map
    from homeward.maps.pack import Pack, save
    from homeward.models.roads.order import nested_dissection

    if not to.parent.is_dir():
        raise Refused(f"{to.parent} is not a folder: the map cannot be written there")
    began = time.monotonic()
    tiles = Tiles.of(elevation) if elevation else None
    lists = [read_chargers(path) for path in chargers or ()]
    with progress("reading") as step:
        read = read_map(source, country.strip().lower())
        network = read.network
        sites, lacking = within(network, read.chargers, lists)
        left_out = read.left_out | lacking
        if tiles:
            height_m, unknown = heights_of(network, tiles)
            network, left_out = replace(network, height_m=height_m), left_out | unknown
        step(0.7, 1.0)
        order = nested_dissection(network.lat, network.lon, network.tail, network.head)
        step(0.9, 1.0)
        pack = Pack(network, order, left_out, chargers=sites, places=read.places, country=read.country)
        size = save(pack, to)
    say({**_described(pack), "bytes": size, "seconds": round(time.monotonic() - began, 2)}, json)


@maps.command("search")
def map_search(
    pack: Annotated[Path, typer.Argument(help="A map.", metavar="PACK")],
    text: Annotated[str, typer.Argument(help="A street, a town, a station … in any order of words.")],
    most: Annotated[int, typer.Option(help="At most so many.", min=1, max=100)] = 8,
    json: Json = False,
) -> None:
    """Find a place on a map by its name."""
    from homeward.core.signal import Refused
    from homeward.maps.gazetteer import Gazetteer
    from homeward.maps.pack import open_pack

    opened = open_pack(pack)
    names = Gazetteer.of(opened.network, opened.places)
    found = names.find(text, most)
    if not found:
        near = names.nearest(text)
        raise Refused(f"nothing on {pack} is called {text!r}{f'; did you mean {near}?' if near else ''}")
    if json:
        say({"found": [{"name": one.name, "lat": one.lat, "lon": one.lon} for one in found]}, json)
    else:
        for one in found:
            typer.echo(f"{one.lat:.5f},{one.lon:.5f}  {one.name}")


@maps.command("info")
def map_info(
    pack: Annotated[Path, typer.Argument(help="A map.", metavar="PACK")],
    json: Json = False,
) -> None:
    """Say what a map holds; checks every byte of it."""
    from homeward.maps.pack import open_pack

    say({**_described(open_pack(pack)), "bytes": pack.stat().st_size}, json)


def _described(pack: Any) -> dict[str, Any]:
    network = pack.network
    return {
        "junctions": network.nodes,
        "arcs": network.arcs,
        "km": round(float(network.length_m.sum()) / 1000.0, 1),
        "names": len(network.names),
        "forbidden_turns": len(network.forbidden) + len(network.via_first) - 1,
        "chargers": len(pack.chargers),
        "places": len(pack.places),
        "country": pack.country or None,
        "heights_m": [round(value) for value in _ends(network.height_m)] if network.height_m.any() else None,
        "bounds": [round(float(v), 5) for v in (*_ends(network.lat), *_ends(network.lon))],
        "left_out": pack.left_out,
        "attribution": pack.attribution,
    }


def _ends(column: Any) -> tuple[float, float]:
    return float(column.min()), float(column.max())
