"""The read-only view of running households that the pages are drawn from, and the one door for wishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from homeward.core.signal import Kind, Signal, Value, Wish

State = Literal["asked", "sent", "done", "refused", "failed", "expired", "shadow"]
"""What became of something decided or wished: `asked` is not yet settled, `sent` is on its way to the thing, `shadow`
would have been sent if homeward did more than watch."""

Series = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Times (n,) in seconds since 1970 UTC, ascending, and the values (n,) that held from then on."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one signal of a node: its latest value and since when; `value` is None where unknown."""

    signal: Signal
    value: Value | None
    at: float


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that a skill or a person wanted, why, and what became of it.

    A wish appears under the id that `House.wish` returned. A `value` of None takes an earlier one back.
    """

    id: str
    at: float
    node: str
    path: str
    value: Value | None
    until: float | None
    why: str
    by: str
    state: State
    outcome_why: str = ""


@dataclass(frozen=True, slots=True)
class Ability:
    """A skill that may ask for things in a household: its name, what it does, and whether it acts or only watches."""

    name: str
    does: str
    acts: bool


class House(Protocol):
    """Everything a page may see or ask. Calls return at once from memory unless they are async."""

    def as_seen(self, household: str, person: str) -> "House":
        """The same for a visitor who may see one household ('' for all) and speaks as one person ('' for any)."""

    def now(self) -> float:
        """Stream time in seconds since 1970 UTC; in the demo it runs faster than life."""

    def speed(self) -> float:
        """How many stream seconds pass in one of ours: 1.0 in life."""

    def simulated(self) -> str:
        """The sentence that says what is simulated, or ''."""

    def households(self) -> Sequence[str]:
        """The households there are, the one to show first at the front."""

    def zone(self, household: str) -> str:
        """The household's IANA time zone: `Europe/Stockholm`."""

    def visitor(self, household: str) -> str:
        """The person on whose behalf this page asks (`lind/ada`), known from how they came in."""

    def nodes(self, household: str) -> Sequence[tuple[str, Kind]]:
        """The household's nodes with their kinds: `("lind/car", Kind.VEHICLE)`."""

    def signals(self, node: str) -> Sequence[Known]:
        """Everything known of a node, in the vocabulary's order."""

    def value(self, node: str, path: str) -> Value | None:
        """The latest value, or None where unknown."""

    def at(self, node: str, path: str) -> float:
        """When the latest value was measured; NaN where unknown."""

    def skills(self, household: str) -> Sequence[Ability]:
        """The skills that may ask for things in a household, its own rules among them."""

    def decisions(self, household: str, limit: int = 100) -> Sequence[Decision]:
        """What was decided and wished, newest first."""

    async def history(self, node: str, path: str, since: float, until: float) -> Series:
        """Readings of one signal between two times."""

    async def wish(self, wish: Wish) -> str:
        """Let a wish enter the next turn; returns its id. Raises Refused where it cannot even be asked."""

    def errands(self, household: str) -> Sequence[Decision]:
        """What people of a household are asked to do by hand and have not answered, newest first."""

    async def answer(self, household: str, id: str, done: bool, by: str, why: str = "") -> None:
        """A person did what was asked of them, or will not. Raises Refused where nothing of that id is open."""

    def buttons(self) -> Sequence[tuple[str, str]]:
        """What a visitor of the demo may make happen: `("jam", "Jam ahead")`; empty in life."""

    async def press(self, button: str) -> None:
        """Make one of `buttons` happen."""

    def version(self) -> int:
        """Grows with every change, so that a page knows when to look again."""
