"""Evenings lived minute by minute: a household in its circle, and simple rules in the same house and weather."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Outcome, Reading, Value
from homeward.evaluate.dwelling import STRAY_H, Dwelling, Floats, Recording, Rooms
from homeward.evaluate.evenings import DAY_S, Evening
from homeward.skills.arrival import arrival
from homeward.skills.climate_model import climate_model
from homeward.words import load_vocabulary

FULL_KW = 4.0
"""Assumed electric power at full heat: it scales every energy alike."""
MONDAY = 1_767_571_200.0
BEFORE_S, AFTER_S, STEP_S = 3 * 3600.0, 3600.0, 60.0
REST_S = 3 * 3600.0
FENCE_M = 5000.0
WITHIN_C = 0.5
LOWEST_BELOW_C = 5.0
HOME, CAR = "played/home", "played/car"


@dataclass(frozen=True, slots=True)
class Result:
    """One evening of one policy: °C off target at the worst arrival, minutes warm too early or too late, kWh."""

    off_c: float
    early_min: float
    late_min: float
    energy_kwh: float


@dataclass(slots=True)
class Played:
    """One household that lives: its circle, and what its thermostat was last told."""

    circle: Circle
    setpoint: float
    problems: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, target: float) -> "Played":
        """A household with a home and a car, and the two skills, that has learned nothing."""
        circle = Circle(load_vocabulary(), [climate_model, arrival])
        circle.add(HOME, Kind.HOME)
        circle.add(CAR, Kind.VEHICLE)
        played = cls(circle, target)
        comfort: dict[str, Value] = {"Home.UtcOffset": 0.0, "Home.Climate.ComfortTemperature": target}
        played.hear(HOME, MONDAY - 7 * DAY_S, {**comfort, "Home.Climate.LowestTemperature": target - LOWEST_BELOW_C})
        return played

    def hear(self, node: str, at: float, values: dict[str, Value]) -> None:
        """Let a message arrive and carry out what is decided."""
        readings = [Reading(node, path, value, at) for path, value in values.items()]
        batch = Batch.of([(at, readings)], self.circle.twin.nodes, self.circle.twin.vocabulary)
        while True:
            turn = self.circle.turn(batch, at)
            self.problems += turn.problems
            if not turn.commands:
                return
            done = [Outcome(command.id, True, "", at) for command in turn.commands]
            for command in turn.commands:
                if command.path == "Home.Climate.TargetTemperature" and isinstance(command.value, float | int):
                    self.setpoint = float(command.value)
            batch = Batch.of([], self.circle.twin.nodes, self.circle.twin.vocabulary, done)


def live_a_week(played: Played, model: Dwelling, recording: Recording, target: float) -> None:
    """Seven days at home before the first evening: warm by day, three degrees less by night."""
    rooms = Rooms(model, target, target)
    random = np.random.default_rng(3)
    start = MONDAY - 7 * DAY_S
    steps = int(7 * DAY_S / 300.0)
    strays = stray_gains(model, random, steps, 300.0)
    played.hear(CAR, start, {"Vehicle.DistanceToHome": 0.0})
    for step in range(steps):
        at = start + step * 300.0
        second = at % DAY_S
        outdoor = recording.outdoor_at(step * 300 // 86_400, second)
        day = 6.5 * 3600.0 < second < 22.5 * 3600.0
        rooms.step(300.0, outdoor, strays[step], target if day else target - 3.0)
        _sense(played, rooms, at, outdoor, random)


def stray_gains(model: Dwelling, random: np.random.Generator, steps: int, seconds: float) -> list[float]:
    """A disturbance that comes and goes over three hours, °C/h, for each step."""
    keep = float(np.exp(-seconds / 3600.0 / STRAY_H))
    noise = random.normal(size=steps) * model.stray
    value, out = float(noise[0]), []
    for one in noise.tolist():
        value = keep * value + (1.0 - keep**2) ** 0.5 * one
        out.append(value)
    return out


def _sense(
    played: Played, rooms: Rooms, at: float, outdoor: float, random: np.random.Generator, held: bool = False
) -> None:
    """What the home says of its climate; while `held` for an evening to begin, nothing of the thermostat."""
    quantum = max(rooms.dwelling.quantum, 0.01)
    shown = round((rooms.air + 0.05 * float(random.normal())) / quantum) * quantum
    values: dict[str, Value] = {
        "Home.Climate.IndoorTemperature": round(shown, 2),
        "Home.Climate.OutdoorTemperature": round(outdoor, 1),
        "Home.Climate.HeatingLevel": 100.0 * rooms.on,
    }
    played.hear(HOME, at, values if held else values | {"Home.Climate.TargetTemperature": played.setpoint})


@dataclass(frozen=True, slots=True)
class Weather:
    """Outdoor °C and disturbance °C/h for every minute of an evening, and a seed for its sensor."""

    model: Dwelling
    outdoor: Floats
    stray: list[float]
    seed: int


def weather_of(model: Dwelling, recording: Recording, evening: Evening, seed: int) -> Weather:
    """The weather of a recorded day from three hours before departure on; `seed` chooses day and disturbance."""
    steps = int((BEFORE_S + evening.arrivals[-1] + AFTER_S) / STEP_S) + 1
    begin = evening.departs - BEFORE_S
    outdoor = [recording.outdoor_at(seed, (begin + step * STEP_S) % DAY_S) for step in range(steps)]
    return Weather(model, np.array(outdoor), stray_gains(model, np.random.default_rng(seed), steps, STEP_S), seed)


def play(
    played: Played, model: Dwelling, weather: Weather, evening: Evening, day: int, target: float, indoor: float
) -> dict[str, Result]:
    """One evening under every policy, `arrival` being the skill in its circle."""
    low = target - LOWEST_BELOW_C
    first = evening.arrivals[0]
    fence = next((one.at for one in evening.heard if one.at >= 0 and one.left_m < FENCE_M), first)
    rules: dict[str, Callable[[float], float]] = {
        "always_on": lambda at: target,
        "oracle": lambda at: target,
        "on_arrival": lambda at: target if at >= first else low,
        "geofence": lambda at: target if at >= fence else low,
    }
    results = {
        name: _live(Rooms(model, indoor, indoor), weather, evening, target, _Rule(rule)) for name, rule in rules.items()
    }
    results["arrival"] = _live(
        Rooms(model, indoor, indoor), weather, evening, target, _Skill(played, evening, day, weather, indoor)
    )
    return results


class _Rule:
    """A thermostat that follows a rule of time alone."""

    def __init__(self, rule: Callable[[float], float]) -> None:
        self.rule = rule

    def setpoint(self, rooms: Rooms, at: float, outdoor: float) -> float:
        return self.rule(at)


class _Skill:
    """A thermostat that follows the circle, to which it tells what is sensed and heard."""

    def __init__(self, played: Played, evening: Evening, day: int, weather: Weather, indoor: float) -> None:
        self.played, self.evening = played, evening
        self.midnight = MONDAY + day * DAY_S
        self.random = np.random.default_rng(weather.seed + 1)
        self.heard = list(evening.heard)
        self.sensed = -np.inf
        played.setpoint = indoor
        self._leave_home()
        self._rest(evening, weather, indoor)

    def _leave_home(self) -> None:
        """The morning: the car drives to where it will be in the afternoon."""
        away = max(one.left_m for one in self.evening.heard[:1]) or 5000.0
        at = self.midnight + self.evening.left_home
        self.played.hear(CAR, at - 60.0, {"Vehicle.DistanceToHome": 0.0, "Vehicle.Speed": 0.0})
        for minute in range(1, 16):
            speed = 0.0 if minute == 15 else away / 900.0 * 3.6
            self._tell_car(at + 60.0 * minute, away * minute / 15.0, speed)

    def _rest(self, evening: Evening, weather: Weather, indoor: float) -> None:
        """The hours before: the house is held where the evening finds it, and is heard."""
        rooms = Rooms(weather.model, indoor, indoor)
        for step in range(int(REST_S // 300.0)):
            at = self.midnight + evening.departs - BEFORE_S - REST_S + 300.0 * step
            rooms.step(300.0, float(weather.outdoor[0]), weather.stray[0], indoor)
            _sense(self.played, rooms, at, float(weather.outdoor[0]), self.random, held=True)

    def _tell_car(self, at: float, left_m: float, speed: float, destination: str = "") -> None:
        values: dict[str, Value] = {"Vehicle.DistanceToHome": round(left_m), "Vehicle.Speed": round(speed, 1)}
        if destination:
            values["Vehicle.Arrival.Destination"] = destination
        self.played.hear(CAR, at, values)

    def setpoint(self, rooms: Rooms, at: float, outdoor: float) -> float:
        departs = self.midnight + self.evening.departs
        if at - self.sensed >= 299.0:
            self.sensed = at
            _sense(self.played, rooms, departs + at, outdoor, self.random)
        while self.heard and self.heard[0].at <= at:
            one = self.heard.pop(0)
            self._tell_car(departs + one.at, one.left_m, one.speed_kmh, one.destination)
        return self.played.setpoint


def _live(rooms: Rooms, weather: Weather, evening: Evening, target: float, thermostat: _Rule | _Skill) -> Result:
    """One evening minute by minute; the early minutes are those spent warm just before the first arrival."""
    waiting = list(evening.arrivals)
    off, early, late, warm_since = 0.0, 0.0, 0.0, None
    for step, (outdoor, stray) in enumerate(zip(weather.outdoor.tolist(), weather.stray, strict=True)):
        at = step * STEP_S - BEFORE_S
        warm = rooms.air >= target - WITHIN_C
        warm_since = (at if warm_since is None else warm_since) if warm else None
        if waiting and at >= waiting[0]:
            if len(waiting) == len(evening.arrivals) and warm_since is not None:
                early = (at - warm_since) / 60.0
            waiting.pop(0)
            off = max(off, rooms.air - target, target - rooms.air)
        late += not warm and at >= evening.arrivals[0]
        rooms.step(STEP_S, outdoor, stray, thermostat.setpoint(rooms, at, outdoor))
    hours = rooms.used_h + rooms.dwelling.missing_h(rooms.air, rooms.walls, target)
    return Result(off, early, late, FULL_KW * hours)
