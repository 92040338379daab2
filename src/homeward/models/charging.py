"""How long a battery charges: its curve, what the charger gives, and how cold the battery is.

A cold battery takes less: in half an hour at 0 °C about 36 % less than at 25 °C (Motoaki, Yi, Salisbury, "Empirical
analysis of electric vehicle fast charging under cold temperatures", Energy Policy 2018), taken here as a share of its
power that falls evenly with the cold.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
STEPS: Final = 1000  # of a tenth of a percent
WARM_C: Final = 25.0
LOST_PER_C: Final = 0.36 / 25.0
FLOOR: Final = 0.2
LEAST_KW: Final = 0.1
GRID: Final = np.arange(STEPS + 1) / 10.0


def power_kw(curve: Sequence[tuple[float, float]], percent: Column, battery_c: float = WARM_C) -> Column:
    """What a battery takes at most at states of charge (k,), kW (k,), by its curve of (percent, kW) points."""
    at, kw = (np.array(column, dtype=np.float64) for column in zip(*curve, strict=True))
    share = min(1.0, max(FLOOR, 1.0 - LOST_PER_C * (WARM_C - battery_c)))
    return np.asarray(np.interp(percent, at, kw) * share)


def times_s(curve: Sequence[tuple[float, float]], kwh: float, charger_kw: float, battery_c: float = WARM_C) -> Column:
    """When each tenth of a percent is reached at a charger of that power, s from empty (1001,)."""
    middles = (GRID[1:] + GRID[:-1]) / 2.0
    kw = np.maximum(LEAST_KW, np.minimum(charger_kw, power_kw(curve, middles, battery_c)))
    return np.concatenate([[0.0], np.cumsum(3600.0 * kwh / STEPS / kw)])


def between_s(times: Column, from_percent: float, to_percent: float) -> float:
    """How long it charges between two states of charge, s; 0 if there is nothing to charge."""
    begin, end = np.interp([from_percent, max(from_percent, to_percent)], GRID, times)
    return float(end - begin)
