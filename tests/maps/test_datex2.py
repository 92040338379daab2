"""DATEX II in both versions: closures and jams with a place become events, the rest is counted, attacks are refused."""

import tarfile
from math import isnan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.app.feeds import read_feed
from homeward.core.signal import Refused
from homeward.maps.datex2 import read_datex2

NOW = 1_700_000_000.0
BEGAN, ENDS = "2023-11-14T20:00:00+00:00", "2023-11-15T03:00:00Z"
CLOSED = "<roadOrCarriagewayOrLaneManagementType>roadClosed</roadOrCarriagewayOrLaneManagementType>"
POINT = """<groupOfLocations><pointByCoordinates><pointCoordinates><latitude>60.17</latitude>
<longitude>24.94</longitude></pointCoordinates></pointByCoordinates></groupOfLocations>"""
LINE = """<groupOfLocations><linearByCoordinates><gmlLineString><posList>60.17 24.94 60.18 24.95 60.19 24.96</posList>
</gmlLineString></linearByCoordinates></groupOfLocations>"""
CODED = """<groupOfLocations><alertCLinear><alertCLocationCountryCode>6</alertCLocationCountryCode></alertCLinear>
</groupOfLocations>"""
SAID = """<generalPublicComment><comment><values><value lang='en'>The bridge
 is closed.</value></values></comment></generalPublicComment>"""


def record(*parts: str, begins: str = BEGAN, ends: str = ENDS, status: str = "active") -> str:
    end = f"<overallEndTime>{ends}</overallEndTime>" if ends else ""
    validity = (
        f"<validity><validityStatus>{status}</validityStatus><validityTimeSpecification><overallStartTime>{begins}"
    )
    validity += f"</overallStartTime>{end}</validityTimeSpecification></validity>"
    return f"<situationRecord id='r'>{validity}{''.join(parts)}</situationRecord>"


def message(*records: str) -> bytes:
    situations = f"<situation id='s1'>{''.join(records)}</situation>"
    head = "<d2LogicalModel xmlns='http://datex2.eu/schema/2/2_0'><payloadPublication>"
    return f"{head}{situations}</payloadPublication></d2LogicalModel>".encode()


def test_a_closed_road_is_an_event_until_its_end_in_the_words_of_its_author() -> None:
    [event], left_out = read_datex2(message(record(CLOSED, POINT, SAID)), NOW)
    assert (event.id, event.closed, event.line, event.words) == ("s1", True, ((60.17, 24.94),), "The bridge is closed.")
    assert event.until == 1_700_017_200.0
    assert left_out == {}


def test_a_jam_has_the_speed_its_word_means_and_its_line() -> None:
    jam = "<abnormalTrafficType>queuingTraffic</abnormalTrafficType>"
    [event], _ = read_datex2(message(record(jam, LINE, ends="")), NOW)
    assert event.speed_kmh == 15.0 and isnan(event.until)
    assert event.line == ((60.17, 24.94), (60.18, 24.95), (60.19, 24.96))


def test_records_of_one_situation_share_their_place_and_the_worst_counts() -> None:
    lanes = "<roadOrCarriagewayOrLaneManagementType>laneClosures</roadOrCarriagewayOrLaneManagementType>"
    accident = record("<accidentType>accident</accidentType>", POINT)
    [event], _ = read_datex2(message(accident, record(lanes), record(CLOSED)), NOW)
    assert event.closed and event.line == ((60.17, 24.94),)


def test_version_three_with_prefixes_reads_the_same() -> None:
    text = message(record(CLOSED, POINT)).decode().replace(" xmlns='http://datex2.eu/schema/2/2_0'", "")
    for name in (
        "situationRecord",
        "situation",
        "pointCoordinates",
        "latitude",
        "roadOrCarriagewayOrLaneManagementType",
    ):
        text = text.replace(f"<{name}", f"<sit:{name}").replace(f"</{name}", f"</sit:{name}")
    text = text.replace("d2LogicalModel>", "mc:messageContainer>").replace(
        "<mc:messageContainer>", "<mc:messageContainer xmlns:mc='m' xmlns:sit='s'>", 1
    )
    text = text.replace("payloadPublication", "payload")
    [event], _ = read_datex2(text.encode(), NOW)
    assert event.closed and event.line == ((60.17, 24.94),)


