"""Checkpoints: history is written, then the snapshot, then the log may forget. One at a time, and never half."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, time

from homeward.app.ahead import Ahead
from homeward.app.checkpoint import freeze, save
from homeward.app.record import Scribe
from homeward.app.trouble import Trouble
from homeward.bus.nats import Bus
from homeward.bus.resends import Resends
from homeward.bus.settings import Place
from homeward.core.circle import Circle
from homeward.core.signal import Broken

CHECKPOINT_S, QUIET_S, FEW_ROWS = 2.0, 10.0, 5_000
"""Every two seconds, or every ten while little is to be written and the log has room to hold it: a small machine's disk
wears out by commits rather than by rows."""
TIDY_S = 600.0


class Keeper:
    """Keeps a hub's state every few seconds; `reached` says where in the log and at which version it is.

    `kept_at` is when the last checkpoint was done (s since 1970, 0 for never), `kept_in_s` what it took.
    """

    def __init__(
        self,
        folder: Path,
        circle: Circle,
        resends: Resends,
        scribe: Scribe,
        bus: Bus,
        ahead: Ahead,
        trouble: Trouble,
        reached: Callable[[], tuple[Place | None, int]],
    ) -> None:
        self._folder, self._circle, self._resends, self._scribe = folder, circle, resends, scribe
        self._bus, self._ahead, self._trouble, self._reached = bus, ahead, trouble, reached
        self.kept_at, self.kept_in_s = 0.0, 0.0
        self._kept, self._log_is_full = -QUIET_S, False
        self._saved: tuple[Place | None, int] = (None, -1)
        self._keeping = asyncio.Lock()
        self._flushing: asyncio.Task[None] | None = None

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(CHECKPOINT_S)
            if self._log_is_full or self._scribe.waiting >= FEW_ROWS or monotonic() - self._kept >= QUIET_S:
                with suppress(OSError, Broken):  # told by checkpoint; tried again with everything still in memory
                    await self.checkpoint()
            with suppress(Broken):  # the server is away; what was told waits
                again = await self._bus.send_again()
                self._log_is_full = again > 0
                full = f"it did not take {again} messages of connectors, which are sent again; has it room?"
                self._trouble.say("log", full if again else "")

    async def checkpoint(self) -> None:
        """History, then the snapshot, then the log may forget. Raises HistoryError or OSError.

        Goes on to its end when the caller is cancelled.
        """
        await asyncio.shield(self._checkpoint())

    async def _checkpoint(self) -> None:
        async with self._keeping:
            if self._flushing:
                await asyncio.wait((self._flushing,))
            if self._reached() != self._saved:
                try:
                    await self._write()
                except (OSError, Broken) as problem:
                    self._tell(problem)
                    raise

    async def _write(self) -> None:
        async with self._ahead.settled():
            place, version = self._reached()
            if place is None:
                return
            began = monotonic()
            self._hand_over(place)
            plain, arrays = freeze(self._circle, place, self._scribe.kept, self._resends)
        await asyncio.to_thread(self._scribe.recorder.flush)
        await asyncio.to_thread(save, self._folder, plain, arrays)
        await self._bus.acknowledge(place)
        self._saved, self._kept, self.kept_at = (place, version), monotonic(), time()
        self.kept_in_s = self._kept - began
        self._trouble.say("disk", "")

    def _hand_over(self, place: Place) -> None:
        self._scribe.catch_up(all=True)
        self._scribe.reached(place.sequence)

    async def make_room(self) -> None:
        """Have history written beside all else while much waits for it; wait only while that is too much.

        What is not read yet is safe in the log, and the log can hold it.
        """
        recorder = self._scribe.recorder
        while recorder.has_much:
            if self._flushing is None or self._flushing.done():
                place, _ = self._reached()
                if place is not None:
                    self._hand_over(place)
                self._flushing = asyncio.create_task(self._flush())
            if not recorder.crowded:
                return
            await asyncio.shield(self._flushing)

    async def _flush(self) -> None:
        try:
            await asyncio.to_thread(self._scribe.recorder.flush, durable=False)  # the next checkpoint will be
        except (OSError, Broken) as problem:
            self._tell(problem)
            await asyncio.sleep(CHECKPOINT_S)

    def _tell(self, problem: Exception) -> None:
        self._trouble.say("disk", f"what happens cannot be kept: {problem}; it stays in the log until it can")

    async def tidy(self) -> None:
        """Have history gather its small files now and then, until cancelled."""
        while True:
            await asyncio.sleep(TIDY_S)
            try:
                await asyncio.to_thread(self._scribe.recorder.history.compact, apart=True)
                self._trouble.say("history", "")
            except Broken as problem:
                self._trouble.say("history", str(problem))
