"""The command `route`: the way between two places, and with a car what it takes out of its battery."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import HUB_FOLDER, Json
from homeward.surfaces.cli.said import progress, say

FAR_M = 1000.0
USUAL_OUTSIDE_C = 15.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """With which car, how charged in percent, how warm it is outside, and how much charge must be left."""

    vehicle: Any
    charge: float
    outside_c: float
    reserve: float


def route(
    pack: Annotated[Path, typer.Option("--map", help="A map made by `homeward map build`.", metavar="PACK")],
    start: Annotated[str, typer.Option("--from", help="Where from, in degrees.", metavar="LAT,LON")],
    goal: Annotated[str, typer.Option("--to", help="Where to, in degrees.", metavar="LAT,LON")],
    car: Annotated[str, typer.Option(help="A car of `homeward vehicles list`: what the way takes from it.")] = "",
    soc: Annotated[float, typer.Option(help="Its state of charge, percent.", min=0, max=100)] = 80.0,
    at: Annotated[str, typer.Option(help="When it leaves: 18:05 or 2026-01-20T18:05.", metavar="TIME")] = "",
    outside: Annotated[float, typer.Option(help="How warm it is outside, °C.", min=-50, max=55)] = USUAL_OUTSIDE_C,
    reserve: Annotated[float, typer.Option(help="Charge that must be left, percent.", min=0, max=90)] = 10.0,
    by: Annotated[str, typer.Option(help="What to spare: time, or energy (with --car).")] = "time",
    png: Annotated[Path | None, typer.Option(help="Also draw it.", metavar="FILE.png")] = None,
    json: Json = False,
) -> None:
    """The way by car between two places; with --car the energy it takes and the charge at its end."""
    from homeward.core.signal import Refused
    from homeward.maps.pack import open_pack
    from homeward.vehicles import find, known

    if by not in ("time", "energy"):
        raise Refused(f"--by {by!r}: there is time and energy")
    if by == "energy" and not car:
        raise Refused("--by energy needs a car: --car NAME")
    leaves = _moment(at)
    places = [_place(text) for text in (start, goal)]
    wanted = Wanted(find(car, known(HUB_FOLDER)), soc, outside, reserve) if car else None
    opened = open_pack(pack)
    roads, way = _way(opened, places, pack, wanted if by == "energy" else None)
    if png:
        from homeward.maps.picture import draw

        draw(opened.network, way.points, opened.attribution, png)
    _tell(opened, roads, way, wanted, leaves, json)


def _tell(opened: Any, roads: Any, way: Any, wanted: Wanted | None, leaves: datetime | None, json: bool) -> None:
    from homeward.maps.charge import climbed, seconds_of

    seconds, steps = seconds_of(roads, way), _steps(opened.network, way)
    words: dict[str, Any] = {
        "time": f"{int(seconds // 60)} min {int(seconds % 60)} s",
        "length": f"{way.metres / 1000.0:.1f} km",
    }
    numbers: dict[str, Any] = {"seconds": round(seconds, 1), "metres": round(way.metres, 1)}
    if leaves:
        arrives = (leaves + timedelta(seconds=seconds)).isoformat(timespec="minutes")
        words["arrives"] = numbers["arrives"] = arrives
    if opened.network.height_m.any():
        climb, descent = climbed(opened.network, way)
        words["climb"] = f"{climb:.0f} m up, {descent:.0f} m down"
        numbers |= {"climb_m": round(climb, 1), "descent_m": round(descent, 1)}
    if wanted:
        said, figures = _battery(opened, roads, way, wanted)
        words, numbers = words | said, numbers | figures
    words |= {"streets": [f"{one['metres']:>7.0f} m  {one['name'] or '(no name)'}" for one in steps]}
    points = [[round(float(lat), 6), round(float(lon), 6)] for lat, lon in way.points]
    numbers |= {"steps": steps, "points": points}
    ends = {"map": opened.attribution} if not json else {"attribution": opened.attribution}
    say((numbers if json else words) | ends, json)


def _battery(opened: Any, roads: Any, way: Any, wanted: Wanted) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the way takes, in words and in numbers."""
    from homeward.maps.charge import SURE, drive

    one, usable = wanted.vehicle, wanted.vehicle.usable_kwh
    told = drive(opened, roads, way, one, wanted.charge, wanted.outside_c)
    there, least = float(told.charge[-1]), told.arrives(SURE, usable)
    per_km = 1000.0 * told.kwh / max(way.metres / 1000.0, 1e-9)
    enough = least >= wanted.reserve
    verdict = (
        f"nine times in ten {least:.0f} % or more"
        if enough
        else f"not sure to keep {wanted.reserve:g} %: one time in ten {least:.0f} % or less"
    )
    words = {
        "car": one.name,
        "energy": f"{told.kwh:.1f} ± {told.spread_kwh:.1f} kWh, {per_km:.0f} Wh/km at {wanted.outside_c:g} °C",
        "charge": f"{wanted.charge:g} % → {there:.0f} %; {verdict}",
    }
    numbers = {
        "car": one.name,
        "usable_kwh": usable,
        "kwh": round(told.kwh, 3),
        "kwh_spread": round(told.spread_kwh, 3),
        "wh_km": round(per_km, 1),
        "soc_start": wanted.charge,
        "soc_arrival": round(there, 2),
        "soc_arrival_p10": round(least, 2),
        "soc_arrival_p90": round(min(100.0, told.arrives(-SURE, usable)), 2),
        "reserve": wanted.reserve,
        "enough": enough,
        "soc": [round(float(value), 2) for value in told.charge],
    }
    return words, numbers


def _moment(text: str) -> datetime | None:
    """A moment as people write it, a time alone being today's. Raises BadParameter."""
    if not text:
        return None
    try:
        if len(text) <= 5:
            clock = datetime.strptime(text, "%H:%M")
            return datetime.now().replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no time: write 18:05 or 2026-01-20T18:05") from None


def _way(opened: Any, places: list[tuple[float, float]], path: Path, spare: Wanted | None) -> tuple[Any, Any]:
    """The roads and the way between two places; Refused if one is far from any road or there is none.

    With `spare` the way is the one that takes least from that car's battery.
    """
    from homeward.core.signal import Refused
    from homeward.maps.charge import weights_by_energy
    from homeward.models.roads.roads import Roads

    with progress("preparing; some seconds the first time"):
        roads = Roads(opened.network, opened.order)
        if spare:
            roads.customise(weights_by_energy(opened, spare.vehicle, spare.outside_c))
    spots = [roads.nearest(*place) for place in places]
    for (lat, lon), near in zip(places, spots, strict=True):
        if near[0].off_m > FAR_M:
            raise Refused(f"{lat},{lon} is {near[0].off_m / 1000:.1f} km from the nearest road of {path}")
    way = roads.way(*spots)
    if way is None:
        raise Refused(f"there is no way by car between these places on {path}")
    return roads, way


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
