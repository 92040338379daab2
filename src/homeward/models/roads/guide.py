"""Finds ways on the roads as they are now, and tells what stands in the way: what the navigation skill asks.

`Guide` is what changes when traffic does; the skill keeps one and asks it anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import cos, isfinite, nan, radians
from typing import Final

import numpy as np

from homeward.models.eta import DriveTimes, Eta
from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.events import EventMap, RoadEvent
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import Column, Network
from homeward.models.roads.probes import Probes
from homeward.models.roads.profile import Profile
from homeward.models.roads.roads import Roads, Spot
from homeward.models.roads.trip import Halt, Place, Trip, joined, trip_of

FAR_M: Final = 1000.0
HORIZONS_S: Final = (900.0, 1800.0, 3600.0)
BACKWARDS_DEGREES: Final = 100.0
LESS_LATE, MORE_LATE = 0.15, 0.35  # how far a delay may be off either way, as a share of it
SIGN: Final = 0.9  # the share of the sign that free flow is taken to drive


@dataclass(slots=True)
class Guide:
    """The roads with today's traffic on them; `times` are what households' own drives taught, by name.

    `later` are the roads as they will be in so many seconds, as far as that is known; the local clock is `offset_s`
    ahead of UTC.
    """

    roads: Roads
    events: EventMap = field(init=False)
    by_arc: dict[int, RoadEvent] = field(default_factory=dict)
    times: dict[str, DriveTimes] = field(default_factory=dict)
    later: dict[float, Roads] = field(default_factory=dict)
    probes: Probes = field(init=False)
    profile: Profile = field(init=False)
    offset_s: float = 0.0

    def __post_init__(self) -> None:
        self.events = EventMap(self.network, self.roads.pieces)
        self.probes, self.profile = Probes(self.events.free_ms), Profile(np.asarray(self.network.kind))

    @property
    def network(self) -> Network:
        """The roads themselves."""
        return self.roads.network

    def warm(self) -> None:
        """Find one way, so that the first who asks need not wait for what is compiled then."""
        ends = [(float(self.network.lat[node]), float(self.network.lon[node])) for node in (0, -1)]
        self.plan(*ends[0], nan, Place(*ends[1]))

    def set_events(self, events: Iterable[RoadEvent], now: float) -> None:
        """Let these be what happens on the roads; ways asked for from now on know of it."""
        events = list(events)
        _, by_arc = self.weights(events, now)
        roads, later = self.laid(events, now)
        self.roads, self.later, self.by_arc = roads, later, by_arc

    def laid(self, events: Sequence[RoadEvent], now: float, crew: Crew = ALONE) -> tuple[Roads, dict[float, Roads]]:
        """The roads with the traffic of now, and with what will be left of it in 15, 30 and 60 minutes."""
        self.probes.forget(now)
        roads = self.roads.reweighted(self.weights(events, now)[0], crew)
        later: dict[float, Roads] = {}
        before = roads
        for ahead in HORIZONS_S:
            weight = self.weights(events, now + ahead)[0]
            if not np.array_equal(weight, before.weight_ms):
                before = before.reweighted(weight, crew)
            later[ahead] = before  # the same as before where nothing changes
        return roads, later

    def roads_in(self, ahead_s: float) -> Roads:
        """The roads as they will be in so many seconds."""
        known = [ahead for ahead in self.later if ahead <= ahead_s + HORIZONS_S[0] / 2.0]
        return self.later[max(known)] if known and ahead_s > HORIZONS_S[0] / 2.0 else self.roads

    def weights(self, events: Iterable[RoadEvent], now: float) -> tuple[Column, dict[int, RoadEvent]]:
        """The times of all arcs, ms (m,), by the hour, what cars have just driven and events, and which is where."""
        usual = self.events.free_ms
        if self.profile.known:
            times = self.profile.times(now + self.offset_s)
            usual = np.maximum(np.round(usual * times), 1.0).astype(np.int64)
        return self.events.weights(events, now, self.probes.weights(now, usual))

    def plan(
        self, lat: float, lon: float, heading: float, to: Place, ahead_s: float = 0.0, halts: Sequence[Halt] = ()
    ) -> Trip | None:
        """The quickest trip from where a car stands, heading in degrees (NaN: unknown), to a place; None if none.

        It begins in `ahead_s`, on the roads as they will be then, and stops at `halts` in that order.
        """
        legs: list[Trip] = []
        for i, place in enumerate([*(halt.place for halt in halts), to]):
            leg = self._leg(lat, lon, heading, place, ahead_s)
            if leg is None:
                return None
            legs.append(leg)
            lat, lon, heading = place.lat, place.lon, nan
            ahead_s += leg.seconds + (halts[i].seconds if i < len(halts) else 0.0)
        return joined(legs, halts)

    def _leg(self, lat: float, lon: float, heading: float, to: Place, ahead_s: float) -> Trip | None:
        roads = self.roads_in(ahead_s)
        start, goal = roads.nearest(lat, lon), roads.nearest(to.lat, to.lon)
        if not start or not goal or start[0].off_m > FAR_M or goal[0].off_m > FAR_M:
            return None
        ahead = [one for one in start if not self._backwards(one, heading)] or start
        way = roads.way(ahead, goal) or roads.way(start, goal)
        return trip_of(self.network, way, to) if way is not None else None

    def _backwards(self, spot: Spot, heading: float) -> bool:
        """Whether one would have to turn round to drive along that arc."""
        if not isfinite(heading):
            return False
        lat, lon = self.network.points(spot.arc)
        i = min(int(spot.share * (len(lat) - 1)), len(lat) - 2)
        along = np.degrees(np.arctan2((lon[i + 1] - lon[i]) * cos(radians(float(lat[i]))), lat[i + 1] - lat[i]))
        return abs((float(along) - heading + 180.0) % 360.0 - 180.0) > BACKWARDS_DEGREES

    def cost_s(self, trip: Trip, from_s: float = 0.0, ahead_s: float = 0.0) -> float:
        """What is left of a trip that goes on in `ahead_s`, s; inf where it is closed when one gets there."""
        arcs, share = self._left(trip, from_s)
        weight = self._as_met(arcs, share, ahead_s)
        if (weight >= NOWHERE).any():
            return float("inf")
        turning = float(self.roads.turning_ms(arcs).sum())
        halts = sum(halt.seconds for halt in trip.halts_after(from_s))
        return (float((weight * share).sum()) + turning) / 1000.0 + halts

    def rest(self, trip: Trip, from_s: float = 0.0) -> tuple[Column, tuple[float, float]]:
        """The arcs that are left of a trip, and where on the first and on the last it begins and ends.

        Raises ValueError for a trip on another map.
        """
        arcs, share = self._left(trip, from_s)
        if not len(arcs):
            raise ValueError("a trip on another map")
        return arcs, (0.0, float(share[0])) if len(arcs) == 1 else (1.0 - float(share[0]), float(share[-1]))

    def _as_met(self, arcs: Column, share: Column, ahead_s: float) -> Column:
        """The times of arcs in a row, ms (k,), each as it will be when one gets there."""
        weight = np.array(self.roads_in(ahead_s).weight_ms[arcs])
        takes = np.minimum(weight, 1 << 27) * share / 1000.0
        when = ahead_s + np.cumsum(takes) - takes
        for ahead, roads in sorted(self.later.items()):
            reached = when > ahead - HORIZONS_S[0] / 2.0
            weight[reached] = roads.weight_ms[arcs[reached]]
        return weight

    def in_the_way(self, trip: Trip, from_s: float = 0.0) -> list[RoadEvent]:
        """What happens on what is left of a trip, in the order one meets it."""
        arcs, _ = self._left(trip, from_s)
        found = [self.by_arc[arc] for arc in arcs.tolist() if arc in self.by_arc]
        return list({one.id: one for one in found}.values())

    def legs(self, trip: Trip, from_s: float = 0.0, ahead_s: float = 0.0) -> tuple[Column, Column]:
        """Length, m, and time as the roads will be, s, of each arc that is left (k,)."""
        arcs, share = self._left(trip, from_s)
        length = self.network.length_m[arcs].astype(np.float64) * share
        weight = self._as_met(arcs, share, ahead_s)
        driving = np.where(weight >= NOWHERE, self.events.free_ms[arcs], weight) * share
        return length, (driving + self.roads.turning_ms(arcs)) / 1000.0

    def eta(self, trip: Trip, times: DriveTimes, from_s: float = 0.0, ahead_s: float = 0.0) -> Eta:
        """How long what is left will take: the household's own drive times, and what traffic adds by then."""
        arcs, share = self._left(trip, from_s)
        if not len(arcs) or float(share.sum()) <= 0.0:
            return Eta(0.0, 0.0, 0.0)
        length = self.network.length_m[arcs].astype(np.float64) * share
        known = times.predict_one(self.network.speed_kmh[arcs].astype(np.float64) / SIGN, np.maximum(length, 0.1))
        free = self.events.free_ms[arcs]
        slow = np.minimum(self._as_met(arcs, share, ahead_s), 1 << 27)
        late = float((np.maximum(slow - free, 0) * share).sum()) / 1000.0
        halts = sum(halt.seconds for halt in trip.halts_after(from_s))
        longer = ((1.0 - LESS_LATE) * late + halts, late + halts, (1.0 + MORE_LATE) * late + halts)
        return Eta(known.p10 + longer[0], known.p50 + longer[1], known.p90 + longer[2])

    def _left(self, trip: Trip, from_s: float) -> tuple[Column, Column]:
        """The arcs left of a trip and the share of each that is, by where along its line `from_s` is."""
        arcs = trip.arcs
        if not len(arcs) or int(arcs.max()) >= self.network.arcs:
            return arcs[:0], np.zeros(0)
        share = trip.parts
        length = self.network.length_m[arcs].astype(np.float64) * share
        done = float(np.interp(from_s, trip.passed_s, trip.along_m)) * float(length.sum()) / max(trip.metres, 1e-9)
        gone = np.clip((done - (np.cumsum(length) - length)) / np.maximum(length, 1e-9), 0.0, 1.0)
        left = gone < 1.0
        left[-1] = True
        return arcs[left], (share * (1.0 - gone))[left]
