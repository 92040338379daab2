"""How well speeds 15, 30 and 60 minutes ahead are foretold, beside the present speed kept and the usual one.

The files hold a column per detector and a row per five minutes, oldest first; 0 or nothing is missing. They have no
clock: what is tested is taken to follow what was learned from. Where the daily curve says plainly that it does not,
the time of day is found from the curve instead, and the result says so.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.models import traffic
from homeward.models.thermal import FloatArray
from homeward.models.traffic import A_DAY

HORIZONS: Final = {"15": 3, "30": 6, "60": 12}
PLAINLY: Final = 0.75  # a found time of day must bring the usual speed this much nearer than the assumed one
NOT_SPEEDS: Final = ("", "timestamp", "time", "date", "datetime", "index")

Tell = Callable[[float, float], None]


def evaluate_traffic(train: list[Path], test: list[Path], tell: Tell = lambda done, total: None) -> dict[str, Any]:
    """Mean absolute errors in the files' unit (METR-LA: mph). Without files to test on, the last fifth is held out.

    Raises Refused naming the file and what was wrong with it.
    """
    names, known = _joined(train)
    if test:
        found, later = _joined(test, names)
        for path in test:
            if any(path.resolve() == learned.resolve() for learned in train):
                raise Refused(f"{path} is among the files to learn from: a forecast needs days it has not seen")
    else:
        found, cut = names, len(known) - len(known) // 5
        known, later = known[:cut], known[cut:]
    known = known[:, [names.index(name) for name in found]]
    tell(0.1, 1.0)
    try:
        model = traffic.learn(known)
    except ValueError as error:
        raise Refused(f"{train[0]}: {error}") from None
    tell(0.9, 1.0)
    step, how = _clock(model, later, len(known) % A_DAY)
    run_up = known[-traffic.PAST :] if how == "follows" else np.full((0, known.shape[1]), np.nan)
    return {
        "rows": len(later),
        "detectors": len(found),
        "learned_rows": len(known),
        "clock": how,
        **_errors(model, np.concatenate([run_up, later]), step - len(run_up), len(run_up)),
    }


def _errors(model: traffic.Traffic, speeds: FloatArray, first_step: int, start: int) -> dict[str, Any]:
    """Errors of model, present speed and usual speed on rows from `start`, counted where a speed was measured."""
    filled = traffic.fill(speeds, model.usual_at(first_step + np.arange(len(speeds))))
    told: dict[str, dict[str, float | None]] = {"mae_mph": {}, "persistence_mae_mph": {}, "historic_mae_mph": {}}
    for minutes, horizon in HORIZONS.items():
        rows = np.arange(start, len(speeds) - horizon)
        came = speeds[rows + horizon]
        for name, guess in (
            ("mae_mph", model.predict_many(filled, rows, first_step, horizon)),
            ("persistence_mae_mph", filled[rows]),
            ("historic_mae_mph", model.usual_at(first_step + rows + horizon)),
        ):
            wrong = np.abs(guess - came)[np.isfinite(came)]
            told[name][minutes] = round(float(wrong.mean()), 3) if len(wrong) else None
    return told


def _clock(model: traffic.Traffic, speeds: FloatArray, assumed: int) -> tuple[int, str]:
    """The step of the day at which the speeds begin, and whether it `follows` or was `found`."""
    if len(speeds) < A_DAY // 2:
        return assumed, "follows"
    steps = np.arange(len(speeds))
    wrong = [float(np.nanmean(np.abs(model.usual_at(steps + s) - speeds))) for s in range(A_DAY)]
    best = int(np.argmin(wrong))
    return (best, "found") if wrong[best] < PLAINLY * wrong[assumed] else (assumed, "follows")


def _joined(files: list[Path], wanted: list[str] | None = None) -> tuple[list[str], FloatArray]:
    """The files' rows one after another, and the detectors that all of them (and `wanted`) have."""
    read = [_read(path) for path in files]
    names = [name for name in wanted or read[0][0] if all(name in held for held, _ in read)]
    if not names:
        raise Refused(f"{files[0]}: no detector (column) is in all the files")
    return names, np.concatenate([rows[:, [held.index(name) for name in names]] for held, rows in read])


def _read(path: Path) -> tuple[list[str], FloatArray]:
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}") from None
    if len(lines) < 2:
        raise Refused(f"{path} is empty: expected a line of detectors' names and a line per five minutes")
    header = [cell.strip().strip('"') for cell in lines[0].split(",")]
    keep = [i for i, name in enumerate(header) if name.lower() not in NOT_SPEEDS]
    rows = [_row(path, number, line, header, keep) for number, line in enumerate(lines[1:], start=2)]
    speeds = np.array(rows, dtype=np.float64)
    return [header[i] for i in keep], np.where(np.isfinite(speeds) & (speeds > 0) & (speeds < 200), speeds, np.nan)


def _row(path: Path, number: int, line: str, header: list[str], keep: list[int]) -> list[float]:
    cells = line.split(",")
    if len(cells) != len(header):
        raise Refused(f"{path}, line {number}: {len(cells)} cells, the first line names {len(header)}")
    try:
        return [float(cells[i]) if cells[i].strip() else np.nan for i in keep]
    except ValueError:
        raise Refused(f"{path}, line {number}: a cell is not a speed: {line[:60]!r}") from None
