"""The command `route`: the way between two places, and with a car what it takes out of its battery."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import HUB_FOLDER, Certainty, Folder, Json, Outside, Reserve, Soc
from homeward.surfaces.cli.said import progress, say

Figures = tuple[float | None, float | None, float | None, float | None]
FAR_M = 1000.0
USUAL_OUTSIDE_C, CHARGED, RESERVE = 15.0, 80.0, 10.0


def route(
    pack: Annotated[Path, typer.Option("--map", help="A map made by `homeward map build`.", metavar="PACK")],
    start: Annotated[str, typer.Option("--from", help="Where from, in degrees or by name.", metavar="PLACE")],
    goal: Annotated[str, typer.Option("--to", help="Where to, in degrees or by name.", metavar="PLACE")],
    car: Annotated[
        str, typer.Option(help="A car of `homeward vehicles list`, or one of yours (lind/car): what the way takes.")
    ] = "",
    soc: Soc = None,
    at: Annotated[str, typer.Option(help="When it leaves: 18:05 or 2026-01-20T18:05.", metavar="TIME")] = "",
    outside: Outside = None,
    reserve: Reserve = None,
    certainty: Certainty = None,
    stops: Annotated[bool, typer.Option(help="Charge on the way where it must be.")] = True,
    precondition: Annotated[bool, typer.Option(help="Warm the battery on the way to a charger.")] = False,
    by: Annotated[str, typer.Option(help="What to spare: time, or energy (with --car).")] = "time",
    png: Annotated[Path | None, typer.Option(help="Also draw it.", metavar="FILE.png")] = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """The way by car between two places; with --car the energy it takes and the charge at its end."""
    from homeward.core.signal import Refused
    from homeward.maps.pack import open_pack

    if by not in ("time", "energy"):
        raise Refused(f"--by {by!r}: there is time and energy")
    if by == "energy" and not car:
        raise Refused("--by energy needs a car: --car NAME")
    leaves = _moment(at)
    wish = wish_of(car, (soc, outside, reserve, certainty), folder, precondition) if car else None
    opened = open_pack(pack)
    places = [place_of(text, opened) for text in (start, goal)]
    roads, spots, way = _way(opened, places, pack, wish if by == "energy" else None)
    journey, why_not = _charging(opened, roads, spots, wish if stops and by == "time" else None)
    if png:
        from homeward.maps.picture import draw

        ways = [leg.way.points for leg in journey.legs] if journey else [way.points]
        stopping = [(leg.charger.lat, leg.charger.lon) for leg in journey.legs if leg.charger] if journey else []
        draw(opened.network, ways, opened.attribution, png, stopping)
    _tell(opened, roads, way, wish, leaves, json, journey, why_not)


def wish_of(car: str, figures: Figures, folder: Path | None, precondition: bool = False) -> Any:
    """The wish for a car, with charge, warmth outside, reserve and certainty where they are told. Raises Refused.

    A car of the table by its name, with usual figures; or one of a household, `lind/car`, as the hub last knew it.
    """
    from homeward.maps.journey import Wish
    from homeward.vehicles import find, known

    soc, outside, reserve, certainty = figures
    if "/" in car:
        from homeward.app.cars import Cars
        from homeward.surfaces.remote import Remote

        cars = Cars.last_seen(Remote(None, folder, HUB_FOLDER).folder())
        cars.twin.nodes.number(car)  # or there is no such car
        wish = cars.wish(cars.home(car.partition("/")[0]), car, soc)
    else:
        charge = CHARGED if soc is None else soc
        wish = Wish(find(car, known(folder or HUB_FOLDER)), charge, USUAL_OUTSIDE_C, RESERVE)
    told: dict[str, Any] = {"outside_c": outside, "reserve": reserve}
    told["sure"] = None if certainty is None else NormalDist().inv_cdf(certainty / 100.0)
    return replace(wish, precondition=precondition, **{name: one for name, one in told.items() if one is not None})


def _charging(opened: Any, roads: Any, spots: Any, wish: Any) -> tuple[Any, str]:
    """The journey with stops, if the car needs any and may; else why there is none, '' if none is needed."""
    from homeward.core.signal import Refused
    from homeward.maps.journey import Planner

    if wish is None:
        return None, ""
    try:
        with progress("looking for chargers"):
            journey = Planner(opened, roads, wish).plan(*spots)
    except Refused as problem:
        return None, str(problem)
    return (journey, "") if len(journey.legs) > 1 else (None, "")


def _tell(
    opened: Any,
    roads: Any,
    way: Any,
    wish: Any,
    leaves: datetime | None,
    json: bool,
    journey: Any,
    why: str,
) -> None:
    from homeward.maps.charge import climbed, seconds_of

    legs = [leg.way for leg in journey.legs] if journey else [way]
    seconds = journey.seconds if journey else seconds_of(roads, way)
    steps = [step for leg in legs for step in _steps(opened.network, leg)]
    metres = sum(leg.metres for leg in legs)
    words: dict[str, Any] = {"time": _clock(seconds), "length": f"{metres / 1000.0:.1f} km"}
    numbers: dict[str, Any] = {"seconds": round(seconds, 1), "metres": round(metres, 1)}
    if leaves:
        arrives = (leaves + timedelta(seconds=seconds)).isoformat(timespec="minutes")
        words["arrives"] = numbers["arrives"] = arrives
    if opened.network.height_m.any():
        climb, descent = (sum(part) for part in zip(*(climbed(opened.network, leg) for leg in legs), strict=True))
        words["climb"] = f"{climb:.0f} m up, {descent:.0f} m down"
        numbers |= {"climb_m": round(climb, 1), "descent_m": round(descent, 1)}
    if wish:
        said, figures = _stopping(wish, journey) if journey else _battery(opened, roads, way, wish)
        words, numbers = words | said, numbers | figures
        if why:
            words["charging"] = numbers["charging"] = why
    words |= {"streets": [f"{one['metres']:>7.0f} m  {one['name'] or '(no name)'}" for one in steps]}
    points = [[round(float(lat), 6), round(float(lon), 6)] for leg in legs for lat, lon in leg.points]
    numbers |= {"steps": steps, "points": points}
    ends = {"map": opened.attribution} if not json else {"attribution": opened.attribution}
    say((numbers if json else words) | ends, json)


def _clock(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min {int(seconds % 60)} s"


def _stopping(wish: Any, journey: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A journey with stops, in words and in numbers."""
    told, stops, gone = list[str](), list[dict[str, Any]](), 0.0
    for leg in journey.legs[:-1]:
        gone += leg.seconds
        if leg.stop is None:
            continue
        site, stop = leg.charger, leg.stop
        told.append(
            f"after {_clock(gone)}: {site.name or 'a charger'} ({site.kw:g} kW{'' if site.told else ', not told'}), "
            f"{stop.arrives:.0f} % → {stop.leaves:.0f} % in {stop.seconds / 60:.0f} min"
        )
        place = {"name": site.name, "lat": site.lat, "lon": site.lon, "kw": site.kw, "kw_told": site.told}
        charge = {"soc_arrival": round(stop.arrives, 2), "soc_departure": round(stop.leaves, 2)}
        stops.append(place | charge | {"arrives_s": round(gone, 1), "seconds": round(stop.seconds, 1)})
        gone += stop.seconds
    kwh = sum(leg.drive.kwh for leg in journey.legs)
    km = sum(leg.way.metres for leg in journey.legs) / 1000.0
    words = {
        "car": wish.vehicle.name,
        "energy": f"{kwh:.1f} kWh, {1000.0 * kwh / max(km, 1e-9):.0f} Wh/km at {wish.outside_c:g} °C",
        "stops": told,
        "charge": f"{wish.charge:g} % → {journey.charge:.0f} %; {wish.reserve:g} % kept on every leg",
    }
    numbers = {
        "car": wish.vehicle.name,
        "usable_kwh": wish.vehicle.usable_kwh,
        "kwh": round(kwh, 3),
        "stops": stops,
        "charging_s": round(sum(stop["seconds"] for stop in stops), 1),
        "soc_start": wish.charge,
        "soc_arrival": round(journey.charge, 2),
        "reserve": wish.reserve,
        "enough": True,
        "soc": [round(float(value), 2) for leg in journey.legs for value in leg.drive.charge],
    }
    return words, numbers


