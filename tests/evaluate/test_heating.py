"""The evaluation of the heating model: on recordings written here, on real ones where they are, and on broken ones."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import SHARED_DATA
from tests.models.dwelling import FAHRENHEIT_STEP_C, Dwelling

from homeward.core.signal import Refused
from homeward.evaluate.baselines import ResistorCapacitor, Slope
from homeward.evaluate.heating import evaluate_heating
from homeward.evaluate.house import House, WarmUp, read_house, warm_ups

KEYS = [
    "warmups",
    "median_abs_pct",
    "p90_abs_pct",
    "slope_median_abs_pct",
    "rc_median_abs_pct",
    "rmse_12h_c",
    "rc_rmse_12h_c",
]
HEAD = "time,indoor_temp,outdoor_temp,solar_kw,hvac_mode,target_temp,time_local\n"
REAL = SHARED_DATA / "home_heatpump"


def fahrenheit(celsius: float) -> float:
    return round(celsius * 1.8 + 32.0, 1)


def recorded(path: Path, house: Dwelling, days: float, setpoints: bool = True) -> Path:
    """A recording of a house as the real ones look: minutes, Fahrenheit, stages 0 and 2."""
    lines = [HEAD if setpoints else HEAD.replace(",target_temp", "")]
    for at, indoor, outdoor, level in house.live(days, every_s=60.0):
        moment = datetime.fromtimestamp(at, UTC).isoformat(sep=" ")
        point = f"{fahrenheit(house.setpoint())}," if setpoints else ""
        lines.append(f"{moment},{fahrenheit(indoor)},{fahrenheit(outdoor)},,{2 * level:.0f},{point}\n")
    text = "".join(lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def one_warm_up(indoor: list[float], setpoint: float = 20.0, level: float = 1.0) -> House:
    """Off for a reading, then heating, a reading every five minutes."""
    n = len(indoor)
    levels = np.array([0.0] + [level] * (n - 1), dtype=np.float64)
    points = np.where(levels > 0, setpoint, nan)
    return House("a", np.arange(n, dtype=np.float64) * 300.0, np.array(indoor), np.full(n, 5.0), levels, points)


def test_it_prints_the_agreed_keys_and_beats_a_slope_on_weeks_it_has_not_seen(tmp_path: Path) -> None:
    house = Dwelling(step_c=FAHRENHEIT_STEP_C, away_c=16.5)
    train = recorded(tmp_path / "autumn.csv", house, 6.0)
    test = recorded(tmp_path / "winter.csv.gz", house, 4.0)
    told: list[tuple[str, float]] = []
    result = evaluate_heating([train], [test], progress=lambda what, share: told.append((what, share)))
    assert list(result) == KEYS
    assert result["warmups"] >= 6
    assert result["median_abs_pct"] < result["slope_median_abs_pct"]
    assert result["rmse_12h_c"] < result["rc_rmse_12h_c"]
    assert json.loads(json.dumps(result)) == result
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0


def test_detail_says_what_was_predicted_for_each_warm_up(tmp_path: Path) -> None:
    house = Dwelling(step_c=FAHRENHEIT_STEP_C)
    path = recorded(tmp_path / "a.csv", house, 4.0, setpoints=False)
    result = evaluate_heating([path], [path], detail=True)
    assert len(result["detail"]) == result["warmups"] > 0
    for row in result["detail"]:
        assert row["to_c"] > row["from_c"]
        assert row["model_pct"] == pytest.approx(abs(row["model_minutes"] / row["minutes"] - 1) * 100, abs=2.0)


def test_nothing_after_a_warm_up_has_a_say_in_its_prediction(tmp_path: Path) -> None:
    """Cut the recording off right after a warm-up: what was predicted for it stays the same."""
    house = Dwelling(step_c=FAHRENHEIT_STEP_C)
    train = recorded(tmp_path / "train.csv", house, 3.0)
    whole = recorded(tmp_path / "test.csv", house, 3.0)
    first = evaluate_heating([train], [whole], detail=True)["detail"][0]
    read = read_house(whole)
    rows = int(np.searchsorted(read.at, first["at"] + 60.0 * first["minutes"])) + 2
    cut = tmp_path / "cut.csv"
    cut.write_text("".join(whole.read_text().splitlines(keepends=True)[: rows + 1]))
    again = evaluate_heating([train], [cut], detail=True)["detail"][0]
    assert {**again, "file": ""} == {**first, "file": ""}


def test_a_file_without_heating_gives_rmse_and_no_percentages(tmp_path: Path) -> None:
    idle = recorded(tmp_path / "holiday.csv", Dwelling(away_c=-50.0, home_c=-50.0), 2.0)
    result = evaluate_heating([idle], [idle])
    assert result["warmups"] == 0
    assert result["median_abs_pct"] is None
    assert result["rmse_12h_c"] >= 0.0


def test_a_warm_up_runs_from_asking_for_heat_until_the_sensor_shows_the_setpoint() -> None:
    house = one_warm_up([18.0, 18.0, 18.0, 18.6, 19.2, 19.7, 20.2, 20.4, 20.4])
    assert list(warm_ups(house)) == [WarmUp(1, 6, 18.0, 20.0, 1500.0)]


def test_without_a_setpoint_the_highest_reading_counts_from_when_it_was_first_shown() -> None:
    house = one_warm_up([18.0, 18.0, 18.5, 19.0, 19.5, 19.5, 19.3], setpoint=nan)
    assert list(warm_ups(house)) == [WarmUp(1, 4, 18.0, 19.5, 900.0)]


def test_raising_the_setpoint_on_the_way_starts_a_new_warm_up() -> None:
    house = one_warm_up([18.0, 18.0, 18.5, 19.0, 19.5, 20.0, 20.5, 21.0])
    raised = replace(house, setpoint=np.where(np.arange(8) >= 3, 21.0, house.setpoint))
    assert list(warm_ups(raised)) == [WarmUp(3, 7, 19.0, 21.0, 1200.0)]


def test_small_rises_and_gaps_do_not_count() -> None:
    assert list(warm_ups(one_warm_up([19.5, 19.5, 19.8, 20.1]))) == []
    house = one_warm_up([18.0, 18.0, 18.5, 20.0])
    assert list(warm_ups(replace(house, at=np.array([0.0, 300.0, 600.0, 9000.0])))) == []


def test_the_slope_is_the_median_of_the_warm_ups_so_far() -> None:
    slope = Slope()
    for hours in (1.0, 2.0, 10.0):
        slope.learn_one(WarmUp(0, 1, 18.0, 20.0, hours * 3600.0))
    assert slope.seconds_to(20.0, 18.0) == pytest.approx(7200.0)


def test_the_rc_model_finds_the_rates_of_a_house_that_is_one() -> None:
    at, indoor, level = [], [], []
    air = 18.0
    for minute in range(4 * 1440):
        heats = float(minute % 360 < 90)
        at.append(60.0 * minute)
        indoor.append(air)
        level.append(heats)
        air += (0.05 * (5.0 - air) + 1.5 * heats + 0.1) / 60.0
    n = len(at)
    house = House("rc", np.array(at), np.array(indoor), np.full(n, 5.0), np.array(level), np.full(n, nan))
    rc = ResistorCapacitor()
    rc.learn(house, np.ones(n), 0, n)
    end = 5.0 + (1.5 + 0.1) / 0.05
    assert rc.seconds_to(20.0, 18.0, 5.0, 1.0) == pytest.approx(
        np.log((end - 18.0) / (end - 20.0)) / 0.05 * 3600.0, rel=0.1
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time,indoor_temp,hvac_mode\n", "column outdoor_temp is missing"),
        (HEAD + "2025-11-11 18:01:00+00:00,72,65,,0,,\n", "1 rows; at least two"),
        (HEAD + "2025-11-11 18:01:00+00:00,72,65,,0,,\nyesterday,72,65,,0,,\n", "line 3, column time: 'yesterday'"),
        (HEAD + "2025-11-11 18:01:00+00:00,warm,65,,0,,\n", "line 2, column indoor_temp: 'warm' is not a number"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_line_and_column(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(Refused, match=said) as refused:
        evaluate_heating([path], [path])
    assert "broken.csv" in str(refused.value)


def test_files_that_are_absent_or_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read_house(tmp_path / "nowhere.csv")
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(b"time" * 100)[:18])
    with pytest.raises(Refused, match="CSV file, plain or gzip"):
        read_house(torn)


def test_unknown_values_unsorted_rows_and_doubles_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        HEAD
        + "2025-11-11 18:02:00+00:00,unavailable,50,,-1,68,\n"
        + "2025-11-11 18:01:00,68.0,,,2,68.0,\n"
        + "2025-11-11 18:02:00+00:00,70,50,,0,68,\n"
    )
    house = read_house(path)
    assert len(house.at) == 2
    assert house.at[1] - house.at[0] == 60.0
    assert house.indoor[0] == pytest.approx(20.0)
    assert house.setpoint[0] == pytest.approx(20.0)
    assert isnan(house.outdoor[0])


@pytest.mark.skipif(not REAL.exists(), reason=f"real recordings are read from {REAL.name} beside the repository")
def test_on_a_real_house_it_is_much_better_than_a_slope() -> None:
    real = {name: REAL / f"{name}.csv.gz" for name in ("hass", "vacation", "dec_day")}
    result = evaluate_heating([real["vacation"], real["dec_day"]], [real["hass"]])
    assert result["warmups"] >= 6
    assert result["median_abs_pct"] < 0.6 * result["slope_median_abs_pct"]
    assert result["median_abs_pct"] < result["rc_median_abs_pct"]
    assert result["rmse_12h_c"] < result["rc_rmse_12h_c"]
