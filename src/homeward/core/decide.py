"""Running the skills whose moment has come, and settling what they and people ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from homeward.core.gate import Gate
from homeward.core.nodes import NONE
from homeward.core.settle import Ask
from homeward.core.signal import Command, Reading, Refused, Role, Type, UnknownSignal, Value, Wish
from homeward.core.skill import Skill, View
from homeward.core.standing import Event, Standings, Target
from homeward.core.twin import Twin
from homeward.core.vocabulary import encode

WISH_STANDS_S = 4 * 3600.0
"""How long a wish stands that does not say until when."""

MOST_FROM_ONE_RUN = 1000
PLAIN = (bool, float, int, str)
NOWHERE: Target = (NONE, NONE)
Said = tuple[Command | Reading, Target]
"""What a skill said, and for which actuator; NOWHERE for a reading."""


@dataclass(slots=True)
class Turn:
    """What came of a turn, in order: events of commands, readings that skills wrote, what went wrong.

    `out` hears of each event as soon as it is settled, before what skills wrote is learned.
    """

    events: list[Event] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    out: Callable[[Event], None] | None = None
    _handed_out: int = 0

    def hand_out(self) -> None:
        """Tell `out` what it has not heard of."""
        if self.out is not None and len(self.events) > self._handed_out:
            fresh, self._handed_out = self.events[self._handed_out :], len(self.events)
            for event in fresh:
                self.out(event)

    @property
    def commands(self) -> list[Command]:
        """The commands to carry out now (again, if nobody answered)."""
        return [event.command for event in self.events if event.sends]


class Fired(NamedTuple):
    """A skill (by its place in the order) is called for a row of its kind at a time."""

    order: int
    household: int
    row: int
    now: float


class Decider:
    """Calls skills and settles: the only way to a command."""

    def __init__(self, twin: Twin, standings: Standings, gate: Gate, skills: Sequence[Skill]) -> None:
        self.twin, self.standings, self.gate, self.skills = twin, standings, gate, skills

    def run(self, fired: list[Fired], turn: Turn) -> list[Reading]:
        """Run each called skill once, by household and skill order, settle the commands; the readings they wrote."""
        written: list[Reading] = []
        targets: dict[Target, Ask] = {}
        for called in fired if len(fired) == 1 else _each_once(fired):
            skill = self.skills[called.order]
            for said, target in self._call(skill, called, turn):
                if isinstance(said, Reading):
                    written.append(said)
                else:
                    id = self.standings.name(called.household)
                    command = Command(said.node, said.path, said.value, said.until, said.why, skill.name, id)
                    self._enter(Ask(command, called.order + 1, called.now), target, turn, targets)
        for target, ask in targets.items():
            turn.events += self.standings.resolve(target, ask.at, ask)
        turn.readings += written
        turn.hand_out()
        return written

    def _call(self, skill: Skill, called: Fired, turn: Turn) -> list[Said]:
        """All that a skill says, or nothing but a reading of what went wrong: never half of it."""
        view = View(self.twin, self.standings, skill.kind, called.row, called.now)
        said: list[Said] = []
        try:
            for one in skill.decide(view):
                said.append(self._checked(one, view, called.household))
                if len(said) > MOST_FROM_ONE_RUN:
                    raise Refused(f"more than {MOST_FROM_ONE_RUN} commands and readings from one run")
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # a skill may raise anything, also what compiled code panics with
            words = f"{skill.name}: {type(problem).__name__}: {_words(problem)}"[:500]
            turn.problems.append(f"{view.node}: {words}")
            return [(Reading(view.node, f"{view.kind.word}.Problem", words, view.now), NOWHERE)]
        return said

    def _checked(self, said: Command | Reading, view: View, household: int) -> Said:
        if not isinstance(said, Command) and not isinstance(said, Reading):
            raise Refused(f"{said!r} is neither a command nor a reading")
        vocabulary, nodes = self.twin.vocabulary, self.twin.nodes
        signal = vocabulary.by_path.get(said.path) or vocabulary[said.path]
        number = nodes.number(said.node)
        if nodes.household_of_node.plain[number] != household:
            raise Refused(f"{said.node} belongs to another household than {view.node}")
        if nodes.kind_of_node.plain[number] != signal.kind:
            raise UnknownSignal(f"{signal.path} of {said.node}")
        if isinstance(said, Reading):
            if signal.index in self.gate.looks_at:
                raise Refused(f"{signal.path} says what is safe; a skill may not write it")
            value = _plain(said.value)
            encode(signal, value)
            return Reading(said.node, signal.path, value, view.now), NOWHERE
        if (
            type(said.value) in PLAIN
            and type(said.until) is float
            and type(said.why) is str
            and said.path == signal.path
        ):
            return said, (number, signal.index)
        value_or_none = None if said.value is None else _plain(said.value)
        command = Command(said.node, signal.path, value_or_none, float(said.until), str(said.why))
        return command, (number, signal.index)

    def wish(self, household: int, wish: Wish, now: float, turn: Turn) -> list[Reading]:
        """Settle a wish. One for an attribute is a setting: it becomes a reading, which is returned, at once."""
        command = Command(
            wish.node,
            wish.path,
            wish.value,
            now + WISH_STANDS_S if wish.until is None else wish.until,
            wish.why,
            wish.by,
            wish.id or self.standings.name(household),
        )
        try:
            signal = self.twin.vocabulary[wish.path]
            number = self.twin.nodes.number(wish.node)
            if self.twin.nodes.kind(number) is not signal.kind:
                raise UnknownSignal(f"{signal.path} of {wish.node}")
            if signal.role is Role.ATTRIBUTE:
                return self._setting(command, wish, now, turn)
            targets: dict[Target, Ask] = {}
            ask = Ask(command, 0, now, person=True, present=wish.present)
            self._enter(ask, (number, signal.index), turn, targets)
            for target, one in targets.items():
                turn.events += self.standings.resolve(target, now, one)
        except (Refused, UnknownSignal) as problem:
            turn.events.append(Event(now, command, "refused", str(problem)))
        return []

    def _setting(self, command: Command, wish: Wish, now: float, turn: Turn) -> list[Reading]:
        if wish.by.partition("/")[0] != wish.node.partition("/")[0]:
            raise Refused("only people of the household may change its settings")
        if wish.value is None:
            raise Refused(f"{wish.path} is a setting: give it a value")
        value: Value = wish.value
        encode(self.twin.vocabulary[wish.path], value)
        reading = Reading(wish.node, self.twin.vocabulary[wish.path].path, value, now)
        turn.events.append(Event(now, command, "done", "set"))
        turn.readings.append(reading)
        return [reading]

    def _enter(self, ask: Ask, target: Target, turn: Turn, targets: dict[Target, Ask]) -> None:
        """Let an ask in if settle has no objection; `targets` has the last one of each that was let in."""
        signal, command = self.twin.vocabulary.signals[target[1]], ask.command
        if command.path != signal.path:
            command = command._replace(path=signal.path)
        if signal.type is Type.BOOLEAN and command.value in (0, 1):
            command = command._replace(value=bool(command.value))
        if command is not ask.command:
            ask = ask._replace(command=command)
        no = self.gate.objection(target, ask, ask.at)
        if no:
            turn.events.append(Event(ask.at, ask.command, "refused", no))
            return
        turn.events += self.standings.enter(target, ask, ask.at)
        targets[target] = ask


def _each_once(fired: list[Fired]) -> list[Fired]:
    """Each call once, by household and the order of skills."""
    calls = {(one.household, one.order, one.row): one for one in fired}
    return [calls[key] for key in sorted(calls)]


def _words(problem: BaseException) -> str:
    """What an exception says; some cannot even say it."""
    try:
        return str(problem)
    except Exception:
        return "(it cannot be put into words)"


def _plain(value: Value) -> Value:
    """The value as plain Python has it, which every codec knows: skills that calculate with NumPy may hold others."""
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return float(value)
    raise Refused(f"{value!r:.60} is a {type(value).__name__}; give true, false, a number or text")
