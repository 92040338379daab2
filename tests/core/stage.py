"""A stage for stories: one circle, told what happens in few words, remembering what came of it."""

from collections.abc import Mapping

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.decide import Turn
from homeward.core.signal import Command, Kind, Outcome, Reading, Value, Wish
from homeward.core.skill import Skill
from homeward.core.standing import Event
from homeward.words import load_vocabulary

LIND = {
    "lind/car": Kind.VEHICLE,
    "lind/home": Kind.HOME,
    "lind/ada": Kind.PERSON,
    "lind/ben": Kind.PERSON,
    "lind/bedroom": Kind.ROOM,
    "lind/lamp": Kind.DEVICE,
}


class Stage:
    """A circle and its nodes. Every call is a turn; `events`, `readings` and `problems` keep what came of all."""

    def __init__(self, *skills: Skill, nodes: dict[str, Kind] = LIND) -> None:
        self.circle = Circle(load_vocabulary(), skills)
        self.events: list[Event] = []
        self.readings: list[Reading] = []
        self.problems: list[str] = []
        for name, kind in nodes.items():
            self.circle.add(name, kind)

    def hear(self, time: float, node: str, readings: Mapping[str, Value], at: float | None = None) -> Turn:
        """A message of readings arrives."""
        said = [Reading(node, path, value, time if at is None else at) for path, value in readings.items()]
        return self._turn(Batch.of([(time, said)], self.circle.twin.nodes, self.circle.twin.vocabulary), time)

    def wait(self, until: float) -> Turn:
        """Nothing arrives."""
        return self._turn(Batch.empty(), until)

    def wish(
        self,
        time: float,
        node: str,
        path: str,
        value: Value | None,
        by: str = "lind/ada",
        until: float | None = None,
        present: bool = False,
    ) -> Turn:
        """Somebody asks for something."""
        return self._turn(Batch.empty(), time, Wish(node, path, value, time, by, until, "", present))

    def answer(self, time: float, command: Command, done: bool = True, why: str = "") -> Turn:
        """A device tells what became of a command."""
        nodes, vocabulary = self.circle.twin.nodes, self.circle.twin.vocabulary
        return self._turn(Batch.of([], nodes, vocabulary, [Outcome(command.id, done, why, time, command.node)]), time)

    def knows(self, node: str, path: str) -> Value | None:
        """The latest value of a signal."""
        return self.circle.twin.get(node, path)[0]

    def told(self) -> list[tuple[float, str, str, Value | None]]:
        """What happened to commands, in short: when, what, by whom, the value. Forgets it."""
        short = [(event.at, event.what, event.command.by, event.command.value) for event in self.events]
        self.events.clear()
        return short

    def _turn(self, batch: Batch, until: float, *wishes: Wish) -> Turn:
        turn = self.circle.turn(batch, until, wishes)
        self.events += turn.events
        self.readings += turn.readings
        self.problems += turn.problems
        return turn
