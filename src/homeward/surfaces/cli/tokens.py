"""Commands about tokens: `token add`, `list` and `remove`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from homeward.surfaces.cli.options import HUB_FOLDER, Folder, HubUrl, Json
from homeward.surfaces.cli.said import say

app = typer.Typer(help="Tokens for programs and people: what each may do, and until when.", no_args_is_help=True)


@app.command("add")
def token_add(
    name: Annotated[str, typer.Argument(help="What to call it: dashboard, ada's phone")],
    scope: Annotated[list[str], typer.Option(help="look, wish, readings or arrange; may be given several times.")],
    household: Annotated[str, typer.Option(help="Only this household.")] = "",
    person: Annotated[str, typer.Option(help="Speaks as this person: lind/ada.")] = "",
    days: Annotated[float | None, typer.Option(help="Counts for so many days; else until it is removed.")] = None,
    hub: HubUrl = None,
    folder: Folder = None,
    json: Json = False,
) -> None:
    """Make a token; it is shown this once."""
    from homeward.surfaces.remote import Remote

    household = household or person.partition("/")[0]
    body = {"name": name, "scopes": scope, "household": household, "person": person, "days": days}
    told = Remote(hub, folder, HUB_FOLDER).add_token(body)
    note = {} if json else {"note": "shown this once; keep it as you keep a password"}
    say({"token": told} | note, json)


@app.command("list")
def token_list(hub: HubUrl = None, folder: Folder = None, json: Json = False) -> None:
    """All tokens, without what they are."""
    from homeward.surfaces.remote import Remote

    found = Remote(hub, folder, HUB_FOLDER).tokens()
    if json:
        say({"tokens": found}, json)
        return
    for one in found:
        ends = datetime.fromtimestamp(one["expires_at"], UTC).strftime("%Y-%m-%d") if one["expires_at"] else "removed"
        state = f"until {ends}" if one["counts"] else f"ended {ends}"
        whose = one["person"] or one["household"] or "all households"
        typer.echo(f"{one['name']}: {', '.join(one['scopes'])}; {whose}; {state}")
    if not found:
        typer.echo("There are none: homeward token add NAME --scope look")


@app.command("remove")
def token_remove(
    name: Annotated[str, typer.Argument(help="The token to remove.")], hub: HubUrl = None, folder: Folder = None
) -> None:
    """Let a token be worth nothing any more, at once."""
    from homeward.surfaces.remote import Remote

    Remote(hub, folder, HUB_FOLDER).remove_token(name)
