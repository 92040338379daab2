"""A drive with stops to charge: which chargers, how full, and the ways between, so that a reserve is kept throughout.

The plan is made on tables of times and energies (`models/roads/stops.py`); then each of its ways is driven arc by arc,
and where a slope on the way asks for more than its sum, the plan is made again knowing so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.maps.charge import MWH, SURE, USUAL, Drive, as_weights, drive, energy_of_arcs, seconds_of
from homeward.maps.chargers import Charger
from homeward.maps.pack import Pack
from homeward.models.charging import WARM_C, between_s, times_s
from homeward.models.energy import Consumption
from homeward.models.roads.crew import ALONE, Crew
from homeward.models.roads.kernels import NOWHERE
from homeward.models.roads.network import DEGREE_M, Column
from homeward.models.roads.roads import Roads, Spot, Way
from homeward.models.roads.stops import Chargers, Legs, Plan, Stop, Ways, plan
from homeward.models.roads.table import Climbed, Group, Table
from homeward.vehicles import Vehicle

STOP_S: Final = 300.0  # to leave the road, plug in and come back
OFF_ROAD_M: Final = 400.0
MOST_CHARGERS: Final = 400
DETOUR: Final = 1.6  # chargers further round than this are not looked at, as the crow flies
DETOUR_M: Final = 30_000.0
CABIN_C: Final = 21.0
WARMING_C_PER_H: Final = 12.0  # of a battery while driving
PRECONDITIONING_KWH: Final = 1.5
ROUNDS: Final = 6
HOLDS: Final = 0.05  # percent by which a leg may miss the reserve when it is driven


@dataclass(frozen=True, slots=True)
class Wish:
    """With which car, how charged in percent, how warm outside, and how much charge must be left on each leg.

    `sure` are standard deviations by which a leg may take more than expected. `precondition`: the battery is warmed on
    the way to a charger. `stop_s` is what a stop takes besides charging; `takes` what the car has shown to take.
    """

    vehicle: Vehicle
    charge: float
    outside_c: float
    reserve: float
    sure: float = SURE
    precondition: bool = False
    stop_s: float = STOP_S
    takes: Consumption = USUAL

    def battery_c(self) -> float:
        """How warm the battery is at a charger: warmed on purpose, or by an hour's drive."""
        return WARM_C if self.precondition else min(WARM_C, self.outside_c + WARMING_C_PER_H)

    @property
    def warming_kwh(self) -> float:
        """What warming the battery on purpose takes before each stop."""
        return PRECONDITIONING_KWH if self.precondition and self.outside_c < WARM_C - WARMING_C_PER_H else 0.0


@dataclass(frozen=True, slots=True)
class Leg:
    """A way that is driven, its energy, and the stop at its end; None at the destination or where nobody stops."""

    way: Way
    drive: Drive
    seconds: float
    charger: Charger | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """All legs, and what all takes, charging in it, s."""

    legs: tuple[Leg, ...]
    seconds: float

    @property
    def charge(self) -> float:
        """At the end, percent."""
        return float(self.legs[-1].drive.charge[-1])