HEAVY = """<forVehiclesWithCharacteristicsOf><grossWeightCharacteristic><comparisonOperator>{}</comparisonOperator>
<grossVehicleWeight>{}</grossVehicleWeight></grossWeightCharacteristic></forVehiclesWithCharacteristicsOf>"""
KIND = "<forVehiclesWithCharacteristicsOf><vehicleType>{}</vehicleType></forVehiclesWithCharacteristicsOf>"


@pytest.mark.parametrize(
    ("meant", "concerns_cars"),
    [
        (HEAVY.format("greaterThan", 12.0), False),
        (HEAVY.format("lessThanOrEqualTo", 76.0), True),
        (HEAVY.format("greaterThan", "NaN"), False),
        (HEAVY.format("heavierThan", 1.0), False),
        (KIND.format("lorry"), False),
        (KIND.format("car"), True),
        (KIND.format("lorry") + KIND.format("anyVehicle"), True),
        (KIND.format("car").replace("</for", "<loadType>hazardousMaterials</loadType></for"), False),
    ],
)
def test_a_road_closed_to_lorries_is_open_to_cars(meant: str, concerns_cars: bool) -> None:
    events, left_out = read_datex2(message(record(CLOSED, POINT, meant)), NOW)
    assert (len(events), left_out) == ((1, {}) if concerns_cars else (0, {"meant for other vehicles": 1}))


@pytest.mark.parametrize(("limit", "kmh"), [("30.0", 30.0), ("-5", None), ("10000", None), ("NaN", None)])
def test_a_temporary_limit_is_a_speed_unless_it_is_absurd(limit: str, kmh: float | None) -> None:
    events, _ = read_datex2(message(record(f"<temporarySpeedLimit>{limit}</temporarySpeedLimit>", POINT)), NOW)
    assert [one.speed_kmh for one in events] == ([] if kmh is None else [kmh])


def laughs() -> str:
    """A billion of them, if they were expanded."""
    entities = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 10))
    return f"<!DOCTYPE x [<!ENTITY l0 'ha'>{entities}]><payload>&l9;</payload>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_entities_are_refused_in_any_encoding(encoding: str) -> None:
    with pytest.raises(Refused, match=r"entities|no XML"):
        read_datex2(f'<?xml version="1.0" encoding="{encoding}"?>{laughs()}'.encode(encoding), NOW)


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ((record(CLOSED, CODED),), "place told by Alert-C codes alone"),
        ((record(CLOSED),), "no place is told"),
        ((record(POINT, "<accidentType>accident</accidentType>"),), "says nothing of how fast one gets through"),
        ((record(CLOSED, POINT, ends="2023-11-14T21:00:00Z"),), "not in force"),
        ((record(CLOSED, POINT, begins="2030-01-01T00:00:00Z", ends=""),), "not in force"),
        ((record(CLOSED, POINT, status="suspended"),), "not in force"),
        ((record(CLOSED, POINT.replace("60.17", "NaN")),), "no place is told"),
        ((record(CLOSED, POINT.replace("60.17", "6017")),), "no place is told"),
    ],
)
def test_what_cannot_be_used_is_counted_and_not_guessed(records: tuple[str, ...], why: str) -> None:
    assert read_datex2(message(*records), NOW) == ([], {why: 1})


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (message(record(CLOSED, POINT))[:-20], "no XML"),
        (b"<html><body>busy</body></html>", "no DATEX II"),
        (b"<!DOCTYPE x [<!ENTITY a 'ha'>]><payload>&a;</payload>", "entities"),
        (b"<payload>" + b" " * 5000 + b"<!ENTITY a 'b'></payload>", "no XML"),
        (b" " * 5000 + b"<!DOCTYPE x [<!ENTITY a 'b'>]><payload>&a;</payload>", "entities"),
        (b'{"events": [{"id": "x", "line": [[99, 0]]}]}', "not on Earth"),
        (b'{"events": 3}', "not a list of events"),
        (b"{", "not a list of events"),
    ],
)
def test_what_is_no_message_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_feed(data, NOW)


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"<payload>{text}</payload>".encode()))
def test_nothing_but_a_refusal_ever_comes_of_garbage(data: bytes) -> None:
    try:
        events, _ = read_feed(data, NOW)
    except Refused:
        return
    assert events == []


def test_the_real_messages_are_read(shared_data: Path) -> None:
    read = 0
    with tarfile.open(shared_data / "traffic" / "datex2_fi.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".xml") else None
            data = file.read() if file else b""
            if b"situationRecord" in data:
                events, left_out = read_datex2(data, NOW)
                assert all(-90 <= lat <= 90 for one in events for lat, _ in one.line)
                read += len(events) + sum(left_out.values())
    assert read >= 10
