"""One message by itself, as in most homes: payload to numbers and once round the circle, with caches warm and cold.

    python -m bench.alone

Cold means that 48 MB were written in between: so it is after some 50 ms in which the processor did other things. The
households are those of `bench.peers.contestant`: nine signals a message, all skills, and a rule that answers. A foreign
topic's message goes from its bytes to whom it calls in one step, so that only the whole is measured there.
"""

import gc
import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np

from bench.peers.contestant import HOUSEHOLD
from homeward.app.skills import ALL
from homeward.app.trouble import Trouble
from homeward.app.understand import Understanding
from homeward.bus.codec import Codec
from homeward.bus.reader import Messages
from homeward.connectors import kinds
from homeward.connectors.mqtt.door import Door
from homeward.connectors.mqtt.settings import understand
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


def door(made: Circle) -> Door:
    """The hub's own door with the households' templates; nobody listens there."""

    async def nowhere(subject: str, payload: bytes) -> None:
        """Nobody."""

    found = Door(nowhere)
    for i in range(1, CARS + 1):
        text = HOUSEHOLD.format(i=i, way="kind: door")
        household = parse(text, made.twin.vocabulary, "bench", kinds())
        uses, _ = understand(household.connectors[0], household, made.twin.vocabulary, [Path()], text)
        found.put(household.name, "broker", uses)
    return found


def foreign(stream: Iterator[Messages]) -> Iterator[Messages]:
    """The same messages as a car's own telemetry, as the template has it."""
    for messages in stream:
        values = list(json.loads(messages.payloads[0]).values())
        values[2] /= 1000.0  # km there
        said = dict(zip(("speed", "soc", "dist", "lat", "lon", "odo", "tin", "tout", "pw"), values, strict=True))
        car = messages.subjects[0].split(b".")[1].removeprefix(b"h")
        yield Messages([b"car.%b.telemetry" % car], [json.dumps(said).encode()], messages.times_ns, messages.sequences)


class Caches:
    """Lets a message find the processor's caches as they are, or (`cold`) full of other things."""

    def __init__(self, cold: bool) -> None:
        self._other = np.zeros(6_000_000) if cold else np.zeros(0)

    def spoil(self) -> None:
        """Fill them."""
        self._other += 1.0

    def before(self, stream: Iterator[Messages], many: int) -> Iterator[tuple[Messages, float]]:
        """So many messages, each with its time in s, when that is done."""
        for message in islice(stream, many):
            self.spoil()
            yield message, message.times_ns[0] / 1e9


def medians(took: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """In µs, of times in s."""
    return {step: 1e6 * statistics.median(times) for step, times in took.items()}


def measured_whole(
    made: Circle, understanding: Understanding, stream: Iterator[Messages], many: int, cold: bool
) -> dict[str, float]:
    """Medians in µs of foreign messages from bytes to the end: those that nothing follows from, and the others."""
    took: dict[str, list[float]] = {"nothing follows": [], "a command follows": []}
    for message, until in Caches(cold).before(stream, many):
        began = perf_counter()
        learned = understanding.learn(message)
        if learned is None:  # the first of a car: what it says is not known yet
            for decoded in understanding.decode(message):
                made.turn(decoded.batch, until)
            continue
        turn = made.turn_learned(*learned, until)
        took["a command follows" if turn.commands else "nothing follows"].append(perf_counter() - began)
    return medians(took)


def measured(made: Circle, codec: Codec, stream: Iterator[Messages], many: int, cold: bool) -> dict[str, float]:
    """Medians in µs: of the payload, of a message that nothing follows from, and of one that a command follows from."""
    caches = Caches(cold)
    took: dict[str, list[float]] = {"payload": [], "nothing follows": [], "a command follows": []}
    for message, until in caches.before(stream, many):
        began = perf_counter()
        one = codec.singles.read(message)
        read = perf_counter()
        if one is None:  # the first of a car: its topic is not known yet
            made.turn(codec.decode(message).batch, until)
            continue
        caches.spoil()
        turning = perf_counter()
        turn = made.turn_one(one, until)
        took["a command follows" if turn.commands else "nothing follows"].append(perf_counter() - turning)
        took["payload"].append(read - began)
    return medians(took)


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
    made, stream = circle(), foreign(messages())
    codec = Codec(made.twin.nodes, made.twin.vocabulary)
    understanding = Understanding(door(made), codec, made, Trouble())
    measured_whole(made, understanding, stream, 400, cold=False)
    for state, many in (("warm", 4000), ("cold", 1200)):
        told = measured_whole(made, understanding, stream, many, state == "cold")
        print(
            f"  one of a foreign topic, all of it, {state}: " + ", ".join(f"{s} {t:6.1f} µs" for s, t in told.items())
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
