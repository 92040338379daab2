"""What turns cost: waiting for who comes across at larger roads, and slowing down.

Only turns at crossings with a main road (secondary or larger) count, and only roads into those get a place of their own
on the graph; elsewhere the wait is a second or two and is in the speeds that are usual there. Where one drives on the
right a left turn waits for oncoming cars. The figures are ours, of the size of the few seconds a turn that OSRM and
Valhalla take by default.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from homeward.models.roads.network import KINDS, Column, Network

MAIN: Final = KINDS.index("secondary_link")
FREE: Final = KINDS.index("motorway_link")  # motorways and their ramps have no crossings
STRAIGHT_DEGREES, SHARP_DEGREES = 35.0, 120.0
NEAR_SIDE_S, FAR_SIDE_S, SHARP_S, ROUND_S = 2.0, 5.0, 2.0, 20.0
YIELD_S: Final = 3.0  # from a smaller road onto or across a larger one
LEFT_HAND: Final = (
    "ag au bb bd bm bn bs bt bw cy dm fj fk gb gd gg gi gy hk id ie im in je jm jp ke ki kn ky lc lk ls mo ms mt mu mv "
    "mw my mz na nf np nr nz pg pk pn sb sc sg sh sr sz tc th tl to tt tv tz ug uk vc vg vi ws za zm zw"
)
"""Countries in which one drives on the left."""


@dataclass(frozen=True, eq=False, slots=True)
class Costs:
    """Pairs of arcs whose turn costs something: their keys `into * arcs + on`, ascending, and how much, ms (k,)."""

    arcs: int
    key: Column
    ms: Column

    def of(self, into: Column, on: Column) -> Column:
        """What each turn costs, ms int64 (k,); 0 for most."""
        key = np.asarray(into, dtype=np.int64) * self.arcs + on
        if not len(self.key):
            return np.zeros(len(key), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return np.where(self.key[at] == key, self.ms[at], 0)

    @property
    def into(self) -> Column:
        """The arcs from which some turn costs something, ascending."""
        return np.unique(self.key // self.arcs)


def drives_left(country: str) -> bool:
    """Whether one drives on the left there; on the right where it is not known.

    >>> drives_left("gb"), drives_left("fi"), drives_left("")
    (True, False, False)
    """
    return country in LEFT_HAND.split()


def no_costs(network: Network) -> Costs:
    """Every turn is free."""
    return Costs(network.arcs, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def turn_costs(network: Network, left_hand: bool = False) -> Costs:
    """The turns of a network that cost something."""
    into, on = _turns(network)
    degrees = _degrees(network, into, on)
    seconds = np.zeros(len(into))
    far = degrees > STRAIGHT_DEGREES if left_hand else degrees < -STRAIGHT_DEGREES
    near = ~far & (np.abs(degrees) > STRAIGHT_DEGREES)
    seconds += np.where(far, FAR_SIDE_S, 0.0) + np.where(near, NEAR_SIDE_S, 0.0)
    seconds += np.where(np.abs(degrees) > SHARP_DEGREES, SHARP_S, 0.0)
    largest = np.full(network.nodes, len(KINDS))
    for ends in (network.tail, network.head):
        np.minimum.at(largest, ends, network.kind)
    seconds += np.where(network.kind[into] > largest[network.head[into]] + 1, YIELD_S, 0.0)
    seconds = np.where(network.head[on] == network.tail[into], ROUND_S, seconds)
    costs = seconds > 0.0
    key = into[costs].astype(np.int64) * network.arcs + on[costs]
    order = np.argsort(key, kind="stable")
    return Costs(network.arcs, key[order], np.round(seconds[costs][order] * 1000.0).astype(np.int64))


def _turns(network: Network) -> tuple[Column, Column]:
    """All turns at crossings with a main road: the arcs in and on (k,), (k,)."""
    n = network.nodes
    kind = np.asarray(network.kind)
    ends = np.unique(np.sort(np.stack([network.tail, network.head], 1), 1), axis=0)
    roads = np.bincount(ends.ravel(), minlength=n)
    is_main = np.zeros(n, dtype=bool)
    for side in (network.tail, network.head):
        is_main[side[kind <= MAIN]] = True
    crossing = is_main & (roads >= 3)
    into = np.flatnonzero(crossing[network.head] & (kind > FREE))
    first = np.searchsorted(network.tail, np.arange(n + 1))
    head = network.head[into]
    count = first[head + 1] - first[head]
    on = np.repeat(first[head] - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    into = np.repeat(into, count)
    kept = kind[on] > FREE
    return into[kept], on[kept]


def _degrees(network: Network, into: Column, on: Column) -> Column:
    """How far each turn goes to the right, degrees (k,), from -180 to 180."""
    return (_bearing(network, on, False) - _bearing(network, into, True) + 180.0) % 360.0 - 180.0


def _bearing(network: Network, arcs: Column, at_end: bool) -> Column:
    """Which way an arc leads at its end or at its begin, degrees from north (k,)."""
    begin, end = network.shape_first[arcs], network.shape_first[arcs + 1]
    bent = end > begin
    bend = np.where(bent, end - 1 if at_end else begin, 0)
    columns = []
    for ends, shape in ((network.lat, network.shape_lat), (network.lon, network.shape_lon)):
        tail, head = ends[network.tail[arcs]], ends[network.head[arcs]]
        inner = np.asarray(shape[bend], dtype=np.float64) if len(shape) else tail
        a = np.where(bent, inner, tail) if at_end else tail
        b = head if at_end else np.where(bent, inner, head)
        columns.append((a, b))
    (lat, to_lat), (lon, to_lon) = columns
    return np.asarray(np.degrees(np.arctan2((to_lon - lon) * np.cos(np.radians(lat)), to_lat - lat)))
