"""The vocabulary: what ships is whole, older names lead on, and a wrong word is answered with the right one."""

import csv
import io
import json
import runpy
from collections.abc import Iterator
from math import isnan, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.core.signal import Kind, Refused, Role, Signal, Type, UnknownSignal
from homeward.core.vocabulary import MAX_TEXT, Vocabulary, decode, encode, fingerprint, wanted
from homeward.words import load_vocabulary

ROOT = Path(__file__).parents[2]
HEAD = "path,type,role,unit,low,high,allowed,description,source\n"
VEHICLE_SCRIPT = runpy.run_path(str(ROOT / "scripts/make_vehicle_csv.py"))
RENAMED_SCRIPT = runpy.run_path(str(ROOT / "scripts/make_renamed_csv.py"))


def rows_of(name: str) -> list[dict[str, str]]:
    text = (ROOT / "src/homeward/core/words" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def leaves(node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if node["type"] != "branch":
        yield path, node
    for name, child in node.get("children", {}).items():
        yield from leaves(child, f"{path}.{name}")


# What ships


def test_every_leaf_of_vss_6_is_there_and_says_the_same(vocabulary: Vocabulary, shared_data: Path) -> None:
    release = json.loads((shared_data / "vss/vss_release_6.0.json").read_text())
    count = 0
    for path, leaf in leaves(release["Vehicle"], "Vehicle"):
        signal = vocabulary[path]
        assert signal.path == path
        assert signal.role.name.lower() == leaf["type"]
        assert signal.unit == leaf.get("unit", "")
        for bound, key in ((signal.low, "min"), (signal.high, "max")):
            if key in leaf:
                assert bound == leaf[key]
        if leaf["datatype"] == "string" and leaf.get("allowed"):
            assert set(leaf["allowed"]) <= set(signal.allowed)
        count += 1
    assert count == 1263


def test_the_table_is_what_the_script_makes_of_the_release(shared_data: Path) -> None:
    release = json.loads((shared_data / "vss/vss_release_6.0.json").read_text())
    fresh = [
        VEHICLE_SCRIPT["row_of"](path, leaf, "COVESA VSS 6.0") for path, leaf in leaves(release["Vehicle"], "Vehicle")
    ]
    assert VEHICLE_SCRIPT["merge"](rows_of("vehicle.csv"), fresh) == rows_of("vehicle.csv")


def test_the_older_names_are_what_the_script_makes_of_the_table() -> None:
    made = sorted(RENAMED_SCRIPT["pairs"]([row["path"] for row in rows_of("vehicle.csv")]))
    assert made == [(row["old"], row["new"]) for row in rows_of("renamed.csv")]


def test_no_older_name_leads_to_two_places() -> None:
    old = [row["old"] for row in rows_of("renamed.csv")]
    assert len(old) == len(set(old))


def test_every_signal_is_described_and_every_number_has_a_sensible_range(vocabulary: Vocabulary) -> None:
    for signal in vocabulary:
        assert signal.description.endswith("."), f"{signal.path} has no description"
        assert isnan(signal.low) or isnan(signal.high) or signal.low < signal.high, signal.path
        assert (signal.type is Type.ENUM) == bool(signal.allowed), signal.path
        assert len(set(signal.allowed)) == len(signal.allowed), signal.path


def test_the_words_of_the_main_job_are_there(vocabulary: Vocabulary) -> None:
    assert vocabulary["Vehicle.Powertrain.TractionBattery.StateOfCharge.Current"].unit == "percent"
    assert vocabulary["Home.Climate.TargetTemperature"].role is Role.ACTUATOR
    assert vocabulary["Vehicle.Arrival.Median"].kind is Kind.VEHICLE
    assert vocabulary["Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"].description.startswith(
        "Cabin door row 1 driver side"
    )


def test_indices_count_the_signals_and_the_vocabulary_is_read_once(vocabulary: Vocabulary) -> None:
    assert [signal.index for signal in vocabulary] == list(range(len(vocabulary)))
    assert load_vocabulary() is vocabulary


# Older and wrong names


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Vehicle.Cabin.Door.Row1.Left.IsLocked", "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"),
        ("Vehicle.Cabin.HVAC.Station.Row1.Right.Temperature", "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature"),
        (
            "Vehicle.Cabin.Seat.Row1.DriverSide.Switch.Backrest.Lumbar.IsUpEngaged",
            "Vehicle.Cabin.Seat.Row1.DriverSide.Backrest.IsLumbarUpSwitchEngaged",
        ),
        (
            "Vehicle.Powertrain.TractionBattery.Charging.IsChargingCableConnected",
            "Vehicle.Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected",
        ),
    ],
)
def test_an_older_name_is_understood(vocabulary: Vocabulary, old: str, new: str) -> None:
    assert old not in vocabulary
    assert vocabulary[old] is vocabulary[new]


