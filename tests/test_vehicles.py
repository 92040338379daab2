"""Cars by name: the table is whole and says where it is from, imports are checked, and names are forgiving."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeward.core.signal import Refused
from homeward.vehicles import GUESSED, find, imported, keep, known, read_open_ev_data, shipped

CAR: dict[str, Any] = {
    "brand": "Blitz",
    "model": "Eins",
    "variant": "Long",
    "vehicle_type": "car",
    "usable_battery_size": 50,
    "energy_consumption": {"average_consumption": 16.0},
    "ac_charger": {"max_power": 11},
    "dc_charger": {
        "max_power": 100,
        "charging_curve": [{"percentage": 0, "power": 100}, {"percentage": 100, "power": 20}],
    },
}


def written(path: Path, *cars: Any) -> Path:
    path.write_text(json.dumps({"data": list(cars)}))
    return path


def test_the_table_holds_the_cars_people_drive_with_figures_that_can_be() -> None:
    cars = shipped()
    assert len(cars) >= 40 and len({one.name for one in cars}) == len(cars)
    assert {"Xiaomi SU7", "Xiaomi SU7 Max", "Xiaomi YU7", "Tesla Model 3"} <= {one.name for one in cars}
    for one in cars:
        assert 20.0 <= one.usable_kwh <= 120.0, one.name
        assert 900.0 <= one.mass_kg <= 2700.0, one.name
        assert 0.4 <= one.drag_area_m2 <= 0.95, one.name
        assert [percent for percent, _ in one.curve] == sorted(percent for percent, _ in one.curve), one.name
        assert one.curve[0][0] <= 10.0 and one.curve[-1][0] == 100.0, one.name
        assert 5 * 60 < one.charging_s(10, 80) < 90 * 60, one.name
        assert one.battery_source and one.body_source


def test_names_are_forgiving_and_a_wrong_one_names_the_nearest() -> None:
    cars = shipped()
    for said in ("Xiaomi SU7", "xiaomi  su7", "su7", "SU-7"):
        assert find(said, cars).name == "Xiaomi SU7"
    assert find("enyaq", cars).name == "Skoda Enyaq iV 80"
    with pytest.raises(Refused, match="did you mean Tesla Model 3"):
        find("tesla modle 3", cars)
    with pytest.raises(Refused, match="`homeward vehicles list` shows all"):
        find("zzzz", cars)


def test_charging_slows_down_as_the_battery_fills_and_never_exceeds_the_charger() -> None:
    car = find("ioniq 5 long range", shipped())
    assert car.charging_s(10, 50) < car.charging_s(50, 90)
    assert car.charging_s(10, 50, 50.0) == pytest.approx(0.4 * car.usable_kwh / 50.0 * 3600.0, rel=1e-6)


def test_cars_are_imported_whole_or_left_out_for_a_reason(tmp_path: Path) -> None:
    two_wheels, huge = {**CAR, "vehicle_type": "motorbike"}, {**CAR, "usable_battery_size": 5000}
    file = written(tmp_path / "cars.json", CAR, two_wheels, huge, {"brand": "Half"}, "no car")
    cars, left_out = read_open_ev_data(file)
    assert [one.name for one in cars] == ["Blitz Eins Long"]
    assert sum(left_out.values()) == 4 and left_out["not a car"] == 2
    assert cars[0].body_source == GUESSED
    keep(cars, tmp_path / "hub")
    assert imported(tmp_path / "hub") == cars
    assert find("blitz eins", known(tmp_path / "hub")) == cars[0]
    assert known(tmp_path / "elsewhere") == shipped()


def test_a_file_that_is_no_list_of_cars_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    for text in ("no json", "[]", '{"data": 3}', "{}"):
        (tmp_path / "cars.json").write_text(text)
        with pytest.raises(Refused, match="not in the format of Open EV Data"):
            read_open_ev_data(tmp_path / "cars.json")
    with pytest.raises(Refused, match="cannot be read"):
        read_open_ev_data(tmp_path / "none.json")
    (tmp_path / "vehicles.json").write_text('[{"name": "x"}]')
    with pytest.raises(Refused, match="import the cars anew"):
        imported(tmp_path)


def test_the_real_file_is_read(shared_data: Path) -> None:
    cars, left_out = read_open_ev_data(shared_data / "vehicles" / "ev-data.json")
    assert len(cars) > 1000 and sum(left_out.values()) < 60
