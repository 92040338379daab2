"""Recorded days once more through a circle whose skills act, in the house as it would have been."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite, nan

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Kind, Outcome, Reading, Type, Value
from homeward.evaluate.otherwise import Otherwise
from homeward.history.replay import Message

CLIMATE = "Home.Climate."
ACTING = "Home.Skills.Acting"
USUAL_C = 20.0


@dataclass(frozen=True, slots=True)
class Homecoming:
    """Somebody came into an empty home at `at`, s since 1970, who had left it at `left`; what they want, °C."""

    at: float
    left: float
    target: float
    offset: float
    why: str


@dataclass(slots=True)
class Retold:
    """The circle that hears the days once more, and the house beside it."""

    circle: Circle
    home: str
    house: Otherwise
    problems: list[str] = field(default_factory=list)
    homecomings: list[Homecoming] = field(default_factory=list)
    lines: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    left: float = nan

    def hear(self, message: Message) -> None:
        """Let time pass until a message and let it arrive, the home's own climate as it would have been."""
        self._pass_to(message.arrived)
        values = self._would_say(message)
        vocabulary = self.circle.twin.vocabulary
        paths = [path for path in values if path in vocabulary]
        if not paths:
            return
        self.circle.add(message.node, Kind[paths[0].partition(".")[0].upper()])
        readings = [Reading(message.node, path, self._plain(path, values[path]), message.at) for path in paths]
        self._turn(Batch.of([(message.arrived, readings)], self.circle.twin.nodes, vocabulary), message.arrived)
        self._see(message.arrived)

    def _would_say(self, message: Message) -> dict[str, Value]:
        values = {path: value for path, value in message.values.items() if path != ACTING}
        if message.node != self.home or self.house.dwelling is None:
            return values
        said = dict(values)
        if isinstance(shown := said.get(f"{CLIMATE}IndoorTemperature"), int | float):
            said[f"{CLIMATE}IndoorTemperature"] = round(min(max(shown + self.house.air, -50.0), 60.0), 2)
        if f"{CLIMATE}HeatingLevel" in said and isfinite(self.house.heat):
            said[f"{CLIMATE}HeatingLevel"] = round(100.0 * self.house.heat, 1)
        asked = self._setpoint()
        if f"{CLIMATE}TargetTemperature" in said and asked is not None:
            said[f"{CLIMATE}TargetTemperature"] = asked
        return said

    def _pass_to(self, at: float) -> None:
        while self.house.at + 60.0 <= at:
            due = self.circle.next_due()
            if due is not None and due <= self.house.at:
                self._turn(self._nothing(), self.house.at)
            self.house.step(self._setpoint())
            self.lines[0].append(self.house.indoor())
            self.lines[1].append(self.house.heat)

    def _setpoint(self) -> float | None:
        """What the thermostat is told, °C; None while nobody tells it anything."""
        number = self.circle.twin.nodes.number(self.home)
        stands = self.circle.standings.in_force(
            number, self.circle.twin.vocabulary[f"{CLIMATE}TargetTemperature"].index
        )
        return float(stands.value) if stands is not None and isinstance(stands.value, int | float) else None

    def _nothing(self, outcomes: Sequence[Outcome] = ()) -> Batch:
        return Batch.of([], self.circle.twin.nodes, self.circle.twin.vocabulary, list(outcomes))

    def _turn(self, batch: Batch, at: float) -> None:
        while True:
            turn = self.circle.turn(batch, at)
            self.problems += turn.problems
            if not turn.commands:
                return
            batch = self._nothing([Outcome(command.id, True, "", at, command.node) for command in turn.commands])

    def _see(self, at: float) -> None:
        """Notice that the last of them left, or the first came back."""
        inside = self._inside()
        if inside is False and not isfinite(self.left):
            self.left = at
        elif inside is True and isfinite(self.left):
            self.homecomings.append(self._homecoming(at))
            self.left = nan

    def _homecoming(self, at: float) -> Homecoming:
        target, offset = (self._number(path) for path in (f"{CLIMATE}ComfortTemperature", "Home.UtcOffset"))
        why = self.circle.twin.get(self.home, "Home.Arrival.Why")[0]
        return Homecoming(
            at, self.left, target if isfinite(target) else USUAL_C, offset if isfinite(offset) else 0.0, str(why or "")
        )

    def _number(self, path: str) -> float:
        value = self.circle.twin.get(self.home, path)[0]
        return float(value) if isinstance(value, int | float) else nan

    def _inside(self) -> bool | None:
        """Is somebody in: as the home says, else its people, else its vehicles; None where nobody says."""
        twin = self.circle.twin
        said = twin.get(self.home, "Home.IsOccupied")[0]
        if said is not None:
            return bool(said)
        for kind in (Kind.PERSON, Kind.VEHICLE):
            names = (name for number, name in enumerate(twin.nodes.names) if twin.nodes.kind(number) is kind)
            known = [is_in for name in names if (is_in := twin.get(name, f"{kind.word}.IsHome")[0]) is not None]
            if known:
                return any(known)
        return None

    def _plain(self, path: str, value: Value) -> Value:
        return bool(value) if self.circle.twin.vocabulary[path].type is Type.BOOLEAN else value
