"""Who may use the hub's broker: a user name and a random password for each node that connects, kept in one file."""

import os
import secrets
from pathlib import Path

import orjson

from homeward.bus.settings import Device
from homeward.core.nodes import Nodes
from homeward.core.signal import Kind, Refused

NAME = "devices.json"
KEPT = ("user", "password", "node", "author")


class Devices:
    """The credentials in a hub's folder; the file can be read by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        try:
            said = orjson.loads(self._path.read_bytes()) if self._path.exists() else []
            self.all = {one["node"]: Device(one["user"], one["password"], one["node"], one["author"]) for one in said}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise Refused(
                f"{self._path} cannot be read ({error}); mend it, or remove it and add your devices anew"
            ) from error

    def add(self, node: str, nodes: Nodes) -> Device:
        """New credentials for a node, in place of earlier ones; a person's may also send wishes, as that person.

        Raises UnknownSignal, naming the nearest, for a node that does not exist.
        """
        number = nodes.number(node)
        author = node if nodes.kind(number) is Kind.PERSON else ""
        device = Device(node.replace("/", "-"), secrets.token_urlsafe(18), node, author)
        if any(one.user == device.user for name, one in self.all.items() if name != node):
            raise Refused(f"{device.user} is the user of another node; rename {node}")
        self.all[node] = device
        self._save()
        return device

    def remove(self, node: str) -> None:
        """Let a node's credentials be worth nothing any more. Raises Refused if it has none."""
        if self.all.pop(node, None) is None:
            raise Refused(
                f"{node} has no credentials; " + (f"{', '.join(sorted(self.all))} have" if self.all else "no node has")
            )
        self._save()

    def forget(self, node: str) -> None:
        """The same for a node that is no more; nothing happens if it has none."""
        if node in self.all:
            self.remove(node)

    def _save(self) -> None:
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps([{name: getattr(one, name) for name in KEPT} for one in self.all.values()]))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
