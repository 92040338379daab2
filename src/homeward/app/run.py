"""Starting a hub from the command line: the event loop, and the line that says where to look."""

import asyncio
from collections.abc import Mapping

from homeward.app.hub import Hub, HubSettings
from homeward.app.logs import set_up_logging
from homeward.app.serve import Door, serve
from homeward.app.skills import ALL


def run_hub(
    settings: HubSettings,
    port: int,
    household_file: tuple[str, str, Mapping[str, str]] | None = None,
    verbose: bool = False,
    log_json: bool = False,
) -> None:
    """Run a hub in life's time until Ctrl-C. Raises Refused, BusError or HistoryError, in words."""
    set_up_logging(verbose, log_json)
    hub = Hub(settings, ALL)
    asyncio.run(serve(hub, Door(port=port), say_ready, household_file=household_file))


def say_ready(url: str, hub: Hub, look: str = "see what it knows and what it will do") -> None:
    """The line that tells where the page is and what to look at."""
    mqtt = f"MQTT on 127.0.0.1:{hub.bus.server.mqtt_port}"
    print(f"homeward is at {url} : {look} ({mqtt}; Ctrl-C ends it)", flush=True)
