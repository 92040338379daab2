"""A connector of kind `mqtt` or `door` as a household file has it: understood, or everything wrong told by line."""

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from homeward.connectors.mqtt.broker import Broker
from homeward.connectors.mqtt.door import Door
from homeward.connectors.mqtt.entries import Entries
from homeward.connectors.mqtt.library import Library
from homeward.connectors.mqtt.link import Address
from homeward.connectors.mqtt.sheet import Sheet
from homeward.connectors.mqtt.use import Use
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import Connection, Household
from homeward.registry.problems import HouseholdErrors, Problem
from homeward.registry.reader import Say
from homeward.registry.tree import Item, Plain, read_tree

SETTINGS = {
    "mqtt": ["host", "port", "user", "password", "password_file", "tls", "client_id", "templates"],
    "door": ["templates"],
}
TLS = ["ca", "certificate", "key", "insecure"]


def understand(
    connection: Connection, household: Household, vocabulary: Vocabulary, folders: Iterable[Path], text: str = ""
) -> tuple[list[Use], Address | None]:
    """What a connector asks for; the address is None for the hub's own door.

    With the household file's `text` every problem names its own line. Raises HouseholdErrors.
    """
    folders = list(folders)
    problems: list[Problem] = []

    def say(line: int, at: str, message: str, nearest: str = "") -> None:
        problems.append(Problem(line, at, message, nearest))

    item = _item(connection, text)
    at = f"connectors.{connection.name}"
    sheet = Sheet(say, at)
    sheet.known(item, at, ["kind", *SETTINGS[connection.kind]])
    listed = item.fields.get("templates")
    uses: list[Use] = []
    if listed is None:
        say(item.line, at, "what shall it listen to? Write `templates:` and under it `- use: …` with `node: …`")
    else:
        uses = list(Entries(household, Library(vocabulary, folders), say).uses(listed, f"{at}.templates"))
    address = _address(connection, household.name, item, sheet, folders) if connection.kind == "mqtt" else None
    if problems:
        raise HouseholdErrors(problems)
    return uses, address


def make_mqtt(
    connection: Connection,
    household: Household,
    vocabulary: Vocabulary,
    folders: Iterable[Path],
    text: str = "",
    door: Door | None = None,
    only_check: bool = False,
) -> Broker | Door:
    """The connector, not yet connected; for kind `door` the hub's own, with these uses put in (unless `only_check`).

    Raises Refused.
    """
    uses, address = understand(connection, household, vocabulary, folders, text)
    if address is not None:
        return Broker(f"{household.name}/{connection.name}", address, uses)
    if door is None:
        raise Refused(f"connectors.{connection.name}: this hub has no door for foreign topics")
    try:
        door.check(household.name, uses)
    except Refused as problem:
        line = _item(connection, text).line
        raise HouseholdErrors([Problem(line, f"connectors.{connection.name}", str(problem))]) from None
    if not only_check:
        door.put(household.name, connection.name, uses)
    return door


def _address(connection: Connection, household: str, item: Item, sheet: Sheet, folders: list[Path]) -> Address | None:
    at = f"connectors.{connection.name}"
    fields = {name: one for name, one in item.fields.items() if name != "templates"}
    plain = {name: one.text for name, one in fields.items() if one.shape == "scalar"}
    tls = _tls(fields.get("tls"), sheet, at, folders)
    port = sheet.number(item, "port", at, 8883 if tls else 1883)
    if not 0 < port < 65536 or port != int(port):
        sheet.say(fields["port"].line, f"{at}.port", "a port is a whole number from 1 to 65535")
        port = 1883
    password = plain.get("password", "")
    if "password_file" in plain:
        password = _read(plain["password_file"], folders, sheet, fields["password_file"].line, f"{at}.password_file")
    client = plain.get("client_id") or f"homeward-{household}-{connection.name}"
    return Address(plain.get("host") or "127.0.0.1", int(port), client, plain.get("user", ""), password.strip(), tls)


def _tls(item: Item | None, sheet: Sheet, at: str, folders: list[Path]) -> ssl.SSLContext | None:
    if item is None or item.is_empty:
        return None
    if item.shape != "mapping":
        holder = Item(item.line, 0, 0, 0, "mapping", fields={"tls": item}, lines={"tls": item.line})
        return ssl.create_default_context() if sheet.truth(holder, "tls", at, False) else None
    sheet.known(item, f"{at}.tls", TLS)
    named = {name: one.text for name, one in item.fields.items() if one.shape == "scalar"}
    try:
        context = ssl.create_default_context(cafile=_path(named["ca"], folders) if "ca" in named else None)
        if "certificate" in named:
            key = _path(named["key"], folders) if "key" in named else None
            context.load_cert_chain(_path(named["certificate"], folders), key)
    except OSError as problem:  # ssl.SSLError is one too
        sheet.say(item.line, f"{at}.tls", f"the certificates cannot be read: {problem}")
        return None
    if sheet.truth(item, "insecure", f"{at}.tls", False):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _path(name: str, folders: list[Path]) -> str:
    """A file that a household file names: beside it or in the hub's folder, never elsewhere. Raises OSError."""
    for folder in folders:
        path = (folder / name).resolve()
        if path.is_relative_to(folder.resolve()) and path.is_file():
            return str(path)
    raise FileNotFoundError(f"there is no {name} beside the household file or in the hub's folder")


def _read(name: str, folders: list[Path], sheet: Sheet, line: int, at: str) -> str:
    try:
        return Path(_path(name, folders)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        sheet.say(line, at, str(problem))
        return ""


def _item(connection: Connection, text: str) -> Item:
    """The connector's tree: from the file's text with its lines, else from its settings, all on one line."""
    quiet: Say = lambda line, at, message, nearest="": None  # noqa: E731
    root = read_tree(text, quiet) if text else None
    if root is not None and (listed := root.fields.get("connectors")) and connection.name in listed.fields:
        return listed.fields[connection.name]
    return _tree({"kind": connection.kind, **connection.settings}, connection.line)


def _tree(plain: Plain | Any, line: int) -> Item:
    """A tree of values that were read before.

    >>> _tree({"host": "h"}, 3).fields["host"].text
    'h'
    """
    if isinstance(plain, dict):
        fields = {str(name): _tree(one, line) for name, one in plain.items()}
        return Item(line, 0, 0, 0, "mapping", fields=fields, lines=dict.fromkeys(fields, line))
    if isinstance(plain, list):
        return Item(line, 0, 0, 0, "list", items=[_tree(one, line) for one in plain])
    words = {True: "true", False: "false", None: ""}
    text = words[plain] if plain is None or isinstance(plain, bool) else f"{plain}"
    return Item(line, 0, 0, 0, "scalar", plain, text)
