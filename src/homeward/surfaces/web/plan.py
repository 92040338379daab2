"""The plan for coming home, as read from `Home.Arrival.Plan`, and how one plan differs from the next."""

import json
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

MOVED_S = 300.0
"""Smaller changes of the arrival than this are not worth a card of their own."""

COLUMNS = ("indoor", "outdoor", "level", "price")
MOMENTS = ("at", "target", "p10", "median", "p90", "warm_from", "needs_s", "setback")


@dataclass(frozen=True, slots=True)
class Plan:
    """When somebody is back, from when it warms, and what the temperature does on the way.

    All moments in seconds since 1970 UTC, NaN where not known; the columns share one length n ≥ 0. `level` is the
    heating's share of its full power, 0..1; `price` (per kWh) may be empty.
    """

    at: float
    target: float
    times: NDArray[np.float64]
    indoor: NDArray[np.float64]
    outdoor: NDArray[np.float64]
    level: NDArray[np.float64]
    price: NDArray[np.float64]
    p10: float
    median: float
    p90: float
    warm_from: float
    needs_s: float
    setback: float
    why: str

    @property
    def expects(self) -> bool:
        """Somebody is expected back, with an interval that can be drawn."""
        return isfinite(self.median) and isfinite(self.p10) and isfinite(self.p90)


@dataclass(frozen=True, slots=True)
class Move:
    """The arrival moved, and what the heating did about it, from one plan to a later one.

    `heating` is `start` (it starts at `heat` instead of `was_heat`; NaN stands for "at once"), `ready` (it is warm at
    `heat` instead of `was_heat`) or `same` (it goes on as it was).
    """

    median: float
    was_median: float
    heating: Literal["start", "ready", "same"]
    heat: float
    was_heat: float
    why: str


def read_plan(text: Any) -> Plan | None:
    """The plan that a text holds; None for anything that is not one. Never raises: the text came from elsewhere."""
    try:
        raw = json.loads(text)
        times = _column(raw, "times", None)
        if not np.all(np.diff(times) > 0):
            return None
        if not isfinite(_number(raw.get("target"))):
            return None
        columns: dict[str, Any] = {key: _column(raw, key, len(times)) for key in COLUMNS}
    except (TypeError, ValueError, AttributeError):
        return None
    moments: dict[str, Any] = {key: _number(raw.get(key)) for key in MOMENTS}
    return Plan(times=times, why=str(raw.get("why") or ""), **columns, **moments)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def _column(raw: Any, key: str, length: int | None) -> NDArray[np.float64]:
    """A column of the plan; empty where it is absent, has another length than the times, or holds what is no number."""
    column = np.asarray([_number(value) for value in raw.get(key) or ()], dtype=np.float64)
    if length is None and not np.all(np.isfinite(column)):
        raise ValueError(f"{key} holds something that is not a number")
    return column if length is None or (len(column) == length and np.all(np.isfinite(column))) else np.empty(0)


def moved(old: Plan | None, new: Plan | None, why: str, least_s: float = MOVED_S) -> Move | None:
    """The move from one plan to another; None if the arrival did not move by `least_s`."""
    if old is None or new is None or not (old.expects and new.expects):
        return None
    later = new.median - old.median
    if abs(later) < least_s:
        return None
    start, was_start = starts(new), starts(old)
    if isfinite(start) or isfinite(was_start):
        shift = (start if isfinite(start) else new.at) - (was_start if isfinite(was_start) else old.at)
        if shift * later > 0 and abs(shift) >= 60.0:
            return Move(new.median, old.median, "start", start, was_start, why)
    ready, was_ready = reaches(new, new.at), reaches(old, old.at)
    shift = ready - was_ready if ready is not None and was_ready is not None else 0.0
    if ready is not None and was_ready is not None and shift * later > 0 and abs(shift) >= 60.0:
        return Move(new.median, old.median, "ready", ready, was_ready, why)
    return Move(new.median, old.median, "same", nan, nan, why)


def starts(plan: Plan, now: float | None = None) -> float:
    """When heating for the arrival starts, if that is ahead (of `now`, else of when the plan was made); else NaN.

    A start after the arrival is for another day: then this one needs none.
    """
    ahead = (plan.at if now is None else now) + 60.0 < plan.warm_from
    return plan.warm_from if ahead and not plan.warm_from > plan.p90 else nan


def reaches(plan: Plan, now: float) -> float | None:
    """When the prediction first comes within 0.2 °C of the target after now; None if it never does or already is."""
    if not len(plan.indoor):
        return None
    ready, later = plan.indoor >= plan.target - 0.2, plan.times > now
    if not (ready & later).any() or (ready | ~later).all():
        return None
    return float(plan.times[ready & later][0])
