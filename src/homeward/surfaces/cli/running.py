"""Commands that run a hub until Ctrl-C: `up` and `demo`."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.app.slow import told_if_slow
from homeward.surfaces.cli.options import (
    DEMO_FOLDER,
    HUB_FOLDER,
    Certificate,
    CertificateKey,
    Folder,
    Guests,
    Host,
    HouseholdFile,
    Json,
    KeepHours,
    LargestMessage,
    LogJson,
    LogSize,
    LongestText,
    MapPack,
    MostConnections,
    MostMessages,
    MostNodes,
    MqttPort,
    NatsPort,
    Operators,
    Port,
    SyncSeconds,
    TrafficFeeds,
    Verbose,
)
from homeward.surfaces.cli.said import progress, say

app = typer.Typer()


@app.command()
def up(
    folder: Folder = None,
    household: HouseholdFile = None,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    guests: Guests = False,
    pack: MapPack = None,
    traffic: TrafficFeeds = None,
    host: Host = "127.0.0.1",
    certificate: Certificate = None,
    key: CertificateKey = None,
    largest_message: LargestMessage = 256,
    most_nodes: MostNodes = 1_000,
    most_messages: MostMessages = 50_000,
    longest_text: LongestText = 65_536,
    most_connections: MostConnections = 20_000,
    log_size: LogSize = 2.0,
    keep_hours: KeepHours = 24.0,
    sync_seconds: SyncSeconds = 10.0,
    operator: Operators = None,
    verbose: Verbose = False,
    log_json: LogJson = False,
) -> None:
    """Run the hub until Ctrl-C."""
    with told_if_slow():
        from homeward.app.run import run_hub
        from homeward.app.serve import Door
        from homeward.app.settings import GIB, HubSettings, Limits
        from homeward.app.templates import beside

    door = Door(host, port, certificate, key)
    operators = frozenset(operator or ())
    bounds = (largest_message * 1024, most_nodes, most_messages, longest_text, most_connections)
    limits = Limits(*bounds, int(log_size * GIB), keep_hours * 3600.0, sync_seconds)
    settings = HubSettings(folder or HUB_FOLDER, nats_port, mqtt_port, guests, limits, operators)
    settings = settings.opened(door.is_open, certificate, key)
    text = (household.read_text(encoding="utf-8"), str(household), beside(household)) if household else None
    run_hub(settings, door, text, pack, traffic or (), verbose, log_json)


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
    with told_if_slow():
        from homeward.app.settings import HubSettings
        from homeward.demo.live import run_demo

    run_demo(HubSettings(folder, nats_port, mqtt_port, guests=True), port, speed, verbose, pack)
