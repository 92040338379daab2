"""A simulated house with a heat pump: three temperatures, a thermostat, sensors as coarse as real ones.

It is deliberately another house than the one that the heating model imagines: the heat goes through a heating circuit
with its own mass, the pump gives less and draws more the colder it is, and sun, people and draughts add to it.

    circuit · d water = pump - give (water - air)
    light · d air     = give (water - air) + mix (walls - air) + lost (outdoor - air) + sun + people + draught
    heavy · d walls   = mix (air - walls)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp, sqrt
from random import Random

from homeward.demo.weather import Weather

STEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Building:
    """What the simulated house is made of: kWh/K, kW/K, and kW of heat at 0 °C outdoors."""

    circuit: float = 0.12
    light: float = 2.4
    heavy: float = 5.0
    give: float = 0.8
    mix: float = 2.5
    lost: float = 0.14
    pump_kw: float = 10.5
    draught_kw: float = 0.25


@dataclass(slots=True)
class SimulatedHome:
    """The house as it is now; `energy_kwh` counts electricity since it was made; `inside` counts people at a time."""

    weather: Weather
    at: float
    building: Building = field(default_factory=Building)
    target_c: float = 21.0
    mode: str = "auto"
    air_c: float = 21.0
    walls_c: float = 20.8
    water_c: float = 26.0
    people: int = 2
    inside: Callable[[float], int] | None = None
    level: float = 0.0
    power_kw: float = 0.0
    energy_kwh: float = 0.0
    draught_kw: float = 0.0
    holding: float = 0.35
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.weather.seed} draughts")

    def live(self, until: float) -> None:
        """Let time pass, in whole steps of a minute, so that it matters not how often one looks."""
        while self.at + STEP_S <= until:
            self._step()

    def _step(self) -> None:
        if self.inside is not None:
            self.people = self.inside(self.at)
        b, hours, outdoor = self.building, STEP_S / 3600.0, self.weather.outdoor_c(self.at)
        heat = self._pump(outdoor)
        keep = exp(-hours / 2.0)
        self.draught_kw = keep * self.draught_kw + sqrt(1 - keep**2) * self._random.gauss(0.0, b.draught_kw)
        gained = self.weather.sun_kw(self.at) + 0.09 * self.people + 0.15 + self.draught_kw
        given, mixed = b.give * (self.water_c - self.air_c), b.mix * (self.walls_c - self.air_c)
        self.water_c += hours * (heat - given) / b.circuit
        self.air_c += hours * (given + mixed + b.lost * (outdoor - self.air_c) + gained) / b.light
        self.walls_c -= hours * mixed / b.heavy
        self.energy_kwh += self.power_kw * hours
        self.at += STEP_S

    def _pump(self, outdoor: float) -> float:
        """The heat given in this step, kW. An inverter under a PI control; it cannot run below a fifth."""
        gap = self.target_c - self.air_c
        if abs(gap) < 0.4:
            self.holding = min(1.0, max(0.0, self.holding + 0.6 * gap * STEP_S / 3600.0))
        wanted = self.holding + 3.0 * gap if self.mode in ("auto", "heat") else 0.0
        least = 0.2 if self.level > 0 else 0.3
        self.level = 0.0 if wanted < least else min(1.0, max(0.2, wanted))
        heat = self.level * self.building.pump_kw * (1.0 + 0.02 * outdoor)
        self.power_kw = heat / max(1.5, 3.6 + 0.08 * outdoor - 0.5 * self.level)
        return heat

    def indoor_c(self) -> float:
        """What the sensor shows: tenths of a degree."""
        return round(self.air_c, 1)

    def full_power_kw(self) -> float:
        """Electric power at full level on a day at 0 °C."""
        return round(self.building.pump_kw / 3.1, 1)
