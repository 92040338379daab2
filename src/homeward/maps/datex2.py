"""Traffic messages in DATEX II, version 2 or 3, as events on roads; pure: bytes in, events out.

Names of elements are taken without their namespaces, which is what the two versions and their national extensions
differ by. Records of one situation share its place. What is told only by Alert-C codes needs a table that countries
license, so it is counted and not guessed; so are messages that are not in force, those for lorries alone, and those
that say nothing of how fast one gets through. Document types, and with them entities, are refused by the parser in
whatever encoding they come: a message has no use for them, an attack has.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from math import isfinite, nan
from operator import eq, ge, gt, le, lt
from typing import Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from homeward.core.signal import Refused
from homeward.models.roads.events import RoadEvent

LARGEST_BYTES, MOST_SITUATIONS, MOST_POINTS = 64_000_000, 20_000, 2000
CLOSED: Final = {
    "roadClosed",
    "carriagewayClosures",
    "roadBlocked",
    "carriagewayBlocked",
    "bridgeClosed",
    "tunnelClosed",
}
SLOW_KMH: Final = {
    "stationaryTraffic": 5.0,
    "queuingTraffic": 15.0,
    "slowTraffic": 30.0,
    "heavyTraffic": 45.0,
    "laneClosures": 30.0,
    "lanesBlocked": 30.0,
    "roadPartiallyObstructed": 30.0,
    "carriagewayPartiallyObstructed": 30.0,
    "singleAlternateLineTraffic": 20.0,
    "contraflow": 40.0,
}
"""What such words usually mean, km/h; a message seldom tells a speed."""
SLOWEST_LIMIT_KMH, FASTEST_LIMIT_KMH = 5.0, 150.0
SAYING: Final = (
    "roadOrCarriagewayOrLaneManagementType", "abnormalTrafficType", "trafficConstrictionType", "trafficTrendType"
)  # fmt: skip
A_CAR: Final = {
    "grossVehicleWeight": 2.5, "vehicleWidth": 1.9, "vehicleHeight": 1.7, "vehicleLength": 4.8, "numberOfAxles": 2.0,
    "heaviestAxleWeight": 1.3,
}  # fmt: skip
"""What restrictions are compared with: a middling electric car, t and m."""
CARS: Final = {"anyVehicle", "car", "carOrLightVehicle", "fourWheelDrive", "lightVehicle", "motorVehicle"}
COMPARED: Final = {
    "greaterThan": gt, "greaterThanOrEqualTo": ge, "lessThan": lt, "lessThanOrEqualTo": le, "equalTo": eq,
}  # fmt: skip
Line = tuple[tuple[float, float], ...]


class _Plain(ElementTree.TreeBuilder):
    """Builds the tree of a message that has no document type."""

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise Refused("a traffic message with a document type or entities is not read")


def read_datex2(data: bytes, now: float) -> tuple[list[RoadEvent], dict[str, int]]:
    """The events in force at `now` (s since 1970), and how many situations were left out for which reason.

    Raises Refused for what is no DATEX II.
    """
    if len(data) > LARGEST_BYTES:
        raise Refused(f"a message of {len(data) // 1_000_000} MB is too large; at most {LARGEST_BYTES // 1_000_000} MB")
    try:
        root = ElementTree.fromstring(data, ElementTree.XMLParser(target=_Plain()))
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise Refused(f"this is no XML: {problem}") from None
    situations = [one for one in root.iter() if _name(one) == "situation"]
    if not situations and not any(_name(one) in ("payloadPublication", "payload") for one in root.iter()):
        raise Refused(f"this is no DATEX II: its root is <{_name(root)[:60]}>, and it has no publication")
    if len(situations) > MOST_SITUATIONS:
        raise Refused(f"{len(situations)} situations are too many at once; at most {MOST_SITUATIONS}")
    events, left_out = [], Counter[str]()
    for situation in situations:
        found = _event(situation, now)
        if isinstance(found, str):
            left_out[found] += 1
        else:
            events.append(found)
    return events, dict(left_out)


def _event(situation: Element, now: float) -> RoadEvent | str:
    """What a situation means for a road; else why nothing can be done with it."""
    records = [one for one in situation.iter() if _name(one) == "situationRecord"]
    in_force = [one for one in records if _in_force(one, now)]
    if not in_force:
        return "not in force"
    in_force = [one for one in in_force if _is_for_cars(one)]
    if not in_force:
        return "meant for other vehicles"
    speed = min((kmh for one in in_force if (kmh := _speed(one)) is not None), default=None)
    if speed is None:
        return "says nothing of how fast one gets through"
    line = next((line for one in (*in_force, situation) if (line := _line(one))), ())
    if not line:
        coded = any("alertC" in _name(one) for one in situation.iter())
        return "place told by Alert-C codes alone" if coded else "no place is told"
    ends = [end for one in in_force if isfinite(end := _moment(_text(one, "overallEndTime")))]
    return RoadEvent(
        situation.get("id", "")[:100] or f"{line[0][0]},{line[0][1]}",
        line,
        nan if speed == 0.0 else speed,
        "",
        max(ends) if len(ends) == len(in_force) else nan,
        words=_words(in_force),
    )


def _in_force(record: Element, now: float) -> bool:
    if _text(record, "validityStatus") == "suspended":
        return False
    begins, ends = (_moment(_text(record, name)) for name in ("overallStartTime", "overallEndTime"))
    return not (isfinite(begins) and begins > now) and not (isfinite(ends) and ends <= now)


def _is_for_cars(record: Element) -> bool:
    """Whether it concerns a car: it names no vehicles, or some that a car is one of."""
    meant = list(_named(record, "forVehiclesWithCharacteristicsOf"))
    return not meant or any(all(_fits(one) for one in vehicles) for vehicles in meant)


def _fits(characteristic: Element) -> bool:
    """Whether a car has it; what is not known here, it has not."""
    if _name(characteristic) == "vehicleType":
        return (characteristic.text or "").strip() in CARS
    compare = COMPARED.get(_text(characteristic, "comparisonOperator"))
    limits = ((A_CAR[_name(one)], _number(one.text or "")) for one in characteristic if _name(one) in A_CAR)
    car, limit = next(limits, (nan, nan))
    return compare is not None and bool(compare(car, limit))


def _speed(record: Element) -> float | None:
    """How fast one gets through, km/h; 0 where nobody does, None where nothing is said."""
    said = [text for one in record.iter() if _name(one) in SAYING and (text := (one.text or "").strip())]
    if any(word in CLOSED for word in said):
        return 0.0
    limit = _number(_text(record, "temporarySpeedLimit"))
    limits = [limit] if SLOWEST_LIMIT_KMH <= limit <= FASTEST_LIMIT_KMH else []
    return min([*(SLOW_KMH[word] for word in said if word in SLOW_KMH), *limits], default=None)


def _line(element: Element) -> Line:
    """The points that an element tells in degrees: a line of GML, else points by coordinates; none where none is."""
    points: list[tuple[float, float]] = []
    for one in element.iter():
        if _name(one) == "posList":
            numbers = [_number(word) for word in (one.text or "").split()[: 2 * MOST_POINTS]]
            points += zip(numbers[::2], numbers[1::2], strict=False)
    if not points:
        for one in element.iter():
            lat, lon = (_number(_own(one, name)) for name in ("latitude", "longitude"))
            if isfinite(lat) and isfinite(lon):
                points.append((lat, lon))
    good = [(lat, lon) for lat, lon in points if abs(lat) <= 90.0 and abs(lon) <= 180.0 and (lat, lon) != (0.0, 0.0)]
    return tuple(dict.fromkeys(good))[:MOST_POINTS] if len(good) == len(points) else ()


def _words(records: list[Element]) -> str:
    for record in records:
        for comment in record.iter():
            if _name(comment) == "generalPublicComment":
                texts = (one.text for one in comment.iter() if _name(one) == "value")
                text = " ".join(next((one for one in texts if one), "").split())
                if text:
                    return text if len(text) <= 120 else text[:119].rsplit(" ", 1)[0] + "…"
    return ""


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _own(element: Element, name: str) -> str:
    return next(((one.text or "") for one in element if _name(one) == name), "")


def _text(element: Element, name: str) -> str:
    return next((text for one in _named(element, name) if (text := (one.text or "").strip())), "")


def _named(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if _name(one) == name)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return nan
    return value if isfinite(value) else nan


def _moment(text: str) -> float:
    """A time of XML Schema as s since 1970; NaN for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return nan
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
