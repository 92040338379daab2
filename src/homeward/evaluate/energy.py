"""How well the energy of trips is foretold, with their speeds known and as planned, beside plain baselines.

Both models start as any car of their class, learn the trips to train on one after another, and are then asked for
trips that they have not seen. As planned, they know what a planner knows before the drive: lengths, mean speeds and
climbs by the kilometre, and temperatures at departure.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.evaluate.trips import Recorded, read_trips
from homeward.models.energy import PLANNED, TRACED, Car, Consumption, planned, traced
from homeward.models.thermal import FloatArray

WINTER_BELOW_C: Final = 12.0
CURVE: Final = (0, 1, 2, 5, 10, 20, 40)
EIGHTY: Final = 1.2816  # standard deviations on either side that hold 80 %

Tell = Callable[[float, float], None]


def evaluate_energy(train: Path, test: Path, tell: Tell = lambda done, total: None) -> dict[str, Any]:
    """Mean absolute errors of trips' kWh in per cent. Raises Refused where a folder holds no trips or both are one."""
    if train.resolve() == test.resolve():
        raise Refused(f"{test} is what is learned from: name a folder of trips that are not in it")
    (known, dropped), (asked, also) = read_trips(train), read_trips(test)
    tell(0.5, 1.0)
    seen = {(trip.kwh, len(trip.speed)) for trip in known}
    again = [trip for trip in asked if (trip.kwh, len(trip.speed)) in seen]
    asked = [trip for trip in asked if (trip.kwh, len(trip.speed)) not in seen]
    if not asked:
        raise Refused(f"every trip of {test} is also in {train}: nothing is left to foretell")
    took = np.array([trip.kwh for trip in asked])
    curves, within = {}, {}
    for name, usual, row in (("known", TRACED, known_row), ("planned", PLANNED, planned_row)):
        rows, wanted = [row(trip) for trip in known], np.array([row(trip) for trip in asked])
        model = Consumption(dict(usual))
        curves[name] = _curve(model, rows, known, wanted, took)
        within[name] = _within(model, wanted, took)
    told = {
        "trips": len(asked),
        "learned_trips": len(known),
        "known_mape_pct": curves["known"][-1][1],
        "planned_mape_pct": curves["planned"][-1][1],
        **_baselines(known, asked),
        "known_within_80_pct": within["known"],
        "planned_within_80_pct": within["planned"],
        "known_curve": [{"learned": n, "mape_pct": e} for n, e in curves["known"]],
        "planned_curve": [{"learned": n, "mape_pct": e} for n, e in curves["planned"]],
        "left_out": [*dropped, *also, *(f"{trip.name}: also among the trips learned" for trip in again)],
    }
    tell(1.0, 1.0)
    return told


def known_row(trip: Recorded) -> FloatArray:
    """A trip as its speeds tell it."""
    return traced(Car(), trip.air, trip.speed, trip.height)


def planned_row(trip: Recorded) -> FloatArray:
    """A trip as a planner knows it before."""
    return np.asarray(planned(Car(), trip.air, *trip.legs()).sum(axis=0))


def mape_pct(told: FloatArray, took: FloatArray) -> float:
    """Mean absolute error, % of each."""
    return round(float(np.mean(np.abs(told / took - 1.0))) * 100.0, 2)


def _curve(
    model: Consumption, rows: list[FloatArray], known: list[Recorded], wanted: FloatArray, took: FloatArray
) -> list[tuple[int, float]]:
    """Errors after so many trips learned, in a mixed order; the model has learned all then."""
    points = []
    for n, i in enumerate(np.random.default_rng(0).permutation(len(rows))):
        if n in CURVE:
            points.append((n, mape_pct(wanted @ model.factors, took)))
        model.learn_one(rows[i], known[i].kwh)
    return [*points, (len(rows), mape_pct(wanted @ model.factors, took))]


def _within(model: Consumption, rows: FloatArray, took: FloatArray) -> float:
    """How many trips took what lies within the model's own 80 % interval, %."""
    told = [model.predict_one(row) for row in rows]
    inside = [abs(kwh - real) <= EIGHTY * spread for (kwh, spread), real in zip(told, took, strict=True)]
    return round(100.0 * float(np.mean(inside)), 1)


def _baselines(known: list[Recorded], asked: list[Recorded]) -> dict[str, float]:
    took = np.array([trip.kwh for trip in asked])

    def a_metre(trips: list[Recorded]) -> float:
        return sum(t.kwh for t in trips) / sum(t.metres for t in trips) if trips else a_metre(known)

    def cold(trip: Recorded) -> bool:
        return trip.air.outside_c < WINTER_BELOW_C

    season = {winter: a_metre([t for t in known if cold(t) == winter]) for winter in (False, True)}
    plain = np.linalg.lstsq(np.array([_plain(t) for t in known]), np.array([t.kwh for t in known]), rcond=None)[0]
    guesses = {
        "constant_mape_pct": np.array([a_metre(known) * t.metres for t in asked]),
        "season_mape_pct": np.array([season[cold(t)] * t.metres for t in asked]),
        "least_squares_mape_pct": np.array([_plain(t) @ plain for t in asked]),
    }
    return {name: mape_pct(guess, took) for name, guess in guesses.items()}


def _plain(trip: Recorded) -> FloatArray:
    """The terms of a plain physics fit: rolling, air, climb, gained speed, time, and time in the cold."""
    hours, speed = len(trip.speed) / 3600.0, trip.speed
    gained = np.maximum(np.diff(speed**2), 0.0).sum()
    cold = max(20.0 - trip.air.outside_c, 0.0)
    climb = trip.height[-1] - trip.height[0]
    return np.array(
        [trip.metres / 1e4, (speed**3).sum() / 1e6, climb / 100.0, gained / 1e4, hours, cold * hours / 10.0]
    )
