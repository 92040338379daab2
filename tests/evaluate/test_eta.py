"""The evaluation of drive times: its keys, folders that cannot be, and real trips."""

import json
from pathlib import Path

import pytest
from tests.conftest import SHARED_DATA
from tests.evaluate.test_energy import folder
from typer.testing import CliRunner

from homeward.core.signal import Refused
from homeward.evaluate.eta import evaluate_eta, legs_of
from homeward.evaluate.trips import read_trip
from homeward.surfaces.cli import app

REAL = SHARED_DATA / "bmw_i3"


def test_the_command_prints_what_it_measured(tmp_path: Path) -> None:
    train, test = folder(tmp_path / "a", range(10)), folder(tmp_path / "b", range(20, 25))
    done = CliRunner().invoke(app, ["evaluate", "eta", "--train", str(train), "--test", str(test), "--json"])
    told = json.loads(done.stdout)
    assert (told["trips"], told["learned_trips"], told["held_out"]) == (5, 10, "files")
    assert 0 <= told["coverage_80"] <= 100 and told["mean_width_s"] > 0 and told["median_abs_error_s"] >= 0


def test_without_other_trips_five_folds_are_held_out(tmp_path: Path) -> None:
    told = evaluate_eta(folder(tmp_path / "a", range(10)))
    assert (told["trips"], told["learned_trips"], told["held_out"]) == (10, 8, "folds")


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    few = folder(tmp_path / "a", range(3))
    with pytest.raises(Refused, match="has 3 trips"):
        evaluate_eta(few)
    with pytest.raises(Refused, match="other trips"):
        evaluate_eta(few, few)
    with pytest.raises(Refused, match="not a folder"):
        evaluate_eta(tmp_path / "none")


def test_the_legs_of_a_trip_have_limits_not_below_their_mean_speed(tmp_path: Path) -> None:
    folder(tmp_path / "a", range(1))
    allowed, lengths, times = legs_of(read_trip(tmp_path / "a" / "Trip00.csv"))
    assert (allowed >= 0.95 * lengths / times * 3.6).all()


@pytest.mark.skipif(not REAL.exists(), reason="needs the BMW i3 trips in ../shared/data/bmw_i3")
def test_real_drives_are_foretold_better_than_by_their_mean_speed_and_by_independent_legs() -> None:
    told = evaluate_eta(REAL)
    assert told["median_abs_error_s"] < told["mean_speed_median_abs_error_s"]
    assert abs(told["coverage_80"] - 80) < abs(told["independent_coverage_80"] - 80)
