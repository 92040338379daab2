"""What connectors told, on its way into the log: kept until it is read back from there, sent again if it was not taken.

One alone goes as it is; what is told within a moment goes as one bundle. The server takes what one connection brings in
order. So what is read back before something sent earlier says that the earlier was refused (a full log); and what a
connection that was lost had not brought back is sent again on the next.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import time_ns
from zlib import crc32

from homeward.bus.bundle import Bundles
from homeward.bus.outbox import Outbox
from homeward.bus.reader import Messages
from homeward.bus.resends import Mark
from homeward.bus.routes import HEARD_LEAF, SUBJECT
from homeward.bus.settings import BusError
from homeward.bus.speech import write_readings
from homeward.core.batch import Batch, Single
from homeward.core.connector import Message

MOST_BYTES = 32_000_000
ANSWERS_LEAF = b".outcomes"
OURS = (HEARD_LEAF, ANSWERS_LEAF)
OVERDUE_NS = 2_000_000_000
READING_BYTES, MESSAGE_BYTES = 150, 400
"""What a number with its path, and what else there is of a message, takes at most."""
Understand = Callable[[bytes, Message, int, int], Single | None]
"""From a subject, what was told, its mark and when (ns) to plain numbers; None where that does not go."""


@dataclass(slots=True, eq=False)
class Told:
    """Something that waits to be sent. `payload` is b"" where it is in plain numbers and has no time of its own."""

    subject: bytes
    payload: bytes
    time_ns: int
    message: Message | None = None
    single: Single | None = None
    mark: int = 0


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


class Underway:
    """All that is on its way, in order. `written` is told what has just been handed to the server.

    `back_ns` is the time of the last that was read back. While it is shut, what comes waits here, and is understood
    when it is read back: until then there are older messages to be read.
    """

    def __init__(self, outbox: Outbox, largest_bytes: int) -> None:
        self.understand: Understand = lambda subject, message, mark, time_ns: None
        self.written: Callable[[list[Sent]], None] = lambda sent: None
        self.bundles: Bundles | None = None
        self.back_ns = 0
        self._outbox, self._largest = outbox, largest_bytes
        self._most_readings = (largest_bytes - MESSAGE_BYTES) // READING_BYTES
        self._open = self._telling = False
        self._waiting: list[Told] = []
        self._unwritten: list[Sent] = []
        self._sent: OrderedDict[int, Sent] = OrderedDict()
        self._refused: list[Sent] = []
        self._size = 0
        self._first_ns = self._last_ns = time_ns()
        outbox.fill, outbox.written = self._fill, self._written

    @property
    def is_open(self) -> bool:
        """Whether what is put goes out."""
        return self._open

    @property
    def count(self) -> int:
        """How many are on their way, or wait."""
        return len(self._waiting) + len(self._unwritten) + len(self._sent) + len(self._refused)

    def tell(self, subject: bytes, message: Message) -> None:
        """Send what a connector told with the next `Outbox.go`.

        Raises BusError, TooLarge included: then it was not taken over.
        """
        self._check(subject)
        time_ns, payload, mark, single = self._next_ns(), b"", 0, None
        if message.at is not None:
            payload = write_readings(message.readings, message.at)
            mark = crc32(payload)
        if self._open and len(message.readings) < self._most_readings:
            single = self.understand(subject, message, mark, time_ns)
        if single is None:
            payload = payload or write_readings(message.readings)
            self._outbox.check(subject, payload)
        self._size += MESSAGE_BYTES + len(payload)
        self._waiting.append(Told(subject, payload, time_ns, message, single, mark))

    def answer(self, subject: bytes, payload: bytes) -> None:
        """The same for an outcome (`…outcomes`) that the hub itself has to tell, after all that was told before."""
        self._check(subject)
        self._outbox.check(subject, payload)
        self._size += MESSAGE_BYTES + len(payload)
        self._waiting.append(Told(subject, payload, self._next_ns()))

    def _check(self, subject: bytes) -> None:
        if self._size > MOST_BYTES:
            raise BusError(f"{subject.decode()} could not be sent: the log takes nothing, or too little")

    def _next_ns(self) -> int:
        self._last_ns = max(time_ns(), self._last_ns + 1)
        return self._last_ns

    def open(self) -> None:
        """Let everything out: the log has been read to its end, so what has not come back is not in it."""
        self._open = True
        self.send_again()

    def shut(self) -> None:
        """Let nothing out until it is opened again."""
        self._open = False

    def send_again(self) -> int:
        """Send what has not come back, and how much it is; to be said only when the log has been read to its end."""
        self._refused += self._sent.values()
        self._sent.clear()
        return self.send_refused()

    def send_refused(self) -> int:
        """Send again what the log is known to have refused, and how much it is."""
        refused, self._refused = self._refused, []
        for one in refused:
            self._send(one)
        self._outbox.go()
        return len(refused)

    @property
    def is_overdue(self) -> bool:
        """Whether something was sent so long ago that it should have been back, if the log was read to its end."""
        return bool(self._sent) and next(iter(self._sent)) < time_ns() - OVERDUE_NS

    def _fill(self) -> int:
        """Put what waits into the outbox; how much that was."""
        if not self._open or not self._waiting:
            return 0
        waiting, self._waiting = self._waiting, []
        for run in self._runs(waiting) if len(waiting) > 1 else (waiting,):
            self._send(self._alone(run[0]) if len(run) == 1 else self._bundle(run))
        return len(waiting)

    def _runs(self, waiting: list[Told]) -> Iterator[list[Told]]:
        """What can go together, in order."""
        run: list[Told] = []
        size = 0
        for one in waiting:
            takes = MESSAGE_BYTES + READING_BYTES * len(one.single.signals) if one.single else self._largest
            if run and size + takes > self._largest:
                yield run
                run, size = [], 0
            run.append(one)
            size += takes
        yield run

    def _alone(self, one: Told) -> Sent:
        self._size -= MESSAGE_BYTES + len(one.payload)
        payload = one.payload or write_readings(one.message.readings if one.message else {})
        stored = [one.message.stored] if one.message and one.message.stored else []
        self._size += len(payload)
        marks = _marks([one]) if one.payload else ()
        return Sent(one.subject, payload, one.time_ns, one.single, one.message is not None, marks, stored)

    def _bundle(self, run: list[Told]) -> Sent:
        assert self.bundles
        singles = [one.single for one in run if one.single]
        batch, last_ns = Batch.of_singles(singles), run[-1].time_ns
        payload = self.bundles.pack(singles, [one.mark for one in run], [last_ns - one.time_ns for one in run], batch)
        stored = [one.message.stored for one in run if one.message and one.message.stored]
        self._size += len(payload) - sum([MESSAGE_BYTES + len(one.payload) for one in run])
        return Sent(SUBJECT, payload, last_ns, batch, True, _marks(run), stored)

    def _send(self, one: Sent) -> None:
        self._outbox.put(one.subject, one.payload, one.header)
        self._unwritten.append(one)

    def _written(self) -> None:
        if self._telling:  # what it leads to is written in its turn
            return
        self._telling = True
        try:
            while self._unwritten:
                written, self._unwritten = self._unwritten, []
                self._sent.update((one.time_ns, one) for one in written)
                self.written([one for one in written if one.is_heard and not one.acted])
        finally:
            self._telling = False

    def read_back(self, messages: Messages) -> tuple[Messages, list[tuple[Single | Batch, int]]]:
        """The messages that are still to go round, and what went round already, each with its place in the log."""
        if not any(subject.endswith(OURS) for subject in messages.subjects):
            return messages, []
        rest, gone = Messages(), []
        for subject, payload, time, sequence in zip(
            messages.subjects, messages.payloads, messages.times_ns, messages.sequences, strict=True
        ):
            heard = subject.endswith(HEARD_LEAF)
            one = self._sent.get(time) if heard else None
            if subject.endswith(ANSWERS_LEAF):
                one = self._unheard(subject, payload)
            if one is not None:
                self._is_back(one)
            if one is not None and one.news is not None and one.acted:
                gone.append((one.news, sequence))
                continue
            if one is None and heard and self._first_ns < time <= self._last_ns:
                continue  # it was sent twice, and has been back
            if one is not None and one.news is not None and not one.marks:  # else it may have been said before
                news = one.news if isinstance(one.news, Batch) else Batch.of_singles([one.news])
                rest.understood[len(rest)] = news
            rest.append(subject, payload, time, sequence)
        return rest, gone

    def _unheard(self, subject: bytes, payload: bytes) -> Sent | None:
        """The one that this is, of those that carry no time in the log."""
        others = (one for one in self._sent.values() if not one.is_heard)
        return next((one for one in others if (one.subject, one.payload) == (subject, payload)), None)

    def _is_back(self, one: Sent) -> None:
        """Take it out; those sent before it were refused."""
        while (first := self._sent.popitem(last=False)[1]) is not one:
            self._refused.append(first)
        self._size -= len(one.payload)
        one.is_back = True
        self.back_ns = max(self.back_ns, one.time_ns)
        for stored in one.stored:
            stored()


def _marks(run: list[Told]) -> tuple[Mark, ...]:
    """What those are known by that say when it was."""
    return tuple(
        [
            (one.single.node, one.message.at, one.mark)
            for one in run
            if one.single and one.message and one.message.at is not None
        ]
    )
