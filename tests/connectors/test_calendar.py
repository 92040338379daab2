"""Calendars: what comes next in them, whatever they look like, and a secret address that is never told."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.connectors import check, make
from homeward.connectors.calendar.connector import Calendar
from homeward.connectors.calendar.entries import next_entry
from homeward.core.connector import ConnectorError
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import parse

NOW = datetime(2026, 1, 20, 12, 0, tzinfo=UTC).timestamp()
LIND = """
household: lind
zone: Europe/Helsinki
people: [ada]
homes: {home: {location: [60.17, 24.94]}}
connectors:
  calendar: {kind: calendar, person: ada, %s}
"""


def event(*lines: str, uid: str = "1", summary: str = "Dentist") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{summary}", *lines, "END:VEVENT"])


def calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", *events, "END:VCALENDAR", ""]).encode()


PLACE = "LOCATION:Mannerheimintie 12\\, Helsinki"
IN_TWO_HOURS = "DTSTART:20260120T140000Z"


def test_the_next_entry_with_a_place_counts() -> None:
    found = next_entry(
        calendar(
            event("DTSTART:20260120T130000Z", uid="2", summary="A call"),
            event("DTSTART:20260120T131500Z", "LOCATION:https://meet.example/1", uid="3"),
            event("DTSTART;VALUE=DATE:20260120", PLACE, uid="4", summary="All day"),
            event("DTSTART:20260120T133000Z", PLACE, "STATUS:CANCELLED", uid="5"),
            event(IN_TWO_HOURS, PLACE),
            event("DTSTART:20260123T100000Z", PLACE, uid="6"),
        ),
        NOW,
        "UTC",
    )
    assert found is not None
    assert (found.title, found.place, found.starts_at) == ("Dentist", "Mannerheimintie 12, Helsinki", NOW + 7200.0)


def test_a_repeated_entry_counts_on_its_day_and_not_where_it_was_left_out_or_moved() -> None:
    weekly = ("DTSTART;TZID=Europe/Helsinki:20260106T160000", "RRULE:FREQ=WEEKLY;BYDAY=TU", PLACE)
    found = next_entry(calendar(event(*weekly)), NOW, "UTC")
    assert found and found.starts_at == NOW + 7200.0, "16:00 in Helsinki is 14:00 UTC"
    assert next_entry(calendar(event(*weekly, "EXDATE;TZID=Europe/Helsinki:20260120T160000")), NOW, "UTC") is None
    moved = event("RECURRENCE-ID;TZID=Europe/Helsinki:20260120T160000", "DTSTART:20260120T180000Z", PLACE)
    found = next_entry(calendar(event(*weekly), moved), NOW, "UTC")
    assert found and found.starts_at == NOW + 6 * 3600.0


def test_times_without_a_zone_are_the_households_and_degrees_are_taken() -> None:
    found = next_entry(calendar(event("DTSTART:20260120T160000", "GEO:60.1712;24.9321")), NOW, "Europe/Helsinki")
    assert found and (found.starts_at, found.place) == (NOW + 7200.0, "60.171200,24.932100")


@pytest.mark.parametrize(
    "data", [b"", b"<html>no</html>", b"BEGIN:VCALENDAR", calendar(event("DTSTART:yesterday", PLACE))]
)
def test_what_is_no_calendar_is_refused_or_says_nothing(data: bytes) -> None:
    with suppress(Refused):
        assert next_entry(data, NOW, "UTC") is None


@given(st.binary(max_size=200), st.text(max_size=60))
def test_garbage_raises_nothing_else(data: bytes, text: str) -> None:
    for said in (data, calendar(event(text)), calendar(event(IN_TWO_HOURS, f"LOCATION:{text}"))):
        with suppress(Refused):
            next_entry(said, NOW, "UTC")


def test_a_household_file_says_whose_it_is_and_wrong_ones_are_told(vocabulary: Vocabulary, tmp_path: Path) -> None:
    house = parse(LIND % "file: ada.ics", vocabulary)
    one = make(house.connectors[0], house, vocabulary, [tmp_path])
    assert isinstance(one, Calendar) and (one.person, one.zone) == ("lind/ada", "Europe/Helsinki")
    for wrong, said in {
        "file: ../../etc/passwd": "not inside of the hub's folder",
        "address: ftp://x": "must begin with https://",
        "file: a, address: https://b": "one of them",
        "adress: https://b": "unknown field adress",
    }.items():
        household = parse(LIND % wrong, vocabulary)
        with pytest.raises(Refused, match=said):
            check(household, vocabulary, [tmp_path])


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/secret-key/basic.ics", "http://127.0.0.1:9/secret key"])
async def test_trouble_never_tells_the_address(address: str) -> None:
    one = Calendar("lind/calendar", "lind/ada", "UTC", address)

    class Now:
        speed = 1.0

        def now(self) -> float:
            return NOW

        def of(self, wall: float) -> float:
            return wall

    with pytest.raises(ConnectorError) as told:
        await one.sense(Now(), lambda message: None)
    assert "secret" not in str(told.value) and "lind/ada cannot be read" in str(told.value)
