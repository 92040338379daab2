"""The command `range`: how far a car gets, as a polygon and a picture."""

from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import Certainty, Folder, Json, Outside, Reserve, Soc
from homeward.surfaces.cli.route import place_of, wish_of
from homeward.surfaces.cli.said import progress, say


def range_of(
    pack: Annotated[Path, typer.Option("--map", help="A map made by `homeward map build`.", metavar="PACK")],
    start: Annotated[str, typer.Option("--from", help="Where the car is, in degrees or by name.", metavar="PLACE")],
    car: Annotated[str, typer.Option(help="A car of `homeward vehicles list`, or one of yours (lind/car).")],
    soc: Soc = None,
    outside: Outside = None,
    reserve: Reserve = None,
    certainty: Certainty = None,
    png: Annotated[Path | None, typer.Option(help="Also draw it.", metavar="FILE.png")] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """How far a car gets by the quickest ways, at its charge and in this weather."""
    from homeward.maps.pack import open_pack
    from homeward.maps.reach import reach

    opened = open_pack(pack)
    place, wish = place_of(start, opened), wish_of(car, (soc, outside, reserve, certainty), folder)
    with progress("preparing; some seconds the first time"):
        found = reach(opened, opened.roads(), *place, wish)
    if png:
        from homeward.maps.picture import draw_area

        draw_area(opened.network, found.rings, place, opened.attribution, png)
    whole = round(float((found.kwh < float("inf")).mean()) * 100.0)
    told: dict[str, Any] = {
        "car": wish.vehicle.name,
        "charge": f"{wish.charge:g} %, {wish.reserve:g} % kept" if not json else wish.charge,
        "outside": f"{wish.outside_c:g} °C" if not json else wish.outside_c,
        "roads": f"{found.km:,.0f} km in reach" if not json else round(found.km, 1),
        "farthest": f"{found.farthest_km:,.1f} km as the crow flies" if not json else round(found.farthest_km, 2),
        "map": f"{whole} % of its junctions can be reached at all" if not json else whole,
    }
    say(told | ({"polygon": found.geojson(), "attribution": opened.attribution} if json else {}), json)
