"""How fast the roads will be soon: speeds 15, 30 and 60 minutes ahead, learned from detectors.

Jams last, and then dissolve towards what is usual at that time of day. So each detector has a linear model of how far
its speed will move from the present one, given its last hour, what is usual now and then, its worst of the last ten
minutes, the detectors whose deviation has foretold its own, and how the whole network stands. All detectors are first
fitted as one; each then leaves that common model as far as its own history bears out (ridge towards it). Errors count
by size, not by square (iteratively reweighted), as a jam that nobody could foresee must not bend the ordinary day.
The usual speed shown to a training day is made of the other days: else the model would trust it too much.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from homeward.models.thermal import FloatArray

A_DAY: Final = 288  # steps, of five minutes
LAGS: Final = (0, 1, 2, 3, 6, 12)  # steps back that are looked at
PAST: Final = max(LAGS)
NEIGHBOURS: Final = 8
WIDTH: Final = 7  # steps that the usual speed is smoothed over
RIDGE: Final = 900.0  # rows' worth by which a detector holds to the common model
ROUNDS: Final = 6
SOFT: Final = 1.0  # errors below this, in the unit of speed, count by their square


@dataclass(frozen=True, eq=False)
class Traffic:
    """What was learned of n detectors, in the unit of the speeds given, for some horizons in steps."""

    usual: FloatArray  # (A_DAY, n)
    top: float
    neighbours: dict[int, npt.NDArray[np.int64]]  # horizon: (n, NEIGHBOURS)
    weights: dict[int, FloatArray]  # horizon: (n, features)

    def predict(self, recent: FloatArray, step_of_day: int, horizon: int) -> FloatArray:
        """Speeds (n,) `horizon` steps after the last of `recent` (k, n), whose step of the day is given.

        NaN is missing; where nothing was measured within the last hour, the usual speed stands in.
        """
        rows = max(0, PAST + 1 - len(recent))
        past = np.concatenate([np.full((rows, recent.shape[1]), np.nan), recent])
        filled = fill(past, self.usual_at(np.arange(step_of_day - len(past) + 1, step_of_day + 1)))
        told = self.predict_many(filled, np.array([len(filled) - 1]), step_of_day - len(filled) + 1, horizon)
        return np.asarray(told[0])

    def predict_many(
        self, filled: FloatArray, rows: npt.NDArray[np.int64], first_step: int, horizon: int
    ) -> FloatArray:
        """Speeds (k, n) `horizon` steps after each of `rows` (k,) of filled speeds from `first_step` of a day on."""
        now, then = self.usual_at(first_step + rows), self.usual_at(first_step + rows + horizon)
        seen = features(filled, rows, now, then, self.neighbours[horizon])
        told = filled[rows] + np.einsum("knf,nf->kn", seen, self.weights[horizon])
        return np.asarray(np.clip(told, 0.0, self.top))

    def usual_at(self, steps: npt.NDArray[np.int64]) -> FloatArray:
        """The usual speeds (k, n) at steps counted from any midnight."""
        return np.asarray(self.usual[np.asarray(steps) % A_DAY], dtype=np.float64)


def learn(speeds: FloatArray, first_step: int = 0, horizons: tuple[int, ...] = (3, 6, 12)) -> Traffic:
    """Learn from speeds (t, n), one row a step; NaN is missing. Raises ValueError if there is less than a day."""
    if len(speeds) < A_DAY + max(horizons) or not np.isfinite(speeds).any():
        raise ValueError(f"{len(speeds)} rows: learning needs more than a day of them, {A_DAY + max(horizons)} rows")
    middle = _middle(speeds)
    usual = usual_speeds(speeds, first_step, middle)
    others = _usual_of_other_days(speeds, first_step, middle, usual)
    steps = (first_step + np.arange(len(speeds))) % A_DAY
    filled = fill(speeds, usual[steps])
    neighbours, weights = {}, {}
    for horizon in horizons:
        neighbours[horizon] = _neighbours(filled - others, horizon)
        weights[horizon] = _fit(speeds, filled, others, neighbours[horizon], horizon)
    return Traffic(usual, float(np.nanmax(speeds)), neighbours, weights)


def fill(speeds: FloatArray, usual: FloatArray) -> FloatArray:
    """Speeds (t, n) without gaps: the last one known, for up to an hour; then what is usual."""
    filled, age = speeds.copy(), np.full(speeds.shape[1], PAST + 1)
    for i, row in enumerate(filled):
        missing = ~np.isfinite(row)
        age = np.where(missing, age + 1, 0)
        kept = missing & (age <= PAST)
        row[kept] = filled[i - 1][kept]
        row[missing & ~kept] = usual[i][missing & ~kept]
    return filled


def usual_speeds(speeds: FloatArray, first_step: int, middle: FloatArray) -> FloatArray:
    """Mean speed by step of the day, smoothed over half an hour, (A_DAY, n); the median where a step was never seen."""
    total, count = _by_step(speeds, first_step)
    return _smooth(_mean(total, count, middle))


def features(
    filled: FloatArray,
    rows: npt.NDArray[np.int64],
    now: FloatArray,
    then: FloatArray,
    neighbours: npt.NDArray[np.int64],
) -> FloatArray:
    """What a detector's model sees, (k, n, features); rows before the first are taken as the first."""
    past = [filled[np.maximum(rows - lag, 0)] for lag in LAGS]
    last = past[0]
    columns = [*past, then, now, np.minimum(np.minimum(past[0], past[1]), past[2])]
    columns += [last[:, neighbours[:, j]] for j in range(neighbours.shape[1])]
    columns += [np.broadcast_to((last - now).mean(axis=1, keepdims=True), last.shape), np.ones_like(last)]
    return np.stack(columns, axis=-1)


