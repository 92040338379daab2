"""Days put together from recordings that know nothing of each other: a real house, and real drives that end at it.

Each afternoon of the house's recording gets one of the drives (evenings.py says when and how it is driven). House and
drives are real; that they belong together is assumed.
"""

import heapq
from collections.abc import Iterator, Sequence
from math import isfinite
from pathlib import Path

import numpy as np

from homeward.core.signal import Refused, Value
from homeward.evaluate.arrival import usual_target, utc_offset
from homeward.evaluate.evenings import DAY_S, Evening, make_evenings, read_trips
from homeward.evaluate.house import House, read_house
from homeward.history.replay import Message

HOME, CAR = "recorded/home", "recorded/car"
EVERY = 5
"""The thermometer is heard each so many rows: five minutes."""
LOWEST_BELOW_C = 5.0
STREAM = "recorded"


def recorded_days(houses: Sequence[Path], drives: Path, comfort_c: float | None = None) -> tuple[Message, ...]:
    """The messages of a home and a car over all the days of the recordings. Raises Refused for files that are none.

    What they want it to be when they come is `comfort_c`, else what the house was usually heated to.
    """
    files = sorted(((read_house(path), utc_offset(path)) for path in houses), key=lambda one: float(one[0].at[0]))
    evenings = make_evenings(read_trips(drives), 0)
    comfort_c = comfort_c or _heated_to([house for house, _ in files])
    parts, used = [], 0
    for house, offset in files:
        midnights = _midnights(house, offset)
        if not midnights:
            continue
        chosen = [evenings[(used + number) % len(evenings)] for number in range(len(midnights))]
        used += len(chosen)
        parts.append(
            list(heapq.merge(_home(house, offset, comfort_c), _car(midnights, chosen), key=lambda one: one.arrived))
        )
    if not parts:
        raise Refused(f"{', '.join(map(str, houses))}: no whole afternoon is recorded")
    return tuple(message for part in parts for message in part)


def _midnights(house: House, offset: float) -> list[float]:
    """The local midnights, s since 1970, of the days whose hours from six to midnight are recorded."""
    first = (np.floor((house.at[0] + offset) / DAY_S)) * DAY_S - offset
    days = np.arange(first, house.at[-1], DAY_S).tolist()
    return [day for day in days if day + 6 * 3600.0 >= house.at[0] and day + DAY_S <= house.at[-1] + 60.0]


def _heated_to(houses: Sequence[House]) -> float:
    indoor, level = (
        np.concatenate(columns) for columns in zip(*((one.indoor, one.level) for one in houses), strict=True)
    )
    if not (level > 0).any():
        raise Refused("the house is never heated in these recordings: say what people want with --comfort")
    return usual_target(indoor, level)


def _home(house: House, offset: float, comfort_c: float) -> Iterator[Message]:
    settings: dict[str, Value] = {
        "Home.UtcOffset": offset,
        "Home.Climate.ComfortTemperature": comfort_c,
        "Home.Climate.LowestTemperature": max(comfort_c - LOWEST_BELOW_C, 5.0),
    }
    yield _message(HOME, float(house.at[0]), settings)
    for row in range(0, len(house.at), EVERY):
        said = {
            "Home.Climate.IndoorTemperature": float(house.indoor[row]),
            "Home.Climate.OutdoorTemperature": float(house.outdoor[row]),
            "Home.Climate.HeatingLevel": 100.0 * float(house.level[row]),
            "Home.Climate.TargetTemperature": float(house.setpoint[row]),
        }
        yield _message(HOME, float(house.at[row]), {path: value for path, value in said.items() if isfinite(value)})


def _car(midnights: Sequence[float], evenings: Sequence[Evening]) -> Iterator[Message]:
    for midnight, evening in zip(midnights, evenings, strict=True):
        yield from _away(midnight + evening.left_home, max(evening.heard[0].left_m, 5000.0))
        for one in evening.heard:
            at = midnight + evening.departs + one.at
            if one.at < 0.0 and at < midnight + evening.left_home + 1200.0:
                continue
            said: dict[str, Value] = {
                "Vehicle.DistanceToHome": round(one.left_m, 1),
                "Vehicle.Speed": round(one.speed_kmh, 1),
            }
            if one.destination:
                said["Vehicle.Arrival.Destination"] = one.destination
            yield _message(CAR, at, said)


def _away(at: float, metres: float) -> Iterator[Message]:
    """The morning: from home to where the car will be in the afternoon, in a quarter of an hour."""
    yield _message(CAR, at - 60.0, {"Vehicle.DistanceToHome": 0.0, "Vehicle.Speed": 0.0})
    for minute in range(1, 16):
        speed = 0.0 if minute == 15 else metres / 900.0 * 3.6
        said: dict[str, Value] = {"Vehicle.DistanceToHome": metres * minute / 15.0, "Vehicle.Speed": round(speed, 1)}
        yield _message(CAR, at + 60.0 * minute, said)


def _message(node: str, at: float, values: dict[str, Value]) -> Message:
    return Message(at, STREAM, 0, node, at, values)
