"""The hub as the pages and the API see it: reads from memory, and one door for wishes."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Protocol

import numpy as np

from homeward.app.by_hand import answer, waiting
from homeward.app.hub import Hub
from homeward.core.gate import acts
from homeward.core.signal import Kind, Refused, UnknownSignal, Value, Wish, household_of
from homeward.surfaces.house import Ability, Decision, Known, Series
from homeward.surfaces.letting import ACTING


class Show(Protocol):
    """What a demo adds to the pages."""

    def simulated(self) -> str:
        """The sentence that says what is simulated."""

    def buttons(self) -> Sequence[tuple[str, str]]:
        """What a visitor may make happen."""

    async def press(self, button: str) -> None:
        """Make it happen."""


@dataclass(frozen=True, slots=True)
class HubHouse:
    """Implements `surfaces.house.House`. `zones` gives a household's IANA zone, `able` its skills (name, does)."""

    hub: Hub
    zones: Callable[[str], str]
    able: Callable[[str], Sequence[tuple[str, str]]]
    show: Show | None = None
    only: str = ""
    person: str = ""

    def as_seen(self, household: str, person: str) -> "HubHouse":
        """See House."""
        return replace(self, only=household, person=person)

    def now(self) -> float:
        """See House."""
        return self.hub.clock.now()

    def speed(self) -> float:
        """See House."""
        return self.hub.clock.speed

    def simulated(self) -> str:
        """See House."""
        return self.show.simulated() if self.show else ""

    def households(self) -> Sequence[str]:
        """See House."""
        known = self.hub.circle.twin.nodes.households
        return [name for name in known if name == self.only] if self.only else known

    def zone(self, household: str) -> str:
        """See House."""
        return self.zones(household)

    def visitor(self, household: str) -> str:
        """See House. On loopback there is nobody to tell people apart: the household's first person is asking."""
        if self.person.partition("/")[0] == household:
            return self.person
        people = [name for name, kind in self.nodes(household) if kind is Kind.PERSON]
        return people[0] if people else f"{household}/page"

    def nodes(self, household: str) -> Sequence[tuple[str, Kind]]:
        """See House."""
        nodes = self.hub.circle.twin.nodes
        return [(nodes.names[number], nodes.kind(number)) for number in nodes.of_household(household)]

    def signals(self, node: str) -> Sequence[Known]:
        """See House."""
        return [Known(signal, value, at) for signal, value, at in self.hub.circle.twin.known(node)]

    def value(self, node: str, path: str) -> Value | None:
        """See House."""
        return self._cell(node, path)[0]

    def at(self, node: str, path: str) -> float:
        """See House."""
        at = self._cell(node, path)[1]
        return at if isfinite(at) else nan

    def _cell(self, node: str, path: str) -> tuple[Value | None, float]:
        try:
            return self.hub.circle.twin.get(node, path)
        except UnknownSignal:
            return None, nan

    def skills(self, household: str) -> Sequence[Ability]:
        """See House."""
        homes = [node for node, kind in self.nodes(household) if kind is Kind.HOME]
        said = self.value(homes[0], ACTING) if homes else None
        text = None if said is None else str(said)
        return [Ability(name, does, acts(text, name)) for name, does in self.able(household)]

    def decisions(self, household: str, limit: int = 100) -> Sequence[Decision]:
        """See House."""
        return self.hub.decisions.of(household, limit)

    async def history(self, node: str, path: str, since: float, until: float) -> Series:
        """See House. More than 600 readings come as means of equal spans."""
        found = await asyncio.to_thread(self.hub.history.query, node, path, since, until, 600)
        if len(found) < 600:
            return found.times, found.values
        spans = await asyncio.to_thread(self.hub.history.chart, node, path, since, until)
        return np.asarray(spans.starts), np.asarray(spans.mean)

    async def wish(self, wish: Wish) -> str:
        """See House. Raises Refused or UnknownSignal for what cannot even be asked."""
        twin = self.hub.circle.twin
        number, signal = twin.nodes.number(wish.node), twin.vocabulary[wish.path]
        if twin.nodes.kind(number) is not signal.kind:
            raise Refused(f"{wish.node} is a {twin.nodes.kind(number).word} and has no {signal.path}")
        if self.only and household_of(wish.node) != self.only:
            raise Refused(f"{wish.node} is not of {self.only}")
        if household_of(wish.by) != household_of(wish.node):
            raise Refused(f"{wish.by} does not belong to the household of {wish.node}")
        return await self.hub.ask(wish)

    def errands(self, household: str) -> Sequence[Decision]:
        """See House."""
        return waiting(self.hub, household)

    async def answer(self, household: str, id: str, done: bool, by: str, why: str = "") -> None:
        """See House."""
        await answer(self.hub, household, id, done, by, why)

    def buttons(self) -> Sequence[tuple[str, str]]:
        """See House."""
        return self.show.buttons() if self.show else ()

    async def press(self, button: str) -> None:
        """See House."""
        if self.show:
            await self.show.press(button)
            self.hub.version += 1

    def version(self) -> int:
        """See House."""
        return self.hub.version
