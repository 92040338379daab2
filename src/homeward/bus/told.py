"""What connectors told, before it is sent and while it is on its way into the log."""

from collections.abc import Callable
from dataclasses import dataclass, field

from homeward.bus.resends import Mark
from homeward.core.batch import Batch, Single
from homeward.core.connector import Message, Unread

MESSAGE_BYTES, READING_BYTES = 400, 150
"""What there is of a message at most besides its readings, and what a number with its path takes."""


@dataclass(slots=True, eq=False)
class Told:
    """Something that waits to be sent. `payload` is b"" where it is in plain numbers and has no time of its own."""

    subject: bytes
    time_ns: int
    payload: bytes = b""
    message: Message | None = None
    single: Single | None = None
    mark: int = 0
    unread: Unread | None = None

    @property
    def is_heard(self) -> bool:
        """Whether a connector heard it; else it is what became of a command."""
        return self.message is not None or self.unread is not None

    @property
    def size(self) -> int:
        """How many bytes it counts for while it waits."""
        return MESSAGE_BYTES + len(self.unread.payload if self.unread else self.payload)

    @property
    def most_bytes(self) -> int:
        """How many it takes at most when it is sent with others; 0 where it goes by itself."""
        if self.unread:
            return MESSAGE_BYTES + READING_BYTES * len(self.unread.source.form.paths)
        return MESSAGE_BYTES + READING_BYTES * len(self.single.signals) if self.single else 0

    @property
    def stored(self) -> Callable[[], None] | None:
        """Who wants to know when the log has it."""
        told = self.message or self.unread
        return told.stored if told else None


@dataclass(slots=True, eq=False)
class Sent:
    """A message of the log on its way there. `time_ns` is when it was heard, which goes with it.

    `news` is what it says, None where that must be read from it; `acted` whether it has gone round the circle already.
    `marks` are what those in it are known by that might be sent again.
    """

    subject: bytes
    payload: bytes
    time_ns: int
    news: Single | Batch | None
    is_heard: bool
    marks: tuple[Mark, ...] = ()
    stored: list[Callable[[], None]] = field(default_factory=list)
    acted: bool = False
    is_back: bool = False

    @property
    def header(self) -> bytes:
        """When it was heard, as NATS has headers."""
        return b"NATS/1.0\r\nHeard: %d\r\n\r\n" % self.time_ns
