"""Places to charge: from OpenStreetMap's tags, from lists of one's own (CSV, JSON) and from OCPI's locations.

Columns are found by the names that authorities and apps give them. Plugs, and sessions, of one place are one site with
the power of its quickest plug. A power that nobody told is taken to be a usual one and marked so.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.models.roads.network import Network

UNTOLD_AC_KW: Final = 11.0
UNTOLD_DC_KW: Final = 50.0
QUICKEST_KW: Final = 2000.0
DIRECT_FROM_KW: Final = 44.0  # alternating current ends at 43 kW
LARGEST_BYTES: Final = 200_000_000
LATITUDES: Final = ("lat", "latitude", "latitud", "latitudine", "breitengrad", "y")
LONGITUDES: Final = ("lon", "lng", "long", "longitude", "longitud", "longitudine", "laengengrad", "längengrad", "x")
POWERS: Final = ("kw", "power", "powerkw", "maxpower", "maxpowerkw", "potencia", "puissance", "puissancenominale",
                 "leistung", "nennleistung", "stationcapacity", "capacity", "ratedpower")  # fmt: skip
NAMES: Final = ("name", "title", "stationname", "stationna", "nom", "designaciódescriptiva", "site", "stationlocation",
                "address", "adreça")  # fmt: skip
CURRENTS: Final = ("current", "currenttype", "tipusdecorrent", "powertype", "type")
GONE: Final = {"OUTOFORDER", "INOPERATIVE", "REMOVED", "PLANNED", "BLOCKED"}
DIRECT_SOCKETS: Final = ("type2_combo", "type1_combo", "chademo", "tesla_supercharger", "nacs", "ccs", "gb_dc")


@dataclass(frozen=True, slots=True)
class Charger:
    """A site: name, place in degrees, power of its quickest plug in kW, whether direct current, whether told."""

    name: str
    lat: float
    lon: float
    kw: float
    direct: bool
    told: bool = True


def read_chargers(path: Path) -> tuple[tuple[Charger, ...], dict[str, int]]:
    """The sites of a CSV, JSON or OCPI file, and how many rows were left out for which reason. Raises Refused."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise Refused(f"{path} is larger than {LARGEST_BYTES // 1_000_000} MB: this is no list of chargers")
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    text = _text(data)
    rows = _json_rows(path, text) if text.lstrip()[:1] in ("{", "[") else _csv_rows(path, text)
    left_out: Counter[str] = Counter()
    sites = one_a_place(_site(row, left_out) for row in rows)
    if not sites:
        raise Refused(f"{path}: there is no charger with a place in it")
    return sites, dict(left_out)


def one_a_place(found: Iterable[Charger | None]) -> tuple[Charger, ...]:
    """One site a place (some 10 m): a told power before an untold one, then the quicker."""
    best: dict[tuple[float, float], Charger] = {}
    for one in found:
        if one is None:
            continue
        key = round(one.lat, 4), round(one.lon, 4)
        held = best.get(key)
        if held is None or (one.told, one.kw) > (held.told, held.kw):
            best[key] = one
    return tuple(best.values())


def within(
    network: Network, sites: Iterable[Charger], lists: Iterable[tuple[tuple[Charger, ...], dict[str, int]]]
) -> tuple[tuple[Charger, ...], dict[str, int]]:
    """The sites of a map and those of lists that lie on it, and what was left out of the lists."""
    left_out: Counter[str] = Counter()
    (south, west), (north, east) = ((float(one(network.lat)), float(one(network.lon))) for one in (np.min, np.max))
    found = list(sites)
    for listed, lacking in lists:
        here = [one for one in listed if south <= one.lat <= north and west <= one.lon <= east]
        left_out.update({f"chargers: {why}": count for why, count in lacking.items()})
        left_out["chargers: not on this map"] += len(listed) - len(here)
        found += here
    return one_a_place(found), {why: count for why, count in left_out.items() if count}


def of_tags(tags: Mapping[str, str], lat: float, lon: float) -> Charger | None:
    """The site of an OpenStreetMap object; None where cars of the public do not charge."""
    if tags.get("amenity") != "charging_station" or tags.get("access") in ("no", "private"):
        return None
    if tags.get("motorcar", tags.get("car", "yes")) == "no":
        return None
    told = [kw for key, value in tags.items() if "output" in key and (kw := _kw(value)) is not None]
    direct = any(socket in key and value != "no" for key, value in tags.items() for socket in DIRECT_SOCKETS)
    name = tags.get("name") or tags.get("operator") or tags.get("network") or ""
    return _rated(name, (lat, lon), max(told, default=None), direct)


def _rated(name: str, place: tuple[float, float], kw: float | None, direct: bool) -> Charger:
    if kw is None:
        return Charger(name[:100], *place, UNTOLD_DC_KW if direct else UNTOLD_AC_KW, direct, False)
    return Charger(name[:100], *place, kw, direct or kw >= DIRECT_FROM_KW)


def _kw(said: str) -> float | None:
    """Kilowatts as people write them; None where they cannot be.

    >>> _kw("22 kW"), _kw("350000 W"), _kw("7,4"), _kw("fast")
    (22.0, 350.0, 7.4, None)
    """
    found = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*(kw|w|kva|va|)\s*", said.casefold())
    if not found:
        return None
    kw = float(found[1].replace(",", "."))
    if found[2] in ("w", "va"):
        kw /= 1000.0
    return kw if 0.0 < kw <= QUICKEST_KW else None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _plain(name: str) -> str:
    """A column's name without case, signs and the words before the place.

    >>> _plain("Station_Location_Coordinates_Lat"), _plain("Power_kW")
    ('lat', 'powerkw')
    """
    parts = [part for part in re.split(r"[^\w]+|_", name.casefold()) if part]
    return parts[-1] if parts and parts[-1] in (*LATITUDES, *LONGITUDES) else "".join(parts)


def _csv_rows(path: Path, text: str) -> Iterable[dict[str, Any]]:
    if not text.strip():
        return []
    head = text.splitlines()[0]
    sign = max(",;\t|", key=head.count)
    rows = csv.DictReader(text.splitlines(), delimiter=sign)
    columns = _columns(rows.fieldnames or ())
    if not {"lat", "lon"} <= columns.keys():
        raise Refused(f"{path} has no columns for latitude and longitude: name them `lat` and `lon`")
    return ({what: row.get(name) or "" for what, name in columns.items()} for row in rows)


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Which column holds what, of those that are known: the first name on each list that there is."""
    plain = {_plain(name): name for name in reversed(list(names))}
    lists = {"lat": LATITUDES, "lon": LONGITUDES, "kw": POWERS, "name": NAMES, "current": CURRENTS}
    found = {what: next((plain[name] for name in known if name in plain), None) for what, known in lists.items()}
    return {what: name for what, name in found.items() if name}


def _json_rows(path: Path, text: str) -> Iterable[dict[str, Any]]:
    try:
        said = json.loads(text)
    except ValueError as error:
        raise Refused(f"{path} is not JSON: {error}") from None
    if isinstance(said, dict):
        said = said.get("data", said.get("locations", said.get("chargers")))
    if not isinstance(said, list):
        raise Refused(f"{path} holds no list of chargers: a JSON list, or OCPI's `data`")
    for one in said:
        if isinstance(one, dict) and isinstance(one.get("coordinates"), dict):
            yield from _ocpi(one)
        elif isinstance(one, dict):
            yield {what: one[name] for what, name in _columns(str(key) for key in one).items()}


def _ocpi(location: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """A row for each connector of an OCPI 2.1 or 2.2 location."""
    place = location["coordinates"]
    row = {"lat": place.get("latitude"), "lon": place.get("longitude"), "name": location.get("name") or ""}
    evses = location.get("evses")
    for evse in [one for one in evses if isinstance(one, dict)] if isinstance(evses, list) else [{}]:
        if str(evse.get("status", "")).upper() in GONE:
            yield {"gone": True}
            continue
        plugs = evse.get("connectors")
        for plug in plugs if isinstance(plugs, list) else [{}]:
            if isinstance(plug, dict):
                yield row | {"kw": _ocpi_kw(plug), "current": str(plug.get("power_type", ""))}


def _ocpi_kw(plug: dict[str, Any]) -> float | None:
    """A connector's power, kW: as told in W, or by volts, amperes and phases."""
    try:
        if plug.get("max_electric_power"):
            return float(plug["max_electric_power"]) / 1000.0
        volts = float(plug.get("max_voltage") or plug.get("voltage") or 0.0)
        amperes = float(plug.get("max_amperage") or plug.get("amperage") or 0.0)
    except (TypeError, ValueError):
        return None
    phases = 3.0 if plug.get("power_type") == "AC_3_PHASE" else 1.0
    return volts * amperes * phases / 1000.0 or None


def _site(row: dict[str, Any], left_out: Counter[str]) -> Charger | None:
    if row.get("gone"):
        left_out["out of order"] += 1
        return None
    lat, lon = (_degrees(row.get(name)) for name in ("lat", "lon"))
    if lat is None or lon is None or not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0) or lat == lon == 0.0:
        left_out["no place on Earth"] += 1
        return None
    said = str(row.get("kw") or "").strip()
    kw = _kw(said)
    told = re.sub(r"[^\d.,]", "", said).replace(",", ".").strip(".")
    if kw is None and told and float(told if told.count(".") < 2 else 0) > 0.0:
        left_out["a power that cannot be"] += 1
        return None
    current = str(row.get("current") or "").upper()
    direct = any(word in current for word in ("DC", "CC"))
    return _rated(str(row.get("name") or ""), (lat, lon), kw, direct)


def _degrees(said: Any) -> float | None:
    try:
        value = float(str(said).replace(",", "."))
    except ValueError:
        return None
    return value if isfinite(value) else None
