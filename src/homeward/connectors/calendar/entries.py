"""What a calendar says comes next: the first entry with a place that begins within a day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from homeward.core.signal import Refused

AHEAD: Final = timedelta(hours=24)
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """An appointment: its title, its place as written (degrees first, where they are told), when it begins, s."""

    title: str
    place: str
    starts_at: float


def next_entry(data: bytes, now: float, zone: str) -> Entry | None:
    """The next one; repeated ones, moved and cancelled ones count as they are. Raises Refused for what is no calendar.

    Times without a zone are those of `zone`.
    """
    begin = datetime.fromtimestamp(now, UTC)
    try:
        calendar = icalendar.Calendar.from_ical(data)
        found = recurring_ical_events.of(calendar, skip_bad_series=True).between(begin, begin + AHEAD)
        entries = [entry for one in found if (entry := _entry(one, zone)) and entry.starts_at > now]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as problem:
        raise Refused(f"no calendar that can be read: {str(problem)[:200]}") from None
    return min(entries, key=lambda entry: (entry.starts_at, entry.title), default=None)


def _entry(event: Any, zone: str) -> Entry | None:
    begins, place = event.get("DTSTART"), str(event.get("LOCATION") or "").strip()
    if begins is None or not isinstance(begins.dt, datetime):  # a whole day is no time to be anywhere
        return None
    if str(event.get("STATUS") or "").upper() == "CANCELLED":
        return None
    where = _degrees(event.get("GEO"))
    if not (where or place) or "://" in place:  # a video call is no place to drive to
        return None
    return Entry(_line(event.get("SUMMARY")), f"{where} {_line(place)}".strip(), _moment(begins.dt, zone))


def _moment(begins: datetime | date, zone: str) -> float:
    told = begins if isinstance(begins, datetime) else datetime(begins.year, begins.month, begins.day)
    return (told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone))).timestamp()


def _degrees(geo: Any) -> str:
    try:
        lat, lon = float(geo.latitude), float(geo.longitude)
    except (AttributeError, TypeError, ValueError):
        return ""
    there = isfinite(lat) and isfinite(lon) and abs(lat) <= 90.0 and abs(lon) <= 180.0 and (lat, lon) != (0.0, 0.0)
    return f"{lat:.6f},{lon:.6f}" if there else ""


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())[:LONGEST]
