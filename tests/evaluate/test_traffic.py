"""The evaluation of the speed forecast: its keys, the files it takes and those it refuses, and real detectors."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import SHARED_DATA
from tests.models.test_traffic import days_of_jams
from typer.testing import CliRunner

from homeward.core.signal import Refused
from homeward.evaluate.traffic import evaluate_traffic
from homeward.surfaces.cli import app

REAL = SHARED_DATA / "traffic" / "metr_la_days1-5_speed_mph.csv"
NAMES = ["773869", "767541", "767542"]


def written(path: Path, speeds: np.ndarray, names: list[str] = NAMES) -> Path:
    lines = [",".join(names), *(",".join(f"{v:.2f}" for v in row) for row in speeds)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_command_prints_what_it_measured(tmp_path: Path) -> None:
    train, test = written(tmp_path / "a.csv", days_of_jams(6)), written(tmp_path / "b.csv", days_of_jams(2, seed=2))
    done = CliRunner().invoke(app, ["evaluate", "traffic", "--train", str(train), "--test", str(test), "--json"])
    told = json.loads(done.stdout)
    assert told["rows"] == 2 * 288 and told["detectors"] == 3 and told["clock"] == "follows"
    for minutes in ("15", "30", "60"):
        assert told["mae_mph"][minutes] < told["persistence_mae_mph"][minutes]
        assert told["mae_mph"][minutes] < told["historic_mae_mph"][minutes]


def test_without_files_to_test_on_the_last_fifth_is_held_out(tmp_path: Path) -> None:
    told = evaluate_traffic([written(tmp_path / "a.csv", days_of_jams(5))], [])
    assert (told["learned_rows"], told["rows"]) == (4 * 288, 288)


def test_zero_is_missing_and_not_a_speed(tmp_path: Path) -> None:
    later = days_of_jams(1, seed=2)
    whole = evaluate_traffic([written(tmp_path / "a.csv", days_of_jams(5))], [written(tmp_path / "b.csv", later)])
    later[200:210] = 0.0
    holed = evaluate_traffic([tmp_path / "a.csv"], [written(tmp_path / "c.csv", later)])
    assert holed["mae_mph"]["15"] == pytest.approx(whole["mae_mph"]["15"], rel=0.1)


def test_detectors_are_matched_by_name_and_a_later_start_is_found(tmp_path: Path) -> None:
    train = written(tmp_path / "a.csv", days_of_jams(6))
    later = days_of_jams(2, seed=3)[60:, ::-1]
    told = evaluate_traffic([train], [written(tmp_path / "b.csv", later, NAMES[::-1])])
    assert told["clock"] == "found"
    assert told["mae_mph"]["60"] < told["persistence_mae_mph"]["60"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n3\n", "line 3: 1 cells"),
        ("a,b\n1,fast\n", "not a speed"),
        ("a,b\n1,2\n", "more than a day"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(Refused, match=says) as refused:
        evaluate_traffic([path], [])
    assert "broken.csv" in str(refused.value)


def test_a_file_is_not_tested_on_what_it_taught(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", days_of_jams(3))
    with pytest.raises(Refused, match="has not seen"):
        evaluate_traffic([path], [path])


@pytest.mark.skipif(not REAL.exists(), reason="needs the METR-LA recording in ../shared/data/traffic")
def test_real_detectors_are_foretold_better_than_by_both_baselines() -> None:
    told = evaluate_traffic([REAL], [])
    for minutes in ("15", "30", "60"):
        assert told["mae_mph"][minutes] < told["persistence_mae_mph"][minutes]
        assert told["mae_mph"][minutes] < told["historic_mae_mph"][minutes]
