"""What connectors heard goes round the circle at once, while it is on its way into the log.

It has been handed to the log's server by then, with the time it was heard at, so that the log read again says the same.
When it is read back from there, only its place is noted. Order is kept within a connector: where one message must go
the long way (a new signal, a text, something that does not fit), those behind it do too until it has been read back.
Read docs/decisions/0036-ahead-of-the-log.md.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

from homeward.app.clock import LifeClock, lived_ns
from homeward.bus.codec import Codec
from homeward.bus.hearing import Columns, Hearing
from homeward.bus.nats import Bus
from homeward.bus.told import Sent
from homeward.core.batch import Batch, Single
from homeward.core.connector import Clock, Form, Message, Unread

FARTHEST_BEHIND_NS = 100_000_000
"""So far behind the log it is read in its order again: what came by other doors should not wait for what is newer."""
SETTLED_S = 0.25
"""The log gives back within milliseconds what went ahead of it, unless its server is away or it is full."""


class Lived:
    """Hears by a clock that is not life's."""

    def __init__(self, hearing: Hearing, clock: Clock) -> None:
        self._hearing, self._clock = hearing, clock

    def one(self, subject: bytes, message: Message, mark: int, time_ns: int) -> Single | None:
        """As `Hearing.one`."""
        return self._hearing.one(subject, message, mark, lived_ns(self._clock, time_ns))

    def unread(self, subject: bytes, unread: Unread, time_ns: int) -> Single | None:
        """As `Hearing.unread`."""
        return self._hearing.unread(subject, unread, lived_ns(self._clock, time_ns))

    def many(
        self, form: Form, subjects: Sequence[bytes], payloads: Sequence[bytes], times_ns: Sequence[int]
    ) -> Columns | None:
        """As `Hearing.many`."""
        return self._hearing.many(form, subjects, payloads, [lived_ns(self._clock, one) for one in times_ns])


class Ahead:
    """Acts on what connectors heard as soon as the server has it; `turn` takes that round the circle.

    `may` says whether that may be done just now.
    """

    def __init__(
        self, bus: Bus, codec: Codec, clock: Clock, turn: Callable[[Single | Batch], None], may: Callable[[], bool]
    ) -> None:
        self._bus, self._codec, self._turn, self._may = bus, codec, turn, may
        self._acted_ns = 0
        self._left: deque[Sent] = deque()
        self._holding = 0
        self._is_acting = False
        ears = codec.ears if isinstance(clock, LifeClock) else Lived(codec.ears, clock)
        bus.underway.parcels.read_by(ears, codec.bundles)
        bus.underway.written = self.written

    def written(self, sent: list[Sent]) -> None:
        """Act on what the server has just been given, or leave it for when it is read back."""
        self._left += sent
        if self._is_acting:  # what a turn leads to has its own turn
            return
        self._is_acting = True
        try:
            self._act(not self._holding and self._bus.behind_ns() < FARTHEST_BEHIND_NS and self._may())
        finally:
            self._is_acting = False

    def _act(self, may_act: bool) -> None:
        while self._left:
            one = self._left[0]
            if not one.is_back and not one.acted:  # one that was sent again may be here twice
                if not may_act or one.news is None:
                    return
                if one.marks and not self._codec.resends.are_new(one.marks, one.time_ns):
                    one.news = None  # some of it was said before: what is new in it is found when it is read back
                    return
                one.acted, self._acted_ns = True, one.time_ns
                self._turn(one.news)
            self._left.popleft()

    def stop(self) -> None:
        """Act on nothing any more."""
        self._holding += 1

    @asynccontextmanager
    async def settled(self) -> AsyncGenerator[bool]:
        """Go ahead of the log no more for so long; whether all that went ahead of it has been read back."""
        self._holding += 1
        try:
            loop = asyncio.get_running_loop()
            until = loop.time() + SETTLED_S
            while not (done := self._bus.underway.back_ns >= self._acted_ns) and loop.time() < until:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
            yield done
        finally:
            self._holding -= 1
            self.written([])  # what was told meanwhile
