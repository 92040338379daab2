"""Electric cars by name: what a route needs to know of them, from the table that homeward ships with and from imports.

Batteries, consumption and charging of the table are those of Open EV Data (KilowattApp/open-ev-data, MIT with
attribution), but for Xiaomi's, which are the maker's announcements; masses and drag are the makers' figures. Imported
cars have no such figures: theirs follow from consumption and battery.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from math import isfinite, nan
from pathlib import Path
from typing import Any
from unicodedata import normalize

import orjson

from homeward.core.signal import Refused
from homeward.models.charging import between_s, times_s
from homeward.models.energy import Car

KEPT = "vehicles.json"
GUESSED = "follows from consumption and battery"
LARGEST_BYTES = 64_000_000
BRANDS = {"vw": "Volkswagen", "mercedes-benz": "Mercedes", "škoda": "Skoda"}


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One car: usable battery kWh, mass with a driver kg, cd·A m², charging kW, usual Wh/km, and where that is from.

    `curve` are points (state of charge in percent, kW) of charging with direct current, ascending.
    """

    name: str
    usable_kwh: float
    mass_kg: float
    drag_area_m2: float
    rolling: float
    dc_kw: float
    ac_kw: float
    typical_wh_km: float
    heat_pump: bool
    curve: tuple[tuple[float, float], ...]
    battery_source: str
    body_source: str

    @property
    def car(self) -> Car:
        """What the consumption model needs of it."""
        return Car(mass_kg=self.mass_kg, drag_area_m2=self.drag_area_m2, rolling=self.rolling)

    def charging_s(self, from_percent: float, to_percent: float, charger_kw: float = float("inf")) -> float:
        """How long it charges between two states of charge at a charger of that power, s."""
        return between_s(times_s(self.curve, self.usable_kwh, charger_kw), from_percent, to_percent)


@cache
def shipped() -> tuple[Vehicle, ...]:
    """The table of this release."""
    text = (files("homeward") / "vehicles.csv").read_text(encoding="utf-8")
    return tuple(_row(row) for row in csv.DictReader(text.splitlines()))


def _row(row: dict[str, str]) -> Vehicle:
    curve = tuple((float(a), float(b)) for a, b in (point.split(":") for point in row["curve"].split()))
    return Vehicle(
        row["name"],
        float(row["usable_kwh"]),
        float(row["mass_kg"]),
        float(row["drag_area_m2"]),
        float(row["rolling"]),
        float(row["dc_kw"]),
        float(row["ac_kw"]),
        float(row["typical_wh_km"]),
        row["heat_pump"] == "yes",
        curve,
        row["battery_source"],
        row["body_source"],
    )


def known(folder: Path | None = None) -> tuple[Vehicle, ...]:
    """All cars: those shipped, then those imported into a hub's folder that are not among them."""
    own = shipped()
    names = {_plain(one.name) for one in own}
    return (*own, *(one for one in imported(folder) if _plain(one.name) not in names))


def imported(folder: Path | None) -> tuple[Vehicle, ...]:
    """The cars that were imported into a hub's folder. Raises Refused for a file that cannot be read any more."""
    path = folder / KEPT if folder else None
    if path is None or not path.exists():
        return ()
    try:
        rows = orjson.loads(path.read_bytes())
        return tuple(Vehicle(**{**row, "curve": tuple((float(a), float(b)) for a, b in row["curve"])}) for row in rows)
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"{path} cannot be read ({error}); import the cars anew: homeward vehicles import FILE") from None


def find(name: str, cars: Sequence[Vehicle]) -> Vehicle:
    """The car of that name: case, spaces and signs do not matter. Raises Refused naming the nearest."""
    name = _by_its_own(name)
    wanted = _plain(name)
    by_name = {_plain(one.name.partition(" ")[2]): one for one in reversed(cars)}  # without the brand, the first wins
    by_name |= {_plain(one.name): one for one in cars}
    if wanted in by_name:
        return by_name[wanted]
    words = set(name.casefold().replace("-", " ").split())
    alike = [one for one in cars if words and words <= set(one.name.casefold().replace("-", " ").split())]
    if len(alike) == 1:
        return alike[0]
    close = get_close_matches(wanted, by_name, 8, 0.5)
    near = [one.name for one in alike[:6]] or list(dict.fromkeys(by_name[one].name for one in close))[:4]
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise Refused(f"no car {name!r} in the table{hint or ';'} `homeward vehicles list` shows all")


