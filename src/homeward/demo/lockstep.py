"""Lets the simulated household and a circle live together in memory, message by message."""

from collections.abc import Callable
from dataclasses import dataclass, field

from homeward.core.batch import Batch
from homeward.core.circle import Circle, Turn
from homeward.core.connector import ConnectorError, Message
from homeward.core.signal import Outcome, Reading
from homeward.core.standing import Event
from homeward.demo.evening import Evening

Heard = Callable[[Message, Turn], None]


@dataclass(slots=True)
class Lockstep:
    """An evening and a circle; `events` and `problems` are all that the circle decided since the start."""

    evening: Evening
    circle: Circle
    heard: Heard | None = None
    events: list[Event] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    _outcomes: list[Outcome] = field(default_factory=list)

    def run(self, until: float) -> None:
        """Live until then; what the circle decides is done at the moment it is decided."""
        while (now := self._next()) <= until:
            messages = self.evening.step(now)
            for message in messages:
                self._turn(message, now)
            if not messages:
                self._turn(None, now)

    def _next(self) -> float:
        awaited = self.circle.next_due()
        return (
            self.evening.next_due() if awaited is None else min(self.evening.next_due(), max(awaited, self.evening.now))
        )

    def _turn(self, message: Message | None, now: float) -> None:
        outcomes, self._outcomes = self._outcomes, []
        said = [] if message is None else [Reading(message.node, *one, now) for one in message.readings.items()]
        stream = [(now, said)] if said else []
        batch = Batch.of(stream, self.circle.twin.nodes, self.circle.twin.vocabulary, outcomes)
        turn = self.circle.turn(batch, now)
        self.events += turn.events
        self.problems += turn.problems
        for command in turn.commands:
            try:
                self._outcomes.append(Outcome(command.id, True, self.evening.act(command), now))
            except ConnectorError as problem:
                self._outcomes.append(Outcome(command.id, False, str(problem), now))
        if message is not None and self.heard is not None:
            self.heard(message, turn)
