"""Recorded readings through the circle again: apart from any hub, or sent to the one that runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from homeward.app.record import is_log
from homeward.app.skills import ALL
from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Reading, Refused, Type, Value
from homeward.core.skill import Skill
from homeward.history import History
from homeward.history.replay import Message, messages
from homeward.registry.store import Registry
from homeward.rules.book import RuleBook
from homeward.words import load_vocabulary

Send = Callable[[str, dict[str, Any]], None]
Step = Callable[[float, float], None]


def replay_history(
    folder: Path, household: str, since: float, speed: float, send: Send | None, step: Step
) -> dict[str, Any]:
    """Run what was recorded since then through a circle of its own, or `send` it; tells what was decided.

    `speed` is recorded seconds to one of ours; 0 for as fast as it goes. Raises Refused where nothing is recorded.
    """
    circle = Circle(load_vocabulary(), (*ALL, *rules_kept(folder)))
    told: dict[str, Any] = {"messages": 0, "readings": 0, "commands": [], "problems": []}
    first, began, ends = 0.0, time.monotonic(), time.time()
    with recorded(folder, household, since) as days:
        for message in days():
            first = first or message.arrived
            if speed:
                time.sleep(max(0.0, (message.arrived - first) / speed - (time.monotonic() - began)))
            if send:
                send(message.node, message.values)
            else:
                _turn(circle, message, told)
            told["messages"] += 1
            told["readings"] += len(message.values)
            if told["messages"] % 200 == 1:
                step(message.arrived - first, max(ends - first, 1.0))
    if not told["messages"]:
        raise Refused(f"nothing is recorded in {folder}" + (f" of {household}" if household else "") + " in that time")
    return told


@contextmanager
def recorded(folder: Path, household: str, since: float) -> Iterator[Callable[[], Iterator[Message]]]:
    """What was heard since then, in order, without what skills wrote; called again, it begins again.

    Raises Refused where the folder holds no history.
    """
    if not (folder / "history").is_dir():
        raise Refused(f"{folder} holds no history; name the hub's folder with --folder")
    with History(folder / "history") as history:
        heard = [stream for stream in history.reached("readings") if is_log(stream)]
        yield lambda: messages(history, since, household=household, streams=heard)


def rules_kept(folder: Path) -> tuple[Skill, ...]:
    """The rules of the households that the hub in this folder knows, without those that cannot be read any more."""
    path = folder / "registry.sqlite"
    book = RuleBook(load_vocabulary())
    if path.exists():
        registry = Registry(path)
        for name in registry.households():
            if (household := registry.household(name)) is not None:
                with suppress(Refused):
                    book.put(household)
        registry.close()
    return book.skills()


def _turn(circle: Circle, message: Message, told: dict[str, Any]) -> None:
    vocabulary = circle.twin.vocabulary
    paths = [path for path in message.values if path in vocabulary]
    if not paths:
        return
    circle.add(message.node, Kind[paths[0].partition(".")[0].upper()])
    readings = [Reading(message.node, path, _plain(circle, path, message.values[path]), message.at) for path in paths]
    batch = Batch.of([(message.arrived, readings)], circle.twin.nodes, vocabulary)
    turn = circle.turn(batch, message.arrived)
    told["problems"] += turn.problems
    told["commands"] += [
        {
            "at": event.at,
            "what": event.what,
            "node": event.command.node,
            "path": event.command.path,
            "value": event.command.value,
            "by": event.command.by,
            "why": event.command.why,
        }
        for event in turn.events
        if event.what in ("sent", "shadow")
    ]


def _plain(circle: Circle, path: str, value: Value) -> Value:
    return bool(value) if circle.twin.vocabulary[path].type is Type.BOOLEAN else value
