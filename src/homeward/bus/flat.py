"""Flat JSON objects of numbers in machine code: many payloads at once, the fields asked for straight into rows.

It reads what devices mostly send: one object, plain ASCII without escapes, nothing nested, numbers that a float holds
exactly before the point is set (up to 2^53, exponents up to 22), which is then rounded as every JSON reader does. Of
anything else it says that it has not read it; it takes nothing for right that orjson does not, and reads it no other.
"""

from collections.abc import Collection, Sequence
from typing import Any, Protocol

import numpy as np
from numba import njit

from homeward.core.batch import Integers
from homeward.core.connector import Bools, Table
from homeward.core.memory import byte_at, number_at, put_number, whole_at

QUOTE, BACKSLASH, COLON, COMMA, OPENS, CLOSES = b'"\\:,{}'
MINUS, PLUS, POINT, ZERO, NINE = b"-+.09"
BLANK, TAB, NEWLINE, RETURN = b" \t\n\r"
SMALL_E, LARGE_E = b"eE"
TRUE, FALSE, NULL = (np.frombuffer(bytearray(word), np.uint8) for word in (b"true", b"false", b"null"))
LARGEST = 2**53
TENS = np.array([10.0**i for i in range(23)])
NOT = -1
"""The place after something that has not been read."""
FINE, COARSE = 1e9, 2.0**22
"""A scaled number has nine decimals; from COARSE on a float has no more than that anyway."""
FACTOR, OFFSET, HOW, WAY_WIDTH = range(4)
AS_IT_IS, SCALED, ROUNDED = range(3)


class Line(Protocol):
    """What stands there times `factor`, plus `offset`; rounded if it must be `whole`."""

    @property
    def factor(self) -> float:
        """What to multiply by."""

    @property
    def offset(self) -> float:
        """What to add then."""

    @property
    def whole(self) -> bool:
        """Whether to round."""


class Flat:
    """Reads the fields of these keys, each of which is there once; `truths` are those where true is 1 and false 0.

    Of one payload by itself they are scaled as `lines` say, None where they are taken as they are.
    """

    def __init__(
        self, keys: Sequence[str], truths: Collection[str] = (), lines: Sequence[Line | None] | None = None
    ) -> None:
        encoded = [key.encode() for key in keys]
        self._keys = np.frombuffer(bytearray(b"".join(encoded)) or bytearray(1), np.uint8)
        self._starts = np.cumsum([0, *map(len, encoded)])
        self._truths = np.array([key in truths for key in keys] or [False], np.uint8)
        self._row = np.zeros(len(keys))
        ways = [(1.0, 0.0, AS_IT_IS) if one is None else (one.factor, one.offset, SCALED + one.whole)
                for one in lines or [None] * len(keys)]  # fmt: skip
        self._ways = np.array(ways, np.float64)
        arrays = self._keys, self._starts, self._truths, self._row, self._ways
        self.places = np.array([len(keys), *(one.ctypes.data for one in arrays)])
        """What `read_row` wants to know of it, which is where things lie as long as there is this object."""

    def one(self, payload: bytes) -> list[float] | None:
        """The fields of one payload; None if it was not read, or has not a number (or a truth) in each of them."""
        return self.row() if _read_one(payload, self.places) else None

    def row(self) -> list[float]:
        """The fields of the payload that was read last by itself."""
        return self._row.tolist()

    def numbers(self, payloads: Sequence[bytes]) -> tuple[Table, Bools]:
        """The fields of payloads `(n, k)`, NaN for what is no number or not there; which payloads `(n,)` were read."""
        values, members = self.members(payloads)
        return values, members != NOT

    def members(self, payloads: Sequence[bytes]) -> tuple[Table, Integers]:
        """The same with the number of members that each object has, fields or not; NOT for what was not read."""
        values = np.full((len(payloads), len(self._starts) - 1), np.nan)
        members = np.zeros(len(payloads), np.int64)
        starts = np.zeros(len(payloads) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, payloads), np.int64, len(payloads)), out=starts[1:])
        text = np.frombuffer(bytearray().join(payloads) or bytearray(1), np.uint8)
        _read_all(text, starts, self._keys, self._starts, self._truths, values, members)
        return values, members


@njit(cache=True)
def _read_all(text: Any, starts: Any, keys: Any, key_starts: Any, truths: Any, values: Any, members: Any) -> None:
    count = values.shape[1]
    asked = (keys.ctypes.data, key_starts.ctypes.data, truths.ctypes.data, count)
    for i in range(len(members)):
        row = values.ctypes.data + 8 * count * i
        members[i] = _read_object(text.ctypes.data, starts[i], starts[i + 1], asked, row)


@njit(cache=True)
def _read_one(data: bytes, places: Any) -> bool:
    return read_row(np.frombuffer(data, np.uint8).ctypes.data, len(data), places)


@njit(cache=True)
def read_row(text: Any, size: int, places: Any) -> bool:
    """Read one payload into the row of a `Flat` with these places, scaled; whether there is a number in each field."""
    count, keys, key_starts, truths, row, ways = places[0], places[1], places[2], places[3], places[4], places[5]
    for field in range(count):
        put_number(row, field, np.nan)
    if _read_object(text, 0, size, (keys, key_starts, truths, count), row) == NOT:
        return False
    for field in range(count):
        value = _scaled(number_at(row, field), ways + 8 * WAY_WIDTH * field)
        if np.isnan(value):
            return False
        put_number(row, field, value)
    return True


@njit(cache=True)
def _scaled(number: Any, way: Any) -> Any:
    how = number_at(way, HOW)
    if how == AS_IT_IS:
        return number
    scaled = number * number_at(way, FACTOR) + number_at(way, OFFSET)
    if -COARSE < scaled < COARSE:
        scaled = np.rint(scaled * FINE) / FINE
    return (np.rint(scaled) if how == ROUNDED else scaled) + 0.0


