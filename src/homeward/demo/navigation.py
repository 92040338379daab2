"""The simulated navigation: what a car's own navigation would say of the way home, jams included.

It does not know how this drive will really go: it reckons with the limits and what lights usually cost, and is a little
wrong about jams. Before the drive it speaks only when something on the usual way is worth telling.
"""

from dataclasses import dataclass

import numpy as np

from homeward.core.signal import Value
from homeward.demo.journey import Jam, Style, drive
from homeward.demo.track import Floats, Track

SOURCE = "navigation (simulated)"
USUAL_SHARE, USUAL_RED_S = 0.88, 18.0
JAM_ERROR = 0.96
"""The share of a jam's true delay that it reckons with."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Home at `median`, one in ten before `p10` or after `p90`; seconds since 1970."""

    p10: float
    median: float
    p90: float
    why: str

    def readings(self, destination: str = "home") -> dict[str, Value]:
        """The estimate as signals of the vehicle."""
        return {
            "Vehicle.Arrival.Destination": destination,
            "Vehicle.Arrival.Source": SOURCE,
            "Vehicle.Arrival.Why": self.why,
            "Vehicle.Arrival.P10": round(self.p10),
            "Vehicle.Arrival.P90": round(self.p90),
            "Vehicle.Arrival.Median": round(self.median),
        }


class SimulatedNavigation:
    """Knows one way home and what it usually takes."""

    def __init__(self, track: Track) -> None:
        usual = drive(track, 0.0, Style(USUAL_SHARE, (USUAL_RED_S,) * len(track.lights_m)))
        self.track, self._at, self._along = track, usual.at, usual.along_m

    def left_s(self, along_m: float, jam: Jam | None = None) -> float:
        """How long the rest of the way takes as far as it can know, s."""
        passed: Floats = np.interp([along_m], self._along, self._at)
        return float(self._at[-1] - passed[0]) + (JAM_ERROR * jam.left_s(along_m) if jam else 0.0)

    def on_the_way(self, now: float, along_m: float, jam: Jam | None) -> Estimate:
        """The estimate while driving."""
        left, late = self.left_s(along_m), JAM_ERROR * jam.left_s(along_m) if jam else 0.0
        median = now + left + late
        early_s, late_s = 30.0 + 0.06 * left + 0.15 * late, 45.0 + 0.10 * left + 0.25 * late
        return Estimate(median - early_s, median, median + late_s, self._why(along_m, jam))

    def beforehand(self, leaves: float, jam: Jam) -> Estimate:
        """The estimate for a trip that is planned to begin at `leaves` on a way that is jammed."""
        median = leaves + self.left_s(0.0, jam)
        return Estimate(median - 9 * 60.0, median, median + 14 * 60.0, self._why(0.0, jam))

    def _why(self, along_m: float, jam: Jam | None) -> str:
        if jam is None or jam.left_s(along_m) <= 0.0:
            return f"on {self.track.spot(along_m).road} in {self.track.spot(along_m).place}"
        left = round(JAM_ERROR * jam.left_s(along_m) / 60.0)
        return f"jam on {jam.road} in {jam.place}; {left} min longer than usual"
