"""A map in one portable file: columns one after another behind a header that names them, opened without being read.

    8 bytes "HWMAP", zeros | version, header's length: uint32 | sha256 of all that follows | header, JSON | columns

Columns are little-endian and begin at multiples of 64. The same map gives the same bytes.
"""

import hashlib
import json
import os
import struct
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np

from homeward.core.signal import Refused
from homeward.maps.chargers import Charger
from homeward.maps.places import Named
from homeward.models.roads.network import Network
from homeward.models.roads.roads import Roads
from homeward.models.roads.turning import drives_left, turn_costs

MAGIC, VERSION, ALIGN = b"HWMAP\0\0\0", 4, 64
FIXED: Final = struct.Struct("<8sII32s")
ATTRIBUTION: Final = "© OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, eq=False)
class Pack:
    """A network, the order of its junctions for the hierarchy, what was left out of it, and what lies by the roads.

    `country` is the one whose limits count where no sign tells them, '' for none.
    """

    network: Network
    order: Any  # int32 (n,)
    left_out: dict[str, int]
    attribution: str = ATTRIBUTION
    chargers: tuple[Charger, ...] = ()
    places: tuple[Named, ...] = ()
    country: str = ""

    def roads(self) -> Roads:
        """The roads with what turns cost, driven on the side that the country drives on; made anew each time."""
        return Roads(self.network, self.order, turn_costs(self.network, drives_left(self.country)))


def save(pack: Pack, path: Path) -> int:
    """Write the file, whole or not at all; its size in bytes. Raises OSError."""
    columns = {f.name: getattr(pack.network, f.name) for f in fields(Network) if f.name != "names"}
    columns["order"] = pack.order
    index, blocks, at = [], [], 0
    for name, column in columns.items():
        plain = np.ascontiguousarray(column).astype(np.asarray(column).dtype.newbyteorder("<"), copy=False)
        block = plain.tobytes()
        index.append({"name": name, "type": plain.dtype.str, "shape": list(plain.shape), "at": at})
        blocks.append(block + bytes(-len(block) % ALIGN))
        at += len(blocks[-1])
    told = {"columns": index, "names": pack.network.names, "left_out": pack.left_out, "attribution": pack.attribution}
    told["chargers"], told["places"] = ([astuple(one) for one in some] for some in (pack.chargers, pack.places))
    told["country"] = pack.country
    header = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    header += b" " * (-(FIXED.size + len(header)) % ALIGN)
    body = header + b"".join(blocks)
    whole = FIXED.pack(MAGIC, VERSION, len(header), hashlib.sha256(body).digest()) + body
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return len(whole)


def open_pack(path: Path, check: bool = True) -> Pack:
    """Open a pack; its columns stay on disk until they are used. Raises Refused naming the file and what is wrong.

    `check` reads it all once, to see that not a byte has changed.
    """
    try:
        whole = np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be opened as a map: {error}") from None
    if len(whole) < FIXED.size or bytes(whole[:8]) != MAGIC:
        raise Refused(f"{path} is not a map of homeward's: make one with `homeward map build FILE.osm.pbf -o PACK`")
    _, version, length, digest = FIXED.unpack(whole[: FIXED.size].tobytes())
    if version != VERSION:
        raise Refused(f"{path} is of version {version}, and this homeward reads {VERSION}: build it anew")
    if check and hashlib.sha256(whole[FIXED.size :].data).digest() != digest:
        raise Refused(f"{path} is damaged or was cut off: build it anew")
    try:
        told = json.loads(whole[FIXED.size : FIXED.size + length].tobytes())
        columns = {one["name"]: _column(whole, FIXED.size + length, one) for one in told["columns"]}
        order = columns.pop("order")
        network = Network(**columns, names=tuple(told["names"]))
        chargers = tuple(Charger(*one) for one in told["chargers"])
        places = tuple(Named(*one) for one in told["places"])
        return Pack(network, order, told["left_out"], told["attribution"], chargers, places, told["country"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path} is damaged: {error}") from None


def _column(whole: Any, base: int, one: dict[str, Any]) -> Any:
    kind, shape = np.dtype(one["type"]), tuple(one["shape"])
    start = base + int(one["at"])
    size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
    if kind.hasobject or start + size > len(whole):
        raise ValueError(f"its column {one['name']} does not fit")
    return whole[start : start + size].view(kind).reshape(shape)
