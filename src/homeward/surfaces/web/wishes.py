"""The wishes of the Today page: what each button asks for, what became of it, and how it is taken back."""

from dataclasses import dataclass, field
from math import isfinite
from time import monotonic
from typing import Any

from homeward.core.signal import Refused, Value, Wish
from homeward.surfaces.house import Decision
from homeward.surfaces.web import say
from homeward.surfaces.web.plan import Plan
from homeward.surfaces.web.sentence import sentence
from homeward.surfaces.web.sight import Sight

TARGET = "Home.Climate.TargetTemperature"
COMFORT = "Home.Climate.ComfortTemperature"
COOLEST, WARMEST, USUAL = 15.0, 25.0, 21.0
KEPT_S = 20.0
"""How long a wish that was refused or taken back stays in view, in seconds of ours."""


@dataclass(slots=True)
class Asked:
    """One wish of this page; `before` is what to ask for when it is undone (None takes it back)."""

    id: str
    wish: Wish
    text: str
    before: Value | None
    began: float = field(default_factory=monotonic)
    refusal: str = ""
    undone: bool = False


def untils(sight: Sight, plan: Plan | None) -> list[tuple[str, str, float]]:
    """The ends a wish may have: name, label, and the moment (seconds since 1970 UTC)."""
    now, zone = sight.house.now(), sight.zone
    choices = []
    if plan is not None and plan.expects and plan.p90 > now:
        choices.append(("plan", "arrival", plan.p90))
    choices.append(("night", "midnight", say.midnight(now, zone, 1)))
    choices.append(("morning", "07:00", say.midnight(now, zone, 1) + 7 * 3600.0))
    return choices


def comfort(sight: Sight, plan: Plan | None) -> float:
    """The temperature that is wanted at home now, °C."""
    wanted = sight.number(sight.home, COMFORT)
    if isfinite(wanted):
        return wanted
    return plan.target if plan is not None else USUAL


def compose(sight: Sight, plan: Plan | None, what: str, until: str) -> tuple[Wish, str, Value | None] | None:
    """The wish a button stands for, in words, and the value to restore; None for a word no button says."""
    ends = untils(sight, plan)
    end = next((moment for name, _, moment in ends if name == until), ends[0][2])
    when = say.clock(end, sight.zone, sight.house.now())
    target = comfort(sight, plan)
    before: Value | None = None
    match what:
        case "warm":
            path, value, text = TARGET, target, f"Warm now, {say.degrees(target)} until {when}"
        case "rest":
            rests = plan.setback if plan is not None and isfinite(plan.setback) else 17.0
            lowest = sight.number(sight.home, "Home.Climate.LowestTemperature")
            end = say.midnight(sight.house.now(), sight.zone, 1)
            path, value, text = (
                TARGET,
                min(rests, lowest) if isfinite(lowest) else rests,
                "Not today, no warming until midnight",
            )
        case "warmer" | "cooler":
            value = min(WARMEST, max(COOLEST, target + (0.5 if what == "warmer" else -0.5)))
            path, text, before = COMFORT, f"{say.degrees(value)} instead of {say.degrees(target)}", target
        case _:
            return None
    house = sight.house
    by = house.visitor(sight.household)
    why = f"{sight.name(by) or 'Somebody'} asked on the Today page"
    return Wish(sight.home, path, value, house.now(), by, end, why), text, before


class Wishes:
    """The wishes asked on one page, each with what became of it."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self.asked: list[Asked] = []

    async def ask(self, plan: Plan | None, what: str, until: str) -> None:
        """Ask for what a button says; a refusal is kept and shown like any other answer."""
        if composed := compose(self.sight, plan, what, until):
            wish, text, before = composed
            self.asked = [one for one in self.asked if one.wish.path != wish.path]
            await self._send(wish, text, before)

    async def _send(self, wish: Wish, text: str, before: Value | None) -> None:
        try:
            self.asked.append(Asked(await self.sight.house.wish(wish), wish, text, before))
        except Refused as error:
            self.asked.append(Asked(f"refused-{monotonic()}", wish, text, before, refusal=str(error)))

    async def undo(self, id: str) -> None:
        """Take a wish back, asked here or standing from before."""
        now = self.sight.house.now()
        by = self.sight.house.visitor(self.sight.household)
        for one in self.asked:
            if one.id == id:
                one.undone, one.began = True, monotonic()
                wish = Wish(one.wish.node, one.wish.path, one.before, now, by, one.wish.until, "taken back")
                await self.sight.house.wish(wish)
                return
        for decision in self._standing():
            if decision.id == id:
                await self.sight.house.wish(Wish(decision.node, decision.path, None, now, by, None, "taken back"))

    def lines(self) -> list[dict[str, Any]]:
        """Plain data for static/next.js: each wish, its state in words, whether it can be undone."""
        known = {decision.id: decision for decision in self.sight.house.decisions(self.sight.household)}
        self.asked = [one for one in self.asked if monotonic() - one.began < KEPT_S or self._lasting(one, known)]
        rows = [self._line(one, known.get(one.id)) for one in self.asked]
        paths = {one.wish.path for one in self.asked}
        return rows + [self._old(decision) for decision in self._standing() if decision.path not in paths]

    def _lasting(self, one: Asked, known: dict[str, Decision]) -> bool:
        decision = known.get(one.id)
        open_ended = one.wish.until is None or one.wish.until > self.sight.house.now()
        return (
            not one.undone
            and not one.refusal
            and open_ended
            and (decision is None or decision.state in ("asked", "sent", "done"))
        )

    def _line(self, one: Asked, decision: Decision | None) -> dict[str, Any]:
        state = decision.state if decision is not None else "asked"
        why = decision.outcome_why if decision is not None else ""
        if one.refusal:
            state, why = "refused", one.refusal
        if one.undone:
            return {"id": one.id, "text": one.text, "state": "undone", "said": "taken back", "undo": False}
        lasts = state in ("asked", "sent", "done")
        return {"id": one.id, "text": one.text, "state": state, "said": outcome(state, why), "undo": lasts}

    def _standing(self) -> list[Decision]:
        """The visitor's own wishes for the home that still hold, newest of each signal."""
        house, household = self.sight.house, self.sight.household
        newest: dict[str, Decision] = {}
        for decision in house.decisions(household):
            if decision.by == house.visitor(household) and decision.path in (TARGET, COMFORT):
                newest.setdefault(decision.path, decision)
        now = house.now()
        return [
            one for one in newest.values()
            if one.value is not None and one.state in ("sent", "done") and (one.until is None or one.until > now)
        ]  # fmt: skip

    def _old(self, one: Decision) -> dict[str, Any]:
        zone, now = self.sight.zone, self.sight.house.now()
        until = f" until {say.clock(one.until, zone, now)}" if one.until is not None else ""
        text = f"{sentence(say.deed(one.path, one.value, None, zone, now))}{until}"
        said = f"{outcome(one.state, one.outcome_why)}, asked {say.clock(one.at, zone, now)}"
        return {"id": one.id, "text": text, "state": one.state, "said": said, "undo": True}


def outcome(state: str, why: str) -> str:
    """What became of something, in words, with the reason where there is one."""
    word = {
        "asked": "asked",
        "sent": "on its way, waiting for the home to answer",
        "done": "done",
        "refused": "refused",
        "failed": "did not work",
        "expired": "ran out before it could be done",
    }.get(state, state)
    return f"{word}: {why}" if why and state in ("refused", "failed", "expired") else word
