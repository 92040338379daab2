"""What the server did to clients by itself, read from its own log: cut off, refused, dropped; counted by kind.

The hub never sees these messages, so the server's log is the only place where they are told. The server writes the
same warning at most once a second, so `dropped` and `full` count seconds in which it happened, not messages.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MOST_READ_BYTES = 1024 * 1024
GIVEN_UP = ("will be DISABLED", "ritical write error", "no space left")
"""In lines by which the server says that it, or one stream of it, stores nothing more until it is started again."""
KINDS = {
    "payload": ("maximum payload exceeded", "Maximum Payload Violation"),
    "forbidden": ("Publish Violation", "Subscription Violation", "Permissions Violation"),
    "credentials": ("authentication error",),
    "slow": ("Slow Consumer Detected",),
    "dropped": ("IPQ len limit reached", "excessive stream ingest rate"),
    "full": ("maximum bytes exceeded", "resource limits exceeded", "failed to store a msg", *GIVEN_UP),
}
SECOND_LINE = "unable to connect: authentication error"
CLIENT = re.compile(r"\b[mc]id:(\d+) - ")
USER = re.compile(r'"\w+/user:([\w-]+)"')
SUBJECT = re.compile(r'Subject "([^"]*)"')


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing the server did: its kind, to which client (its number, and user if told), the subject, the line."""

    kind: str
    line: str
    client: int = 0
    user: str = ""
    subject: str = ""


def incident_in(line: str) -> Incident | None:
    """The incident that a line of the server's log tells of, if it does.

    >>> incident_in('[ERR] 127.0.0.1:1 - mid:14 - "x" - maximum payload exceeded: 300025 vs 262144').kind
    'payload'
    """
    if SECOND_LINE in line:
        return None
    kind = next((kind for kind, signs in KINDS.items() if any(sign in line for sign in signs)), None)
    if kind is None:
        return None
    client, user, subject = CLIENT.search(line), USER.search(line), SUBJECT.search(line)
    return Incident(
        kind,
        line[-300:],
        int(client[1]) if client else 0,
        user[1] if user else "",
        subject[1][:200] if subject else "",
    )


class Watch:
    """Follows the server's log from where it ends now on; `counts` are incidents by kind since then."""

    def __init__(self, path: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._path = path
        self._file: IO[bytes] | None = None
        self._began = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def look(self) -> list[Incident]:
        """What was written since the last look; at most a mebibyte, the rest comes with the next one."""
        found = [one for line in self._lines() if (one := incident_in(line))]
        self.counts.update(one.kind for one in found)
        return found

    def close(self) -> None:
        """Let go of the file."""
        if self._file:
            self._file.close()
            self._file = None

    def _lines(self) -> Iterator[str]:
        data = self._rest + self._read()
        *lines, self._rest = data.split(b"\n")
        self._rest = self._rest[-MOST_READ_BYTES:]
        for line in lines:
            yield line.decode(errors="replace")

    def _read(self) -> bytes:
        """What is new; when the server has begun another file, first the rest of the old one."""
        try:
            if self._file is None:
                self._file = self._path.open("rb")
                self._file.seek(self._began)
                self._began = 0
            data = self._file.read(MOST_READ_BYTES)
            if not data and self._path.stat().st_ino != _inode(self._file):
                self.close()
            return data
        except OSError:
            return b""


def _inode(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_ino
