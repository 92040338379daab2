"""The Log page: what was done, by whom, why, and what became of it."""

from typing import Any

from homeward.core.signal import Signal
from homeward.surfaces.house import Decision
from homeward.surfaces.web import say
from homeward.surfaces.web.frame import Pulse, frame
from homeward.surfaces.web.pieces import Log
from homeward.surfaces.web.sight import Sight
from homeward.surfaces.web.skills import SkillCard

SHOWN = 300
SAID = {
    "asked": "asked", "sent": "on its way", "done": "done",
    "refused": "refused", "failed": "did not work", "expired": "ran out", "shadow": "not sent",
}  # fmt: skip


def log_page(sight: Sight) -> None:
    """Draw the page and keep it live."""
    with frame(sight.house, sight.household, "/log") as trouble:
        skills = SkillCard(sight, always=True)
        skills.draw()
        log = Log(entries(sight))

        async def look() -> None:
            skills.show()
            log.show(entries(sight))

        Pulse(sight.house, look, trouble)


def entries(sight: Sight) -> dict[str, Any]:
    """Plain data for static/log.js, newest first."""
    decided = sight.house.decisions(sight.household, SHOWN)
    nodes = {node for node, _ in sight.house.nodes(sight.household)} & {one.node for one in decided}
    signals = {(node, known.signal.path): known.signal for node in nodes for known in sight.house.signals(node)}
    return {"entries": [entry(sight, one, signals.get((one.node, one.path))) for one in decided]}


def entry(sight: Sight, one: Decision, signal: Signal | None) -> dict[str, Any]:
    """One line of the log; every text in it is shown as text, whoever wrote it."""
    zone, now = sight.zone, sight.house.now()
    return {
        "id": f"{one.id} {one.at}",
        "day": day(one.at, now, zone),
        "time": say.clock(one.at, zone),
        "what": f"{sight.name(one.node)}: {say.deed(one.path, one.value, signal, zone, now)}",
        "path": f"{one.node} {one.path}",
        "why": one.why,
        "by": who(sight, one.by),
        "until": say.clock(one.until, zone, one.at) if one.until is not None else "",
        "state": one.state,
        "said": SAID.get(one.state, one.state),
        "outcome": one.outcome_why,
    }


def who(sight: Sight, by: str) -> str:
    """Who wanted it: a person by name, a skill as such."""
    if "/" in by:
        return f"asked by {sight.name(by)}"
    return f"decided by the {by.replace('_', ' ')} skill" if by else "nobody said who"


def day(at: float, now: float, zone: str) -> str:
    """The heading a moment stands under: `Today`, `Yesterday`, `Tuesday 24 November`."""
    then, today = say.local(at, zone), say.local(now, zone)
    days = (today.date() - then.date()).days
    return {0: "Today", 1: "Yesterday"}.get(days, f"{then:%A} {then.day} {then:%B}")
