"""Commands about roads: `map build`, `map info` and `route`."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import Json
from homeward.surfaces.cli.said import progress, say

FAR_M = 1000.0
maps = typer.Typer(help="Road maps: build one from OpenStreetMap, or look into one.", no_args_is_help=True)


@maps.command("build")
def map_build(
    source: Annotated[Path, typer.Argument(help="An OpenStreetMap file.", metavar="FILE.osm.pbf")],
    to: Annotated[Path, typer.Option("-o", "--output", help="The map to write.", metavar="PACK")],
    json: Json = False,
) -> None:
    """Make a map that cars find their way on."""
    from homeward.core.signal import Refused
    from homeward.maps.osm import read_roads
    from homeward.maps.pack import Pack, save
    from homeward.models.roads.order import nested_dissection

    if not to.parent.is_dir():
        raise Refused(f"{to.parent} is not a folder: the map cannot be written there")
    began = time.monotonic()
    with progress("reading") as step:
        network, left_out = read_roads(source)
        step(0.7, 1.0)
        order = nested_dissection(network.lat, network.lon, network.tail, network.head)
        step(0.9, 1.0)
        pack = Pack(network, order, left_out)
        size = save(pack, to)
    say({**_described(pack), "bytes": size, "seconds": round(time.monotonic() - began, 2)}, json)


@maps.command("info")
def map_info(
    pack: Annotated[Path, typer.Argument(help="A map.", metavar="PACK")],
    json: Json = False,
) -> None:
    """Say what a map holds; checks every byte of it."""
    from homeward.maps.pack import open_pack

    say({**_described(open_pack(pack)), "bytes": pack.stat().st_size}, json)


def route(
    pack: Annotated[Path, typer.Option("--map", help="A map made by `homeward map build`.", metavar="PACK")],
    start: Annotated[str, typer.Option("--from", help="Where from, in degrees.", metavar="LAT,LON")],
    goal: Annotated[str, typer.Option("--to", help="Where to, in degrees.", metavar="LAT,LON")],
    png: Annotated[Path | None, typer.Option(help="Also draw it.", metavar="FILE.png")] = None,
    json: Json = False,
) -> None:
    """The quickest way by car between two places, by free flow."""
    from homeward.maps.pack import open_pack

    places = [_place(text) for text in (start, goal)]
    opened = open_pack(pack)
    way = _way(opened, places, pack)
    if png:
        from homeward.maps.picture import draw

        draw(opened.network, way.points, opened.attribution, png)
    steps = _steps(opened.network, way)
    words = {
        "time": f"{int(way.seconds // 60)} min {int(way.seconds % 60)} s",
        "length": f"{way.metres / 1000.0:.1f} km",
        "streets": [f"{one['metres']:>7.0f} m  {one['name'] or '(no name)'}" for one in steps],
        "map": opened.attribution,
    }
    numbers = {
        "seconds": round(way.seconds, 1),
        "metres": round(way.metres, 1),
        "steps": steps,
        "points": [[round(float(lat), 6), round(float(lon), 6)] for lat, lon in way.points],
        "attribution": opened.attribution,
    }
    say(numbers if json else words, json)


def _way(opened: Any, places: list[tuple[float, float]], path: Path) -> Any:
    """The way between two places; Refused if one is far from any road or there is none."""
    from homeward.core.signal import Refused
    from homeward.models.roads.roads import Roads

    with progress("preparing; some seconds the first time"):
        roads = Roads(opened.network, opened.order)
    spots = [roads.nearest(*place) for place in places]
    for (lat, lon), near in zip(places, spots, strict=True):
        if near[0].off_m > FAR_M:
            raise Refused(f"{lat},{lon} is {near[0].off_m / 1000:.1f} km from the nearest road of {path}")
    way = roads.way(*spots)
    if way is None:
        raise Refused(f"there is no way by car between these places on {path}")
    return way


def _steps(network: Any, way: Any) -> list[dict[str, Any]]:
    """The streets one after another: name and length of arcs, m; the first and last count whole."""
    steps: list[dict[str, Any]] = []
    for arc in way.arcs.tolist():
        name = network.names[network.name[arc]] if network.name[arc] >= 0 else ""
        if not steps or steps[-1]["name"] != name:
            steps.append({"name": name, "metres": 0.0})
        steps[-1]["metres"] = round(steps[-1]["metres"] + float(network.length_m[arc]), 1)
    return steps


def _place(text: str) -> tuple[float, float]:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no place: write latitude,longitude, such as 60.17,24.94") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise typer.BadParameter(f"{text!r} is not on Earth: latitude comes first, from -90 to 90")
    return lat, lon


def _described(pack: Any) -> dict[str, Any]:
    network = pack.network
    return {
        "junctions": network.nodes,
        "arcs": network.arcs,
        "km": round(float(network.length_m.sum()) / 1000.0, 1),
        "names": len(network.names),
        "forbidden_turns": len(network.forbidden),
        "bounds": [round(float(v), 5) for v in (*_ends(network.lat), *_ends(network.lon))],
        "left_out": pack.left_out,
        "attribution": pack.attribution,
    }


def _ends(column: Any) -> tuple[float, float]:
    return float(column.min()), float(column.max())
