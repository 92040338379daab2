"""What happens on the roads, laid on a map: closed and slow stretches, matched to arcs by place, road and direction.

An event is told where it is by a point or a line and may name its road. Arcs count if they pass within NEAR_M of it,
carry the name where one is told, and lead its way where it is a line that says so. What no arc fits is laid nowhere: a
closure that may be elsewhere must not send people round.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, nan
from typing import Final

import numpy as np

from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.near import Pieces
from homeward.models.roads.network import DEGREE_M, Column, Network

NEAR_M: Final = 30.0
STEP_M: Final = 20.0
ALONG_DEGREES: Final = 60.0
SLOWEST_KMH: Final = 4.0
MS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class RoadEvent:
    """A closed or slow stretch: its line (one point or more, degrees), its road where told, until when (s since 1970).

    `speed_kmh` is NaN for a closure; `one_way` says that only the direction of the line is meant.
    """

    id: str
    line: tuple[tuple[float, float], ...]
    speed_kmh: float = nan
    road: str = ""
    until: float = nan
    one_way: bool = False
    words: str = ""

    @property
    def closed(self) -> bool:
        """Nobody gets through."""
        return not isfinite(self.speed_kmh)

    def is_on(self, now: float) -> bool:
        """It is not over."""
        return not isfinite(self.until) or now < self.until

    def told(self) -> str:
        """In words: `Mannerheimintie is closed`, `slow on the ring`."""
        road = self.road or "a road"
        return self.words or (f"{road} is closed" if self.closed else f"slow on {road}, {self.speed_kmh:.0f} km/h")


class EventMap:
    """Lays events on one network."""

    def __init__(self, network: Network, pieces: Pieces | None = None) -> None:
        """Look arcs up by their straight pieces; made anew unless they are there already."""
        self.network, self._pieces = network, pieces or Pieces.of(network)
        self.free_ms = np.maximum(np.round(network.seconds() * MS), 1.0).astype(np.int64)

    def arcs_of(self, event: RoadEvent) -> Column:
        """The arcs an event lies on (k,), ascending; none if it fits none."""
        line = np.array(event.line, dtype=np.float64).reshape(-1, 2)
        dense = _dense(line)
        found = Counter(arc for place in dense for arc in self._near(place, event.road))
        # A street that a line only touches, at a junction, is not meant.
        least = 0.5 * STEP_M * (len(dense) - 1)
        whole = self.network.length_m
        kept = [arc for arc, times in found.items() if STEP_M * times > min(least, 0.5 * float(whole[arc]))]
        arcs = np.array(sorted(kept), dtype=np.int64)
        if event.one_way and len(line) > 1:
            arcs = arcs[self._leads(arcs, line)]
        return arcs

    def _near(self, place: Column, road: str) -> set[int]:
        which, _, off = self._pieces.near.around(float(place[0]), float(place[1]), NEAR_M)
        arcs = self._pieces.arc[which]
        if road:
            wanted = road.casefold()
            names = [
                self.network.names[self.network.name[a]].casefold() if self.network.name[a] >= 0 else "" for a in arcs
            ]
            return {int(a) for a, name in zip(arcs.tolist(), names, strict=True) if name == wanted}
        nearest = off <= (float(off.min()) + 5.0 if len(off) else 0.0)
        return {int(a) for a in arcs[nearest]}

    def _leads(self, arcs: Column, line: Column) -> Column:
        scale = float(np.cos(np.radians(line[0, 0])))
        wanted = np.array([line[-1, 0] - line[0, 0], (line[-1, 1] - line[0, 1]) * scale])
        tail, head = self.network.tail[arcs], self.network.head[arcs]
        way = np.column_stack(
            [self.network.lat[head] - self.network.lat[tail], (self.network.lon[head] - self.network.lon[tail]) * scale]
        )
        length = np.maximum(np.linalg.norm(way, axis=1) * np.linalg.norm(wanted), 1e-12)
        return np.asarray((way @ wanted) / length > np.cos(np.radians(ALONG_DEGREES)))

    def weights(
        self, events: Iterable[RoadEvent], now: float, usual_ms: Column | None = None
    ) -> tuple[Column, dict[int, RoadEvent]]:
        """Times of all arcs, ms (m,), with what is on at `now`, and the event that counts on each arc it changed.

        `usual_ms` (m,) are the times without any event; free flow unless told.
        """
        weight, by_arc = np.array(self.free_ms if usual_ms is None else usual_ms), dict[int, RoadEvent]()
        for event in events:
            if not event.is_on(now):
                continue
            for arc in self.arcs_of(event).tolist():
                slowed = int(NOWHERE)
                if not event.closed:
                    kmh = max(event.speed_kmh, SLOWEST_KMH)
                    slowed = round(float(self.network.length_m[arc]) * 3.6 / kmh * MS)
                if slowed > weight[arc]:
                    weight[arc], by_arc[arc] = slowed, event
        return weight, by_arc


def _dense(line: Column) -> Column:
    """The line with a point at least every STEP_M."""
    parts = [line[:1]]
    for a, b in pairwise(line):
        metres = float(np.hypot(b[0] - a[0], (b[1] - a[1]) * np.cos(np.radians(a[0])))) * DEGREE_M
        share = np.linspace(0.0, 1.0, min(2000, max(2, int(metres / STEP_M) + 1)))[1:, None]
        parts.append(a + share * (b - a))
    return np.concatenate(parts)
