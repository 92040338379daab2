"""What the hub's own steps cost a message: payload to columns, to history's rows, round the circle; in one process."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import orjson

from bench import PATHS
from homeward.app.record import Scribe
from homeward.bus.codec import Codec
from homeward.bus.reader import Messages
from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import View, skill
from homeward.core.when import signal
from homeward.history import History, Recorder
from homeward.words import load_vocabulary

REPEATS = 7


@skill(when=signal("Vehicle.Speed") > 250)
def never(car: View) -> Iterator[Command | Reading]:
    """Read what comes and do nothing."""
    yield car.reading("Vehicle.Problem", "so fast")


def payload(i: int) -> bytes:
    """A message of ten signals, no two alike."""
    values = [50 + i % 50, 48.1, 11.5, i % 360, 60 + i % 9, 4.5, 100_000 + i, i % 90, 390 + i % 7, -(i % 70)]
    return orjson.dumps(dict(zip(PATHS, values, strict=True)))


def stretch(households: int, messages: int) -> Messages:
    """Messages of cars in turn, as the log hands them over."""
    subjects = [b"homeward.h%d.car.readings" % (i % households) for i in range(messages)]
    now = time.time_ns()
    return Messages(
        subjects,
        [payload(i) for i in range(messages)],
        [now + i for i in range(messages)],
        list(range(1, messages + 1)),
    )


def timed(work: Callable[[], object], messages: int) -> float:
    """Median microseconds a message."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) / messages * 1e6)
    return statistics.median(took)


def later(batch: Batch, seconds: int) -> Batch:
    """The same news some seconds later: what is late would cost less."""
    return replace(batch, time=batch.time + seconds, at=batch.at + seconds)


def measure(households: int, messages: int) -> None:
    """Print the cost of each step for so many households."""
    circle = Circle(load_vocabulary(), [never])
    for i in range(households):
        circle.add(f"h{i}/car", Kind.VEHICLE)
        circle.add(f"h{i}/home", Kind.HOME)
    codec, raw = Codec(circle.twin.nodes, circle.twin.vocabulary), stretch(households, messages)
    decoded = codec.decode(raw)
    now, seconds = float(decoded.batch.time[-1]), count(1)
    with tempfile.TemporaryDirectory() as folder, History(Path(folder)) as history:
        scribe = Scribe(Recorder(history, circle.twin.vocabulary, 10**9), circle.twin)
        steps = {
            "decode": timed(lambda: codec.decode(raw), messages),
            "record": timed(lambda: scribe.readings(decoded.batch, decoded.sequences), messages),
            "circle": timed(lambda: circle.turn(later(decoded.batch, next(seconds)), now), messages),
        }
        start = time.perf_counter()
        scribe.reached(messages)
        scribe.recorder.flush()
        steps["flush (a thread)"] = (time.perf_counter() - start) / messages / (REPEATS) * 1e6
    total = sum(steps.values())
    told = "  ".join(f"{name} {cost:.2f} µs" for name, cost in steps.items())
    print(f"{households:>7,} households, {messages:,} messages a batch: {told}  = {1e6 / total:,.0f} messages/s a core")


def main() -> None:
    """Many households, few, and one."""
    np.seterr(all="ignore")
    for households, messages in ((10_000, 20_000), (1_000, 20_000), (1, 2_000)):
        measure(households, messages)


if __name__ == "__main__":
    main()
