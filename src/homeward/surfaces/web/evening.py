"""The picture of the evening: what the drawing in static/evening.js shows, worked out from plan and history.

Time runs left to right. The window holds still and steps by half hours, so that only real change moves the picture.
The future is resampled to a fixed number of points: two pictures then blend into each other point by point.
"""

from dataclasses import dataclass, replace
from math import ceil, floor, isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.surfaces.house import Series
from homeward.surfaces.web import say
from homeward.surfaces.web.plan import Move, Plan, starts
from homeward.surfaces.web.sun import daylight

POINTS = 49
"""How many points the future line and the heating have."""

HALF_HOUR = 1800.0
NOTHING: Series = (np.empty(0), np.empty(0))


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the picture is drawn from; temperatures in °C, moments in seconds since 1970 UTC, NaN where unknown."""

    now: float
    zone: str
    plan: Plan | None = None
    indoor: float = nan
    outdoor: float = nan
    indoor_past: Series = NOTHING
    level_past: Series = NOTHING
    place: tuple[float, float] | None = None
    move: Move | None = None


def picture(scene: Scene) -> dict[str, Any]:
    """The picture as plain data: numbers, labels and lines of `[seconds, value]`, nothing that could be markup."""
    start, end = window(scene.now, scene.plan)
    step = (end - start) / 1500  # a finer step of now would be less than a line's width
    scene = replace(scene, now=max(start, floor(scene.now / step) * step))
    past = thinned(scene.indoor_past, start, scene.now, scene.indoor)
    future = ahead(scene, end)
    low, high = span(scene, past, future)
    return {
        "now": scene.now,
        "start": start,
        "end": end,
        "low": low,
        "high": high,
        "ticks": ticks(start, end, scene.zone),
        "past": past,
        "future": future,
        "level": runs(scene.plan, scene.now, end),
        "heated": heated(scene.level_past, start, scene.now),
        "sun": sun(scene.place, start, end),
        "price": price(scene.plan, start, end),
        "indoor": known(scene.indoor),
        **arrival(scene),
        "label": describe(scene),
    }


def window(now: float, plan: Plan | None) -> tuple[float, float]:
    """From when to when the picture shows: an hour or more back, and past the latest likely arrival."""
    starts, ends = [now - 4000.0], [now + 3 * 3600.0]
    if plan is not None:
        if isfinite(plan.warm_from):
            starts.append(max(plan.warm_from - 1800.0, now - 5 * 3600.0))
        if plan.expects:
            ends.append(min(plan.p90 + 2700.0, now + 16 * 3600.0))
    return floor(min(starts) / HALF_HOUR) * HALF_HOUR, ceil(max(ends) / HALF_HOUR) * HALF_HOUR


def ticks(start: float, end: float, zone: str) -> list[list[Any]]:
    """Full hours of the household's clock in the window, with their labels; at most about eight of them."""
    step = next(hours for hours in (1, 2, 3, 4, 6) if (end - start) / 3600 / hours <= 8 or hours == 6)
    first = ceil((start - say.midnight(start, zone)) / 3600 / step) * step
    hours = (say.midnight(start, zone) + hour * 3600.0 for hour in range(first, first + 60, step))
    return [[at, say.clock(at, zone)] for at in hours if start <= at <= end]


