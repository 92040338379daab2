"""The cars of households as plans need them: which one of the table each is, how charged, and what must be left."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite, nan
from statistics import NormalDist
from typing import Final

from homeward.app.hub import Hub
from homeward.core.signal import Kind, Refused, Value
from homeward.maps.charge import USUAL
from homeward.maps.journey import Wish
from homeward.models.energy import Consumption
from homeward.vehicles import Vehicle, known, likeliest

RESERVE, CERTAINTY, OUTSIDE_C = 10.0, 90.0, 10.0
BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
IDENTITY: Final = "Vehicle.VehicleIdentification"
PLACE: Final = "Vehicle.CurrentLocation"


@dataclass(eq=False)
class Cars:
    """Reads a hub's twin; the table is read once. `learned` is what each car takes, from its own drives."""

    hub: Hub
    learned: dict[str, Consumption] = field(default_factory=dict)

    @cached_property
    def table(self) -> tuple[Vehicle, ...]:
        """All cars there are."""
        return known(self.hub.settings.folder)

    def of(self, household: str) -> str:
        """The car that goes where the household goes, else its first one whose place is known; '' for none."""
        nodes = self.hub.circle.twin.nodes
        homes, cars = (
            [nodes.names[number] for number in nodes.of_household(household, kind)]
            for kind in (Kind.HOME, Kind.VEHICLE)
        )
        going = str(self.value(homes[0], "Home.Navigation.Vehicle") or "") if homes else ""
        return going if going in cars else next((car for car in cars if self.place(car)), "")

    def place(self, car: str) -> tuple[float, float] | None:
        """Where it is, in degrees."""
        lat, lon = (self.number(car, f"{PLACE}.{axis}") for axis in ("Latitude", "Longitude"))
        return (lat, lon) if isfinite(lat) and isfinite(lon) else None

    def vehicle(self, car: str) -> Vehicle:
        """Which one of the table it is, by brand and model, with its own battery. Raises Refused."""
        words = [str(self.value(car, f"{IDENTITY}.{name}") or "") for name in ("Brand", "Model")]
        if not words[1]:
            raise Refused(f"which model {car} is has not been told: write `brand:` and `model:` in the household file")
        kwh = self.number(car, f"{BATTERY}.GrossCapacity")
        found = likeliest(" ".join(filter(None, words)), self.table, kwh)
        return replace(found, usable_kwh=kwh) if isfinite(kwh) and kwh > 1.0 else found

    def wish(self, home: str, car: str) -> Wish:
        """With what it goes somewhere. Raises Refused where its model or its charge is not known."""
        vehicle, charge = self.vehicle(car), self.number(car, f"{BATTERY}.StateOfCharge.Current")
        if not isfinite(charge):
            raise Refused(f"how charged {car} is has not been told ({BATTERY}.StateOfCharge.Current)")
        outside = self.number(home, "Home.Climate.OutdoorTemperature", OUTSIDE_C)
        sure = NormalDist().inv_cdf(self.number(car, "Vehicle.Navigation.Certainty", CERTAINTY) / 100.0)
        reserve = self.number(car, "Vehicle.Navigation.Reserve", RESERVE)
        return Wish(vehicle, charge, 2.0 * round(outside / 2.0), reserve, sure, takes=self.learned.get(car, USUAL))

    def consumption(self, car: str) -> Consumption:
        """A copy of what is known of what it takes, to learn on."""
        return Consumption.restore(self.learned[car].state() if car in self.learned else USUAL.state())

    def value(self, node: str, path: str) -> Value | None:
        """What is known of a signal; None where there is no such node."""
        twin = self.hub.circle.twin
        return twin.get(node, path)[0] if node in twin.nodes else None

    def number(self, node: str, path: str, default: float = nan) -> float:
        """The same as a number."""
        value = self.value(node, path)
        return float(value) if isinstance(value, int | float) and isfinite(value) else default