def test_a_name_whose_unit_changed_is_not_passed_on(vocabulary: Vocabulary) -> None:
    with pytest.raises(UnknownSignal) as told:
        vocabulary["Vehicle.TravelledDistance"]
    assert told.value.nearest == "Vehicle.TraveledDistance"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Vehicle.Sped", "Vehicle.Speed"),
        ("Home.Climate.IndorTemperature", "Home.Climate.IndoorTemperature"),
        ("Room.Climate.Temprature", "Room.Climate.Temperature"),
        ("home.climate.targettemperature", "Home.Climate.TargetTemperature"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(vocabulary: Vocabulary, wrong: str, right: str) -> None:
    with pytest.raises(UnknownSignal, match=f"did you mean {right}"):
        vocabulary[wrong]


@given(st.text())
def test_any_text_is_known_or_refused_in_one_way(path: str) -> None:
    vocabulary = load_vocabulary()
    try:
        assert vocabulary[path].path in vocabulary
    except UnknownSignal as told:
        assert told.nearest == "" or told.nearest in vocabulary


def test_tables_that_contradict_themselves_are_refused() -> None:
    row = "Home.Fan,boolean,actuator,,,,,A fan.,\n"
    with pytest.raises(ValueError, match=r"Home\.Fan is defined twice"):
        Vocabulary([HEAD + row + row])
    with pytest.raises(ValueError, match="does not lead"):
        Vocabulary([HEAD + row], "old,new\nHome.Vent,Home.Ventilator\n")


# Values


def numbers(kind: Type, low: float = nan, high: float = nan, unit: str = "") -> Signal:
    return Signal(0, "Home.Some", Kind.HOME, kind, Role.SENSOR, unit, low, high)


@given(st.sampled_from(list(load_vocabulary())), st.data())
def test_what_is_encoded_is_decoded_again(signal: Signal, data: st.DataObject) -> None:
    low = -1e9 if isnan(signal.low) else signal.low
    high = 1e9 if isnan(signal.high) else signal.high
    match signal.type:
        case Type.BOOLEAN:
            value: bool | float | str = data.draw(st.booleans())
        case Type.ENUM:
            value = data.draw(st.sampled_from(signal.allowed))
        case Type.TEXT:
            value = data.draw(st.text(max_size=20))
        case Type.INTEGER:
            value = data.draw(st.integers(int(low), int(high)))
        case _:
            value = data.draw(st.floats(low, high))
    assert decode(signal, encode(signal, value), value if isinstance(value, str) else None) == value


@pytest.mark.parametrize(
    ("signal", "value", "told"),
    [
        (numbers(Type.NUMBER, 0, 100, "percent"), 100.5, "a number from 0 to 100 percent"),
        (numbers(Type.NUMBER, 0, 100), -0.1, "out of range"),
        (numbers(Type.NUMBER), nan, "a number"),
        (numbers(Type.NUMBER), float("inf"), "a number"),
        (numbers(Type.NUMBER), True, "a number"),
        (numbers(Type.NUMBER), "21", "a number"),
        (numbers(Type.NUMBER), None, "a number"),
        (numbers(Type.INTEGER), 1.5, "a whole number"),
        (numbers(Type.BOOLEAN), "yes", "true or false"),
        (numbers(Type.BOOLEAN), 2, "true or false"),
        (numbers(Type.TEXT), 5, "text"),
        (numbers(Type.TEXT), "x" * (MAX_TEXT + 1), str(MAX_TEXT)),
        (Signal(0, "Home.Mode", Kind.HOME, Type.ENUM, Role.SENSOR, allowed=("OFF", "ON")), "off", "one of OFF, ON"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_told_what_would(signal: Signal, value: Any, told: str) -> None:
    with pytest.raises(Refused, match=told) as error:
        encode(signal, value)
    assert signal.path in str(error.value)


def test_unknown_is_not_zero_and_an_unheard_of_code_is_unknown() -> None:
    mode = Signal(0, "Home.Mode", Kind.HOME, Type.ENUM, Role.SENSOR, allowed=("OFF", "ON"))
    assert decode(numbers(Type.BOOLEAN), nan) is None
    assert decode(mode, 0.0) == "OFF"
    assert decode(mode, 7.0) is None
    assert wanted(numbers(Type.INTEGER, low=3)) == "a whole number from 3"


@given(st.text(), st.text())
def test_texts_are_told_apart_by_their_fingerprints(one: str, other: str) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (one == other)


# The script keeps codes for ever


def leaf(**changed: Any) -> dict[str, Any]:
    return {"type": "sensor", "datatype": "string", "allowed": ["A", "B"]} | changed


def row(path: str = "Vehicle.Mode", **changed: Any) -> dict[str, str]:
    made: dict[str, str] = VEHICLE_SCRIPT["row_of"](path, leaf(**changed), "VSS")
    return made


def test_a_newer_release_changes_no_code_and_no_place() -> None:
    earlier = [
        row(),
        row("Vehicle.Gone", datatype="float", allowed=None),
        row("Vehicle.Speed", datatype="float", allowed=None),
    ]
    newer = [row("Vehicle.Fresh"), row("Vehicle.Speed", datatype="float", allowed=None), row(allowed=["C", "B"])]
    merged = VEHICLE_SCRIPT["merge"](earlier, newer)
    assert [made["path"] for made in merged] == ["Vehicle.Mode", "Vehicle.Gone", "Vehicle.Speed", "Vehicle.Fresh"]
    assert merged[0]["allowed"] == "A|B|C"


def test_an_enumeration_may_not_become_a_number() -> None:
    with pytest.raises(ValueError, match=r"Vehicle\.Mode"):
        VEHICLE_SCRIPT["merge"]([row()], [row(datatype="uint8", allowed=None)])


@pytest.mark.parametrize(
    ("leaf_of_vss", "low", "high"),
    [
        (leaf(datatype="uint8", allowed=None), "0", "255"),
        (leaf(datatype="int16", allowed=None), "-32768", "32767"),
        (leaf(datatype="uint8", allowed=None, max=100), "0", "100"),
        (leaf(datatype="float", allowed=None), "", ""),
        (leaf(datatype="double", allowed=None, min=-90, max=90), "-90", "90"),
    ],
)
def test_whole_numbers_are_bounded_by_their_data_type(leaf_of_vss: dict[str, Any], low: str, high: str) -> None:
    assert VEHICLE_SCRIPT["bounds"](leaf_of_vss) == (low, high)
