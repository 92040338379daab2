"""What OpenStreetMap's tags say to a car: may it drive here, which way round, and how fast.

Access goes from the particular to the general (`motorcar`, `motor_vehicle`, `vehicle`, `access`). Speeds without a sign
are usual ones by kind of road; figures after the OpenStreetMap wiki, "Default speed limits" and "Key:highway".
"""

import re
from collections.abc import Mapping
from math import isfinite
from typing import Final

Tags = Mapping[str, str]

USUAL_KMH: Final = {
    "motorway": 110.0,
    "motorway_link": 60.0,
    "trunk": 90.0,
    "trunk_link": 50.0,
    "primary": 65.0,
    "primary_link": 45.0,
    "secondary": 55.0,
    "secondary_link": 45.0,
    "tertiary": 45.0,
    "tertiary_link": 35.0,
    "unclassified": 40.0,
    "residential": 27.0,
    "living_street": 10.0,
    "service": 15.0,
    "road": 35.0,
    "ferry": 15.0,
}
ZONES_KMH: Final = {
    "urban": 50.0,
    "rural": 90.0,
    "motorway": 120.0,
    "living_street": 10.0,
    "zone30": 30.0,
    "walk": 6.0,
    "none": 130.0,
    "trunk": 100.0,
    "nsl_single": 96.56,
    "nsl_dual": 112.65,
}
COUNTRIES_KMH: Final = {
    "ad": {},
    "at": {"rural": 100.0, "motorway": 130.0},
    "au": {"rural": 100.0, "motorway": 110.0},
    "be": {},
    "bg": {"motorway": 140.0},
    "ca": {"rural": 80.0, "motorway": 100.0},
    "ch": {"rural": 80.0},
    "cn": {"rural": 70.0},
    "cy": {"rural": 80.0, "motorway": 100.0},
    "cz": {"trunk": 110.0, "motorway": 130.0},
    "de": {"rural": 100.0, "motorway": 130.0},
    "dk": {"rural": 80.0, "motorway": 130.0},
    "ee": {"motorway": 110.0},
    "es": {"trunk": 90.0},
    "fi": {"rural": 80.0},
    "fr": {"rural": 80.0, "trunk": 110.0, "motorway": 130.0},
    "gb": {"urban": 48.28, "rural": 96.56, "motorway": 112.65},
    "gr": {"motorway": 130.0},
    "hr": {"trunk": 110.0, "motorway": 130.0},
    "hu": {"trunk": 110.0, "motorway": 130.0},
    "ie": {"rural": 80.0},
    "is": {"motorway": 90.0},
    "it": {"trunk": 110.0, "motorway": 130.0},
    "jp": {"urban": 60.0, "rural": 60.0, "motorway": 100.0},
    "kr": {"rural": 80.0, "motorway": 100.0},
    "li": {"rural": 80.0},
    "lt": {"motorway": 130.0},
    "lu": {"motorway": 130.0},
    "lv": {"motorway": 110.0},
    "mt": {"rural": 80.0, "motorway": 80.0},
    "nl": {"rural": 80.0, "motorway": 100.0},
    "no": {"rural": 80.0, "motorway": 110.0},
    "nz": {"rural": 100.0, "motorway": 100.0},
    "pl": {"trunk": 120.0, "motorway": 140.0},
    "pt": {},
    "ro": {"motorway": 130.0},
    "rs": {"rural": 80.0, "motorway": 130.0},
    "se": {"rural": 70.0, "motorway": 110.0},
    "si": {"trunk": 110.0, "motorway": 130.0},
    "sk": {"motorway": 130.0},
    "tr": {"motorway": 130.0},
    "ua": {"motorway": 130.0},
    "uk": {"urban": 48.28, "rural": 96.56, "motorway": 112.65},
    "us": {"urban": 40.23, "rural": 88.51, "motorway": 104.61},
    "za": {"urban": 60.0, "rural": 100.0},
}
"""Where a country's limit is another than the usual one of ZONES_KMH, by what its zones are called in the map."""
ZONE_TAGS: Final = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
CLOSED: Final = {"no", "private", "agricultural", "forestry", "delivery", "emergency", "military", "customers"}
FIRST_SPEAKS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
STOPS: Final = {"bollard", "block", "jersey_barrier", "log", "cycle_barrier", "debris", "bus_trap", "planter"}
YES: Final = {"yes", "true", "1"}
SLOWEST_KMH, FASTEST_KMH = 5.0, 140.0
_SPEED = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$")
_DURATION = re.compile(r"^(?:(\d+):)?(\d+):(\d+)$|^(\d+)$")


