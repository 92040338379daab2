"""The command line, `homeward …`: one module for each group of commands; what they need is imported when they run."""

import sys
from typing import Annotated

import typer

from homeward import __version__
from homeward.core.signal import Broken, Refused, UnknownSignal
from homeward.surfaces.cli import (
    care,
    household,
    measure,
    past,
    range,
    roads,
    route,
    running,
    tokens,
    traffic,
    vehicles,
)
from homeward.surfaces.cli.measure import spread

app = typer.Typer(
    name="homeward",
    help="Makes a car, a home and its people act as one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (running, household, past, care):
    app.add_typer(group.app)
app.add_typer(measure.app, name="evaluate")
app.add_typer(roads.maps, name="map")
app.add_typer(vehicles.app, name="vehicles")
app.add_typer(tokens.app, name="token")
app.add_typer(traffic.app, name="traffic")
app.command("route")(route.route)
app.command("range")(range.range_of)


def say_version(asked: bool) -> None:
    """Print the version and end, if asked."""
    if asked:
        typer.echo(f"homeward {__version__}")
        raise typer.Exit


@app.callback()
def homeward(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=say_version)
    ] = False,
) -> None:
    """Makes a car, a home and its people act as one."""


def main() -> None:
    """Run the command line; what a user can mend is told in a line, not as a traceback."""
    try:
        app(spread(sys.argv[1:]))
    except (Refused, UnknownSignal, Broken, OSError, UnicodeDecodeError) as problem:
        typer.echo(f"homeward: {problem}", err=True)
        sys.exit(1)
