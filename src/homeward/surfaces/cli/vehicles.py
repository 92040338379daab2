"""Commands about cars: `vehicles list`, `show` and `import`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import HUB_FOLDER, Json
from homeward.surfaces.cli.said import say

app = typer.Typer(help="Electric cars: what is known of them, and more from Open EV Data.", no_args_is_help=True)
CarsIn = Annotated[Path, typer.Option("--folder", help="Where imported cars are kept.", envvar="HOMEWARD_FOLDER")]


@app.command("list")
def vehicles_list(folder: CarsIn = HUB_FOLDER, json: Json = False) -> None:
    """All cars by name, with battery and usual consumption."""
    from homeward.vehicles import known

    cars = known(folder)
    if json:
        say({"vehicles": [_plain(one) for one in cars]}, json)
        return
    for one in cars:
        typer.echo(f"{one.name:<40} {one.usable_kwh:6.1f} kWh  {one.typical_wh_km:5.0f} Wh/km  {one.dc_kw:4.0f} kW")


@app.command("show")
def vehicles_show(
    name: Annotated[str, typer.Argument(help="A car's name, or enough of it: ioniq 5")],
    folder: CarsIn = HUB_FOLDER,
    json: Json = False,
) -> None:
    """All figures of a car, and where they are from."""
    from homeward.vehicles import find, known

    one = find(name, known(folder))
    told = _plain(one)
    if not json:
        told["curve"] = ", ".join(f"{percent:g} %: {kw:g} kW" for percent, kw in one.curve)
        told["charges from 10 to 80 %"] = f"in {one.charging_s(10, 80) / 60:.0f} min" if one.dc_kw else "with AC only"
    say(told, json)


@app.command("import")
def vehicles_import(
    source: Annotated[Path, typer.Argument(help="A file in the format of Open EV Data.", metavar="FILE.json")],
    folder: CarsIn = HUB_FOLDER,
    json: Json = False,
) -> None:
    """Take in the cars of a file; masses and drag are estimated for them. All of it or nothing."""
    from homeward.vehicles import keep, read_open_ev_data

    cars, left_out = read_open_ev_data(source)
    path = keep(cars, folder)
    say({"imported": len(cars), "left_out": left_out, "kept_in": str(path)}, json)


def _plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in type(one).__slots__}
