"""How fast payloads become columns: messages and signals a second on one core, by kind of message; a script."""

import json
import statistics
import time
from typing import Any

import numpy as np

from bench import PATHS
from homeward.bus.codec import Codec
from homeward.bus.columns import pack
from homeward.bus.reader import Messages
from homeward.bus.resends import Resends
from homeward.core.nodes import Nodes
from homeward.core.signal import Kind
from homeward.words import load_vocabulary

CARS, BATCH, REPEATS = 1_000, 20_000, 7
NOW_S = 1_800_000_000


def messages(said: dict[str, Any] | None, timed: bool) -> Messages:
    """A batch in which every car speaks in turn, `timed` with a time of its own."""
    made = Messages()
    for i in range(BATCH):
        payload = json.dumps(({"at": NOW_S - i / 1e4} if timed else {}) | said) if said else '{"Vehicle.Spede": 1}'
        made.append(b"homeward.h%d.car.readings" % (i % CARS), payload.encode(), NOW_S * 10**9 + i, i + 1)
    return made


def main() -> None:
    """Print a table."""
    nodes, words = Nodes(), load_vocabulary()
    for car in range(CARS):
        nodes.add(f"h{car}/car", Kind.VEHICLE)
    values = [33.25, 60.17, 24.94, 181.0, 71.5, -3.5, 40211200, 12, 396.4, -41.0]
    ten = dict(zip(PATHS, values, strict=True))
    mixed = {**ten, "Vehicle.IsMoving": True, "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen": False}
    packed = pack([f"h{car}/car" for car in range(CARS)], PATHS, np.full(CARS, np.nan), np.tile(values, (CARS, 1)))
    nodes.add("works/gateway", Kind.DEVICE)
    gateway, codec = Messages(), Codec(nodes, words, frozenset({"works"}))
    for i in range(BATCH // CARS):
        gateway.append(b"homeward.works.gateway.columns", packed, 1_800_000_000_000_000_000 + i, i + 1)
    measure("packed, 1,000 cars by 10", codec, gateway)
    cases = {
        "1 signal": {"Vehicle.Speed": 33.25},
        "10 numbers": ten,
        "10 numbers and at": ten,
        "10 numbers, 2 truths": mixed,
        "garbage": None,
    }
    for name, said in cases.items():
        batch, codec = messages(said, "at" in name), Codec(nodes, words)
        first = codec.decode(batch)
        assert said is None or not first.unfit, first.faults[0].error
        measure(name, codec, batch)


def measure(name: str, codec: Codec, batch: Messages) -> None:
    """Decode the batch several times and print the median speed."""
    took = []
    for _ in range(REPEATS):
        codec.resends.restore(Resends().taken())  # what it hears is new
        began = time.perf_counter()
        signals = len(codec.decode(batch).batch.signal)
        took.append(time.perf_counter() - began)
    middle = statistics.median(took)
    print(f"{name:26} {len(batch) / middle:12,.0f} messages/s {signals / middle:14,.0f} signals/s")


if __name__ == "__main__":
    main()