@njit(cache=True)
def _read_object(text: Any, at: int, end: int, asked: Any, row: Any) -> int:
    """How many members an object has, NOT if it cannot be read here."""
    _, _, truths, count = asked
    at = _behind(text, at, end, OPENS)
    if at != NOT and _behind(text, at, end, CLOSES) != NOT:
        return 0 if _blank(text, _behind(text, at, end, CLOSES), end) == end else NOT
    expected, members = 0, 0
    while at != NOT:
        at = _behind(text, at, end, QUOTE)
        close = _string_end(text, at, end)
        if close == NOT:
            return NOT
        members += 1
        field = _field(text, at, close, asked, expected)
        at = _behind(text, close + 1, end, COLON)
        if at == NOT:
            return NOT
        value, at = _value(text, _blank(text, at, end), end, field != NOT and byte_at(truths, field) == 1)
        if field != NOT:
            put_number(row, field, value)
            expected = field + 1 if field + 1 < count else 0
        if at == NOT:
            return NOT
        last = _behind(text, at, end, CLOSES)
        if last != NOT:
            return members if _blank(text, last, end) == end else NOT
        at = _behind(text, at, end, COMMA)
    return NOT


@njit(cache=True)
def _blank(text: Any, at: int, end: int) -> int:
    while at < end:
        sign = byte_at(text, at)
        if sign != BLANK and sign != TAB and sign != NEWLINE and sign != RETURN:
            break
        at += 1
    return at


@njit(cache=True)
def _behind(text: Any, at: int, end: int, sign: int) -> int:
    """The place behind a sign, which may have blanks before it."""
    if at == NOT:
        return NOT
    at = _blank(text, at, end)
    return at + 1 if at < end and byte_at(text, at) == sign else NOT


@njit(cache=True)
def _string_end(text: Any, at: int, end: int) -> int:
    """Where a string's closing quote is."""
    if at == NOT:
        return NOT
    while at < end:
        sign = byte_at(text, at)
        if sign == QUOTE:
            return at
        if sign < 32 or sign > 126 or sign == BACKSLASH:
            return NOT
        at += 1
    return NOT


@njit(cache=True)
def _field(text: Any, at: int, close: int, asked: Any, expected: int) -> int:
    """Which field a key is of, NOT for none that is asked for; most come in the order in which they are asked for."""
    keys, key_starts, _, count = asked
    for turn in range(count):
        field = expected + turn if expected + turn < count else expected + turn - count
        start = whole_at(key_starts, field)
        if whole_at(key_starts, field + 1) - start != close - at:
            continue
        same = True
        for i in range(close - at):
            if byte_at(text, at + i) != byte_at(keys, start + i):
                same = False
                break
        if same:
            return field
    return NOT


@njit(cache=True)
def _value(text: Any, at: int, end: int, truth: bool) -> tuple[float, int]:
    """A number and the place behind it; NaN for a text or a word, unless it is a `truth`."""
    if at >= end:
        return np.nan, NOT
    sign = byte_at(text, at)
    if sign == MINUS or ZERO <= sign <= NINE:
        return _number(text, at, end)
    if sign == QUOTE:
        close = _string_end(text, at + 1, end)
        return np.nan, close + 1 if close != NOT else NOT
    if _is(text, at, end, TRUE):
        return 1.0 if truth else np.nan, at + 4
    if _is(text, at, end, FALSE):
        return 0.0 if truth else np.nan, at + 5
    if _is(text, at, end, NULL):
        return np.nan, at + 4
    return np.nan, NOT


@njit(cache=True)
def _is(text: Any, at: int, end: int, word: Any) -> bool:
    same = 0
    while same < len(word) and at + same < end and byte_at(text, at + same) == word[same]:
        same += 1
    return same == len(word)


@njit(cache=True)
def _number(text: Any, at: int, end: int) -> tuple[float, int]:
    minus = byte_at(text, at) == MINUS
    at += minus
    first = at
    whole, at = _digits(text, at, end, 0)
    if at == NOT or (byte_at(text, first) == ZERO and at - first > 1):
        return np.nan, NOT
    is_whole, shift = True, 0
    if at < end and byte_at(text, at) == POINT:
        point = at + 1
        whole, at = _digits(text, point, end, whole)
        is_whole, shift = False, point - at
    if at != NOT and at < end and (byte_at(text, at) == SMALL_E or byte_at(text, at) == LARGE_E):
        is_whole, (power, at) = False, _power(text, at + 1, end)
        shift += power
    if at == NOT or whole > LARGEST or shift < -22 or shift > 22:
        return np.nan, NOT
    value = float(whole)
    value = value / TENS[-shift] if shift < 0 else value * TENS[shift]
    return (-value if minus and not (is_whole and whole == 0) else value), at


@njit(cache=True)
def _digits(text: Any, at: int, end: int, number: int) -> tuple[int, int]:
    """The number with one or more digits behind it, and the place behind those."""
    first = at
    while at < end and ZERO <= byte_at(text, at) <= NINE:
        number = number * 10 + (byte_at(text, at) - ZERO)
        at += 1
        if number > LARGEST:
            return number, NOT
    return number, at if at > first else NOT


@njit(cache=True)
def _power(text: Any, at: int, end: int) -> tuple[int, int]:
    minus = at < end and byte_at(text, at) == MINUS
    if minus or (at < end and byte_at(text, at) == PLUS):
        at += 1
    power, at = _digits(text, at, end, 0)
    return (-power if minus else power), at
