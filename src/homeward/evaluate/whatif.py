"""What if homeward had acted: recorded days once more, each evening as it was and as it would have been.

Cars, people and weather say what they said. The home says what it would have: its recorded temperature, changed by what
the circle would have heated more or less (otherwise.py). An evening is a day's last homecoming after noon that ends an
hour or more with nobody in; it is cold if the home is more than half a degree below what people want when they come.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

import numpy as np

from homeward.core.circle import Circle
from homeward.core.signal import Kind, Refused
from homeward.core.skill import Skill
from homeward.evaluate.dwelling import Floats
from homeward.evaluate.evenings import DAY_S
from homeward.evaluate.otherwise import Otherwise, Thermometer, dwelling_of, minutes
from homeward.evaluate.retold import CLIMATE, Homecoming, Retold
from homeward.history.replay import Message
from homeward.words import load_vocabulary

COLD_C, OUT_S, NOON_S = 0.5, 3600.0, 12 * 3600.0
SHOWN = ("IndoorTemperature", "OutdoorTemperature", "HeatingLevel", "TargetTemperature")
BEFORE_S, AFTER_S = 5 * 3600.0, 1.5 * 3600.0

Messages = Callable[[], Iterable[Message]]
Step = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class EveningTold:
    """One evening: a row a minute of °C and heat 0..1, as it was and as it would have been, around the homecoming."""

    home: Homecoming
    at: Floats
    was: Floats
    would: Floats
    heat_was: Floats
    heat_would: Floats

    def arrived(self, line: Floats) -> float:
        """What a line shows when they come."""
        return float(line[int(np.clip((self.home.at - self.at[0]) // 60.0, 0, len(line) - 1))])

    def cold(self, line: Floats) -> bool:
        """Is it cold by that line when they come?"""
        return self.arrived(line) < self.home.target - COLD_C

    def warms_from(self, heat: Floats) -> float:
        """When the last heating before they came began, pauses under half an hour passed over; NaN if there is none."""
        on = self.at[(heat > 0.0) & (self.at <= self.home.at)]
        if not len(on) or self.home.at - on[-1] > 1800.0:
            return nan
        breaks = np.flatnonzero(np.diff(on) > 1800.0)
        return float(on[breaks[-1] + 1] if len(breaks) else on[0])


@dataclass(frozen=True, slots=True)
class Told:
    """All evenings, hours of full heat over the whole time both ways, whether the house could be learned, problems."""

    evenings: tuple[EveningTold, ...]
    hours_was: float
    hours_would: float
    learned: bool
    problems: tuple[str, ...] = ()


def what_if(messages: Messages, skills: Sequence[Skill], step: Step = lambda done, total: None) -> Told:
    """Run recorded messages of one household, read twice, through a circle whose skills all act.

    Raises Refused where they are of several households, or hold no home's temperature.
    """
    home, series, total = _climate(messages())
    recorded = minutes(series)
    dwelling = dwelling_of(recorded)
    circle = Circle(load_vocabulary(), skills)
    circle.add(home, Kind.HOME)
    retold = Retold(circle, home, Otherwise(recorded, dwelling, float(recorded.at[0])))
    for done, message in enumerate(messages()):
        retold.hear(message)
        if done % 500 == 0:
            step(done, total)
    return _told(retold, recorded)


def _climate(messages: Iterable[Message]) -> tuple[str, dict[str, tuple[Floats, Floats]], int]:
    """The home's name, its climate as series by the last word of the path, and how many messages there are."""
    heard: dict[str, dict[str, tuple[list[float], list[float]]]] = {}
    households, count = set(), 0
    for message in messages:
        count += 1
        households.add(message.node.partition("/")[0])
        for path, value in message.values.items():
            if path.startswith(CLIMATE) and (word := path.removeprefix(CLIMATE)) in SHOWN:
                series = heard.setdefault(message.node, {}).setdefault(word, ([], []))
                if not series[0] or message.at > series[0][-1]:
                    series[0].append(message.at)
                    series[1].append(float(value))
    if len(households) > 1:
        raise Refused(f"these days are of {', '.join(sorted(households))}: name one of them with --household")
    if not heard:
        raise Refused(
            "nothing is recorded of a home's climate in that time; what if needs Home.Climate.IndoorTemperature"
        )
    home = max(heard, key=lambda name: len(heard[name].get("IndoorTemperature", ([], []))[0]))
    return home, {word: (np.array(at), np.array(value)) for word, (at, value) in heard[home].items()}, count


