"""How long a planned drive will take, as a distribution, learned from the household's own drives.

A route is legs, each with its length and the speed a map allows there. How much longer than allowed a leg takes is
learned by class of speed, so that thirty in town and hundred and twenty on a motorway differ. What a leg then still
takes more or less is of two kinds: its own chance, which evens out over a long way, and what all legs of a drive share
(the driver, the weather, the hour), which does not. Taking legs for independent forgets the second and is far too sure.
The quantiles are those that the household's drives showed, held to a normal distribution while there are few.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, log, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from homeward.models.thermal import FloatArray

ALLOWED_KMH: Final = (30.0, 50.0, 60.0, 80.0, 100.0, 130.0)  # the classes, by their upper bound
USUAL_LONGER: Final = (0.25, 0.45, 0.40, 0.20, 0.10, 0.05)  # log of the time over the allowed one: town waits at lights
USUAL_LEGS: Final = 5.0  # how many legs' worth the usual counts
USUAL_DRIVES: Final = 10.0
SHARED: Final = 0.10  # usual spread of what a drive's legs share, log
OWN: Final = 0.35  # usual spread of a leg of its own, log
NORMAL: Final = (-1.2816, 0.0, 1.2816)  # P10, P50 and P90 of the standard normal distribution
NORMAL_SCORES: Final = np.array([-1.645, -1.036, -0.674, -0.385, -0.126, 0.126, 0.385, 0.674, 1.036, 1.645])
KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Eta:
    """Seconds a drive takes: one in ten takes less than `p10`, half less than `p50`, one in ten more than `p90`."""

    p10: float
    p50: float
    p90: float


@dataclass(slots=True)
class DriveTimes:
    """What a household's drives taught: per class how much longer, and the spreads shared and own."""

    drives: list[list[list[float]]] = field(default_factory=list)  # of legs: allowed km/h, metres, seconds
    longer: FloatArray = field(init=False)
    shared: float = SHARED
    own: float = OWN
    quantiles: tuple[float, float, float] = NORMAL

    def __post_init__(self) -> None:
        self._fit()

    def learn_one(self, allowed_kmh: FloatArray, length_m: FloatArray, took_s: FloatArray) -> None:
        """Learn a drive by its legs (k,); one with a leg that cannot be is left aside."""
        legs = np.column_stack([allowed_kmh, length_m, took_s])
        if len(legs) and np.isfinite(legs).all() and (legs > 0.0).all():
            self.drives = [*self.drives[1 - KEPT :], legs.tolist()]
            self._fit()

    def predict_one(self, allowed_kmh: FloatArray, length_m: FloatArray) -> Eta:
        """How long the legs ahead (k,) will take together."""
        middle, spread = self._middle(allowed_kmh, length_m)
        return Eta(*(middle * exp(q * spread) for q in self.quantiles))

    def independent(self, allowed_kmh: FloatArray, length_m: FloatArray) -> Eta:
        """The same, were each leg's chance its own: to show what forgetting the shared part costs."""
        middle, _ = self._middle(allowed_kmh, length_m)
        spread = self.own * sqrt(_evens_out(length_m / allowed_kmh))
        return Eta(*(middle * exp(q * spread) for q in NORMAL))

    def state(self) -> dict[str, Any]:
        """All that was learned, as JSON can hold it."""
        return {"drives": self.drives}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> "DriveTimes":
        """What `state` gave."""
        return cls([[[float(v) for v in leg] for leg in drive] for drive in state["drives"]])

    def _middle(self, allowed_kmh: FloatArray, length_m: FloatArray) -> tuple[float, float]:
        """The middle, s, and the spread of its logarithm."""
        base = length_m / (allowed_kmh / 3.6)
        middle = float((base * np.exp(self.longer[_class(allowed_kmh)])).sum())
        return middle, sqrt(self.shared**2 + self.own**2 * _evens_out(base))

    def _fit(self) -> None:
        usual = np.array(USUAL_LONGER)
        drives = [np.array(drive) for drive in self.drives]
        self.longer, self.shared, self.own = usual, SHARED, OWN
        self.quantiles = NORMAL
        if not drives:
            return
        sums = np.array([_sums(drive) for drive in drives])  # (drives, 2, classes)
        took = sums.sum(axis=0) + USUAL_LEGS * np.array([np.exp(usual), np.ones(len(usual))])
        self.longer = np.log(took[0] / took[1])
        # Each drive is judged by what the others taught: else the spread of new ones would look smaller than it is.
        others = took - sums
        self._spreads(drives, np.log(others[:, 0] / others[:, 1]))

    def _spreads(self, drives: list[FloatArray], longer: FloatArray) -> None:
        errors, evens, own = [], [], []
        for drive, as_told in zip(drives, longer, strict=True):
            base = drive[:, 1] / (drive[:, 0] / 3.6)
            told = base * np.exp(as_told[_class(drive[:, 0])])
            errors.append(log(drive[:, 2].sum() / told.sum()))
            evens.append(_evens_out(base))
            own += [(b - a) ** 2 / 2.0 for a, b in pairwise(np.log(drive[:, 2] / told).tolist())]
        few = USUAL_DRIVES / (USUAL_DRIVES + len(drives))
        self.own = sqrt(few * OWN**2 + (1.0 - few) * (float(np.mean(own)) if own else OWN**2))
        left = float(np.mean(np.square(errors))) - self.own**2 * float(np.mean(evens))
        self.shared = sqrt(max(few * SHARED**2 + (1.0 - few) * left, 0.02**2))
        scores = np.array(errors) / np.sqrt(self.shared**2 + self.own**2 * np.array(evens))
        low, middle, high = np.quantile(np.concatenate([scores, NORMAL_SCORES]), [0.1, 0.5, 0.9], method="weibull")
        self.quantiles = (float(low), float(middle), float(high))


def _sums(drive: FloatArray) -> FloatArray:
    """A drive's legs by class (2, classes): how much longer than allowed, and counts, by allowed time."""
    of, allowed_s = _class(drive[:, 0]), drive[:, 1] / (drive[:, 0] / 3.6)
    weight = allowed_s / 72.0  # a usual leg: a kilometre at fifty
    over = drive[:, 2] / allowed_s
    return np.array([np.bincount(of, weight * over, len(ALLOWED_KMH)), np.bincount(of, weight, len(ALLOWED_KMH))])


def _class(allowed_kmh: FloatArray) -> npt.NDArray[np.int64]:
    found = np.searchsorted(ALLOWED_KMH, np.asarray(allowed_kmh) - 1e-9)
    return np.minimum(found, len(ALLOWED_KMH) - 1).astype(np.int64)


def _evens_out(base: FloatArray) -> float:
    """By how much the legs' own chances even out: 1 for one leg, 1/k for k equal ones."""
    return float((base**2).sum() / base.sum() ** 2)
