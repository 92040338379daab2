"""When skills disagree, one answer; when a wish is unsafe, none.

This is the last gate before the world, so it trusts nobody: it shares no code with the vocabulary, the twin or the
skills, and checks again what they should have checked. It knows only words, and says no in words.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from homeward.core.signal import Command, Kind, Role, Signal, Type

LONGEST_S = 7 * 86_400.0
WHILE_MOVING = re.compile(
    r"Vehicle\.Cabin\.(HVAC\.|Infotainment\.Navigation\.|Infotainment\.Media\.|Seat\.[^.]+\.[^.]+\.HeatingCooling$|Light\.)"
)
LOCK = re.compile(r"\.(IsLocked|IsChargingCableLocked|IsArmed)$")
DOOR = re.compile(r"\.(IsOpen|IsFlapOpen)$")
OPENING = re.compile(r"\.(Window|Sunroof|Trunk|Hood|Door|Convertible|Garage)\..*(Position|Switch|IsOpen)$")


@dataclass(frozen=True, slots=True)
class Ask:
    """A command somebody wants: `rank` 0 for people, then the skills in order; `present` as in Wish."""

    command: Command
    rank: int
    person: bool = False
    present: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What settling looks at. `still`: the vehicle is known to stand still; `paused`: skills that may not act here."""

    now: float
    still: bool
    paused: frozenset[str] = frozenset()


def objection(ask: Ask, signal: Signal, situation: Situation) -> str:
    """Why this may not be done, in words for a person; '' if it may."""
    command = ask.command
    if signal.role is not Role.ACTUATOR:
        return f"{signal.path} can be read but not set"
    if command.by.partition("/")[0] != command.node.partition("/")[0] and ask.person:
        return "only people of the household may ask"
    if not ask.person and command.by in situation.paused:
        return f"the household has paused {command.by}"
    if not command.why and not ask.person:
        return "a skill must say why"
    if command.value is None:
        return ""
    return (
        _expiry_objection(command, situation.now)
        or _value_objection(command, signal)
        or _moving_objection(signal, situation.still)
        or _opening_objection(ask, signal)
    )


def _expiry_objection(command: Command, now: float) -> str:
    if not isfinite(command.until):
        return "it must say until when"
    if command.until <= now:
        return "its time is over"
    if command.until > now + LONGEST_S:
        return "it may stand for seven days at most"
    return ""


def _value_objection(command: Command, signal: Signal) -> str:
    value = command.value
    if signal.type is Type.BOOLEAN:
        return "" if value is True or value is False else f"{signal.path} takes true or false"
    if signal.type is Type.ENUM:
        return "" if value in signal.allowed else f"{signal.path} takes one of {', '.join(signal.allowed)}"
    if signal.type is Type.TEXT:
        return "" if isinstance(value, str) else f"{signal.path} takes text"
    if isinstance(value, bool | str) or value is None or not isfinite(value):
        return f"{signal.path} takes a number"
    if value < signal.low or value > signal.high:
        return f"{value:g} is outside {signal.low:g} to {signal.high:g} {signal.unit}".rstrip()
    return ""


def _moving_objection(signal: Signal, still: bool) -> str:
    if signal.kind is not Kind.VEHICLE or still or WHILE_MOVING.match(signal.path):
        return ""
    return "the vehicle may be moving; only comfort and navigation can be set now"


def _opening_objection(ask: Ask, signal: Signal) -> str:
    opens = (LOCK.search(signal.path) and ask.command.value is False) or (
        DOOR.search(signal.path) and ask.command.value is True
    )
    if (opens or (OPENING.search(signal.path) and ask.command.value not in (False, 0))) and not (
        ask.person and ask.present
    ):
        return "unlocking, opening and disarming need a person who is there and has proved it"
    return ""


def strongest(asks: Iterable[Ask]) -> Ask | None:
    """The one that counts: the lowest rank; among equals the last. None if there is none.

    >>> person = Ask(Command("lind/home", "Home.Light.Porch", True, 9.0, "", "lind/ada"), 0, person=True)
    >>> skill = Ask(Command("lind/home", "Home.Light.Porch", False, 9.0, "dawn", "porch"), 3)
    >>> strongest([skill, person]) is person
    True
    """
    best = None
    for ask in asks:
        if best is None or ask.rank <= best.rank:
            best = ask
    return best
