"""What is told to a sender whose message could not be understood, bounded so that a flood of garbage costs little."""

from dataclasses import dataclass

import orjson

from homeward.core.vocabulary import Vocabulary

SHORT = 200
MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Fault:
    """One message that was not applied: where it came from, what was wrong, and the nearest right name, if any."""

    subject: str
    time: float
    error: str
    path: str = ""
    nearest: str = ""
    payload: bytes = b""

    @property
    def answer_subject(self) -> str:
        """The NATS subject on which its sender is told; '' if the topic names no node."""
        parts = self.subject.split(".")
        return ".".join([*parts[:3], "errors"]) if len(parts) >= 4 and parts[0] == "homeward" else ""

    def encoded(self) -> bytes:
        """The payload for `…/errors`; long input is shown by its first 200 bytes."""
        shown = self.payload[:SHORT].decode(errors="replace") + "…" * (len(self.payload) > SHORT)
        return orjson.dumps({"error": self.error, "path": self.path, "nearest": self.nearest, "payload": shown})


class Allowance:
    """At most so many of something a second, for each who asks and in all; seconds are those of the log."""

    def __init__(self, each: int, all: int) -> None:
        self.each, self.all = each, all
        self._second = 0
        self._total = 0
        self._used: dict[bytes, int] = {}

    def take(self, who: bytes, time: float) -> bool:
        """Whether one more is allowed to them at that time; one that comes late counts in the second there is."""
        if int(time) > self._second:
            self._second, self._total, self._used = int(time), 0, {}
        used = self._used.get(who, 0)
        if used >= self.each or self._total >= self.all:
            return False
        self._used[who] = used + 1
        self._total += 1
        return True


class Nearest:
    """The nearest right path, remembered, and looked up a few times a second at most (a look-up costs milliseconds)."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, str] = {}
        self._allowance = Allowance(each=3, all=10)

    def to(self, path: str, who: bytes, time: float) -> str:
        """The nearest path, or '' if there is none or too many were asked for this second."""
        path = path[:SHORT]
        if path not in self._known:
            if not self._allowance.take(who, time):
                return ""
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[path] = self._vocabulary.nearest(path)
        return self._known[path]
