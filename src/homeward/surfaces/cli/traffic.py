"""The command `traffic read`: what a feed says of the roads."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.surfaces.cli.options import Json
from homeward.surfaces.cli.said import say

app = typer.Typer(help="Traffic messages: DATEX II, or events as the API takes them.", no_args_is_help=True)


@app.command("read")
def traffic_read(
    files: Annotated[
        list[Path], typer.Argument(help="Messages: DATEX II (XML), JSON with events, or speeds (CSV, JSON).")
    ],
    at: Annotated[float | None, typer.Option(help="What is in force then, s since 1970; else now.")] = None,
    json: Json = False,
) -> None:
    """Say what messages tell of the roads, and what of them cannot be used."""
    import time
    from collections import Counter

    from homeward.app.feeds import read_feed
    from homeward.core.signal import Refused
    from homeward.surfaces.atlas import write_event

    events, left_out = [], Counter[str]()
    for path in files:
        try:
            found, unused = read_feed(path.read_bytes(), time.time() if at is None else at)
        except Refused as problem:
            raise Refused(f"{path}: {problem}") from None
        events += found
        left_out.update(unused)
    if json:
        say({"events": [write_event(one) for one in events], "left_out": dict(left_out)}, json)
        return
    told = [f"{one.told()} ({one.line[0][0]:.4f},{one.line[0][1]:.4f}, {len(one.line)} points)" for one in events]
    say({"events": told, "left_out": dict(left_out)}, json)


@app.callback()
def traffic() -> None:
    """Traffic messages: DATEX II, or events as the API takes them."""
