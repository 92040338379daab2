"""How fast the roads are, from cars that have just driven them: nobody's drive can be seen in it.

A stretch counts when cars of at least FEWEST households have driven it lately, as the middle of what they took. What
was heard fades to the usual within about an hour.
"""

from collections import deque
from dataclasses import dataclass, field
from math import exp
from statistics import median
from typing import Final

import numpy as np

from homeward.models.roads.network import Column

FEWEST: Final = 3
FADES_S: Final = 3600.0
FORGOTTEN_S: Final = 2 * FADES_S
MOST: Final = 50  # drives kept for each stretch
QUICKEST, SLOWEST = 0.6, 12.0  # times the usual; beyond them somebody stood, or was not there


@dataclass(slots=True)
class Probes:
    """What cars told of arcs whose usual times are `usual_ms` (m,)."""

    usual_ms: Column
    heard: dict[int, deque[tuple[float, str, float]]] = field(default_factory=dict)

    def add(self, household: str, arcs: Column, at_s: Column, took_s: Column) -> None:
        """Take in a drive by its arcs (n,), when each was begun, s since 1970, and how long it took, s."""
        over = np.asarray(took_s) * 1000.0 / np.maximum(self.usual_ms[arcs], 1.0)
        for arc, at, times in zip(arcs.tolist(), at_s.tolist(), over.tolist(), strict=True):
            if QUICKEST <= times <= SLOWEST:
                self.heard.setdefault(arc, deque(maxlen=MOST)).append((at, household, times))

    def weights(self, now: float) -> Column:
        """The times of all arcs as they are now, ms (m,): usual where too few have driven lately."""
        weight = np.array(self.usual_ms)
        for arc, told in list(self.heard.items()):
            lately = [one for one in told if now - one[0] < FORGOTTEN_S]
            if not lately:
                del self.heard[arc]
            elif len({household for _, household, _ in lately}) >= FEWEST:
                age = max(0.0, now - max(at for at, *_ in lately))
                over = 1.0 + (median(times for *_, times in lately) - 1.0) * exp(-age / FADES_S)
                weight[arc] = max(1, round(float(self.usual_ms[arc]) * over))
        return weight
