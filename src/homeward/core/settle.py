"""When skills disagree, one answer; when a wish is unsafe, none.

This is the last gate before the world, so it trusts nobody: it shares no code with the vocabulary, the twin or the
skills, and checks again what they should have checked. It knows only words, and says no in words. It is asked when a
command is wanted and again each time one would go out: what was safe may not be safe any more.

Of a vehicle, what is not named here is left to the vehicle and its driver: brakes, steering, gears, driving aids. A
vehicle that may be moving takes comfort and navigation only. Nothing unlocks, opens, disarms or moves a seat without a
person who has just proved to be there.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from homeward.core.signal import Command, Kind, Role, Signal, Type

LONGEST_S = 7 * 86_400.0
PRESENT_S = 60.0
"""How long the proof of being there is good for."""
LONGEST_TEXT = 65_536
HUGE = 1e300

WHILE_MOVING = re.compile(
    r"Vehicle\.("
    r"Cabin\.HVAC\..+"
    r"|Cabin\.Infotainment\.(Navigation|Media)\..+"
    r"|Cabin\.Light\.(AmbientLight|InteractiveLightBar)\..+"
    r"|Cabin\.Seat\.\w+\.\w+\.(\w+\.)?HeatingCooling"
    r"|Chassis\.SteeringWheel\.HeatingCooling"
    r"|Body\.(Mirrors|Windshield)\.\w+\.IsHeatingOn"
    r")"
)
WHILE_PARKED = re.compile(
    r"Vehicle\.("
    r"Powertrain\.TractionBattery\.(Charging|BatteryConditioning)\..+"
    r"|Powertrain\.FuelSystem\.IsFuelPortFlapOpen"
    r"|Body\.Lights\.(Beam|DirectionIndicator)\.\w+\.\w+"
    r"|Body\.Lights\.(Hazard|LicensePlate|Parking|Running)\.\w+"
    r"|Body\.(Horn|Hood|Mirrors|Trunk)\..+"
    r"|Cabin\.(Door|Light|RearShade|Seat|Sunroof)\..+"
    r"|Cabin\.IsWindowChildLockEngaged"
    r"|Cabin\.Infotainment\.(HMI|SmartphoneProjection|SmartphoneScreenMirroring)\..+"
    r"|Chassis\.SteeringWheel\.(Extension|Tilt)"
    r")"
)
SHADES = "Shade."
KEPT_SHUT_BY_TRUE = ("Locked", "ChildLockEngaged", "Armed")
KEPT_SHUT_BY_FALSE = "Open"
OPENING, MOVED_BY = re.compile(r"(Door|Garage|Gate|Hood|Sunroof|Trunk|Window)\."), ("Position", "Switch")
SHUT = (0, "INACTIVE", "CLOSE", "ONE_SHOT_CLOSE")
MOVES_SOMEBODY = re.compile(
    r"Vehicle\.(Cabin\.Seat(?!.*(HeatingCooling|Massage|NeckScarf|Warmer|Cooler))|Chassis\.SteeringWheel\.(Extension|Tilt))"
)


class Ask(NamedTuple):
    """A command somebody wants since `at`: `rank` 0 for people, then the skills in order; `present` as in Wish."""

    command: Command
    rank: int
    at: float
    person: bool = False
    present: bool = False


class Situation(NamedTuple):
    """What settling looks at. `still`: the vehicle is known to stand still; `paused`: skills that may not act here."""

    now: float
    still: bool
    paused: frozenset[str] = frozenset()


def objection(ask: Ask, signal: Signal, situation: Situation) -> str:
    """Why this may not be done, in words for a person; '' if it may."""
    command = ask.command
    if signal.role is not Role.ACTUATOR or command.path != signal.path:
        return f"{command.path} can be read but not set"
    if ask.person and command.by.partition("/")[0] != command.node.partition("/")[0]:
        return "only people of the household may ask"
    if not ask.person and command.by in situation.paused:
        return f"the household has paused {command.by}"
    if not ask.person and not command.why:
        return "a skill must say why"
    if command.value is None:
        return ""
    opens = _opening(signal.path)
    return (
        _expiry_objection(command, situation.now)
        or _value_objection(command, signal)
        or (_vehicle_objection(signal, situation.still) if signal.kind is Kind.VEHICLE else "")
        or ("" if opens is None else _opening_objection(ask, opens, situation.now))
    )


def _expiry_objection(command: Command, now: float) -> str:
    until: object = command.until
    if not isinstance(until, int | float) or not -HUGE < until < HUGE:
        return "it must say until when"
    if until <= now:
        return "its time is over"
    if until > now + LONGEST_S:
        return "it may stand for seven days at most"
    return ""


def _value_objection(command: Command, signal: Signal) -> str:
    value = command.value
    if signal.type is Type.BOOLEAN:
        return "" if value is True or value is False else f"{signal.path} takes true or false"
    if signal.type is Type.ENUM:
        return "" if value in signal.allowed else f"{signal.path} takes one of {', '.join(signal.allowed)}"
    if signal.type is Type.TEXT:
        fits = isinstance(value, str) and len(value) <= LONGEST_TEXT
        return "" if fits else f"{signal.path} takes text of at most {LONGEST_TEXT} characters"
    # Comparing is safe where converting is not: a whole number may be too big for a float.
    if not isinstance(value, int | float) or isinstance(value, bool) or not -HUGE < value < HUGE:
        return f"{signal.path} takes a number"
    if signal.type is Type.INTEGER and value % 1:
        return f"{signal.path} takes a whole number"
    if value < signal.low or value > signal.high:
        return f"{value:g} is outside {signal.low:g} to {signal.high:g} {signal.unit}".rstrip()
    return ""


def _vehicle_objection(signal: Signal, still: bool) -> str:
    if WHILE_MOVING.fullmatch(signal.path):
        return ""
    if not WHILE_PARKED.fullmatch(signal.path):
        return f"{signal.path} is left to the vehicle and its driver"
    return "" if still else "the vehicle may be moving; only comfort and navigation can be set now"


def _opening_objection(ask: Ask, opens: Callable[[object], bool], now: float) -> str:
    there = ask.person and ask.present and now <= ask.at + PRESENT_S
    if there or not opens(ask.command.value):
        return ""
    return "unlocking, opening, disarming and moving seats need a person who is there and has just proved it"


@lru_cache(4096)
def _opening(path: str) -> Callable[[object], bool] | None:
    """Which values unlock, open, disarm or move somebody; None where none does."""
    if MOVES_SOMEBODY.match(path):
        return lambda value: True
    if SHADES in path:
        return None
    if path.endswith(KEPT_SHUT_BY_TRUE):
        return lambda value: value is not True
    if path.endswith(KEPT_SHUT_BY_FALSE):
        return lambda value: value is not False
    return (lambda value: value not in SHUT) if path.endswith(MOVED_BY) and OPENING.search(path) else None


def strongest(asks: Iterable[Ask]) -> Ask | None:
    """The one that counts: the lowest rank; among equals the last. None if there is none.

    >>> person = Ask(Command("lind/home", "Home.Light.Porch", True, 9.0, "", "lind/ada"), 0, 1.0, person=True)
    >>> skill = Ask(Command("lind/home", "Home.Light.Porch", False, 9.0, "dawn", "porch"), 3, 2.0)
    >>> strongest([skill, person]) is person
    True
    """
    best = None
    for ask in asks:
        if best is None or ask.rank <= best.rank:
            best = ask
    return best
