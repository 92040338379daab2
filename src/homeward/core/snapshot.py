"""The whole state of a circle as plain arrays and JSON-able values, and back: what a restart needs to forget nothing.

Signals go by path and watches by what they say, so that a snapshot outlives a change of vocabulary or skills: what no
longer exists is left out and told.
"""

from typing import Any

import numpy as np

from homeward.core.circle import Circle
from homeward.core.nodes import Grown
from homeward.core.signal import Kind, UnknownSignal
from homeward.core.twin import Table
from homeward.core.watch import Watch

VERSION = 1
Arrays = dict[str, np.ndarray[Any, Any]]
Plain = dict[str, Any]


def take(circle: Circle) -> tuple[Plain, Arrays]:
    """What the circle knows: `plain` fits into JSON, `arrays` are copies by name."""
    nodes, arrays = circle.twin.nodes, {"clock": circle.clock.array[: circle.clock.size].copy()}
    plain: Plain = {
        "version": VERSION,
        "nodes": [[name, int(nodes.kind(number))] for number, name in enumerate(nodes.names)],
        "tables": {kind.word: _take_table(circle, kind, arrays) for kind in Kind},
        "standings": circle.standings.state(),
        "watches": [],
    }
    for place, (_, watch) in enumerate(circle.watches):
        watch.extend()
        plain["watches"].append(_name(watch))
        for column in ("truth", "since", "due"):
            grown: Grown = getattr(watch, column)
            arrays[f"watch.{place}.{column}"] = grown.array[: grown.size].copy()
    return plain, arrays


def _name(watch: Watch) -> str:
    return f"{watch.name} {watch.trigger!r}"


def _take_table(circle: Circle, kind: Kind, arrays: Arrays) -> Plain:
    table, rows = circle.twin.tables[kind], circle.twin.nodes.node_of[kind].size
    slots = len(table.signal_of_slot)
    arrays[f"{kind.word}.values"] = table.values.array[:rows, :slots].copy()
    arrays[f"{kind.word}.times"] = table.times.array[:rows, :slots].copy()
    path = [signal.path for signal in circle.twin.vocabulary]
    return {
        "columns": [path[signal] for signal in table.signal_of_slot],
        "aside": [[row, path[signal], value, at] for (row, signal), (value, at) in table.aside.items()],
        "texts": [[row, path[signal], text] for (row, signal), text in table.texts.items()],
    }


def restore(circle: Circle, plain: Plain, arrays: Arrays) -> list[str]:
    """Give a new circle what another had; tells what could not be taken over. Raises ValueError for another version."""
    if plain.get("version") != VERSION:
        raise ValueError(f"the snapshot has version {plain.get('version')!r}; this homeward reads {VERSION}")
    problems: list[str] = []
    for name, kind in plain["nodes"]:
        circle.add(name, Kind(kind))
    for kind in Kind:
        _restore_table(circle, kind, plain["tables"][kind.word], arrays, problems)
    circle.clock.array[: len(arrays["clock"])] = arrays["clock"]
    problems += circle.standings.restore(plain["standings"])
    place_of = {name: place for place, name in enumerate(plain["watches"])}
    for _, watch in circle.watches:
        watch.extend()
        place = place_of.get(_name(watch))
        if place is None:
            problems.append(f"{watch.name} is new or says something else now; it starts afresh")
            _start_afresh(circle, watch)
            continue
        for column in ("truth", "since", "due"):
            saved = arrays[f"watch.{place}.{column}"]
            getattr(watch, column).array[: len(saved)] = saved
    circle.look_ahead()
    return problems


def _start_afresh(circle: Circle, watch: Watch) -> None:
    """Let a watch that waits for time look at all its rows in the next turn: what is due may have been due for long."""
    if watch.timed:
        households = circle.twin.nodes.household_of_row[watch.subject].array[: watch.due.size]
        clock = circle.clock.array[households]
        watch.due.array[: watch.due.size] = np.where(np.isfinite(clock), clock, np.inf)


def _restore_table(circle: Circle, kind: Kind, plain: Plain, arrays: Arrays, problems: list[str]) -> None:
    table, vocabulary = circle.twin.tables[kind], circle.twin.vocabulary
    values, times = arrays[f"{kind.word}.values"], arrays[f"{kind.word}.times"]
    for slot, path in enumerate(plain["columns"]):
        try:
            index = vocabulary[path].index
        except UnknownSignal as problem:
            problems.append(f"the snapshot's {problem}; left out")
            continue
        table.give_slot(index)
        own = table.slot[index]
        table.values.array[: len(values), own], table.times.array[: len(times), own] = values[:, slot], times[:, slot]
    _restore_cells(table, circle, plain, problems)


def _restore_cells(table: Table, circle: Circle, plain: Plain, problems: list[str]) -> None:
    for row, path, value, at in plain["aside"]:
        if path in circle.twin.vocabulary:
            table.write(
                np.array([row]), np.array([circle.twin.vocabulary[path].index]), np.array([value]), np.array([at])
            )
        else:
            problems.append(f"the snapshot's {path} is not a signal any more; left out")
    for row, path, text in plain["texts"]:
        if path in circle.twin.vocabulary:
            table.texts[row, circle.twin.vocabulary[path].index] = text
