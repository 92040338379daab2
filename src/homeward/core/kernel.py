"""The inner loop of learning, in machine code: messages into the tables, and whom they call.

All it works on is in one array of addresses, `lies`; what lies there is named below. A condition is steps in the order
they are worked out: two answers are on the stack before the step that joins them. A message that needs a closer look
(texts, people, a home that moves, conditions over time) is left as if it had not come.
"""

from math import isnan, nan
from typing import Any

import numpy as np
from numba import njit

from homeward.core.memory import byte_at, number_at, put_byte, put_number, put_whole, whole_at
from homeward.core.nodes import NONE
from homeward.core.signal import Kind
from homeward.core.way import closing_in, way_of_one

PERSON, VEHICLE, HOME = int(Kind.PERSON), int(Kind.VEHICLE), int(Kind.HOME)

NODE, TIME, AT, STARTS, VALUE, SIGNAL = range(6)
"""The columns of a `Batch`."""
KIND, ROW, HOUSEHOLD, FIRST_HOME, CLOCK, DUE = range(6, 12)
"""Of nodes: kind (bytes), row, household. Of households: the first home's row, the clock, when it is next due."""
CLOSER, WAY, READER_STARTS, READER, STEP_STARTS, STEP, NUMBER, SUBJECT, CALLS, TRUTH = range(12, 22)
"""Signals that need a closer look (bytes), those of the way home; conditions, as `Asks` has them, with the addresses of
what was true of each (bytes by row)."""
UNDO_SIGNAL, UNDO_VALUE, UNDO_TIME, TURNED, TURNED_ROW, SEEN, SERIAL = range(22, 29)
"""Room for what one message changes: cells as they were, conditions that turn; the message each was asked for last."""
TABLES, SLOTS, VALUES, TIMES, WIDTH, FIRST, NEXT, TABLE = 29, 0, 1, 2, 3, 4, 5, 6
"""By kind: slots, values and times, the width of these two, the first row of a household and the next of a row."""
PLACES = TABLES + TABLE * len(Kind)

LATITUDE, LONGITUDE, DISTANCE, BEARING, SPEED, CLOSING, IS_HOME, HOME_LATITUDE, HOME_LONGITUDE = range(9)
AND, OR, LESS, AT_MOST, MORE, AT_LEAST, EQUAL, UNEQUAL = range(8)
WHAT, OF_KIND, OF_SIGNAL, OTHER, EACH, STEP_WIDTH = range(6)
HOLDING, ALWAYS = 2, 3
MOST_TURNS = 256


@njit(cache=True)
def learn(node: Any, time: Any, at: Any, starts: Any, signal: Any, value: Any, order: Any, held: Any, lies: Any) -> Any:
    """Learn the messages `order` of a batch's columns, of each household up to the first that takes more than that.

    Returns the first of each household that needs a closer look and has not been learned; all behind these, and behind
    those that call; and who is called (c, 3): message, ask, row. `held` is False for all households.
    """
    before = lies[:KIND].copy()
    lies[NODE], lies[TIME], lies[AT] = node.ctypes.data, time.ctypes.data, at.ctypes.data
    lies[STARTS], lies[SIGNAL], lies[VALUE] = starts.ctypes.data, signal.ctypes.data, value.ctypes.data
    first, behind = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    firsts = behinds = calls = 0
    called = np.empty((len(order) + MOST_TURNS, 3), np.int64)
    for i in order:
        household = whole_at(lies[HOUSEHOLD], whole_at(lies[NODE], i))
        if held[household]:
            behind[behinds] = i
            behinds += 1
            continue
        count = learn_one(i, lies, called.ctypes.data + 24 * calls, len(called) - calls)
        if count < 0:
            first[firsts] = i
            firsts += 1
        else:
            calls += count
        held[household] = count != 0
    lies[:KIND] = before
    return first[:firsts], behind[:behinds], called[:calls]


@njit(cache=True)
def learn_one(i: Any, lies: Any, called: Any, room: Any) -> Any:
    """Learn a message: how many it calls; -1 if it needs a closer look, and all is as it was.

    At the address `called` there is `room` for rows of three: message, ask, row.
    """
    household = whole_at(lies[HOUSEHOLD], whole_at(lies[NODE], i))
    now = max(number_at(lies[TIME], i), number_at(lies[CLOCK], household))
    if number_at(lies[DUE], household) <= now or room < MOST_TURNS:
        return -1
    turns = _learned(i, household, lies)
    if turns < 0:
        return -1
    put_number(lies[CLOCK], household, now)
    return _turn(i, turns, lies, called)


