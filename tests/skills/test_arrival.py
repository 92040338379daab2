"""The house is warm when they come home: stories of a household, readings in, commands out."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def week(vocabulary: Vocabulary) -> dict[str, Any]:
    """What a week has taught, as signals: all that a household needs to go on from."""
    household = after_a_week(vocabulary)
    paths = ("Home.Arrival.Model.State", "Home.Climate.Model.State")
    return {path: household.knows(path) for path in paths}


@pytest.fixture
def monday(vocabulary: Vocabulary, week: dict[str, Any]) -> Household:
    """The Monday after: the car is at work, the house knows its people."""
    household = Household.of(vocabulary)
    household.now = MONDAY + 7 * DAY_S
    household.hear(HOME, week)
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.live(MONDAY + 7 * DAY_S + HOUR_S)
    household.go_to_work(7)
    return household


def at(hour: float, day: int = 7) -> float:
    return MONDAY + day * DAY_S + hour * HOUR_S


def test_it_cools_by_day_and_is_warm_when_the_car_is_home(monday: Household) -> None:
    monday.live(at(13.0))
    assert monday.setpoint < 19.0
    assert monday.air < 20.0
    monday.come_home(at(18.0))
    assert monday.air == pytest.approx(21.0, abs=0.5)
    assert monday.knows("Vehicle.IsHome", CAR) is True


def test_it_says_why_in_plain_words(monday: Household) -> None:
    monday.live(at(12.0))
    why = monday.knows("Home.Arrival.Why")
    assert "usually back at 18:00" in why
    assert "starts at" in why
    monday.come_home(at(17.9))
    said = [command.why for command in monday.commands if command.value == 21.0]
    assert any("the house needs" in why and "to reach 21 °C" in why for why in said)


def test_the_plan_can_be_drawn(monday: Household) -> None:
    monday.live(at(14.0))
    plan = json.loads(monday.knows("Home.Arrival.Plan"))
    assert len(plan["times"]) == len(plan["indoor"]) == len(plan["outdoor"]) == len(plan["level"]) <= 150
    assert plan["p10"] < plan["median"] < plan["p90"]
    assert abs(plan["median"] - at(18.0)) < 1800.0
    assert plan["at"] < plan["warm_from"] < plan["median"]
    assert set(plan) >= {"at", "target", "needs_s", "setback", "why"}


def test_an_early_drive_home_starts_the_heating_at_once(monday: Household) -> None:
    monday.live(at(13.0))
    waiting = monday.setpoint
    monday.come_home(at(13.5))
    first = next(command for command in monday.commands if command.value == 21.0)
    assert waiting < 21.0
    assert "min away" in first.why


def test_it_stands_down_when_they_turn_away(monday: Household) -> None:
    monday.live(at(11.0))
    monday.hear(CAR, {"Vehicle.Speed": 60.0})
    monday.live(at(11.2), (WORK_M, 60.0), 8_000.0)
    assert monday.setpoint == 21.0
    monday.live(at(11.45), (8_000.0, 60.0), WORK_M)
    monday.live(at(12.2), (WORK_M, 0.0), WORK_M)
    assert monday.setpoint < 21.0
    assert monday.knows("Home.Arrival.Median") > at(16.0)


def test_a_persons_own_setting_is_left_alone(monday: Household) -> None:
    monday.live(at(12.0))
    monday.wish(Wish(HOME, TARGET, 17.5, monday.now, ADA, until=at(22.0)))
    monday.commands.clear()
    monday.come_home(at(18.0))
    assert [command for command in monday.commands if command.path == TARGET and command.by != ADA] == []
    assert monday.setpoint == 17.5
    assert "themselves" in monday.knows("Home.Arrival.Why")


def test_a_thermostat_turned_by_hand_is_left_alone_until_somebody_is_back(monday: Household) -> None:
    monday.live(at(12.0))
    monday.setpoint = 19.0
    monday.feel()
    monday.commands.clear()
    monday.live(at(17.0))
    assert monday.commands == []
    assert monday.setpoint == 19.0
    assert "themselves" in monday.knows("Home.Arrival.Why")


def test_while_it_only_watches_the_thermostats_own_ways_are_nobodys_word(monday: Household) -> None:
    monday.hear(HOME, {"Home.Skills.Acting": "none"})
    monday.setpoint = 19.0
    monday.live(at(12.0))
    monday.setpoint = 17.0  # a timer of the thermostat's own
    monday.feel()
    monday.live(at(14.0))
    assert monday.setpoint == 17.0
    assert "themselves" not in monday.knows("Home.Arrival.Why")
    monday.hear(HOME, {"Home.Skills.Acting": "all"})
    monday.come_home(at(18.0))
    assert "themselves" not in monday.knows("Home.Arrival.Why")
    assert monday.setpoint == 21.0


def test_what_navigation_says_counts_and_is_not_overwritten(monday: Household) -> None:
    monday.live(at(12.0))
    arrives = monday.now + 45 * 60.0
    monday.hear(
        CAR,
        {
            "Vehicle.Arrival.Source": "navigation",
            "Vehicle.Arrival.Destination": "home",
            "Vehicle.Arrival.P10": arrives - 300.0,
            "Vehicle.Arrival.P90": arrives + 600.0,
            "Vehicle.Arrival.Median": arrives,
        },
    )
    assert monday.knows("Home.Arrival.Median") == pytest.approx(arrives, abs=60.0)
    assert monday.setpoint == 21.0
    assert "navigation" in monday.knows("Home.Arrival.Why")
    assert monday.knows("Vehicle.Arrival.Median", CAR) == arrives
    assert monday.knows("Vehicle.Arrival.Source", CAR) == "navigation"


def test_a_jam_told_by_navigation_moves_the_heating_too(monday: Household) -> None:
    monday.live(at(10.0))
    starts = []
    for delay in (0.0, 1800.0):
        arrives = at(15.0) + delay
        said = {"P10": arrives - 300.0, "P90": arrives + 300.0, "Median": arrives}
        monday.hear(CAR, {"Vehicle.Arrival.Source": "navigation", "Vehicle.Arrival.Destination": "home"})
        monday.hear(CAR, {f"Vehicle.Arrival.{name}": time for name, time in said.items()})
        starts.append(monday.knows("Home.Arrival.WarmFrom"))
    assert starts[1] - starts[0] == pytest.approx(1800.0, abs=700.0)


def test_somebody_at_home_keeps_it_as_they_like(vocabulary: Vocabulary, week: dict[str, Any]) -> None:
    household = Household.of(vocabulary, (ADA, Kind.PERSON))
    household.hear(HOME, week)
    household.hear(ADA, {"Person.IsHome": True})
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.commands.clear()
    household.go_to_work(0)
    household.live(at(15.0, 0))
    assert household.commands == []


def test_when_they_are_home_it_is_theirs_again(monday: Household) -> None:
    monday.come_home(at(18.0))
    monday.commands.clear()
    monday.live(at(18.3))
    monday.setpoint = 19.0
    monday.live(at(22.0))
    assert monday.commands == []


def test_without_an_indoor_sensor_it_estimates_and_leaves_the_heating_alone(vocabulary: Vocabulary) -> None:
    household = Household.of(vocabulary)
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.now += 8 * HOUR_S
    household.hear(CAR, {"Vehicle.DistanceToHome": WORK_M, "Vehicle.Speed": 50.0})
    household.now += HOUR_S
    household.hear(CAR, {"Vehicle.DistanceToHome": WORK_M, "Vehicle.Speed": 0.0})
    assert household.commands == []
    assert household.knows("Home.Arrival.Median") > household.now
    assert "not known" in household.knows("Home.Arrival.Why")


def test_the_same_day_twice_gives_the_same_commands(vocabulary: Vocabulary) -> None:
    days = []
    for _ in range(2):
        household = Household.of(vocabulary)
        household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
        household.go_to_work(0)
        household.come_home(at(16.0, 0))
        days.append([(command.value, command.until, command.why) for command in household.commands])
    assert days[0] == days[1]
    assert days[0]


def test_what_an_older_release_has_kept_is_no_obstacle(vocabulary: Vocabulary) -> None:
    household = Household.of(vocabulary)
    household.hear(HOME, {"Home.Arrival.Model.State": '{"habits": 7}', "Home.Climate.Model.State": "[1]"})
    household.hear(HOME, {"Home.Arrival.Outings": "not even JSON"})
    household.hear(CAR, {"Vehicle.DistanceToHome": 0.0})
    household.go_to_work(0)
    assert household.knows("Home.Arrival.Median") > household.now