def _fit(
    speeds: FloatArray, filled: FloatArray, usual: FloatArray, neighbours: npt.NDArray[np.int64], horizon: int
) -> FloatArray:
    rows = np.arange(PAST, len(speeds) - horizon)
    seen = features(filled, rows, usual[rows], usual[rows + horizon], neighbours)
    moved = speeds[rows + horizon] - filled[rows]
    known = np.isfinite(moved)
    every, target = seen[known], moved[known]
    gram = every.T @ every
    small = 1e-6 * np.trace(gram) / len(gram) * np.eye(len(gram))
    common = np.linalg.solve(gram + small, every.T @ target)
    return np.stack([_own(seen[known[:, i], i], moved[known[:, i], i], common) for i in range(seen.shape[1])])


def _own(seen: FloatArray, moved: FloatArray, common: FloatArray) -> FloatArray:
    """One detector's weights: least absolute error, held to the common ones."""
    weights, left = common.copy(), moved - seen @ common
    for _ in range(ROUNDS if len(seen) else 0):
        counts = 1.0 / np.maximum(np.abs(moved - seen @ weights), SOFT)
        weighted = seen * counts[:, None]
        weights = common + np.linalg.solve(weighted.T @ seen + RIDGE * np.eye(len(common)), weighted.T @ left)
    return weights


def _neighbours(deviation: FloatArray, horizon: int) -> npt.NDArray[np.int64]:
    """For each detector those whose deviation went best with what its own then did, (n, up to NEIGHBOURS)."""
    before, change = _standard(deviation[:-horizon]), _standard(deviation[horizon:] - deviation[:-horizon])
    together = np.abs(change.T @ before)
    np.fill_diagonal(together, -1.0)
    few = min(NEIGHBOURS, max(len(together) - 1, 0))
    return np.argsort(-together, axis=1, kind="stable")[:, :few]


def _usual_of_other_days(speeds: FloatArray, first_step: int, middle: FloatArray, usual: FloatArray) -> FloatArray:
    """For each row what the other days say is usual, (t, n); with fewer than two whole days, what all of them say."""
    steps = first_step + np.arange(len(speeds))
    day = steps // A_DAY
    if len(speeds) < 2 * A_DAY:
        return np.asarray(usual[steps % A_DAY], dtype=np.float64)
    total, count = _by_step(speeds, first_step)
    told = np.empty_like(speeds)
    for d in range(day[0], day[-1] + 1):
        mine = day == d
        own, seen = _by_step(speeds[mine], int(steps[mine][0]))
        told[mine] = _smooth(_mean(total - own, count - seen, middle))[steps[mine] % A_DAY]
    return told


def _by_step(speeds: FloatArray, first_step: int) -> tuple[FloatArray, FloatArray]:
    total, count = (np.zeros((A_DAY, speeds.shape[1])) for _ in range(2))
    steps = (first_step + np.arange(len(speeds))) % A_DAY
    np.add.at(total, steps, np.nan_to_num(speeds))
    np.add.at(count, steps, np.isfinite(speeds))
    return total, count


def _mean(total: FloatArray, count: FloatArray, middle: FloatArray) -> FloatArray:
    return np.where(count > 0, total / np.maximum(count, 1.0), middle)


def _smooth(usual: FloatArray) -> FloatArray:
    half = WIDTH // 2
    return np.asarray(np.mean([np.roll(usual, shift, axis=0) for shift in range(-half, half + 1)], axis=0))


def _middle(speeds: FloatArray) -> FloatArray:
    every = float(np.nanmedian(speeds))
    columns: list[Any] = [column[np.isfinite(column)] for column in speeds.T]
    return np.array([np.median(column) if len(column) else every for column in columns])


def _standard(columns: FloatArray) -> FloatArray:
    return np.asarray((columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-9))