@njit(cache=True)
def _learned(i: Any, household: Any, lies: Any) -> Any:
    """Write a message and what follows from it; how many conditions turn, -1 if it needs a closer look."""
    node = whole_at(lies[NODE], i)
    kind, row = byte_at(lies[KIND], node), whole_at(lies[ROW], node)
    begin, end = whole_at(lies[STARTS], i), whole_at(lies[STARTS], i + 1)
    if kind == PERSON:
        return -1
    for j in range(begin, end):
        signal = whole_at(lies[SIGNAL], j)
        if byte_at(lies[CLOSER], signal) or _place(signal, kind, row, lies) < 0:
            return -1
    at, n, is_moved, is_said = number_at(lies[AT], i), 0, False, False
    was, since = _cell(DISTANCE, row, lies) if kind == VEHICLE else (nan, nan)
    for j in range(begin, end):
        signal = whole_at(lies[SIGNAL], j)
        if _is_written(signal, number_at(lies[VALUE], j), at, kind, row, lies, n):
            n += 1
            if kind == VEHICLE:
                is_said |= signal == whole_at(lies[WAY], DISTANCE)
                is_moved |= is_said or signal == whole_at(lies[WAY], LATITUDE)
                is_moved |= signal == whole_at(lies[WAY], LONGITUDE)
    if is_moved:
        n = _follow(is_said, at, was, at - since, row, household, lies, n)
    lies[SERIAL] += 1
    turns = 0
    for k in range(n):
        turns = _asked(whole_at(lies[UNDO_SIGNAL], k), kind, row, household, lies, turns)
        if turns < 0:
            _undo(n, kind, row, lies)
            return -1
    return turns


@njit(cache=True)
def _place(signal: Any, kind: Any, row: Any, lies: Any) -> Any:
    """Where among a table's cells a row has a signal; below 0 where it has no slot."""
    slot = whole_at(lies[TABLES + TABLE * kind + SLOTS], signal)
    return slot if slot < 0 else row * lies[TABLES + TABLE * kind + WIDTH] + slot


@njit(cache=True)
def _cell(which: Any, row: Any, lies: Any) -> Any:
    """Value and time of one of a vehicle's signals of the way home."""
    place = _place(whole_at(lies[WAY], which), VEHICLE, row, lies)
    table = TABLES + TABLE * VEHICLE
    return number_at(lies[table + VALUES], place), number_at(lies[table + TIMES], place)


@njit(cache=True)
def _is_written(signal: Any, value: Any, at: Any, kind: Any, row: Any, lies: Any, n: Any) -> Any:
    """Write a cell unless what is known is newer; what it held is kept in the place `n`."""
    place, table = _place(signal, kind, row, lies), TABLES + TABLE * kind
    values, times = lies[table + VALUES], lies[table + TIMES]
    if not at >= number_at(times, place):
        return False
    put_whole(lies[UNDO_SIGNAL], n, signal)
    put_number(lies[UNDO_VALUE], n, number_at(values, place))
    put_number(lies[UNDO_TIME], n, number_at(times, place))
    put_number(values, place, value)
    put_number(times, place, at)
    return True


@njit(cache=True)
def _undo(n: Any, kind: Any, row: Any, lies: Any) -> None:
    """Have the cells as they were before a message."""
    table = TABLES + TABLE * kind
    for k in range(n - 1, -1, -1):
        place = _place(whole_at(lies[UNDO_SIGNAL], k), kind, row, lies)
        put_number(lies[table + VALUES], place, number_at(lies[UNDO_VALUE], k))
        put_number(lies[table + TIMES], place, number_at(lies[UNDO_TIME], k))


@njit(cache=True)
def _follow(is_said: Any, at: Any, was: Any, gap: Any, row: Any, household: Any, lies: Any, n: Any) -> Any:
    """Write what follows for a vehicle that moved, as `WayHome.follow` does; how many cells are written by then."""
    distance, earlier = _cell(DISTANCE, row, lies)[0], _cell(SPEED, row, lies)[0]
    if not is_said:
        distance, bearing = _measured(row, household, lies)
        if not isnan(distance):
            n += _is_written(whole_at(lies[WAY], DISTANCE), distance, at, VEHICLE, row, lies, n)
        if not isnan(bearing):
            n += _is_written(whole_at(lies[WAY], BEARING), bearing, at, VEHICLE, row, lies, n)
    speed, closing, there = closing_in(distance, was, gap, earlier, _cell(IS_HOME, row, lies)[0])
    if not (isnan(speed) and isnan(earlier)):
        n += _is_written(whole_at(lies[WAY], SPEED), speed, at, VEHICLE, row, lies, n)
        n += _is_written(whole_at(lies[WAY], CLOSING), closing, at, VEHICLE, row, lies, n)
    if not isnan(there):
        n += _is_written(whole_at(lies[WAY], IS_HOME), there, at, VEHICLE, row, lies, n)
    return n


