"""Commands that ask the past: `history` and `replay`."""

from typing import Annotated

import typer

from homeward.surfaces.cli.options import HUB, HUB_FOLDER, Folder, HubUrl, Json
from homeward.surfaces.cli.said import progress, say

app = typer.Typer()


@app.command()
def history(
    node: Annotated[str, typer.Argument(help="A node: lind/car")],
    path: Annotated[str, typer.Argument(help="A signal: Vehicle.Speed")],
    last: Annotated[str, typer.Option(help="How far back: 90s, 30m, 2h, 7d.")] = "24h",
    limit: Annotated[int, typer.Option(help="At most so many readings, the newest.", min=1)] = 1000,
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Print what a signal was."""
    from homeward.surfaces.remote import Remote, seconds_of
    from homeward.surfaces.tell import tell_series

    there = Remote(hub, folder, HUB_FOLDER)
    tell_series(there.folder(), node, path, there.now() - seconds_of(last), limit, json)


@app.command()
def replay(
    household: Annotated[str, typer.Option(help="Only this household.")] = "",
    last: Annotated[str, typer.Option(help="How far back to begin: 12h, 7d.")] = "36500d",
    speed: Annotated[
        float, typer.Option(help="Recorded seconds to one of ours; 0 for as fast as it goes.", min=0)
    ] = 0.0,
    live: Annotated[bool, typer.Option(help="Send the readings to the running hub instead of a circle apart.")] = False,
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Run recorded readings through the circle again and tell what it would have done."""
    from homeward.app.replay import replay_history
    from homeward.surfaces.remote import Remote, seconds_of

    there = Remote(hub, folder, HUB_FOLDER)
    send = there.send_readings if live else None
    since = there.now() - seconds_of(last)
    with progress("replaying") as step:
        told = replay_history(there.folder(), household, since, speed, send, step)
    say(told, json)
