"""Starting a hub from the command line: the event loop, and the line that says where to look."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from homeward.app.hub import Hub
from homeward.app.logs import set_up_logging
from homeward.app.roadmap import NAME, Roadmap
from homeward.app.serve import Door, serve
from homeward.app.settings import HubSettings
from homeward.app.skills import ALL, ASKING, LEARNING
from homeward.app.slow import told_if_slow
from homeward.core.signal import Refused
from homeward.core.skill import Skill
from homeward.skills.navigation import navigation

try:
    from uvloop import new_event_loop
except ImportError:  # where it is not made for, asyncio's own does
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
else:
    new_loop = new_event_loop
RARELY: Final = (50_000, 20, 50)


def run_hub(
    settings: HubSettings,
    door: Door,
    household_file: tuple[str, str, Mapping[str, str]] | None = None,
    pack: Path | None = None,
    traffic: Sequence[str] = (),
    verbose: bool = False,
    log_json: bool = False,
) -> None:
    """Run a hub in life's time until Ctrl-C. Raises Refused, BusError or HistoryError, in words.

    `pack` is a map; without it the one in the hub's folder counts, if there is one.
    """
    set_up_logging(verbose, log_json)
    roadmap = open_map(settings.folder, pack)
    with told_if_slow():
        hub = Hub(settings, skills_with(roadmap))
    if roadmap:
        roadmap.hub, roadmap.sources = hub, tuple(traffic)
    elif traffic:
        raise Refused("traffic needs a map to be laid on: --map PACK")
    run(serve(hub, door, say_ready, household_file=household_file, roadmap=roadmap))


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run until it ends, on the quickest loop there is, and without looking through what was there at the start.

    What a hub has when it starts (words, households, skills) stays; looking for garbage among it again and again took
    a fifth of its time under load.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(work)
    finally:
        gc.unfreeze()


def open_map(folder: Path, pack: Path | None) -> Roadmap | None:
    """The map to use: the one named, else the one in the hub's folder, else none. Raises Refused for what is no map."""
    found = pack or folder / NAME
    if pack is None and not found.exists():
        return None
    print(f"preparing the map {found}; some seconds the first time", flush=True)
    return Roadmap.open(found, folder)


def skills_with(roadmap: Roadmap | None) -> tuple[Skill, ...]:
    """All skills, the navigation among them where there is a map; it comes before those that go by arrivals."""
    return (*LEARNING, navigation(roadmap.guide, roadmap.first), *ASKING) if roadmap else ALL


def say_ready(url: str, hub: Hub, look: str = "see what it knows and what it will do") -> None:
    """The line that tells where the page is and what to look at."""
    mqtt = f"MQTT on 127.0.0.1:{hub.bus.server.mqtt_port}"
    print(f"homeward is at {url} : {look} ({mqtt}; Ctrl-C ends it)", flush=True)
