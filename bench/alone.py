"""One message by itself, as in most homes: payload to numbers and once round the circle, with caches warm and cold.

    python -m bench.alone

Cold means that 48 MB were written in between: so it is after some 50 ms in which the processor did other things. The
households are those of `bench.peers.contestant`: nine signals a message, all skills, and a rule that answers.
"""

import gc
import json
import statistics
import sys
from collections.abc import Iterator
from time import perf_counter

import numpy as np

from bench.peers.contestant import HOUSEHOLD
from homeward.app.skills import ALL
from homeward.bus.codec import Codec
from homeward.bus.reader import Messages
from homeward.connectors import kinds
from homeward.core.circle import Circle
from homeward.registry import parse
from homeward.rules.book import RuleBook
from homeward.words import load_vocabulary

CARS, STEP_S = 10, 0.05
FAR_M, NEAR_M = 6000.0, 4500.0


def circle() -> Circle:
    """Ten households of a car and a home."""
    vocabulary = load_vocabulary()
    made, book = Circle(vocabulary, ALL), RuleBook(vocabulary)
    for i in range(1, CARS + 1):
        household = parse(HOUSEHOLD.format(i=i, way="kind: door"), vocabulary, "bench", kinds())
        for node in household.nodes:
            made.add(node.name, node.kind)
        book.put(household)
    made.set_skills((*ALL, *book.skills()))
    return made


def messages() -> Iterator[Messages]:
    """Each car in turn, twice far and twice near; every message changes every signal."""
    time, count = 1.7e9, 0
    while True:
        time, count = time + STEP_S, count + 1
        said = {
            "Vehicle.Speed": 30.0 + count % 60,
            "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 50.0 + count % 7,
            "Vehicle.DistanceToHome": (FAR_M if count // CARS % 4 < 2 else NEAR_M) + count % 90,
            "Vehicle.CurrentLocation.Latitude": 60.0 + count % 9 / 1000,
            "Vehicle.CurrentLocation.Longitude": 24.0 + count % 9 / 1000,
            "Vehicle.TraveledDistance": 1000.0 * count,
            "Vehicle.Cabin.HVAC.AmbientAirTemperature": 20.0 + count % 3,
            "Vehicle.Exterior.AirTemperature": 3.0 + count % 3,
            "Vehicle.Powertrain.TractionBattery.CurrentPower": 100.0 * (count % 50),
        }
        subject = b"homeward.h%d.car.readings" % (count % CARS + 1)
        yield Messages([subject], [json.dumps(said).encode()], [int(time * 1e9)], [count])


def measured(made: Circle, codec: Codec, stream: Iterator[Messages], many: int, cold: bool) -> dict[str, float]:
    """Medians in µs: of the payload, of a message that nothing follows from, and of one that a command follows from."""
    other = np.zeros(6_000_000)
    took: dict[str, list[float]] = {"payload": [], "nothing follows": [], "a command follows": []}
    for _ in range(many):
        message = next(stream)
        until = message.times_ns[0] / 1e9
        if cold:
            other += 1.0
        began = perf_counter()
        one = codec.singles.read(message)
        read = perf_counter()
        if one is None:  # the first of a car: its topic is not known yet
            made.turn(codec.decode(message).batch, until)
            continue
        if cold:
            other += 1.0
        turning = perf_counter()
        turn = made.turn_one(one, until)
        took["a command follows" if turn.commands else "nothing follows"].append(perf_counter() - turning)
        took["payload"].append(read - began)
    return {step: 1e6 * statistics.median(times) for step, times in took.items()}


def main() -> int:
    """Print both."""
    made = circle()
    codec, stream = Codec(made.twin.nodes, made.twin.vocabulary), messages()
    gc.collect()
    gc.freeze()
    measured(made, codec, stream, 400, cold=False)
    for state, many in (("warm", 4000), ("cold", 1200)):
        told = measured(made, codec, stream, many, state == "cold")
        print(f"  one message, {state}: " + ", ".join(f"{step} {time:6.1f} µs" for step, time in told.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
