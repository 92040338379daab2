"""The evaluation of consumption: recordings written here as a logger writes them, broken ones, and real ones."""

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import SHARED_DATA
from typer.testing import CliRunner

from homeward.core.signal import Refused
from homeward.evaluate.energy import evaluate_energy
from homeward.evaluate.trips import read_trip, read_trips
from homeward.surfaces.cli import app

REAL = SHARED_DATA / "bmw_i3"
HEAD = (
    "Time [s];Velocity [km/h];Elevation [m];Battery Voltage [V];Battery Current [A];"
    "Battery Temperature [°C];Ambient Temperature [°C];Cabin Temperature Sensor [°C]"
)


def written(path: Path, seed: int, minutes: int = 12, outside: float = 20.0) -> Path:
    """A drive at changing speed whose power is that of a plain car, every half second."""
    random = np.random.default_rng(seed)
    time = np.arange(0.0, minutes * 60.0, 0.5)
    speed = np.clip(50.0 + 40.0 * np.sin(time / random.uniform(20.0, 60.0)), 0.0, None)
    metres = speed / 3.6
    watts = (140.0 + 0.42 * metres**2) * metres * 1.15 + 500.0 + 90.0 * max(18.0 - outside, 0.0)
    lines = [HEAD]
    for t, v, w in zip(time, speed, watts, strict=True):
        lines.append(f"{t};{v:.2f};500;380;{-w / 380.0:.3f};18;{outside};{outside + 2}")
    text = "\n".join(lines).encode("latin-1")
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def folder(path: Path, seeds: range) -> Path:
    path.mkdir()
    for seed in seeds:
        written(path / f"Trip{seed:02}.csv{'.gz' if seed % 2 else ''}", seed, outside=float(seed % 5) * 6.0)
    return path


def test_the_command_prints_what_it_measured(tmp_path: Path) -> None:
    train, test = folder(tmp_path / "a", range(12)), folder(tmp_path / "b", range(20, 26))
    (test / "Notes.csv").write_text("not a trip")
    done = CliRunner().invoke(app, ["evaluate", "energy", "--train", str(train), "--test", str(test), "--json"])
    told = json.loads(done.stdout)
    assert (told["trips"], told["learned_trips"]) == (6, 12)
    assert told["known_mape_pct"] < told["constant_mape_pct"]
    assert told["planned_mape_pct"] < told["constant_mape_pct"]
    assert {"least_squares_mape_pct", "season_mape_pct", "known_curve", "planned_curve"} <= set(told)
    assert told["left_out"] and "Notes" in told["left_out"][0]


def test_trips_that_were_learned_are_not_asked_for(tmp_path: Path) -> None:
    train, test = folder(tmp_path / "a", range(4)), folder(tmp_path / "b", range(20, 22))
    shutil.copy(train / "Trip00.csv", test / "Renamed.csv")
    told = evaluate_energy(train, test)
    assert told["trips"] == 2
    assert any("Renamed" in line for line in told["left_out"])
    with pytest.raises(Refused, match="not in it"):
        evaluate_energy(train, train)


def test_a_trip_is_read_as_it_was(tmp_path: Path) -> None:
    trip = read_trip(written(tmp_path / "a.csv", 3, minutes=10, outside=5.0))
    assert len(trip.speed) == pytest.approx(600, abs=2)
    assert trip.air.outside_c == 5.0 and trip.air.cabin_c == 7.0 and trip.air.battery_c == 18.0
    lengths, times, climbs = trip.legs()
    assert lengths.sum() == pytest.approx(trip.metres, rel=0.01)
    assert times.sum() == pytest.approx(600, abs=3) and not climbs.any()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no column"),
        (b"Time [s];Velocity [km/h]\n0;1\n", "no column Elevation"),
        (HEAD.encode("latin-1") + b"\n0;1;1;1;1;1;1;1", "less than a minute"),
        (HEAD.encode("latin-1") + b"\nx;y;z;a;b;c;d;e" * 100, "nine tenths"),
        (HEAD.encode("latin-1") + b"\n0;1;2" * 100, "different numbers of cells"),
    ],
)
def test_broken_recordings_are_named(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "odd.csv").write_bytes(content)
    with pytest.raises(Refused, match=says):
        read_trip(tmp_path / "odd.csv")
    with pytest.raises(Refused, match=r"odd\.csv"):
        read_trips(tmp_path)


def test_a_cut_off_archive_is_named(tmp_path: Path) -> None:
    whole = written(tmp_path / "a.csv.gz", 1).read_bytes()
    (tmp_path / "a.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused, match=r"a\.csv\.gz"):
        read_trip(tmp_path / "a.csv.gz")


@pytest.mark.skipif(not REAL.exists(), reason="needs the BMW i3 trips in ../shared/data/bmw_i3")
def test_real_trips_are_foretold_better_than_by_all_baselines(tmp_path: Path) -> None:
    for i, path in enumerate(sorted(REAL.glob("Trip*.csv.gz"))):
        into = tmp_path / ("test" if i % 3 == 0 else "train")
        into.mkdir(exist_ok=True)
        (into / path.name).symlink_to(path.resolve())
    told = evaluate_energy(tmp_path / "train", tmp_path / "test")
    rivals = [told[f"{name}_mape_pct"] for name in ("constant", "least_squares")]
    assert max(told["known_mape_pct"], told["planned_mape_pct"]) < min(rivals)
