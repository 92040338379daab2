"""Commands that ask the past: `history` and `replay`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from homeward.surfaces.cli.options import HUB_FOLDER, Folder, HubUrl, Json
from homeward.surfaces.cli.said import progress, say

PICTURE = Path("what-if.html")
app = typer.Typer()


@app.command()
def history(
    node: Annotated[str, typer.Argument(help="A node: lind/car")],
    path: Annotated[str, typer.Argument(help="A signal: Vehicle.Speed")],
    last: Annotated[str, typer.Option(help="How far back: 90s, 30m, 2h, 7d.")] = "24h",
    limit: Annotated[int, typer.Option(help="At most so many readings, the newest.", min=1)] = 1000,
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Print what a signal was."""
    from homeward.surfaces.remote import Remote, seconds_of
    from homeward.surfaces.tell import tell_series

    there = Remote(hub, folder, HUB_FOLDER)
    there.keep()
    tell_series(there.folder(), node, path, there.now() - seconds_of(last), limit, json)


@app.command()
def replay(
    household: Annotated[str, typer.Option(help="Only this household.")] = "",
    last: Annotated[str, typer.Option(help="How far back to begin: 12h, 7d.")] = "36500d",
    speed: Annotated[
        float, typer.Option(help="Recorded seconds to one of ours; 0 for as fast as it goes.", min=0)
    ] = 0.0,
    live: Annotated[bool, typer.Option(help="Send the readings to the running hub instead of a circle apart.")] = False,
    what_if: Annotated[
        bool, typer.Option("--what-if", help="Tell each evening as it was and as it would have been.")
    ] = False,
    picture: Annotated[
        Path, typer.Option(help="What if: the picture to write, .html or .svg.", metavar="FILE")
    ] = PICTURE,
    house: Annotated[
        list[Path] | None, typer.Option(help="What if: a recording of a house instead of the hub's history.")
    ] = None,
    drives: Annotated[Path | None, typer.Option(help="What if: a folder of recorded drives that end there.")] = None,
    comfort: Annotated[
        float | None, typer.Option(help="What if, of a recording: what they want, °C.", min=10, max=30)
    ] = None,
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Run recorded readings through the circle again and tell what it would have done."""
    from homeward.core.signal import Refused
    from homeward.surfaces.cli.whatif import tell_what_if
    from homeward.surfaces.remote import Remote

    there = Remote(hub, folder, HUB_FOLDER)
    there.keep()
    if what_if:
        if speed or live:
            raise Refused("--what-if runs apart and as fast as it goes: leave out --live and --speed")
        tell_what_if(there, household, last, house or [], drives, comfort, picture, json)
    elif house or drives or comfort:
        raise Refused("--house, --drives and --comfort go with --what-if")
    else:
        _replay(there, household, last, speed, live, json)


def _replay(there: Any, household: str, last: str, speed: float, live: bool, json: bool) -> None:
    from homeward.app.replay import replay_history
    from homeward.surfaces.remote import seconds_of

    send = there.send_readings if live else None
    since = there.now() - seconds_of(last)
    with progress("replaying") as step:
        told = replay_history(there.folder(), household, since, speed, send, step)
    say(told, json)
