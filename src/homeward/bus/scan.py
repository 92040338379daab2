"""Messages of the log in a stream of bytes, found in machine code: where their parts are, without a copy of any.

It takes one message after the other as the log's consumer delivers them (`HMSG subject sid reply header-size size`; the
reply names sequence and time), and stops before anything else: other words of the protocol, questions of the server, a
message that is not the next.
"""

from typing import Any

import numpy as np
from numba import njit

from homeward.bus.routes import HEARD_LEAF
from homeward.core.memory import byte_at

LARGEST = 9 * 10**17
MOST = 1024
"""Messages found at once."""

MQTT_COPY = b"$MQTT.msgs."
STATE = ("found", "at", "delivered", "position", "time")
"""What one array of numbers has first: how many were found and the place behind them, then the last one's number at the
consumer, its place in the log and its time. Behind them stands each of MESSAGE; one array, as each costs its time."""
MESSAGE = ("subject", "subject end", "payload", "payload end", "time", "sequence")
SPACE, DOT, RETURN, NEWLINE, ZERO, NINE = b" .\r\n09"
_WORDS = (b"HMSG ", b"MSG ", b"$JS.ACK.", MQTT_COPY, HEARD_LEAF, b"Nmqtt-Pub:", b"Heard:")
WITH_HEADER, WITHOUT, DELIVERED, COPY, OURS, PUBLISHED, HEARD = (np.frombuffer(bytearray(w), np.uint8) for w in _WORDS)


class Scan:
    """Finds messages, and knows the last: its place in the log and its time there (ns)."""

    def __init__(self) -> None:
        self.position = self.time_ns = self.found = 0
        self._told = np.zeros(len(STATE) + MOST * len(MESSAGE), np.int64)
        self._begin = self._told[: len(STATE) + len(MESSAGE)]
        self._first: list[int] = []
        self.find(b" ", 0)  # where it was never used before, it takes a second to compile

    def find(self, data: bytes, at: int) -> int:
        """Find messages from a place on, as many as go; the place behind them."""
        _find(data, at, self._told)
        self.found, at, _, self.position, self.time_ns, *self._first = self._begin.tolist()
        return at

    def parts(self, data: bytes) -> tuple[list[bytes], list[bytes], list[int], list[int]]:
        """Subjects, payloads, times (ns) and sequences of what was found in these bytes."""
        if self.found == 1:
            subject, subject_end, payload, payload_end, time, sequence = self._first
            return [data[subject:subject_end]], [data[payload:payload_end]], [time], [sequence]
        every = self._told[len(STATE) :][: self.found * len(MESSAGE)].reshape(self.found, len(MESSAGE))
        subjects, subject_ends, payloads, payload_ends, times, sequences = every.T.tolist()
        return (
            [data[i:j] for i, j in zip(subjects, subject_ends, strict=True)],
            [data[i:j] for i, j in zip(payloads, payload_ends, strict=True)],
            times,
            sequences,
        )


@njit(cache=True)
def _find(data: bytes, at: int, told: Any) -> None:
    """Find messages, as STATE and MESSAGE say."""
    text, size, found = np.frombuffer(data, np.uint8).ctypes.data, len(data), 0
    while found < MOST:
        subject, subject_end, reply, reply_end, body, payload, end = _line(text, at, size)
        if subject < 0 or end + 2 > size:
            break
        position, delivered, time = _delivery(text, reply, reply_end)
        if delivered != told[2] + 1:
            break
        told[2], told[3], told[4], at = delivered, position, time, end + 2
        if _begins(text, subject, subject_end, COPY):
            subject += len(COPY)
        elif 1 <= _said(text, body, payload, PUBLISHED) <= 2:
            continue  # the live copy of an MQTT message at QoS 1 or 2, whose stored copy comes (or came) by itself
        elif _begins(text, subject_end - len(OURS), subject_end, OURS):
            time = _said(text, body, payload, HEARD) or time  # when the hub heard it: only itself may write there
        one = told[5 + 6 * found :]
        one[0], one[1], one[2], one[3], one[4], one[5] = subject, subject_end, payload, end, time, position
        found += 1
    told[0], told[1] = found, at


@njit(cache=True)
def _line(text: Any, at: int, size: int) -> tuple[int, int, int, int, int, int, int]:
    """The places of subject and reply, each with its end, of header, payload and its end; -1 first for other lines."""
    nothing = (-1, 0, 0, 0, 0, 0, 0)
    headed = _begins(text, at, size, WITH_HEADER)
    if not headed and not _begins(text, at, size, WITHOUT):
        return nothing
    subject = at + (5 if headed else 4)
    subject_end = _field_end(text, subject, size)
    reply = _field_end(text, subject_end + 1, size) + 1
    reply_end = _field_end(text, reply, size)
    if reply_end >= size or not _begins(text, reply, reply_end, DELIVERED):
        return nothing
    header, at = 0, reply_end
    if headed:
        header, at = _number(text, at + 1, size)
    whole, at = _number(text, at + 1, size)
    if at + 1 >= size or byte_at(text, at) != RETURN or byte_at(text, at + 1) != NEWLINE or header > whole:
        return nothing
    return subject, subject_end, reply, reply_end, at + 2, at + 2 + header, at + 2 + whole


@njit(cache=True)
def _field_end(text: Any, at: int, size: int) -> int:
    while at < size and byte_at(text, at) != SPACE and byte_at(text, at) != RETURN:
        at += 1
    return at


@njit(cache=True)
def _number(text: Any, at: int, size: int) -> tuple[int, int]:
    number = 0
    while at < size and ZERO <= byte_at(text, at) <= NINE and number < LARGEST:
        number = number * 10 + (byte_at(text, at) - ZERO)
        at += 1
    return number, at


@njit(cache=True)
def _begins(text: Any, at: int, end: int, word: Any) -> bool:
    if at + len(word) > end:
        return False
    for i in range(len(word)):  # noqa: SIM110 - the compiler knows no generators
        if byte_at(text, at + i) != word[i]:
            return False
    return True


@njit(cache=True)
def _delivery(text: Any, reply: int, end: int) -> tuple[int, int, int]:
    """Sequence, the consumer's own count and time (ns): fields five to seven, seven to nine if a domain is before."""
    dots = 0
    for at in range(reply, end):
        dots += byte_at(text, at) == DOT
    before = 5 if dots == 8 else 7
    at = reply
    while before and at < end:
        before -= byte_at(text, at) == DOT
        at += 1
    position, at = _number(text, at, end)
    delivered, at = _number(text, at + 1, end)
    time, at = _number(text, at + 1, end)
    return position, delivered, time


@njit(cache=True)
def _said(text: Any, at: int, end: int, name: Any) -> int:
    """The whole number that a header gives for a name, 0 for none."""
    while at < end:
        if _begins(text, at, end, name):
            at += len(name)
            while at < end and byte_at(text, at) == SPACE:
                at += 1
            return _number(text, at, end)[0]
        at += 1
    return 0
