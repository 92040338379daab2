"""Links that show one household's arrival to whoever has them, for a while, and nothing else of it."""

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from homeward.core.signal import Refused

LONGEST_S, USUAL_S, MOST = 24 * 3600.0, 2 * 3600.0, 100


@dataclass(slots=True)
class Shares:
    """The links of a hub, kept in a file as hashes, so that the file opens nothing."""

    path: Path
    _known: dict[str, tuple[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            said = orjson.loads(self.path.read_bytes())
            self._known = {key: (str(household), float(until)) for key, (household, until) in said.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}  # a link that is lost is made anew

    def make(self, household: str, now: float, seconds: float = USUAL_S) -> tuple[str, float]:
        """A new link's secret part and when it ends, s since 1970. Raises Refused for a span that is too long."""
        if not 60.0 <= seconds <= LONGEST_S:
            raise Refused(f"a link lasts from a minute to {LONGEST_S / 3600:.0f} hours, not {seconds / 3600:g}")
        alive = {key: (whose, until) for key, (whose, until) in self._known.items() if until > now}
        if sum(whose == household for whose, _ in alive.values()) >= MOST:
            raise Refused(f"{household} has {MOST} links that still work; wait until some have ended, or end them all")
        token = secrets.token_urlsafe(18)
        self._known = {**alive, _hashed(token): (household, now + seconds)}
        self._write()
        return token, now + seconds

    def household(self, token: str, now: float) -> str:
        """Whose arrival a link shows; '' for one that has ended or never was."""
        household, until = self._known.get(_hashed(token[:100]), ("", 0.0))
        return household if now < until else ""

    def end(self, household: str) -> int:
        """End all links of a household; how many there were."""
        kept = {key: one for key, one in self._known.items() if one[0] != household}
        gone, self._known = len(self._known) - len(kept), kept
        self._write()
        return gone

    def _write(self) -> None:
        fresh = self.path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(orjson.dumps(self._known))
        fresh.replace(self.path)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
