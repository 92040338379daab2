"""The Wrist page, for a watch: one thing at a time, and one button."""

from typing import Any

from nicegui import html

from homeward.surfaces.atlas import Atlas
from homeward.surfaces.web import say
from homeward.surfaces.web.frame import Pulse, bare
from homeward.surfaces.web.going import Going
from homeward.surfaces.web.pieces import Wrist
from homeward.surfaces.web.sight import Sight

BUTTONS = {"done": "Done", "stop": "Stop", "home": "Go home"}


class WristPage:
    """One open Wrist page."""

    def __init__(self, sight: Sight, atlas: Atlas | None) -> None:
        self.sight, self.going = sight, Going(sight, atlas)

    def draw(self) -> None:
        """Lay the page out."""
        self.piece = Wrist(self.data())
        self.piece.listen("press", self.press)

    async def look(self) -> None:
        """Bring it up to date."""
        self.piece.show(self.data())

    def data(self) -> dict[str, Any]:
        """The one thing there is to say, in static/wrist.js's words: what, a figure, small print, and the button."""
        told = self.going.data()
        if errands := self.sight.house.errands(self.sight.household):
            return _shown("home", "For you to do", "", errands[0].why, "done")
        if told["guide"]:
            metres = told["guide"].partition(", ")[2].removesuffix(" on foot")
            return _shown("person", f"To {told['to']}", metres, "on foot", "stop")
        if told["to"]:
            return _shown("car", told["to"], told["arrival"] or say.DASH, told["why"] or told["between"], "stop")
        state, figure = self.going.home_state()
        return _shown("home", state.removesuffix(",") or "Home", figure or say.DASH, told["why"], "home")

    async def press(self, what: str) -> None:
        """A person pressed the button."""
        if what == "done":
            house, household = self.sight.house, self.sight.household
            by = house.visitor(household)
            for errand in house.errands(household)[:1]:
                await house.answer(household, errand.id, True, by, f"{self.sight.name(by) or 'somebody'} did it")
        else:
            await self.going.go("home" if what == "home" else "")
        await self.look()


def _shown(kind: str, what: str, figure: str, small: str, act: str) -> dict[str, str]:
    return {"kind": kind, "what": what, "figure": figure, "small": small, "act": act, "button": BUTTONS[act]}


async def wrist_page(sight: Sight, atlas: Atlas | None) -> None:
    """Draw the page and keep it live."""
    with bare("Wrist", "wrist") as trouble:
        if not sight.home:
            with html.div().classes("card empty"):
                html.b("No home yet")
            return
        page = WristPage(sight, atlas)
        page.draw()
        Pulse(sight.house, page.look, trouble)
