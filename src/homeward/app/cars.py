"""The cars of households as plans need them: which one of the table each is, how charged, and what must be left."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import isfinite, nan
from pathlib import Path
from statistics import NormalDist
from typing import Final

import orjson

from homeward.app.checkpoint import NAME, load
from homeward.app.hub import Hub
from homeward.bus.resends import Resends
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Refused, Value
from homeward.core.twin import Twin
from homeward.maps.charge import USUAL
from homeward.maps.journey import Wish
from homeward.models.energy import Consumption
from homeward.vehicles import Vehicle, known, likeliest
from homeward.words import load_vocabulary

KEPT: Final = "consumption.json"
RESERVE, CERTAINTY, OUTSIDE_C = 10.0, 90.0, 15.0
BATTERY: Final = "Vehicle.Powertrain.TractionBattery"
IDENTITY: Final = "Vehicle.VehicleIdentification"
PLACE: Final = "Vehicle.CurrentLocation"


@dataclass(eq=False)
class Cars:
    """Reads a twin, and in the hub's folder the table, once. `learned` is what each car takes, from its own drives."""

    twin: Twin
    folder: Path
    learned: dict[str, Consumption] = field(default_factory=dict)

    @classmethod
    def of_hub(cls, hub: Hub) -> "Cars":
        """Those of a running hub."""
        return cls(hub.circle.twin, hub.settings.folder)

    @classmethod
    def last_seen(cls, folder: Path) -> "Cars":
        """Those of a hub's folder, as they were when it last kept what it knows. Raises Refused."""
        if not (folder / NAME).exists():
            raise Refused(f"no hub has kept anything in {folder}; name its folder with --folder")
        circle = Circle(load_vocabulary())
        load(folder, circle, Resends())
        cars = cls(circle.twin, folder)
        cars.restore()
        return cars

    def restore(self) -> None:
        """Take back what was learned; what cannot be read is learned anew."""
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            said = orjson.loads((self.folder / KEPT).read_bytes())
            self.learned.update({car: Consumption.restore(state) for car, state in said.items()})

    def keep(self) -> None:
        """Keep what was learned."""
        fresh = (self.folder / KEPT).with_suffix(".new")
        fresh.write_bytes(orjson.dumps({car: one.state() for car, one in self.learned.items()}))
        fresh.replace(self.folder / KEPT)

    @cached_property
    def table(self) -> tuple[Vehicle, ...]:
        """All cars there are."""
        return known(self.folder)

    def of(self, household: str) -> str:
        """The car that goes where the household goes, else its first one whose place is known; '' for none."""
        nodes = self.twin.nodes
        cars = [nodes.names[number] for number in nodes.of_household(household, Kind.VEHICLE)]
        going = str(self.value(self.home(household), "Home.Navigation.Vehicle") or "")
        return going if going in cars else next((car for car in cars if self.place(car)), "")

    def home(self, household: str) -> str:
        """Its first home, '' where it has none."""
        nodes = self.twin.nodes
        return next((nodes.names[number] for number in nodes.of_household(household, Kind.HOME)), "")

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

    def wish(self, home: str, car: str, charge: float | None = None) -> Wish:
        """With what it goes somewhere, its charge if not told. Raises Refused where that or its model is not known."""
        vehicle = self.vehicle(car)
        charge = self.number(car, f"{BATTERY}.StateOfCharge.Current") if charge is None else charge
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
        return self.twin.get(node, path)[0] if node in self.twin.nodes else None

    def number(self, node: str, path: str, default: float = nan) -> float:
        """The same as a number."""
        value = self.value(node, path)
        return float(value) if isinstance(value, int | float) and isfinite(value) else default
