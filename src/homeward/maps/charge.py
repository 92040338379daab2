"""What a way takes out of a car's battery, leg by leg, and how charged it is along it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from homeward.maps.pack import Pack
from homeward.models.energy import PLANNED, Air, Consumption, planned
from homeward.models.roads.network import Column
from homeward.models.roads.roads import Roads, Way
from homeward.vehicles import Vehicle

SURE = 1.2816  # standard deviations: nine times in ten it is not worse
MWH = 1e6  # in a kWh
COLDEST_BATTERY_C = 5.0


@dataclass(frozen=True, eq=False, slots=True)
class Drive:
    """A way with a car: kWh, its standard deviation, and the charge in percent at each point (k,)."""

    kwh: float
    spread_kwh: float
    charge: Column

    def arrives(self, sure: float, usable_kwh: float) -> float:
        """The charge at the end, percent, if it takes `sure` standard deviations more than expected."""
        return float(self.charge[-1]) - 100.0 * sure * self.spread_kwh / usable_kwh


def air_at(outside_c: float, cabin_c: float | None = None) -> Air:
    """The warmth at departure: a cabin and a battery as cold as it is outside, unless they are known."""
    return Air(outside_c, outside_c if cabin_c is None else cabin_c, max(outside_c, COLDEST_BATTERY_C))


USUAL = Consumption(PLANNED)
"""What cars usually take, beyond what their mass and drag say."""


def energy_of_arcs(pack: Pack, vehicle: Vehicle, outside_c: float, takes: Consumption = USUAL) -> Column:
    """What each arc takes at free flow, kWh (m,); below zero where it gives back. Heating is not in it, but time is."""
    network = pack.network
    length = np.asarray(network.length_m, dtype=np.float64)
    rows = planned(vehicle.car, air_at(outside_c, 21.0), length, network.seconds(), network.climbs())
    rows[:, CHANGES] = 0.0  # what braking and speeding up between arcs costs belongs to no arc
    return takes.legs(rows)


CHANGES = list(PLANNED).index("changes")


def climbed(network: Any, way: Way) -> tuple[float, float]:
    """How far a way goes up and how far down, m."""
    up = network.climbs(way.arcs)
    return float(np.maximum(up, 0.0).sum()), float(-np.minimum(up, 0.0).sum())


def drive(
    pack: Pack,
    roads: Roads,
    way: Way,
    vehicle: Vehicle,
    charge: float,
    outside_c: float,
    cabin_c: float | None = None,
    takes: Consumption = USUAL,
) -> Drive:
    """What a way takes, from a charge in percent; the cabin is as cold as it is outside, unless it is known."""
    network, arcs = pack.network, way.arcs
    share = way.parts
    length = np.asarray(network.length_m[arcs], dtype=np.float64) * share
    seconds = network.seconds(arcs) * share
    rows = planned(
        vehicle.car, air_at(outside_c, cabin_c), np.maximum(length, 0.01), seconds, network.climbs(arcs) * share
    )
    kwh, spread = takes.predict_one(rows.sum(axis=0))
    used = np.concatenate([[0.0], np.cumsum(takes.legs(rows))])
    ends = np.concatenate([way.first, [len(way.points) - 1]])
    at = np.interp(np.arange(len(way.points)), ends, used)
    return Drive(kwh, spread, np.minimum(100.0, charge - 100.0 * at / vehicle.usable_kwh))


def weights_by_energy(pack: Pack, vehicle: Vehicle, outside_c: float, takes: Consumption = USUAL) -> Column:
    """Energy as weights for the hierarchy, mWh (m,)."""
    return as_weights(energy_of_arcs(pack, vehicle, outside_c, takes))


def as_weights(kwh: Column) -> Column:
    """Energies, kWh (m,), as weights, mWh (m,)."""
    return np.round(kwh * MWH).astype(np.int64)


def seconds_of(roads: Roads, way: Way) -> float:
    """How long a way takes at free flow with its turns, whatever weights it was found by, s."""
    turning = float(roads.turning_ms(way.arcs).sum()) / 1000.0
    return float((roads.network.seconds(way.arcs) * way.parts).sum()) + turning
