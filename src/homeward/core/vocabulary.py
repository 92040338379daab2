"""The signals there are, parsed from text given to it; an unknown path is an error that names the nearest one."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from hashlib import blake2b
from math import inf, isfinite, isnan, nan
from typing import Any

from homeward.core.signal import Kind, Refused, Role, Signal, Type, UnknownSignal, Value

MAX_TEXT = 65_536
"""The longest text a signal may hold, in characters."""


class Vocabulary:
    """Every signal, by path and by index.

    `tables` are the CSV texts in order (`path,type,role,unit,low,high,allowed,description,source`; `allowed` parts its
    words with `|`); `renamed` is CSV text of `old,new` pairs, so that older names still work. Indices follow the order
    of the rows. Raises ValueError for a table that contradicts itself.
    """

    def __init__(self, tables: Iterable[str], renamed: str = "") -> None:
        self.signals: list[Signal] = []
        self.by_path: dict[str, Signal] = {}
        for table in tables:
            for row in csv.DictReader(table.splitlines()):
                self._add(row)
        self.renamed = {row["old"]: row["new"] for row in csv.DictReader(renamed.splitlines())}
        for old, new in self.renamed.items():
            if new not in self.by_path or old in self.by_path:
                raise ValueError(f"renamed: {old} -> {new} does not lead from an old name to one that exists")

    def _add(self, row: Mapping[str, str]) -> None:
        path = row["path"]
        if path in self.by_path:
            raise ValueError(f"{path} is defined twice")
        allowed = tuple(row["allowed"].split("|")) if row["allowed"] else ()
        signal = Signal(
            index=len(self.signals),
            path=path,
            kind=Kind[path.partition(".")[0].upper()],
            type=Type[row["type"].upper()],
            role=Role[row["role"].upper()],
            unit=row["unit"],
            low=float(row["low"] or nan),
            high=float(row["high"] or nan),
            allowed=allowed,
            description=row["description"],
            source=row["source"],
        )
        self.signals.append(signal)
        self.by_path[path] = signal

    def __len__(self) -> int:
        return len(self.signals)

    def __iter__(self) -> Iterator[Signal]:
        return iter(self.signals)

    def __contains__(self, path: str) -> bool:
        return path in self.by_path

    def __getitem__(self, path: str) -> Signal:
        """The signal of that path, today's or an older name. Raises UnknownSignal naming the nearest."""
        found = self.by_path.get(path) or self.by_path.get(self.renamed.get(path, ""))
        if found is None:
            raise UnknownSignal(path[:200], self.nearest(path))
        return found

    def nearest(self, path: str) -> str:
        """The existing path most like `path`, or ''. Costs milliseconds: for errors only."""
        path = path[:200]
        same_kind = [known for known in self.by_path if known.partition(".")[0] == path.partition(".")[0]]
        for among in (same_kind, list(self.by_path)):
            if found := get_close_matches(path, among, n=1, cutoff=0.5):
                return found[0]
        leaf = path.rpartition(".")[2].lower()
        return next((known for known in self.by_path if known.lower().endswith(leaf)), "") if leaf else ""


def encode(signal: Signal, value: Any) -> float:
    """The float that stands for `value` in a column; for text, its fingerprint. Raises Refused where it does not fit.

    >>> from homeward.core.signal import Kind, Role, Signal, Type
    >>> encode(Signal(0, "Home.IsOccupied", Kind.HOME, Type.BOOLEAN, Role.SENSOR), True)
    1.0
    """
    match signal.type:
        case Type.BOOLEAN if isinstance(value, bool) or value in (0, 1):
            return float(value)
        case Type.ENUM if isinstance(value, str) and value in signal.allowed:
            return float(signal.allowed.index(value))
        case Type.TEXT if isinstance(value, str):
            if len(value) > MAX_TEXT:
                raise Refused(f"{signal.path}: text of {len(value)} characters; at most {MAX_TEXT}")
            return fingerprint(value)
        case Type.NUMBER | Type.INTEGER if isinstance(value, int | float) and not isinstance(value, bool):
            # A whole number may be too big for a float.
            return _in_range(signal, float(value) if abs(value) < 1e308 else inf)
    raise Refused(f"{signal.path}: {_short(value)} is not {wanted(signal)}")


def _in_range(signal: Signal, number: float) -> float:
    if not isfinite(number) or (signal.type is Type.INTEGER and number != int(number)):
        raise Refused(f"{signal.path}: {number} is not {wanted(signal)}")
    if number < signal.low or number > signal.high:
        raise Refused(f"{signal.path}: {number:g} is out of range; it is {wanted(signal)}")
    return number


def decode(signal: Signal, number: float, text: str | None = None) -> Value | None:
    """The value that a column's `number` stands for; None where unknown (NaN)."""
    if isnan(number):
        return None
    match signal.type:
        case Type.BOOLEAN:
            return number != 0
        case Type.ENUM:
            return signal.allowed[int(number)] if 0 <= number < len(signal.allowed) else None
        case Type.TEXT:
            return text
        case _:
            return number


def wanted(signal: Signal) -> str:
    """What would be right for this signal, in words for an error message."""
    match signal.type:
        case Type.BOOLEAN:
            return "true or false"
        case Type.ENUM:
            return "one of " + ", ".join(signal.allowed)
        case Type.TEXT:
            return "text"
    noun = "a whole number" if signal.type is Type.INTEGER else "a number"
    if isnan(signal.low) and isnan(signal.high):
        return f"{noun} {signal.unit}".rstrip()
    bounds = f" from {signal.low:g}" * (not isnan(signal.low)) + f" to {signal.high:g}" * (not isnan(signal.high))
    return f"{noun}{bounds} {signal.unit}".rstrip()


def fingerprint(text: str) -> float:
    """A number in 0..2^48 for a text, the same in every process, so that columns can tell texts apart."""
    return float(int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big"))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
