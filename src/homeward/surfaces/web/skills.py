"""The card that says which skills act here and which only watch, with the buttons that change it; docs/shadow.md."""

from time import monotonic
from typing import Any

from homeward.core.signal import Refused
from homeward.surfaces.letting import letting
from homeward.surfaces.web.pieces import Skills
from homeward.surfaces.web.sight import Sight

UNDO_S = 20.0
"""How long the way back stays in view where the card would else be gone, in seconds of ours."""


class SkillCard:
    """The card of one page: there while something only watches, or `always`."""

    def __init__(self, sight: Sight, always: bool = False) -> None:
        self.sight, self.always = sight, always
        self.pressed, self.problem = -UNDO_S, ""

    def draw(self) -> None:
        """Put the card where the page is now."""
        self.piece = Skills(self.data())
        self.piece.listen("let", self.let)

    def show(self) -> None:
        """Bring it up to date."""
        self.piece.show(self.data())

    @property
    def only_planned(self) -> bool:
        """Whether the plan for the arrival is only said, not carried out."""
        able = self.sight.house.skills(self.sight.household)
        return any(one.name == "arrival" and not one.acts for one in able)

    def data(self) -> dict[str, Any]:
        """Plain data for static/skills.js."""
        able = self.sight.house.skills(self.sight.household)
        acting = sum(one.acts for one in able)
        lately = monotonic() - self.pressed < UNDO_S
        return {
            "shown": bool(able) and (self.always or acting < len(able) or lately),
            "title": "Only watching" if not acting else "Acting" if acting == len(able) else "Acting in part",
            "text": words(acting, len(able)),
            "problem": self.problem,
            "acting": acting,
            "skills": [{"name": one.name, "does": one.does, "acts": one.acts} for one in able],
        }

    async def let(self, what: dict[str, Any]) -> None:
        """A person pressed a button: a skill by name, or all of them for ''."""
        names = [str(what["skill"])] if what.get("skill") else []
        house = self.sight.house
        self.pressed, self.problem = monotonic(), ""
        try:
            await house.wish(letting(house, self.sight.household, names, bool(what.get("act")), "said on the page"))
        except Refused as problem:
            self.problem = str(problem)
        self.show()


def words(acting: int, of: int) -> str:
    """What it means for the home, in a sentence.

    >>> words(1, 3)
    'One of three skills acts; the others only say what they would do'
    """
    if not acting:
        return "homeward decides and explains here, and sends nothing. When you like what it would do, let it act"
    if acting == of:
        return "What homeward decides is done. People come first, and every decision stands in the log with its reason"
    verb = "acts" if acting == 1 else "act"
    return f"{count(acting).capitalize()} of {count(of)} skills {verb}; the others only say what they would do"


def count(number: int) -> str:
    """A small number as a word."""
    return ("no", "one", "two", "three", "four", "five", "six")[number] if number < 7 else str(number)
