"""Messages that have all fields of their topic, as most do: one by one the shortest way, or many in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import orjson

from homeward.bus.flat import Flat
from homeward.connectors.mqtt.fields import Steps
from homeward.connectors.mqtt.template import Only, Take, Topic
from homeward.connectors.mqtt.values import Linear, Read
from homeward.core.connector import Bools, Table
from homeward.core.signal import Refused, Signal, Type, Value
from homeward.core.vocabulary import encode

NUMBERS = frozenset((float, int))
MOST_WORDS = 1024
NO_CODE = float("nan")


@dataclass(frozen=True, slots=True)
class Taking:
    """One signal of a plan; `key` is its field where that is a single plain key, `kept` if numbers stay as they are."""

    path: str
    key: str
    fields: tuple[Steps, ...]
    read: Read
    only: tuple[Only, ...]
    kept: bool = False


def is_plain(topic: Topic, takings: tuple[Taking, ...]) -> bool:
    """Whether each signal of a topic is in a field of its own, whatever else the message says."""
    return not topic.only and len(takings) > 1 and all(taking.key and not taking.only for taking in takings)


class Straight:
    """The shortest way, for objects that have all fields and plain numbers in them."""

    def __init__(self, takings: tuple[Taking, ...]) -> None:
        self._paths = [taking.path for taking in takings]
        self._get = itemgetter(*(taking.key for taking in takings))
        self._read = [(place, taking.path, taking.read) for place, taking in enumerate(takings) if not taking.kept]

    def read(self, body: dict[str, Any]) -> dict[str, Value] | None:
        """The readings, None where it takes a closer look."""
        try:
            raw = self._get(body)
            if not NUMBERS.issuperset(map(type, raw)):
                return None
            found = dict(zip(self._paths, raw))  # noqa: B905 - as many of both, and this is where the time goes
            for place, path, read in self._read:
                if (value := read(raw[place])) is None:
                    return None
                found[path] = value
        except (KeyError, Refused):
            return None
        return found


class Objects:
    """Objects with a value in each of these fields; all others take a closer look.

    `ways` are from what stands there to the signals' values, None where that is the value as it is. Nodes that use the
    same template share one of these, so that their messages are read together.
    """

    def __init__(
        self, keys: tuple[str, ...], signals: tuple[Signal, ...], ways: Sequence["Linear | Codes | None"]
    ) -> None:
        self.paths = tuple(signal.path for signal in signals)
        self._get, self._nothing = itemgetter(*keys), (NO_CODE,) * len(keys)
        self._linear = [(i, way) for i, way in enumerate(ways) if isinstance(way, Linear)]
        plain = len(set(keys)) == len(keys) and not any(isinstance(way, Codes) for way in ways)
        self.flat = Flat(keys, lines=[way for way in ways if not isinstance(way, Codes)]) if plain else None
        """What reads most payloads in machine code, if all fields are numbers."""
        self._coded = [(i, way) for i, way in enumerate(ways) if isinstance(way, Codes)]

    def numbers(self, payloads: Sequence[bytes]) -> tuple[Table, Bools]:
        """The values `(n, p)` of payloads, and which of them `(n,)` take a closer look; never raises."""
        if self.flat:
            values, read = self.flat.numbers(payloads)
            if not read.all():
                values[~read] = self._read([payloads[i] for i in np.flatnonzero(~read).tolist()])
        else:
            values = self._read(payloads)
        for place, way in self._linear:
            values[:, place] = way.of_many(values[:, place])
        return values, np.logical_or.reduce(np.isnan(values), axis=1)

    def one(self, payload: bytes) -> list[float] | None:
        """The values of one payload; None where it takes a closer look."""
        return self.flat.one(payload) if self.flat else None

    def _read(self, payloads: Sequence[bytes]) -> Table:
        """The values before they are scaled, by a reader for all that is JSON."""
        get, loads, said, width = self._get, orjson.loads, list[Any](), len(self.paths)
        for payload in payloads:
            try:
                said += get(loads(payload))
            except (ValueError, KeyError, TypeError, RecursionError):
                said += self._nothing
        for place, codes in self._coded:
            said[place::width] = codes.of(said[place::width])
        if not NUMBERS.issuperset(map(type, said)):
            said = [one if type(one) in NUMBERS else NO_CODE for one in said]
        return np.array(said, np.float64).reshape(-1, width)


class Codes:
    """Words and truths as the numbers that stand for them, each worked out once; NaN for what does not fit."""

    def __init__(self, signal: Signal, read: Read) -> None:
        self._signal, self._read = signal, read
        self._known: dict[tuple[type, Any], float] = {}

    def of(self, said: list[Any]) -> list[float]:
        """The numbers for what was said."""
        try:
            return [self._known[type(one), one] for one in said]
        except (KeyError, TypeError):
            return [self._code(one) for one in said]

    def _code(self, said: Any) -> float:
        if said is None or said != said or isinstance(said, dict | list):  # nothing is there, or no single value
            return NO_CODE
        if (code := self._known.get((type(said), said))) is not None:
            return code
        try:
            value = self._read(said)
            code = NO_CODE if value is None else encode(self._signal, value)
        except Refused:
            code = NO_CODE
        if len(self._known) >= MOST_WORDS:
            self._known.clear()
        self._known[type(said), said] = code
        return code


_FORMS: WeakValueDictionary[tuple[Any, ...], Objects] = WeakValueDictionary()


def form_of(topic: Topic, takes: Sequence[Take], takings: Sequence[Taking]) -> Objects | None:
    """The form of a topic's messages, None where they are read one by one: with texts, or a time of their own."""
    if topic.at is not None or any(take.signal.type is Type.TEXT for take in takes):
        return None
    keys, signals = tuple(taking.key for taking in takings), tuple(take.signal for take in takes)
    if len(set(signals)) < len(signals):
        return None
    known = (keys, signals, tuple(take.meaning.key for take in takes))
    form = _FORMS.get(known)
    if form is None:
        form = _FORMS[known] = Objects(keys, signals, list(map(_way, takes, takings)))
    return form


def _way(take: Take, taking: Taking) -> Linear | Codes | None:
    if taking.kept:
        return None
    return take.meaning.linear(take.signal) or Codes(take.signal, taking.read)
