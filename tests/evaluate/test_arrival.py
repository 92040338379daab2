"""The evaluation of the arrival skill, on recordings of houses and drives that are made for the test and so known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.evaluate.recordings import QUICK, record_drive, record_house

from homeward.core.signal import Refused
from homeward.evaluate.arrival import evaluate_arrival, figures, usual_target, utc_offset
from homeward.evaluate.dwelling import Recording, Rooms, even_out, fit_dwelling
from homeward.evaluate.evenings import KINDS, Evening, make_evenings, read_trip, read_trips
from homeward.evaluate.house import read_house
from homeward.evaluate.play import Result


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of two drives, and a house."""
    folder = tmp_path_factory.mktemp("recordings")
    drives = folder / "drives"
    drives.mkdir()
    record_drive(drives / "TripX1.csv")
    record_drive(drives / "TripX2.csv", 32, 60.0)
    return drives, record_house(folder / "house.csv")


def test_a_house_is_recovered_from_its_own_recording(recordings: tuple[Path, Path]) -> None:
    recording = even_out(read_house(recordings[1]))
    found = fit_dwelling(recording)
    assert found.rmse < 0.25
    rooms = [Rooms(one, 17.0, 17.0) for one in (QUICK, found)]
    for one in rooms:
        while one.air < 20.5:
            one.step(60.0, 5.0, 0.0, 25.0)
    assert rooms[1].used_h == pytest.approx(rooms[0].used_h, rel=0.25)
    assert usual_target(recording.indoor, recording.stage) == pytest.approx(21.0, abs=0.5)


def test_outdoor_temperatures_are_taken_at_the_local_hour(recordings: tuple[Path, Path]) -> None:
    offset = utc_offset(recordings[1])
    recording = even_out(read_house(recordings[1]), offset)
    assert offset == -8 * 3600.0
    assert recording.begins == 0.0
    assert recording.outdoor_at(1, 6 * 3600.0) == pytest.approx(10.0, abs=0.1)
    assert recording.outdoor_at(3, 18 * 3600.0) == pytest.approx(2.0, abs=0.1)


def test_a_house_that_never_heats_is_refused(tmp_path: Path) -> None:
    house = record_house(tmp_path / "house.csv", replace(QUICK, power=0.0), 1)
    text = "\n".join(",".join([*row.split(",")[:3], "0", "", ""]) for row in house.read_text().splitlines()[1:])
    house.write_text("time,indoor_temp,outdoor_temp,hvac_mode,target_temp,time_local\n" + text)
    with pytest.raises(Refused, match="heating"):
        even_out(read_house(house))


def test_a_folder_without_drives_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(Refused, match=r"Velocity \[km/h\]"):
        read_trips(tmp_path)


def test_what_remains_of_a_drive_is_the_distance_left(tmp_path: Path) -> None:
    trip = read_trip(record_drive(tmp_path / "TripX.csv", minutes=20, kmh=60.0))
    assert trip is not None
    assert trip.took_s == pytest.approx(1200.0, abs=3.0)
    assert trip.left_m[0] == pytest.approx(20_000.0, rel=0.01)
    assert trip.left_m[-1] == 0.0
    assert np.all(np.diff(trip.left_m) < 0.0)


def test_the_same_files_give_the_same_evenings_of_every_kind(recordings: tuple[Path, Path]) -> None:
    trips = read_trips(recordings[0])
    many = [evening for run in range(7) for evening in make_evenings(trips, run)]
    assert {evening.kind for evening in many} == set(KINDS)
    assert [evening for run in range(7) for evening in make_evenings(trips, run)] == many
    assert sum(evening.kind == "plain" for evening in many) == len(many) // 2


def test_each_kind_of_evening_is_what_it_says(recordings: tuple[Path, Path]) -> None:
    trip = read_trips(recordings[0])[0]
    evenings = {one.kind: one for run in range(7) for one in make_evenings([trip], run)}
    assert evenings["plain"].arrivals == (trip.took_s,)
    assert any(one.destination == "home" for one in evenings["plain"].heard)
    assert all(one.destination == "" for one in evenings["unknown"].heard)
    assert evenings["detour"].arrivals[0] > trip.took_s + 500.0
    assert evenings["stop"].arrivals[0] > trip.took_s + 500.0
    assert evenings["turn_away"].arrivals[0] > 2 * trip.took_s + 2000.0
    assert len(evenings["leave_again"].arrivals) == 2
    assert min(one.at for one in evenings["late"].heard if one.at >= 0.0) > 0.3 * trip.took_s
    assert all(one.left_m < 1.0 for one in evenings["never"].heard)
    for evening in evenings.values():
        assert evening.heard[-1].left_m < 1.0


def test_figures_count_only_evenings_that_could_be_made() -> None:
    evening = Evening("TripX", "plain", 0.0, 0.0, (), (0.0,))
    good, bad = Result(0.2, 30.0, 0.0, 10.0), Result(2.0, 0.0, 60.0, 6.0)
    warm = {"arrival": good, "always_on": Result(0.1, 180.0, 0.0, 16.0), "on_arrival": bad, "geofence": bad}
    told = figures([(evening, {**warm, "oracle": good}), (evening, {**warm, "oracle": bad})])
    assert (told["evenings"], told["excluded"], told["within_half_degree"]) == (2, 1, 1.0)
    assert (told["energy_kwh"], told["always_on_kwh"], told["on_arrival_kwh"]) == (10.0, 16.0, 6.0)
    assert told["extra_energy_share"] == 0.4
    assert told["geofence_within_half_degree"] == 0.0


def test_nothing_eligible_is_told_and_not_divided_by() -> None:
    cold = Result(2.0, 0.0, 60.0, 6.0)
    evening = Evening("TripX", "plain", 0.0, 0.0, (), (0.0,))
    assert figures([(evening, {"oracle": cold, "arrival": cold})]) == {"evenings": 1, "excluded": 1}


def test_evenings_are_played_through_the_circle_and_told_beside_the_rules(recordings: tuple[Path, Path]) -> None:
    heard: list[tuple[int, int]] = []
    told = evaluate_arrival(*recordings, lambda done, total: heard.append((done, total)), colder_c=(1.0,))
    assert heard[-1] == (4, 4)
    assert told["evenings"] == 4
    assert told["excluded"] == 0
    assert told["within_half_degree"] > told["on_arrival_within_half_degree"]
    assert told["on_arrival_kwh"] < told["energy_kwh"] <= told["always_on_kwh"] * 1.02
    assert told["always_on_within_half_degree"] == 1.0


def test_a_real_house_is_explained(shared_data: Path) -> None:
    found = fit_dwelling(even_out(read_house(shared_data / "home_heatpump" / "dec_day.csv.gz")))
    assert found.rmse < 0.6
    assert isinstance(even_out(read_house(shared_data / "home_heatpump" / "hass.csv.gz")), Recording)
