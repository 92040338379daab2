"""How well the arrival skill does: real drives as evenings, through the circle, into a house fitted to a real one.

For each starting temperature one household lives through a week of ordinary days at home, in which its heating model
can learn, and then through all evenings, one a day, learning its habits as it goes. Each evening begins three hours
before departure with the house at that temperature, at which it was held for three hours. What the skill knows is
what it is sent: an indoor sensor as coarse as the real one, the outdoor temperature, the heating level, and the car's
distance and speed.

Beside it run, in the same weather and with the same disturbances: always on (held at target), on arrival (heated
when they are there), a geofence (heated from 5 km on, once heard), and an oracle that heats from the beginning at
full level. Evenings that even the oracle would have missed are excluded and counted. Energy runs from the beginning of
an evening to an hour after the last arrival, plus what air and walls then lack to be at target, so that nobody
saves by leaving a cold house behind.
"""

import csv
import gzip
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from homeward.evaluate.dwelling import Floats, even_out, fit_dwelling
from homeward.evaluate.evenings import KINDS, Evening, make_evenings, read_trips
from homeward.evaluate.house import read_house
from homeward.evaluate.play import WITHIN_C, Played, Result, live_a_week, play, weather_of

COLDER_C = (0.0, 0.75, 1.5)
"""How far below target the house is when an evening begins, a run each."""

Progress = Callable[[int, int], None]


def evaluate_arrival(
    drives: Path, house: Path, progress: Progress = lambda done, total: None, colder_c: Sequence[float] = COLDER_C
) -> dict[str, Any]:
    """Play every drive in `drives` as evenings against the house recorded in `house`, and give the figures.

    `colder_c`: how far below target the house begins, °C, a run each. `progress` is called with how many evenings are
    done, of how many. Raises Refused for files that are not such recordings.
    """
    trips, recording = read_trips(drives), even_out(read_house(house), utc_offset(house))
    model, target = fit_dwelling(recording), usual_target(recording.indoor, recording.stage)
    results: list[tuple[Evening, dict[str, Result]]] = []
    runs = [(colder, make_evenings(trips, run)) for run, colder in enumerate(colder_c)]
    total = sum(len(evenings) for _, evenings in runs)
    for run, (colder, evenings) in enumerate(runs):
        played = Played.begin(target)
        live_a_week(played, model, recording, target)
        for day, evening in enumerate(evenings):
            weather = weather_of(model, recording, evening, run * 1000 + day)
            results.append((evening, play(played, model, weather, evening, day, target, target - colder)))
            progress(len(results), total)
        if played.problems:
            raise RuntimeError(f"the circle had problems, the first: {played.problems[0]}")
    return figures(results) | {"target_c": target, "started_at_c": [target - colder for colder in colder_c]}


def utc_offset(house: Path) -> float:
    """What the recording's local time is ahead of UTC in s, from its column time_local; 0 where it has none."""
    raw = house.read_bytes()
    text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    first = next(csv.DictReader(text.splitlines()), {})
    try:
        offset = datetime.fromisoformat(first.get("time_local") or "").utcoffset()
    except ValueError:
        return 0.0
    return offset.total_seconds() if offset is not None else 0.0


def usual_target(indoor: Floats, level: Floats) -> float:
    """What a household heats to: the warmest it is heated to but for one hour in twenty, to half a degree."""
    heated = indoor[(level > 0) & np.isfinite(indoor)]
    return float(np.clip(np.round(2.0 * np.quantile(heated, 0.95)) / 2.0, 18.0, 22.0))


def figures(results: Iterable[tuple[Evening, dict[str, Result]]]) -> dict[str, Any]:
    """The table: shares, minutes and mean kWh an evening over the eligible evenings, for each policy and kind."""
    results = list(results)
    eligible = [(evening, one) for evening, one in results if one["oracle"].off_c <= WITHIN_C]
    table: dict[str, Any] = {"evenings": len(results), "excluded": len(results) - len(eligible)}
    if not eligible:
        return table
    for policy, prefix in (("arrival", ""), *((name, f"{name}_") for name in ("always_on", "on_arrival", "geofence"))):
        of_policy = [one[policy] for _, one in eligible]
        table[f"{prefix}within_half_degree"] = _mean(one.off_c <= WITHIN_C for one in of_policy)
        table[f"{prefix}mean_minutes_early"] = _mean(one.early_min for one in of_policy)
        table[f"{prefix}mean_minutes_late"] = _mean(one.late_min for one in of_policy)
        table["energy_kwh" if not prefix else f"{policy}_kwh"] = _mean(one.energy_kwh for one in of_policy)
    least = table["on_arrival_kwh"]
    table["extra_energy_share"] = round((table["energy_kwh"] - least) / (table["always_on_kwh"] - least), 4)
    table["by_kind"] = {
        kind: {
            "evenings": len(chosen),
            "within_half_degree": _mean(one["arrival"].off_c <= WITHIN_C for one in chosen),
            "geofence_within_half_degree": _mean(one["geofence"].off_c <= WITHIN_C for one in chosen),
        }
        for kind in KINDS
        if (chosen := [one for evening, one in eligible if evening.kind == kind])
    }
    return table


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 4)
