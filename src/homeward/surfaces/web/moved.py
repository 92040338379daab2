"""The card about an arrival that moved: what it was, what it is, and what that does to the heating."""

from math import isfinite
from typing import Any

from homeward.surfaces.web import say
from homeward.surfaces.web.plan import Move
from homeward.surfaces.web.sight import Sight

INDOOR = "Home.Climate.IndoorTemperature"


def card(sight: Sight, move: Move | None, warm: bool) -> dict[str, Any] | None:
    """Plain data for static/moved.js; None where nothing moved. `warm`: it is as warm inside as is wanted."""
    if move is None:
        return None
    zone = sight.zone
    home = row("car", "Home", move.was_median, move.median, zone)
    match move.heating:
        case "start":
            heating = row("home", "Heating", move.was_heat, move.heat, zone)
        case "ready":
            heating = row("home", "Warm at", move.was_heat, move.heat, zone)
        case _ if warm:
            inside = say.degrees(sight.number(sight.home, INDOOR))
            heating = {"kind": "home", "what": "Inside", "was": "", "is": inside, "by": "stays warm until then"}
        case _:
            heating = {"kind": "home", "what": "Heating", "was": "", "is": "as it was", "by": ""}
    return {"key": f"{move.was_median}", "rows": [home, heating]}


def row(kind: str, what: str, was: float, now: float, zone: str) -> dict[str, str]:
    """One half of the card: a moment and what it was before; NaN is "now"."""
    before, after = (say.clock(at, zone) if isfinite(at) else "now" for at in (was, now))
    return {"kind": kind, "what": what, "was": before, "is": after, "by": shift(now - was)}


def shift(seconds: float) -> str:
    """A move in time as people say it: `14 min later`; '' where one end is not known."""
    if not isfinite(seconds):
        return ""
    return f"{say.duration(seconds)} {'later' if seconds > 0 else 'earlier'}"
