"""Commands that look after a hub: `doctor`, `backup`, `restore` and `service`."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.core.connector import ConnectorError
from homeward.core.signal import Refused
from homeward.surfaces.cli.options import HUB_FOLDER, Folder, HubUrl, Json, MqttPort, NatsPort, Port
from homeward.surfaces.cli.said import progress, say

app = typer.Typer()
service = typer.Typer(help="The hub as a service of your own systemd.", no_args_is_help=True)
app.add_typer(service, name="service")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Write all that a hub knows into one file, also while it runs."""
    from homeward.app.backup import back_up
    from homeward.surfaces.remote import Remote

    with progress("backing up") as step:
        told = back_up(Remote(hub, folder, HUB_FOLDER).folder(), file, step)
    say(told, json)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `homeward backup` wrote.")],
    folder: Annotated[Path, typer.Option(help="Where to restore to: a folder that is new or empty.")],
    json: Json = False,
) -> None:
    """Make a hub's folder of a backup: whole, or not at all."""
    from homeward.app.restore import restore as run

    with progress("restoring") as step:
        told = run(file, folder, step)
    say(told, json)


@service.command("install")
def service_install(
    folder: Folder = None,
    port: Port = 8420,
    mqtt_port: MqttPort = 1883,
    nats_port: NatsPort = 4222,
    json: Json = False,
) -> None:
    """Let systemd run the hub for you, from now on and after every restart; again after a change of ports or folder."""
    from homeward.app.service import install

    say(install(folder or HUB_FOLDER, port, mqtt_port, nats_port), json)


@service.command("remove")
def service_remove(json: Json = False) -> None:
    """End the service and forget it; what the hub knows stays in its folder."""
    from homeward.app.service import remove

    say(remove(), json)


@service.command("status")
def service_status(json: Json = False) -> None:
    """Say whether the service is installed and runs."""
    from homeward.app.service import status

    say(status(), json)


@app.command()
def doctor(
    hub: HubUrl = None,
    folder: Folder = None,
    household: Annotated[Path | None, typer.Option(help="A household file to look at too.")] = None,
    json: Json = False,
) -> None:
    """Say what is wrong and how to mend it, whether a hub runs or not; ends with 1 if something is wrong."""
    from homeward.surfaces.cli.findings import tell_findings
    from homeward.surfaces.remote import Remote

    there = Remote(hub, folder, HUB_FOLDER)
    try:
        health = there.health()
    except (ConnectorError, Refused):
        health = None
    if health and folder and folder.resolve() != Path(health["folder"]):
        health = None  # the hub that answers is another one
    there_is = folder or (Path(health["folder"]) if health else HUB_FOLDER)
    if not tell_findings(there_is, there.url, health, household, json):
        raise typer.Exit(1)
