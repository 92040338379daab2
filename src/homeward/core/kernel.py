"""The inner loop of learning, in machine code: messages into the tables, and whom they call.

Tables of a kind are (rows, slots); a condition is steps in the order they are worked out: two answers are on the stack
before the step that joins them. A message that needs a closer look (texts, people, a home that moves, conditions over
time) is left as if it had not come.
"""

from math import isnan, nan
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from homeward.core.nodes import NONE
from homeward.core.signal import Kind
from homeward.core.way import closing_in, way_of_one

PERSON, VEHICLE, HOME = int(Kind.PERSON), int(Kind.VEHICLE), int(Kind.HOME)
LATITUDE, LONGITUDE, DISTANCE, BEARING, SPEED, CLOSING, IS_HOME, HOME_LATITUDE, HOME_LONGITUDE = range(9)
AND, OR, LESS, AT_MOST, MORE, AT_LEAST, EQUAL, UNEQUAL = range(8)
SLOTS, VALUES, TIMES, WIDTH, FIRST, NEXT = range(6)
HOLDING, ALWAYS = 2, 3
MOST_TURNS = 256


def _access(width: Any, kind: Any) -> Any:
    """Intrinsics that read, and write, the number in a place behind an address."""

    def pointer(builder: Any, args: Any) -> Any:
        return builder.gep(builder.inttoptr(args[0], width.as_pointer()), [args[1]])

    def read(context: Any, address: Any, place: Any) -> Any:
        def code(target: Any, builder: Any, signature: Any, args: Any) -> Any:
            found = builder.load(pointer(builder, args))
            return found if kind is types.float64 else builder.sext(found, ir.IntType(64))

        return kind(types.int64, types.int64), code

    def write(context: Any, address: Any, place: Any, value: Any) -> Any:
        def code(target: Any, builder: Any, signature: Any, args: Any) -> Any:
            number = args[2] if kind is types.float64 else builder.trunc(args[2], width)
            builder.store(number, pointer(builder, args))
            return target.get_dummy_value()

        return types.void(types.int64, types.int64, kind), code

    return intrinsic(read), intrinsic(write)


number_at, put_number = _access(ir.DoubleType(), types.float64)
whole_at, _ = _access(ir.IntType(64), types.int64)
byte_at, put_byte = _access(ir.IntType(8), types.int64)


@njit(cache=True)
def learn(batch: Any, order: Any, nodes: Any, tables: Any, way: Any, closer: Any, asks: Any, times: Any) -> Any:
    """Learn the messages `order`, of each household up to the first that takes more than that.

    Returns the first of each household that needs a closer look and has not been learned; all behind these, and behind
    those that call; and who is called (c, 3): message, ask, row. batch: the columns of a `Batch`. nodes: kind, row and
    household by node, first homes. tables: by kind, see `Quick`. way: the signals of `WayHome`. closer: the signals
    (v,) that need a closer look. asks: see `Asks`. times: the households' clocks, and when each is next due.
    """
    clock, due = times
    first, behind = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    firsts = behinds = calls = 0
    called = np.empty((len(order) + MOST_TURNS, 3), np.int64)
    held = np.zeros(len(clock), np.bool_)
    undo = np.empty(len(closer), np.int64), np.empty(len(closer)), np.empty(len(closer))
    turned = np.empty(MOST_TURNS, np.int64), np.empty(MOST_TURNS, np.int64), np.full(len(asks[5]), -1)
    for i in order:
        household = nodes[2][batch[0][i]]
        if held[household]:
            behind[behinds] = i
            behinds += 1
            continue
        now, count = max(batch[1][i], clock[household]), -1
        if due[household] > now and calls + MOST_TURNS <= len(called):
            count = _learn(i, batch, nodes, tables, way, closer, asks, undo, turned, called[calls:])
        if count >= 0:
            clock[household] = now
            calls += count
        else:
            first[firsts] = i
            firsts += 1
        held[household] = count != 0
    return first[:firsts], behind[:behinds], called[:calls]


