"""The simulated things of the home and what they do when they are commanded."""

from collections.abc import Callable

from homeward.core.connector import ConnectorError, Message
from homeward.core.signal import Command, Value
from homeward.demo.car import SimulatedCar
from homeward.demo.house import SimulatedHome

SET = "Vehicle.Cabin.Infotainment.Navigation.DestinationSet"
ROOMS = {"demo/living": 0.2, "demo/bedroom": -1.1}
"""By how many °C a room differs from the home as a whole."""


class Things:
    """Thermostat, lights, and the car's climate: what they show and what they take."""

    def __init__(self, home: SimulatedHome, car: SimulatedCar) -> None:
        self.home, self.car = home, car
        self.porch = False
        self.lamps = dict.fromkeys(ROOMS, False)
        self.message = ""
        self._takes: dict[str, Callable[[str, Value], str]] = {
            "Home.Climate.TargetTemperature": self._thermostat,
            "Home.Heating.Mode": self._mode,
            "Home.Light.Porch": self._porch,
            "Room.Light.IsOn": self._lamp,
            "Vehicle.Cabin.HVAC.IsAirConditioningActive": self._cabin,
            "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature": self._cabin_wanted,
            "Person.Message": self._phone,
            f"{SET}.Latitude": self._goal,
            f"{SET}.Longitude": self._goal,
        }

    def climate(self) -> dict[str, Value]:
        """What the thermostat and the heat pump tell."""
        home = self.home
        return {
            "Home.Climate.IndoorTemperature": home.indoor_c(),
            "Home.Climate.OutdoorTemperature": round(home.weather.outdoor_c(home.at), 1),
            "Home.Climate.HeatingLevel": round(100.0 * home.level),
            "Home.Climate.HeatingPower": round(home.power_kw, 2),
            "Home.Climate.TargetTemperature": home.target_c,
            "Home.Electricity.GridPower": round(home.power_kw + 0.35 + max(0.0, -self.car.power_kw), 2),
        }

    def rooms(self, now: float) -> list[Message]:
        """What the rooms' sensors tell."""
        return [
            Message(
                room,
                {
                    "Room.Climate.Temperature": round(self.home.air_c + off, 1),
                    "Room.Climate.Humidity": round(62.0 - 1.2 * self.home.air_c),
                    "Room.Light.IsOn": self.lamps[room],
                },
                now,
            )
            for room, off in ROOMS.items()
        ]

    def takes(self, command: Command) -> bool:
        """Whether there is a simulated thing for it."""
        return command.path in self._takes

    def act(self, command: Command) -> str:
        """Do it. Raises ConnectorError where nothing here can."""
        if command.path not in self._takes or command.value is None:
            raise ConnectorError(f"the simulated household cannot set {command.path}; it can {', '.join(self._takes)}")
        return self._takes[command.path](command.node, command.value)

    def _thermostat(self, node: str, value: Value) -> str:
        self.home.target_c = float(value)
        return f"the simulated thermostat is set to {self.home.target_c:g} °C"

    def _mode(self, node: str, value: Value) -> str:
        self.home.mode = str(value)
        return f"the simulated heat pump is on {value}"

    def _porch(self, node: str, value: Value) -> str:
        self.porch = bool(value)
        return f"the simulated porch light is {'on' if value else 'off'}"

    def _lamp(self, node: str, value: Value) -> str:
        self.lamps[node] = bool(value)
        return f"the simulated light is {'on' if value else 'off'}"

    def _cabin(self, node: str, value: Value) -> str:
        self.car.climate_on = bool(value)
        return f"the simulated cabin is {'being warmed' if value else 'left as it is'}"

    def _cabin_wanted(self, node: str, value: Value) -> str:
        self.car.wanted_c = float(value)
        return f"the simulated cabin is set to {self.car.wanted_c:g} °C"

    def _goal(self, node: str, value: Value) -> str:
        return "the simulated car's navigation has it"

    def _phone(self, node: str, value: Value) -> str:
        self.message = str(value)
        return "the simulated phone shows it"
