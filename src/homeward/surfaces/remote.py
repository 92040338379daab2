"""The running hub as the command line reaches it: over its API, with the token from its folder."""

import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

import orjson

from homeward.app.templates import beside
from homeward.core.connector import ConnectorError
from homeward.core.signal import Refused

USUAL = "http://127.0.0.1:8420"
ADDRESS = "api-address"
"""The file in a hub's folder where it says its address while it runs."""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
PATIENCE_S = 60.0


def seconds_of(text: str) -> float:
    """The seconds in a span of time.

    >>> seconds_of("2h")
    7200.0
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdw])", text.strip())
    if not found:
        raise Refused(f"{text!r} is not a span of time; write 90s, 30m, 2h or 7d")
    return float(found[1]) * UNITS[found[2]]


def noted(folder: Path | None) -> str:
    """The address that a hub noted in its folder, if it still answers there; else ''."""
    try:
        url = (folder / ADDRESS).read_text(encoding="utf-8").strip() if folder else ""
        at = urlsplit(url)
        socket.create_connection((at.hostname or "", at.port or 0), timeout=1.0).close()
    except (OSError, ValueError):
        return ""
    return url


class Remote:
    """A hub at an address, or the one that uses a folder, or the usual one.

    `folder` overrules the one that the hub says it uses, `fallback` is for when none runs.
    """

    def __init__(self, url: str | None, folder: Path | None = None, fallback: Path | None = None) -> None:
        self.url = (url or noted(folder or fallback) or USUAL).rstrip("/")
        self._folder, self._fallback = folder, fallback
        self._opener = build_opener(ProxyHandler({}))  # the hub is on this machine, whatever proxies there are
        self._health: dict[str, Any] | None = None

    def health(self) -> dict[str, Any]:
        """What the hub says of itself. Raises ConnectorError if none answers."""
        if self._health is None:
            self._health = self._ask(Request(f"{self.url}/api/health"))
        return self._health or {}

    def folder(self) -> Path:
        """The folder where the hub keeps its files. Raises ConnectorError where it cannot be known."""
        if self._folder is None:
            try:
                self._folder = Path(self.health()["folder"])
            except ConnectorError:
                if self._fallback is None or not self._fallback.is_dir():
                    raise
                self._folder = self._fallback
        return self._folder

    def keep(self) -> None:
        """Have the hub write down what waits, so that history is new; nothing where none runs, or it cannot."""
        with suppress(ConnectorError, Refused):
            self._change("POST", "/api/kept", {})

    def now(self) -> float:
        """The hub's time, or the system's where none runs."""
        try:
            return float(self.health()["now"])
        except ConnectorError:
            return time.time()

    def apply(self, file: Path) -> dict[str, list[str]]:
        """Apply a household file, with the templates beside it. Raises Refused with everything wrong with it."""
        said = {"text": file.read_text(encoding="utf-8"), "name": str(file), "templates": beside(file)}
        changes: dict[str, list[str]] = self._change("PUT", "/api/households", said)
        return changes

    def add_device(self, node: str) -> dict[str, Any]:
        """Give a node credentials: what to type into the device. Raises Refused."""
        told: dict[str, Any] = self._change("POST", f"/api/devices/{quote(node)}", {})
        return told

    def remove_device(self, node: str) -> None:
        """Take a node's credentials back. Raises Refused."""
        self._change("DELETE", f"/api/devices/{quote(node)}", {})

    def households(self) -> dict[str, str]:
        """The households that the hub has, and the IANA zone of each."""
        return {one["name"]: one["zone"] for one in self._ask(Request(f"{self.url}/api/households"))}

    def skills(self, household: str) -> list[dict[str, Any]]:
        """The household's skills: name, does, acts."""
        told: list[dict[str, Any]] = self._ask(Request(f"{self.url}/api/skills/{quote(household)}"))
        return told

    def decisions(self, household: str, limit: int) -> list[dict[str, Any]]:
        """What was decided lately, newest first."""
        told: list[dict[str, Any]] = self._ask(Request(f"{self.url}/api/decisions/{quote(household)}?limit={limit}"))
        return told

    def let(self, household: str, skills: list[str], act: bool) -> None:
        """Let skills act, or only watch. Raises Refused."""
        self._change("PUT", f"/api/skills/{quote(household)}", {"skills": skills, "act": act})

    def send_readings(self, node: str, readings: dict[str, Any]) -> None:
        """Let a node of the running hub have readings, now. Raises Refused."""
        self._change("POST", "/api/readings", {"node": node, "readings": readings})

    def add_token(self, body: dict[str, Any]) -> str:
        """A new token. Raises Refused."""
        return str(self._change("POST", "/api/tokens", body)["token"])

    def tokens(self) -> list[dict[str, Any]]:
        """All tokens, without what they are."""
        found: list[dict[str, Any]] = self._change("GET", "/api/tokens", None)
        return found

    def remove_token(self, name: str) -> None:
        """Take a token back. Raises Refused."""
        self._change("DELETE", f"/api/tokens/{quote(name, safe='')}", {})

    def _change(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        folder = self._folder or Path(self.health()["folder"])
        try:
            token = (folder / "api-token").read_text().strip()
        except OSError as problem:
            raise Refused(f"the hub's token cannot be read: {problem}") from None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else orjson.dumps(body)
        return self._ask(Request(self.url + path, data, headers, method=method))

    def _ask(self, request: Request) -> Any:
        """The hub's answer. Raises Refused with what it says against it, ConnectorError where nobody answers."""
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as answer:
                return orjson.loads(answer.read() or b"null")
        except HTTPError as problem:
            raise Refused(_detail(problem)) from None
        except (OSError, ValueError) as problem:
            raise ConnectorError(
                f"no hub answers at {self.url} ({problem}); start one with `homeward up`, or say where with --hub"
            ) from None


def _detail(problem: HTTPError) -> str:
    text = problem.read().decode(errors="replace")
    try:
        detail = orjson.loads(text)["detail"]
    except (ValueError, KeyError, TypeError):
        detail = text
    return detail if isinstance(detail, str) else str(detail)
