"""Ties the circle: what the bus brings goes into the twin, what skills decide goes out, and nothing is forgotten.

One task reads the log and turns the circle; one keeps checkpoints (history, the snapshot, then the log may forget);
each connector has one that senses. Everything from outside, connectors included, is written to the log before the
circle turns; what connectors heard goes round before it is read back from there (ahead.py).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

import numpy as np

from homeward.app.ahead import Ahead
from homeward.app.broker import BrokerWatch
from homeward.app.checkpoint import load
from homeward.app.clock import LifeClock, lived_ns
from homeward.app.decisions import Decisions
from homeward.app.devices import Devices
from homeward.app.doors import Doors
from homeward.app.keeper import Keeper
from homeward.app.record import Scribe, stream_for
from homeward.app.settings import HubSettings
from homeward.app.tasks import end
from homeward.app.trouble import Trouble
from homeward.app.understand import Understanding
from homeward.bus.codec import Codec
from homeward.bus.decoded import Decoded
from homeward.bus.nats import Bus
from homeward.bus.reader import Messages
from homeward.bus.settings import Device, Place
from homeward.bus.speech import write_readings
from homeward.core.batch import Batch, Single
from homeward.core.circle import Circle, Turn
from homeward.core.connector import Clock, Connector
from homeward.core.signal import Command, Kind, Value, Wish
from homeward.core.skill import Skill
from homeward.core.standing import Event
from homeward.history import History, Recorder
from homeward.history.tables import DAY
from homeward.words import load_vocabulary

log = logging.getLogger(__name__)
LONGEST_WAIT_S = 30.0


class Hub:
    """A running homeward: `async with Hub(settings, skills) as hub: await hub.run()`."""

    def __init__(
        self,
        settings: HubSettings,
        skills: Sequence[Skill] = (),
        connectors: Iterable[Connector] = (),
        clock: Clock | None = None,
        prepare: Callable[[Circle], None] = lambda circle: None,
    ) -> None:
        self.settings = settings
        self.clock: Clock = clock or LifeClock()
        self._prepare = prepare
        self.circle = Circle(load_vocabulary(), skills)
        twin, limits = self.circle.twin, settings.limits
        self.codec = Codec(twin.nodes, twin.vocabulary, settings.operators, limits.most_a_second, limits.longest_text)
        self.history = History(settings.folder / "history")
        self.scribe = Scribe(Recorder(self.history, self.circle.twin.vocabulary), self.circle.twin)
        self.decisions, self.trouble, self.devices = Decisions(), Trouble(), Devices(settings.folder)
        self.bus = Bus(settings.bus)
        self.broker = BrokerWatch(self.bus, self.trouble)
        self.doors = Doors(self.bus, self.clock, self.trouble, self.circle.standings.stands)
        self.understanding = Understanding(self.doors.own, self.codec, self.circle, self.trouble)
        for connector in connectors:
            self.doors.add(connector)
        self.place: Place | None = None
        self.version = 0
        self.applied, self.unfit, self.resent = 0, 0, 0
        self._behind = 0
        self._caught_up, self._woken = asyncio.Event(), asyncio.Event()
        self.ahead = Ahead(self.bus, self.codec, self.clock, self._hear_ahead, lambda: not self.scribe.recorder.crowded)
        self.keeper = Keeper(
            settings.folder, self.circle, self.codec.resends, self.scribe, self.bus, self.ahead, self.trouble,
            lambda: (self.place, self.version),
        )  # fmt: skip
        self.ask_people: Callable[[Command], Coroutine[Any, Any, None]] = self.doors.act
        self._tasks: set[asyncio.Task[None]] = set()
        self._acting: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Restore what was known, start the bus and all tasks. Raises Refused, HistoryError or BusError, in words."""
        self.settings.folder.mkdir(parents=True, exist_ok=True)
        self.place, self.scribe.counted, problems = load(self.settings.folder, self.circle, self.codec.resends)
        for problem in problems:
            log.warning("%s", problem)
        self._prepare(self.circle)
        for household in self.circle.twin.nodes.households:
            self.decisions.restore(await asyncio.to_thread(self.history.last_commands, household))
        self.bus.at_once = self._hear_at_once
        self.bus.listen(self.doors.own.listen)
        self.bus.server.devices = tuple(self.known_devices())
        await self.bus.start(self.place)
        await self._name_stream()
        self._behind = self.bus.state.last if self.bus.state else 0
        if self._behind <= (self.place.sequence if self.place else 0):
            self._caught_up.set()
        for work in (self._read(), self.keeper.keep(), self.keeper.tidy(), self._wake(), self.broker.keep()):
            self._tasks.add(asyncio.create_task(work))
        await self.doors.start()

    async def _name_stream(self) -> None:
        state = self.bus.state
        if state is not None:
            same = self.place is None or self.place.stream == state.stream
            reached = await asyncio.to_thread(self.history.reached, "readings")
            self.scribe.stream = stream_for(reached, state.last, same)
        await asyncio.to_thread(self.scribe.resume, self.place.time - DAY if self.place else 0.0)

    async def stop(self) -> None:
        """End all tasks, keep what is known, end the bus."""
        await self.doors.stop()
        self.ahead.stop()
        async with self.ahead.settled():
            await end((*self._tasks, *self._acting))
            self._tasks.clear()
            try:
                await self.checkpoint()
            finally:
                await self.bus.stop()
                self.history.close()

    async def checkpoint(self) -> None:
        """Keep everything as it is now. Raises HistoryError, OSError or BusError."""
        await self.keeper.checkpoint()

    async def run(self) -> None:
        """Until cancelled, or until a task that must not end does: then raises what ended it."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    def add(self, name: str, kind: Kind) -> None:
        """Add a node at any time. Raises Refused."""
        self.circle.add(name, kind)
        self.version += 1

    def known_devices(self) -> list[Device]:
        """Everybody's credentials, with the foreign topics that templates give their nodes."""
        topics = {node: self.doors.own.topics_of(node) for node in self.devices.all}
        return [replace(one, topics=topics[node][0], hears=topics[node][1]) for node, one in self.devices.all.items()]

    # The circle's task.

    async def _read(self) -> None:
        async for messages, place in self.bus.batches():
            if self.scribe.recorder.has_much:
                await self.keeper.make_room()
            messages = self._read_back(messages)
            if messages.subjects:
                if not isinstance(self.clock, LifeClock):
                    messages.times_ns = [lived_ns(self.clock, time) for time in messages.times_ns]
                await self._hear(messages, place)
            self.place = place
            if place.sequence >= self._behind:
                self._caught_up.set()

    def _read_back(self, messages: Messages) -> Messages:
        """Note where in the log stands what went round ahead of it; the messages that are still to go."""
        messages, gone = self.bus.underway.read_back(messages)
        for news, sequence in gone:
            if isinstance(news, Single):
                self.scribe.later_one(news, sequence)
                self.applied += 1
            else:
                self.scribe.later(news, np.full(len(news), sequence))
                self.applied += len(news)
        return messages

    def _hear_ahead(self, news: Single | Batch) -> None:
        """Turn the circle by what connectors heard, before it is read back from the log."""
        if isinstance(news, Single):
            self._turn(partial(self.circle.turn_one, news, news.time), news.time)
        else:
            until = news.time.item(-1)
            self._turn(partial(self.circle.turn, news, until), until)

    async def _hear(self, messages: Messages, place: Place) -> None:
        until = messages.times_ns[-1] / 1e9
        if len(messages) == 1 and self._hear_one(messages, place):
            await asyncio.sleep(0)
            return
        understood = list(self.understanding.decode(messages))
        for decoded in understood:
            self._take(decoded, until)
        self.place = place  # before anything is awaited: a checkpoint must find both or neither
        await asyncio.sleep(0)  # what was decided goes out first
        self.scribe.catch_up()
        for decoded in understood:
            await self.bus.complain(decoded.faults)

    def _take(self, decoded: Decoded, until: float) -> None:
        self.scribe.later(decoded.batch, decoded.sequences, decoded.answered)
        for wish in decoded.wishes:
            self.decisions.asked(_as_command(wish), wish.at)
        self.unfit += decoded.unfit
        self.resent += decoded.resent
        self.applied += len(decoded.batch)
        self._turn(partial(self.circle.turn, decoded.batch, until, decoded.wishes), until)

    def _hear_at_once(self, messages: Messages, place: Place) -> bool:
        """Hear a message that came alone, straight from the socket; False where more is to be done for it."""
        if self.scribe.recorder.crowded or not isinstance(self.clock, LifeClock):
            return False
        return self._hear_one(messages, place)

    def _hear_one(self, messages: Messages, place: Place) -> bool:
        """Hear a message that came alone, if nothing but a turn is to be done for it."""
        until = messages.times_ns[0] / 1e9
        if learned := self.understanding.learn(messages):
            one, turned = learned.one, partial(self.circle.turn_learned, *learned, until)
        elif (read := self.understanding.read(messages)) is not None:
            one, turned = read, partial(self.circle.turn_one, read, until)
        else:
            return False
        self._turn(turned, until)
        self.scribe.later_one(one, messages.sequences[0])
        self.applied += 1
        self.place = place
        asyncio.get_running_loop().call_soon(self.scribe.catch_up)  # what was decided goes out first
        return True

    def _turn(self, turned: Callable[..., Turn], until: float) -> None:
        turn = Turn(out=self._carry_out)
        try:
            turned(turn=turn)
        except Exception as problem:  # a fault of ours: one stretch of news may suffer, the house must not
            log.exception("the circle stumbled")
            self.trouble.say("circle", f"a stretch of news was not fully understood: {problem!r}; please report this")
            turn.hand_out()
        self.version += 1
        for words in turn.problems:
            log.warning("%s", words)
        self.scribe.turn(turn, until)
        self._woken.set()

    def _carry_out(self, event: Event) -> None:
        if event.sends:
            command = event.command
            by_hand = self.circle.standings.gate.by_hand(self.circle.twin.nodes.number(command.node))
            task = asyncio.create_task(self.ask_people(command) if by_hand else self.doors.begin(command))
            self._acting.add(task)
            task.add_done_callback(self._acting.discard)
        self.decisions.take(event)

    async def _wake(self) -> None:
        """Turn the circle when something falls due without news; first comes what the log still holds from before."""
        await self._caught_up.wait()
        while True:
            self._woken.clear()
            due = self.circle.next_due()
            wait = LONGEST_WAIT_S if due is None else (due - self.clock.now()) / self.clock.speed
            if wait > 0:
                self.scribe.resumed()  # the log has been read, and all that fell due meanwhile has come to pass
                with suppress(TimeoutError):  # not wait_for, which in Python 3.11 may swallow the end of the task
                    async with asyncio.timeout(min(wait, LONGEST_WAIT_S)):
                        await self._woken.wait()
                continue
            now = self.clock.now()
            self._turn(partial(self.circle.turn, Batch.empty(), now), now)
            stuck = self.circle.next_due() == due
            await asyncio.sleep(1.0 if stuck else 0.0)

    # What comes from surfaces.

    async def tell_readings(self, node: str, readings: Mapping[str, Value], leaf: str = "told") -> None:
        """Put into the log what the hub itself says (settings, the zone), or somebody over the API (`readings`).

        Stored when it returns. Raises BusError.
        """
        await self.bus.store(f"homeward.{node.replace('/', '.')}.{leaf}", write_readings(readings, None))

    async def ask(self, wish: Wish) -> str:
        """Put a wish into the log, in the name of `wish.by`, to be settled in its turn; its id. Raises BusError."""
        id = await self.bus.ask(wish)
        self.decisions.asked(_as_command(replace(wish, id=id)), self.clock.now())
        self.version += 1
        return id


def _as_command(wish: Wish) -> Command:
    return Command(wish.node, wish.path, wish.value, wish.until or 0.0, wish.why, wish.by, wish.id)
