"""What each car of a hub takes, learned from its own drives: by how much the battery fell, on the roads it drove.

A state of charge is told in whole percent by many cars, so short drives are added up until they took enough to say
something. A battery that rose in between was charged: what was added up till then is dropped.
"""

from dataclasses import dataclass, field
from math import isfinite, nan
from typing import Any, Final

import numpy as np

from homeward.app.cars import BATTERY, OUTSIDE_C, Cars
from homeward.app.hub import Hub
from homeward.core.signal import Refused
from homeward.maps.charge import air_at
from homeward.models.energy import PLANNED, planned
from homeward.models.roads.match import Matched
from homeward.models.roads.network import Network
from homeward.vehicles import Vehicle

CHARGE: Final = f"{BATTERY}.StateOfCharge.Current"
ENOUGH: Final = 5.0  # percent
LIKELY = (0.3, 3.0)  # times the usual: beyond it was something else, such as a charger that was not told
MARGIN_S: Final = 120.0
CHARGES: Final = f"""select "at" as moment, value as charge from readings where node = $node and path = '{CHARGE}'
and "at" between $since and $until order by moment"""


@dataclass(slots=True)
class Fell:
    """Drives since the last lesson: their rows of energies added up, and by how much the charge fell, percent."""

    row: list[float] = field(default_factory=lambda: [0.0] * len(PLANNED))
    percent: float = 0.0


@dataclass(eq=False)
class Learner:
    """Teaches each car's consumption, drive by drive."""

    hub: Hub
    cars: Cars
    network: Network
    fell: dict[str, Fell] = field(default_factory=dict)

    def learn(self, car: str, matched: Matched, since: float, until: float) -> bool:
        """Learn a drive that is over; whether it was enough for a lesson. Called in a thread."""
        try:
            vehicle = self.cars.vehicle(car)
        except Refused:
            return False
        fell = self._fell_by(car, since - MARGIN_S, until + MARGIN_S)
        if not isfinite(fell) or fell < 0.0:
            self.fell.pop(car, None)
            return False
        own = self.fell.setdefault(car, Fell())
        own.row = (np.array(own.row) + self._row(car, vehicle, matched)).tolist()
        own.percent += fell
        if own.percent < ENOUGH:
            return False
        row, kwh = np.array(own.row), own.percent / 100.0 * vehicle.usable_kwh
        del self.fell[car]
        known = self.cars.consumption(car)
        if not LIKELY[0] < kwh / max(known.predict_one(row)[0], 0.01) < LIKELY[1]:
            return False
        known.learn_one(row, kwh)
        self.cars.learned[car] = known
        self.cars.keep()
        return True

    def _fell_by(self, car: str, since: float, until: float) -> float:
        """By how much the charge fell, percent; NaN where it was not told at both ends or rose on the way."""
        asked = {"node": car, "since": since, "until": until}
        found: Any = self.hub.history.select(CHARGES, asked, (since, until + 1.0), "readings")
        charge = np.array(found["charge"].to_pylist(), dtype=np.float64)
        if len(charge) < 2 or (np.diff(charge) > 2.0).any():
            return nan
        return float(charge[0] - charge[-1])

    def _row(self, car: str, vehicle: Vehicle, matched: Matched) -> Any:
        """The drive's energies for a nominal car of its kind, as a planner makes them, (len(PLANNED),)."""
        home = self.cars.home(car.partition("/")[0])
        outside = self.cars.number(home, "Home.Climate.OutdoorTemperature", OUTSIDE_C)
        length = np.asarray(self.network.length_m[matched.arcs], dtype=np.float64)
        rows = planned(vehicle.car, air_at(outside), length, matched.took_s, self.network.climbs(matched.arcs))
        return rows.sum(axis=0)
