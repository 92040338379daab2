"""Models that a home keeps as signals, read back from them, and the climate they learn from and plan with."""

import json
from math import isfinite, nan

from homeward.core.skill import View
from homeward.models.heating import Heating

OLD_S = 3 * 3600.0
"""An outdoor temperature older than this is not that of now."""


def heat_model(home: View, cooling: bool = False) -> Heating:
    """The model as last kept; with `cooling` its mirror image, which lives among negated temperatures."""
    text = home["Home.Climate.Model.CoolingState" if cooling else "Home.Climate.Model.State"]
    if not isinstance(text, str) or not text:
        return Heating()
    try:
        return Heating.restore(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Heating()  # a state of another release: learn anew


def heating_level(home: View) -> float:
    """How much it heats now as a share of full, from its level or else from its power; NaN if unknown."""
    level = home.number("Home.Climate.HeatingLevel")
    if isfinite(level):
        return level / 100.0
    return home.number("Home.Climate.HeatingPower") / (home.number("Home.Climate.FullPower") or nan)


def outdoor_now(home: View) -> float:
    """The outdoor temperature, NaN if unknown for hours."""
    if home.age("Home.Climate.OutdoorTemperature") > OLD_S:
        return nan
    return home.number("Home.Climate.OutdoorTemperature")
