"""A connector as data: the YAML that maps foreign topics and payloads to signals, and commands back, read and checked.

docs/connectors/templates.md describes the file. Everything is checked when it is read: paths against the vocabulary,
units and words against each signal; a file with a mistake is refused as a whole, with every mistake by its line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeward.connectors.mqtt.fields import Steps
from homeward.connectors.mqtt.topics import FIELD
from homeward.connectors.mqtt.values import Meaning
from homeward.core.signal import Kind, Signal
from homeward.registry.tree import Plain

GIVEN = ("node", "household")
"""Parts that are known wherever a template is used: the node's short name and its household's."""
OF_A_COMMAND = ("value", "id")
"""Parts that only a command has."""
RESERVED = ["use", "as", "topics", "commands", *GIVEN, *OF_A_COMMAND, FIELD]


@dataclass(frozen=True, slots=True)
class Only:
    """A condition on the payload: the field is one of these words."""

    steps: Steps
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Take:
    """One signal taken from a payload: from the first of the fields that is there, if the conditions hold."""

    signal: Signal
    fields: tuple[Steps, ...]
    meaning: Meaning
    only: tuple[Only, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Topic:
    """What messages of a topic say. `payload` is json, plain (all of it is the value) or either."""

    pattern: str
    payload: str
    takes: tuple[Take, ...]
    only: tuple[Only, ...] = ()
    at: Steps | None = None
    retained: bool = True
    line: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """What to publish for a command to a signal."""

    signal: Signal
    topic: str
    payload: Plain
    meaning: Meaning
    qos: int = 1
    retain: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read and checked; `parts` with their defaults, None for one that must be said."""

    name: str
    topics: tuple[Topic, ...]
    commands: tuple[Sending, ...] = ()
    parts: Mapping[str, str | None] = field(default_factory=dict)
    about: str = ""

    def kinds(self) -> set[Kind]:
        """The kinds of node it has something for."""
        told = {take.signal.kind for topic in self.topics for take in topic.takes}
        return told | {sending.signal.kind for sending in self.commands}

    def paths(self) -> list[str]:
        """The signals it knows, each once."""
        found = [take.signal.path for topic in self.topics for take in topic.takes]
        return list(dict.fromkeys([*found, *(sending.signal.path for sending in self.commands)]))
