"""The words that everything else is said in: signal, reading, command, wish, outcome.

All are frozen values. Times are seconds since 1970 (UTC) as floats; a node is always named `household/node`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import nan
from typing import NamedTuple

Value = float | bool | str
"""What a signal may hold in Python: a number, a boolean, or a word (enumeration or text)."""


class UnknownSignal(KeyError):
    """A path or a node that nobody defined; `nearest` is the closest one that exists."""

    def __init__(self, what: str, nearest: str = "") -> None:
        super().__init__(what)
        self.what, self.nearest = what, nearest

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f"unknown: {self.what}{hint}"


class Refused(ValueError):
    """A value, wish or file that was understood and is not allowed; the text says what would be right."""


class Broken(Exception):
    """Something that homeward needs does not work; the text says what, and what would mend it."""


class Kind(IntEnum):
    """The five kinds of node. The numbers are stored in snapshots: append only."""

    PERSON = 0
    VEHICLE = 1
    HOME = 2
    ROOM = 3
    DEVICE = 4

    @property
    def word(self) -> str:
        """The kind as paths begin: `Vehicle`."""
        return self.name.capitalize()


class Type(IntEnum):
    """How a signal's value is understood; every value is a float64 in the twin's columns."""

    BOOLEAN = 0  # 0 or 1
    NUMBER = 1
    INTEGER = 2
    ENUM = 3  # the position of a word in `allowed`
    TEXT = 4  # kept aside; the column holds a fingerprint


class Role(IntEnum):
    """What may be done with a signal, in VSS's terms."""

    SENSOR = 0
    ACTUATOR = 1
    ATTRIBUTE = 2


@dataclass(frozen=True, slots=True)
class Signal:
    """The definition of one quantity: a row of the vocabulary."""

    index: int
    path: str
    kind: Kind
    type: Type
    role: Role
    unit: str = ""
    low: float = nan
    high: float = nan
    allowed: tuple[str, ...] = ()
    description: str = ""
    source: str = ""


class Reading(NamedTuple):
    """A signal of a node had a value at a time."""

    node: str
    path: str
    value: Value
    at: float


class Command(NamedTuple):
    """Let an actuator signal of a node have a value `until` a time; None takes back the earlier one by `by`."""

    node: str
    path: str
    value: Value | None
    until: float
    why: str
    by: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person or an app asks for; settled in the turn like everything else.

    `by` comes from their credentials (`lind/ada`), never from what they sent. `present` says that the person has
    just proved to be there (a passkey, a key in the car), which unlocking asks for.
    """

    node: str
    path: str
    value: Value | None
    at: float
    by: str
    until: float | None = None
    why: str = ""
    present: bool = False
    id: str = ""


class Outcome(NamedTuple):
    """What became of a command: done, or not and why. `node` says so: only its household's commands are meant."""

    id: str
    done: bool
    why: str
    at: float
    node: str = ""


def household_of(node: str) -> str:
    """The household part of `household/node`.

    >>> household_of("lind/car")
    'lind'
    """
    return node.partition("/")[0]


def check_name(name: str) -> str:
    """Return `name` if it is `household/node` (48 letters, digits, `-`, `_` each), else raise Refused."""
    parts: Sequence[str] = name.split("/")
    legal = len(parts) == 2 and all(
        0 < len(part) <= 48 and part.isascii() and part.replace("-", "").replace("_", "").isalnum() for part in parts
    )
    if not legal:
        raise Refused(f"{name[:100]!r} is not a node's name; write household/node with letters, digits, - and _")
    return name
