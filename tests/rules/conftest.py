"""A household with rules, and a circle in which its readings come in and commands go out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import dedent, indent

from homeward.core.batch import Batch
from homeward.core.circle import Circle
from homeward.core.signal import Command, Reading, Value
from homeward.core.skill import Skill
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import Household, parse

LIND = """household: lind
zone: Europe/Helsinki
people: [ada, ben]
vehicles: [car]
homes: [home]
rooms: [bedroom, kitchen]
devices: [socket]
scenes:
  good_night:
    bedroom: {Room.Light.IsOn: off}
    home: {Home.Light.Porch: off}
"""
T0 = 1_732_300_000.0


def lind(vocabulary: Vocabulary, rules: str, name: str = "lind", more: str = "") -> Household:
    """The household with these rules (YAML, not indented)."""
    indented = indent(dedent(rules).strip(), "  ")
    return parse(LIND.replace("household: lind", f"household: {name}") + f"{more}rules:\n{indented}\n", vocabulary)


@dataclass
class World:
    """A circle with some households, told readings one message at a time; times are seconds since T0."""

    vocabulary: Vocabulary
    skills: Sequence[Skill]
    households: Sequence[Household]
    circle: Circle = field(init=False)

    def __post_init__(self) -> None:
        self.circle = Circle(self.vocabulary, self.skills)
        for household in self.households:
            for node in household.nodes:
                self.circle.add(node.name, node.kind)

    def hear(self, at: float, node: str, readings: Mapping[str, Value]) -> list[Command]:
        """The commands that follow from a message of a node (`lind/car`) at that time."""
        said = [Reading(node, path, value, T0 + at) for path, value in readings.items()]
        batch = Batch.of([(T0 + at, said)], self.circle.twin.nodes, self.vocabulary)
        turn = self.circle.turn(batch, T0 + at)
        assert not turn.problems
        return [event.command for event in turn.events if event.what in ("sent", "withdrawn", "refused")]

    def wait(self, at: float) -> list[Command]:
        """The commands that follow when time passes without a message."""
        turn = self.circle.turn(Batch.empty(), T0 + at)
        return [event.command for event in turn.events if event.what == "sent"]
