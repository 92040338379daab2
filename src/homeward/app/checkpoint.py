"""The snapshot as a file: written whole or not at all, before the log is told that it may forget."""

import io
import os
from pathlib import Path
from typing import IO

import numpy as np
import orjson

from homeward.bus.resends import Resends
from homeward.bus.settings import Place
from homeward.core.circle import Circle
from homeward.core.signal import Refused
from homeward.core.snapshot import Arrays, Plain, restore, take

NAME = "twin.npz"


def freeze(circle: Circle, place: Place | None, counted: int, resends: Resends) -> tuple[Plain, Arrays]:
    """A copy of all state: the circle's, the place in the log, how many events there have been, what may be resent."""
    plain, arrays = take(circle)
    plain["place"] = place._asdict() if place else None
    plain["counted"] = counted
    return plain, arrays | resends.taken()


def save(folder: Path, plain: Plain, arrays: Arrays) -> None:
    """Write a frozen state so that a crash or a power cut leaves the old file or the new one. Raises OSError."""
    packed = io.BytesIO()
    np.savez(packed, plain=np.frombuffer(orjson.dumps(plain), np.uint8), allow_pickle=False, **arrays)
    fresh = folder / f"{NAME}.new"
    with fresh.open("wb") as file:
        file.write(packed.getbuffer())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / NAME)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unpack(file: IO[bytes]) -> tuple[Plain, Arrays]:
    """What `save` was given, from an open file. Raises OSError, ValueError or KeyError if it is not whole."""
    with np.load(file, allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    return orjson.loads(arrays.pop("plain").tobytes()), arrays


def load(folder: Path, circle: Circle, resends: Resends) -> tuple[Place | None, int, list[str]]:
    """Fill a new circle from the file; the place in the log, the count of events, and what could not be taken over.

    Without a file the circle stays empty. Raises Refused, naming the file, if it cannot be read.
    """
    path = folder / NAME
    if not path.exists():
        return None, 0, []
    try:
        with path.open("rb") as file:
            plain, arrays = unpack(file)
        resends.restore(arrays)
        problems = restore(circle, plain, arrays)
        return Place(**plain["place"]) if plain["place"] else None, int(plain["counted"]), problems
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{path} cannot be read ({error}); move it away to start from what the log still holds"
        ) from error
