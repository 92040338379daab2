"""What connectors told, on its way into the log: kept until it is read back from there, sent again if it was not taken.

One alone goes as it is; what is told within a moment goes as one bundle. The server takes what one connection brings in
order. So what is read back before something sent earlier says that the earlier was refused (a full log); and what a
connection that was lost had not brought back is sent again on the next.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import time_ns
from zlib import crc32

from homeward.bus.outbox import Outbox
from homeward.bus.parcels import Parcels
from homeward.bus.reader import Messages
from homeward.bus.routes import HEARD_LEAF
from homeward.bus.settings import BusError
from homeward.bus.speech import write_readings
from homeward.bus.told import MESSAGE_BYTES, READING_BYTES, Sent, Told
from homeward.core.batch import Batch, Single
from homeward.core.connector import Message, Unread

MOST_BYTES = 32_000_000
ANSWERS_LEAF = b".outcomes"
OURS = (HEARD_LEAF, ANSWERS_LEAF)
OVERDUE_NS = 2_000_000_000


class Underway:
    """All that is on its way, in order. `written` is told what has just been handed to the server.

    `back_ns` is the time of the last that was read back. While it is shut, what comes waits here, and what was
    told as read is understood when it is read back: until then there are older messages to be read.
    """

    def __init__(self, outbox: Outbox, largest_bytes: int) -> None:
        self.written: Callable[[list[Sent]], None] = lambda sent: None
        self.back_ns = 0
        self._outbox = outbox
        self.parcels = Parcels(largest_bytes)
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
        told = Told(subject, self._next_ns())
        self._understand(told, message)
        self._keep(told)

    def tell_unread(self, subject: bytes, unread: Unread) -> None:
        """The same for what is read when it is sent."""
        if len(unread.source.form.paths) >= self._most_readings:  # by itself it is told if it is too large
            if (message := unread.read()) is not None:
                self.tell(subject, message)
            return
        if (size := self._size) > MOST_BYTES:
            self._check(subject)
        self._size = size + MESSAGE_BYTES + len(unread.payload)
        self._waiting.append(Told(subject, self._next_ns(), unread=unread))

    def _keep(self, told: Told) -> None:
        self._size += told.size
        self._waiting.append(told)

    def _understand(self, told: Told, message: Message) -> None:
        told.message = message
        if message.at is not None:
            told.payload = write_readings(message.readings, message.at)
            told.mark = crc32(told.payload)
        if self._open and len(message.readings) < self._most_readings:
            told.single = self.parcels.hear(told.subject, message, told.mark, told.time_ns)
        if told.single is None:
            told.payload = told.payload or write_readings(message.readings)
            self._outbox.check(told.subject, told.payload)

    def answer(self, subject: bytes, payload: bytes) -> None:
        """The same for an outcome (`…outcomes`) that the hub itself has to tell, after all that was told before."""
        self._check(subject)
        self._outbox.check(subject, payload)
        self._keep(Told(subject, self._next_ns(), payload))

    def _check(self, subject: bytes) -> None:
        if self._size > MOST_BYTES:
            raise BusError(f"{subject.decode()} could not be sent: the log takes nothing, or too little")

    def _next_ns(self) -> int:
        now = time_ns()
        self._last_ns = now = now if now > self._last_ns else self._last_ns + 1
        return now

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
        self._size -= sum([one.size for one in waiting])
        for one in self.parcels.of(waiting):
            self._size += len(one.payload)
            self._send(one)
        return len(waiting)

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

    def may_pass(self, subject: bytes) -> bool:
        """Whether a message under it can be heard without asking here: nothing older is awaited, and it is not ours."""
        return self._open and not subject.endswith(OURS)

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