@dataclass(eq=False)
class Planner:
    """Plans for one car and weather on a map; its tables of chargers are made once and serve all plans."""

    pack: Pack
    roads: Roads
    wish: Wish
    crew: Crew = ALONE
    most_chargers: int = MOST_CHARGERS
    tables: tuple[Table, Table] = field(init=False)
    factor: float = 1.0

    def __post_init__(self) -> None:
        self.kwh = energy_of_arcs(self.pack, self.wish.vehicle, self.wish.outside_c, self.wish.takes)
        by_energy = as_weights(self.kwh)
        by_energy[self.roads.weight_ms >= NOWHERE] = NOWHERE
        times = np.minimum(self.roads.weight_ms, 1 << 28)
        quick = Table(self.roads, self.roads.weight_ms, self.kwh, self.crew, "weight")
        self.tables = quick, Table(self.roads, by_energy, times, self.crew, "cost")
        self.sites, self.spots = self._usable()
        self._sides = self._leaving(self.spots), self._reaching(self.spots)
        self._between = self._legs(*self._sides)

    def _usable(self) -> tuple[list[Charger], list[list[Spot]]]:
        """The chargers that the car can use and that lie by a road."""
        sites, spots = [], []
        for one in self.pack.chargers:
            if one.direct and not self.wish.vehicle.dc_kw:
                continue
            near = self.roads.nearest(one.lat, one.lon)
            if near and near[0].off_m <= OFF_ROAD_M:
                sites.append(one)
                spots.append(near[:2])
        return sites, spots

    def _leaving(self, places: Group) -> tuple[Climbed, ...]:
        return tuple(table.leaving(places) for table in self.tables)

    def _reaching(self, places: Group) -> tuple[Climbed, ...]:
        return tuple(table.reaching(places) for table in self.tables)

    def _legs(self, starts: tuple[Climbed, ...], goals: tuple[Climbed, ...]) -> tuple[Column, Column]:
        """Times, s, and energies, kWh (2, k, l): by the quickest ways, and by those that take least."""
        ms, kwh = self.tables[0].between(starts[0], goals[0])
        mwh, other_ms = self.tables[1].between(starts[1], goals[1])
        there = np.isfinite(mwh)
        seconds = np.stack([ms, np.where(there, other_ms, np.inf)]) / 1000.0
        return seconds, np.stack([kwh, np.where(there, mwh / MWH, 0.0)])

    def plan(self, start: Sequence[Spot], goal: Sequence[Spot]) -> Journey:
        """The quickest journey from one of the spots to one of the others. Raises Refused if none keeps the reserve."""
        straight = self.roads.way(list(start), list(goal))
        if straight is None:
            raise Refused("there is no way by car between these places on the map")
        driven = self._driven(straight, self.wish.charge, True)
        whole = float(self._energy(straight))
        self.factor = min(1.6, max(1.0, driven.kwh / whole)) if whole > 0.1 else 1.0
        if self._least(driven) >= self.wish.reserve:
            return Journey((Leg(straight, driven, seconds_of(self.roads, straight)),), seconds_of(self.roads, straight))
        near = self._near(start[0], goal[0])
        ways, chargers = self._ways(start, goal, near, driven), self._chargers(near)
        for _ in range(ROUNDS):
            told = plan(ways, chargers, self.wish.charge, self.wish.reserve)
            if told is None:
                raise Refused(self._why_not(near))
            journey, short = self._journey(told, ways, chargers, near, (start, goal))
            if not short:
                return journey
            for legs, row, column, alternative, needs in short:
                legs.need[alternative, row, column] = max(legs.need[alternative, row, column], needs)
        raise Refused(self._why_not(near))

    def _why_not(self, near: Column) -> str:
        wish = self.wish
        count = len(near)
        where = f"are {count} chargers" if count > 1 else "is one charger" if count else "is no charger that it can use"
        return (
            f"{wish.vehicle.name} cannot get there from {wish.charge:g} % with {wish.reserve:g} % in reserve: "
            f"there {where} on the way; less reserve or certainty may help, or more chargers (map build --chargers)"
        )

    def _energy(self, way: Way) -> float:
        return float((self.kwh[way.arcs] * way.parts).sum())

    def _driven(self, way: Way, charge: float, cold: bool) -> Drive:
        cabin = None if cold else CABIN_C
        wish = self.wish
        return drive(self.pack, self.roads, way, wish.vehicle, charge, wish.outside_c, cabin, wish.takes)

    def _least(self, driven: Drive) -> float:
        """The least charge on a way if it takes more than expected by what one wants to be sure of, percent."""
        spread = 100.0 * self.wish.sure * driven.spread_kwh / self.wish.vehicle.usable_kwh
        along = np.linspace(0.0, 1.0, len(driven.charge))
        return float((driven.charge - spread * along).min())

    def _near(self, start: Spot, goal: Spot) -> Column:
        """The chargers that are not too far round, at most `most_chargers` of them."""
        if not self.sites:
            return np.empty(0, dtype=np.int64)
        places = np.array([[one.lat, one.lon] for one in self.sites])
        ends = [self._place(spot) for spot in (start, goal)]
        around = sum(_metres(places, end) for end in ends)
        straight = float(_metres(np.array([ends[0]]), ends[1])[0])
        kept = np.flatnonzero(around <= DETOUR * straight + DETOUR_M)
        return np.sort(kept[np.argsort(around[kept], kind="stable")[: self.most_chargers]])

    def _place(self, spot: Spot) -> tuple[float, float]:
        node = int(self.pack.network.head[spot.arc])
        return float(self.pack.network.lat[node]), float(self.pack.network.lon[node])

    def _ways(self, start: Sequence[Spot], goal: Sequence[Spot], near: Column, driven: Drive) -> Ways:
        apart, more = driven.spread_kwh / max(driven.kwh, 0.1), self.wish.warming_kwh
        begin, end = self._leaving([start]), self._reaching([goal])
        straight = self._legs(begin, end)
        cold = max(0.0, driven.kwh - self.factor * float(straight[1][0, 0, 0])) / self.factor  # to warm the cabin up
        out, into = self._legs(begin, self._sides[1]), self._legs(self._sides[0], end)
        return Ways(
            self._rated((out[0][:, :, near], out[1][:, :, near] + cold), apart, more),
            self._rated((self._between[0][:, near][:, :, near], self._between[1][:, near][:, :, near]), apart, more),
            self._rated((into[0][:, near], into[1][:, near]), apart, 0.0),
            self._rated((straight[0], straight[1] + cold), apart, 0.0),
        )

    def _rated(self, legs: tuple[Column, Column], apart: float, more_kwh: float) -> Legs:
        """Legs in percent of the battery: what is expected, and what must be there."""
        percent = 100.0 / self.wish.vehicle.usable_kwh
        used = (np.where(legs[1] > 0.0, self.factor, 1.0) * legs[1] + more_kwh) * percent
        return Legs(legs[0], used, used + self.wish.sure * apart * np.abs(used))

    def _chargers(self, near: Column) -> Chargers:
        car, sites = self.wish.vehicle, [self.sites[i] for i in near.tolist()]
        powers = [(one.kw if one.direct else min(one.kw, car.ac_kw), one.direct) for one in sites]
        kinds = {power: number for number, power in enumerate(sorted(set(powers)))}
        flat = ((0.0, car.ac_kw), (100.0, car.ac_kw))
        times = [times_s(car.curve if direct else flat, car.usable_kwh, kw, self.wish.battery_c() if direct else WARM_C)
                 for kw, direct in kinds]  # fmt: skip
        kind = np.array([kinds[power] for power in powers], dtype=np.int64)
        return Chargers(kind, np.array(times).reshape(-1, 1001), np.full(len(sites), self.wish.stop_s))

    def _journey(
        self, told: Plan, ways: Ways, chargers: Chargers, near: Column, ends: tuple[Sequence[Spot], Sequence[Spot]]
    ) -> tuple[Journey, list[tuple[Legs, int, int, int, float]]]:
        """The legs as they are driven, and those that would end too low: which, and what those need, percent."""
        legs, short, charge, here, row = list[Leg](), [], self.wish.charge, ends[0], -1
        warming = 100.0 * self.wish.warming_kwh / self.wish.vehicle.usable_kwh
        for stop in (*told.stops, None):
            by, charges = (stop.by if stop else told.by), stop is not None and stop.seconds > 0.0
            there = self.spots[int(near[stop.charger])] if stop else ends[1]
            driven = self._driven(way := self._way(by, here, there), charge, row < 0)
            needs = charge - self._least(driven) + (warming if charges else 0.0)
            if charge - needs < self.wish.reserve - HOLDS:
                table = (ways.start if row < 0 else ways.between) if stop else (ways.direct if row < 0 else ways.end)
                short.append((table, max(row, 0), stop.charger if stop else 0, by, needs + HOLDS))
            charge = float(driven.charge[-1])
            if stop and charges:
                stop = self._met(stop, charge - warming, chargers)
                legs.append(Leg(way, driven, seconds_of(self.roads, way), self.sites[int(near[stop.charger])], stop))
                charge = stop.leaves
            else:
                legs.append(Leg(way, driven, seconds_of(self.roads, way)))
            if stop:
                here, row = there, stop.charger
        seconds = sum(leg.seconds + (leg.stop.seconds if leg.stop else 0.0) for leg in legs)
        return Journey(tuple(legs), seconds), short

    def _met(self, stop: Stop, arrives: float, chargers: Chargers) -> Stop:
        """A stop as it is when one arrives there with another charge than planned."""
        table, leaves = chargers.times_s[chargers.kind[stop.charger]], max(stop.leaves, arrives)
        return replace(
            stop, arrives=arrives, leaves=leaves, seconds=self.wish.stop_s + between_s(table, arrives, leaves)
        )

    def _way(self, by: int, here: Sequence[Spot], there: Sequence[Spot]) -> Way:
        """The quickest way between spots, or the one that takes least."""
        roads = self.roads
        if by:
            roads = roads.laid_by(self.tables[1].ways, self.tables[1].weight)
        way = roads.way(list(here), list(there))
        if way is None:
            raise Refused("there is no way by car between these places on the map")
        return way


def _metres(places: Column, end: tuple[float, float]) -> Any:
    """As the crow flies from each place (k, 2), m (k,)."""
    width = np.cos(np.radians(end[0]))
    return DEGREE_M * np.hypot(places[:, 0] - end[0], (places[:, 1] - end[1]) * width)
