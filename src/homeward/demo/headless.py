"""The evening without a page: the real circle and skills in lockstep with the simulated household, and what came of it.

The same house is then lived in twice more from the same morning: always at comfort, and by the usual geofence rule
(frugal while all are out, comfort once the car is within five kilometres).
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from homeward.app.skills import ALL
from homeward.core.circle import Circle
from homeward.core.connector import ConnectorError
from homeward.core.skill import Skill
from homeward.core.way import way
from homeward.demo import people
from homeward.demo.days import midnight
from homeward.demo.evening import HOME, LINGER_S, LIVE, SEED, START, ZONE, Evening
from homeward.demo.lockstep import Lockstep
from homeward.demo.past import begin
from homeward.demo.weather import HOUR_S
from homeward.words import load_vocabulary

Progress = Callable[[float, float], None]
MORNING_H, NIGHT_H, JAM_H = 5.0, 22.0, 15.6
COMFORT_C, FRUGAL_C, FENCE_M = 21.0, 17.0, 5000.0
PARTS = 5


def run_headless(
    progress: Progress | None = None,
    jam: bool = True,
    start: float = START,
    seed: int = SEED,
    skills: Sequence[Skill] = ALL,
    jam_h: float = JAM_H,
) -> dict[str, Any]:
    """Live through the evening: when they came home, how warm it was, what it cost, and each command with its why.

    `eta_error_s` is the real arrival less what `Home.Arrival.Median` said when the car set off. Energies are for the
    whole day from five in the morning to ten at night, so that heat kept in the walls is paid for. `progress` is told
    (done, total). `jam_h` is the local hour at which the jam comes up.
    """
    tell = progress or (lambda done, total: None)
    circle = Circle(load_vocabulary(), skills)
    day = midnight(start, Evening(start, seed).offset_s)
    tell(0, PARTS)
    lockstep = begin(circle, day + MORNING_H * HOUR_S, seed)
    evening = lockstep.evening
    used_before = evening.home.energy_kwh
    others = deepcopy(evening), deepcopy(evening)
    tell(1, PARTS)
    lockstep.run(start)
    evening.cadence = LIVE
    evening.refresh()
    figures = live_evening(lockstep, day + jam_h * HOUR_S if jam else None)
    tell(3, PARTS)
    evening.step(day + NIGHT_H * HOUR_S)
    used = {"energy_kwh": evening.home.energy_kwh - used_before}
    for name, rule, other in zip(("always_on", "geofence"), (always_on, geofence), others, strict=True):
        used[f"energy_{name}_kwh"], figures[f"indoor_{name}_c"] = live_by_rule(other, rule, evening, day)
    tell(PARTS, PARTS)
    return figures | {name: round(kwh, 2) for name, kwh in used.items()} | {"commands": told(lockstep, start)}


def live_evening(lockstep: Lockstep, jam_at: float | None) -> dict[str, Any]:
    """Live until a while after the arrival; the figures of it."""
    evening, twin = lockstep.evening, lockstep.circle.twin
    if jam_at is not None:
        lockstep.run(jam_at)
        evening.press("jam", jam_at)
    drive = evening.homeward_drive()
    if drive is None:
        raise ConnectorError("nobody drives home on that day; choose a workday")
    lockstep.run(drive.journey.begins + 1.0)
    expected, _ = twin.get(HOME, "Home.Arrival.Median")
    lockstep.run(drive.journey.ends)
    indoor = evening.home.air_c
    lockstep.run(drive.journey.ends + LINGER_S)
    return {
        "arrived_at": moment(drive.journey.ends),
        "eta_error_s": round(drive.journey.ends - float(expected or np.nan)),
        "indoor_at_arrival_c": round(indoor, 2),
        "target_c": COMFORT_C,
        "jam": evening.jam is not None,
        "simulated": True,
        "problems": lockstep.problems,
    }


def always_on(evening: Evening) -> float:
    """The target of those who never turn it down, °C."""
    return COMFORT_C


def geofence(evening: Evening) -> float:
    """The target of a rule that heats once the car is near, °C."""
    if any(people.is_in(who, evening.day, evening.now) for who in people.NAMES):
        return COMFORT_C
    here, home = evening.car.spot(), people.home_spot(evening.way)
    distance, _ = way(*(np.array([x]) for x in (here.latitude, here.longitude, home.latitude, home.longitude)))
    return COMFORT_C if float(distance[0]) < FENCE_M else FRUGAL_C


def live_by_rule(evening: Evening, rule: Callable[[Evening], float], lived: Evening, day: float) -> tuple[float, float]:
    """Live the same day by a rule: electricity used, kWh, and how warm it is at the arrival, °C.

    `lived` is the evening as it went, so that the roads are the same.
    """
    used_before, indoor = evening.home.energy_kwh, float("nan")
    evening.day = evening.car.day = lived.day
    drive = lived.homeward_drive()
    end = day + NIGHT_H * HOUR_S
    while evening.now < end:
        evening.home.target_c = rule(evening)
        before = evening.now
        evening.step(before + 60.0)
        if drive is not None and before < drive.journey.ends <= evening.now:
            indoor = evening.home.air_c
    return evening.home.energy_kwh - used_before, round(indoor, 2)


def told(lockstep: Lockstep, since: float) -> list[dict[str, Any]]:
    """The commands sent since a time, as plain data."""
    return [
        {
            "at": moment(event.at),
            "node": event.command.node,
            "path": event.command.path,
            "value": event.command.value,
            "by": event.command.by,
            "why": event.command.why,
        }
        for event in lockstep.events
        if event.what == "sent" and event.at >= since
    ]


def moment(at: float) -> str:
    """A time as people and programs read it: ISO 8601 in the household's zone."""
    return datetime.fromtimestamp(round(at), ZoneInfo(ZONE)).isoformat()
