"""The card of what people are asked to do by hand, with the buttons that answer; docs/by-hand.md."""

from typing import Any

from homeward.core.signal import Broken, Refused
from homeward.surfaces.house import Decision
from homeward.surfaces.web import say
from homeward.surfaces.web.pieces import Errands
from homeward.surfaces.web.sight import Sight

SHOWN = 3


class ErrandCard:
    """The card of one page: there while something waits for a person."""

    def __init__(self, sight: Sight) -> None:
        self.sight, self.problem = sight, ""

    def draw(self) -> None:
        """Put the card where the page is now."""
        self.piece = Errands(self.data())
        self.piece.listen("answer", self.answer)

    def show(self) -> None:
        """Bring it up to date."""
        self.piece.show(self.data())

    def data(self) -> dict[str, Any]:
        """Plain data for static/errands.js."""
        open_ones = self.sight.house.errands(self.sight.household)
        if not open_ones:
            self.problem = ""
        return {"errands": [self._line(one) for one in open_ones[:SHOWN]], "problem": self.problem}

    def _line(self, one: Decision) -> dict[str, str]:
        sight, zone = self.sight, self.sight.zone
        signal = next((known.signal for known in sight.house.signals(one.node) if known.signal.path == one.path), None)
        deed = say.deed(one.path, one.value, signal, zone, sight.house.now())
        until = f", until {say.clock(one.until, zone, one.at)}" if one.until is not None else ""
        return {
            "id": one.id,
            "text": f"{sight.name(one.node)}: {deed}",
            "when": f"asked at {say.clock(one.at, zone)}{until}",
            "why": one.why,
        }

    async def answer(self, what: dict[str, Any]) -> None:
        """A person pressed Done or Not now."""
        house, household = self.sight.house, self.sight.household
        by, done = house.visitor(household), bool(what.get("done"))
        name, self.problem = self.sight.name(by) or "somebody", ""
        try:
            why = f"{name} did it" if done else f"{name} said no"
            await house.answer(household, str(what.get("id")), done, by, why)
        except (Refused, Broken) as problem:
            self.problem = str(problem)
        self.show()
