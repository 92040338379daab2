"""A condition on the twin, and the moment it becomes true.

Conditions are built from atoms with `&`, `|` and `~`. Unknown is NaN and makes an atom false, and so its opposite too:
`~` is pushed down to the atoms while building, so that only "certainly true" ever has to be computed (Kleene's strong
logic, its true half). A condition has a subject, a row of one kind; an atom on a signal of another kind looks at the
subject's household and is true if it is true of any node there, or with `.every()` of each (and there is one).
"""

from dataclasses import dataclass, replace
from typing import Any

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Condition:
    """A boolean over the twin: combine with `&`, `|`, `~`; as it stands it fires when it rises."""

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return Either(self, other)

    def __invert__(self) -> "Condition":
        raise NotImplementedError

    def atoms(self) -> "list[Atom]":
        """The atoms it is made of."""
        raise NotImplementedError

    def falls(self) -> "Trigger":
        """The moment it stops being true."""
        return Trigger(self, "falls")

    def holds(self, seconds: float) -> "Trigger":
        """The moment it has been true for that long without a break."""
        return Trigger(self, "holds", seconds)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A condition and which of its moments is meant."""

    condition: Condition
    edge: str = "rises"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Both(Condition):
    """True where both are."""

    left: Condition
    right: Condition

    def __invert__(self) -> Condition:
        return Either(~self.left, ~self.right)

    def atoms(self) -> "list[Atom]":
        """The atoms of both."""
        return self.left.atoms() + self.right.atoms()


@dataclass(frozen=True, slots=True)
class Either(Condition):
    """True where one is."""

    left: Condition
    right: Condition

    def __invert__(self) -> Condition:
        return Both(~self.left, ~self.right)

    def atoms(self) -> "list[Atom]":
        """The atoms of both."""
        return self.left.atoms() + self.right.atoms()


@dataclass(frozen=True, slots=True)
class Atom(Condition):
    """A question about one signal: `is` compares (`op`, `value`), `fresh` and `due` ask about time.

    For `fresh` and `due`, `op` is `<` (yes) or `>=` (no). With `node`, a short name, it asks that node of the subject's
    household; the subject must then be of another kind.
    """

    path: str
    what: str
    op: str
    value: Any = None
    each: bool = False
    node: str = ""

    def __invert__(self) -> Condition:
        return replace(self, op=OPPOSITE[self.op], each=not self.each)

    def atoms(self) -> "list[Atom]":
        """Itself."""
        return [self]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A signal, ready to be compared: `signal("Vehicle.Speed") < 5`."""

    path: str
    each: bool = False

    __hash__ = None  # type: ignore[assignment]

    def every(self) -> "Term":
        """The same, asked of every node of its kind in the household instead of any."""
        return replace(self, each=True)

    def __lt__(self, value: object) -> Atom:
        return Atom(self.path, "is", "<", value, self.each)

    def __le__(self, value: object) -> Atom:
        return Atom(self.path, "is", "<=", value, self.each)

    def __gt__(self, value: object) -> Atom:
        return Atom(self.path, "is", ">", value, self.each)

    def __ge__(self, value: object) -> Atom:
        return Atom(self.path, "is", ">=", value, self.each)

    def __eq__(self, value: object) -> Atom:  # type: ignore[override]
        return Atom(self.path, "is", "==", value, self.each)

    def __ne__(self, value: object) -> Atom:  # type: ignore[override]
        return Atom(self.path, "is", "!=", value, self.each)

    def is_on(self) -> Atom:
        """It is true."""
        return self == True  # noqa: E712

    def is_off(self) -> Atom:
        """It is known to be false."""
        return self == False  # noqa: E712

    def within(self, metres: float) -> Atom:
        """A distance is below that: a geofence."""
        return self < metres

    def fresh(self, seconds: float) -> Atom:
        """The last reading is younger than that."""
        return Atom(self.path, "fresh", "<", seconds, self.each)

    def due(self) -> Atom:
        """The time that the signal holds (s since 1970) has been reached; each later value rises again."""
        return Atom(self.path, "due", "<", None, self.each)

    def changes(self) -> Trigger:
        """Each accepted reading of it, whatever the value."""
        return Trigger(Atom(self.path, "is", "!=", None, self.each), "changes")


def signal(path: str) -> Term:
    """A signal to build a condition from.

    >>> (signal("Vehicle.DistanceToHome").within(5000) & ~signal("Person.Sleeping").is_on()).right.op
    '!='
    """
    return Term(path)