def _told(retold: Retold, recorded: Thermometer) -> Told:
    would, heat = (np.array(line) for line in retold.lines)
    count = min(len(would), len(recorded.at))
    both = np.isfinite(recorded.level[:count]) & np.isfinite(heat[:count])
    evenings = [_evening(one, recorded, would, heat) for one in _evenings(retold.homecomings)]
    return Told(
        tuple(one for one in evenings if one is not None),
        float(recorded.level[:count][both].sum() / 60.0),
        float(heat[:count][both].sum() / 60.0),
        retold.house.dwelling is not None,
        tuple(retold.problems),
    )


def _evenings(homecomings: Sequence[Homecoming]) -> list[Homecoming]:
    """The last of each local day after noon, of those that ended an hour or more."""
    last: dict[int, Homecoming] = {}
    for one in homecomings:
        local = one.at + one.offset
        if one.at - one.left >= OUT_S and local % DAY_S >= NOON_S:
            last[int(local // DAY_S)] = one
    return list(last.values())


def _evening(one: Homecoming, recorded: Thermometer, would: Floats, heat: Floats) -> EveningTold | None:
    """An evening's stretch; None where the temperature at the homecoming is not known."""
    start = recorded.row(max(one.at - BEFORE_S, one.left - 1800.0))
    end = min(recorded.row(one.at + AFTER_S), len(would))
    if end - start < 10:
        return None
    cut = slice(start, end)
    evening = EveningTold(one, recorded.at[cut], recorded.indoor[cut], would[cut], recorded.level[cut], heat[cut])
    return evening if isfinite(evening.arrived(evening.was)) else None


def figures(told: Told) -> dict[str, Any]:
    """The evenings in numbers and in a sentence."""
    was = sum(one.cold(one.was) for one in told.evenings)
    would = sum(one.cold(one.would) for one in told.evenings) if told.learned else None
    return {
        "sentence": sentence(told),
        "evenings": len(told.evenings),
        "cold_as_it_was": was,
        "cold_as_it_would_have_been": would,
        "full_heat_hours_as_it_was": round(told.hours_was, 2) if told.learned else None,
        "full_heat_hours_as_it_would_have_been": round(told.hours_would, 2) if told.learned else None,
        "days": [_day(one, told.learned) for one in told.evenings],
        "problems": list(told.problems),
    }


def sentence(told: Told) -> str:
    """What people want to know, in a line or two."""
    count = len(told.evenings)
    if not count:
        return "No evening is recorded on which somebody came home after an hour or more."
    was = sum(one.cold(one.was) for one in told.evenings)
    said = f"{was} of {count} evening{'s were' if count > 1 else ' was'} cold at arrival"
    if not told.learned:
        return f"{said}. How it would have been cannot be said: the heating's level is not recorded for long enough."
    would = sum(one.cold(one.would) for one in told.evenings)
    change = told.hours_would - told.hours_was
    if told.hours_was <= 0:
        return f"{said}; with homeward, {would or 'none'}."
    share = round(100.0 * change / told.hours_was)
    energy = "the same heating" if share == 0 else f"{abs(share)} % {'more' if share > 0 else 'less'} heating"
    return f"{said}; with homeward it would have been {would or 'none'}, with {energy}."


def _day(one: EveningTold, learned: bool) -> dict[str, Any]:
    def plain(value: float) -> float | None:
        return round(value, 2) if isfinite(value) else None

    return {
        "left": one.home.left,
        "arrived": one.home.at,
        "utc_offset": one.home.offset,
        "target_c": one.home.target,
        "indoor_as_it_was_c": plain(one.arrived(one.was)),
        "indoor_as_it_would_have_been_c": plain(one.arrived(one.would)) if learned else None,
        "heated_from_as_it_was": plain(one.warms_from(one.heat_was)),
        "heated_from_as_it_would_have_been": plain(one.warms_from(one.heat_would)) if learned else None,
        "why": one.home.why,
    }