def _battery(opened: Any, roads: Any, way: Any, wish: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the way takes, in words and in numbers."""
    from homeward.maps.charge import SURE, drive

    one, usable = wish.vehicle, wish.vehicle.usable_kwh
    told = drive(opened, roads, way, one, wish.charge, wish.outside_c, takes=wish.takes)
    there, least = float(told.charge[-1]), told.arrives(wish.sure, usable)
    per_km = 1000.0 * told.kwh / max(way.metres / 1000.0, 1e-9)
    enough, share = least >= wish.reserve, 100.0 * NormalDist().cdf(wish.sure)
    verdict = (
        f"{share:.0f} times in a hundred {least:.0f} % or more"
        if enough
        else f"not sure to keep {wish.reserve:g} %: {100.0 - share:.0f} times in a hundred {least:.0f} % or less"
    )
    words = {
        "car": one.name,
        "energy": f"{told.kwh:.1f} ± {told.spread_kwh:.1f} kWh, {per_km:.0f} Wh/km at {wish.outside_c:g} °C",
        "charge": f"{wish.charge:g} % → {there:.0f} %; {verdict}",
    }
    numbers = {
        "car": one.name,
        "usable_kwh": usable,
        "kwh": round(told.kwh, 3),
        "kwh_spread": round(told.spread_kwh, 3),
        "wh_km": round(per_km, 1),
        "soc_start": wish.charge,
        "soc_arrival": round(there, 2),
        "soc_arrival_p10": round(told.arrives(SURE, usable), 2),
        "soc_arrival_p90": round(min(100.0, told.arrives(-SURE, usable)), 2),
        "reserve": wish.reserve,
        "enough": enough,
        "stops": [],
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


def _way(opened: Any, places: list[tuple[float, float]], path: Path, spare: Any) -> tuple[Any, Any, Any]:
    """The roads, the spots and the way between two places; Refused if one is far from any road or there is none.

    With `spare`, a wish, the way is the one that takes least from that car's battery.
    """
    from homeward.core.signal import Refused
    from homeward.maps.charge import weights_by_energy

    with progress("preparing; some seconds the first time"):
        roads = laid = opened.roads()
        if spare:
            ways, weights = roads.ways.twin(), weights_by_energy(opened, spare.vehicle, spare.outside_c, spare.takes)
            ways.customise(weights[roads.turns.arc])
            laid = roads.laid_by(ways, weights)
    spots = [roads.nearest(*place) for place in places]
    for (lat, lon), near in zip(places, spots, strict=True):
        if near[0].off_m > FAR_M:
            raise Refused(f"{lat},{lon} is {near[0].off_m / 1000:.1f} km from the nearest road of {path}")
    way = laid.way(*spots)
    if way is None:
        raise Refused(f"there is no way by car between these places on {path}")
    return roads, spots, way


def _steps(network: Any, way: Any) -> list[dict[str, Any]]:
    """The streets one after another: name and length of arcs, m; the first and last count whole."""
    steps: list[dict[str, Any]] = []
    for arc in way.arcs.tolist():
        name = network.names[network.name[arc]] if network.name[arc] >= 0 else ""
        if not steps or steps[-1]["name"] != name:
            steps.append({"name": name, "metres": 0.0})
        steps[-1]["metres"] = round(steps[-1]["metres"] + float(network.length_m[arc]), 1)
    return steps


def place_of(text: str, pack: Any) -> tuple[float, float]:
    """A place as people write it: degrees, or a name on that map. Raises BadParameter."""
    from homeward.maps.gazetteer import Gazetteer

    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        names = Gazetteer.of(pack.network, pack.places)
        if found := names.find(text, 1):
            return found[0].lat, found[0].lon
        near = names.nearest(text)
        raise typer.BadParameter(
            f"{text!r} is no place on this map{f'; did you mean {near}?' if near else ''}: write a street or a town of "
            "it, or latitude,longitude: 60.17,24.94"
        ) from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise typer.BadParameter(f"{text!r} is not on Earth: latitude comes first, from -90 to 90")
    return lat, lon
