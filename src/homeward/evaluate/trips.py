"""Recorded trips of a car, as energy and arrival evaluations read them: a file a trip, `;` between cells, latin-1."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from homeward.core.signal import Refused
from homeward.models.energy import Air
from homeward.models.thermal import FloatArray

NEEDED: Final = ("Time", "Velocity", "Elevation", "Battery Voltage", "Battery Current")
OUTSIDE, CABIN, BATTERY = "Ambient Temperature", "Cabin Temperature Sensor", "Battery Temperature"
LEG_M: Final = 1000.0


@dataclass(frozen=True, eq=False, slots=True)
class Recorded:
    """A trip every second: speed m/s and height m (n,), what was known of warmth, and what it took, kWh."""

    name: str
    speed: FloatArray
    height: FloatArray
    air: Air
    kwh: float

    @property
    def metres(self) -> float:
        """Its length."""
        return float(self.speed.sum())

    def legs(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Length m, time s and climb m of each kilometre (k,), as a map and its speeds would tell them."""
        gone = np.cumsum(self.speed)
        cuts = np.append(np.arange(0.0, gone[-1] - 50.0, LEG_M), gone[-1])
        times, heights = (np.interp(cuts, gone, v) for v in (np.arange(len(gone), dtype=float), self.height))
        return np.diff(cuts), np.maximum(np.diff(times), 1.0), np.diff(heights)


def read_trips(folder: Path) -> tuple[list[Recorded], list[str]]:
    """The trips of a folder by name, and what was left out and why. Raises Refused if none is left."""
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder of recorded trips")
    files = sorted(p for p in folder.iterdir() if p.name.lower().endswith((".csv", ".csv.gz")))
    trips, left_out = [], []
    for path in files:
        try:
            trips.append(read_trip(path))
        except Refused as problem:
            left_out.append(str(problem))
    if not trips:
        why = left_out[0] if left_out else "it holds no .csv or .csv.gz file"
        raise Refused(f"{folder} has no trip that can be read: {why}")
    return trips, left_out


def read_trip(path: Path) -> Recorded:
    """One recording. Raises Refused naming file and reason."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise Refused(f"{path.name}: {error}") from None
    lines = raw.decode("latin-1").splitlines()
    head = [cell.split("[")[0].strip() for cell in lines[0].split(";")] if lines else []
    missing = [name for name in NEEDED if name not in head]
    if missing or len(lines) < 60:
        lacks = f"no column {', '.join(missing)}" if missing else "less than a minute"
        raise Refused(f"{path.name}: {lacks}")
    columns = _columns(path, lines[1:], head)
    return _resampled(path.name.split(".")[0], columns)


def _columns(path: Path, lines: list[str], head: list[str]) -> dict[str, FloatArray]:
    wanted = {name: head.index(name) for name in (*NEEDED, OUTSIDE, CABIN, BATTERY) if name in head}
    try:
        table = np.genfromtxt(
            lines, delimiter=";", usecols=list(wanted.values()), invalid_raise=True, encoding="latin-1"
        )
    except ValueError:
        raise Refused(f"{path.name}: its lines have different numbers of cells") from None
    columns = {name: table[:, i] for i, name in enumerate(wanted)}
    whole = np.logical_and.reduce([np.isfinite(columns[name]) for name in NEEDED])
    whole &= np.concatenate([[True], np.diff(columns["Time"]) > 0])
    if whole.mean() < 0.9 or columns["Time"][whole][-1] < 60.0:
        raise Refused(f"{path.name}: less than nine tenths of its rows, or less than a minute, are whole")
    return {name: column[whole] for name, column in columns.items()}


def _resampled(name: str, columns: dict[str, FloatArray]) -> Recorded:
    time, volts, amps = columns["Time"], columns["Battery Voltage"], columns["Battery Current"]
    kwh = -float(np.sum((volts * amps)[:-1] * np.diff(time))) / 3.6e6
    at = np.arange(time[0], time[-1], 1.0)
    speed = np.maximum(np.interp(at, time, columns["Velocity"]), 0.0) / 3.6
    if kwh <= 0.01 or speed.sum() < 200.0:
        raise Refused(f"{name}: {kwh:.2f} kWh over {speed.sum():.0f} m is no drive")
    outside = _first(columns, OUTSIDE, 15.0)
    air = Air(outside, _first(columns, CABIN, outside), _first(columns, BATTERY, outside))
    return Recorded(name, speed, np.interp(at, time, columns["Elevation"]), air, kwh)


def _first(columns: dict[str, FloatArray], name: str, otherwise: float) -> float:
    known = columns[name][np.isfinite(columns[name])] if name in columns else np.array([])
    return float(known[0]) if len(known) else otherwise
