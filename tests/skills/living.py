"""A household that lives by the minute, for stories about the arrival skill."""

from dataclasses import dataclass, field
from typing import Any

from homeward.core.batch import Batch
from homeward.core.circle import Circle, Turn
from homeward.core.signal import Command, Kind, Outcome, Reading, Value, Wish
from homeward.core.vocabulary import Vocabulary
from homeward.skills.arrival import arrival
from homeward.skills.climate_model import climate_model

HOME, CAR, ADA = "lind/home", "lind/car", "lind/ada"
DAY_S, HOUR_S = 86_400.0, 3600.0
MONDAY = 1_767_571_200.0
TARGET = "Home.Climate.TargetTemperature"
WORK_M = 20_000.0


@dataclass
class Household:
    """A household that lives: a house of one room that warms by 2 °C/h, and a thermostat that obeys."""

    circle: Circle
    air: float = 21.0
    setpoint: float = 21.0
    heating: bool = False
    obeys: bool = True
    now: float = MONDAY
    commands: list[Command] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, vocabulary: Vocabulary, *more: tuple[str, Kind]) -> "Household":
        circle = Circle(vocabulary, [climate_model, arrival])
        for node, kind in ((HOME, Kind.HOME), (CAR, Kind.VEHICLE), *more):
            circle.add(node, kind)
        household = cls(circle)
        household.hear(HOME, {"Home.UtcOffset": 0.0, "Home.Climate.ComfortTemperature": 21.0})
        household.hear(HOME, {"Home.Climate.LowestTemperature": 16.0})
        return household

    def hear(self, node: str, values: dict[str, Value]) -> list[Command]:
        readings = [Reading(node, path, value, self.now) for path, value in values.items()]
        return self._take(self.circle.turn(self._batch([(self.now, readings)]), self.now))

    def wish(self, wish: Wish) -> list[Command]:
        return self._take(self.circle.turn(self._batch([]), self.now, [wish]))

    def _batch(self, messages: list[tuple[float, list[Reading]]], outcomes: list[Outcome] | None = None) -> Batch:
        return Batch.of(messages, self.circle.twin.nodes, self.circle.twin.vocabulary, outcomes or [])

    def _take(self, turn: Turn) -> list[Command]:
        new = list(turn.commands)
        self.problems += turn.problems
        while turn.commands:
            for command in turn.commands:
                if self.obeys and isinstance(command.value, float | int):
                    self.setpoint = float(command.value)
            done = [Outcome(command.id, True, "", self.now) for command in turn.commands]
            turn = self.circle.turn(self._batch([], done), self.now)
            self.problems += turn.problems
        self.commands += new
        assert self.problems == []
        return new

    def live(self, until: float, car: tuple[float, float] | None = None, towards_m: float | None = None) -> None:
        """Time passes in minutes; the car stands, or drives at `car` (metres from home, km/h) towards a distance."""
        left, kmh = car or (0.0, 0.0)
        while self.now < until:
            self.now += 60.0
            self.heating = self.air < self.setpoint - 0.1 or (self.heating and self.air < self.setpoint + 0.1)
            self.air += (2.0 * self.heating - 0.03 * (self.air - 5.0)) / 60.0
            if self.now % 300.0 == 0.0:
                self.feel()
            if car is not None and towards_m is not None:
                step = min(abs(towards_m - left), kmh * 1000.0 / 60.0)
                left += step if towards_m > left else -step
                self.hear(CAR, {"Vehicle.DistanceToHome": left, "Vehicle.Speed": kmh if step > 0 else 0.0})

    def feel(self) -> None:
        self.hear(
            HOME,
            {
                "Home.Climate.IndoorTemperature": round(self.air, 1),
                "Home.Climate.OutdoorTemperature": 5.0,
                "Home.Climate.HeatingLevel": 100.0 * self.heating,
                TARGET: self.setpoint,
            },
        )

    def go_to_work(self, day: int) -> None:
        self.live(MONDAY + day * DAY_S + 8 * HOUR_S)
        self.live(self.now + 20 * 60.0, (0.0, 60.0), WORK_M)
        self.hear(CAR, {"Vehicle.DistanceToHome": WORK_M, "Vehicle.Speed": 0.0})

    def come_home(self, at: float, destination: str = "home") -> None:
        self.live(at - 20 * 60.0)
        if destination:
            self.hear(CAR, {"Vehicle.Arrival.Destination": destination, "Vehicle.Speed": 50.0})
        self.live(at, (WORK_M, 60.0), 0.0)

    def knows(self, path: str, node: str = HOME) -> Any:
        return self.circle.twin.cell(self.circle.twin.nodes.number(node), self.circle.twin.vocabulary[path])[0]


def after_a_week(vocabulary: Vocabulary) -> Household:
    """A household whose car came home at six on five days; it is Sunday night."""
    household = Household.of(vocabulary)
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    for day in range(5):
        household.go_to_work(day)
        household.come_home(MONDAY + day * DAY_S + 18 * HOUR_S)
    household.live(MONDAY + 7 * DAY_S)
    return household


def at(hour: float, day: int = 7) -> float:
    return MONDAY + day * DAY_S + hour * HOUR_S
