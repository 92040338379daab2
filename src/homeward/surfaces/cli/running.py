"""Commands that run a hub until Ctrl-C: `up` and `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.surfaces.cli.options import (
    DEMO_FOLDER,
    HUB_FOLDER,
    Folder,
    Json,
    LogJson,
    MapPack,
    MqttPort,
    NatsPort,
    Port,
    Verbose,
)
from homeward.surfaces.cli.said import progress, say

app = typer.Typer()


@app.command()
def up(
    folder: Folder = None,
    household: Annotated[Path | None, typer.Option(help="A household file to apply at the start.")] = None,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    guests: Annotated[
        bool, typer.Option(help="Let MQTT clients on this machine send readings without credentials.")
    ] = False,
    pack: MapPack = None,
    host: Annotated[
        str, typer.Option(help="Where pages, API and MQTT listen; other machines need tokens and credentials.")
    ] = "127.0.0.1",
    certificate: Annotated[Path | None, typer.Option(help="A TLS certificate (PEM) for pages, API and MQTT.")] = None,
    key: Annotated[Path | None, typer.Option(help="Its key (PEM).")] = None,
    largest_message: Annotated[
        int, typer.Option(help="The largest MQTT message, KiB; who sends more is cut off and told.", min=1, max=8192)
    ] = 256,
    most_nodes: Annotated[int, typer.Option(help="How many nodes a household may have.", min=1)] = 1_000,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Run the hub until Ctrl-C."""
    from homeward.app.run import run_hub
    from homeward.app.serve import Door
    from homeward.app.settings import HubSettings
    from homeward.app.templates import beside

    door = Door(host, port, certificate, key)
    settings = HubSettings(folder or HUB_FOLDER, nats_port, mqtt_port, guests, largest_message * 1024, most_nodes)
    settings = settings.opened(door.is_open, certificate, key)
    text = (household.read_text(encoding="utf-8"), str(household), beside(household)) if household else None
    run_hub(settings, port, household_file=text, verbose=verbose, log_json=log_json, pack=pack, door=door)


@app.command()
def demo(
    headless: Annotated[bool, typer.Option(help="Run the evening at once, without hub and page, and tell.")] = False,
    jam: Annotated[bool, typer.Option(help="Headless: let a jam come up on the way.")] = True,
    speed: Annotated[float, typer.Option(help="Simulated seconds to one of ours.", min=1, max=600)] = 60.0,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its files.")] = DEMO_FOLDER,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    pack: MapPack = None,
    json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show an evening of a simulated household, faster than life."""
    if headless:
        from homeward.demo.headless import run_headless

        with progress("an evening") as step:
            told = run_headless(step, jam=jam)
        say(told, json)
        return
    from homeward.app.settings import HubSettings
    from homeward.demo.live import run_demo

    run_demo(HubSettings(folder, nats_port, mqtt_port, guests=True), port, speed, verbose, pack)