@njit(cache=True)
def _learn(
    i: Any, batch: Any, nodes: Any, tables: Any, way: Any, closer: Any, asks: Any, undo: Any, turned: Any, called: Any
) -> Any:
    """Learn a message: how many it calls; -1 if it needs a closer look, and all is as it was."""
    node, _, at, starts, signal, value = batch
    kind, row, household = nodes[0][node[i]], nodes[1][node[i]], nodes[2][node[i]]
    start = 8 * row * tables[kind, WIDTH]
    slot, cells, known = tables[kind, SLOTS], tables[kind, VALUES] + start, tables[kind, TIMES] + start
    if kind == PERSON:
        return -1
    for j in range(starts[i], starts[i + 1]):
        if closer[signal[j]] or whole_at(slot, signal[j]) < 0:
            return -1
    here = slot, cells, known
    was, since = nan, nan
    if kind == VEHICLE:
        cell = whole_at(slot, way[DISTANCE])
        was, since = number_at(cells, cell), number_at(known, cell)
    n, is_moved, is_said = 0, False, False
    for j in range(starts[i], starts[i + 1]):
        if _is_written(signal[j], value[j], at[i], here, undo, n):
            n += 1
            if kind == VEHICLE:
                is_said |= signal[j] == way[DISTANCE]
                is_moved |= is_said or signal[j] == way[LATITUDE] or signal[j] == way[LONGITUDE]
    if is_moved:
        n = _follow(is_said, at[i], (was, since), nodes[3][household], here, tables, way, undo, n)
    turns = 0
    for k in range(n):
        turns = _turned(undo[0][k], i, kind, row, household, tables, asks, turned, turns)
        if turns < 0:
            for back in range(n - 1, -1, -1):
                cell = whole_at(slot, undo[0][back])
                put_number(cells, cell, undo[1][back])
                put_number(known, cell, undo[2][back])
            return -1
    return _turn(i, turned, turns, asks, called)


@njit(cache=True)
def _is_written(signal: Any, value: Any, at: Any, here: Any, undo: Any, n: Any) -> Any:
    """Write a cell unless what is known is newer; what it held is kept in the place `n` of `undo`."""
    slot, cells, known = here
    cell = whole_at(slot, signal)
    if not at >= number_at(known, cell):
        return False
    undo[0][n], undo[1][n], undo[2][n] = signal, number_at(cells, cell), number_at(known, cell)
    put_number(cells, cell, value)
    put_number(known, cell, at)
    return True


@njit(cache=True)
def _follow(is_said: Any, at: Any, before: Any, home: Any, here: Any, tables: Any, way: Any, undo: Any, n: Any) -> Any:
    """Write what follows for a vehicle that moved, as `WayHome.follow` does; how many cells are written by then."""
    slot, cells, _ = here
    distance, earlier = _cell(slot, cells, way[DISTANCE]), _cell(slot, cells, way[SPEED])
    if not is_said:
        distance, bearing = _measured(
            _cell(slot, cells, way[LATITUDE]), _cell(slot, cells, way[LONGITUDE]), home, tables, way
        )
        if not isnan(distance):
            n += _is_written(way[DISTANCE], distance, at, here, undo, n)
        if not isnan(bearing):
            n += _is_written(way[BEARING], bearing, at, here, undo, n)
    speed, closing, there = closing_in(distance, before[0], at - before[1], earlier, _cell(slot, cells, way[IS_HOME]))
    if not (isnan(speed) and isnan(earlier)):
        n += _is_written(way[SPEED], speed, at, here, undo, n)
        n += _is_written(way[CLOSING], closing, at, here, undo, n)
    if not isnan(there):
        n += _is_written(way[IS_HOME], there, at, here, undo, n)
    return n


@njit(cache=True)
def _measured(latitude: Any, longitude: Any, home: Any, tables: Any, way: Any) -> Any:
    """Distance and bearing to the home of that row."""
    if home == NONE:
        return nan, nan
    slot, cells = tables[HOME, SLOTS], tables[HOME, VALUES] + 8 * home * tables[HOME, WIDTH]
    return way_of_one(
        latitude, longitude, _cell(slot, cells, way[HOME_LATITUDE]), _cell(slot, cells, way[HOME_LONGITUDE])
    )


