"""What connectors heard goes round the circle at once, while it is on its way into the log.

It has been handed to the log's server by then, with the time it was heard at, so that the log read again says the same.
When it is read back from there, only its place is noted. Order is kept within a connector: where one message must go
the long way (a new signal, a text, something that does not fit), those behind it do too until it has been read back.
Read docs/decisions/0036-ahead-of-the-log.md.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from homeward.bus.codec import Codec
from homeward.bus.nats import Bus
from homeward.bus.underway import Sent
from homeward.core.batch import Single
from homeward.core.connector import Clock

FARTHEST_BEHIND_NS = 100_000_000
"""So far behind the log it is read in its order again: what came by other doors should not wait for what is newer."""
SETTLED_S = 1.0


class Ahead:
    """Acts on what connectors heard as soon as the server has it; `turn` takes messages round the circle.

    `may` says whether that may be done just now.
    """

    def __init__(
        self, bus: Bus, codec: Codec, clock: Clock, turn: Callable[[list[Single]], None], may: Callable[[], bool]
    ) -> None:
        self._bus, self._codec, self._clock, self._turn, self._may = bus, codec, clock, turn, may
        self._acted_ns = self._left_ns = 0
        self._holding = 0
        bus.underway.written = self.written

    def written(self, sent: list[Sent]) -> None:
        """Act on what the server has just been given, or leave it for when it is read back."""
        underway = self._bus.underway
        if (
            self._holding
            or underway.back_ns < self._left_ns
            or self._bus.behind_ns() > FARTHEST_BEHIND_NS
            or not self._may()
        ):
            self._left_ns = sent[-1].time_ns if sent else self._left_ns
            return
        singles = []
        for one in sent:
            assert one.message
            time_ns, message = int(self._clock.of(one.time_ns / 1e9) * 1e9), one.message
            single = self._codec.heard(one.subject, message.readings, message.at, one.payload, time_ns)
            if single is None:
                self._left_ns = sent[-1].time_ns
                break
            one.single = single
            self._acted_ns = one.time_ns
            singles.append(single)
        if singles:
            self._turn(singles)

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
