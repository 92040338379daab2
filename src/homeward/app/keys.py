"""The hub's tokens: its own, from a file that only this user reads, and those in the registry."""

import os
import secrets
import time
from math import inf, isfinite
from pathlib import Path
from typing import Any

from homeward.registry.store import Registry
from homeward.registry.tokens import Token
from homeward.surfaces.access import ALL, Access

MOST_CACHED = 1000


def token_of(folder: Path) -> str:
    """The hub's own token, made at the first start and readable by this user only."""
    path = folder / "api-token"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()


class Keyring:
    """Knows what a token may do; implements `surfaces.tokens_api.Tokens`. Ends of tokens go by the system's clock."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self._own, self._registry = token_of(folder), registry
        self._known: dict[str, Token | None] = {}

    def find(self, secret: str) -> Access | None:
        """What that token may do; None for one that is none, or has ended."""
        if secrets.compare_digest(secret.encode("utf-8", "surrogatepass"), self._own.encode()):
            return Access(ALL)
        now = time.time()
        if secret not in self._known:
            if len(self._known) >= MOST_CACHED:
                self._known.clear()
            self._known[secret] = self._registry.find_token(secret, now) if len(secret) < 200 else None
        token = self._known[secret]
        if token is None or now >= token.expires_at:
            return None
        return Access(frozenset(token.scopes), token.household, token.person)

    def add_token(self, name: str, scopes: list[str], household: str, person: str, seconds: float | None) -> str:
        """See Tokens. Raises Refused."""
        now = time.time()
        ends = inf if seconds is None else now + seconds
        secret = self._registry.add_token(Token(name, tuple(scopes), household, person, now, ends))
        self._known.clear()
        return secret

    def tokens(self) -> list[dict[str, Any]]:
        """See Tokens."""
        now = time.time()
        return [
            {
                "name": one.name,
                "scopes": list(one.scopes),
                "household": one.household,
                "person": one.person,
                "made_at": one.made_at,
                "expires_at": one.expires_at if isfinite(one.expires_at) else None,
                "counts": now < one.expires_at,
            }
            for one in self._registry.tokens()
        ]

    def remove_token(self, name: str) -> None:
        """See Tokens. Raises Refused."""
        self._registry.remove_token(name)
        self._known.clear()
