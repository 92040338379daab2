"""A simulated electric car: where the day's drives put it, what it draws, how warm it is inside, in VSS's words."""

from dataclasses import dataclass, field
from math import exp

from homeward.core.signal import Value
from homeward.demo.days import Day, Drive
from homeward.demo.track import Spot
from homeward.demo.weather import Weather

BATTERY_KWH, PER_KM_KWH, WALLBOX_KW = 62.0, 0.178, 7.4
FULL_ENOUGH = 80.0
BATTERY = "Vehicle.Powertrain.TractionBattery"
CABLE = f"{BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected"


@dataclass(slots=True)
class SimulatedCar:
    """The car as it is `now`; `odometer_m`, `charge` (percent) and `cabin_c` are reckoned until `at`."""

    weather: Weather
    at: float
    day: Day
    odometer_m: float = 18_243_000.0
    charge: float = 78.0
    cabin_c: float = 4.0
    climate_on: bool = False
    wanted_c: float = 21.0
    power_kw: float = 0.0
    now: float = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.at

    def now_driven(self, at: float | None = None) -> Drive | None:
        """The drive it is on, now or at a time."""
        at = self.now if at is None else at
        return next((one for one in self.day.drives if one.journey.begins <= at < one.journey.ends), None)

    def last_drive(self) -> Drive | None:
        """The drive it is on or that brought it to where it stands; None before the first of the day."""
        begun = [one for one in self.day.drives if one.journey.begins <= self.now]
        return begun[-1] if begun else None

    def is_home(self, at: float | None = None) -> bool:
        """It stands where it lives, now or at a time."""
        at = self.now if at is None else at
        begun = [one for one in self.day.drives if one.journey.begins <= at]
        return not begun or (begun[-1].homeward and at >= begun[-1].journey.ends)

    def next_change(self, at: float | None = None) -> float:
        """When it next sets off or stops, after now or a time; inf if not on this day."""
        after = self.now if at is None else at
        moments = [t for one in self.day.drives for t in (one.journey.begins, one.journey.ends)]
        return min((t for t in moments if t > after), default=float("inf"))

    def spot(self) -> Spot:
        """Where it is."""
        last = self.last_drive()
        if last is None:
            track = self.day.way
            return track.spot(track.length_m)
        return last.journey.track.spot(last.journey.along(self.now))

    def live(self, until: float) -> None:
        """Let time pass in whole steps, so that it matters not how often one looks: drive, charge, warm up, cool."""
        while (then := self._next_step()) <= until:
            self._pass(then)
        self.now = max(self.now, until)

    def _next_step(self) -> float:
        step = 600.0 if self.now_driven(self.at) is None else 10.0
        return min((self.at // step + 1) * step, self.next_change(self.at))

    def _pass(self, then: float) -> None:
        hours, driven = (then - self.at) / 3600.0, self.now_driven(self.at)
        outdoor = self.weather.outdoor_c(self.at)
        heated = driven is not None or self.climate_on
        near, pace = (self.wanted_c, 0.12) if heated else (outdoor, 0.8)
        self.cabin_c = near + (self.cabin_c - near) * exp(-hours / pace)
        self.power_kw = 0.6 + 0.06 * max(0.0, self.wanted_c - outdoor) if heated else 0.0
        if driven is not None:
            metres = driven.journey.along(then) - driven.journey.along(self.at)
            self.odometer_m += metres
            self.power_kw += PER_KM_KWH * metres / 1000.0 / max(hours, 1e-6)
        elif self.is_home(self.at) and self.charge < FULL_ENOUGH:
            self.power_kw -= WALLBOX_KW
        self.charge = min(100.0, max(3.0, self.charge - 100.0 * self.power_kw * hours / BATTERY_KWH))
        self.at = then

    def readings(self) -> dict[str, Value]:
        """What the car tells."""
        driven, spot = self.now_driven(), self.spot()
        speed = driven.journey.speed_kmh(self.now) if driven else 0.0
        return {
            "Vehicle.Speed": round(speed, 1),
            "Vehicle.IsMoving": speed > 0.5,
            "Vehicle.CurrentLocation.Latitude": round(spot.latitude, 6),
            "Vehicle.CurrentLocation.Longitude": round(spot.longitude, 6),
            "Vehicle.CurrentLocation.Heading": round(spot.heading, 1) % 360.0,
            "Vehicle.TraveledDistance": int(self.odometer_m),
            "Vehicle.Exterior.AirTemperature": round(2 * self.weather.outdoor_c(self.now)) / 2,
            "Vehicle.Cabin.HVAC.AmbientAirTemperature": round(2 * self.cabin_c) / 2,
            "Vehicle.Cabin.HVAC.IsAirConditioningActive": driven is not None or self.climate_on,
            f"{BATTERY}.StateOfCharge.Current": round(self.charge, 1),
            f"{BATTERY}.Range": int(1000 * self.charge / 100.0 * BATTERY_KWH / PER_KM_KWH),
            f"{BATTERY}.CurrentPower": round(-1000.0 * self.power_kw),
            f"{BATTERY}.Charging.IsCharging": self.power_kw < 0,
            CABLE: self.is_home() and driven is None,
        }