@njit(cache=True)
def _cell(slot: Any, cells: Any, signal: Any) -> Any:
    """What a row holds of a signal."""
    return number_at(cells, whole_at(slot, signal))


@njit(cache=True)
def _turned(
    signal: Any, message: Any, kind: Any, own: Any, household: Any, tables: Any, asks: Any, turned: Any, turns: Any
) -> Any:
    """Add the conditions, and their rows, to `turned` that turn by a signal of a row; how many then.

    -1 if one takes a closer look. What was asked for the same message before is not asked again.
    """
    reader_start, reader, _, _, _, subject, calls, truth = asks
    for k in range(reader_start[signal], reader_start[signal + 1]):
        ask = reader[k]
        if turned[2][ask] == message:
            continue
        turned[2][ask], of = message, subject[ask]
        row = own if of == kind else whole_at(tables[of, FIRST], household)
        while row != NONE:
            if truth[ask] == 0 or turns == len(turned[0]):
                return -1
            if calls[ask] == ALWAYS or _answer(ask, of, row, household, tables, asks) != byte_at(truth[ask], row):
                if calls[ask] == HOLDING:
                    return -1
                turned[0][turns], turned[1][turns] = ask, row
                turns += 1
            row = NONE if of == kind else whole_at(tables[of, NEXT], row)
    return turns


@njit(cache=True)
def _turn(message: Any, turned: Any, turns: Any, asks: Any, called: Any) -> Any:
    """Remember what turned; who is called by that, and how many."""
    count, calls, truth = 0, asks[6], asks[7]
    for k in range(turns):
        ask, row = turned[0][k], turned[1][k]
        if calls[ask] != ALWAYS:
            answer = 1 - byte_at(truth[ask], row)
            put_byte(truth[ask], row, answer)
            if answer != calls[ask]:
                continue
        called[count, 0], called[count, 1], called[count, 2] = message, ask, row
        count += 1
    return count


@njit(cache=True)
def _answer(ask: Any, subject: Any, row: Any, household: Any, tables: Any, asks: Any) -> Any:
    """Whether a condition is true of a subject's row, 1 or 0, as `core.bind` says it."""
    _, _, step_start, step, number, _, _, _ = asks
    stack = 0  # an answer a bit, the last lowest
    for k in range(step_start[ask], step_start[ask + 1]):
        what, kind = step[k, 0], step[k, 1]
        if what == AND:
            stack = (stack >> 1) & (stack | ~1)
        elif what == OR:
            stack = (stack >> 1) | (stack & 1)
        elif kind == subject:
            stack = stack << 1 | _holds(step, k, number[k], row, tables, kind)
        else:
            stack = stack << 1 | _holds_of_any(step, k, number[k], household, tables, kind)
    return stack & 1


@njit(cache=True)
def _holds_of_any(step: Any, k: Any, number: Any, household: Any, tables: Any, kind: Any) -> Any:
    """Whether it is so of any row of a household, or of each of them where the step says so."""
    other, each = whole_at(tables[kind, FIRST], household), step[k, 4] == 1
    if other == NONE:
        return False
    while other != NONE:
        if _holds(step, k, number, other, tables, kind) != each:
            return not each
        other = whole_at(tables[kind, NEXT], other)
    return each


@njit(cache=True)
def _holds(step: Any, k: Any, number: Any, row: Any, tables: Any, kind: Any) -> Any:
    """Whether a signal of a row is so, compared with a number, or with another signal; what is not known is not."""
    what, slot, cells = step[k, 0], tables[kind, SLOTS], tables[kind, VALUES] + 8 * row * tables[kind, WIDTH]
    left = _cell(slot, cells, step[k, 2])
    right = number if step[k, 3] == NONE else _cell(slot, cells, step[k, 3])
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
