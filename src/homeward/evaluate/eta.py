"""How well the time of a drive is foretold at departure: does the 80 % interval hold four in five, and how wide is it.

The recordings have speeds but no places, so what a map would allow on each kilometre is read from the recording itself:
the next legal limit above the highest speed driven there, less a twentieth. A kilometre that is jammed from end to end
so looks slower than its sign; the result is kinder than a map's limit would be there, and says nothing of ways not
taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.evaluate.trips import LEG_M, Recorded, read_trips
from homeward.models.eta import ALLOWED_KMH, DriveTimes, Eta
from homeward.models.thermal import FloatArray

FOLDS: Final = 5

Tell = Callable[[float, float], None]
Legs = tuple[FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class _Foretold:
    """A drive's time, what was told of it, the same with legs taken for independent, and by the mean speed, s."""

    took: float
    told: Eta
    alone: Eta
    by_speed: float


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
    rows: list[_Foretold] = []
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


def _part(learned: list[Recorded], asked: list[Recorded]) -> list[_Foretold]:
    model = DriveTimes()
    for trip in learned:
        model.learn_one(*legs_of(trip))
    took = [float(legs_of(trip)[2].sum()) for trip in learned]
    metres_a_second = sum(trip.metres for trip in learned) / sum(took)
    rows = []
    for trip in asked:
        allowed, lengths, times = legs_of(trip)
        told, alone = model.predict_one(allowed, lengths), model.independent(allowed, lengths)
        rows.append(_Foretold(float(times.sum()), told, alone, trip.metres / metres_a_second))
    return rows


def _figures(rows: list[_Foretold]) -> dict[str, Any]:
    took, told = np.array([row.took for row in rows]), [row.told for row in rows]

    def coverage(spans: list[Eta]) -> float:
        return round(100.0 * float(np.mean([s.p10 <= t <= s.p90 for s, t in zip(spans, took, strict=True)])), 1)

    def error_s(guess: list[float]) -> float:
        return round(float(np.median(np.abs(np.array(guess) - took))), 1)

    return {
        "trips": len(rows),
        "coverage_80": coverage(told),
        "mean_width_s": round(float(np.mean([span.p90 - span.p10 for span in told])), 1),
        "median_abs_error_s": error_s([span.p50 for span in told]),
        "mean_s": round(float(took.mean()), 1),
        "independent_coverage_80": coverage([row.alone for row in rows]),
        "mean_speed_median_abs_error_s": error_s([row.by_speed for row in rows]),
    }
