"""Commands about who and what there is: `apply`, `device add` and `device remove`."""

from pathlib import Path
from typing import Annotated

import typer

from homeward.core.signal import Refused
from homeward.surfaces.cli.options import HUB, Folder, HubUrl, Json
from homeward.surfaces.cli.said import say

app = typer.Typer()
device = typer.Typer(help="Credentials for cars, phones and things that connect over MQTT.", no_args_is_help=True)
app.add_typer(device, name="device")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The household file (YAML).")],
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Check a household file and apply it to the running hub: all of it or nothing."""
    from homeward.surfaces.remote import Remote

    if not file.is_file():
        raise Refused(f"{file} is not a file")
    changes = Remote(hub, folder).apply(file)
    if json or any(changes.values()):
        say(changes, json)
    else:
        typer.echo(f"{file}: nothing to change")


@device.command("add")
def device_add(
    node: Annotated[str, typer.Argument(help="The node that it speaks for: lind/car")],
    hub: HubUrl = HUB,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Give a node new credentials and print what to type into the device."""
    from homeward.surfaces.remote import Remote

    say(Remote(hub, folder).add_device(node), json)


@device.command("remove")
def device_remove(
    node: Annotated[str, typer.Argument(help="The node whose credentials end.")],
    hub: HubUrl = HUB,
    folder: Folder = None,
) -> None:
    """Take a node's credentials back; its connections end."""
    from homeward.surfaces.remote import Remote

    Remote(hub, folder).remove_device(node)
