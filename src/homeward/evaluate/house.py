"""Recordings of real houses: files of minute data read into columns, and the warm-ups found in them."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path

import numpy as np

from homeward.core.signal import Refused
from homeward.models.thermal import FloatArray

NEEDED = ("time", "indoor_temp", "outdoor_temp", "hvac_mode")
UNKNOWN = {"", "nan", "none", "null", "unknown", "unavailable"}
FULL_STAGE = 2.0
LEAST_RISE_C = 0.8  # three steps of a sensor that shows half degrees Fahrenheit
LEAST_RAISE_C = 0.25
LONGEST_GAP_S = 1800.0


@dataclass(frozen=True, slots=True)
class House:
    """One recording: columns `(n,)` in order of time, NaN where unknown; °C, `at` in s since 1970, `level` 0..1.

    `level` is the stage that was on as a share of the highest one; `setpoint` is known only while heating is on.
    """

    name: str
    at: FloatArray
    indoor: FloatArray
    outdoor: FloatArray
    level: FloatArray
    setpoint: FloatArray


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A stretch in which heating lifted the house: rows `start` to `end` of the recording, from and to °C."""

    start: int
    end: int
    indoor: float
    target: float
    seconds: float


def read_house(path: Path) -> House:
    """Read a recording (.csv or .csv.gz: time, indoor_temp, outdoor_temp °F, hvac_mode 0/1/2, perhaps target_temp °F).

    Raises Refused with file, line and column where something cannot be understood.
    """
    rows = csv.DictReader(_text(path).splitlines())
    missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise Refused(f"{path}: column {missing[0]} is missing; needed are {', '.join(NEEDED)}, perhaps target_temp")
    read = [_row(path, number, row) for number, row in enumerate(rows, start=2)]
    if len(read) < 2:
        raise Refused(f"{path}: {len(read)} rows; at least two are needed")
    table = np.array(sorted(read), dtype=np.float64)
    table = table[np.concatenate([[True], np.diff(table[:, 0]) > 0])]
    at, indoor, outdoor, mode, target = table.T
    level = np.where(mode < 0, nan, np.minimum(mode, FULL_STAGE) / FULL_STAGE)
    return House(path.name, at, _celsius(indoor), _celsius(outdoor), level, np.where(level > 0, _celsius(target), nan))


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise Refused(f"{path}: cannot be read ({error}); a CSV file, plain or gzip, would be right") from error


def _row(path: Path, line: int, row: dict[str, str | None]) -> tuple[float, ...]:
    moment = (row["time"] or "").strip()
    try:
        when = datetime.fromisoformat(moment)
    except ValueError as error:
        raise Refused(
            f"{path}, line {line}, column time: {moment!r} is not a time like 2025-11-11 18:01:00+00:00"
        ) from error
    at = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return at, *(_number(path, line, name, row.get(name)) for name in (*NEEDED[1:], "target_temp"))


def _number(path: Path, line: int, column: str, cell: str | None) -> float:
    text = (cell or "").strip()
    if text.lower() in UNKNOWN:
        return nan
    try:
        value = float(text)
        return value if isfinite(value) else nan
    except ValueError as error:
        raise Refused(
            f"{path}, line {line}, column {column}: {text!r} is not a number; leave it empty if unknown"
        ) from error


def _celsius(fahrenheit: FloatArray) -> FloatArray:
    return (fahrenheit - 32.0) / 1.8


def asks_more(house: House, i: int) -> bool:
    """Did the thermostat ask for more heat at row i: a higher stage, or a setpoint raised while heating is on?"""
    if i == 0 or not house.level[i] > 0.0:
        return False
    raised = house.setpoint[i] - house.setpoint[i - 1] > LEAST_RAISE_C
    return bool(house.level[i] > house.level[i - 1] or raised)


def warm_ups(house: House) -> Iterator[WarmUp]:
    """The warm-ups of a recording: from the last time more heat was asked for, until the sensor shows the setpoint.

    Where the setpoint is unknown, or heating ends before it is reached, the highest reading counts, from when it was
    first shown. Beyond the setpoint the plant gives an unknown part of its heat, so that nothing can be asked there.
    Warm-ups across gaps, and those that rise less than `LEAST_RISE_C` by the sensor, do not count.
    """
    n = len(house.at)
    for start in range(1, n):
        if not asks_more(house, start) or not isfinite(house.indoor[start]):
            continue
        end = start
        while not house.indoor[end] >= house.setpoint[end] - 0.01:
            if end + 1 >= n or _stops(house, end + 1, start):
                break
            end += 1
        found = _measure(house, start, end)
        if found:
            yield found


def _stops(house: House, i: int, start: int) -> bool:
    lower = not house.level[i] >= house.level[start]
    return bool(lower or asks_more(house, i) or house.at[i] - house.at[i - 1] > LONGEST_GAP_S)


def _measure(house: House, start: int, end: int) -> WarmUp | None:
    shown = house.indoor[start : end + 1]
    top = int(np.nanargmax(shown))
    rise = float(shown[top] - shown[0])
    if rise < LEAST_RISE_C:
        return None
    seconds = float(house.at[start + top] - house.at[start])
    target = float(np.nanmin([shown[top], house.setpoint[start + top]]))
    return WarmUp(start, start + top, float(shown[0]), target, seconds)
