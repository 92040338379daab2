"""Recorded days once more: what was stays as it was, what would have been follows from it, and all is told."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.evaluate.recordings import QUICK, record_drive, record_house

from homeward.app.skills import ALL
from homeward.core.signal import Reading, Refused
from homeward.evaluate.days import CAR, HOME, recorded_days
from homeward.evaluate.otherwise import Otherwise, minutes
from homeward.evaluate.whatif import Told, figures, sentence, what_if
from homeward.evaluate.whatif_picture import page, svg
from homeward.history import History
from homeward.history.recorder import Recorder
from homeward.history.replay import Message
from homeward.words import load_vocabulary

HOUR_S, DAY_S = 3600.0, 86_400.0


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A house that is let cool from noon on, so that it is cold in the evening; and two drives that end there."""
    folder = tmp_path_factory.mktemp("recordings")
    drives = folder / "drives"
    drives.mkdir()
    record_drive(drives / "TripX1.csv")
    record_drive(drives / "TripX2.csv", 32, 60.0)
    return record_house(folder / "house.csv", days=4, until=11.0), drives


@pytest.fixture(scope="module")
def told(recordings: tuple[Path, Path]) -> Told:
    """What would have been."""
    house, drives = recordings
    days = recorded_days([house], drives)
    return what_if(lambda: days, ALL)


def steady(celsius: float = 20.0, level: float = 0.0) -> Otherwise:
    """A house that stayed the same for a day."""
    at = np.arange(0.0, DAY_S, 300.0)
    said = {"IndoorTemperature": celsius, "OutdoorTemperature": 5.0, "HeatingLevel": level, "TargetTemperature": 18.0}
    recorded = minutes({word: (at, np.full(len(at), value)) for word, value in said.items()})
    return Otherwise(recorded, QUICK, 0.0)


def test_with_the_same_heating_the_house_is_exactly_as_recorded() -> None:
    house = steady(level=100.0)
    for _ in range(600):
        house.step(None)
    assert (house.air, house.walls, house.indoor()) == (0.0, 0.0, 20.0)


def test_more_heating_warms_it_after_the_dead_time_and_what_is_gained_is_lost_again() -> None:
    house = steady()
    for _ in range(10):
        house.step(23.0)
    assert house.air == 0.0, "the plant answers after ten minutes"
    for _ in range(150):
        house.step(23.0)
    warmed = house.air
    assert 1.5 < warmed < 3.2
    for _ in range(300):
        house.step(None)
    assert 0.0 < house.air < warmed / 2


def test_less_heating_leaves_it_colder_until_the_recorded_setting_is_met_again() -> None:
    house = steady(level=100.0)
    for _ in range(180):
        house.step(15.0)
    assert house.air < -1.5
    for _ in range(600):
        house.step(None)
    assert house.indoor() == pytest.approx(18.0, abs=0.4)


def test_where_nothing_is_known_nothing_is_made_up() -> None:
    house = replace(steady(), dwelling=None)
    for _ in range(60):
        house.step(25.0)
    assert house.indoor() == 20.0


def test_evenings_that_were_cold_would_have_been_warm(told: Told) -> None:
    numbers = figures(told)
    assert numbers["problems"] == []
    assert numbers["evenings"] >= 3
    assert numbers["cold_as_it_was"] >= 3
    assert numbers["cold_as_it_would_have_been"] <= numbers["cold_as_it_was"] / 2
    assert numbers["full_heat_hours_as_it_would_have_been"] > 0
    assert f"{numbers['cold_as_it_was']} of {numbers['evenings']} evenings were cold at arrival" in numbers["sentence"]
    last = numbers["days"][-1]
    assert last["indoor_as_it_would_have_been_c"] > last["indoor_as_it_was_c"] + 1.0
    assert last["heated_from_as_it_would_have_been"] < last["arrived"]


def test_the_picture_shows_every_evening_and_is_whole(told: Told) -> None:
    html = page(told, "Days & nights <made>.")
    assert html.count("<figure>") == len(told.evenings)
    assert "Days &amp; nights &lt;made&gt;." in html
    for one in told.evenings:
        assert f"{one.arrived(one.would):.1f} °C" in html
    drawn = ElementTree.fromstring(svg(told))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}g")) == len(told.evenings)


def test_without_the_heating_level_it_says_what_was_and_not_what_would_have_been(recordings: tuple[Path, Path]) -> None:
    def unheard() -> list[Message]:
        return [
            replace(one, values={path: value for path, value in one.values.items() if "HeatingLevel" not in path})
            for one in recorded_days([recordings[0]], recordings[1])
        ]

    told = what_if(unheard, ALL)
    numbers = figures(told)
    assert numbers["cold_as_it_was"] >= 3
    assert numbers["cold_as_it_would_have_been"] is None
    assert "cannot be said" in sentence(told)
    assert "would have been <b" not in page(told)


def test_days_of_two_households_or_of_none_are_refused() -> None:
    two = [
        Message(0.0, "log", n, f"{name}/home", 0.0, {"Home.Climate.IndoorTemperature": 20.0})
        for n, name in ((1, "a"), (2, "b"))
    ]
    with pytest.raises(Refused, match="--household"):
        what_if(lambda: two, ALL)
    with pytest.raises(Refused, match=r"Home\.Climate\.IndoorTemperature"):
        what_if(lambda: [Message(0.0, "log", 1, "a/car", 0.0, {"Vehicle.Speed": 3.0})], ALL)


def what_if_by_hand(*words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "homeward", "replay", "--what-if", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)


def test_a_hubs_history_gives_the_same_answer(recordings: tuple[Path, Path], told: Told, tmp_path: Path) -> None:
    with History(tmp_path / "hub" / "history") as history:
        recorder = Recorder(history, load_vocabulary())
        for number, one in enumerate(recorded_days([recordings[0]], recordings[1]), start=1):
            readings = [Reading(one.node, path, value, one.at) for path, value in one.values.items()]
            recorder.readings("log", number, one.arrived, readings)
            recorder.reached("log", number)
        recorder.flush()
    done = what_if_by_hand("--folder", str(tmp_path / "hub"), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {name: said[name] for name in ("sentence", "days")} == {
        name: figures(told)[name] for name in ("sentence", "days")
    }
    assert (tmp_path / said["picture"]).read_text().count("<figure>") == said["evenings"]


def test_mistakes_are_told_in_a_line(recordings: tuple[Path, Path], tmp_path: Path) -> None:
    house, drives = map(str, recordings)
    for words, said in (
        (["--house", house], "both --house FILE and --drives DIR"),
        (["--house", house, "--drives", drives, "--picture", "a.gif"], "neither .html nor .svg"),
        (["--live", "--folder", str(tmp_path)], "leave out --live"),
        (["--folder", str(tmp_path)], "holds no history"),
        (["--house", str(tmp_path / "none.csv"), "--drives", drives], "none.csv"),
    ):
        done = what_if_by_hand(*words, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_home_and_car_of_recordings_are_heard_in_order(recordings: tuple[Path, Path]) -> None:
    days = recorded_days([recordings[0]], recordings[1])
    assert {one.node for one in days} == {HOME, CAR}
    arrived = [one.arrived for one in days]
    assert arrived == sorted(arrived)
