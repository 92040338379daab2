"""What connectors told, on its way into the log: kept until it is read back from there, sent again if it was not taken.

The server takes what one connection brings in order. So what is read back before something sent earlier says that the
earlier was refused (a full log); and what a connection that was lost had not brought back is sent again on the next.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import time_ns

from homeward.bus.outbox import Outbox
from homeward.bus.reader import Messages
from homeward.bus.routes import HEARD_LEAF
from homeward.bus.settings import BusError
from homeward.core.batch import Single
from homeward.core.connector import Message

MOST_BYTES = 32_000_000


@dataclass(slots=True, eq=False)
class Sent:
    """A payload on its way. `time_ns` is when it was heard, which goes with it into the log.

    `single`: how it has gone round the circle already; None where it is still to go, once it is read back.
    """

    subject: bytes
    payload: bytes
    time_ns: int
    message: Message | None
    single: Single | None = None

    @property
    def header(self) -> bytes:
        """When it was heard, as NATS has headers."""
        return b"NATS/1.0\r\nHeard: %d\r\n\r\n" % self.time_ns


class Underway:
    """All that is on its way, in order. `written` is told what has just been handed to the server.

    `back_ns` is the time of the last that was read back. While it is shut, what comes waits here.
    """

    def __init__(self, outbox: Outbox, written: Callable[[list[Sent]], None] = lambda sent: None) -> None:
        self.written, self.back_ns = written, 0
        self._outbox = outbox
        self._open = self._telling = False
        self._waiting: list[Sent] = []
        self._unwritten: list[Sent] = []
        self._sent: OrderedDict[int, Sent] = OrderedDict()
        self._refused: list[Sent] = []
        self._size = 0
        self._first_ns = self._last_ns = time_ns()
        outbox.written = self._written

    @property
    def is_open(self) -> bool:
        """Whether what is put goes out."""
        return self._open

    @property
    def count(self) -> int:
        """How many are on their way, or wait."""
        return len(self._waiting) + len(self._unwritten) + len(self._sent) + len(self._refused)

    def put(self, subject: bytes, payload: bytes, message: Message | None = None) -> None:
        """Send it with the next `Outbox.go`. Raises BusError, TooLarge included: then it was not taken over."""
        self._outbox.check(subject, payload)
        if self._size > MOST_BYTES:
            raise BusError(f"{subject.decode()} could not be sent: the log takes nothing, or too little")
        self._last_ns = max(time_ns(), self._last_ns + 1)
        one = Sent(subject, payload, self._last_ns, message)
        self._size += len(payload)
        if self._open:
            self._send(one)
        else:
            self._waiting.append(one)

    def _send(self, one: Sent) -> None:
        self._outbox.put(one.subject, one.payload, one.header)
        self._unwritten.append(one)

    def open(self) -> None:
        """Let everything out: the log has been read to its end, so what has not come back is not in it."""
        self._open = True
        waiting, self._waiting = self._waiting, []
        self.send_again()
        for one in waiting:
            self._send(one)
        self._outbox.go()

    def shut(self) -> None:
        """Let nothing out until it is opened again."""
        self._open = False

    def send_again(self) -> None:
        """Send what has not come back; to be said only when the log has been read to its end."""
        again = [*self._refused, *self._sent.values()]
        self._refused.clear()
        self._sent.clear()
        for one in again:
            self._send(one)
        self._outbox.go()

    def _written(self) -> None:
        if self._telling:  # what it leads to is written in its turn
            return
        self._telling = True
        try:
            while self._unwritten:
                written, self._unwritten = self._unwritten, []
                self._sent.update((one.time_ns, one) for one in written)
                self.written([one for one in written if one.message and not one.single])
        finally:
            self._telling = False

    def read_back(self, messages: Messages) -> tuple[Messages, list[tuple[Single, int]]]:
        """The messages that are still to go round, and those that did, each with its place in the log."""
        if self._last_ns == self._first_ns:
            return messages, []
        rest, gone = Messages(), []
        for subject, payload, time, sequence in zip(
            messages.subjects, messages.payloads, messages.times_ns, messages.sequences, strict=True
        ):
            heard = subject.endswith(HEARD_LEAF)
            one = self._sent.get(time) if heard else self._unheard(subject, payload)
            if one is not None:
                self._is_back(one)
            if one is not None and one.single is not None:
                gone.append((one.single, sequence))
            elif one is not None or not heard or not self._first_ns < time <= self._last_ns:
                rest.append(subject, payload, time, sequence)  # what is left out was sent twice, and has been back
        return rest, gone

    def _unheard(self, subject: bytes, payload: bytes) -> Sent | None:
        """The one that this is, of those that carry no time in the log."""
        return next(
            (
                one
                for one in self._sent.values()
                if not one.message and (one.subject, one.payload) == (subject, payload)
            ),
            None,
        )

    def _is_back(self, one: Sent) -> None:
        """Take it out; those sent before it were refused."""
        while (first := self._sent.popitem(last=False)[1]) is not one:
            self._refused.append(first)
        self._size -= len(one.payload)
        self.back_ns = max(self.back_ns, one.time_ns)
        if one.message and one.message.stored:
            one.message.stored()