def thinned(series: Series, start: float, now: float, last: float, most: int = 120) -> list[list[float]]:
    """A measured line of at most about `most` points, carried on to now with the latest value."""
    times, values = series
    kept = (times >= start) & (times <= now) & np.isfinite(values)
    times, values = times[kept], values[kept]
    step = max(1, len(times) // most)
    line = [[float(t), float(v)] for t, v in zip(times[::step], values[::step], strict=True)]
    return [*line, [now, last]] if isfinite(last) else line


def ahead(scene: Scene, end: float) -> list[list[float]]:
    """The predicted indoor line, POINTS points from now to the window's end; empty where nothing is predicted."""
    plan = scene.plan
    if plan is None or len(plan.indoor) < 2 or plan.times[-1] <= scene.now:
        return []
    grid = np.linspace(scene.now, min(end, float(plan.times[-1])), POINTS)
    values = np.interp(grid, plan.times, plan.indoor)
    if isfinite(scene.indoor):  # the line sets out from what is measured now; the difference fades in half an hour
        values += (scene.indoor - values[0]) * np.exp(-(grid - scene.now) / HALF_HOUR)
    return _pairs(grid, values)


def runs(plan: Plan | None, now: float, end: float) -> list[list[float]]:
    """The heating planned from now on, as steps `[from, until, level]`."""
    if plan is None or not len(plan.level) or end <= now:
        return []
    return steps(plan.times, plan.level, now, end)


def heated(series: Series, start: float, now: float) -> list[list[float]]:
    """The heating's measured level (0..1) as steps `[from, until, level]`, neighbours alike joined."""
    times, values = series
    kept = (times <= now) & np.isfinite(values)
    return steps(times[kept], values[kept] / 100.0, start, now)


def steps(times: NDArray[np.float64], levels: NDArray[np.float64], start: float, end: float) -> list[list[float]]:
    """Levels that hold until the next one, cut to a window, in tenths; neighbours alike joined, zeros left out."""
    if not len(times):
        return []
    tenths = np.round(np.clip(levels, 0.0, 1.0), 1)
    first = np.concatenate(([0], np.flatnonzero(np.diff(tenths)) + 1))
    since = np.maximum(times[first], start)
    until = np.minimum(np.append(times[first[1:]], end), end)
    kept = (until > since) & (tenths[first] > 0)
    return [
        [float(a), float(b), float(v)] for a, b, v in zip(since[kept], until[kept], tenths[first][kept], strict=True)
    ]


def span(scene: Scene, past: list[list[float]], future: list[list[float]]) -> tuple[float, float]:
    """The temperatures at the picture's foot and top: whole degrees, four at least, with room around all drawn."""
    values = [value for _, value in past + future]
    if scene.plan is not None:
        values += [scene.plan.target - 0.5, scene.plan.target + 0.5]
    if not values:
        return 16.0, 22.0
    low, high = floor(min(values) - 0.6), ceil(max(values) + 0.3)
    return float(min(low, high - 4)), float(high)


def price(plan: Plan | None, start: float, end: float) -> list[list[float]]:
    """Electricity's price as `[seconds, 0..1]`, cheapest to dearest; empty where it is unknown or flat."""
    if plan is None or not len(plan.price):
        return []
    kept = (plan.times >= start) & (plan.times <= end) & np.isfinite(plan.price)
    times, prices = plan.times[kept], plan.price[kept]
    if len(prices) < 2 or np.ptp(prices) < 1e-6:
        return []
    return _pairs(times, (prices - prices.min()) / np.ptp(prices))


def sun(place: tuple[float, float] | None, start: float, end: float) -> list[float]:
    """Daylight along the window, 0..1; empty where the place is unknown or it stays as light or dark as it is."""
    light = [] if place is None else daylight(start, end, *place)
    return light if light and max(light) - min(light) > 0.05 else []


def arrival(scene: Scene) -> dict[str, Any]:
    """Arrival, target and start of heating with their labels; None where there is none to draw."""
    plan, zone = scene.plan, scene.zone
    facts: dict[str, Any] = dict.fromkeys(("target", "p10", "median", "p90", "warm_from", "ghost"))
    if plan is None:
        return facts
    facts |= {"target": plan.target, "target_label": f"{plan.target:.1f}°"}
    if plan.expects:
        facts |= {"p10": plan.p10, "median": plan.median, "p90": plan.p90, "median_label": say.clock(plan.median, zone)}
    if isfinite(start := starts(plan, scene.now)):
        facts |= {"warm_from": start, "warm_label": say.clock(start, zone)}
    if scene.move is not None:
        was = scene.move
        heat = known(was.was_heat) if was.heating == "start" and isfinite(was.heat) else None
        facts["ghost"] = {"median": was.was_median, "warm_from": heat}
    return facts


def describe(scene: Scene) -> str:
    """The picture in words, for those who hear it."""
    parts = ["The evening as a picture."]
    if isfinite(scene.indoor):
        parts.append(f"It is {say.degrees(scene.indoor)} inside now.")
    plan = scene.plan
    if plan is None:
        return " ".join([*parts, "There is no plan for an arrival yet."])
    if plan.expects:
        times = [say.clock(moment, scene.zone, scene.now) for moment in (plan.median, plan.p10, plan.p90)]
        parts.append(f"Arrival is expected at {times[0]}, most likely between {times[1]} and {times[2]}.")
    if isfinite(start := starts(plan, scene.now)):
        parts.append(f"Heating starts at {say.clock(start, scene.zone, scene.now)}.")
    parts.append(f"The target is {say.degrees(plan.target)}.")
    return " ".join(parts)


def known(value: float) -> float | None:
    """The number, or None where unknown, for data that becomes JSON."""
    return value if isfinite(value) else None


def _pairs(times: Any, values: Any) -> list[list[float]]:
    return [[round(float(t), 1), round(float(v), 3)] for t, v in zip(times, values, strict=True)]
