"""How well the heating model predicts real warm-ups and the next twelve hours, beside two baselines.

Model and baselines first learn the files to train on, then go through each file to test on as in life: before every
prediction they know all that lies before it and nothing after. A warm-up is predicted at the instant heat is asked
for, from the indoor and outdoor temperature, stage and setpoint at that instant. The sensor is coarse: it first shows
the target when the air passes half a step below it, and that is what all three predict.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from homeward.evaluate.baselines import ResistorCapacitor, Slope
from homeward.evaluate.house import House, WarmUp, read_house, warm_ups
from homeward.models.heating import HORIZON_S, Heating
from homeward.models.thermal import FloatArray

Progress = Callable[[str, float], None]
AHEAD_S = 12 * 3600.0
EVERY_S = 3600.0
STEP_S = 300.0


@dataclass(slots=True)
class Score:
    """What was predicted and what came: a row per warm-up, and pairs of errors in °C twelve hours ahead."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    ahead: list[tuple[float, float]] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The figures; None where there was nothing to measure."""
        errors = {name: [row[f"{name}_pct"] for row in self.rows] for name in ("model", "slope", "rc")}
        squares = np.array(self.ahead) ** 2

        def share(name: str, percent: float) -> float | None:
            return round(float(np.percentile(errors[name], percent)), 2) if self.rows else None

        def rmse(column: int) -> float | None:
            return round(float(np.sqrt(squares[:, column].mean())), 3) if self.ahead else None

        return {
            "warmups": len(self.rows),
            "median_abs_pct": share("model", 50),
            "p90_abs_pct": share("model", 90),
            "slope_median_abs_pct": share("slope", 50),
            "rc_median_abs_pct": share("rc", 50),
            "rmse_12h_c": rmse(0),
            "rc_rmse_12h_c": rmse(1),
        }


class Pupil:
    """The model and its baselines, going through a recording row by row."""

    def __init__(self, heating: Heating | None = None) -> None:
        self.heating = heating or Heating()
        self.slope = Slope()
        self.rc = ResistorCapacitor()

    def follow(self, house: House, score: Score | None = None, tell: Callable[[float], None] | None = None) -> None:
        """Learn the recording; where a score is given, predict each warm-up and each hour before learning on."""
        self.heating = Heating.restore({**self.heating.state(), "at": None})
        known, found = _known(house), list(warm_ups(house))
        starts, ends = {w.start: w for w in found}, {w.end: w for w in found}
        due, learned = house.at[0] + EVERY_S, 0
        rows = zip(
            *(c.tolist() for c in (house.at, house.indoor, house.outdoor, house.level, house.setpoint)), strict=True
        )
        for i, row in enumerate(rows):
            self.heating.learn_one(*row)
            if score and (i in starts or row[0] >= due):
                learned = self.rc.learn(house, known, learned, i + 1)
                if i in starts:
                    score.rows.append(self._predict_warm_up(house, starts[i]))
                if row[0] >= due:
                    due += EVERY_S
                    score.ahead += self._look_ahead(house, i)
            if i in ends:
                self.slope.learn_one(ends[i])
            if tell and i % 1000 == 0:
                tell(i / len(house.at))
        self.rc.learn(house, known, learned, len(house.at))

    def _predict_warm_up(self, house: House, warm_up: WarmUp) -> dict[str, Any]:
        i, half = warm_up.start, 0.5 * self.heating.sensor_step_c
        outdoor, level, shown = float(house.outdoor[i]), float(house.level[i]), warm_up.target - half
        point = float(house.setpoint[i])
        seconds = {
            "model": self.heating.seconds_to(
                shown, self.heating.indoor_c, outdoor, level, point if isfinite(point) else None
            ),
            "slope": self.slope.seconds_to(warm_up.target, warm_up.indoor),
            "rc": self.rc.seconds_to(shown, warm_up.indoor, outdoor, level),
        }
        row: dict[str, Any] = {
            "file": house.name,
            "at": float(house.at[i]),
            "from_c": round(warm_up.indoor, 2),
            "to_c": round(warm_up.target, 2),
            "outdoor_c": round(outdoor, 2),
            "minutes": warm_up.seconds / 60.0,
        }
        for name, value in seconds.items():
            value = min(value, HORIZON_S)
            row[f"{name}_minutes"] = round(value / 60.0, 1)
            row[f"{name}_pct"] = round(abs(value - warm_up.seconds) / warm_up.seconds * 100.0, 2)
        return row

    def _look_ahead(self, house: House, i: int) -> list[tuple[float, float]]:
        """The errors of model and RC twelve hours after row i, if the recording goes on so long without a gap."""
        end = int(np.searchsorted(house.at, house.at[i] + AHEAD_S))
        if end >= len(house.at) or np.diff(house.at[i : end + 1]).max() > 2 * STEP_S:
            return []
        picks = np.searchsorted(house.at, house.at[i] + STEP_S * np.arange(int(AHEAD_S / STEP_S)))
        outdoor, level, point = (_filled(c[picks]) for c in (house.outdoor, house.level, house.setpoint))
        if not np.isfinite([house.indoor[i], house.indoor[end], *outdoor, *level]).all():
            return []
        point = np.where(np.isfinite(house.setpoint[picks]), house.setpoint[picks], point)
        model = self.heating.predict(self.heating.indoor_c, outdoor, level, STEP_S, setpoint=point)[-1]
        rc = self.rc.predict(float(house.indoor[i]), outdoor, level, point, STEP_S)[-1]
        return [(float(model - house.indoor[end]), float(rc - house.indoor[end]))]


def evaluate_heating(
    train: list[Path], test: list[Path], progress: Progress | None = None, detail: bool = False
) -> dict[str, Any]:
    """Learn the files in `train`, predict those in `test`; percentages are of each warm-up's length, rmse in °C.

    `progress` is told what is under way and how far it is (0..1). With `detail` a row per warm-up comes along.
    Raises Refused where a file cannot be understood, naming line and column.
    """
    houses = sorted((read_house(path) for path in train), key=lambda house: float(house.at[0]))
    tests = [read_house(path) for path in test]
    score = Score()
    done, total = 0, len(houses) * (1 + len(tests)) + len(tests)
    for house in tests:  # each on its own: what one file teaches does not help with another
        pupil = Pupil()
        for one in [*houses, house]:
            name, base = one.name, done

            def tell(share: float, name: str = name, base: int = base) -> None:
                if progress:
                    progress(name, (base + share) / total)

            pupil.follow(one, score if one is house else None, tell)
            done += 1
    result = score.summary()
    return {**result, "detail": score.rows} if detail else result


def _known(house: House) -> FloatArray:
    """1 where the level says what the plant gave: off, or on and the setpoint not yet reached, `(n,)`."""
    known = np.isfinite(house.level)
    held = False
    for i in range(len(known)):
        if not house.level[i] > 0.0 or (i and house.level[i] > house.level[i - 1]):
            held = False
        if i and house.setpoint[i] > house.setpoint[i - 1]:
            held = False
        held = held or bool(house.indoor[i] >= house.setpoint[i] - 0.01)
        known[i] &= not held
    return np.asarray(known, dtype=np.float64)


def _filled(column: FloatArray) -> FloatArray:
    """The column with each unknown replaced by the last known before it (the first known before the start)."""
    known = np.flatnonzero(np.isfinite(column))
    if not len(known):
        return column
    return column[known[np.clip(np.searchsorted(known, np.arange(len(column)), "right") - 1, 0, None)]]