def kind_of(tags: Tags) -> str | None:
    """The kind of road, as in KINDS of the network; None if it is none for cars."""
    highway = tags.get("highway", "")
    if tags.get("route") == "ferry" and not highway:
        opens = tags.get("motorcar") or tags.get("motor_vehicle") or tags.get("vehicle")
        return "ferry" if opens and opens not in CLOSED else None
    return highway if highway in USUAL_KMH and highway != "ferry" and tags.get("area") not in YES else None


def may_drive(tags: Tags) -> bool:
    """Whether the most particular tag of access lets a car in; without one it does."""
    return next((tags[key] not in CLOSED for key in FIRST_SPEAKS if key in tags), True)


def stops_cars(tags: Tags) -> bool:
    """Whether what stands at a node stops cars: a bollard does, an open or lifting gate does not."""
    if not may_drive(tags):
        return True
    return tags.get("barrier", "") in STOPS and not any(key in tags for key in FIRST_SPEAKS)


def directions(tags: Tags) -> tuple[bool, bool]:
    """Whether a car may drive along the way as drawn, and against it."""
    oneway = tags.get("oneway:motorcar") or tags.get("oneway:motor_vehicle") or tags.get("oneway") or ""
    if oneway in YES:
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway in ("reversible", "alternating"):
        return False, False
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") in ("motorway", "motorway_link")
    return True, not (implied and oneway != "no")


def speed_kmh(tags: Tags, kind: str, forward: bool, country: str = "") -> float:
    """Free-flow speed one way along, km/h: a tenth below the sign where there is one, else what is usual there."""
    way = "maxspeed:forward" if forward else "maxspeed:backward"
    signed = limit_kmh(tags.get(way)) or limit_kmh(tags.get("maxspeed"))
    if signed is None:
        signed = next((kmh for key in ZONE_TAGS if (kmh := zone_kmh(tags.get(key, "").lower())) is not None), None)
    if signed is None:
        return usual_kmh(kind, country)
    return min(max(0.9 * signed, SLOWEST_KMH), FASTEST_KMH)


def usual_kmh(kind: str, country: str) -> float:
    """What is driven without a sign, km/h: on motorways a tenth below the country's limit, nowhere above one.

    >>> usual_kmh("motorway", "de"), usual_kmh("motorway", "us"), usual_kmh("primary", "se"), usual_kmh("primary", "")
    (117.0, 94.15, 63.0, 65.0)
    """
    own = COUNTRIES_KMH.get(country)
    if own is None:
        return USUAL_KMH[kind]
    zone = {"motorway": "motorway", "residential": "urban", "trunk": "trunk"}.get(kind, "rural")
    most = round(0.9 * own.get(zone, ZONES_KMH[zone]), 2)
    return most if kind == "motorway" else min(USUAL_KMH[kind], most)


def limit_kmh(sign: str | None) -> float | None:
    """A sign's limit, km/h; None if it says nothing that is understood.

    >>> limit_kmh("30 mph"), limit_kmh("DE:urban"), limit_kmh("signals")
    (48.28032, 50.0, None)
    """
    said = (sign or "").split(";")[0].strip().lower()
    zone = zone_kmh(said)
    if zone is not None:
        return zone
    found = _SPEED.match(said)
    if not found:
        return None
    value = float(found[1]) * {"mph": 1.609344, "knots": 1.852}.get(found[2] or "", 1.0)
    return value if isfinite(value) and 0.0 < value < 400.0 else None


def zone_kmh(said: str) -> float | None:
    """What a zone means in its country, km/h: `de:rural`; None if it is no zone.

    >>> zone_kmh("de:rural"), zone_kmh("fr:rural"), zone_kmh("it:urban"), zone_kmh("sign"), zone_kmh("de:zone:20")
    (100.0, 80.0, 50.0, None, 20.0)
    """
    country, _, zone = said.partition(":")
    zone = zone or country
    number = zone.removeprefix("zone").removeprefix(":")
    if number.isdecimal() and (number != zone or zone != said):  # a number alone is a sign and no zone
        return float(number) if 0.0 < float(number) <= 120.0 else None
    own = COUNTRIES_KMH.get(country.partition("-")[0], {})
    return own.get(zone, ZONES_KMH.get(zone))


def duration_s(said: str | None) -> float | None:
    """A ferry's crossing time, s, of `h:mm`, `h:mm:ss` or minutes; None if it is none of these.

    >>> duration_s("0:35"), duration_s("1:00:30"), duration_s("20"), duration_s("soon")
    (2100.0, 3630.0, 1200.0, None)
    """
    found = _DURATION.match((said or "").strip())
    if not found:
        return None
    if found[4]:
        return float(found[4]) * 60.0 or None
    parts = [int(found[2]), int(found[3])] if found[1] is None else [int(found[1]), int(found[2]), int(found[3])]
    seconds = parts[0] * 3600.0 + parts[1] * 60.0 + (parts[2] if len(parts) == 3 else 0)
    return seconds or None