@njit(cache=True)
def _measured(row: Any, household: Any, lies: Any) -> Any:
    """Distance and bearing from a vehicle to the household's first home."""
    home, cells = whole_at(lies[FIRST_HOME], household), lies[TABLES + TABLE * HOME + VALUES]
    if home == NONE:
        return nan, nan
    latitude = number_at(cells, _place(whole_at(lies[WAY], HOME_LATITUDE), HOME, home, lies))
    longitude = number_at(cells, _place(whole_at(lies[WAY], HOME_LONGITUDE), HOME, home, lies))
    return way_of_one(_cell(LATITUDE, row, lies)[0], _cell(LONGITUDE, row, lies)[0], latitude, longitude)


@njit(cache=True)
def _asked(signal: Any, kind: Any, own: Any, household: Any, lies: Any, turns: Any) -> Any:
    """Ask what reads the signal of a row, and note what turns; how many by then, -1 if one needs a closer look.

    What was asked for the same message before is not asked again.
    """
    for k in range(whole_at(lies[READER_STARTS], signal), whole_at(lies[READER_STARTS], signal + 1)):
        ask = whole_at(lies[READER], k)
        if whole_at(lies[SEEN], ask) == lies[SERIAL]:
            continue
        put_whole(lies[SEEN], ask, lies[SERIAL])
        of, truth, calls = whole_at(lies[SUBJECT], ask), whole_at(lies[TRUTH], ask), whole_at(lies[CALLS], ask)
        row = own if of == kind else whole_at(lies[TABLES + TABLE * of + FIRST], household)
        while row != NONE:
            if truth == 0 or turns == MOST_TURNS:
                return -1
            if calls == ALWAYS or _answer(ask, of, row, household, lies) != byte_at(truth, row):
                if calls == HOLDING:
                    return -1
                put_whole(lies[TURNED], turns, ask)
                put_whole(lies[TURNED_ROW], turns, row)
                turns += 1
            row = NONE if of == kind else whole_at(lies[TABLES + TABLE * of + NEXT], row)
    return turns


@njit(cache=True)
def _turn(message: Any, turns: Any, lies: Any, called: Any) -> Any:
    """Remember what turned; who is called by that, and how many."""
    count = 0
    for k in range(turns):
        ask, row = whole_at(lies[TURNED], k), whole_at(lies[TURNED_ROW], k)
        calls, truth = whole_at(lies[CALLS], ask), whole_at(lies[TRUTH], ask)
        if calls != ALWAYS:
            answer = 1 - byte_at(truth, row)
            put_byte(truth, row, answer)
            if answer != calls:
                continue
        put_whole(called, 3 * count, message)
        put_whole(called, 3 * count + 1, ask)
        put_whole(called, 3 * count + 2, row)
        count += 1
    return count


@njit(cache=True)
def _answer(ask: Any, subject: Any, row: Any, household: Any, lies: Any) -> Any:
    """Whether a condition is true of a subject's row, 1 or 0, as `core.bind` says it."""
    stack = 0  # an answer a bit, the last lowest
    for k in range(whole_at(lies[STEP_STARTS], ask), whole_at(lies[STEP_STARTS], ask + 1)):
        what, kind = whole_at(lies[STEP], STEP_WIDTH * k), whole_at(lies[STEP], STEP_WIDTH * k + OF_KIND)
        if what == AND:
            stack = (stack >> 1) & (stack | ~1)
        elif what == OR:
            stack = (stack >> 1) | (stack & 1)
        elif kind == subject:
            stack = stack << 1 | _holds(k, kind, row, lies)
        else:
            stack = stack << 1 | _holds_of_any(k, kind, household, lies)
    return stack & 1


@njit(cache=True)
def _holds_of_any(k: Any, kind: Any, household: Any, lies: Any) -> Any:
    """Whether a step is so of any row of a household, or of each of them where it says so."""
    table, each = TABLES + TABLE * kind, whole_at(lies[STEP], STEP_WIDTH * k + EACH) == 1
    row = whole_at(lies[table + FIRST], household)
    if row == NONE:
        return False
    while row != NONE:
        if _holds(k, kind, row, lies) != each:
            return not each
        row = whole_at(lies[table + NEXT], row)
    return each


@njit(cache=True)
def _holds(k: Any, kind: Any, row: Any, lies: Any) -> Any:
    """Whether a signal of a row is so, compared with a number, or with another signal; what is not known is not."""
    step, cells = lies[STEP] + 8 * STEP_WIDTH * k, lies[TABLES + TABLE * kind + VALUES]
    what, other = whole_at(step, WHAT), whole_at(step, OTHER)
    left, right = number_at(cells, _place(whole_at(step, OF_SIGNAL), kind, row, lies)), number_at(lies[NUMBER], k)
    if other != NONE:
        right = number_at(cells, _place(other, kind, row, lies))
    if isnan(left) or isnan(right):
        return False
    if what == LESS:
        return left < right
    if what == AT_MOST:
        return left <= right
    if what == MORE:
        return left > right
    if what == AT_LEAST:
        return left >= right
    return (left == right) == (what == EQUAL)
