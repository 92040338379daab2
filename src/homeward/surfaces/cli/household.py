"""Commands about who and what there is: `apply`, `device add`, `device remove`, `skills`, `go` and `shadow`."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from homeward.core.signal import Refused
from homeward.surfaces.cli.options import HUB_FOLDER, Folder, HubUrl, Json
from homeward.surfaces.cli.said import say

if TYPE_CHECKING:
    from homeward.surfaces.remote import Remote

app = typer.Typer()
device = typer.Typer(help="Credentials for cars, phones and things that connect over MQTT.", no_args_is_help=True)
app.add_typer(device, name="device")


@app.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The household file (YAML).")],
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Check a household file and apply it to the running hub: all of it or nothing."""
    from homeward.surfaces.remote import Remote

    if not file.is_file():
        raise Refused(f"{file} is not a file")
    changes = Remote(hub, folder, HUB_FOLDER).apply(file)
    watched = [] if json else changes.pop("watched")
    if json or any(changes.values()):
        say(changes, json)
    else:
        typer.echo(f"{file}: nothing to change")
    for home in watched:
        name = home.partition("/")[0]
        typer.echo(
            f"\n{home} is new: homeward decides and explains there, and sends nothing.\n"
            f"See what it would do with `homeward skills {name}` and on the pages; let it act with\n"
            f"`homeward go {name}`."
        )


@device.command("add")
def device_add(
    node: Annotated[str, typer.Argument(help="The node that it speaks for: lind/car")],
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Give a node new credentials and print what to type into the device."""
    from homeward.surfaces.remote import Remote

    say(Remote(hub, folder, HUB_FOLDER).add_device(node), json)


@device.command("remove")
def device_remove(
    node: Annotated[str, typer.Argument(help="The node whose credentials end.")],
    hub: HubUrl = None,
    folder: Folder = None,
) -> None:
    """Take a node's credentials back; its connections end."""
    from homeward.surfaces.remote import Remote

    Remote(hub, folder, HUB_FOLDER).remove_device(node)


Words = Annotated[list[str] | None, typer.Argument(help="A household, then skills; where there is one, only skills.")]
TOLD = 20


@app.command()
def skills(
    household: Annotated[str, typer.Argument(help="A household; may be left out where there is one.")] = "",
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """List a household's skills, whether each acts or only watches, and what was only said lately."""
    from homeward.surfaces.remote import Remote

    there = Remote(hub, folder, HUB_FOLDER)
    name, _ = _understood(there, [household] if household else [])
    able = there.skills(name)
    would = [one for one in there.decisions(name, 1000) if one["state"] == "shadow"][:TOLD]
    if json:
        say({"household": name, "skills": able, "would": would}, json)
        return
    for one in able:
        typer.echo(f"{one['name']}: {'acts' if one['acts'] else 'only watches'}. {one['does']}")
    if would:
        typer.echo("Lately it would have asked for:")
    zone = ZoneInfo(there.households()[name])
    for one in would:
        at = datetime.fromtimestamp(one["at"], zone).strftime("%d %b %H:%M")
        typer.echo(f"  {at}  {one['node']} {one['path']} = {one['value']}: {one['why']} ({one['by']})")


@app.command()
def go(words: Words = None, hub: HubUrl = None, folder: Folder = None) -> None:
    """Let skills act in a household, all of them where none is named."""
    _let(words or [], True, hub, folder)


@app.command()
def shadow(words: Words = None, hub: HubUrl = None, folder: Folder = None) -> None:
    """Let skills only watch: they decide and explain as ever, and nothing of it is sent."""
    _let(words or [], False, hub, folder)


def _let(words: list[str], act: bool, hub: str | None, folder: Path | None) -> None:
    from homeward.surfaces.remote import Remote

    there = Remote(hub, folder, HUB_FOLDER)
    household, named = _understood(there, words)
    there.let(household, named, act)
    what = ", ".join(named) or "all skills"
    typer.echo(f"{household}: {what} {'may act' if act else 'only watch'} from now on")


def _understood(there: "Remote", words: list[str]) -> tuple[str, list[str]]:
    """The household and the other words. Raises Refused where it is not clear which household is meant."""
    households = there.households()
    if words and words[0] in households:
        return words[0], words[1:]
    if len(households) == 1:
        return next(iter(households)), words
    raise Refused(f"say which household: {', '.join(households) or 'there is none yet; apply a household file first'}")