def likeliest(name: str, cars: Sequence[Vehicle], gross_kwh: float = nan) -> Vehicle:
    """The car that a household means by brand and model: of several alike the one whose battery fits best.

    Raises Refused where there is none alike.

    >>> likeliest("BMW i3", shipped(), 29.0).name, likeliest("VW ID.4", shipped()).name
    ('BMW i3 94 Ah', 'Volkswagen ID.4 Pro Performance')
    """
    try:
        return find(name, cars)
    except Refused:
        words = set(_by_its_own(name).casefold().replace("-", " ").split())
        alike = [one for one in cars if words and words <= set(one.name.casefold().replace("-", " ").split())]
        if not alike:
            raise
    return min(alike, key=lambda one: abs(one.usable_kwh - gross_kwh)) if isfinite(gross_kwh) else alike[0]


def _by_its_own(name: str) -> str:
    """A name with its brand as the table writes it."""
    brand, _, model = name.strip().partition(" ")
    return f"{BRANDS.get(brand.casefold(), brand)} {model}".strip()


def _plain(name: str) -> str:
    parted = normalize("NFKD", name.casefold())
    return "".join(sign for sign in parted if sign.isalnum())


def read_open_ev_data(path: Path) -> tuple[tuple[Vehicle, ...], dict[str, int]]:
    """The cars of an Open EV Data file, and how many were left out for which reason. Raises Refused."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refused(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB: this is no list of cars")
        said = orjson.loads(path.read_bytes())
        rows = said["data"]
        if not isinstance(rows, list):
            raise TypeError
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{path} is not in the format of Open EV Data: a JSON object whose `data` is a list") from None
    cars: dict[str, Vehicle] = {}
    left_out: dict[str, int] = {}
    for row in rows:
        try:
            car = _imported(row)
        except (KeyError, TypeError, ValueError) as problem:
            why = str(problem) if isinstance(problem, Unfit) else "a figure is missing or is none"
            left_out[why] = left_out.get(why, 0) + 1
            continue
        cars[_plain(car.name)] = car
    return tuple(cars.values()), left_out


class Unfit(ValueError):
    """A row that cannot be a car to plan with; the text says why."""


def _imported(row: Any) -> Vehicle:
    if not isinstance(row, dict):
        raise Unfit("not a car")
    if row.get("vehicle_type", "car") != "car":
        raise Unfit("not a car")
    words = (str(row[key]).strip() for key in ("brand", "model", "variant") if row.get(key))
    name = " ".join(words)[:100]
    kwh, wh_km = float(row["usable_battery_size"]), 10.0 * float(row["energy_consumption"]["average_consumption"])
    if not (5.0 <= kwh <= 300.0 and 60.0 <= wh_km <= 600.0 and name):
        raise Unfit("battery or consumption cannot be")
    dc, ac = row.get("dc_charger"), float(row["ac_charger"]["max_power"])
    points = [(0.0, ac), (100.0, ac)]
    if dc:
        points = [(float(one["percentage"]), float(one["power"])) for one in dc["charging_curve"]]
    curve = tuple(sorted(points))
    if not curve or not all(isfinite(a) and 0.0 <= a <= 100.0 and 0.0 < b <= 1000.0 for a, b in curve):
        raise Unfit("a charging curve that cannot be")
    mass = 1050.0 + 12.0 * kwh
    drag = min(1.2, max(0.42, 0.45 + (wh_km - 130.0) / 220.0))
    top = float(dc["max_power"]) if dc else 0.0
    return Vehicle(name, kwh, mass, drag, 0.010, top, ac, wh_km, False, curve, "Open EV Data", GUESSED)


def keep(cars: Iterable[Vehicle], folder: Path) -> Path:
    """Keep imported cars in a hub's folder, in place of earlier ones; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / KEPT
    fresh = path.with_suffix(".new")
    fresh.write_bytes(orjson.dumps([{name: getattr(one, name) for name in Vehicle.__slots__} for one in cars]))
    fresh.replace(path)
    return path
