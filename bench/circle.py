"""The circle's speed and size: `python -m bench.circle [--nodes 1000000] [--json]`; no test depends on it."""

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Iterator

import numpy as np

from bench import PATHS
from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Kind, Reading
from homeward.core.skill import Skill, View, skill
from homeward.core.when import Condition, Trigger, signal
from homeward.words import load_vocabulary

HOUSEHOLD = 4  # a car, a home and two people


def resident_kb() -> float:
    """This process's resident memory now, in KB (Linux)."""
    gc.collect()
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * 4.0


def ten_skills() -> list[Skill]:
    """Ten skills that read what the messages bring and seldom fire."""
    soc = signal("Vehicle.Powertrain.TractionBattery.StateOfCharge.Current")
    speed, distance = signal("Vehicle.Speed"), signal("Vehicle.DistanceToHome")
    whens: list[Condition | Trigger] = [
        speed > 199,
        (speed > 198) & (soc < 1),
        soc < 0.001,
        distance.within(1) & (speed > 150),
        (speed > 197).holds(60),
        signal("Vehicle.Cabin.HVAC.AmbientAirTemperature") > 90,
        (soc > 99.999) & signal("Person.Sleeping").is_on(),
        signal("Vehicle.Cabin.HVAC.AmbientAirTemperature") < -60,
        (distance > 1e9) & signal("Home.IsOccupied").is_off(),
        ~(speed < 200) & (distance < 100),
    ]
    return [named(f"skill_{i}", when) for i, when in enumerate(whens)]


def named(name: str, when: Condition | Trigger) -> Skill:
    """A skill of that name that writes down that it was called."""

    def decide(car: View) -> Iterator[Command | Reading]:
        """Count."""
        yield car.reading("Vehicle.Problem", name)

    decide.__name__ = name
    return skill(kind=Kind.VEHICLE, when=when)(decide)


def make(nodes: int) -> Circle:
    """A circle with `nodes` nodes, a quarter of them vehicles."""
    circle = Circle(load_vocabulary(), ten_skills())
    for i in range(nodes // HOUSEHOLD):
        circle.add(f"h{i}/car", Kind.VEHICLE)
        circle.add(f"h{i}/home", Kind.HOME)
        circle.add(f"h{i}/ada", Kind.PERSON)
        circle.add(f"h{i}/ben", Kind.PERSON)
    return circle


def batch(circle: Circle, numbers: np.ndarray, now: float, rng: np.random.Generator) -> Batch:
    """One message of ten signals from each of those vehicles."""
    known = [circle.twin.vocabulary[path].index for path in PATHS]
    m = len(numbers)
    return Batch(
        numbers,
        np.full(m, now),
        np.full(m, now),
        np.arange(m + 1) * len(known),
        np.tile(np.array(known), m),
        rng.uniform(20.0, 60.0, m * len(known)),
    )


def measure(nodes: int, repeats: int) -> dict[str, float]:
    """Figures of one size."""
    before = resident_kb()
    circle, rng = make(nodes), np.random.default_rng(7)
    cars = circle.twin.nodes.node_of[Kind.VEHICLE].array[: nodes // HOUSEHOLD].copy()
    touched = min(100_000, len(cars))
    now, bulk, single = 1.0, [], []
    for _ in range(repeats):
        now += 1
        news = batch(circle, rng.choice(cars, touched, replace=False), now, rng)
        start = time.perf_counter()
        circle.turn(news, now)
        bulk.append((time.perf_counter() - start) / len(news.signal))
    for _ in range(2000):
        now += 0.01
        news = batch(circle, rng.choice(cars, 1), now, rng)
        start = time.perf_counter()
        circle.turn(news, now)
        single.append(time.perf_counter() - start)
    after = resident_kb()
    return {
        "nodes": nodes,
        "touched_rows": touched,
        "signals_per_s": round(1 / statistics.median(bulk)),
        "one_row_p50_ms": round(1e3 * statistics.median(single), 4),
        "one_row_p99_ms": round(1e3 * sorted(single)[int(len(single) * 0.99)], 4),
        "kb_per_node": round((after - before) / nodes, 2),
    }


def fill(nodes: int, signals: int = 60) -> dict[str, float]:
    """Memory of a million nodes that each have had readings of 60 signals (all kinds alike, here vehicles)."""
    before = resident_kb()
    circle = Circle(load_vocabulary(), ten_skills())
    for i in range(nodes):
        circle.add(f"h{i}/car", Kind.VEHICLE)
    plain = [s.index for s in circle.twin.vocabulary if s.kind is Kind.VEHICLE and s.type == 1][:signals]
    for start in range(0, nodes, 50_000):
        numbers = np.arange(start, min(start + 50_000, nodes))
        m = len(numbers)
        circle.turn(
            Batch(numbers, np.ones(m), np.ones(m), np.arange(m + 1) * signals, np.tile(plain, m), np.ones(m * signals)),
            1.0,
        )
    after = resident_kb()
    return {"nodes_of_60_signals": nodes, "kb_per_node": round((after - before) / nodes, 2)}


def main() -> None:
    """Print the figures of growing sizes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--nodes", type=int, default=1_000_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000) if size <= chosen.nodes]
    rows = [measure(size, 9) for size in sizes]
    memory = fill(min(chosen.nodes, 1_000_000))
    if chosen.json:
        json.dump({"sizes": rows, "memory": memory}, sys.stdout)
        return
    print(f"{'nodes':>10} {'rows touched':>13} {'signals/s':>12} {'one row p50':>12} {'p99':>9}")
    for row in rows:
        print(
            f"{row['nodes']:>10,} {row['touched_rows']:>13,} {row['signals_per_s']:>12,}"
            f" {row['one_row_p50_ms']:>9.3f} ms {row['one_row_p99_ms']:>6.3f} ms"
        )
    flat = rows[-1]["signals_per_s"] / rows[0]["signals_per_s"]
    print(f"signals/s at the largest size are {flat:.2f} of those at the smallest")
    print(f"memory: {memory['kb_per_node']} KB a node with 60 signals ({memory['nodes_of_60_signals']:,} nodes)")


if __name__ == "__main__":
    main()
