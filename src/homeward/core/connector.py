"""What a door to the world must offer the hub, and the clock that both go by."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from homeward.core.signal import Broken, Command, Value

Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]
Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]


class ConnectorError(Broken):
    """A connector could not do its job; the text says what was wrong, where, and what would be right."""


class Message(NamedTuple):
    """Readings of one node as a connector heard them; `at` by the sender's clock, None for the moment of arrival.

    `stored` is called when the log has it; `more` says that another message follows at once.
    """

    node: str
    readings: Mapping[str, Value]
    at: float | None = None
    stored: Callable[[], None] | None = None
    more: bool = False


class Form(Protocol):
    """How payloads of one sort are read, many at once: each says something of each of these paths."""

    paths: tuple[str, ...]

    def numbers(self, payloads: Sequence[bytes]) -> tuple[Table, Bools]:
        """The values `(n, p)` of payloads, encoded, and which of them `(n,)` take a closer look; never raises."""

    def one(self, payload: bytes) -> list[float] | None:
        """The values of one payload; None where it takes a closer look."""


class Source(Protocol):
    """Of which node some messages tell, and in which form."""

    @property
    def node(self) -> str:
        """Its name."""

    @property
    def form(self) -> Form:
        """How they are read together."""

    def read(self, payload: bytes) -> Message | None:
        """What one says by itself, where it does not fit the form; None for nothing."""


class Unread(NamedTuple):
    """What a connector heard at this moment and has not read yet; `stored` as in `Message`."""

    source: Source
    payload: bytes
    stored: Callable[[], None] | None = None

    def read(self) -> Message | None:
        """What it says, read by itself; None for nothing, and then it need not be stored."""
        if (message := self.source.read(self.payload)) is not None:
            return message._replace(stored=self.stored)
        if self.stored:
            self.stored()
        return None


Tell = Callable[[Message | Unread], None]
"""Takes over what a connector heard. Raises Broken where it cannot be kept: then it was not taken over."""


class Clock(Protocol):
    """The time that the circle lives by: life's, or a simulation's that runs faster."""

    @property
    def speed(self) -> float:
        """How many of its seconds pass in one of ours."""

    def now(self) -> float:
        """The time now, s since 1970 UTC."""

    def of(self, wall: float) -> float:
        """The time that belongs to a moment of the system's clock."""


class Connector(Protocol):
    """One door to the world. What it senses goes through the log like everybody's messages."""

    name: str

    def takes(self, command: Command) -> bool:
        """Whether this door carries out such a command."""

    async def sense(self, clock: Clock, tell: Tell) -> None:
        """Tell everything heard, as it comes; ends only when cancelled. Raises ConnectorError when it cannot go on."""

    async def act(self, command: Command) -> str:
        """Carry out a command: returns what was done in a few words. Raises ConnectorError if it could not be done."""
