"""How well the time of a drive is foretold at departure: does the 80 % interval hold four in five, and how wide is it.

The recordings have speeds but no places, so what a map would allow on each kilometre is read from the recording itself:
the next legal limit above the highest speed driven there. A kilometre that is jammed from end to end so looks slower
than its sign; the result is kinder than a map's limit would be there, and says nothing of routes not taken.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.evaluate.trips import LEG_M, Recorded, read_trips
from homeward.models.energy import FloatArray
from homeward.models.eta import ALLOWED_KMH, DriveTimes, Eta

FOLDS: Final = 5

Tell = Callable[[float, float], None]
Legs = tuple[FloatArray, FloatArray, FloatArray]


def evaluate_eta(train: Path, test: Path | None = None, tell: Tell = lambda done, total: None) -> dict[str, Any]:
    """Share of arrivals in the 80 % interval, its width and the median's error, s; without `test` by five folds.

    Raises Refused where a folder holds no trips, or both are the same.
    """
    if test and test.resolve() == train.resolve():
        raise Refused(f"{test} is what is learned from: name a folder of other trips, or none")
    known, left_out = read_trips(train)
    if test:
        asked, also = read_trips(test)
        left_out += also
        parts = [(known, asked)]
    else:
        if len(known) < FOLDS:
            raise Refused(f"{train} has {len(known)} trips: five parts need at least {FOLDS}")
        parts = [([t for i, t in enumerate(known) if i % FOLDS != k], known[k::FOLDS]) for k in range(FOLDS)]
    rows: list[tuple[float, Eta, Eta, float]] = []
    for done, (learned, asked) in enumerate(parts):
        rows += _part(learned, asked)
        tell(done + 1.0, float(len(parts)))
    return {
        **_figures(rows),
        "learned_trips": len(parts[0][0]),
        "held_out": "files" if test else "folds",
        "left_out": left_out,
    }


def legs_of(trip: Recorded) -> Legs:
    """Allowed km/h, length m and time s of each kilometre (k,)."""
    lengths, times, _ = trip.legs()
    which = np.minimum((np.cumsum(trip.speed) / LEG_M).astype(int), len(lengths) - 1)
    top = np.zeros(len(lengths))
    np.maximum.at(top, which, trip.speed * 3.6)
    place = np.minimum(np.searchsorted(ALLOWED_KMH, top * 0.95), len(ALLOWED_KMH) - 1)
    return np.array(ALLOWED_KMH)[place], lengths, times


def _part(learned: list[Recorded], asked: list[Recorded]) -> list[tuple[float, Eta, Eta, float]]:
    model = DriveTimes()
    for trip in learned:
        model.learn_one(*legs_of(trip))
    took = [float(legs_of(trip)[2].sum()) for trip in learned]
    metres_a_second = sum(trip.metres for trip in learned) / sum(took)
    rows = []
    for trip in asked:
        allowed, lengths, times = legs_of(trip)
        told, alone = model.predict_one(allowed, lengths), model.independent(allowed, lengths)
        rows.append((float(times.sum()), told, alone, trip.metres / metres_a_second))
    return rows


def _figures(rows: list[tuple[float, Eta, Eta, float]]) -> dict[str, Any]:
    took = np.array([row[0] for row in rows])

    def coverage(column: int) -> float:
        spans = [row[column] for row in rows]
        return round(100.0 * float(np.mean([s.p10 <= t <= s.p90 for s, t in zip(spans, took, strict=True)])), 1)  # type: ignore[union-attr]

    told = np.array([row[1].p50 for row in rows])
    width = [row[1].p90 - row[1].p10 for row in rows]
    return {
        "trips": len(rows),
        "coverage_80": coverage(1),
        "mean_width_s": round(float(np.mean(width)), 1),
        "median_abs_error_s": round(float(np.median(np.abs(told - took))), 1),
        "mean_s": round(float(took.mean()), 1),
        "independent_coverage_80": coverage(2),
        "mean_speed_median_abs_error_s": round(float(np.median(np.abs(np.array([r[3] for r in rows]) - took))), 1),
    }
