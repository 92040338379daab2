"""What to do when something happens, and what a skill may see while it decides.

A skill is a generator: it looks through a `View` and yields commands (with a plain-words `why`) and readings (what it
learned). It has no other memory than signals, and no clock but `view.now`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import Protocol

from homeward.core.signal import Command, Kind, Reading, UnknownSignal, Value
from homeward.core.twin import Twin
from homeward.core.when import Condition, Trigger

Decide = Callable[["View"], Iterator[Command | Reading]]


@dataclass(frozen=True, slots=True)
class Skill:
    """A name, the kind of node it is about, the moments that call it, and what it does then."""

    name: str
    kind: Kind
    triggers: tuple[Trigger, ...]
    decide: Decide
    why: str = ""


def skill(
    *, kind: Kind | None = None, when: Condition | Trigger | Sequence[Condition | Trigger]
) -> Callable[[Decide], Skill]:
    """Make a generator function a skill; without `kind` its subject is the kind of the first signal in `when`.

    >>> from homeward.core.when import signal
    >>> @skill(when=signal("Vehicle.Speed") > 130)
    ... def slow_down(car):
    ...     '''Ask to slow down.'''
    ...     yield car.command("Vehicle.Cabin.Infotainment.HMI.Brightness", 50, until=car.now + 60, why="too fast")
    >>> slow_down.name, slow_down.kind.word
    ('slow_down', 'Vehicle')
    """
    moments = [when] if isinstance(when, Condition | Trigger) else list(when)
    triggers = tuple(moment if isinstance(moment, Trigger) else Trigger(moment) for moment in moments)
    if kind is None:
        kind = Kind[triggers[0].condition.atoms()[0].path.partition(".")[0].upper()]

    def make(decide: Decide) -> Skill:
        return Skill(decide.__name__, kind, triggers, decide, (decide.__doc__ or "").strip())

    return make


class Standing(Protocol):
    """Where a view asks for the command in force."""

    def in_force(self, number: int, signal: int) -> Command | None:
        """The command that now stands for a signal of a node."""


class View:
    """One node, its `kind` and its household, as a skill sees it at the time `now`: read only."""

    __slots__ = ("_number", "_row", "_standing", "_twin", "kind", "now")

    def __init__(self, twin: Twin, standing: Standing, kind: Kind, row: int, now: float) -> None:
        self._twin, self._standing, self.kind, self._row, self.now = twin, standing, kind, row, now
        self._number: int = twin.nodes.node_of[kind].plain[row]

    def __repr__(self) -> str:
        return f"View({self.node!r} at {self.now})"

    @property
    def node(self) -> str:
        """The node's full name: `lind/car`."""
        return self._twin.nodes.names[self._number]

    @property
    def household(self) -> str:
        """The household's name: `lind`."""
        return self._twin.nodes.households[self._twin.nodes.household(self._number)]

    def __getitem__(self, path: str) -> Value | None:
        """The latest value, None where unknown. Raises UnknownSignal for a path that does not exist."""
        return self._twin.cell_of(self.kind, self._row, self._twin.vocabulary[path])[0]

    def number(self, path: str, default: float = nan) -> float:
        """The latest value as a number (booleans 0 or 1), or `default` where unknown or not a number."""
        value = self[path]
        return default if value is None or isinstance(value, str) else float(value)

    def at(self, path: str) -> float:
        """When the latest value was true, -inf where unknown."""
        return self._twin.cell_of(self.kind, self._row, self._twin.vocabulary[path])[1]

    def age(self, path: str) -> float:
        """How old the latest value is in s, inf where unknown."""
        return self.now - self.at(path)

    def of(self, kind: Kind) -> "list[View]":
        """The household's nodes of a kind, oldest first."""
        rows = self._twin.nodes.rows(kind, self._twin.nodes.household(self._number))
        return [View(self._twin, self._standing, kind, row, self.now) for row in rows]

    @property
    def home(self) -> "View | None":
        """The household's (first) home."""
        homes = self.of(Kind.HOME)
        return homes[0] if homes else None

    @property
    def vehicles(self) -> "list[View]":
        """The household's vehicles."""
        return self.of(Kind.VEHICLE)

    @property
    def people(self) -> "list[View]":
        """The household's people."""
        return self.of(Kind.PERSON)

    @property
    def rooms(self) -> "list[View]":
        """The household's rooms."""
        return self.of(Kind.ROOM)

    @property
    def devices(self) -> "list[View]":
        """The household's devices."""
        return self.of(Kind.DEVICE)

    def standing(self, path: str) -> Command | None:
        """The command in force on that actuator of this node, whoever gave it."""
        return self._standing.in_force(self._number, self._twin.vocabulary[path].index)

    def command(self, path: str, value: Value | None, *, until: float, why: str) -> Command:
        """A command to this node; a value of None takes back what this skill asked for. Raises UnknownSignal."""
        self._own(path)
        return Command(self.node, path, value, until, why)

    def reading(self, path: str, value: Value) -> Reading:
        """A reading of this node, now. Raises UnknownSignal."""
        self._own(path)
        return Reading(self.node, path, value, self.now)

    def _own(self, path: str) -> None:
        if self._twin.vocabulary[path].kind is not self.kind:
            raise UnknownSignal(f"{path} of {self.node}, which is a {self.kind.word}")
