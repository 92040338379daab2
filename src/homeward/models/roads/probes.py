"""How fast the roads are, from cars that have just driven them: nobody's drive can be seen in it.

A stretch counts when cars of at least `fewest` households have driven it lately, as the middle of what they took. What
was heard fades to the usual of that hour within about an hour.
"""

from collections import deque
from dataclasses import dataclass, field
from math import exp
from statistics import median
from typing import Final

import numpy as np

from homeward.models.roads.network import Column

FADES_S: Final = 3600.0
FORGOTTEN_S: Final = 2 * FADES_S
MOST: Final = 50  # drives kept for each stretch
QUICKEST, SLOWEST = 0.6, 12.0  # times the usual; beyond them somebody stood, or was not there


@dataclass(slots=True)
class Probes:
    """What cars told of arcs whose free flow takes `usual_ms` (m,)."""

    usual_ms: Column
    fewest: int = 3
    heard: dict[int, deque[tuple[float, str, float]]] = field(default_factory=dict)

    def add(self, household: str, arcs: Column, at_s: Column, took_s: Column) -> None:
        """Take in a drive by its arcs (n,), when each was begun, s since 1970, and how long it took, s."""
        over = np.asarray(took_s) * 1000.0 / np.maximum(self.usual_ms[arcs], 1.0)
        for arc, at, times in zip(arcs.tolist(), at_s.tolist(), over.tolist(), strict=True):
            if QUICKEST <= times <= SLOWEST:
                self.heard.setdefault(arc, deque(maxlen=MOST)).append((at, household, times))

    def forget(self, now: float) -> None:
        """Drop what was heard too long ago to count."""
        for arc, told in list(self.heard.items()):
            if now - told[-1][0] >= FORGOTTEN_S:
                self.heard.pop(arc, None)

    def weights(self, now: float, usual_ms: Column | None = None) -> Column:
        """The times of all arcs at a moment, ms (m,), as far as it is known: usual where too few have driven lately.

        `usual_ms` (m,) are the usual times of that hour; free flow unless told.
        """
        usual = self.usual_ms if usual_ms is None else usual_ms
        weight = np.array(usual)
        for arc, told in list(self.heard.items()):
            lately = [one for one in told if now - one[0] < FORGOTTEN_S]
            if len({household for _, household, _ in lately}) >= self.fewest:
                fresh = exp(-max(0.0, now - max(at for at, *_ in lately)) / FADES_S)
                lately_ms = float(self.usual_ms[arc]) * median(times for *_, times in lately)
                weight[arc] = max(1, round(fresh * lately_ms + (1.0 - fresh) * float(usual[arc])))
        return weight
